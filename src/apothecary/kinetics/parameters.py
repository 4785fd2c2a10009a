"""From a model and what is known of a patient to that patient's parameters."""

from collections.abc import Mapping

import msgspec

from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.namespace import Array, is_float, namespace
from apothecary.knowledge.kinetics import (
    COVARIATE_UNITS,
    PARAMETER_UNITS,
    Covariate,
    Model,
    OnDialysis,
    Parameter,
    ParameterName,
    Power,
    PowerOfTen,
    Proportional,
)
from apothecary.knowledge.value import Value
from apothecary.units import NotEvaluable, convert


class Covariates(msgspec.Struct, frozen=True):
    """What a model may ask of a patient, one number or one a patient; None is not known and never a default.

    `age` in years, `weight` in kg, `creatinine_clearance` in mL/min. With `on_dialysis` the clearance of a dialysis
    group is used where the model has one.
    """

    age: Array | None = None
    weight: Array | None = None
    creatinine_clearance: Array | None = None
    on_dialysis: bool = False

    def of(self, name: Covariate) -> Array | None:
        """The covariate with this name."""
        found: Array | None = getattr(self, name.replace("-", "_"))
        return found


def needed(model: Model, on_dialysis: bool = False) -> tuple[Covariate, ...]:
    """The covariates without which the parameters of a model cannot be worked out, in a fixed order."""
    replaced = {one.parameter for one in model.covariates if isinstance(one, OnDialysis) and on_dialysis}
    used = {one.by for one in model.covariates if not isinstance(one, OnDialysis) and one.parameter not in replaced}
    return tuple(name for name in COVARIATE_UNITS if name in used)


def require(model: Model, known: Covariates) -> None:
    """KineticsError for a covariate that the model needs and that is not known."""
    for covariate in needed(model, known.on_dialysis):
        if known.of(covariate) is None:
            label = covariate.replace("-", " ")
            message = f"The {label} is not known, and the model {model.id} needs it; nothing is assumed for it."
            raise KineticsError("missing-covariate", message)


def individual(
    model: Model, known: Covariates, eta: Mapping[ParameterName, Array] | None = None, like: Array | None = None
) -> Individual:
    """The parameters of a patient, typical ones without `eta` (the deviation of the logarithm of each parameter).

    `like` is an array of the shape and kind wanted where no covariate is one. KineticsError for a covariate that is
    needed and not known, or not above zero.
    """
    require(model, known)
    found = {name: _typical(model, name, known) for name in model.parameters}
    for name, deviation in (eta or {}).items():
        found[name] = found[name] * namespace(deviation).exp(deviation)
    if like is not None and all(is_float(number) for number in found.values()):
        found = {name: like * 0.0 + number for name, number in found.items()}
    return Individual(found["absorption-rate"], found["clearance"], found["volume"], found.get("bioavailability", 1.0))


def _typical(model: Model, name: ParameterName, known: Covariates) -> Array:
    relations = [one for one in model.covariates if one.parameter == name]
    for one in relations:
        if isinstance(one, OnDialysis) and known.on_dialysis:
            return number(one.value, PARAMETER_UNITS[name])
    parameter = model.parameters[name]
    proportional = [one for one in relations if isinstance(one, Proportional)]
    unit = "".join((PARAMETER_UNITS[name], *(f"/({COVARIATE_UNITS[one.by]})" for one in proportional)))
    value: Array = number(parameter, unit)
    for one in relations:
        if not isinstance(one, OnDialysis):
            value = value * _factor(one, known)
    return value


def _factor(one: Power | Proportional | PowerOfTen, known: Covariates) -> Array:
    covariate: Array = known.of(one.by)
    xp = namespace(covariate)
    allowed = covariate >= 0 if isinstance(one, PowerOfTen) else covariate > 0
    if not bool(xp.all(xp.isfinite(covariate) & allowed)):
        unit, label = COVARIATE_UNITS[one.by], one.by.replace("-", " ")
        bad = "below zero" if isinstance(one, PowerOfTen) else "not above zero"
        raise KineticsError("covariate", f"The {label} is {bad} or no number; give it in {unit}.")
    if isinstance(one, Proportional):
        return covariate
    if isinstance(one, Power):
        reference = quantity(one.reference.value, one.reference.unit, COVARIATE_UNITS[one.by])
        return (covariate / reference) ** number(one.exponent, "1")
    if one.highest is not None:
        covariate = xp.minimum(covariate, covariate * 0.0 + number(one.highest, COVARIATE_UNITS[one.by]))
    slope = number(one.slope, _inverse(COVARIATE_UNITS[one.by]))
    return xp.exp(covariate * (slope * _LN_10))


_LN_10 = 2.302585092994046


def _inverse(unit: str) -> str:
    over, _, under = unit.partition("/")
    return f"{under}/{over}" if under else f"/{over}"


def number(value: Value | Parameter, unit: str) -> float:
    """The number of a value in a unit; KineticsError where it is a range or does not convert."""
    return quantity(value.value, value.unit, unit)


def quantity(value: float | tuple[float, float], unit: str, to: str) -> float:
    """A single number in another unit; KineticsError where it is a range or does not convert."""
    if isinstance(value, tuple):
        raise KineticsError("parameter", f"{list(value)} {unit} is a range; one number in {to} is needed.")
    found = convert(value, unit, to)
    if isinstance(found, NotEvaluable):
        raise KineticsError("parameter", f"{value:g} {unit} is not a number in {to}: {found.message}.")
    return found
