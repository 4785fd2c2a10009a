"""Checks the numbers of a monograph: each with a unit, a kind and a source, and fit for the question that uses it."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from apothecary import logic
from apothecary.knowledge import schema as s
from apothecary.knowledge.kinetics import OnDialysis
from apothecary.knowledge.therapy import named_values
from apothecary.units import NotEvaluable, add_duration, factor, parse_duration, parse_unit, same_dimension

# Policy values and observations that the engine itself asks for by name.
_ENGINE_AGES = {"adult-age", "schwartz-lowest-age"}
_ENGINE_DURATIONS = {"dose-given-counts", "edition-expires", "edition-refused"}
ENGINE_VALUES = _ENGINE_AGES | _ENGINE_DURATIONS
# Formulas on orders and the unit each is worked out in
ORDERED_UNITS = {
    "ordered-dose": "mg",
    "ordered-daily-dose": "mg/d",
    "ordered-daily-dose-by-weight": "mg/kg/d",
    "ordered-doses-per-day": "{doses}/d",
    "ordered-interval": "h",
}
_CLEARANCE_INPUTS = ("age", "weight", "height", "creatinine")


class Mistake(NamedTuple):
    """A mistake and where it stands: file, path inside it, line where the file is no YAML."""

    file: str
    where: str
    message: str
    line: int = 1


def wrong(m: s.Monograph) -> Iterator[Mistake]:
    """Every mistake in values and observations."""
    yield from _values(m)
    yield from _observations(m)
    yield from _engine(m)
    yield from _unused(m)


def _values(m: s.Monograph) -> Iterator[Mistake]:
    for id_, value in m.values.items():
        file, where = _place(m, id_)
        if isinstance(parse_unit(value.unit), NotEvaluable):
            yield Mistake(file, where, f"value {id_} has the unit {value.unit!r}, which is not a UCUM unit.")
        if not value.statements and not value.places:
            yield Mistake(file, where, f"value {id_} rests on no statement and no other source.")
        if value.kind in ("assumed", "derived") and not value.reason:
            yield Mistake(file, where, f"value {id_} is {value.kind}, so it needs a reason.")
        yield from bases(m, file, where, value.statements, value.places, value.interpretation)


def _place(m: s.Monograph, id_: str) -> tuple[str, str]:
    """The file of a value and the path inside it."""
    return ("policy.yaml" if id_ in m.policy else "values.yaml"), f".values.{id_}"


def bases(
    m: s.Monograph,
    file: str,
    where: str,
    statements: tuple[str, ...],
    places: tuple[s.Place, ...],
    interpretation: str | None,
) -> Iterator[Mistake]:
    """Statements, sources and interpretation that something rests on but that do not exist."""
    for id_ in statements:
        if id_ not in m.statements:
            yield Mistake(file, where, f"there is no statement {id_!r} in statements.yaml.")
    for place in places:
        if place.source not in m.sources:
            yield Mistake(file, where, f"there is no source {place.source!r} in sources.yaml.")
    if interpretation is not None and interpretation not in m.interpretations:
        yield Mistake(file, where, f"there is no interpretation {interpretation!r} in interpretations.yaml.")


def _observations(m: s.Monograph) -> Iterator[Mistake]:
    for id_, seen in m.observations.items():
        where = f".observations.{id_}"
        sets = [seen.value_set, *(answer.value_set for answer in seen.answers.values())]
        numbers = [seen.plausible, seen.expires, seen.expires_child, seen.molar_mass]
        numbers += [name for answer in seen.answers.values() for name in (answer.at_least, answer.below)]
        for name in sets:
            if name is not None and name not in m.value_sets:
                yield Mistake("observations.yaml", where, f"there is no value set {name!r} in value_sets/sets.yaml.")
        for name in numbers:
            if name is not None and name not in m.values:
                yield Mistake("observations.yaml", where, f"there is no value {name!r} in values.yaml or policy.yaml.")
        for name in (*(seen.product_of or ()), *seen.cross_check):
            if name not in m.observations:
                yield Mistake("observations.yaml", where, f"there is no observation {name!r} in observations.yaml.")
        for unit in (seen.unit, *seen.also_units):
            if unit is not None and isinstance(parse_unit(unit), NotEvaluable):
                yield Mistake("observations.yaml", where, f"{unit!r} is not a UCUM unit.")
        yield from _kinds(m, seen, where)
        unit = ORDERED_UNITS.get(seen.formula or "")
        if unit is not None and not same_dimension(seen.unit or "", unit):
            yield Mistake("observations.yaml", where, f"{seen.formula} is worked out in {unit}, not in {seen.unit}.")
        if unit is not None and "weight" not in m.observations:
            message = "doses by body weight need it: there is no observation 'weight' in observations.yaml."
            yield Mistake("observations.yaml", where, message)
        if seen.formula == "creatinine-clearance":
            for name in _CLEARANCE_INPUTS:
                if name not in m.observations:
                    message = f"the estimate needs it: there is no observation {name!r} in observations.yaml."
                    yield Mistake("observations.yaml", where, message)


def _kinds(m: s.Monograph, seen: s.Observation, where: str) -> Iterator[Mistake]:
    """Values of the wrong kind: a range where a number is due, a dose where a duration is."""
    file = "observations.yaml"
    plausible = m.values.get(seen.plausible or "")
    if plausible is not None and not (
        isinstance(plausible.value, tuple) and same_dimension(plausible.unit, seen.unit or "")
    ):
        yield Mistake(file, where, f"the value {seen.plausible!r} is not a range in {seen.unit}.")
    for name in (seen.expires, seen.expires_child):
        if name is not None and name in m.values:
            yield from duration(m, name, file, where)
    molar = m.values.get(seen.molar_mass or "")
    if molar is not None and (isinstance(molar.value, tuple) or not same_dimension(molar.unit, "g/mol")):
        yield Mistake(file, where, f"the value {seen.molar_mass!r} is not a molar mass in g/mol.")
    for answer in seen.answers.values():
        for name in (answer.at_least, answer.below):
            limit = m.values.get(name or "")
            if limit is not None and (
                isinstance(limit.value, tuple) or isinstance(factor(limit.unit, seen.unit or ""), NotEvaluable)
            ):
                yield Mistake(file, where, f"the value {name!r} is not a number in {seen.unit}.")


def stated(m: s.Monograph, file: str, where: str, name: str, value: s.Value) -> Iterator[Mistake]:
    """A number that the source text is said to state must be one of the numbers of its statements."""
    if value.kind != "stated" or not value.statements:
        return
    given = {float(n) for one in value.statements if one in m.statements for n in m.statements[one].numbers}
    for end in value.value if isinstance(value.value, tuple) else (value.value,):
        if end not in given:
            message = (
                f"{name} is stated as {end:.10g}, but none of its statements holds that number; "
                "correct it, or give its kind as derived with a reason."
            )
            yield Mistake(file, where, message)


def routes(m: s.Monograph, name: str, file: str, where: str) -> Iterator[Mistake]:
    """A set of routes that is missing or about something else."""
    if name not in m.value_sets:
        yield Mistake(file, where, f"there is no value set {name!r} in value_sets/sets.yaml.")
    elif "route" not in m.value_sets[name].about:
        about = ", ".join(m.value_sets[name].about)
        yield Mistake(file, where, f"the value set {name!r} is about {about}, not route.")


def duration(m: s.Monograph, name: str, file: str, where: str) -> Iterator[Mistake]:
    """A window or expiry that is missing or no duration."""
    value = m.values.get(name)
    if value is None:
        yield Mistake(file, where, f"there is no value {name!r} in values.yaml or policy.yaml.")
    elif isinstance(value.value, tuple) or isinstance(parse_duration(value.value, value.unit), NotEvaluable):
        yield Mistake(file, where, f"the value {name!r} is not a duration.")


def age(m: s.Monograph, name: str, file: str, where: str) -> Iterator[Mistake]:
    """Ages are counted in completed months, so a limit in days or in part of a month is none."""
    value = m.values[name]
    found = None if isinstance(value.value, tuple) else parse_duration(value.value, value.unit)
    if found is None or isinstance(found, NotEvaluable) or found.days:
        yield Mistake(file, where, f"the value {name!r} is not an age in whole months or years.")


def _engine(m: s.Monograph) -> Iterator[Mistake]:
    """Values that the engine reads by name: there where something asks for them, and of the right kind."""
    for name, why in _asked(m).items():
        if name not in m.values:
            message = f"there is no value {name!r} in policy.yaml; add it: {why}."
            yield Mistake("policy.yaml", "", message)
    for name in sorted(_ENGINE_AGES & m.values.keys()):
        yield from age(m, name, *_place(m, name))
    for name in sorted(_ENGINE_DURATIONS & m.values.keys()):
        yield from duration(m, name, *_place(m, name))
    warned, refused = _last_day(m, "edition-expires"), _last_day(m, "edition-refused")
    if warned is not None and refused is not None and refused < warned:
        message = (
            f"the edition would be refused after {refused} (edition-refused), before anyone is warned after {warned} "
            "(edition-expires); give edition-refused at least as long."
        )
        yield Mistake(*_place(m, "edition-refused"), message)


def _asked(m: s.Monograph) -> dict[str, str]:
    """The engine's values that something in the monograph asks for, each with what asks."""
    found = {"edition-expires": "every review says how long the edition may be used, such as 24 mo"}
    for id_, seen in m.observations.items():
        if seen.expires_child is not None:
            found.setdefault("adult-age", f"observation {id_!r} expires sooner in children")
        if seen.formula == "creatinine-clearance":
            found.setdefault("adult-age", f"observation {id_!r} is estimated otherwise in children")
            found["schwartz-lowest-age"] = f"observation {id_!r} is not estimated below that age"
    if any(isinstance(node, logic.Takes) and node.standing == "current" and not node.within for node in _nodes(m)):
        found["dose-given-counts"] = "a condition asks what is taken now, and a dose given says so only for a time"
    return found


