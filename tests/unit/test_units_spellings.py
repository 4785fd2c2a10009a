"""Every spelling a record may use, against exact arithmetic."""

from fractions import Fraction

import pytest

from apothecary.units import NotEvaluable, Unit, parse_unit

MILLILITRE = Fraction(1, 10**6)
LITRE = 1000 * MILLILITRE
MICROLITRE = MILLILITRE / 1000
DAY = Fraction(86_400)
POUND = Fraction("453.59237")

# factor to base units: (dimension exemplar, spellings)
SPELLINGS: list[tuple[Fraction, str, list[str]]] = [
    (1 / MICROLITRE, "/uL", [
        "/uL", "/ul", "/\u00b5L", "/\u03bcL", "/mcL", "/mm3", "/mm^3", "/mm\u00b3", "/cu mm", "/cumm", "1/uL",
        "cells/uL", "{cells}/uL", "cells/mm3", "cells/\u00b5L", "cells / \u03bcL", "{#}/uL", "#/uL", "per uL",
        "10*6/L", "10^6/L", "x10^6/L", "10*3/mL", "/UL", "cells/cu. mm",
    ]),
    (1000 / MICROLITRE, "/uL", [
        "10*3/uL", "10^3/uL", "10*9/L", "10^9/L", "10*9/l", "x10E3/uL", "X10E3/UL", "x10^9/L", "x 10^9/L",
        "x10*9/L", "\u00d710\u2079/L", "10\u00b3/\u00b5L", "10E3/uL", "10e9/L", "10E9/L", "10 3/uL",
        "10**9/L", "10(3)/uL", "x10(9)/L", "K/uL", "K/\u00b5L", "K/UL", "k/uL", "K/mm3", "k/mm3", "K/cumm",
        "thou/uL", "thou/mm3", "Thousand/uL", "thousands/\u00b5L", "Thousand cells/uL", "G/L", "Gpt/L",
        "10*3/mm3", "10^3/mm\u00b3",
        "10*3/cu mm", "10^3 cells/uL", "x10^9 cells/L", "10*3{cells}/uL", "10*3.mm-3",
    ]),
    (10**6 / MICROLITRE, "/uL", ["M/uL", "M/\u00b5L", "10*6/uL", "10*12/L", "T/L", "Tpt/L", "million/mm3"]),
    (Fraction(10), "g/L", [
        "mg/dL", "mg/dl", "mg/100mL", "mg/100 mL", "mg/100 ml", "mg%", "mg %", "MG/DL", "mg per dL",
        "mg / dL", "10.mg/L", "mg/(100.mL)", "mg.dL-1", "mg/deciliter",
    ]),
    (Fraction(1), "g/L", ["mg/L", "mg/l", "ug/mL", "mcg/mL", "\u00b5g/mL"]),
    (Fraction(1000), "g/L", ["g/L", "g/l", "mg/mL", "gm/L", "GM/L"]),
    (Fraction(1, 1000), "g/L", ["ng/mL", "ug/L", "mcg/L", "\u00b5g/L"]),
    (Fraction(1, 1000), "mol/L", [
        "umol/L", "\u00b5mol/L", "\u03bcmol/L", "umol/l", "micromol/L", "micromoles/L", "UMOL/L", "uM",
        "mcmol/L",
    ]),
    (Fraction(1), "mol/L", ["mmol/L", "mmol/l", "MMOL/L", "millimol/L", "mM", "mol/m3"]),
    (MILLILITRE / 60, "L/s", ["mL/min", "ml/min", "ML/MIN", "cc/min", "mL/minute", "mL.min-1"]),
    (MILLILITRE, "L/s", ["mL/s", "ml/s", "mL/sec"]),
    (LITRE / 3600, "L/s", ["L/h", "l/h", "L/hr", "L/hour"]),
    (LITRE / DAY, "L/s", ["L/d", "L/day", "L/24h", "L/24 h", "L/(24.h)"]),
    (MILLILITRE / 60, "mL/min/{1.73_m2}", [
        "mL/min/{1.73_m2}", "mL/min/1.73m2", "mL/min/1.73 m2", "mL/min/1.73 m^2", "mL/min/1.73m\u00b2",
        "mL/min/1.73 m\u00b2", "mL/min/{1.73m2}", "mL/min/{1.73 m2}", "mL/min/{1.73}", "mL/min/1.73{m2}",
        "mL/min per 1.73 m2", "ml/min/1.73m2", "ML/MIN/1.73M2", "mL/min/1.73 sq. m", "mL/min/(1.73 m2)",
        "mL/min/1,73m2", "mL/min/1.73", "mL/(min.{1.73_m2})", "mL / min / 1.73 m2", "mL/min/1.73_m2",
    ]),
    (MILLILITRE, "mL/min/{1.73_m2}", ["mL/s/{1.73_m2}", "mL/s/1.73m2", "mL/sec/1.73 m2"]),
    (MILLILITRE / 60, "mL/min/m2", ["mL/min/m2", "mL/min/m^2", "mL/min/m\u00b2", "mL/min per m2"]),
    (Fraction(1000), "g", ["kg", "KG", "Kg", "kgs", "kilogram", "kilograms", "Kilograms"]),
    (Fraction(1), "g", ["g", "gram", "grams", "gm"]),
    (Fraction(1, 1000), "g", ["mg", "MG", "milligrams"]),
    (Fraction(1, 10**6), "g", ["ug", "mcg", "\u00b5g", "\u03bcg", "micrograms", "MCG"]),
    (POUND, "g", ["[lb_av]", "lb", "lbs", "lbs.", "LB", "pound", "pounds"]),
    (POUND / 16, "g", ["[oz_av]", "oz", "ounces"]),
    (14 * POUND, "g", ["[stone_av]", "stone"]),
    (Fraction(1), "m", ["m", "meter", "metres"]),
    (Fraction(1, 100), "m", ["cm", "CM", "centimetres"]),
    (Fraction(1, 1000), "m", ["mm", "millimeters"]),
    (Fraction("0.0254"), "m", ["[in_i]", "in", "IN", "inch", "inches"]),
    (Fraction("0.3048"), "m", ["[ft_i]", "ft", "foot", "feet"]),
    (Fraction("365.25") * DAY, "s", ["a", "y", "yr", "yrs", "yrs.", "year", "years", "Years", "YEARS"]),
    (Fraction("30.4375") * DAY, "s", ["mo", "MO", "mos", "month", "months", "Months"]),
    (7 * DAY, "s", ["wk", "w", "wks", "week", "weeks"]),
    (DAY, "s", ["d", "day", "days", "Day", "24h"]),
    (Fraction(3600), "s", ["h", "hr", "hrs", "hour", "hours"]),
    (Fraction(60), "s", ["min", "mins", "minute", "MIN"]),
    (Fraction(1), "s", ["s", "sec", "second", "seconds"]),
    (Fraction(1, 100), "1", ["%", "percent", "10*-2"]),
    (Fraction(1), "1", ["1", "{score}", "L/L", "10*0"]),
    (10**6 * Fraction(1), "[IU]/L", ["[IU]/mL", "IU/mL", "[iU]/mL", "k[IU]/L", "kIU/L", "iu/mL"]),
    (Fraction(1000), "[IU]/L", ["m[IU]/mL", "mIU/mL", "[IU]/L", "IU/L"]),
    (Fraction(1, 60 * 10**6) * 1000, "kat/L", ["U/L", "mU/mL", "U/l"]),
    (Fraction(1000), "[arb'U]/L", ["[arb'U]/L"]),
    (Fraction(1), "eq/L", ["meq/L", "mEq/L", "MEQ/L"]),
    (Fraction(1, 10**6), "mg/kg", ["mg/kg", "ug/g", "MG/KG", "mcg/g"]),
    (Fraction(1, 10**6) / DAY, "mg/kg/d", ["mg/kg/d", "mg/kg/day", "mg/kg per day", "mg/(kg.d)"]),
    (Fraction(1, 1000) / DAY, "mg/d", ["mg/d", "mg/day", "mg per day"]),
    (Fraction(1000), "kg/m2", ["kg/m2", "kg/m^2", "kg/m\u00b2", "KG/M2", "kg.m-2"]),
]  # fmt: skip
TABLE = [(factor, like, text) for factor, like, texts in SPELLINGS for text in texts]


