"""Concentrations over time: row by row, as a whole array, or as percentiles across patients."""

import math
from collections.abc import Generator, Iterator, Sequence

from apothecary.kinetics.amounts import Amounts, Patient, Stage, first_occasion, given, nothing, stages
from apothecary.kinetics.blocks import block_of, blocks
from apothecary.kinetics.closed_form import decay, transfer
from apothecary.kinetics.course import Dose
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.namespace import Array, device_of, is_float, is_writable, namespace

_STEPS_KEPT = 64  # a regular grid needs one, whatever its rounding a few


def concentrations(
    patient: Patient, doses: Sequence[Dose], times_h: Sequence[float], start: Amounts | None = None
) -> Iterator[Array]:
    """The concentration in mg/L at each time, one after the other, each a float or one number a patient.

    Times are hours from the start, in any order that does not fall; at the moment of an intravenous dose it is the
    concentration after it. Nothing is kept but the present amounts. KineticsError for an empty or falling grid.
    """
    times = checked_grid(times_h)
    amounts = nothing(patient) if start is None else start
    place, steps = 0, _Steps()
    for stage in stages(patient, doses, 0.0, math.inf):
        last = place
        while last < len(times) and times[last] < stage.end_h:
            last += 1
        amounts = given(amounts, stage)
        now = stage.start_h
        if last > place:
            amounts, now = yield from _rows(amounts, stage, times[place:last], steps)
        place = last
        if place == len(times):
            return
        stays, moves, waits = steps.of(stage.patient, stage.end_h - now)
        amounts = Amounts(amounts.site * waits, amounts.central * stays + amounts.site * moves)


def _rows(
    amounts: Amounts, stage: Stage, times: Sequence[float], steps: "_Steps"
) -> Generator[Array, None, tuple[Amounts, float]]:
    """The concentrations of one stage; steps of equal length share their factors, so that a row costs four passes."""
    patient, now, step = stage.patient, stage.start_h, 0.0
    site, level, inflow, stays, waits = amounts.site, amounts.central / patient.volume, 0.0, 1.0, 1.0
    for time in times:
        if time > now:
            if time - now != step:
                step = time - now
                stays, moves, waits = steps.of(patient, step)
                inflow = _left(site, patient, now - stage.start_h) * (moves / patient.volume)
            level = level * stays + inflow
            inflow = inflow * waits
            now = time
        yield level
    return Amounts(_left(site, patient, now - stage.start_h), level * patient.volume), now


def _left(site: Array, patient: Individual, hours: float) -> Array:
    return site * decay(patient.absorption_rate, hours) if hours else site


class _Steps:
    """What a step of some length does, kept for the steps that come again: what stays, what moves over, what waits."""

    def __init__(self) -> None:
        self._patient: Individual | None = None
        self._kept: dict[float, tuple[Array, Array, Array]] = {}

    def of(self, patient: Individual, hours: float) -> tuple[Array, Array, Array]:
        """The shares that stay in the central compartment, move there from the absorption site, and wait there."""
        if patient is not self._patient or len(self._kept) == _STEPS_KEPT:
            self._patient, self._kept = patient, {}
        if hours not in self._kept:
            ka, ke = patient.absorption_rate, patient.elimination_rate
            self._kept[hours] = decay(ke, hours), transfer(ka, ke, hours), decay(ka, hours)
        return self._kept[hours]


def profile(patient: Patient, doses: Sequence[Dose], times_h: Sequence[float], start: Amounts | None = None) -> Array:
    """The concentrations in mg/L as one array of times by patients; for floats, a tuple of one number a time."""
    clearance = first_occasion(patient).clearance
    if is_float(clearance):
        return tuple(concentrations(patient, doses, times_h, start))
    times, xp = checked_grid(times_h), namespace(clearance)
    if not is_writable(clearance):
        return xp.stack(list(concentrations(patient, doses, times, start)))
    out = xp.empty((len(times), clearance.shape[0]), dtype=clearance.dtype, device=device_of(clearance))
    for part in blocks(patient):
        some, given_, begin = block_of(patient, doses, start, part)
        for number, row in enumerate(concentrations(some, given_, times, begin)):
            out[number, part] = row
    return out


def checked_grid(times_h: Sequence[float]) -> list[float]:
    """The times as floats; KineticsError where there is none, one is no time, or they fall."""
    times = [float(time) for time in times_h]
    if not times:
        raise KineticsError("grid", "The time grid is empty; give at least one time in hours from the start.")
    for number, time in enumerate(times):
        if not math.isfinite(time) or time < 0:
            message = f"Time {number + 1} of the grid is {time:g} h; times are hours from the start, 0 or later."
            raise KineticsError("grid", message)
        if number and time < times[number - 1]:
            before = f"time {number} ({times[number - 1]:g} h)"
            message = f"Time {number + 1} of the grid ({time:g} h) comes before {before}; sort the times."
            raise KineticsError("grid", message)
    return times
