"""The calendar in text, Markdown, HTML and JSON: the same facts, harmless, readable."""

import json
from html.parser import HTMLParser
from typing import Any, get_args

import msgspec
import pytest
from test_present_monitoring_samples import due, hostile, listed, monograph, trend
from test_present_samples import review

from apothecary.present import FORMATS, Format, render
from apothecary.present.monitoring_content import STATUSES, monitoring_shown, when
from apothecary.present.monitoring_page import render as page
from apothecary.present.trend import BARS, bars, chart
from apothecary.review.plan import Due


def shown(format: Format, entries: tuple[Due, ...] | None = None, **more: Any) -> str:
    return render(review(monitoring=listed() if entries is None else entries), monograph(), format, **more)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("said", ["2026-02-14", "2026-07-12", "c1", "1500", "gives no number", "The period is over."])
def test_every_format_says_it(format: Format, said: str) -> None:
    assert said in " ".join(shown(format).split())


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
@pytest.mark.parametrize("said", [*STATUSES.values(), "before the start", "2 months and 6 weeks after the start"])
def test_the_readable_formats_use_words(format: Format, said: str) -> None:
    assert said in " ".join(shown(format).split())


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_without_a_calendar_there_is_no_heading(format: Format) -> None:
    assert "MONITORING" not in shown(format, ()).upper()


@pytest.mark.parametrize("format", FORMATS)
def test_the_page_by_itself_says_it_too(format: Format) -> None:
    text = page(review(monitoring=listed()), monograph(), "2026-01-31", ("A note of the start.",), format)
    assert all(said in " ".join(text.split()) for said in ("2026-02-14", "A note of the start.", "2026-01-31"))
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def test_json_has_the_keys_of_the_contract_first_and_every_key_of_a_result() -> None:
    found = json.loads(shown("json"))["monitoring"]
    assert ["id", "due", "status", "result"] == list(found[0])[:4]
    assert [("lymphocytes", "2026-02-14", "done")] == [
        (one["id"], one["due"], one["status"]) for one in found if one["result"]
    ]
    done = next(one["result"] for one in found if one["result"])
    assert {"fact", "value", "unit", "date", "source", "match", "note"} == set(done)
    statuses = set(get_args(msgspec.structs.fields(Due)[3].type))
    assert statuses == {one["status"] for one in found}


# --- hostile strings --------------------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.seen.add(tag)


def test_html_shows_hostile_strings_as_text() -> None:
    tags = _Tags()
    tags.feed(shown("html", hostile()))
    assert {"script", "img"}.isdisjoint(tags.seen)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_text_shows_hostile_strings_without_control_characters(encoding: str) -> None:
    text = shown("text", hostile(), encoding=encoding)
    assert all(c.isprintable() or c == "\n" for c in text)
    text.encode(encoding)


@pytest.mark.parametrize("width", [40, 60, 100])
def test_no_row_is_wider_than_the_terminal(width: int) -> None:
    assert width >= max(len(line) for line in shown("text", width=width).splitlines())


# --- the trend --------------------------------------------------------------------------------------------------------


def test_the_chart_holds_every_result_the_limit_and_the_unit() -> None:
    html = shown("html")
    assert 3 == html.count('<circle class="dot"')
    assert all(f"<title>{said}</title>" in html for said in ("2026-01-01: 1500 /uL", "2026-03-01: 400 /uL"))
    assert "limit 500 /uL" in html or "limit 500 /mm3" in html
    assert 2 == html.count('<line class="limit"')  # one across the chart, one beside its name
    assert '<text class="unit"' in html


def test_the_chart_has_a_title_and_a_description_for_those_who_cannot_see_it() -> None:
    html = shown("html")
    assert '<svg viewBox="0 0 640 220" role="img" aria-labelledby="trend-lymphocytes trend-lymphocytes-values">' in html
    assert '<title id="trend-lymphocytes">Trend: absolute lymphocyte count</title>' in html


def test_the_chart_is_in_proportion() -> None:
    found = chart(trend(0, 1000, 2000, limit=1000), "1000 /uL")
    assert found is not None
    low, middle, high = found.dots
    assert (low.y, high.y) == (found.bottom, pytest.approx(2 * middle.y - low.y))
    assert found.limit == middle.y
    assert low.x < middle.x < high.x
    assert pytest.approx(31 / 28, rel=0.01) == (middle.x - low.x) / (high.x - middle.x)


@pytest.mark.parametrize("values", [(0,), (0, 0), (1e-3, 2e-3), (500000, 3), (7,), tuple(range(12))])
def test_everything_lies_inside_the_chart(values: tuple[float, ...]) -> None:
    found = chart(trend(*values, limit=None))
    assert found is not None
    assert all(found.left <= dot.x <= found.right and 0 < dot.y <= found.bottom for dot in found.dots)
    assert 2 <= len(found.across) <= 8
    assert None is found.limit


def test_one_result_stands_in_the_middle_with_one_date() -> None:
    found = chart(trend(1500))
    assert found is not None
    assert 1 == len(found.along)


def test_without_a_dated_number_there_is_no_chart() -> None:
    assert None is chart(trend(left_out=2))
    assert "<svg" not in shown("html", (due("2026-02-14", "due", "2 wk", trend=trend(left_out=2)),))


@pytest.mark.parametrize(("encoding", "row"), [("utf-8", "█▅▃"), ("ascii", "853"), ("latin-1", "853")])
def test_a_terminal_gets_bars_or_digits(encoding: str, row: str) -> None:
    assert f"Trend:  {row} " in shown("text", encoding=encoding)


def test_the_highest_result_has_the_highest_bar() -> None:
    found = chart(trend(100, 900, 1600, limit=None))
    assert found is not None
    assert sorted(found.levels) == list(found.levels)
    assert set(bars(found.levels, "utf-8")) <= set(BARS)


def test_the_summary_counts_what_is_below_the_limit_and_what_is_not_drawn() -> None:
    found = chart(trend(1500, 400, 900, left_out=2), "500 /uL")
    assert found is not None
    assert (
        "1500 (2026-01-01) to 900 (2026-03-01) /uL, lowest 400 (2026-02-01); 1 of 3 below 500 /uL; "
        "2 results without a day or a plain number not drawn."
    ) == found.summary


# --- words ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("occurrence", "words"),
    [("1 mo", "1 month after the start"), ("12 mo", "12 months after the start"), ("2 wk", "2 weeks after the start"),
     ("1 mo + 3 d", "1 month and 3 days after the start"), ("before-start", "before the start"),
     ("watch", "from the start"), ("", "the whole schedule")],
)  # fmt: skip
def test_the_place_of_an_examination_in_words(occurrence: str, words: str) -> None:
    assert words == when(occurrence)


def test_a_note_of_every_entry_is_said_once() -> None:
    note = "An earlier course ended by 2025-01-01; the calendar runs from the start of the current one."
    entries = (
        due("2026-02-14", "due", "2 wk", note=note),
        due("2026-02-28", "done", "4 wk", note=f"Done late. {note}"),
    )
    found = monitoring_shown(entries, monograph())
    assert found is not None
    plan = found.plans[0]
    assert note in plan.notes
    assert [(), ("Done late.",)] == [line.detail for line in plan.lines]
