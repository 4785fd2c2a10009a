"""Values with units: reading, converting, and saying why not."""

import re
from functools import lru_cache
from math import gcd, isfinite
from typing import Final

import msgspec

from apothecary.units import spellings, ucum
from apothecary.units.ucum import AMOUNT, INDEX, MASS, PER_AMOUNT, PER_MASS, NotEvaluable, Unit, shown


class Quantity(msgspec.Struct, frozen=True):
    """A finite number and its unit in canonical UCUM spelling."""

    value: float
    unit: str


_ACCEPTED: Final = (
    "write a UCUM unit such as kg, cm, a, mo, d, %, mg/dL, umol/L, 10*3/uL, [IU]/mL, mL/min or mL/min/{1.73_m2}"
)
_KINDS: Final = (
    ("kg", "a mass"),
    ("cm", "a length"),
    ("m2", "an area"),
    ("mL", "a volume"),
    ("d", "a time"),
    ("mmol", "an amount of substance"),
    ("[IU]", "international units"),
    ("%", "a fraction"),
    ("mg/dL", "a mass concentration"),
    ("mmol/L", "an amount concentration"),
    ("meq/L", "a concentration of equivalents"),
    ("[IU]/mL", "a concentration of international units"),
    ("U/L", "a concentration of enzyme units"),
    ("10*3/uL", "a count per volume"),
    ("mL/min", "a clearance"),
    ("mL/min/{1.73_m2}", "a clearance indexed to 1.73 m2 of body surface"),
    ("mL/min/m2", "a clearance per area"),
    ("/min", "a rate"),
    ("kg/m2", "a mass per area"),
    ("mg/kg", "a dose per body mass"),
    ("mg/d", "a mass per time"),
    ("mg/kg/d", "a dose per body mass and time"),
)
_NUMBER = re.compile(r"([+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30}))([eE][+-]?[0-9]{1,4})?(?![0-9.,])")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]")
_POWER_OF_TEN = re.compile(r"10 ?[*^eE(]|10 [0-9]")


@lru_cache(maxsize=4096)
def parse_unit(text: str | None) -> Unit | NotEvaluable:
    """What unit a UCUM or everyday spelling stands for.

    Nothing or blanks are `no-unit`; a spelling with two meanings is `ambiguous-unit`; anything else
    that is not understood is `unknown-unit`. Case matters, as in UCUM, except where a spelling has only
    one meaning in any case.
    """
    if text is None or (isinstance(text, str) and not text.strip()):
        return NotEvaluable("no-unit", f"no unit was given, and none is assumed; {_ACCEPTED}")
    if not isinstance(text, str) or len(text) > ucum.LONGEST:
        return NotEvaluable("unknown-unit", f"unit {shown(text)} is not understood; {_ACCEPTED}")
    plain = spellings.plain(text)
    doubt = spellings.mangled(plain)
    if not doubt:
        unit = ucum.read(plain) or ucum.read(spellings.to_ucum(plain))
        doubt = spellings.two_meanings(plain, unit)
        if unit is not None and not doubt:
            return unit
    if doubt:
        return NotEvaluable("ambiguous-unit", f"unit {shown(text)} can mean {doubt}")
    return NotEvaluable("unknown-unit", f"unit {shown(text)} is not understood; {_ACCEPTED}")


