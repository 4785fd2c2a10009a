"""The typical patient behind an expected exposure: more regimens, and the course over time, for that same patient."""

from collections.abc import Sequence

import msgspec

from apothecary.kinetics.amounts import steady_state
from apothecary.kinetics.course import Dose, regimen
from apothecary.kinetics.expected import RegimenAsked, at_steady_state_in
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.profile import concentrations
from apothecary.review.exposure import Exposure, Regimen


def typical(exposure: Exposure) -> Individual | None:
    """The patient whose exposure this is; None where nothing was computed."""
    one = exposure.typical
    return None if one is None else Individual(one.absorption_rate, one.clearance, one.volume, one.bioavailability)


def also(exposure: Exposure, asked: Sequence[tuple[str, float, float]]) -> Exposure:
    """The exposure with more regimens, each given as what it is, the dose in mg, the interval in h.

    One that is there already is not added again. KineticsError for a dose or an interval that is not above zero.
    """
    patient = typical(exposure)
    if patient is None or exposure.typical is None:
        return exposure
    spread = exposure.typical.clearance_log_sd
    found = {(one.dose_mg, one.interval_h): one for one in exposure.regimens}
    for what, dose, every in asked:
        if (dose, every) not in found:
            one = RegimenAsked(what, dose, every)
            found[dose, every] = at_steady_state_in(patient, one, exposure.target, spread)
    return msgspec.structs.replace(exposure, regimens=tuple(found.values()))


def course(patient: Individual, one: Regimen, times_h: Sequence[float]) -> tuple[float, ...]:
    """The concentrations in mg/L at these hours after a dose at steady state, the later doses on time."""
    doses = regimen(one.dose_mg, one.interval_h, max(times_h[-1], one.interval_h))
    begin = steady_state(patient, (Dose(0.0, one.dose_mg),), one.interval_h)
    return tuple(concentrations(patient, doses, times_h, begin))
