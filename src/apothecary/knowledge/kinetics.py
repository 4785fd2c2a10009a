"""What the files on kinetics may say: models of concentration, what was observed, targets, the mechanism."""

from collections.abc import Mapping
from typing import Final, Literal

from apothecary.knowledge.source_text import Place, Strict
from apothecary.knowledge.value import Quantity, Value

ParameterName = Literal["absorption-rate", "clearance", "volume", "bioavailability"]
Covariate = Literal["age", "weight", "creatinine-clearance"]
Route = Literal["subcutaneous", "intravenous"]
Measure = Literal[
    "half-life", "time-of-maximum", "maximum", "average", "auc", "accumulation", "clearance", "auc-ratio",
]  # fmt: skip

# The units that the engine computes in.
PARAMETER_UNITS: Final[Mapping[ParameterName, str]] = {
    "absorption-rate": "/h",
    "clearance": "L/h",
    "volume": "L",
    "bioavailability": "1",
}
COVARIATE_UNITS: Final[Mapping[Covariate, str]] = {"age": "a", "weight": "kg", "creatinine-clearance": "mL/min"}
MEASURE_UNITS: Final[Mapping[Measure, str]] = {
    "half-life": "h",
    "time-of-maximum": "h",
    "maximum": "mg/L",
    "average": "mg/L",
    "auc": "mg.h/L",
    "accumulation": "1",
    "clearance": "L/h",
    "auc-ratio": "1",
}


class Parameter(Value, frozen=True):
    """A value with its relative standard error and how it was read; without `rse_percent` none is published."""

    rse_percent: float | None = None
    sd: float | None = None
    read: str | None = None


class Power(Strict, frozen=True, tag_field="relation", tag="power"):
    """The parameter is multiplied by (covariate / reference) to the power of the exponent."""

    parameter: ParameterName
    by: Covariate
    reference: Quantity
    exponent: Parameter


class Proportional(Strict, frozen=True, tag_field="relation", tag="proportional"):
    """The parameter is given per unit of the covariate and multiplied by it."""

    parameter: ParameterName
    by: Covariate


class PowerOfTen(Strict, frozen=True, tag_field="relation", tag="power-of-ten"):
    """The parameter is multiplied by ten to the power of slope times covariate; `highest` ends the rise."""

    parameter: ParameterName
    by: Covariate
    slope: Parameter
    highest: Parameter | None = None


class OnDialysis(Strict, frozen=True, tag_field="relation", tag="on-dialysis"):
    """The value that replaces the parameter in patients on dialysis, whatever the covariates.

    A record says so with a problem or procedure of these value sets, the procedure within a window (the id of a value).
    """

    parameter: ParameterName
    value: Parameter
    problems: str | None = None
    procedures: str | None = None
    within: str | None = None


class Variability(Strict, frozen=True):
    """How far a parameter differs between subjects, or between occasions of one subject: the sd of its logarithm."""

    parameter: ParameterName
    between: Literal["subjects", "occasions"]
    log_sd: Parameter


class Residual(Strict, frozen=True):
    """What is left between a measured and a computed concentration."""

    additive: Parameter | None = None
    proportional: Parameter | None = None


class Population(Strict, frozen=True):
    """In whom a model was made or a target proposed."""

    text: str
    places: tuple[Place, ...]
    subjects: int | None = None
    concentrations: int | None = None


class Limit(Strict, frozen=True):
    """One bound of the domain of validity: outside, the model refuses or warns in the reader's words."""

    quantity: Covariate
    outside: Literal["refuse", "warn"]
    text: str
    places: tuple[Place, ...]
    low: Quantity | None = None
    high: Quantity | None = None


class Subject(Strict, frozen=True):
    """For whom an observation is computed; `reason` says why so where the paper does not."""

    weight: Quantity
    age: Quantity | None = None
    creatinine_clearance: Quantity | None = None
    on_dialysis: bool = False
    reason: str | None = None


class Observed(Strict, frozen=True):
    """A published observation a model is held against, after `doses` doses.

    `builds`: the model was made from it, so that it proves nothing; `tests`: it was not. The number is `found` here or
    the id of a `value`. `other`: the subject that an auc-ratio divides by.
    """

    id: str
    text: str
    measure: Measure
    role: Literal["builds", "tests"]
    subject: Subject
    dose: Quantity
    found: Parameter | None = None
    value: str | None = None
    other: Subject | None = None
    every: Quantity | None = None
    doses: int = 1


class Model(Strict, frozen=True):
    """A kinetic model; clearance and volume are apparent (over bioavailability) where no bioavailability is given.

    `occasion`: how long one occasion lasts, None where the variability between occasions is not used. `missing`: what
    was not published and is therefore left out. `statements`: what it was built from or holds besides its numbers.
    """

    id: str
    name: str
    structure: Literal["one-compartment, first-order absorption"]
    parameters: dict[ParameterName, Parameter]
    population: Population
    routes: tuple[Route, ...]
    domain: tuple[Limit, ...]
    covariates: tuple[Power | Proportional | PowerOfTen | OnDialysis, ...] = ()
    variability: tuple[Variability, ...] = ()
    occasion: Parameter | None = None
    residual: Residual | None = None
    unless: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    observed: tuple[Observed, ...] = ()
    statements: tuple[str, ...] = ()


class Target(Strict, frozen=True):
    """A concentration somebody proposed to reach: the average over a dosing interval at steady state."""

    id: str
    text: str
    measure: Literal["average"]
    value: Parameter
    population: Population


class Mechanism(Strict, frozen=True):
    """Competitive antagonism at a receptor: what the drug competes with and how much more of it is needed.

    `molar_mass` of the drug, `excess` of drug over agonist needed for inhibition, `binding` the equilibrium
    dissociation constants of the drug.
    """

    text: str
    agonist: str
    receptor: str
    molar_mass: Parameter
    excess: Parameter
    binding: dict[str, Parameter]
    notes: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()


class Exposure(Strict, frozen=True):
    """exposure.yaml: the models in the order in which they are tried, the targets, the mechanism."""

    models: tuple[str, ...]
    targets: tuple[Target, ...] = ()
    mechanism: Mechanism | None = None
