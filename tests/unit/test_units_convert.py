"""Conversion: exact pairs, refusals, and the laws of factors."""

from fractions import Fraction
from itertools import permutations
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.units import NotEvaluable, Unit, convert, factor, parse_unit, same_dimension

CREATININE = 113.12  # g/mol

FAMILIES = [
    ["10*3/uL", "10*9/L", "/mm3", "cells/uL", "K/uL", "G/L", "10*6/L", "M/uL"],
    ["mg/dL", "g/L", "mg/L", "mg%", "ug/mL"],
    ["umol/L", "mmol/L", "nmol/mL"],
    ["mL/min", "mL/s", "L/h", "L/d"],
    ["mL/min/{1.73_m2}", "mL/s/1.73m2"],
    ["mL/min/m2", "mL/s/m2"],
    ["kg", "g", "mg", "lb", "oz", "stone"],
    ["cm", "m", "mm", "in", "ft"],
    ["a", "mo", "wk", "d", "h", "min", "s"],
    ["%", "1"],
    ["[IU]/mL", "k[IU]/L", "mIU/mL"],
    ["[arb'U]/mL", "[arb'U]/L"],
    ["U/L", "ukat/L"],
    ["meq/L", "eq/L"],
    ["mg/kg", "ug/kg"],
    ["mg/kg/d", "ug/kg/min"],
    ["mg/d", "g/d", "mg/h"],
    ["mmol/mol", "umol/mol"],
    ["mg/g", "g/kg.1"],
    ["/min", "/h"],
    ["kg/m2", "g/cm2"],
]
WITHIN = [pair for family in FAMILIES for pair in permutations(family, 2)]
ACROSS = [(a[0], b[0]) for a, b in permutations(FAMILIES, 2) if {a[0], b[0]} != {"mg/kg", "mg/g"}]
TRIPLES = [triple for family in FAMILIES for triple in permutations(family, 3)]


def exact(unit: str, to: str) -> Fraction:
    source, target = parse_unit(unit), parse_unit(to)
    assert isinstance(source, Unit)
    assert isinstance(target, Unit)
    return Fraction(*source.scale) / Fraction(*target.scale)


def number(result: float | NotEvaluable) -> float:
    assert not isinstance(result, NotEvaluable), result
    return result


def reason(result: object) -> str:
    assert isinstance(result, NotEvaluable), result
    return result.reason


@pytest.mark.parametrize(
    ("expected", "value", "unit", "to"),
    [
        (2.5, 2500, "/mm3", "10*3/uL"),
        (2.5, 2.5, "10*9/L", "10*3/uL"),
        (1.1, 1100, "/uL", "10*3/uL"),
        (0.009, 9, "cells/uL", "10*9/L"),
        (0.8, 8, "mg/L", "mg/dL"),
        (15.0, 15000, "g", "kg"),
        (14.96854821, 33, "lb", "kg"),
        (2.54, 1, "in", "cm"),
        (182.88, 6, "ft", "cm"),
        (60.0, 1, "mL/s", "mL/min"),
        (48.0, 4, "a", "mo"),
        (1461.0, 4, "a", "d"),
        (0.45, 45, "%", "1"),
        (0.02, 20, "mg/g", "g/g"),
        (1.2, 1.2, "k[IU]/L", "[IU]/mL"),
    ],
)
def test_a_value_converts_to_the_nearest_number(expected: float, value: float, unit: str, to: str) -> None:
    assert expected == convert(value, unit, to)


@pytest.mark.parametrize("count", range(100, 3000, 37))
def test_a_count_on_a_limit_stays_on_it(count: int) -> None:
    assert float(f"{count}e-3") == convert(count, "/uL", "10*3/uL")


@pytest.mark.parametrize(("unit", "to"), WITHIN)
def test_the_factor_agrees_with_exact_arithmetic(unit: str, to: str) -> None:
    assert float(exact(unit, to)) == pytest.approx(number(factor(unit, to)), rel=4e-16)


@pytest.mark.parametrize(("a", "b", "c"), TRIPLES)
def test_factors_compose(a: str, b: str, c: str) -> None:
    assert number(factor(a, c)) == pytest.approx(number(factor(a, b)) * number(factor(b, c)), rel=1e-15)


@pytest.mark.parametrize(("unit", "to"), ACROSS)
def test_units_of_different_kinds_do_not_convert(unit: str, to: str) -> None:
    assert "wrong-dimension" == reason(convert(1.0, unit, to))


@pytest.mark.parametrize(
    ("unit", "to"),
    [
        ("mL/min/1.73m2", "mL/min"),
        ("mL/min", "mL/min/{1.73_m2}"),
        ("mL/min/m2", "mL/min/{1.73_m2}"),
        ("mL/min/m2", "mL/min"),
        ("mg/kg", "%"),
        ("mmol/mol", "%"),
        ("10*3/uL", "%"),
        ("meq/L", "mmol/L"),
        ("IU/L", "U/L"),
        ("m", "mo"),
        ("mg/kg/d", "/d"),
    ],
)
def test_a_molar_mass_does_not_bridge_other_kinds(unit: str, to: str) -> None:
    assert "wrong-dimension" == reason(convert(1.0, unit, to, CREATININE))