def unit(text: str) -> Unit:
    parsed = parse_unit(text)
    assert isinstance(parsed, Unit), parsed
    return parsed


@pytest.mark.parametrize(("factor", "like", "text"), TABLE)
def test_a_spelling_has_the_exact_factor(factor: Fraction, like: str, text: str) -> None:
    assert factor == Fraction(*unit(text).scale)


@pytest.mark.parametrize(("factor", "like", "text"), TABLE)
def test_the_factor_is_the_nearest_number_to_the_exact_one(factor: Fraction, like: str, text: str) -> None:
    assert float(factor) == unit(text).factor


@pytest.mark.parametrize(("factor", "like", "text"), TABLE)
def test_a_spelling_has_the_dimension_of_its_kind(factor: Fraction, like: str, text: str) -> None:
    assert unit(like).dimension == unit(text).dimension


@pytest.mark.parametrize(("factor", "like", "text"), TABLE)
def test_the_canonical_text_reads_as_the_same_unit(factor: Fraction, like: str, text: str) -> None:
    assert unit(text) == unit(unit(text).text)


@pytest.mark.parametrize(
    ("canonical", "text"),
    [
        ("10*3/uL", "K/\u00b5L"),
        ("10*9/L", "G/L"),
        ("/uL", "{cells}/uL"),
        ("mL/min/{1.73_m2}", "ml/min/1.73 m\u00b2"),
        ("[lb_av]", "lbs"),
        ("mg/dL", "mg%"),
        ("mg/kg/d", "mg/(kg.d)"),
        ("m[IU]/mL", "mIU/mL"),
        ("a", "years"),
        ("1", "{score}"),
    ],
)
def test_the_text_of_a_unit_is_canonical(canonical: str, text: str) -> None:
    assert canonical == unit(text).text


