"""Checks the models of concentration: that they are whole, that a domain can be run, what an observation needs."""

from collections.abc import Iterator
from itertools import chain
from typing import Final, NamedTuple

from apothecary.knowledge import kinetics_numbers
from apothecary.knowledge import schema as s
from apothecary.knowledge.kinetics import (
    COVARIATE_UNITS,
    Limit,
    Model,
    Observed,
    OnDialysis,
    Parameter,
    ParameterName,
    Population,
    Power,
    Subject,
)
from apothecary.knowledge.kinetics_numbers import measured, numbers, single
from apothecary.knowledge.limits import Mistake, bases, duration
from apothecary.units import NotEvaluable, convert

_NEEDED: Final[dict[str, tuple[ParameterName, ...]]] = {
    "one-compartment, first-order absorption": ("absorption-rate", "clearance", "volume"),
}
_EXPOSURE: Final = "exposure.yaml"


class Resting(NamedTuple):
    """A model, a target or the mechanism: where it stands, its link, what it rests on."""

    file: str
    where: str
    link: str
    kind: str
    statements: tuple[str, ...]
    sources: tuple[str, ...]


def wrong(m: s.Monograph) -> Iterator[Mistake]:
    """Every mistake in the models and in exposure.yaml."""
    yield from kinetics_numbers.wrong(m)
    for model in m.models.values():
        file = f"kinetics/{model.id}.yaml"
        yield from bases(m, file, ".statements", model.statements, (), None)
        yield from _population(m, file, ".population", model.population)
        yield from _parameters(model, file)
        for number, rule in enumerate(model.unless):
            if rule not in m.rules:
                yield Mistake(file, f".unless[{number}]", f"there is no rule {rule!r}.")
        for number, one in enumerate(model.covariates):
            if isinstance(one, OnDialysis):
                yield from _dialysis(m, one, file, f".covariates[{number}]")
        yield from _varied(model, file)
        for number, limit in enumerate(model.domain):
            yield from _limit(m, limit, file, f".domain[{number}]")
        names = [seen.id for seen in model.observed]
        for number, seen in enumerate(model.observed):
            where = f".observed[{number}]"
            if seen.id in names[:number]:
                yield Mistake(file, where, f"the id {seen.id!r} is given twice.")
            yield from _observed(m, model, seen, file, where)
    if m.exposure is not None:
        yield from _exposure(m, m.exposure)


def parameters(m: s.Monograph) -> Iterator[tuple[str, str, Parameter]]:
    """Every number of the models and of exposure.yaml: its file, its place there, itself."""
    return ((one.file, one.where, one.parameter) for one in numbers(m))


def sources(m: s.Monograph) -> set[str]:
    """The sources that models, targets and mechanism name."""
    return {source for one in resting(m) for source in one.sources}


def resting(m: s.Monograph) -> Iterator[Resting]:
    """Models, targets and mechanism with what they rest on; a model also on what its observed values rest on."""
    every = tuple(numbers(m))
    for model in m.models.values():
        file = f"kinetics/{model.id}.yaml"
        inside = [one.parameter for one in every if one.file == file]
        held = (m.values[seen.value].statements for seen in model.observed if seen.value in m.values)
        stated = _once(model.statements, *(one.statements for one in inside), *held)
        places = (model.population.places, *(limit.places for limit in model.domain))
        named = _once(*([place.source for place in some] for some in (*places, *(one.places for one in inside))))
        built = [one.parameter for one in every if one.file == file and not one.range]
        yield Resting(file, ".id", f"kinetics:{model.id}", _weakest(built), stated, named)
    if m.exposure is None:
        return
    for number, target in enumerate(m.exposure.targets):
        named = _once([place.source for place in (*target.value.places, *target.population.places)])
        link, where = f"target:{target.id}", f".targets[{number}]"
        yield Resting(_EXPOSURE, where, link, target.value.kind, target.value.statements, named)
    if m.exposure.mechanism is not None:
        inside = [one.parameter for one in every if one.where.startswith(".mechanism.")]
        stated = _once(m.exposure.mechanism.statements, *(one.statements for one in inside))
        named = _once(*([place.source for place in one.places] for one in inside))
        yield Resting(_EXPOSURE, ".mechanism", "drug:mechanism", _weakest(inside), stated, named)