@pytest.mark.parametrize(
    ("expected", "value", "unit", "to"),
    [
        (1e4 / 113.12, 1.0, "mg/dL", "umol/L"),
        (0.011312, 1.0, "umol/L", "mg/dL"),
        (1000 / 113.12, 1.0, "g/L", "mmol/L"),
        (113.12, 1.0, "mmol", "mg"),
        (11.312, 100.0, "mg/g", "mg/mmol"),
        (884.0169731258840, 100.0, "mg/mmol", "mg/g"),
    ],
)
def test_a_molar_mass_bridges_mass_and_amount(expected: float, value: float, unit: str, to: str) -> None:
    assert expected == pytest.approx(number(convert(value, unit, to, CREATININE)), rel=1e-15)


def test_the_message_says_when_a_molar_mass_is_missing() -> None:
    result = convert(1.0, "mg/dL", "umol/L")
    assert (
        NotEvaluable(
            "wrong-dimension",
            "mg/dL is a mass concentration, but umol/L (an amount concentration) is needed; "
            "converting needs the molar mass of the substance",
        )
        == result
    )


def test_the_message_says_why_an_indexed_clearance_is_refused() -> None:
    result = convert(90.0, "mL/min/1.73m2", "mL/min")
    assert isinstance(result, NotEvaluable)
    assert result.message.startswith("mL/min/{1.73_m2} is a clearance indexed to 1.73 m2 of body surface, but")


def test_the_message_names_both_kinds() -> None:
    result = convert(5.0, "kg", "cm")
    assert isinstance(result, NotEvaluable)
    assert "kg is a mass, but cm (a length) is needed; give a value that converts to cm" == result.message


def test_the_message_spells_out_an_unnamed_kind() -> None:
    result = convert(5.0, "kg.s", "cm")
    assert isinstance(result, NotEvaluable)
    assert "kg.s is of dimension time^1 mass^1" in result.message


@pytest.mark.parametrize(
    ("expected", "unit", "to"),
    [
        ("no-unit", None, "kg"),
        ("no-unit", " ", "kg"),
        ("unknown-unit", "foo", "kg"),
        ("unknown-unit", "kg", "foo"),
        ("ambiguous-unit", "Mg", "kg"),
        ("no-unit", "kg", ""),
    ],
)
def test_a_unit_that_cannot_be_read_keeps_its_reason(expected: str, unit: str | None, to: str) -> None:
    assert expected == reason(convert(1.0, unit, to))


def test_an_unreadable_target_is_named_as_the_target() -> None:
    result = factor("kg", "foo")
    assert isinstance(result, NotEvaluable)
    assert result.message.startswith("cannot convert to the unit asked for: unit 'foo'")


@pytest.mark.parametrize("value", [nan, inf, -inf, 10**400, "12", None, [1.0], True, 1.7e308])
def test_a_value_that_is_no_finite_number_is_refused(value: object) -> None:
    assert "not-a-number" == reason(convert(value, "kg", "mg"))  # type: ignore[arg-type]


@pytest.mark.parametrize("molar_mass", [0.0, -113.12, nan, inf, 1e300, 1e-300])
def test_an_unusable_molar_mass_is_refused(molar_mass: float) -> None:
    assert "not-a-number" == reason(factor("mg/dL", "umol/L", molar_mass))


@pytest.mark.parametrize(
    ("expected", "a", "b"),
    [
        (True, "kg", "lb"),
        (True, "K/uL", "10*9/L"),
        (False, "mL/min", "mL/min/1.73m2"),
        (False, "mg/kg", "1"),
        (False, "foo", "foo"),
        (False, "kg", ""),
    ],
)
def test_same_dimension(expected: bool, a: str, b: str) -> None:
    assert expected is same_dimension(a, b)


@given(
    st.floats(min_value=1e-150, max_value=1e150) | st.floats(min_value=-1e150, max_value=-1e-150),
    st.sampled_from(WITHIN),
)
def test_there_and_back_is_the_same_value(value: float, pair: tuple[str, str]) -> None:
    there = number(convert(value, *pair))
    assert value == pytest.approx(number(convert(there, pair[1], pair[0])), rel=1e-12)


@given(st.floats(min_value=1e-6, max_value=1e6), st.floats(min_value=1.0, max_value=1e6))
def test_there_and_back_through_a_molar_mass(value: float, molar_mass: float) -> None:
    there = number(convert(value, "mg/dL", "umol/L", molar_mass))
    assert value == pytest.approx(number(convert(there, "umol/L", "mg/dL", molar_mass)), rel=1e-12)


@given(st.floats(allow_nan=True), st.none() | st.text(max_size=12), st.text(max_size=12))
def test_no_input_raises(value: float, unit: str | None, to: str) -> None:
    assert isinstance(convert(value, unit, to), float | NotEvaluable)
