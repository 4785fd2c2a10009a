"""How often a dose is given: FHIR's Timing.repeat as doses a day and hours between doses, or what cannot be read."""

import math
from typing import Any, Literal

import msgspec

from apothecary.logic import Interval
from apothecary.logic.interval import round_digits
from apothecary.record.fhir_parts import Repeat

_HOURS: dict[str, tuple[float, float]] = {
    "s": (1 / 3600, 1 / 3600), "min": (1 / 60, 1 / 60), "h": (1, 1), "d": (24, 24), "wk": (168, 168),
    "mo": (28 * 24, 31 * 24), "a": (365 * 24, 366 * 24),
}  # fmt: skip
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# Moments of a day that come once; C, AC and PC (meals) come as often as there are meals, so they say no number.
_ONCE_A_DAY = frozenset((
    "MORN", "MORN.early", "MORN.late", "NOON", "AFT", "AFT.early", "AFT.late", "EVE", "EVE.early", "EVE.late", "NIGHT",
    "PHS", "HS", "WAKE", "CM", "CD", "CV", "ACM", "ACD", "ACV", "PCM", "PCD", "PCV",
))  # fmt: skip
_MEALS = frozenset(("C", "AC", "PC"))
_WEEK = 168.0


class Unread(msgspec.Struct, frozen=True):
    """A part of an order that is there but cannot be read: which question it leaves open, its name, what it says."""

    of: Literal["dose", "timing"]
    name: str
    value: str


class Times(msgspec.Struct, frozen=True):
    """Doses a day and the mean hours between two doses, both as limits; `between_h`: shortest and longest, if known.

    A single dose has no interval: infinitely many hours.
    """

    per_day: Interval
    interval_h: Interval
    between_h: tuple[float, float] | None
    text: str

    def like(self, other: "Times") -> bool:
        """Whether both say the same number of doses a day, up to rounding."""
        pairs = ((self.per_day.low, other.per_day.low), (self.per_day.high, other.per_day.high))
        return all(math.isclose(a, b, rel_tol=1e-6) for a, b in pairs)


SINGLE = Times(Interval(1, 1), Interval(math.inf, math.inf), None, "a single dose")


def every(count: Interval, hours: Interval, text: str) -> Times:
    """So many doses in so many hours, evenly spread as far as anything is said."""
    low = math.inf if hours.high == 0 else round_digits(count.low * 24 / hours.high)
    high = math.inf if hours.low == 0 else round_digits(count.high * 24 / hours.low)
    shortest = round_digits(hours.low / count.high)
    longest = math.inf if count.low == 0 else round_digits(hours.high / count.low)
    between = (shortest, longest) if count.high == 1 else None
    return Times(Interval(low, high), Interval(shortest, longest), between, text)


def days_of_week(days: list[str], moments: list[float], text: str) -> Times:
    """At these hours on these days of the week; `moments` may be only so many (negative: not known when)."""
    each = len(moments)
    count = len(days) * each
    mean = round_digits(_WEEK / count)
    between: tuple[float, float] | None = None
    if all(moment >= 0 for moment in moments) or each == 1:
        at = sorted(24.0 * _DAYS.index(day) + max(moment, 0) for day in days for moment in moments)
        gaps = [round_digits((after - one) % _WEEK or _WEEK) for one, after in zip(at, [*at[1:], at[0]], strict=True)]
        between = (min(gaps), max(gaps))
    per_day = round_digits(count / 7)
    return Times(Interval(per_day, per_day), Interval(mean, mean), between, text)


def number(value: Any) -> float | None:
    """A positive finite JSON number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < 1e9 else None


def shown(value: Any) -> str:
    """A part of an order in a few words, as recorded."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {shown(part)}" for key, part in value.items())[:120]
    if isinstance(value, list):
        return " and ".join(shown(part) for part in value)[:120]
    return " ".join(str(value).split())[:120]


class _Wrong(Exception):
    def __init__(self, name: str, value: Any) -> None:
        super().__init__(name)
        self.unread = Unread("timing", f"timing.repeat.{name}", shown(value))


def read_repeat(repeat: Repeat) -> Times | Unread | None:
    """What a repeat says; None where it says nothing about how often. FHIR: without a frequency it is once a period."""
    try:
        return _repeat(repeat)
    except _Wrong as wrong:
        return wrong.unread


