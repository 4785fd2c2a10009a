"""The short form of a quantity: a number and a unit written together."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.units import NotEvaluable, Quantity, parse_quantity


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (15.0, "kg", "15kg"),
        (33.0, "[lb_av]", "33 lb"),
        (0.8, "mg/dL", "0.8mg/dL"),
        (70.0, "umol/L", "70umol/L"),
        (70.0, "umol/L", " 70 \u00b5mol/L "),
        (2500.0, "/mm3", "2500 /mm3"),
        (2500.0, "/mm3", "2500/mm3"),
        (1.5, "10*9/L", "1.5 10*9/L"),
        (1.5, "10*9/L", "1.5x10^9/L"),
        (1.5, "10*9/L", "1.5 \u00d710\u2079/L"),
        (1.5, "10*9/L", "1.5 10 9/L"),
        (1500.0, "/uL", "1.5e3 /uL"),
        (10.0, "10*3/uL", "10 10*3/uL"),
        (10.0, "/uL", "10/uL"),
        (4.0, "a", "4a"),
        (4.0, "a", "4y"),
        (18.0, "mo", "18mo"),
        (45.0, "%", "45%"),
        (90.0, "mL/min/{1.73_m2}", "90 mL/min/1.73 m2"),
        (0.5, "mg", ".5 mg"),
        (-3.0, "kg", "-3 kg"),
        (5.0, "1", "5 1"),
    ],
)
def test_a_number_and_a_unit_are_read(value: float, unit: str, text: str) -> None:
    assert Quantity(value, unit) == parse_quantity(text)


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("no-unit", "5"),
        ("no-unit", " 5.0 "),
        ("no-unit", "10e3"),
        ("unknown-unit", "5 foo"),
        ("unknown-unit", "6 ft 2 in"),
        ("unknown-unit", "5 kg, 3 g"),
        ("ambiguous-unit", "5 Mg"),
        ("ambiguous-unit", "10*3/uL"),
        ("ambiguous-unit", "10^3/uL"),
        ("ambiguous-unit", "10e9/L"),
        ("ambiguous-unit", "10E3/uL"),
        ("ambiguous-unit", "10 3/uL"),
        ("ambiguous-unit", "10(3)/uL"),
        ("ambiguous-unit", "10\u00b3/uL"),
        ("ambiguous-unit", "2 500 /uL"),
        ("ambiguous-unit", "33 24h"),
        ("not-a-number", ""),
        ("not-a-number", "kg"),
        ("not-a-number", "nan kg"),
        ("not-a-number", "inf kg"),
        ("not-a-number", "1e999 kg"),
        ("not-a-number", "1.5.2 kg"),
        ("not-a-number", "2,500 /uL"),
        ("not-a-number", "0,8 mg/dL"),
        ("not-a-number", "1,234,567 /uL"),
        ("not-a-number", "<0.5 10*3/uL"),
        ("not-a-number", ">= 5 kg"),
        ("not-a-number", "\u22645 kg"),
        ("not-a-number", "\u0665 kg"),
        ("not-a-number", "9" * 10_000 + "kg"),
    ],
)
def test_what_cannot_be_read_has_a_reason(reason: str, text: str) -> None:
    result = parse_quantity(text)
    assert isinstance(result, NotEvaluable)
    assert reason == result.reason


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("'2,500 /uL' has a comma, which can mark decimals or thousands;", "2,500 /uL"),
        ("'<0.5 10*3/uL' is a bound, not a value;", "<0.5 10*3/uL"),
        ("'kg' does not begin with a number;", "kg"),
        ("'10*3/uL' starts with a power of ten, but with no clear number before it;", "10*3/uL"),
        ("'2 500 /uL' has a second number,", "2 500 /uL"),
        ("no unit was given, and none is assumed;", "5"),
    ],
)
def test_the_message_says_why(message: str, text: str) -> None:
    result = parse_quantity(text)
    assert isinstance(result, NotEvaluable)
    assert result.message.startswith(message)


def test_what_is_not_text_is_not_a_number() -> None:
    result = parse_quantity(5)  # type: ignore[arg-type]
    assert isinstance(result, NotEvaluable)
    assert "not-a-number" == result.reason


@given(st.text(max_size=40) | st.text("0123456789.,eE+-x*^ /mgdLu(){}", max_size=20))
def test_any_text_is_a_quantity_or_a_reason(text: str) -> None:
    assert isinstance(parse_quantity(text), Quantity | NotEvaluable)


@given(st.decimals(0, 10**9, places=4), st.sampled_from(["kg", "mg/dL", "10*3/uL", "a", "mL/min/{1.73_m2}"]))
def test_a_written_quantity_reads_back(value: Decimal, unit: str) -> None:
    assert Quantity(float(value), unit) == parse_quantity(f"{value:f} {unit}")
