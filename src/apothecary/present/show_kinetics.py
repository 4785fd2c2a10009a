"""Models of concentration, targets and the mechanism as lines of tables, for the readable page of a monograph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from apothecary.knowledge.kinetics import OnDialysis, Power, Proportional
from apothecary.present.show_facts import KINDS, number, references

if TYPE_CHECKING:
    from apothecary.knowledge.kinetics import Limit, Model, Observed, Parameter, PowerOfTen, Subject
    from apothecary.knowledge.schema import Monograph, Place, Value
    from apothecary.present.show_therapy import Line, Lines

_KINDS: Final = {**KINDS, "derived": "worked out from other numbers"}
_MODEL: Final = ("What", "Is", "Kind", "Why and where")
_HELD: Final = ("What", "Found", "For whom", "Use", "Kind", "Why and where")
_USE: Final = {"builds": "the model was made from it", "tests": "the model was not made from it, so it is a test"}
_OUTSIDE: Final = {"refuse": "not used outside", "warn": "used outside with a warning"}


def models(m: Monograph) -> Iterator[Lines]:
    """Two tables a model: what it is, and the published observations it is held against."""
    for one in m.models.values():
        yield one.id, f"Model: {one.name}", _MODEL, _model(m, one)
        if one.observed:
            yield "", f"Held against: {one.name}", _HELD, [_observed(m, one, seen) for seen in one.observed]


def targets(m: Monograph) -> Iterator[Lines]:
    """The concentrations somebody proposed to reach, and the mechanism."""
    if m.exposure is None:
        return
    lines: list[Line] = []
    for target in m.exposure.targets:
        cells = (target.text, f"{_said(target.value)}, in {target.population.text}", *_basis(target.value))
        places = (*target.value.places, *target.population.places)
        lines.append((target.id, cells, references(m, target.value.statements, (one.source for one in places))))
    if lines:
        yield "", "Concentrations proposed to reach", _MODEL, lines
    mechanism = m.exposure.mechanism
    if mechanism is not None:
        what = f"{mechanism.text} Competes with: {mechanism.agonist}. At: {mechanism.receptor}."
        lines = [("mechanism", ("How it works", what, "", ""), references(m, mechanism.statements))]
        parts = {"molar mass": mechanism.molar_mass, "excess": mechanism.excess, **mechanism.binding}
        lines += [_number(m, "mechanism", key, part.meaning, part) for key, part in parts.items()]
        lines += _texts(m, "mechanism", "Note", mechanism.notes, ())
        yield "", "Mechanism by which concentrations act", _MODEL, lines


def _model(m: Monograph, one: Model) -> list[Line]:
    places = one.population.places
    counts = ((one.population.subjects, "subjects"), (one.population.concentrations, "concentrations"))
    text = "; ".join([one.population.text, *(f"{count} {what}" for count, what in counts if count is not None)])
    cited = references(m, one.statements, (place.source for place in places))
    lines: list[Line] = [
        (f"{one.id}: population", ("Made from", text, "", _where(places)), cited),
        (f"{one.id}: structure", ("Structure", one.structure, "", ""), ()),
        (f"{one.id}: routes", ("For doses", " and ".join(one.routes), "", ""), ()),
    ]
    lines += [_number(m, one.id, key, part.meaning, part) for key, part in one.parameters.items()]
    for n, relation in enumerate(one.covariates, 1):
        lines += _relation(m, f"{one.id}: relation {n}", relation)
    for varied in one.variability:
        key = f"{varied.parameter} between {varied.between}"
        lines.append(
            _number(m, one.id, key, f"{varied.log_sd.meaning}, standard deviation of the logarithm", varied.log_sd)
        )
    if one.occasion is not None:
        lines.append(_number(m, one.id, "occasion", one.occasion.meaning, one.occasion))
    if one.residual is not None:
        parts = {
            "additive residual error": one.residual.additive,
            "proportional residual error": one.residual.proportional,
        }
        lines += [_number(m, one.id, key, part.meaning, part) for key, part in parts.items() if part is not None]
    lines += [_limit(m, f"{one.id}: limit {n}", limit) for n, limit in enumerate(one.domain, 1)]
    for name in one.unless:
        rule = m.rules[name]
        cited = references(m, rule.all_statements, (place.source for place in rule.places))
        lines.append((f"{one.id}: unless {name}", ("Not used where", rule.title, "", ""), cited))
    lines += _texts(m, one.id, "Note", one.notes, ())
    lines += _texts(m, one.id, "Not published", one.missing, ())
    return lines


def _number(m: Monograph, owner: str, key: str, what: str, part: Parameter, text: str = "") -> Line:
    """A line about one number: itself or words around it, its kind, why it is so and where it stands."""
    cited = references(m, part.statements, (place.source for place in part.places))
    return f"{owner}: {key}", (what, text or _said(part), *_basis(part)), cited


def _said(part: Parameter) -> str:
    spread = [f"RSE {part.rse_percent:.10g} %"] if part.rse_percent is not None else []
    spread += [f"SD {part.sd:.10g}"] if part.sd is not None else []
    return f"{number(part)} ({', '.join(spread)})" if spread else number(part)


def _basis(part: Value) -> tuple[str, str]:
    why = (part.reason, getattr(part, "read", None), part.interpretation, _where(part.places))
    return _KINDS[part.kind], "; ".join(one for one in why if one)


def _where(places: tuple[Place, ...]) -> str:
    return "; ".join(f"{place.source}: {place.locator}" for place in places)


def _relation(m: Monograph, id_: str, one: Power | Proportional | PowerOfTen | OnDialysis) -> Iterator[Line]:
    name = one.parameter.replace("-", " ")
    if isinstance(one, OnDialysis):
        text = f"on dialysis the {name} is {_said(one.value)}, whatever the other facts"
        known = [m.value_sets[name].name for name in (one.problems, one.procedures) if name is not None]
        if known:
            window = f", not longer ago than {number(m.values[one.within])}" if one.within is not None else ""
            text += f"; a record says so with {' or '.join(known)}{window}"
        yield _number(m, id_, "value", one.value.meaning, one.value, text)
        return
    by = one.by.replace("-", " ")
    if isinstance(one, Proportional):
        yield (
            id_,
            (f"{name.capitalize()} by {by}", f"the {name} is given per unit of the {by} and multiplied by it", "", ""),
            (),
        )
    elif isinstance(one, Power):
        text = f"the {name} is multiplied by ({by} / {number(one.reference)}) to the power of {_said(one.exponent)}"
        yield _number(m, id_, "exponent", one.exponent.meaning, one.exponent, text)
    else:
        text = f"the {name} is multiplied by 10 to the power of ({_said(one.slope)} times the {by})"
        yield _number(m, id_, "slope", one.slope.meaning, one.slope, text)
        if one.highest is not None:
            text = f"a {by} above {_said(one.highest)} counts as that"
            yield _number(m, id_, "highest", one.highest.meaning, one.highest, text)


def _limit(m: Monograph, id_: str, limit: Limit) -> Line:
    ends = [f"from {number(limit.low)}"] if limit.low is not None else []
    ends += [f"up to {number(limit.high)}"] if limit.high is not None else []
    what = f"{limit.quantity.replace('-', ' ').capitalize()} {' '.join(ends)}"
    cells = (what, f"{_OUTSIDE[limit.outside]}: {limit.text}", "", _where(limit.places))
    return id_, cells, references(m, (), (place.source for place in limit.places))


def _texts(m: Monograph, owner: str, what: str, texts: tuple[str, ...], statements: tuple[str, ...]) -> list[Line]:
    cited = references(m, statements)
    return [(f"{owner}: {what.lower()} {n}", (what, text, "", ""), cited) for n, text in enumerate(texts, 1)]


def _observed(m: Monograph, model: Model, seen: Observed) -> Line:
    part = m.values[seen.value] if seen.value is not None else seen.found
    if part is None:  # the checker lets no such observation through
        raise ValueError(f"{model.id}: {seen.id} has neither a number nor a value.")
    found = _said(seen.found) if seen.found is not None else number(part)
    doses = f"{number(seen.dose)}" + (f" every {number(seen.every)}, {seen.doses} times" if seen.every else "")
    whom = f"{_subject(seen.subject)}; {doses}" + (f"; over {_subject(seen.other)}" if seen.other is not None else "")
    whom += f" ({seen.subject.reason})" if seen.subject.reason else ""
    cited = references(m, part.statements, (place.source for place in part.places))
    return f"{model.id}: {seen.id}", (seen.text, found, whom, _USE[seen.role], *_basis(part)), cited


def _subject(subject: Subject) -> str:
    parts = [number(subject.weight)]
    parts += [number(subject.age)] if subject.age is not None else []
    if subject.creatinine_clearance is not None:
        parts.append(f"creatinine clearance {number(subject.creatinine_clearance)}")
    parts += ["on dialysis"] if subject.on_dialysis else []
    return ", ".join(parts)
