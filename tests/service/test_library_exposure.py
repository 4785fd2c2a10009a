"""The expected exposure on the page: its numbers are those of the review and of a simulation, typed regimens count."""

import json
import re
from typing import Any

import msgspec
import pytest
from library_site import TODAY, ask, state

from apothecary.kinetics.asked import Amount, Regimen, Request
from apothecary.kinetics.simulation import simulate
from apothecary.kinetics.typical import also, course, typical
from apothecary.knowledge import PACKAGED
from apothecary.present.exposure_chart import STYLES, chart
from apothecary.record import read_record
from apothecary.review import Review
from apothecary.review.exposure import Exposure
from apothecary.service.page.asked import Asked
from apothecary.service.page.exposure import MOST, exposure_part, typed
from apothecary.therapy.complete import complete

EXAMPLE = (PACKAGED / "anakinra" / "example.json").read_text(encoding="utf-8")
ANAKINRA = state().reviewers["anakinra"].monograph
ADULT = {
    "age": "50 a", "sex": "female", "weight": "70 kg", "conditions": ["rheumatoid arthritis"],
    "labs": {"creatinine clearance": {"value": "25 mL/min", "date": "2026-11-20", "loinc": "2164-2"}},
}  # fmt: skip


def asked(record: str) -> Asked:
    return Asked("anakinra", record, "", TODAY)


def reviewed(record: Any) -> Review:
    text = record if isinstance(record, str) else json.dumps(record)
    return complete(state().reviewers["anakinra"], read_record(text.encode()), TODAY)


def part(review: Review, *regimens: tuple[str, str]) -> Any:
    return exposure_part(review, ANAKINRA, asked(""), regimens)


def near(value: float) -> Any:
    return pytest.approx(value, rel=1e-9)


# --- the typical patient ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", [EXAMPLE, ADULT], ids=["example", "kidneys"])
def test_a_regimen_added_again_has_the_numbers_of_the_review(record: Any) -> None:
    exposure = reviewed(record).exposure
    assert exposure is not None
    for one in exposure.regimens:
        left = msgspec.structs.replace(exposure, regimens=(exposure.regimens[0],))
        again = also(left, [("again", one.dose_mg + 1e-12, one.interval_h)]).regimens[-1]
        for name in ("average_mg_L", "maximum_mg_L", "time_of_maximum_h", "trough_mg_L", "auc_mg_h_L", "accumulation",
                     "above_target_h"):  # fmt: skip
            assert pytest.approx(getattr(one, name), rel=1e-6) == getattr(again, name), name
        assert pytest.approx(one.average_90_mg_L, rel=1e-9) == again.average_90_mg_L
        assert one.reaches_target == again.reaches_target


def test_a_curve_ends_at_the_trough_and_reaches_the_maximum() -> None:
    exposure = reviewed(EXAMPLE).exposure
    assert exposure is not None
    patient, one = typical(exposure), exposure.regimens[0]
    assert patient is not None
    levels = course(patient, one, [hour / 60 for hour in range(60 * 48 + 1)])
    assert near(one.trough_mg_L) == levels[0] == near(levels[-1]) == near(levels[60 * 24])
    assert pytest.approx(one.maximum_mg_L, rel=1e-4) == max(levels)


def test_there_is_no_patient_where_nothing_was_computed() -> None:
    unknown = Exposure("unknown", "no weight")
    assert typical(unknown) is None
    assert chart(unknown) is None
    assert also(unknown, [("x", 1.0, 24.0)]) is unknown


# --- the part of the page --------------------------------------------------------------------------------------------


def test_the_typed_regimen_has_the_numbers_of_a_simulation() -> None:
    review = reviewed(ADULT)
    shown = part(review, ("1 mg/kg", "2 d")).shown
    request = Request(Regimen(Amount(1.0, True), 48.0), 96.0, age=50.0, weight=70.0, creatinine_clearance=25.0)
    steady = simulate(ANAKINRA, request).steady
    row = next(row for row in shown.rows if "typed here" in row[0])
    assert row[0].startswith("70 mg every other day")
    numbers = dict(zip(shown.columns, row, strict=True))
    assert f"{steady.average:.3g}" == f"{float(numbers['average']):.3g}"
    assert f"{steady.maximum:.3g}" == f"{float(numbers['highest']):.3g}"


def test_the_planned_regimens_stand_first_and_unchanged() -> None:
    from apothecary.present.exposure_content import exposure_shown

    review = reviewed(ADULT)
    assert review.exposure is not None
    planned = exposure_shown(review.exposure).rows
    assert len(planned) >= 2  # the usual interval, and the longer one that severe renal impairment offers
    assert planned == part(review).shown.rows[: len(planned)]


