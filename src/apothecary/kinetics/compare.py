"""Regimens side by side for the same patients, each once it was taken for a long time."""

from collections.abc import Sequence

import msgspec

from apothecary.kinetics.amounts import Patient, begun_by_doses, first_occasion
from apothecary.kinetics.asked import Regimen
from apothecary.kinetics.bands import Bands, bands
from apothecary.kinetics.course import Dose, regimen
from apothecary.kinetics.measures import at_steady_state
from apothecary.kinetics.namespace import Array, is_float
from apothecary.kinetics.parameters import Covariates
from apothecary.kinetics.profile import concentrations
from apothecary.kinetics.summary import Number, summarized
from apothecary.knowledge.kinetics import Route


class Attained(msgspec.Struct, frozen=True):
    """Whether the typical patient's average is at or above a level, or the share of virtual patients whose is."""

    typical: bool | None
    share: float | None


class Compared(msgspec.Struct, frozen=True):
    """One regimen at steady state; levels in mg/L.

    `ratio`: its average over that of the first regimen. `attained`: None without a target. `curve`: the typical or
    median concentration over the course, None where it was not asked for.
    """

    regimen: Regimen
    daily_mg: Number
    average: Number
    maximum: Number
    trough: Number
    hours_above_per_day: Number | None
    ratio: Number
    attained: Attained | None
    curve: Bands | None = None


def compare(
    patient: Patient,
    known: Covariates,
    regimens: Sequence[Regimen],
    route: Route = "subcutaneous",
    above: float | None = None,
    target: float | None = None,
    grid: tuple[float, ...] = (),
    for_h: float = 0.0,
) -> tuple[Compared, ...]:
    """The regimens in the order given; `grid` and `for_h` say over which course curves are wanted.

    Steady state is that of the parameters a course begins with.
    """
    one = first_occasion(patient)
    found: list[Compared] = []
    first: Array = None
    for asked in regimens:
        amount = asked.amount.in_mg(known)
        steady = at_steady_state(one, (Dose(0.0, amount, route),), asked.every_h, above)
        first = steady.average if first is None else first
        days = 24.0 / asked.every_h
        curve = _curve(patient, regimen(amount, asked.every_h, for_h, route), grid) if grid else None
        over = None if steady.time_above_h is None else summarized(steady.time_above_h * days)
        reached = None if target is None else attained(steady.average, target)
        found.append(
            Compared(
                asked,
                summarized(amount * days),
                summarized(steady.average),
                summarized(steady.maximum),
                summarized(steady.trough),
                over,
                summarized(steady.average / first),
                reached,
                curve,
            )
        )
    return tuple(found)


def _curve(patient: Patient, doses: Sequence[Dose], grid: tuple[float, ...]) -> Bands:
    return median(begun_by_doses(patient, doses), doses, grid)


_ROUNDING = 1e-12  # an average of exactly the target reaches it


def attained(average: Array, target: float) -> Attained:
    """Whether, or in which share of patients, an average is at or above a level (both in mg/L)."""
    reached = average >= target * (1 - _ROUNDING)
    if is_float(average):
        return Attained(bool(reached), None)
    return Attained(None, float(reached.sum() / reached.shape[0]))


def median(patient: Patient, doses: Sequence[Dose], grid: tuple[float, ...]) -> Bands:
    """The concentration of one patient at each time, or the median of many."""
    if is_float(first_occasion(patient).clearance):
        return Bands(grid, (0.5,), (tuple(concentrations(patient, doses, grid)),))
    return bands(patient, doses, grid, (0.5,))