def _weakest(inside: list[Parameter]) -> str:
    """A thing is no surer than the least sure of its numbers."""
    kinds = {one.kind for one in inside}
    return next(kind for kind in ("assumed", "derived", "fixed", "stated") if kind in kinds or kind == "stated")


def _once(*lists: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(lists)))


def _population(m: s.Monograph, file: str, where: str, population: Population) -> Iterator[Mistake]:
    if not population.places:
        yield Mistake(file, where, "the population rests on no source.")
    yield from bases(m, file, where, (), population.places, None)


def _parameters(model: Model, file: str) -> Iterator[Mistake]:
    for name in _NEEDED[model.structure]:
        if name not in model.parameters:
            yield Mistake(file, ".parameters", f"the structure needs the parameter {name!r}, which is not given.")
    if not model.routes:
        yield Mistake(file, ".routes", "the model names no route, so no dose could be given.")
    if "intravenous" in model.routes and "bioavailability" not in model.parameters:
        message = (
            "without bioavailability clearance and volume are apparent, and an intravenous dose cannot be computed "
            "with them; give bioavailability or leave out the route."
        )
        yield Mistake(file, ".routes", message)
    seen: set[tuple[str, str, str]] = set()
    for number, one in enumerate(model.covariates):
        where = f".covariates[{number}]"
        kind = type(one).__struct_config__.tag
        by = "" if isinstance(one, OnDialysis) else one.by
        if one.parameter not in model.parameters:
            yield Mistake(file, where, f"the relation is about {one.parameter!r}, a parameter that the model has not.")
        if (one.parameter, str(kind), by) in seen:
            yield Mistake(file, where, f"there are two relations {kind} for {one.parameter}; leave one out.")
        seen.add((one.parameter, str(kind), by))
        if isinstance(one, Power):
            unit = COVARIATE_UNITS[one.by]
            yield from single(file, f"{where}.reference", "the reference", one.reference, (unit,))


def _dialysis(m: s.Monograph, one: OnDialysis, file: str, where: str) -> Iterator[Mistake]:
    """The value sets and the window by which a record says that somebody is on dialysis."""
    asked: tuple[tuple[str | None, s.Domain], ...] = ((one.problems, "condition"), (one.procedures, "procedure"))
    for name, about in asked:
        if name is not None and name not in m.value_sets:
            yield Mistake(file, where, f"there is no value set {name!r} in value_sets/sets.yaml.")
        elif name is not None and about not in m.value_sets[name].about:
            said = ", ".join(m.value_sets[name].about)
            yield Mistake(file, where, f"the value set {name!r} is about {said}, not {about}.")
    if one.within is not None:
        yield from duration(m, one.within, file, where)
        if one.procedures is None:
            yield Mistake(file, where, "within is about procedures, and the relation names none.")


def _varied(model: Model, file: str) -> Iterator[Mistake]:
    seen: set[tuple[str, str]] = set()
    for number, one in enumerate(model.variability):
        where = f".variability[{number}]"
        if one.parameter not in model.parameters:
            yield Mistake(file, where, f"{one.parameter!r} varies, a parameter that the model has not.")
        if (one.parameter, one.between) in seen:
            yield Mistake(file, where, f"{one.parameter} between {one.between} is given twice.")
        seen.add((one.parameter, one.between))
    occasions = any(between == "occasions" for _, between in seen)
    if occasions and model.occasion is None:
        message = "something varies between occasions, so it has to say how long one lasts: give occasion."
        yield Mistake(file, ".variability", message)
    if model.occasion is not None and not occasions:
        yield Mistake(file, ".occasion", "nothing varies between occasions, so the occasion is used by nothing.")
    if model.residual is not None and model.residual.additive is None and model.residual.proportional is None:
        yield Mistake(file, ".residual", "the residual error has neither an additive nor a proportional part.")


