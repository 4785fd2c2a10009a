"""Checks that every id in a monograph points to something, that nothing is orphaned and nothing contradicts itself."""

from collections.abc import Iterator
from typing import NamedTuple

from apothecary import logic
from apothecary.knowledge import schema as s
from apothecary.units import NotEvaluable, factor, parse_duration, parse_unit

TITLE_LIMIT = 139


class Mistake(NamedTuple):
    """A mistake and where it stands: file, path inside it, line where the file is no YAML."""

    file: str
    where: str
    message: str
    line: int = 1


def broken(m: s.Monograph) -> list[Mistake]:
    """Every broken link of a monograph; empty when it is whole."""
    found = [*_values(m), *_observations(m), *_sets(m), *_rules(m), *_statements(m), *_sources(m), *_unused(m)]
    return list(dict.fromkeys(found))


def _file_of(m: s.Monograph, rule: s.Rule) -> str:
    return f"rules/{rule.topic}/{rule.id}.yaml"


def _values(m: s.Monograph) -> Iterator[Mistake]:
    for id_, value in m.values.items():
        file = "values.yaml" if value.kind in ("stated", "derived") and not value.reason else "policy.yaml"
        where = f".values.{id_}"
        if isinstance(parse_unit(value.unit), NotEvaluable):
            yield Mistake(file, where, f"value {id_} has the unit {value.unit!r}, which is not a UCUM unit.")
        if not value.statements and not value.places:
            yield Mistake(file, where, f"value {id_} rests on no statement and no other source.")
        if value.kind in ("assumed", "derived") and not value.reason:
            yield Mistake(file, where, f"value {id_} is {value.kind}, so it needs a reason.")
        yield from _bases(m, file, where, value.statements, value.places, value.interpretation)


def _bases(
    m: s.Monograph,
    file: str,
    where: str,
    statements: tuple[str, ...],
    places: tuple[s.Place, ...],
    interpretation: str | None,
) -> Iterator[Mistake]:
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
        if seen.unit is not None and isinstance(parse_unit(seen.unit), NotEvaluable):
            yield Mistake("observations.yaml", where, f"{seen.unit!r} is not a UCUM unit.")


def _sets(m: s.Monograph) -> Iterator[Mistake]:
    for id_, value_set in m.value_sets.items():
        for other in (*value_set.include, *value_set.subtract):
            if other not in m.value_sets:
                yield Mistake("value_sets/sets.yaml", f".value_sets.{id_}", f"there is no value set {other!r}.")
    filled = {entry.value_set for entry in m.codes}
    for id_ in filled - set(m.value_sets):
        yield Mistake("value_sets/sets.yaml", "", f"codes name the value set {id_!r}, which is not described here.")
    for id_, value_set in m.value_sets.items():
        if id_ not in filled and not value_set.include:
            yield Mistake("value_sets/sets.yaml", f".value_sets.{id_}", f"the value set {id_!r} has no codes or names.")
    if m.drug.value_set not in m.value_sets:
        yield Mistake("monograph.yaml", ".drug.value_set", f"there is no value set {m.drug.value_set!r}.")


def _rules(m: s.Monograph) -> Iterator[Mistake]:
    for rule in m.rules.values():
        file = _file_of(m, rule)
        if rule.topic not in m.topics:
            yield Mistake(file, ".topic", f"there is no topic {rule.topic!r} in monograph.yaml.")
        if len(rule.title) > TITLE_LIMIT:
            yield Mistake(
                file, ".title", f"the title has {len(rule.title)} characters; at most {TITLE_LIMIT} fit a card."
            )
        if not rule.statements and not rule.places:
            yield Mistake(file, ".id", f"rule {rule.id} rests on no statement and no other source.")
        if rule.kind != "stated" and rule.interpretation is None:
            yield Mistake(file, ".kind", f"rule {rule.id} is {rule.kind}, so it needs an interpretation.")
        yield from _bases(m, file, ".statements", rule.statements, rule.places, rule.interpretation)
        for number, exception in enumerate(rule.exceptions):
            yield from _bases(m, file, f".exceptions[{number}]", exception.statements, (), None)
        for node in _leaves_of(rule):
            yield from _leaf(m, node, file, ".when")
    for number, use in enumerate(m.indications.values()):
        where = f".indications[{number}]"
        yield from _bases(m, "monograph.yaml", where, use.statements, (), use.interpretation)
        for node in logic.leaves(use.when):
            yield from _leaf(m, node, "monograph.yaml", where)
    yield from _opposed(m)