@lru_cache(maxsize=8192)
def _ratio(unit: str | None, to: str, molar_mass: float | None) -> tuple[float, float] | NotEvaluable:
    """Numerator and denominator of the factor; one of them is 1 for most pairs, so rounding is once."""
    source = parse_unit(unit)
    if isinstance(source, NotEvaluable):
        return source
    target = parse_unit(to)
    if isinstance(target, NotEvaluable):
        return NotEvaluable(target.reason, f"cannot convert to the unit asked for: {target.message}")
    up = source.scale[0] * target.scale[1]
    down = source.scale[1] * target.scale[0]
    if source.dimension != target.dimension:
        bridge = _bridge(source, target)
        if bridge == 0 or molar_mass is None:
            return _mismatch(source, target, needs_molar_mass=bridge != 0)
        if not 1 <= molar_mass <= 1e9:
            message = f"molar mass {molar_mass!r} is not usable; give a number of g/mol from 1 to 1e9"
            return NotEvaluable("not-a-number", message)
        mass, divisor = float(molar_mass).as_integer_ratio()
        up, down = (up * mass, down * divisor) if bridge > 0 else (up * divisor, down * mass)
    common = gcd(up, down)
    return float(up // common), float(down // common)


@lru_cache(maxsize=8192)
def factor(unit: str | None, to: str, molar_mass: float | None = None) -> float | NotEvaluable:
    """What a value in `unit` is multiplied by to be in `to`.

    `molar_mass` in g/mol bridges mass and amount of substance. `convert` rounds once where this factor
    may round twice, so values compared with a limit go through `convert`.
    """
    ratio = _ratio(unit, to, molar_mass)
    return ratio if isinstance(ratio, NotEvaluable) else ratio[0] / ratio[1]


def convert(value: float, unit: str | None, to: str, molar_mass: float | None = None) -> float | NotEvaluable:
    """The value in unit `to`, or why there is none; a value that is not finite is `not-a-number`."""
    ratio = _ratio(unit, to, molar_mass)
    if isinstance(ratio, NotEvaluable):
        return ratio
    try:
        result = value * ratio[0] / ratio[1]
        if isfinite(result) and value is not True and value is not False:
            return result
    except (TypeError, OverflowError):
        pass
    return NotEvaluable(
        "not-a-number", f"value {shown(value)} {unit} cannot be used; give a finite number of usual size"
    )


def same_dimension(a: str, b: str) -> bool:
    """Whether both units are understood and measure the same kind of quantity."""
    first, second = parse_unit(a), parse_unit(b)
    if isinstance(first, NotEvaluable) or isinstance(second, NotEvaluable):
        return False
    return first.dimension == second.dimension


def parse_quantity(text: str) -> Quantity | NotEvaluable:
    """A number and unit written together (`15kg`, `1.5 10*9/L`, `18mo`).

    A number alone is `no-unit`. Comparators and commas are `not-a-number`: `<0.5` is a range and `2,500`
    reads as 2500 or 2.5. A unit that starts with a number other than a power of ten is ambiguous.
    """
    number = _NUMBER.match(stripped) if isinstance(text, str) and (stripped := text.strip()) else None
    if number is None:
        message = f"{shown(text)} {_why_no_number(text)}; write it as in 15 kg or 0.8 mg/dL"
        return NotEvaluable("not-a-number", message)
    value = float(number[0])
    if not isfinite(value):
        return NotEvaluable("not-a-number", f"the number in {shown(text)} is too large; check it")
    rest = stripped[number.end() :].strip()
    if number[1] == "10" and rest and (number[2] or rest[0] in "*^"):
        message = f"{shown(text)} starts with a power of ten, but with no clear number before it"
        return NotEvaluable("ambiguous-unit", f"{message}; write it as in 1.5 10*3/uL")
    unit = parse_unit(rest)
    if isinstance(unit, NotEvaluable):
        return unit
    if _second_number(rest) or _second_number(unit.text):
        message = f"{shown(text)} has a second number, part of the value or of the unit; write one number"
        return NotEvaluable("ambiguous-unit", message)
    return Quantity(value, unit.text)


def _second_number(unit: str) -> bool:
    """Whether a unit starts with a number that is not a power of ten."""
    return unit[:1].isdigit() and unit != "1" and not _POWER_OF_TEN.match(spellings.plain(unit))


def _why_no_number(text: str) -> str:
    """Why a text does not begin with a usable number."""
    start = text.strip() if isinstance(text, str) else ""
    if start[:1] in ("<", ">", "~", "\u2264", "\u2265"):
        return "is a bound, not a value"
    if _COMMA.match(start):
        return "has a comma, which can mark decimals or thousands"
    return "does not begin with a number"


def _bridge(source: Unit, target: Unit) -> int:
    """1 where the molar mass multiplies, -1 where it divides, 0 where it cannot help."""
    change = [b - a for a, b in zip(source.dimension, target.dimension, strict=True)]
    for mass, amount, to_mass in ((MASS, AMOUNT, 1), (PER_MASS, PER_AMOUNT, -1)):
        step = change[mass]
        if abs(step) == 1 and change[amount] == -step and sum(map(abs, change)) == 2:
            return step * to_mass
    return 0


def _mismatch(source: Unit, target: Unit, needs_molar_mass: bool) -> NotEvaluable:
    """The message for two units that measure different things."""
    message = f"{source.text} is {_kind(source)}, but {target.text} ({_kind(target)}) is needed"
    if needs_molar_mass:
        message += "; converting needs the molar mass of the substance"
    elif source.dimension[INDEX] != target.dimension[INDEX]:
        message += "; indexed and absolute values convert only with the patient's body surface area"
    else:
        message += f"; give a value that converts to {target.text}"
    return NotEvaluable("wrong-dimension", message)


def _kind(unit: Unit) -> str:
    """A plain-English name of what a unit measures."""
    for text, name in _KINDS:
        known = parse_unit(text)
        if isinstance(known, Unit) and known.dimension == unit.dimension:
            return name
    powers = zip(ucum.DIMENSIONS, unit.dimension, strict=True)
    return "of dimension " + " ".join(f"{name}^{power}" for name, power in powers if power)
