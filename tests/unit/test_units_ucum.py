"""The UCUM grammar: prefixes, exponents, operators, annotations, and any text at all."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.units import NotEvaluable, Unit, parse_unit

PREFIXES = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip
METRIC = ["m", "s", "g", "L", "l", "mol", "eq", "U", "kat", "[IU]"]
TWO_MEANINGS = {"Mg", "ML", "Ml", "Mmol", "Meq", "Mm", "MU", "Gm", "Pg", "Pmol"}
PREFIXED = [(p, a) for p in PREFIXES for a in METRIC if p + a not in TWO_MEANINGS]
NOT_METRIC = ["min", "h", "d", "wk", "mo", "a", "[in_i]", "[ft_i]", "[lb_av]", "[oz_av]", "[arb'U]", "%"]

FRAGMENTS = [
    "mg", "dL", "uL", "10*3", "1.73", "m2", "{", "}", "(", ")", "/", ".", " ", "x", "10^9", "per", "K",
    "[IU]", "1.73 m2", "-", "9", "\u00b5", "\u00b2", "min", "cells", "{x}", "*", "^", "E", "#",
]  # fmt: skip


def unit(text: str) -> Unit:
    parsed = parse_unit(text)
    assert isinstance(parsed, Unit), parsed
    return parsed


def scale(text: str) -> Fraction:
    return Fraction(*unit(text).scale)


@pytest.mark.parametrize(("prefix", "atom"), PREFIXED)
def test_a_prefix_multiplies_by_its_power_of_ten(prefix: str, atom: str) -> None:
    assert scale(atom) * Fraction(10) ** PREFIXES[prefix] == scale(prefix + atom)


@pytest.mark.parametrize(("prefix", "atom"), PREFIXED)
def test_a_prefix_keeps_the_dimension(prefix: str, atom: str) -> None:
    assert unit(atom).dimension == unit(prefix + atom).dimension


@pytest.mark.parametrize("atom", NOT_METRIC)
def test_a_unit_that_is_not_metric_takes_no_prefix(atom: str) -> None:
    parsed = parse_unit("n" + atom)
    assert isinstance(parsed, NotEvaluable)
    assert "unknown-unit" == parsed.reason


@pytest.mark.parametrize(("prefix", "atom"), PREFIXED)
@pytest.mark.parametrize("exponent", [-2, 2, 3])
def test_an_exponent_applies_to_the_prefix_too(prefix: str, atom: str, exponent: int) -> None:
    assert scale(prefix + atom) ** exponent == scale(f"{prefix}{atom}{exponent}")


@pytest.mark.parametrize(
    ("flat", "text"),
    [
        ("mg/kg/d", "mg/(kg.d)"),
        ("mg.d/kg", "mg/kg.d"),
        ("mg.d/kg", "mg/(kg/d)"),
        ("/s", "s-1"),
        ("m2/s2", "(m/s).(m/s)"),
        ("kg/m2", "kg.m-2"),
        ("/uL", "/(uL)"),
        ("mg", "mg{elemental}"),
        ("mg/dL", "mg/dL{any remark, with / and .}"),
        ("m2", "m+2"),
        ("1", "m0"),
        ("d/wk", "(((d)))/((wk))"),
    ],
)
def test_operators_bind_left_to_right(flat: str, text: str) -> None:
    assert (scale(flat), unit(flat).dimension) == (scale(text), unit(text).dimension)


@pytest.mark.parametrize(("a", "b"), [("mg", "Pm"), ("min", "m.in"), ("K/uL", "k.uL"), ("mo", "m")])
def test_case_and_names_keep_units_apart(a: str, b: str) -> None:
    assert parse_unit(a) != parse_unit(b)


def test_a_mass_over_a_mass_is_not_dimensionless() -> None:
    assert unit("1").dimension != unit("mg/kg").dimension


def test_a_volume_over_a_volume_is_dimensionless() -> None:
    assert unit("1").dimension == unit("mL/L").dimension


@given(st.text(max_size=40))
def test_any_text_is_a_unit_or_a_reason(text: str) -> None:
    assert isinstance(parse_unit(text), Unit | NotEvaluable)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=12).map("".join))
def test_any_mix_of_fragments_is_a_unit_or_a_reason(text: str) -> None:
    assert isinstance(parse_unit(text), Unit | NotEvaluable)


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8).map("".join))
def test_a_canonical_text_reads_as_itself(text: str) -> None:
    parsed = parse_unit(text)
    canonical = parsed.text if isinstance(parsed, Unit) else "1"
    assert canonical == unit(canonical).text


@given(st.sampled_from(METRIC), st.sampled_from(METRIC), st.integers(1, 3), st.integers(1, 3))
def test_a_quotient_divides_the_scales(a: str, b: str, m: int, n: int) -> None:
    assert scale(a) ** m / scale(b) ** n == scale(f"{a}{m}/{b}{n}")


@given(st.sampled_from(["mL/min", "mL/s", "L/h", "l/d"]), st.text("{}1.73m2_ /()^\u00b2", max_size=14))
def test_no_spelling_of_an_index_reads_as_a_plain_clearance(clearance: str, tail: str) -> None:
    parsed = parse_unit(f"{clearance}/1.73{tail}")
    assert not isinstance(parsed, Unit) or unit("mL/min").dimension != parsed.dimension
