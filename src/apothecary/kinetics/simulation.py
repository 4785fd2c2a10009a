"""One simulation from a request: the model, the doses, the concentrations, the exposure, what it rests on."""

import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal

import msgspec

from apothecary.kinetics.amounts import Patient, begun_by_doses, first_occasion
from apothecary.kinetics.asked import Given, Range, Request
from apothecary.kinetics.bands import Bands, bands
from apothecary.kinetics.choose import choose
from apothecary.kinetics.compare import Attained, Compared, attained, compare, median
from apothecary.kinetics.course import Dose, dose_count, regimen
from apothecary.kinetics.domain import refuse_outside
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.measures import Measures, at_steady_state, measure
from apothecary.kinetics.mechanism import Antagonism, antagonism
from apothecary.kinetics.namespace import Array
from apothecary.kinetics.parameters import Covariates, individual, number, require
from apothecary.kinetics.summary import Number, Window, summarized, window
from apothecary.knowledge import Monograph
from apothecary.knowledge.kinetics import (
    PARAMETER_UNITS,
    Model,
    OnDialysis,
    Parameter,
    ParameterName,
    PowerOfTen,
    Proportional,
    Target,
)

MOST_POINTS: Final = 200_000
MOST_PATIENTS: Final = 1_000_000
_MOST_DRAWN: Final = 20_000_000  # patients times occasions: about 0.6 GB of parameters


class Taken(msgspec.Struct, frozen=True):
    """One dose of the course, numbered from 1; `given_h` None where it was missed."""

    number: int
    planned_h: float
    given_h: float | None
    status: Literal["given", "late", "missed"]


class Attainment(msgspec.Struct, frozen=True):
    """The steady-state average against a target, in mg/L.

    `target` is None for a level given by the caller. `same_population`: the model and the target rest on a common
    source, so that they are about the same patients; None where that cannot be told.
    """

    level: float
    target: Target | None
    attained: Attained
    ratio: Number
    same_population: bool | None = None


class Assumed(msgspec.Struct, frozen=True):
    """A number that nobody published as such: derived from others, or assumed by us; with the reason."""

    where: str
    parameter: Parameter


class Simulation(msgspec.Struct, frozen=True):
    """Everything a simulation says. `bands` holds one row of levels for a typical patient, else one a quantile.

    `steady` is the regimen taken on time without end; `accumulation` None where it was not taken as planned.
    """

    request: Request
    model: Model
    why: str
    warnings: tuple[str, ...]
    amount_mg: Number
    taken: tuple[Taken, ...]
    bands: Bands | None
    first: Window
    last: Window
    course: Window
    steady: Window
    parameters: dict[ParameterName, Number]
    half_life: Number
    accumulation: Number | None
    above: float | None
    targets: tuple[Attainment, ...]
    compared: tuple[Compared, ...]
    antagonism: Antagonism | None
    assumed: tuple[Assumed, ...]
    notes: tuple[str, ...]


def simulate(m: Monograph, asked: Request) -> Simulation:
    """The simulation that was asked for; KineticsError with a code for what cannot or must not be simulated."""
    model, why, warnings = _model(m, asked)
    _checked(model, asked)
    every, for_h, route = asked.regimen.every_h, asked.for_h, asked.route
    count = dose_count(every, for_h)
    known, patient = _patient(model, asked)
    one, amount = first_occasion(patient), asked.regimen.amount.in_mg(known)
    doses = regimen(amount, every, for_h, route, asked.missed, dict(asked.late))
    course = begun_by_doses(patient, doses)
    levels = _targets(m, asked)
    above = asked.above if asked.above is not None else next((level for level, _ in levels), None)
    end = count * every
    first = measure(course, doses, 0.0, every, above)
    last = first if count == 1 else measure(course, doses, end - every, end, above)
    steady = at_steady_state(one, (Dose(0.0, amount, route),), every, above)
    grid = _grid(asked)
    regular = not asked.missed and not any(hours for _, hours in asked.late) and count > 1
    regimens = (asked.regimen, *asked.versus) if asked.versus else ()
    curves = grid if asked.profile == "all" else ()
    mechanism = m.exposure.mechanism if m.exposure is not None else None
    if mechanism is None and asked.agonist is not None:
        message = f"The monograph of {m.drug.id} has no mechanism, so the agonist plays no part. Leave it out."
        raise KineticsError("mechanism", message)
    return Simulation(
        asked,
        model,
        why,
        warnings,
        summarized(amount),
        _taken(asked, count),
        _bands(course, doses, grid) if asked.profile != "none" else None,
        window(first, 0.0, every),
        window(last, end - every, end),
        window(measure(course, doses, 0.0, for_h, above), 0.0, for_h),
        window(steady, 0.0, every),
        {name: summarized(getattr(one, name.replace("-", "_"))) for name in model.parameters},
        summarized(one.half_life),
        summarized(last.auc / first.auc) if regular else None,
        above,
        tuple(_attainment(model, steady, level, target) for level, target in levels),
        compare(patient, known, regimens, route, above, next((level for level, _ in levels), None), curves, for_h),
        None if mechanism is None else antagonism(mechanism, one, amount, every, route, asked.agonist),
        tuple(_assumed(m, model, known, asked.count is not None)),
        tuple(_notes(model, asked, patient)),
    )


