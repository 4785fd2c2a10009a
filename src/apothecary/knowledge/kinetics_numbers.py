"""Every number of the models of concentration with the unit that is due where it stands, and what is wrong with it."""

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from apothecary.knowledge import limits
from apothecary.knowledge import schema as s
from apothecary.knowledge.kinetics import (
    COVARIATE_UNITS,
    MEASURE_UNITS,
    PARAMETER_UNITS,
    Mechanism,
    Model,
    Observed,
    OnDialysis,
    Parameter,
    Power,
    PowerOfTen,
    Proportional,
)
from apothecary.knowledge.limits import Mistake
from apothecary.knowledge.value import Quantity, Value
from apothecary.units import NotEvaluable, factor, parse_unit

_CONCENTRATION: Final = "mg/L"


class Number(NamedTuple):
    """A number, where it stands, what it is called, the unit that is due; exponents and slopes may be below zero."""

    file: str
    where: str
    name: str
    parameter: Parameter
    unit: str
    range: bool = False
    signed: bool = False


def numbers(m: s.Monograph) -> Iterator[Number]:
    """Every number of the models and of exposure.yaml."""
    for model in m.models.values():
        yield from _of_model(model, f"kinetics/{model.id}.yaml")
    if m.exposure is None:
        return
    for n, target in enumerate(m.exposure.targets):
        where = f".targets[{n}].value"
        yield Number("exposure.yaml", where, f"target {target.id}", target.value, _CONCENTRATION)
    if m.exposure.mechanism is not None:
        yield from _of_mechanism(m.exposure.mechanism)


def _of_model(model: Model, file: str) -> Iterator[Number]:
    for key, parameter in model.parameters.items():
        per = "".join(
            _per(COVARIATE_UNITS[one.by])
            for one in model.covariates
            if isinstance(one, Proportional) and one.parameter == key
        )
        yield Number(file, f".parameters.{key}", key, parameter, PARAMETER_UNITS[key] + per)
    for n, one in enumerate(model.covariates):
        where = f".covariates[{n}]"
        if isinstance(one, OnDialysis):
            yield Number(
                file, f"{where}.value", f"{one.parameter} on dialysis", one.value, PARAMETER_UNITS[one.parameter]
            )
        elif isinstance(one, PowerOfTen):
            unit = COVARIATE_UNITS[one.by]
            yield Number(file, f"{where}.slope", f"slope of {one.parameter}", one.slope, _per(unit), signed=True)
            if one.highest is not None:
                yield Number(file, f"{where}.highest", f"highest {_words(one.by)}", one.highest, unit)
        elif isinstance(one, Power):
            yield Number(file, f"{where}.exponent", f"exponent of {one.parameter}", one.exponent, "1", signed=True)
    for n, varied in enumerate(model.variability):
        name = f"log_sd of {varied.parameter} between {varied.between}"
        yield Number(file, f".variability[{n}].log_sd", name, varied.log_sd, "1")
    if model.occasion is not None:
        yield Number(file, ".occasion", "occasion", model.occasion, "h")
    if model.residual is not None and model.residual.additive is not None:
        yield Number(file, ".residual.additive", "additive residual", model.residual.additive, _CONCENTRATION)
    if model.residual is not None and model.residual.proportional is not None:
        yield Number(file, ".residual.proportional", "proportional residual", model.residual.proportional, "1")
    for n, seen in enumerate(model.observed):
        if seen.found is not None:
            unit = MEASURE_UNITS[seen.measure]
            yield Number(file, f".observed[{n}].found", f"{seen.id} found", seen.found, unit, range=True)


def _of_mechanism(mechanism: Mechanism) -> Iterator[Number]:
    yield Number("exposure.yaml", ".mechanism.molar_mass", "molar_mass", mechanism.molar_mass, "g/mol")
    yield Number("exposure.yaml", ".mechanism.excess", "excess", mechanism.excess, "1")
    for key, constant in mechanism.binding.items():
        yield Number("exposure.yaml", f".mechanism.binding.{key}", f"binding {key}", constant, "mol/L")


