"""Measures of exposure, worked out stage by stage in closed form: no profile is ever made."""

from collections.abc import Sequence

import msgspec

from apothecary.kinetics.amounts import Amounts, Patient, Stage, after, given, nothing, stages, steady_state, through
from apothecary.kinetics.blocks import block_of, blocks, many
from apothecary.kinetics.closed_form import absorbed_exposure, central_exposure, peak_time
from apothecary.kinetics.course import Dose
from apothecary.kinetics.crossing import time_above
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.namespace import Array, namespace


class Measures(msgspec.Struct, frozen=True):
    """Exposure within a window: each a float, or one number a patient.

    `maximum`, `minimum`, `average` and `trough` (at the end of the window, before a dose given then) in mg/L;
    `time_of_maximum_h` from the start of the window; `auc` in mg.h/L; `time_above_h` None where no level was asked for.
    """

    maximum: Array
    time_of_maximum_h: Array
    minimum: Array
    average: Array
    trough: Array
    auc: Array
    time_above_h: Array | None = None


def measure(
    patient: Patient,
    doses: Sequence[Dose],
    start_h: float,
    end_h: float,
    above: float | None = None,
    begin: Amounts | None = None,
) -> Measures:
    """The exposure from start to end, exact for any doses; `above` is a concentration in mg/L.

    `begin` is what the body holds at the start, before a dose given then; without it, what the doses before that time
    left. KineticsError for a window without length.
    """
    if not end_h > start_h >= 0:
        message = f"The window from {start_h:g} h to {end_h:g} h has no length; end it after its start."
        raise KineticsError("grid", message)
    if many(patient):
        return _by_blocks(patient, doses, start_h, end_h, above, begin)
    amounts = through(nothing(patient), patient, doses, 0.0, start_h) if begin is None else begin
    maximum = minimum = when = over = like = None
    auc: Array = amounts.central * 0.0
    for stage in stages(patient, doses, start_h, end_h):
        amounts = given(amounts, stage)
        hours = stage.end_h - stage.start_h
        top, at = _peak(amounts, stage, hours)
        low = amounts.central / stage.patient.volume
        xp = namespace(top)
        auc = auc + _area(amounts, stage.patient, hours)
        if above is not None:
            like = time_above(amounts, stage.patient, hours, at, above, like)
            over = like.hours if over is None else over + like.hours
        amounts = after(amounts, stage.patient, hours)
        end = amounts.central / stage.patient.volume
        low = xp.minimum(low, end)
        at = at + (stage.start_h - start_h)
        when = at if maximum is None else xp.where(top > maximum, at, when)
        maximum = top if maximum is None else xp.maximum(maximum, top)
        minimum = low if minimum is None else xp.minimum(minimum, low)
    return Measures(maximum, when, minimum, auc / (end_h - start_h), end, auc, over)


def _by_blocks(
    patient: Patient,
    doses: Sequence[Dose],
    start_h: float,
    end_h: float,
    above: float | None,
    begin: Amounts | None,
) -> Measures:
    """The same for many patients, a block at a time, put together again."""
    found = []
    for part in blocks(patient):
        some, given_, holds = block_of(patient, doses, begin, part)
        found.append(measure(some, given_, start_h, end_h, above, holds))
    xp = namespace(found[0].auc)
    columns = ([getattr(one, name) for one in found] for name in Measures.__struct_fields__)
    return Measures(*(None if column[0] is None else xp.concat(column) for column in columns))


def at_steady_state(patient: Individual, doses: Sequence[Dose], cycle_h: float, above: float | None = None) -> Measures:
    """The exposure within one cycle of doses once it was repeated without end."""
    return measure(patient, doses, 0.0, cycle_h, above, steady_state(patient, doses, cycle_h))


def _peak(amounts: Amounts, stage: Stage, hours: float) -> tuple[Array, Array]:
    """The highest concentration of a stage and the hours from its start to it."""
    one = stage.patient
    xp = namespace(one.clearance)
    at = peak_time(one.absorption_rate, one.elimination_rate, amounts.site, amounts.central)
    at = xp.minimum(at, at * 0.0 + hours)
    return after(amounts, one, at).central / one.volume, at


def _area(amounts: Amounts, one: Individual, hours: float) -> Array:
    """Area under the curve of a stage, mg.h/L."""
    ka, ke = one.absorption_rate, one.elimination_rate
    inside = amounts.central * central_exposure(ke, hours) + amounts.site * absorbed_exposure(ka, ke, hours)
    return inside / one.volume
