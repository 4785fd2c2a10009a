"""Creatinine clearance is estimated by Cockcroft-Gault for adults and by bedside Schwartz for children.

The expected numbers are worked out by hand from the published formulas.
"""

from typing import Any

import pytest

from apothecary.review import Reviewer
from apothecary.review.result import Measure
from support import AS_OF, CREATININE, HEIGHT, WEIGHT, answer, finding, patient, result, whole

IMPAIRED = {"compare": {"quantity": "creatinine-clearance", "below": "crcl-severe"}}  # 30 mL/min


def clearance(reviewer: Reviewer, *rows: dict[str, Any], who: dict[str, Any]) -> Measure:
    return reviewer.review(whole(*rows, who=who), AS_OF).patient.creatinine_clearance


def adult(
    birth: str, sex: str | None, kilograms: float, creatinine: float
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return [result(WEIGHT, kilograms, "kg"), result(CREATININE, creatinine, "mg/dL")], patient(birth, sex)


@pytest.mark.parametrize(
    ("birth", "sex", "kilograms", "creatinine", "expected"),
    [
        ("1986-06-30", "male", 72, 1.0, 100.0),  # 100 x 72 / 72
        ("1986-06-30", "female", 72, 1.0, 85.0),  # the same x 0.85
        ("1986-07-01", "male", 72, 1.0, 101.0),  # one year younger until tomorrow
        ("1946-01-01", "male", 60, 2.5, 20.0),  # 60 x 60 / 180
        ("1946-01-01", "female", 60, 2.5, 17.0),
        ("1971-03-03", "male", 90, 1.25, 85.0),  # 85 x 90 / 90
        ("2008-06-30", "male", 59, 0.5, 199.9),  # 122 x 59 / 36 = 199.94
    ],
)
def test_cockcroft_gault(
    reviewer: Reviewer, birth: str, sex: str, kilograms: float, creatinine: float, expected: float
) -> None:
    """(140 - age) x weight / (72 x creatinine), x 0.85 for women; age in completed years, actual body weight."""
    rows, who = adult(birth, sex, kilograms, creatinine)
    value = clearance(reviewer, *rows, who=who).value
    assert value is not None
    assert expected == round(value, 1)


@pytest.mark.parametrize(("creatinine", "expected"), [(2.39, "clear"), (2.4, "clear"), (2.41, "applies")])
def test_on_a_threshold(creatinine: float, expected: str) -> None:
    """A man of 68 years and 72 kg has a clearance of 72 / creatinine: 2.4 mg/dL is exactly 30 mL/min."""
    rows, who = adult("1958-01-01", "male", 72, creatinine)
    assert expected == answer(IMPAIRED, whole(*rows, who=who))


def test_a_threshold_is_not_rounded() -> None:
    """An estimate of 29.96 mL/min is below 30, although it is shown as 30.0."""
    rows, who = adult("1958-01-01", "male", 71.9, 2.4)
    assert "applies" == answer(IMPAIRED, whole(*rows, who=who))


def test_the_method_is_named(reviewer: Reviewer) -> None:
    """An estimate names its method and the day of its creatinine."""
    rows, who = adult("1986-06-30", "male", 72, 1.0)
    shown = clearance(reviewer, *rows, who=who)
    assert ("Cockcroft-Gault, actual body weight", "2026-06-01", "mL/min") == (shown.method, shown.date, shown.unit)


def test_its_inputs_are_shown() -> None:
    """The evidence of an estimate holds the estimate and everything it was made from."""
    rows, who = adult("1986-06-30", "male", 72, 1.0)
    facts = [fact.fact for fact in finding(IMPAIRED, whole(*rows, who=who)).because]
    assert ["creatinine clearance", "serum creatinine", "body weight", "age"] == facts


@pytest.mark.parametrize(
    ("left_out", "needed"),
    [("weight", "body weight"), ("creatinine", "serum creatinine"), ("sex", "sex"), ("birth", "age")],
)
def test_a_missing_input(left_out: str, needed: str) -> None:
    """Without one of its inputs there is no estimate, and the need names that input."""
    rows, who = adult("1986-06-30", "male", 72, 1.0)
    rows = rows[1:] if left_out == "weight" else rows[:1] if left_out == "creatinine" else rows
    who = {key: value for key, value in who.items() if key != {"sex": "gender", "birth": "birthDate"}.get(left_out)}
    found = finding(IMPAIRED, whole(*rows, who=who))
    assert "unknown" == str(found.status)
    assert needed in [need.fact for need in found.needs]


@pytest.mark.parametrize(("day", "expected"), [("2025-12-30", "clear"), ("2025-12-29", "unknown")])
def test_a_stale_creatinine(day: str, expected: str) -> None:
    """Creatinine older than the policy allows, here six months, gives no estimate."""
    rows = [result(WEIGHT, 72, "kg"), result(CREATININE, 1, "mg/dL", day)]
    assert expected == answer(IMPAIRED, whole(*rows))


def test_two_weights_of_one_day() -> None:
    """Two weights of one day on both sides of the threshold leave the estimate open: neither is chosen."""
    rows, who = adult("1958-01-01", "male", 60, 2.4)  # 25 mL/min, and 50 with the other weight
    assert "unknown" == answer(IMPAIRED, whole(*rows, result(WEIGHT, 120, "kg"), who=who))


def test_a_birth_date_on_both_sides() -> None:
    """A partial date of birth gives an estimate within limits, which may lie on both sides of the threshold."""
    rows, _ = adult("1958", "male", 72, 2.42)  # 29.8 at 68 years, 30.2 at 67
    assert "unknown" == answer(IMPAIRED, whole(*rows, who=patient("1958", "male")))
    assert "applies" == answer(IMPAIRED, whole(*rows, who=patient("1950", "male")))


def test_creatinine_below_a_limit() -> None:
    """Creatinine of less than 0.3 mg/dL gives an estimate above a limit."""
    rows = [
        result(WEIGHT, 72, "kg"),
        result(CREATININE, valueQuantity={"value": 0.3, "comparator": "<", "code": "mg/dL"}),
    ]
    assert "clear" == answer(IMPAIRED, whole(*rows))


def child(birth: str, centimetres: float, creatinine: float) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    return [result(HEIGHT, centimetres, "cm"), result(CREATININE, creatinine, "mg/dL")], patient(birth, None)


@pytest.mark.parametrize(
    ("centimetres", "creatinine", "expected"), [(100, 1.0, 41.3), (120, 0.5, 99.1), (120, 2.0, 24.8), (150, 0.7, 88.5)]
)
def test_bedside_schwartz(reviewer: Reviewer, centimetres: float, creatinine: float, expected: float) -> None:
    """0.413 x height / creatinine; neither sex nor weight is needed."""
    rows, who = child("2018-01-01", centimetres, creatinine)
    value = clearance(reviewer, *rows, who=who).value
    assert value is not None
    assert expected == round(value, 1)


def test_the_assumption_is_named(reviewer: Reviewer) -> None:
    """The text asks for a clearance, Schwartz gives an indexed GFR: that it stands for it is marked as assumed."""
    rows, who = child("2018-01-01", 100, 1.0)
    assert "assumed to stand for a clearance" in clearance(reviewer, *rows, who=who).method


@pytest.mark.parametrize(("birth", "expected"), [("2025-06-30", "clear"), ("2025-07-01", "unknown")])
def test_under_one_year(birth: str, expected: str) -> None:
    """Schwartz is not for a child under one year: the question stays open."""
    rows, who = child(birth, 75, 0.4)
    assert expected == answer(IMPAIRED, whole(*rows, who=who))


def test_the_formula_changes_on_the_birthday(reviewer: Reviewer) -> None:
    """On the eighteenth birthday Cockcroft-Gault takes over."""
    rows = [result(HEIGHT, 170, "cm"), result(WEIGHT, 60, "kg"), result(CREATININE, 1, "mg/dL")]
    methods = [clearance(reviewer, *rows, who=patient(b, "male")).method for b in ("2008-07-01", "2008-06-30")]
    assert [True, False] == ["Schwartz" in method for method in methods]
    assert [False, True] == ["Cockcroft" in method for method in methods]


def test_adult_or_child_is_not_known() -> None:
    """When the date of birth leaves open whether the patient is an adult, there is no estimate."""
    rows = [result(HEIGHT, 170, "cm"), result(WEIGHT, 60, "kg"), result(CREATININE, 1, "mg/dL")]
    assert "unknown" == answer(IMPAIRED, whole(*rows, who=patient("2008", "male")))


def test_two_heights_of_one_day() -> None:
    """Two heights of one day on both sides of the threshold leave the estimate of a child open."""
    rows, who = child("2018-01-01", 100, 1.6)  # 25.8, and 38.7 with the other height
    assert "unknown" == answer(IMPAIRED, whole(*rows, result(HEIGHT, 150, "cm"), who=who))
