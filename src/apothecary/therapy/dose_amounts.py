"""Exact amounts: what the values of a dosing file come to for one weight, without rounding on the way."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Literal

import msgspec

from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import Dosing
from apothecary.logic.interval import round_digits
from apothecary.units import NotEvaluable, convert, same_dimension

PER_WEIGHT = "mg/kg/d"
Ends = tuple[Fraction, Fraction]
Part = Literal["start", "step", "maximum", "benefit_limit"]
PARTS: tuple[Part, ...] = ("start", "step", "maximum", "benefit_limit")


class Amounts(msgspec.Struct, frozen=True):
    """One use's amounts in mg a day for one patient; `interval_h` is the usual time between doses."""

    interval_h: Fraction
    start: Ends
    step: Ends | None
    maximum: Fraction | None
    benefit_limit: Fraction | None
    weight: Fraction | None
    capped: bool = False

    def per_dose(self, mg_per_day: Fraction) -> Fraction:
        """The dose at one time at the usual interval."""
        return mg_per_day * self.interval_h / 24


@lru_cache(maxsize=4096)
def exact(value: float) -> Fraction:
    """The number as it is written: 0.1 is one tenth."""
    return Fraction(repr(round_digits(value)))


def in_unit(value: Fraction, unit: str, to: str) -> Fraction:
    """The number in another unit; the loader has checked that it converts."""
    if unit == to:
        return value
    found = convert(float(value), unit, to)
    if isinstance(found, NotEvaluable):
        raise TypeError(found.message)
    return exact(found)


def value_ends(m: Monograph, name: str | None, unit: str) -> Ends | None:
    """Both ends of a value in a unit (equal for one number); None where no value is named."""
    if name is None:
        return None
    value = m.values[name]
    low, high = value.value if isinstance(value.value, tuple) else (value.value, value.value)
    return in_unit(exact(low), value.unit, unit), in_unit(exact(high), value.unit, unit)


def by_weight(m: Monograph, dosing: Dosing) -> bool:
    """Whether any amount of a use depends on the body weight."""
    names = (getattr(dosing, part) for part in PARTS)
    return any(same_dimension(m.values[name].unit, PER_WEIGHT) for name in names if name is not None)


def interval_hours(m: Monograph, name: str) -> Fraction:
    """The time between two doses."""
    ends = value_ends(m, name, "h")
    if ends is None or ends[0] != ends[1] or ends[0] <= 0:
        raise TypeError(f"value {name} is no time between doses")
    return ends[0]


def amounts(m: Monograph, dosing: Dosing, weight: Fraction | None) -> Amounts:
    """The amounts of a use for a weight in kg, which may be None where none of them depends on it.

    A start above the maximum is capped at it; of a maximum or limit that is a range the lower end counts.
    """
    interval = interval_hours(m, dosing.interval)
    found = {part: _per_day(m, part, getattr(dosing, part), weight, interval) for part in PARTS}
    start, top, limit = found["start"], found["maximum"], found["benefit_limit"]
    if start is None:
        raise TypeError(f"dosing {dosing.indication} has no start")
    highest = top[0] if top else None
    capped = highest is not None and start[1] > highest
    if highest is not None and capped:
        start = (min(start[0], highest), highest)
    return Amounts(interval, start, found["step"], highest, limit[0] if limit else None, weight, capped)


def _per_day(m: Monograph, part: Part, name: str | None, weight: Fraction | None, interval: Fraction) -> Ends | None:
    if name is None:
        return None
    if same_dimension(m.values[name].unit, PER_WEIGHT):
        ends = value_ends(m, name, PER_WEIGHT)
        if ends is None or weight is None:
            raise TypeError(f"value {name} needs a weight")
        return ends[0] * weight, ends[1] * weight
    ends = value_ends(m, name, "mg" if part in ("start", "step") else "mg/d")
    if ends is None or part not in ("start", "step"):
        return ends
    return ends[0] * 24 / interval, ends[1] * 24 / interval


def in_words(number: Fraction | float, nearest: bool = False) -> str:
    """At most two decimals, two digits below 0.1, no trailing zero.

    Cut off, so that no dose shows above its maximum; `nearest` is for volumes and other numbers that have none.
    """
    value = Decimal(repr(round_digits(float(number))))
    places = max(2, 1 - value.adjusted()) if value else 0
    cut = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN if nearest else ROUND_DOWN)
    text = f"{cut:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def range_in_words(ends: tuple[Fraction, Fraction] | tuple[float, float]) -> str:
    """`15 to 30`, or one number where both ends read the same."""
    low, high = in_words(ends[0]), in_words(ends[1])
    return low if low == high else f"{low} to {high}"
