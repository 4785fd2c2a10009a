"""The ways in which an observation gives its value, and what is made of each."""

from typing import Any

import pytest

from support import ALC, HBSAG, answer, bundle, coded, patient, read, resource, result, whole

LOW = {"compare": {"quantity": "alc", "below": "alc-hold"}}  # 500/uL
POSITIVE = {"result": {"of": "hbv-test", "answer": "positive"}}


@pytest.mark.parametrize(
    ("value", "comparator", "expected"),
    [
        (499, None, "applies"),
        (500, None, "clear"),
        (501, None, "clear"),
        (500, "<", "applies"),
        (500, "<=", "unknown"),
        (500, ">", "clear"),
        (500, ">=", "clear"),
        (600, "<", "unknown"),
        (600, ">", "clear"),
        (400, ">", "unknown"),
        (400, "ad", "unknown"),
    ],
)
def test_comparators(value: float, comparator: str | None, expected: str) -> None:
    """A result such as "<500" is a number known only within limits; a comparator not understood settles nothing."""
    quantity = {"value": value, "comparator": comparator, "code": "/uL", "system": "http://unitsofmeasure.org"}
    assert expected == answer(LOW, whole(result(ALC, valueQuantity=quantity)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(100, 400, "applies"), (400, 600, "unknown"), (500, 600, "clear"), (None, 400, "applies"), (600, None, "clear")],
)
def test_ranges(low: float | None, high: float | None, expected: str) -> None:
    """A range settles a comparison that both its ends settle; an open end is without limit."""
    ends = {"low": low, "high": high}
    value = {name: {"value": v, "code": "/uL", "unit": "/uL"} for name, v in ends.items() if v is not None}
    assert expected == answer(LOW, whole(result(ALC, valueRange=value)))


def test_a_whole_number_has_no_unit() -> None:
    """An integer has no unit, and none is assumed."""
    assert "unknown" == answer(LOW, whole(result(ALC, valueInteger=400)))


def test_a_number_in_a_text() -> None:
    """A text is not a number, even when it starts with one."""
    assert "unknown" == answer(LOW, whole(result(ALC, valueString="400 /uL")))


@pytest.mark.parametrize("reason", ["unknown", "error", "not-performed"])
def test_no_value(reason: str) -> None:
    """An observation that says why it has no value is no result; an earlier one is then the latest."""
    empty = result(ALC, when="2026-06-20", dataAbsentReason={"coding": [{"code": reason}]})
    assert "unknown" == answer(LOW, whole(empty))
    assert "applies" == answer(LOW, whole(empty, result(ALC, 400, "/uL", "2026-06-01")))


@pytest.mark.parametrize("field", ["valueRatio", "valueSampledData", "valuePeriod", "valueTime"])
def test_a_kind_of_value_that_is_not_read(field: str) -> None:
    """A newer result whose kind of value is not understood is not passed over in favor of an earlier one."""
    value: Any = "10:00:00" if field == "valueTime" else {"numerator": {"value": 1}}
    odd = {**result(HBSAG, when="2026-06-20"), field: value}
    assert "unknown" == answer(POSITIVE, whole(odd, result(HBSAG, when="2026-06-01", valueString="negative")))


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"valueCodeableConcept": coded("loinc", "LA6576-8", "Positive")}, "applies"),
        ({"valueCodeableConcept": coded("loinc", "LA6577-6", "Negative")}, "clear"),
        ({"valueCodeableConcept": coded("snomed", "10828004")}, "applies"),
        ({"valueCodeableConcept": {"text": "Positive"}}, "applies"),
        ({"valueString": "positive"}, "applies"),
        ({"valueString": "NOT DETECTED"}, "clear"),
        ({"valueString": "detected"}, "applies"),
        ({"valueBoolean": True}, "applies"),
        ({"valueBoolean": False}, "clear"),
        ({"interpretation": [coded("flag", "POS")]}, "applies"),
        ({"interpretation": coded("flag", "NEG")}, "clear"),
        ({"valueString": "indeterminate"}, "unknown"),
        ({"valueString": "see report"}, "unknown"),
        ({"valueString": "positive / negative"}, "unknown"),
        ({"valueQuantity": {"value": 0.05, "code": "[IU]/mL", "unit": "[IU]/mL"}}, "applies"),
        ({"valueQuantity": {"value": 0.04, "code": "[IU]/mL", "unit": "[IU]/mL"}}, "clear"),
        ({"valueQuantity": {"value": 50, "code": "[IU]/L", "unit": "[IU]/L"}}, "applies"),
        ({"valueQuantity": {"value": 0.05}}, "unknown"),
        ({"valueQuantity": {"value": 9}, "interpretation": [coded("flag", "NEG")]}, "clear"),
    ],
    ids=lambda f: next(iter(f)) if isinstance(f, dict) else None,
)
def test_answers_of_a_test(fields: dict[str, Any], expected: str) -> None:
    """An answer may be a code, a word, a flag or a number that reaches its limit; two answers at once are none."""
    assert expected == answer(POSITIVE, whole(result(HBSAG, **fields)))


def test_components() -> None:
    """Each component of an observation is a result of its own."""
    panel = result(
        "Blood count", component=[{"code": ALC, "valueQuantity": {"value": 400, "code": "/uL", "unit": "/uL"}}]
    )
    assert "applies" == answer(LOW, whole(panel))


def test_a_panel_is_no_result() -> None:
    """An observation that only holds components is not a result without a value."""
    part = {"code": coded("loinc", "6690-2"), "valueQuantity": {"value": 5, "code": "10*3/uL", "unit": "10*3/uL"}}
    panel = result(ALC, when="2026-06-20", component=[part])
    assert "applies" == answer(LOW, whole(panel, result(ALC, 400, "/uL", "2026-06-01")))


def test_a_contained_observation() -> None:
    """An observation inside another resource is read too."""
    outer = {"resourceType": "Procedure", "id": "x", "status": "completed", "subject": {"reference": "Patient/p1"}}
    inner = {**result(ALC, 400, "/uL"), "id": "inside"}
    assert "applies" == answer(LOW, read(bundle(patient(), {**outer, "code": {"text": "x"}, "contained": [inner]})))


@pytest.mark.parametrize(
    "fields",
    [
        {"effectiveDateTime": "2026-06-01T08:00:00Z"},
        {"effectiveInstant": "2026-06-01T08:00:00Z"},
        {"effectivePeriod": {"start": "2026-05-31", "end": "2026-06-01"}},
        {"effectivePeriod": {"start": "2026-06-01"}},
        {"issued": "2026-06-01T12:00:00Z"},
    ],
    ids=lambda f: next(iter(f)),
)
def test_the_date_of_a_result(fields: dict[str, Any]) -> None:
    """A result is of the day it was taken, or of the end of that period; else of the day it was issued."""
    row = resource("Observation", status="final", code=ALC, valueQuantity={"value": 400, "code": "/uL"}, **fields)
    assert "2026-06-01" == _shown(row)


def _shown(row: dict[str, Any]) -> str:
    when = read(bundle(patient(), row)).tables["observation"][0].when
    return when.text() if when else ""