def test_without_a_typed_regimen_half_the_dose_and_twice_the_interval_are_compared() -> None:
    said = [row[0] for row in part(reviewed(EXAMPLE)).shown.rows]
    assert ["as ordered", "half the dose", "twice the interval"] == [
        re.findall(r"as ordered|half the dose|twice the interval", one)[0] for one in said
    ]


def test_typed_regimens_take_the_place_of_the_others() -> None:
    said = " ".join(row[0] for row in part(reviewed(EXAMPLE), ("50 mg", "12 h")).shown.rows)
    assert "typed here" in said
    assert "only to compare" not in said


@pytest.mark.parametrize(
    ("dose", "every", "beside"),
    [
        ("x", "24 h", ["dose"]),
        ("100", "24 h", ["dose"]),
        ("100 mL", "24 h", ["dose"]),
        ("0 mg", "24 h", ["dose"]),
        ("-5 mg", "24 h", ["dose"]),
        ("20 g", "24 h", ["dose"]),
        ("", "24 h", ["dose"]),
        ("100 mg", "", ["every"]),
        ("100 mg", "24", ["every"]),
        ("100 mg", "5 mg", ["every"]),
        ("100 mg", "1 min", ["every"]),
        ("100 mg", "60 d", ["every"]),
        ("<b>", "<i>", ["dose", "every"]),
    ],
)
def test_a_regimen_that_cannot_be_used_is_said_beside_its_field(dose: str, every: str, beside: list[str]) -> None:
    found = part(reviewed(EXAMPLE), (dose, every))
    field = found.fields[0]
    assert (dose, every) == (field.dose, field.every)
    assert beside == [name for name in ("dose", "every") if getattr(field, f"{name}_error")]
    assert found.wrong
    assert found.chart is not None  # the rest is shown all the same


def test_a_dose_by_weight_needs_the_weight() -> None:
    review = reviewed(EXAMPLE)
    unknown = msgspec.structs.replace(review.patient.weight, value=None)
    review = msgspec.structs.replace(review, patient=msgspec.structs.replace(review.patient, weight=unknown))
    assert "weight is not known" in part(review, ("1 mg/kg", "24 h")).fields[0].dose_error


def test_there_is_an_empty_line_until_enough_are_typed() -> None:
    assert ["", ""] == [part(reviewed(EXAMPLE)).fields[0].dose, part(reviewed(EXAMPLE)).fields[0].every]
    many = [(f"{n}0 mg", "24 h") for n in range(1, 9)]
    found = part(reviewed(EXAMPLE), *many)
    assert len(found.fields) == MOST
    assert all(field.dose for field in found.fields)


def test_what_is_not_known_is_said_with_what_it_needs() -> None:
    found = part(reviewed({"age": "50 a", "sex": "female", "conditions": ["rheumatoid arthritis"]}))
    assert found.chart is None
    assert found.fields == ()
    assert found.shown.lead.startswith("Not known.")
    assert found.shown.needs


def test_a_monograph_without_a_model_has_no_part() -> None:
    review = msgspec.structs.replace(reviewed(EXAMPLE), exposure=None)
    assert exposure_part(review, ANAKINRA, asked("")) is None


def test_what_is_typed_is_read_from_the_form_in_pairs() -> None:
    form = {"regimen-dose": ["50 mg", " ", "1 mg/kg"], "regimen-every": ["12 h", "", ""]}
    assert (("50 mg", "12 h"), ("1 mg/kg", "")) == typed(form)


def test_the_chart_says_in_words_what_it_draws() -> None:
    review = reviewed(ADULT)
    found = part(review)
    drawn = found.chart
    assert len(found.shown.rows) == len(drawn.curves) <= STYLES
    for row in found.shown.rows:
        assert row[0].split(" (")[0] in drawn.description
    for curve in drawn.curves:
        points = [tuple(map(float, point.split(","))) for point in curve.points.split()]
        assert all(drawn.left <= x <= drawn.right and drawn.top <= y <= drawn.bottom for x, y in points)
    assert "0.4 mg/L" in drawn.description


# --- on the review page ----------------------------------------------------------------------------------------------


def posted(**more: Any) -> str:
    fields = {"drug": "anakinra", "record": EXAMPLE, "answers": "", "as_of": TODAY.isoformat()}
    return ask("POST", "/review", data=fields | more).text


def test_the_page_shows_chart_table_and_fields() -> None:
    page = posted()
    assert '<figure class="exposure-chart">' in page
    assert 'aria-labelledby="exposure-title exposure-values"' in page
    assert "half the dose, only to compare" in page
    assert 'name="regimen-dose"' in page
    assert not re.search(r"<script|<style|\sstyle=", page)


def test_the_page_reacts_to_a_typed_regimen() -> None:
    page = posted(**{"regimen-dose": ["50 mg", "x"], "regimen-every": ["12 h", "1 d"]})
    assert "50 mg twice a day (typed here)" in page
    assert 'value="50 mg"' in page
    assert "“x” is no dose with a unit." in page
