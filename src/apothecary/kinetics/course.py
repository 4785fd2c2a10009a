"""A course of treatment: which dose is given when, by which route."""

import math
from collections.abc import Mapping, Sequence

import msgspec

from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.namespace import Array, namespace
from apothecary.knowledge.kinetics import Route

_MOST = 100_000  # doses of one course; beyond that a unit was mistaken


class Dose(msgspec.Struct, frozen=True):
    """One dose: hours from the first one, amount in mg (one number, or one a patient), route.

    Subcutaneous doses are absorbed at the absorption rate; an intravenous one is a bolus.
    """

    time_h: float
    amount_mg: Array
    route: Route = "subcutaneous"


def regimen(
    amount_mg: Array,
    every_h: float,
    for_h: float,
    route: Route = "subcutaneous",
    missed: Sequence[int] = (),
    late: Mapping[int, float] | None = None,
) -> tuple[Dose, ...]:
    """Doses every so many hours, the last one before `for_h`; doses are numbered from 1.

    `missed` are left out; `late` gives by how many hours a dose is delayed. KineticsError for what cannot be given.
    """
    count = dose_count(every_h, for_h)
    late = dict(late or {})
    for number in (*missed, *late):
        if not 1 <= number <= count:
            message = f"There is no dose {number}: the course has {count}, numbered from 1."
            raise KineticsError("dose", message)
    for number, hours in late.items():
        if number in missed:
            raise KineticsError("dose", f"Dose {number} is both missed and late; name it once.")
        if not (math.isfinite(hours) and hours >= 0):
            raise KineticsError("dose", f"Dose {number} is late by {hours:g} h; give the delay in hours, 0 or more.")
    if len(set(missed)) == count:
        raise KineticsError(
            "dose", f"Every dose is missed ({count}), so nothing is given. Leave one out of the missed ones."
        )
    given = [n for n in range(1, count + 1) if n not in missed]
    doses = (Dose((n - 1) * every_h + late.get(n, 0.0), amount_mg, route) for n in given)
    return checked(tuple(doses))


def dose_count(every_h: float, for_h: float) -> int:
    """How many doses a course has; KineticsError for an interval or a length that is not positive."""
    for what, hours in (("interval between doses", every_h), ("length of the course", for_h)):
        if not (math.isfinite(hours) and hours > 0):
            raise KineticsError("regimen", f"The {what} is {hours:g} h; give a time above zero, such as 24 h.")
    count = math.ceil(round(for_h / every_h, 9))
    if count > _MOST:
        message = f"The course would have {count} doses, more than {_MOST}. Check the units of interval and length."
        raise KineticsError("regimen", message)
    return count


def checked(doses: Sequence[Dose]) -> tuple[Dose, ...]:
    """The doses in the order of their times; KineticsError for none at all, a bad time or a bad amount."""
    if not doses:
        raise KineticsError("dose", "There is no dose, so there is nothing to simulate. Give at least one.")
    return in_order(doses)


def in_order(doses: Sequence[Dose]) -> tuple[Dose, ...]:
    """The doses in the order of their times, which may be none; KineticsError for a bad time, amount or route."""
    for number, dose in enumerate(doses, 1):
        if not math.isfinite(dose.time_h) or dose.time_h < 0:
            message = f"Dose {number} is given at {dose.time_h:g} h; times are hours from the start, 0 or later."
            raise KineticsError("dose", message)
        xp = namespace(dose.amount_mg)
        if not bool(xp.all(xp.isfinite(dose.amount_mg) & (dose.amount_mg > 0))):
            message = f"Dose {number} has an amount that is not above zero; leave a missed dose out instead."
            raise KineticsError("dose", message)
        if dose.route not in ("subcutaneous", "intravenous"):
            message = f"Dose {number} has the route {dose.route!r}; subcutaneous and intravenous can be simulated."
            raise KineticsError("route", message)
    return tuple(sorted(doses, key=lambda dose: dose.time_h))