def _model(m: Monograph, asked: Request) -> tuple[Model, str, tuple[str, ...]]:
    """The model named, or the first that fits; a range fits where both of its ends do."""
    known = Covariates(
        _ends(asked.age), _ends(asked.weight), _ends(asked.creatinine_clearance), on_dialysis=asked.on_dialysis
    )
    if not m.models:
        raise KineticsError("no-model", f"The monograph of {m.drug.id} has no kinetic model, so nothing is simulated.")
    if asked.model is None:
        choice = choose(m.models, known, (asked.route,))
        if choice.model is None:
            raise KineticsError(
                "no-model", f"{choice.why} Give what is not known; outside every model nothing is simulated."
            )
        return choice.model, choice.why, choice.warnings
    if asked.model not in m.models:
        message = f"There is no model {asked.model!r} in the monograph of {m.drug.id}. Models: {', '.join(m.models)}."
        raise KineticsError("unknown-model", message)
    model = m.models[asked.model]
    require(model, known)
    return model, "Named by the caller.", refuse_outside(model, known, (asked.route,))


def _ends(given: Given | None) -> Array | None:
    if not isinstance(given, Range):
        return given
    import numpy as np

    return np.asarray([given.low, given.high])


def _checked(model: Model, asked: Request) -> None:
    """KineticsError for what would take too much: patients, occasions, points."""
    if not (math.isfinite(asked.step_h) and asked.step_h > 0):
        raise KineticsError("grid", f"The step of the profile is {asked.step_h:g} h; give a time above zero.")
    points = asked.for_h / asked.step_h + 1 if asked.for_h > 0 else 0
    if points > MOST_POINTS:
        message = f"The profile would have {points:.0f} points, more than {MOST_POINTS}. Take a longer step."
        raise KineticsError("grid", message)
    if asked.count is None:
        ranges = [one for one in (asked.age, asked.weight, asked.creatinine_clearance) if isinstance(one, Range)]
        if ranges:
            message = f"A range ({ranges[0].low:g} to {ranges[0].high:g}) needs virtual patients. Give their number."
            raise KineticsError("count", message)
        return
    if not 1 <= asked.count <= MOST_PATIENTS:
        message = f"{asked.count} virtual patients cannot be simulated; give 1 to {MOST_PATIENTS}."
        raise KineticsError("count", message)
    if asked.seed < 0:
        raise KineticsError("seed", f"The seed is {asked.seed}; give a whole number of 0 or more.")
    if model.occasion is not None and asked.count * asked.for_h / number(model.occasion, "h") > _MOST_DRAWN:
        message = f"{asked.count} patients over {asked.for_h:g} h are too many at once. Take fewer or a shorter course."
        raise KineticsError("count", message)


