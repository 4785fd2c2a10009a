"""Every number has a unit, and the same amount gives the same answer in every unit it can be written in."""

from typing import Any

import pytest

from support import ALC, CREATININE, WEIGHT, answer, finding, patient, result, whole

LOW = {"compare": {"quantity": "alc", "below": "alc-hold"}}  # 500/uL
HEAVY = {"compare": {"quantity": "weight", "above": "heavy-weight"}}  # 120 kg
IMPAIRED = {"compare": {"quantity": "creatinine-clearance", "below": "crcl-severe"}}  # 30 mL/min


def printed(what: Any, value: float, unit: str | None, **fields: Any) -> dict[str, Any]:
    quantity = {"value": value, **({"unit": unit} if unit is not None else {}), **fields}
    return result(what, valueQuantity=quantity)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [
        ("/uL", 1),
        ("/mm3", 1),
        ("cells/uL", 1),
        ("cells/mm³", 1),
        ("/µL", 1),
        ("10*3/uL", 1e-3),
        ("10^3/uL", 1e-3),
        ("x10(3)/mcL", 1e-3),
        ("K/uL", 1e-3),
        ("10*9/L", 1e-3),
        ("10^9/L", 1e-3),
        ("G/L", 1e-3),
        ("/mL", 1e3),
        ("/L", 1e6),
    ],
)
def test_a_count(unit: str, factor: float) -> None:
    """A count means the same in every unit: just below the limit of 500 per microlitre, on it, and above it."""
    answers = [answer(LOW, whole(printed(ALC, value * factor, unit))) for value in (499, 500, 501)]
    assert ["applies", "clear", "clear"] == answers


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("kg", (119.9, 120, 120.1)),
        ("g", (119900, 120000, 120100)),
        ("kgs", (119.9, 120, 120.1)),
        ("lb", (264.4, 264.55, 264.6)),
        ("[lb_av]", (264.4, 264.55, 264.6)),
        ("lbs", (264.4, 264.55, 264.6)),
    ],
)
def test_a_weight(unit: str, values: tuple[float, ...]) -> None:
    """A weight means the same in kilograms, grams and pounds."""
    answers = [answer(HEAVY, whole(printed(WEIGHT, value, unit))) for value in values]
    assert ["clear", "clear", "applies"] == answers


@pytest.mark.parametrize(
    ("unit", "values"),
    [
        ("mg/dL", (2.4, 2.5)),
        ("mg/L", (24, 25)),
        ("umol/L", (212.1, 221)),
        ("µmol/L", (212.1, 221)),
        ("mmol/L", (0.2121, 0.221)),
    ],
)
def test_a_concentration(unit: str, values: tuple[float, float]) -> None:
    """Mass and amount of substance are converted where the molar mass is part of the knowledge."""
    man = patient("1958-01-01", "male")  # 68 a, 72 kg: a clearance of 72 divided by creatinine in mg/dL
    weight = result(WEIGHT, 72, "kg")
    answers = [answer(IMPAIRED, whole(printed(CREATININE, value, unit), weight, who=man)) for value in values]
    assert ["clear", "applies"] == answers


@pytest.mark.parametrize(
    ("what", "when", "value", "unit"),
    [
        (ALC, LOW, 4, "%"),
        (ALC, LOW, 400, "mg/dL"),
        (ALC, LOW, 400, "cells"),
        (ALC, LOW, 400, "/kg"),
        (WEIGHT, HEAVY, 130, "cm"),
        (WEIGHT, HEAVY, 130, "kg/m2"),
    ],
)
def test_a_wrong_dimension(what: Any, when: Any, value: float, unit: str) -> None:
    """A unit that measures something else makes the result unusable: the question is unknown."""
    assert ("unknown", "unreadable") == _status_and_why(when, printed(what, value, unit))


@pytest.mark.parametrize("unit", [None, "", " "])
def test_no_unit(unit: str | None) -> None:
    """A bare number is not usable: no unit is assumed."""
    assert ("unknown", "unreadable") == _status_and_why(LOW, printed(ALC, 400, unit))


@pytest.mark.parametrize("unit", ["bananas", "103/uL"])
def test_an_unknown_unit(unit: str) -> None:
    """A unit that is not understood, or has lost its superscript, makes the result unusable."""
    assert ("unknown", "unreadable") == _status_and_why(LOW, printed(ALC, 400, unit))


def test_the_reason_is_given() -> None:
    """The need says why the result cannot be used and what to get instead."""
    how = finding(LOW, whole(printed(ALC, 4, "%"))).needs[0].how
    assert how.startswith("% is a fraction, but /uL")
    assert how.endswith("Order a blood count with differential.")


def test_the_code_and_the_printed_unit_agree() -> None:
    """A quantity may give its unit as a code and in print; two spellings of one unit agree."""
    assert "applies" == answer(LOW, whole(printed(ALC, 0.4, "K/uL", code="10*3/uL")))


@pytest.mark.parametrize(("code", "unit"), [("10*3/uL", "/uL"), ("/uL", "%"), ("/uL", "10*9/L")])
def test_the_code_and_the_printed_unit_clash(code: str, unit: str) -> None:
    """When the code and the printed unit differ, which one holds is not known."""
    assert ("unknown", "unreadable") == _status_and_why(LOW, printed(ALC, 0.4, unit, code=code))


def test_a_printed_unit_beside_an_unknown_code() -> None:
    """A local code that is no unit leaves the printed unit to decide."""
    assert "applies" == answer(LOW, whole(printed(ALC, 400, "/uL", code="ABC1")))


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        (700, "kg", "unknown"),
        (0.1, "kg", "unknown"),
        (400, "kg", "applies"),
        (0.4, "kg", "clear"),
        (130000, "kg", "unknown"),
    ],
)
def test_implausible_values(value: float, unit: str, expected: str) -> None:
    """A value outside the plausible limits is taken for an error of unit or entry; the limits themselves are in."""
    assert expected == answer(HEAVY, whole(printed(WEIGHT, value, unit)))


def test_plausible_limits_narrow_a_comparator() -> None:
    """A result of more than 100 kg means between 100 kg and the plausible limit, so it is not implausible."""
    assert "unknown" == answer(HEAVY, whole(printed(WEIGHT, 100, "kg", comparator=">")))
    assert "applies" == answer(HEAVY, whole(printed(WEIGHT, 120, "kg", comparator=">")))
    assert "unknown" == answer(HEAVY, whole(printed(WEIGHT, 700, "kg", comparator=">")))


def test_the_value_as_recorded_is_shown() -> None:
    """The evidence shows the value in the unit of the question, and the recorded value beside it."""
    fact = finding(LOW, whole(printed(ALC, 0.4, "10*9/L"))).because[0]
    assert ("400", "/uL", "as recorded: 0.4 10*9/L") == (fact.value, fact.unit, fact.note)


def _status_and_why(when: Any, row: dict[str, Any]) -> tuple[str, str]:
    found = finding(when, whole(row))
    return str(found.status), found.needs[0].why
