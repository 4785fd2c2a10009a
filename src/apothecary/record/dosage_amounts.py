"""Amounts of a dosage in the units they were ordered in: FHIR quantities and ratios, and amounts in words."""

from typing import Any

import msgspec

from apothecary.logic import Interval
from apothecary.record.dosage_text import Spoken
from apothecary.record.dosage_times import number

_UCUM = "http://unitsofmeasure.org"
_PERIODS = {"d": "d", "day": "d", "days": "d", "h": "h", "hour": "h", "hours": "h", "wk": "wk", "week": "wk"}


class Amount(msgspec.Struct, frozen=True):
    """A number and its unit as recorded; a coded and a printed unit that differ are both kept, on two lines."""

    number: Interval
    unit: str
    text: str


def several(value: Any) -> list[Any]:
    """A list as it is, one thing as a list of one, nothing as an empty one."""
    return value if isinstance(value, list) else [] if value is None else [value]


def spoken_(one: Spoken) -> Amount:
    """An amount in words as an amount of an order."""
    return Amount(one.number, one.unit, f"{one.number.text()} {one.unit}")


def quantity(value: Any) -> Amount | None:
    """A positive number with its unit; a comparator belongs in no dose."""
    if not isinstance(value, dict) or value.get("comparator") is not None:
        return None
    found = number(value.get("value"))
    if found is None:
        return None
    code, printed, system = value.get("code"), value.get("unit"), value.get("system")
    if not all(part is None or isinstance(part, str) for part in (code, printed, system)):
        return None
    if printed and system not in (None, _UCUM):
        code = None  # a code of another list, such as of dose forms, is read by its print
    units = [" ".join(part.split()) for part in (code, printed) if part and part.strip()]
    unit = "\n".join(dict.fromkeys(units))
    return Amount(Interval(found, found), unit, f"{found:g} {(units or ['(no unit)'])[-1]}")


def ratio_(value: Any) -> Amount | None:
    """So much in so much time, as an amount an hour, a day or a week."""
    if not isinstance(value, dict):
        return None
    above, below = quantity(value.get("numerator")), quantity(value.get("denominator"))
    if above is None or below is None or "\n" in above.unit:
        return None
    period, count = _PERIODS.get(below.unit.split("\n")[0].casefold()), below.number.low
    if period is None:
        return None
    if period == "h" and count == 24:
        period, count = "d", 1
    each = Interval(above.number.low / count, above.number.high / count)
    return Amount(each, f"{above.unit}/{period}", f"{above.text} in {below.text}")