def _repeat(r: Repeat) -> Times | None:
    count = _range("frequency", r.frequency, r.frequencyMax)
    hours = _period(r)
    days, times, when = _days(r.dayOfWeek), _times(r.timeOfDay), _when(r.when)
    if times and when:
        raise _Wrong("when", r.when)
    text = _text(r)
    moments = times or [-1.0] * len([code for code in when if code not in _MEALS])
    if count is not None and hours is None:
        raise _Wrong("frequency", f"{shown(r.frequency)} without a period")
    if hours is not None:
        count = count or Interval(1, 1)
        if (times or (when and moments)) and count != Interval(len(moments), len(moments)):
            raise _Wrong("timeOfDay" if times else "when", f"{shown(r.timeOfDay or r.when)} beside {text}")
        if not days:
            if times and hours == Interval(24, 24):
                return days_of_week([*_DAYS], times, text)
            return every(count, hours, text)
        if not count.exact or int(count.low) != count.low:
            raise _Wrong("dayOfWeek", f"{shown(r.dayOfWeek)} beside {text}")
        if hours == Interval(24, 24):
            return days_of_week(days, times or [-1.0] * int(count.low), text)
        if hours == Interval(_WEEK, _WEEK) and count.low == len(days):
            return days_of_week(days, [-1.0], text)
        raise _Wrong("dayOfWeek", f"{shown(r.dayOfWeek)} beside {text}")
    if days:
        if when and not moments:
            raise _Wrong("when", r.when)
        return days_of_week(days, moments or [-1.0], text)
    if moments:
        return days_of_week([*_DAYS], moments, text)
    if when:
        raise _Wrong("when", r.when)
    if r.count is None:
        return None
    if r.count == 1 and r.countMax is None:
        return SINGLE
    raise _Wrong("count", f"{shown(r.count)} without a period")


def _range(name: str, low: Any, high: Any) -> Interval | None:
    if low is None and high is None:
        return None
    first, last = number(low), number(low if high is None else high)
    if first is None or last is None or last < first:
        raise _Wrong(name, low if high is None else f"{shown(low)} to {shown(high)}")
    return Interval(first, last)


def _period(r: Repeat) -> Interval | None:
    unit = r.periodUnit if r.periodUnit is not None else r.periodUnits
    found = _range("period", r.period, r.periodMax)
    if found is None and unit is None:
        return None
    if found is None or not isinstance(unit, str) or unit not in _HOURS:
        raise _Wrong("period", f"{shown(r.period)} {shown(unit)}")
    return Interval(round_digits(found.low * _HOURS[unit][0]), round_digits(found.high * _HOURS[unit][1]))


def _list(name: str, value: Any) -> list[str]:
    found = value if isinstance(value, list) else [] if value is None else [value]
    if not all(isinstance(one, str) for one in found) or len(set(found)) < len(found):
        raise _Wrong(name, value)
    return found


def _days(value: Any) -> list[str]:
    days = _list("dayOfWeek", value)
    if not set(days) <= set(_DAYS):
        raise _Wrong("dayOfWeek", value)
    return days


def _times(value: Any) -> list[float]:
    found = []
    for text in _list("timeOfDay", value):
        parts = text.split(":")
        if not 2 <= len(parts) <= 3 or not all(part[:2].isdigit() for part in parts) or int(parts[0]) > 23:
            raise _Wrong("timeOfDay", value)
        found.append(int(parts[0]) + int(parts[1]) / 60)
    return found


def _when(value: Any) -> list[str]:
    codes = _list("when", value)
    if not set(codes) <= _ONCE_A_DAY | _MEALS:
        raise _Wrong("when", value)
    return codes


def _text(r: Repeat) -> str:
    unit = r.periodUnit if r.periodUnit is not None else r.periodUnits
    parts = []
    if r.period is not None or r.frequency is not None:
        often = shown(r.frequency if r.frequency is not None else 1)
        often += f"-{shown(r.frequencyMax)}" if r.frequencyMax is not None else ""
        period = shown(r.period) + (f"-{shown(r.periodMax)}" if r.periodMax is not None else "")
        parts.append(f"{often} x in {period} {shown(unit)}")
    parts += [shown(part) for part in (r.dayOfWeek, r.timeOfDay, r.when) if part]
    return ", ".join(parts)
