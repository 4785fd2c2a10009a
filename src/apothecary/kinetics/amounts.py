"""The amounts of drug at the absorption site and in the central compartment, carried from one moment to the next."""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from apothecary.kinetics.closed_form import decay, transfer
from apothecary.kinetics.course import Dose, in_order
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual, Occasion
from apothecary.kinetics.namespace import Array, is_float, namespace

Patient = Individual | tuple[Occasion, ...]


class Amounts(msgspec.Struct, frozen=True):
    """Amounts in mg at the absorption site and in the central compartment."""

    site: Array
    central: Array


class Stage(msgspec.Struct, frozen=True):
    """A time without doses but at its start, and with the same parameters throughout."""

    start_h: float
    end_h: float
    patient: Individual
    doses: tuple[Dose, ...]


def stages(patient: Patient, doses: Sequence[Dose], start_h: float, end_h: float) -> Iterator[Stage]:
    """The stages from start to end, in order; doses at the end itself are not given. KineticsError as `in_order`."""
    doses = in_order(doses)
    occasions = (Occasion(-math.inf, patient),) if isinstance(patient, Individual) else patient
    if not occasions or occasions[0].from_h > start_h:
        raise KineticsError(
            "parameter", "No occasion begins at the start of the course; give one from hour 0 or before."
        )
    if any(later.from_h <= earlier.from_h for earlier, later in pairwise(occasions)):
        raise KineticsError("parameter", "The occasions do not follow one another; give them in order of their hours.")
    times = {start_h, *(dose.time_h for dose in doses), *(one.from_h for one in occasions)}
    bounds = [*sorted(time for time in times if start_h <= time < end_h), end_h]
    waiting = deque(dose for dose in doses if start_h <= dose.time_h < end_h)
    for start, end in pairwise(bounds):
        now = [one.patient for one in occasions if one.from_h <= start][-1]
        due = []
        while waiting and waiting[0].time_h <= start:
            due.append(waiting.popleft())
        yield Stage(start, end, now, tuple(due))


def begun_by_doses(patient: Patient, doses: Sequence[Dose]) -> Patient:
    """The same patients, each occasion from its first dose on; one without a dose never begins.

    Amounts carry over from one occasion to the next, so that another volume would else be a jump of the concentration
    without a dose.
    """
    if isinstance(patient, Individual):
        return patient
    kept = [patient[0]]
    for one, following in pairwise((*patient[1:], Occasion(math.inf, patient[0].patient))):
        given = [dose.time_h for dose in doses if one.from_h <= dose.time_h < following.from_h]
        if given:
            kept.append(Occasion(min(given), one.patient))
    return tuple(kept)


def first_occasion(patient: Patient) -> Individual:
    """The parameters a course begins with; shape and kind of its numbers are those of all occasions."""
    return patient if isinstance(patient, Individual) else patient[0].patient


def nothing(patient: Patient) -> Amounts:
    """No drug in the body."""
    zero = first_occasion(patient).clearance * 0.0
    return Amounts(zero, zero)


def after(amounts: Amounts, patient: Individual, hours: float) -> Amounts:
    """The amounts so many hours later, with no dose in between."""
    if is_float(hours) and hours == 0:
        return amounts
    ka, ke = patient.absorption_rate, patient.elimination_rate
    central = amounts.central * decay(ke, hours) + amounts.site * transfer(ka, ke, hours)
    return Amounts(amounts.site * decay(ka, hours), central)


def given(amounts: Amounts, stage: Stage) -> Amounts:
    """The amounts right after the doses of a stage; only a dose that is absorbed loses what is not available."""
    for dose in stage.doses:
        if dose.route == "intravenous":
            amounts = Amounts(amounts.site, amounts.central + dose.amount_mg)
        else:
            amounts = Amounts(amounts.site + stage.patient.bioavailability * dose.amount_mg, amounts.central)
    return amounts


def through(amounts: Amounts, patient: Patient, doses: Sequence[Dose], start_h: float, end_h: float) -> Amounts:
    """The amounts at the end, from those at the start, with the doses given from then on and before the end."""
    for stage in stages(patient, doses, start_h, end_h):
        amounts = after(given(amounts, stage), stage.patient, stage.end_h - stage.start_h)
    return amounts


def steady_state(patient: Individual, doses: Sequence[Dose], cycle_h: float) -> Amounts:
    """The amounts at the start of a cycle, before its first dose, once the same cycle was repeated without end."""
    if any(dose.time_h >= cycle_h for dose in doses):
        message = f"A dose is given after the {cycle_h:g} h of the cycle; make the cycle longer or move the dose."
        raise KineticsError("regimen", message)
    once = through(nothing(patient), patient, doses, 0.0, cycle_h)
    ka, ke = patient.absorption_rate, patient.elimination_rate
    xp = namespace(ka)
    site = once.site / -xp.expm1(-(ka * cycle_h))
    central = (once.central + site * transfer(ka, ke, cycle_h)) / -xp.expm1(-(ke * cycle_h))
    return Amounts(site, central)