def _last_day(m: s.Monograph, name: str) -> date | None:
    """The last day inside a limit on the age of the edition; None without the value or where it is no duration."""
    value = m.values.get(name)
    if value is None or isinstance(value.value, tuple):
        return None
    found = parse_duration(value.value, value.unit)
    return None if isinstance(found, NotEvaluable) else add_duration(m.drug.edition.revised, found)


def _unused(m: s.Monograph) -> Iterator[Mistake]:
    """A policy number that nothing reads is a reading nobody applies."""
    used = {v for node in _nodes(m) for f in node.__struct_fields__ if isinstance(v := getattr(node, f), str)}
    for seen in m.observations.values():
        used |= {v for v in (seen.plausible, seen.expires, seen.expires_child, seen.molar_mass) if v}
        used |= {v for answer in seen.answers.values() for v in (answer.at_least, answer.below) if v}
    used |= ENGINE_VALUES | named_values(m.dosing.values(), m.monitoring.values())
    relations = [one for model in m.models.values() for one in model.covariates]
    used |= {one.within for one in relations if isinstance(one, OnDialysis) and one.within is not None}
    for id_, value in m.values.items():
        if value.kind == "assumed" and id_ not in used:
            yield Mistake("policy.yaml", f".values.{id_}", f"the policy value {id_!r} is used by nothing.")


def _nodes(m: s.Monograph) -> Iterator[logic.Condition]:
    """Every question of the rules, their exceptions and the uses."""
    for rule in m.rules.values():
        yield from logic.leaves(rule.when)
        for exception in rule.exceptions:
            yield from logic.leaves(exception.when)
    for use in m.indications.values():
        yield from logic.leaves(use.when)