def _patient(model: Model, asked: Request) -> tuple[Covariates, Patient]:
    given = (asked.age, asked.weight, asked.creatinine_clearance)
    if asked.count is None:
        known = Covariates(*given, on_dialysis=asked.on_dialysis)
        return known, individual(model, known)
    from apothecary.kinetics.virtual import Cohort, Uniform, virtual_patients

    age, weight, clearance = (Uniform(one.low, one.high) if isinstance(one, Range) else one for one in given)
    cohort = Cohort(age, weight, clearance, asked.on_dialysis)
    found = virtual_patients(model, cohort, asked.count, asked.seed, course_h=asked.for_h)
    return found.covariates, found.patient


def _grid(asked: Request) -> tuple[float, ...]:
    """The times of the profile: every step from the start, and the end of the course."""
    steps = math.floor(asked.for_h / asked.step_h + 1e-9)
    times = [number * asked.step_h for number in range(steps + 1)]
    if asked.for_h - times[-1] > 1e-9 * asked.for_h:
        times.append(asked.for_h)
    return tuple(times)


def _bands(patient: Patient, doses: Sequence[Dose], grid: tuple[float, ...]) -> Bands:
    from apothecary.kinetics.namespace import is_float

    if is_float(first_occasion(patient).clearance):
        return median(patient, doses, grid)
    return bands(patient, doses, grid)


def _taken(asked: Request, count: int) -> tuple[Taken, ...]:
    late = {number: hours for number, hours in asked.late if hours}
    found = []
    for place in range(1, count + 1):
        planned = (place - 1) * asked.regimen.every_h
        if place in asked.missed:
            found.append(Taken(place, planned, None, "missed"))
        else:
            found.append(Taken(place, planned, planned + late.get(place, 0.0), "late" if place in late else "given"))
    return tuple(found)


def _targets(m: Monograph, asked: Request) -> tuple[tuple[float, Target | None], ...]:
    if asked.target is not None:
        return ((asked.target, None),)
    targets = m.exposure.targets if m.exposure is not None else ()
    return tuple((number(target.value, "mg/L"), target) for target in targets)


def _attainment(model: Model, steady: Measures, level: float, target: Target | None) -> Attainment:
    same = None
    if target is not None:
        ours = {place.source for place in model.population.places}
        same = bool(ours & {place.source for place in target.population.places})
    ratio = summarized(steady.average / level)
    return Attainment(level, target, attained(steady.average, level), ratio, same)


def _assumed(m: Monograph, model: Model, known: Covariates, varied: bool) -> Iterator[Assumed]:
    """The numbers behind the result that are our readings, where they play a part for this patient."""
    replaced = {one.parameter for one in model.covariates if isinstance(one, OnDialysis) and known.on_dialysis}
    used: list[tuple[str, Parameter]] = [
        (name, parameter)
        for name, parameter in model.parameters.items()
        if name in PARAMETER_UNITS and name not in replaced
    ]
    for one in model.covariates:
        if isinstance(one, OnDialysis):
            used += [(one.parameter, one.value)] if known.on_dialysis else []
        elif one.parameter in replaced:
            continue
        elif isinstance(one, PowerOfTen):
            used += [(one.parameter, each) for each in (one.slope, one.highest) if each is not None]
        elif not isinstance(one, Proportional):
            used.append((one.parameter, one.exponent))
    if varied:
        used += [(one.parameter, one.log_sd) for one in model.variability]
        used += [("occasion", model.occasion)] if model.occasion is not None else []
    if m.exposure is not None and m.exposure.mechanism is not None:
        mechanism = m.exposure.mechanism
        used += [("mechanism", one) for one in (mechanism.molar_mass, mechanism.excess, *mechanism.binding.values())]
    for where, parameter in used:
        if parameter.kind in ("assumed", "derived"):
            yield Assumed(where, parameter)


def _notes(model: Model, asked: Request, patient: Patient) -> Iterator[str]:
    if asked.count is not None:
        varied = [f"{one.parameter.replace('-', ' ')} between {one.between}" for one in model.variability]
        said = f"Of the model's parameters these vary: {', '.join(varied)}." if varied else "No parameter varies."
        yield f"{said} Neither measurement error nor the uncertainty of the parameters themselves is added."
    if not hasattr(patient, "clearance"):
        yield "Steady state, half-life and comparison keep each virtual patient's first occasion throughout."