def _limit(m: s.Monograph, limit: Limit, file: str, where: str) -> Iterator[Mistake]:
    if not limit.places:
        yield Mistake(file, where, "the limit rests on no source.")
    yield from bases(m, file, where, (), limit.places, None)
    unit = COVARIATE_UNITS[limit.quantity]
    ends = [(name, end) for name, end in (("low", limit.low), ("high", limit.high)) if end is not None]
    found = [mistake for name, end in ends for mistake in single(file, f"{where}.{name}", name, end, (unit,))]
    yield from found
    if not ends:
        yield Mistake(file, where, f"the limit of {limit.quantity} has neither low nor high.")
    if len(ends) == 2 and not found:
        low, high = (_in(end, unit) for _, end in ends)
        if not low < high:
            yield Mistake(file, where, f"the limit of {limit.quantity} has a low end that is not below its high end.")


def _in(quantity: s.Quantity, unit: str) -> float:
    """A number of which it was checked that it converts."""
    value = quantity.value
    found = convert(value, quantity.unit, unit) if not isinstance(value, tuple) else None
    return float("nan") if found is None or isinstance(found, NotEvaluable) else found


def _observed(m: s.Monograph, model: Model, seen: Observed, file: str, where: str) -> Iterator[Mistake]:
    if (seen.found is None) == (seen.value is None):
        yield Mistake(file, where, f"{seen.id} needs exactly one of found and value.")
    if seen.value is not None and seen.value not in m.values:
        yield Mistake(file, where, f"there is no value {seen.value!r} in values.yaml or policy.yaml.")
    elif seen.value is not None:
        yield from measured(file, f"{where}.value", seen, m.values[seen.value])
    yield from single(file, f"{where}.dose", "the dose", seen.dose, ("mg", "mg/kg"))
    if (seen.measure == "auc-ratio") != (seen.other is not None):
        yield Mistake(file, where, f"{seen.id}: an auc-ratio, and nothing else, needs the other subject.")
    if seen.doses < 1 or (seen.doses > 1) != (seen.every is not None):
        yield Mistake(file, where, f"{seen.id}: several doses need every, and one dose has none.")
    if seen.measure == "accumulation" and seen.doses < 2:
        yield Mistake(file, where, f"{seen.id}: accumulation needs every and more than one dose.")
    if seen.every is not None:
        yield from single(file, f"{where}.every", "every", seen.every, ("h",))
    yield from _subject(model, seen.subject, file, f"{where}.subject")
    if seen.other is not None:
        yield from _subject(model, seen.other, file, f"{where}.other")


def _subject(model: Model, subject: Subject, file: str, where: str) -> Iterator[Mistake]:
    known = {"weight": subject.weight, "age": subject.age, "creatinine-clearance": subject.creatinine_clearance}
    for name, unit in COVARIATE_UNITS.items():
        quantity = known[name]
        if quantity is not None:
            label = name.replace("-", " ")
            yield from single(file, f"{where}.{name.replace('-', '_')}", f"the {label}", quantity, (unit,))
    replaced = {one.parameter for one in model.covariates if isinstance(one, OnDialysis) and subject.on_dialysis}
    asked = [one.by for one in model.covariates if not isinstance(one, OnDialysis) and one.parameter not in replaced]
    for by in dict.fromkeys(asked):
        if known[by] is None:
            yield Mistake(file, where, f"the model needs the {by.replace('-', ' ')}, which the subject has not.")


def _exposure(m: s.Monograph, exposure: s.Exposure) -> Iterator[Mistake]:
    for number, name in enumerate(exposure.models):
        if name not in m.models:
            yield Mistake(_EXPOSURE, f".models[{number}]", f"there is no model {name!r} in kinetics/.")
        if name in exposure.models[:number]:
            yield Mistake(_EXPOSURE, f".models[{number}]", f"the model {name!r} is given twice.")
    for name in m.models:
        if name not in exposure.models:
            message = f"the model {name!r} is not listed, so it has no place in the order of trying."
            yield Mistake(_EXPOSURE, ".models", message)
    names = [target.id for target in exposure.targets]
    for number, target in enumerate(exposure.targets):
        where = f".targets[{number}]"
        if target.id in names[:number]:
            yield Mistake(_EXPOSURE, where, f"the id {target.id!r} is given twice.")
        yield from _population(m, _EXPOSURE, f"{where}.population", target.population)
    mechanism = exposure.mechanism
    if mechanism is not None:
        yield from bases(m, _EXPOSURE, ".mechanism.statements", mechanism.statements, (), None)
        if not mechanism.binding:
            yield Mistake(_EXPOSURE, ".mechanism", "the mechanism has no dissociation constant.")