def wrong(m: s.Monograph) -> Iterator[Mistake]:
    """Every number without source, in another unit than is due, or that cannot be computed with."""
    for one in numbers(m):
        yield from _unit(one.file, one.where, one.name, one.parameter, one.unit)
        yield from _ends(one)
        yield from _sourced(m, one)


def _ends(one: Number) -> Iterator[Mistake]:
    value, name = one.parameter.value, one.name
    ends = value if isinstance(value, tuple) else (value,)
    if isinstance(value, tuple) and not one.range:
        yield Mistake(one.file, one.where, f"{name} is a range; one number is due.")
    elif isinstance(value, tuple) and not value[0] < value[1]:
        yield Mistake(
            one.file, one.where, f"{name} is a range whose low end {value[0]:.10g} is not below its high end."
        )
    for end in (*ends, one.parameter.rse_percent, one.parameter.sd):
        if end is not None and not math.isfinite(end):
            yield Mistake(one.file, one.where, f"{name} is {end}, not a number.")
    if one.signed and 0 in ends:
        yield Mistake(one.file, one.where, f"{name} is 0, so the relation would change nothing; leave it out.")
    elif not one.signed and min(ends) <= 0:
        yield Mistake(one.file, one.where, f"{name} is {min(ends):.10g}; it must be above zero.")
    for key, spread in (("rse_percent", one.parameter.rse_percent), ("sd", one.parameter.sd)):
        if spread is not None and spread <= 0:
            yield Mistake(one.file, one.where, f"{name} has the {key} {spread:.10g}; it must be above zero.")
    whole = factor(one.parameter.unit, "1")
    if name == "bioavailability" and not isinstance(whole, NotEvaluable) and max(ends) * whole > 1:
        yield Mistake(one.file, one.where, "bioavailability is more than the whole dose.")


def _sourced(m: s.Monograph, one: Number) -> Iterator[Mistake]:
    parameter = one.parameter
    if not parameter.statements and not parameter.places:
        yield Mistake(one.file, one.where, f"{one.name} rests on no statement and no other source.")
    if parameter.kind in ("assumed", "derived") and not parameter.reason:
        yield Mistake(one.file, one.where, f"{one.name} is {parameter.kind}, so it needs a reason.")
    if parameter.kind == "stated" and not parameter.statements:
        yield Mistake(one.file, one.where, f"{one.name} is stated, so it needs the statements that state it.")
    if parameter.kind == "fixed" and not parameter.places:
        yield Mistake(one.file, one.where, f"{one.name} is fixed by another source, so it needs its place there.")
    found = (parameter.statements, parameter.places, parameter.interpretation)
    yield from limits.bases(m, one.file, one.where, *found)
    yield from limits.stated(m, one.file, one.where, one.name, parameter)


def single(file: str, where: str, name: str, quantity: Quantity, units: tuple[str, ...]) -> Iterator[Mistake]:
    """A quantity that is a range, not above zero or in a unit other than those due."""
    yield from _unit(file, where, name, quantity, *units)
    if isinstance(quantity.value, tuple):
        yield Mistake(file, where, f"{name} is a range; one number is due.")
    elif not (math.isfinite(quantity.value) and quantity.value > 0):
        yield Mistake(file, where, f"{name} is {quantity.value:.10g}; it must be above zero.")


def measured(file: str, where: str, seen: Observed, value: Value) -> Iterator[Mistake]:
    """A value of the monograph that is no number of what was measured."""
    yield from _unit(file, where, f"value {seen.value}", value, MEASURE_UNITS[seen.measure])


def _unit(file: str, where: str, name: str, number: Value | Quantity, *units: str) -> Iterator[Mistake]:
    if isinstance(parse_unit(number.unit), NotEvaluable):
        yield Mistake(file, where, f"{name} has the unit {number.unit!r}, which is not a UCUM unit.")
    elif all(isinstance(factor(number.unit, unit), NotEvaluable) for unit in units):
        yield Mistake(file, where, f"{name} is in {number.unit}; {' or '.join(units)} is due.")


def _per(unit: str) -> str:
    return f"/({unit})" if "/" in unit else f"/{unit}"


def _words(name: str) -> str:
    return name.replace("-", " ")