def _leaves_of(rule: s.Rule) -> Iterator[logic.Condition]:
    yield from logic.leaves(rule.when)
    for exception in rule.exceptions:
        yield from logic.leaves(exception.when)


def _leaf(m: s.Monograph, node: logic.Condition, file: str, where: str) -> Iterator[Mistake]:
    set_id = getattr(node, "set", None)
    if set_id is not None and set_id not in m.value_sets:
        yield Mistake(file, where, f"there is no value set {set_id!r} in value_sets/sets.yaml.")
    asked = getattr(node, "quantity", None) or (node.of if isinstance(node, logic.HasResult | logic.Missing) else None)
    if asked is not None and asked not in m.observations:
        yield Mistake(file, where, f"there is no observation {asked!r} in observations.yaml.")
    if isinstance(node, logic.HasResult) and asked in m.observations:
        answers = m.observations[asked].answers
        if node.answer not in answers:
            yield Mistake(file, where, f"observation {asked!r} has no answer {node.answer!r}.")
    if isinstance(node, logic.Indication) and node.equals not in m.indications:
        yield Mistake(file, where, f"there is no indication {node.equals!r} in monograph.yaml.")
    within = getattr(node, "within", None)
    if within is not None:
        yield from _duration(m, within, file, where)
    if isinstance(node, logic.Compare | logic.SourcesDisagree):
        name = node.relation[1] if isinstance(node, logic.Compare) else node.at
        value = m.values.get(name)
        if value is None:
            yield Mistake(file, where, f"there is no value {name!r} in values.yaml or policy.yaml.")
        elif isinstance(value.value, tuple):
            yield Mistake(file, where, f"the value {name!r} is a range; a comparison needs one number.")
        elif asked in m.observations:
            unit = m.observations[asked].unit or ""
            if isinstance(factor(value.unit, unit), NotEvaluable):
                message = f"the value {name!r} has the unit {value.unit}, the observation {asked!r} has {unit}."
                yield Mistake(file, where, message)


def _duration(m: s.Monograph, name: str, file: str, where: str) -> Iterator[Mistake]:
    value = m.values.get(name)
    if value is None:
        yield Mistake(file, where, f"there is no value {name!r} in values.yaml or policy.yaml.")
    elif isinstance(value.value, tuple) or isinstance(parse_duration(value.value, value.unit), NotEvaluable):
        yield Mistake(file, where, f"the value {name!r} is not a duration.")


def _opposed(m: s.Monograph) -> Iterator[Mistake]:
    """Two rules that answer one decision differently for the same patients, with no labeled exception."""
    rules = [rule for rule in m.rules.values() if rule.advice is not None]
    for i, one in enumerate(rules):
        for other in rules[i + 1 :]:
            a, b = one.advice, other.advice
            if a is None or b is None or a.decision != b.decision or a.says == b.says or one.when != other.when:
                continue
            if set(one.phases) & set(other.phases) and not one.exceptions and not other.exceptions:
                message = (
                    f"rules {one.id} ({', '.join(one.statements)}) and {other.id} ({', '.join(other.statements)}) "
                    f"ask the same but say {a.says!r} and {b.says!r} on {a.decision}; label an exception in one."
                )
                yield Mistake(_file_of(m, one), ".advice", message)


