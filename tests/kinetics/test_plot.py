"""The plot: what is drawn, in which files, and that nothing is fetched from anywhere."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apothecary.kinetics.asked import Amount, Regimen, Request
from apothecary.kinetics.simulation import Simulation, simulate
from apothecary.present import plot
from apothecary.present.plot_data import MOST, kept, plot_data
from support import made_up

CSS = Path(plot.__file__).parent / "templates" / "simulation.css"


def made(**more: Any) -> Simulation:
    asked = Request(Regimen(Amount(120.0), 672.0), 2016.0, 40.0, 70.0, 90.0, profile="all", step_h=24.0)
    return simulate(made_up(), msgspec.structs.replace(asked, **more))


def svg(**more: Any) -> str:
    return plot.render(made(**more), made_up(), ".svg").decode()


def words(drawn: str) -> list[str]:
    return re.findall(r"<t(?:ext|span)[^>]*>([^<]+)<", drawn)


@pytest.mark.parametrize(("suffix", "start"), [(".svg", b"<svg"), (".png", b"\x89PNG"), (".html", b"<!DOCTYPE html>")])
def test_every_file_begins_as_its_kind(suffix: str, start: bytes) -> None:
    assert plot.render(made(), made_up(), suffix).startswith(start)


def test_another_suffix_is_refused() -> None:
    with pytest.raises(ValueError, match=r"\.pdf"):
        plot.render(made(), made_up(), ".pdf")


@pytest.mark.parametrize("suffix", [".svg", ".html"])
def test_nothing_is_loaded_from_anywhere(suffix: str) -> None:
    drawn = plot.render(made(count=50), made_up(), suffix).decode()
    assert "<script" not in drawn
    assert [] == re.findall(r"(?:src|href)\s*=|url\(|@import", drawn)
    names = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
    assert set(re.findall(r"https?://[^\s\"<]+", drawn)) <= names


def test_the_same_request_gives_the_same_file() -> None:
    assert svg(count=50) == svg(count=50)


def test_axes_have_units_and_the_title_model_and_population() -> None:
    said = words(svg())
    assert {"Concentration, mg/L", "Time, days"} <= set(said)
    about = " ".join(said)
    assert "Adults with healthy kidneys" in about
    assert "90 adults with migraine who do not exist" in about


def test_a_short_course_is_in_hours() -> None:
    assert "Time, hours" in words(svg(for_h=72.0, step_h=1.0))


def test_the_target_is_labeled_with_its_unit() -> None:
    assert {"target", "10 mg/L", "on average"} <= set(words(svg()))


def test_without_a_target_there_is_no_label() -> None:
    exposure = made_up().exposure
    assert exposure is not None
    bare = msgspec.structs.replace(made_up(), exposure=msgspec.structs.replace(exposure, targets=()))
    found = simulate(bare, made().request)
    assert "target" not in words(plot.render(found, bare, ".svg").decode())


def test_doses_given_late_and_missed_have_shapes_of_their_own() -> None:
    drawn = svg(missed=(2,), late=((3, 48.0),))
    assert {"given", "given late", "missed"} <= set(words(drawn))
    marks = drawn[drawn.index("mark-symbol") :].partition("</g>")[0]
    assert 3 == len(set(re.findall(r'<path [^>]*d="(M[^"]+)"[^>]*stroke="#1b1f24"', marks)))


def test_doses_all_given_need_no_legend() -> None:
    assert "missed" not in words(svg())


def test_a_dose_after_the_end_of_the_plot_is_not_drawn() -> None:
    late = plot_data(made(late=((3, 1000.0),)), made_up())
    assert 2 == len(late.dose_rows)


def test_other_regimens_are_lines_with_a_legend_and_dashes() -> None:
    drawn = svg(versus=(Regimen(Amount(60.0), 336.0),))
    assert {"120 mg every 28 days", "60 mg every 14 days"} <= set(words(drawn))
    assert "stroke-dasharray" in drawn[drawn.index("mark-line") :]


def test_virtual_patients_have_a_band_around_the_median() -> None:
    data = plot_data(made(count=50), made_up())
    middle = {row["time"]: row["level"] for row in data.line_rows}
    assert data.band_rows
    assert all(row["low"] <= middle[row["time"]] <= row["high"] for row in data.band_rows)


def test_the_typical_patient_has_no_band() -> None:
    assert () == plot_data(made(), made_up()).band_rows


def test_the_picture_is_described_in_words() -> None:
    drawn = svg()
    assert 'role="img"' in drawn
    assert "<desc>Zorvimab: 120 mg every 28 days, subcutaneous. Concentration over 84 days: highest" in drawn


def test_every_color_has_one_for_the_dark() -> None:
    regimens = tuple(Regimen(Amount(mg), 672.0) for mg in (10.0, 20.0, 30.0, 40.0))
    drawn = plot.inline(made(count=20, versus=regimens, missed=(2,)), made_up())
    used = set(re.findall(r'((?:fill|stroke)="#[0-9a-f]{6}")', drawn))
    css = CSS.read_text(encoding="utf-8")
    assert used
    assert [] == [color for color in sorted(used) if f".plot [{color}]" not in css]


def test_a_plot_in_a_page_has_no_background() -> None:
    assert 'fill="#ffffff"' in svg()
    assert 'fill="#ffffff"' not in plot.inline(made(), made_up())


def test_a_short_curve_is_drawn_whole() -> None:
    assert [0, 1, 2] == kept(((1.0, 2.0, 3.0),))


def test_a_long_curve_keeps_its_ends_and_every_peak() -> None:
    curve = [1.0 if at % 24 == 5 else 0.0 for at in range(9000)]
    found = kept((curve,))
    assert len(found) <= MOST + 2
    assert (0, 8999) == (found[0], found[-1])
    assert 9000 // 24 == sum(curve[at] for at in found)


def test_a_simulation_without_a_profile_has_no_plot() -> None:
    with pytest.raises(ValueError, match="without a profile"):
        plot_data(made(profile="none"), made_up())


def test_a_name_in_the_knowledge_is_no_markup() -> None:
    found = made()
    model = msgspec.structs.replace(found.model, name='<script>"x"</script>')
    page = plot.render(msgspec.structs.replace(found, model=model), made_up(), ".html").decode()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_drawing_warns_of_nothing() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from tests.kinetics.test_plot import svg\n"
        "assert svg(count=20, versus=()).startswith('<svg')"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (0, "") == (done.returncode, done.stderr)
