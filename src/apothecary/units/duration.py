"""Calendar time: months and years follow the calendar, weeks and days are counted."""

from datetime import date
from math import isfinite
from typing import Final

import msgspec

from apothecary.units.quantity import parse_unit
from apothecary.units.ucum import TIME, NotEvaluable, shown

_MONTHS: Final = {"mo": 1, "a": 12}
_SECONDS: Final = {"wk": 604_800, "d": 86_400, "h": 3600, "min": 60, "s": 1}
_LAST_DAY: Final = (0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_ACCEPTED: Final = "give whole years (a), months (mo), weeks (wk) or days (d)"


class Duration(msgspec.Struct, frozen=True):
    """Whole calendar months, then whole days."""

    months: int
    days: int


def parse_duration(value: float, unit: str) -> Duration | NotEvaluable:
    """The calendar duration of a value in a unit of time.

    Years and months must be whole, other units whole days; fractions, negatives and values that are not
    finite are `not-a-number`.
    """
    parsed = parse_unit(unit)
    if isinstance(parsed, NotEvaluable):
        return parsed
    if sum(map(abs, parsed.dimension)) != 1 or parsed.dimension[TIME] != 1:
        return NotEvaluable("wrong-dimension", f"{parsed.text} is not a unit of time; {_ACCEPTED}")
    if parsed.text not in _MONTHS and parsed.text not in _SECONDS:
        return NotEvaluable("unknown-unit", f"{parsed.text} is not a unit for durations; {_ACCEPTED}")
    try:
        usable = isfinite(value) and value >= 0 and value == int(value)
    except (TypeError, OverflowError):
        usable = False
    if usable and parsed.text in _MONTHS:
        return Duration(int(value) * _MONTHS[parsed.text], 0)
    if usable and int(value) * _SECONDS[parsed.text] % 86_400 == 0:
        return Duration(0, int(value) * _SECONDS[parsed.text] // 86_400)
    message = f"{shown(value)} {parsed.text} is not a whole number of months or days; {_ACCEPTED}"
    return NotEvaluable("not-a-number", message)


def add_duration(day: date, duration: Duration, sign: int = 1) -> date:
    """The day a duration after `day`, or before it where `sign` is -1.

    Months come first and stop at the end of a shorter month (31 January + 1 mo is 28 or 29 February),
    then days. Past the calendar's ends the result is `date.min` or `date.max`.
    """
    count = day.year * 12 + day.month - 1 + sign * duration.months
    year, month = count // 12, count % 12 + 1
    if not date.min.year <= year <= date.max.year:
        return date.min if year < date.min.year else date.max
    leap_day = month == 2 and ((year % 4 == 0 and year % 100 != 0) or year % 400 == 0)
    moved = date(year, month, min(day.day, _LAST_DAY[month] + leap_day))
    ordinal = moved.toordinal() + sign * duration.days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal()))


def age_on(birth: date, on: date) -> int:
    """Completed months from `birth` to `on`, negative where `on` is before birth.

    A day of birth that a month lacks is reached on the first of the next: born on 29 February, a person
    is a year older on 1 March of a common year.
    """
    return (on.year - birth.year) * 12 + on.month - birth.month - (on.day < birth.day)