def _statements(m: s.Monograph) -> Iterator[Mistake]:
    """Both directions: what a statement says encodes it exists and names the statement, and the reverse."""
    for number, statement in enumerate(m.statements.values()):
        where = f".statements[{number}]"
        if bool(statement.encoded_by) == bool(statement.background):
            message = f"statement {statement.id} needs either encoded_by or a background reason."
            yield Mistake("statements.yaml", where, message)
        for reference in statement.references:
            if reference not in m.sources:
                yield Mistake("statements.yaml", where, f"statement {statement.id} cites {reference!r}, not a source.")
        for link in statement.encoded_by:
            kind, _, id_ = link.partition(":")
            resting = _resting(m, kind, id_)
            if resting is None:
                yield Mistake(
                    "statements.yaml", where, f"statement {statement.id} names {link!r}, which does not exist."
                )
            elif statement.id not in resting:
                message = f"statement {statement.id} names {link!r}, which does not name the statement."
                yield Mistake("statements.yaml", where, message)
    for rule in m.rules.values():
        for id_ in {*rule.statements, *(i for e in rule.exceptions for i in e.statements)}:
            if id_ in m.statements and f"rule:{rule.id}" not in m.statements[id_].encoded_by:
                message = f"rule {rule.id} rests on {id_}, which does not name rule:{rule.id}."
                yield Mistake(_file_of(m, rule), ".statements", message)


def _resting(m: s.Monograph, kind: str, id_: str) -> set[str] | None:
    """The statements that a thing rests on; None when there is no such thing."""
    if kind == "rule" and id_ in m.rules:
        rule = m.rules[id_]
        return {*rule.statements, *(i for e in rule.exceptions for i in e.statements)}
    if kind == "indication" and id_ in m.indications:
        return set(m.indications[id_].statements)
    if kind == "value" and id_ in m.values:
        return set(m.values[id_].statements)
    if kind == "drug" and id_ == "identity":
        return set(m.drug.statements)
    if kind == "product" and id_ in m.products:
        return set(m.products[id_].statements)
    if kind == "adverse-effect" and id_ in m.adverse_effects:
        return set(m.adverse_effects[id_].statements)
    if kind == "advice" and id_ in m.advice:
        return set(m.advice[id_].statements)
    return None


def _sources(m: s.Monograph) -> Iterator[Mistake]:
    cited = {reference for statement in m.statements.values() for reference in statement.references}
    used = {place.source for value in m.values.values() for place in value.places}
    used |= {place.source for rule in m.rules.values() for place in rule.places}
    used |= {i.source for product in m.products.values() for i in product.ingredients}
    used.add(m.drug.edition.source)
    for number, source in enumerate(m.sources.values()):
        where = f".sources[{number}]"
        if source.cited != (source.id in cited):
            does = "does not cite" if source.cited else "cites"
            message = f"source {source.id!r} says cited: {str(source.cited).lower()}, but the source text {does} it."
            yield Mistake("sources.yaml", where, message)
        if source.id not in cited | used and not source.id.isdigit():  # the source text's own list has unused ones
            yield Mistake("sources.yaml", where, f"source {source.id!r} is used by nothing.")


def _unused(m: s.Monograph) -> Iterator[Mistake]:
    """A policy number that nothing reads is a reading nobody applies."""
    used: set[str] = set()
    for rule in m.rules.values():
        for node in _leaves_of(rule):
            used |= {v for f in node.__struct_fields__ if isinstance(v := getattr(node, f), str)}
    for use in m.indications.values():
        for node in logic.leaves(use.when):
            used |= {v for f in node.__struct_fields__ if isinstance(v := getattr(node, f), str)}
    for seen in m.observations.values():
        used |= {v for v in (seen.plausible, seen.expires, seen.expires_child, seen.molar_mass) if v}
        used |= {v for answer in seen.answers.values() for v in (answer.at_least, answer.below) if v}
    used |= ENGINE_VALUES
    for id_, value in m.values.items():
        if value.kind == "assumed" and id_ not in used:
            yield Mistake("policy.yaml", f".values.{id_}", f"the policy value {id_!r} is used by nothing.")


# Policy values that the engine itself asks for by name.
ENGINE_VALUES = {"adult-age", "schwartz-lowest-age", "dose-given-counts"}
