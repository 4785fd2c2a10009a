"""Virtual patients: parameters drawn around a model's typical ones, from a seed. Needs NumPy.

Every number of a patient has its own place in a counter-based stream (Philox; Salmon 2011), found from the seed, what
it is for and the patient's number alone. A cohort may therefore be cut into any pieces, in any order, on any machines.
Normal deviates are made from the raw bits (Box and Muller 1958), so that they do not depend on the version of NumPy.
"""

import math
from collections.abc import Mapping
from typing import Final

import msgspec
import numpy as np

from apothecary.kinetics.amounts import Patient
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual, Occasion
from apothecary.kinetics.namespace import Array
from apothecary.kinetics.parameters import Covariates, individual, number
from apothecary.knowledge.kinetics import COVARIATE_UNITS, PARAMETER_UNITS, Covariate, Model, ParameterName

_MOST_OCCASIONS: Final = 10_000  # beyond that a unit was mistaken
# What a stream is for; a number that changes its meaning would change every cohort
_ROWS, _COVARIATES, _SUBJECTS, _OCCASIONS = range(4)


class Uniform(msgspec.Struct, frozen=True):
    """A covariate spread evenly from `low` to `high`, in the unit of the covariate; KineticsError where low >= high."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high) and 0 <= self.low < self.high):
            message = (
                f"A covariate cannot be spread from {self.low:g} to {self.high:g}; give 0 or more, the lower first."
            )
            raise KineticsError("covariate", message)


Spread = float | Uniform


class Cohort(msgspec.Struct, frozen=True):
    """Covariates of virtual patients, each one number, spread independently of the others, or None: not known.

    `age` in years, `weight` in kg, `creatinine_clearance` in mL/min.
    """

    age: Spread | None = None
    weight: Spread | None = None
    creatinine_clearance: Spread | None = None
    on_dialysis: bool = False


class Empirical(msgspec.Struct, frozen=True):
    """Real patients to draw from with replacement, so that their covariates stay together.

    Each row has the same of the keys `age` (years), `weight` (kg) and `creatinine_clearance` (mL/min).
    """

    rows: tuple[Mapping[str, float], ...]
    on_dialysis: bool = False

    def __post_init__(self) -> None:
        known = {name.replace("-", "_") for name in COVARIATE_UNITS}
        if not self.rows:
            raise KineticsError("covariate", "There are no rows to draw patients from; give at least one.")
        for place, row in enumerate(self.rows, 1):
            if set(row) != set(self.rows[0]) or not set(row) <= known:
                message = f"Row {place} has {', '.join(row) or 'nothing'}; give the same of {', '.join(sorted(known))}."
                raise KineticsError("covariate", message)
            for name, value in row.items():
                _checked(name, value)


class VirtualPatients(msgspec.Struct, frozen=True):
    """Covariates and parameters as NumPy arrays of one number a patient."""

    covariates: Covariates
    patient: Patient


def virtual_patients(
    model: Model,
    cohort: Cohort | Empirical,
    count: int,
    seed: int,
    first: int = 0,
    course_h: float = 0.0,
    variability: bool = True,
) -> VirtualPatients:
    """So many patients, numbered from `first`; the same number and seed always give the same patient.

    Between-subject deviations are drawn once a patient, between-occasion ones once a patient and occasion of the
    `course_h` hours; without a course, or where the model gives no length of an occasion, there are no occasions. The
    median patient of a model is its typical one. With `variability` False only covariates differ. Whether the model is
    for these patients is for the caller to check (`refuse_outside`). KineticsError for no patients, a negative seed or
    number, and a covariate that the model needs and that is None.
    """
    if count < 1:
        raise KineticsError("count", f"{count} patients cannot be simulated; give 1 or more.")
    if seed < 0 or first < 0:
        what, bad = ("seed", seed) if seed < 0 else ("number of the first patient", first)
        raise KineticsError("seed", f"The {what} is {bad}; give a whole number of 0 or more.")
    draws = _Draws(seed, first, count)
    covariates = _covariates(cohort, draws)
    like = np.zeros(count)
    eta = _deviations(model, "subjects", draws) if variability else {}
    patient = individual(model, covariates, eta, like)
    occasions = _occasions(model, course_h) if variability else ()
    if not occasions:
        return VirtualPatients(covariates, patient)
    drawn = (_varied(patient, _deviations(model, "occasions", draws, place)) for place in range(len(occasions)))
    return VirtualPatients(covariates, tuple(Occasion(at, one) for at, one in zip(occasions, drawn, strict=True)))


class _Draws(msgspec.Struct, frozen=True):
    """The numbers of the patients from `first` on in any stream of a seed."""

    seed: int
    first: int
    count: int

    def uniform(self, *stream: int, each: int = 1) -> Array:
        """One number a patient between 0 and 1, both excluded; with `each` 2 a row of two."""
        bits = np.random.Philox(np.random.SeedSequence(self.seed, spawn_key=stream))
        bits.advance(self.first // 2)  # a step of the counter makes four words, two for a patient
        odd = self.first % 2
        words = bits.random_raw(2 * (self.count + odd)).reshape(-1, 2)[odd:, :each]
        return ((words >> np.uint64(12)) + 0.5) * 2.0**-52

    def normal(self, *stream: int) -> Array:
        """One standard normal deviate a patient."""
        both = self.uniform(*stream, each=2)
        return np.sqrt(-2.0 * np.log(both[:, 0])) * np.cos(2.0 * np.pi * both[:, 1])


def _covariates(cohort: Cohort | Empirical, draws: _Draws) -> Covariates:
    found: dict[str, Array] = {}
    if isinstance(cohort, Empirical):
        picked = (draws.uniform(_ROWS)[:, 0] * len(cohort.rows)).astype(np.int64)
        for name in cohort.rows[0]:
            found[name] = np.asarray([row[name] for row in cohort.rows], dtype=np.float64)[picked]
        return Covariates(**found, on_dialysis=cohort.on_dialysis)
    for place, name in enumerate(("age", "weight", "creatinine_clearance")):
        spread: Spread | None = getattr(cohort, name)
        if isinstance(spread, Uniform):
            share = draws.uniform(_COVARIATES, place)[:, 0]
            found[name] = spread.low + (spread.high - spread.low) * share
        elif spread is not None:
            found[name] = np.full(draws.count, _checked(name, spread))
    return Covariates(**found, on_dialysis=cohort.on_dialysis)


def _checked(name: str, value: float) -> float:
    if not (math.isfinite(value) and value >= 0):
        label, unit = name.replace("_", " "), COVARIATE_UNITS[_COVARIATE_NAMES[name]]
        raise KineticsError("covariate", f"The {label} is {value:g}; give a number of 0 or more in {unit}.")
    return float(value)


_COVARIATE_NAMES: Final[Mapping[str, Covariate]] = {name.replace("-", "_"): name for name in COVARIATE_UNITS}


def _deviations(model: Model, between: str, draws: _Draws, occasion: int = 0) -> dict[ParameterName, Array]:
    """The deviation of the logarithm of each parameter that varies between subjects, or on one occasion."""
    kind, order = (_SUBJECTS if between == "subjects" else _OCCASIONS), list(PARAMETER_UNITS)
    return {
        one.parameter: number(one.log_sd, "1") * draws.normal(kind, order.index(one.parameter), occasion)
        for one in model.variability
        if one.between == between
    }


def _occasions(model: Model, course_h: float) -> tuple[float, ...]:
    """When the occasions of a course begin, h; none where the model does not use them."""
    if not (math.isfinite(course_h) and course_h >= 0):
        raise KineticsError("regimen", f"The course lasts {course_h:g} h; give a time of 0 h or more.")
    if model.occasion is None or course_h == 0 or all(one.between == "subjects" for one in model.variability):
        return ()
    length = number(model.occasion, "h")
    count = math.ceil(round(course_h / length, 9))
    if count > _MOST_OCCASIONS:
        message = f"The course of {course_h:g} h has {count} occasions, more than {_MOST_OCCASIONS}. Check its unit."
        raise KineticsError("regimen", message)
    return tuple(place * length for place in range(count))


def _varied(patient: Individual, eta: Mapping[ParameterName, Array]) -> Individual:
    changed = {name.replace("-", "_"): np.exp(deviation) for name, deviation in eta.items()}
    fields = patient.__struct_fields__
    return Individual(*(getattr(patient, name) * changed.get(name, 1.0) for name in fields))