@pytest.mark.parametrize("text", [None, "", " ", "\t\n", "\u00a0"])
def test_nothing_is_no_unit(text: str | None) -> None:
    parsed = parse_unit(text)
    assert isinstance(parsed, NotEvaluable)
    assert "no-unit" == parsed.reason
    assert "none is assumed" in parsed.message


@pytest.mark.parametrize(
    "text",
    [
        "foo", "kelvin", "mgdL", "mg//dL", "mg/", "/", "mg..dL", "(mg", "mg)", "()", "mg dL", "ft 2 in",
        "kmin", "1.7", "mL/min/1.731", "10*3.5/uL", "dL1.733/min", "5\u2079/L", "2.m.3", "m2.5",
        "kd", "m%", "mlb", "0", "1/0", "[foo]", "k[lb_av]", "{", "}", "mg{a}{b}", "mg/dose", "fl oz",
        "10*400", "Ym99.Ym99", "mL/min{1.73_m2}", "mL/min/1.73 m", "mg/{dL", "mg\x00", "\ud800", "k g",
        "\u4e8c", "\uff4b\uff47", "(" * 99, "(" * 50 + "m" + ")" * 49, "g" * 10_000, "m." * 5000 + "m",
        "/uL" * 40, "10*99.10*99", "d\u00e9j\u00e0 vu",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_unknown(text: str) -> None:
    parsed = parse_unit(text)
    assert isinstance(parsed, NotEvaluable)
    assert "unknown-unit" == parsed.reason


@pytest.mark.parametrize(
    "text",
    [
        "Mg", "Mg/dL", "Mg/day", "ML", "Ml/min", "Mmol/L", "Meq/L", "Pg/day", "Gm", "gr", "unit", "units/kg",
        "mil/uL", "#", "G", "G/dL", "G/DL", "K", "K/L", "M", "M/L", "T", "MIU/ML", "MU/L", "103/uL", "109/L",
        "x109/L", "1012/L", "103 cells/uL", "mL/min.1.73", "mL/min.1.73.m2", "mL/min/173",
        "mL/min\u00b71.73m\u00b2", "mL/min/{BSA}", "mL/min/{m2}", "mL/min.{11.731}",
        "mL/min.103", "mL/min/{normalised to body surface}",
    ],
)  # fmt: skip
def test_a_spelling_with_two_meanings_is_ambiguous(text: str) -> None:
    parsed = parse_unit(text)
    assert isinstance(parsed, NotEvaluable)
    assert "ambiguous-unit" == parsed.reason
    assert f"unit {text!a} can mean " in parsed.message


def test_the_message_names_the_text_and_what_is_accepted() -> None:
    parsed = parse_unit("furlongs")
    assert isinstance(parsed, NotEvaluable)
    assert parsed.message.startswith("unit 'furlongs' is not understood; write a UCUM unit such as kg, cm, a,")


def test_the_message_stays_short_for_a_long_text() -> None:
    parsed = parse_unit("x" * 10_000)
    assert isinstance(parsed, NotEvaluable)
    assert 300 > len(parsed.message)


@pytest.mark.parametrize("text", [7, 1.5, b"kg", ("kg",)])
def test_a_unit_that_is_not_text_is_unknown(text: object) -> None:
    parsed = parse_unit(text)
    assert isinstance(parsed, NotEvaluable)
    assert "unknown-unit" == parsed.reason
