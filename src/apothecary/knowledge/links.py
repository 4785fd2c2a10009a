"""Checks that every id in a monograph points to something, that nothing is orphaned and nothing contradicts itself."""

from collections.abc import Iterator
from typing import Any

from apothecary import logic
from apothecary.knowledge import advice_links, cards_links, kinetics_links, limits, therapy_links
from apothecary.knowledge import schema as s
from apothecary.knowledge.limits import Mistake, bases
from apothecary.units import NotEvaluable, factor

TITLE_LIMIT = 139
_ABOUT: dict[type, s.Domain] = {
    logic.HasCondition: "condition",
    logic.Takes: "medication",
    logic.HasAllergy: "allergy",
    logic.HasVaccine: "immunization",
    logic.HasProcedure: "procedure",
    logic.OrderedRoute: "route",
}


def broken(m: s.Monograph) -> list[Mistake]:
    """Every broken link of a monograph; empty when it is whole."""
    kinds = (limits.wrong, _sets, _rules, _statements, _directions, _passages, _stated, _sources)
    found = [
        mistake
        for kind in (*kinds, therapy_links.wrong, advice_links.wrong, kinetics_links.wrong, cards_links.wrong)
        for mistake in kind(m)
    ]
    return list(dict.fromkeys(found))


def _file_of(m: s.Monograph, rule: s.Rule) -> str:
    return f"rules/{rule.topic}/{rule.id}.yaml"


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
        yield from bases(m, file, ".statements", rule.statements, (), None)
        yield from bases(m, file, ".places", (), rule.places, None)
        yield from bases(m, file, ".interpretation", (), (), rule.interpretation)
        for number, exception in enumerate(rule.exceptions):
            yield from bases(m, file, f".exceptions[{number}]", exception.statements, (), None)
        for node in logic.leaves(rule.when):
            yield from _leaf(m, node, file, ".when")
        for number, exception in enumerate(rule.exceptions):
            for node in logic.leaves(exception.when):
                yield from _leaf(m, node, file, f".exceptions[{number}].when")
    for number, use in enumerate(m.indications.values()):
        where = f".indications[{number}]"
        if not use.statements:
            yield Mistake("monograph.yaml", where, f"indication {use.id} rests on no statement.")
        yield from bases(m, "monograph.yaml", where, use.statements, (), use.interpretation)
        for node in logic.leaves(use.when):
            yield from _leaf(m, node, "monograph.yaml", where)
    yield from _opposed(m)


def _leaf(m: s.Monograph, node: logic.Condition, file: str, where: str) -> Iterator[Mistake]:
    set_id = getattr(node, "set", None)
    if set_id is not None and set_id not in m.value_sets:
        yield Mistake(file, where, f"there is no value set {set_id!r} in value_sets/sets.yaml.")
    elif set_id is not None and _ABOUT[type(node)] not in m.value_sets[set_id].about:
        about = ", ".join(m.value_sets[set_id].about)
        yield Mistake(file, where, f"the value set {set_id!r} is about {about}, not {_ABOUT[type(node)]}.")
    if isinstance(node, logic.OrderedRoute):
        yield from limits.routes(m, node.allowed, file, where)
    asked = getattr(node, "quantity", None) or (node.of if isinstance(node, logic.HasResult | logic.Missing) else None)
    if asked is not None and asked not in m.observations:
        yield Mistake(file, where, f"there is no observation {asked!r} in observations.yaml.")
    if isinstance(node, logic.HasResult) and asked in m.observations:
        answers = m.observations[asked].answers
        if node.answer not in answers:
            yield Mistake(file, where, f"observation {asked!r} has no answer {node.answer!r}.")
    if isinstance(node, logic.SourcesDisagree) and asked in m.observations:
        seen = m.observations[asked]
        if seen.formula != "creatinine-clearance":
            yield Mistake(file, where, f"observation {asked!r} has one source only, so its sources cannot disagree.")
    if isinstance(node, logic.Indication) and node.equals not in m.indications:
        yield Mistake(file, where, f"there is no indication {node.equals!r} in monograph.yaml.")
    within = getattr(node, "within", None)
    if within is not None:
        yield from limits.duration(m, within, file, where)
    if isinstance(node, logic.Compare | logic.SourcesDisagree):
        name = node.relation[1] if isinstance(node, logic.Compare) else node.at
        value = m.values.get(name)
        if value is None:
            yield Mistake(file, where, f"there is no value {name!r} in values.yaml or policy.yaml.")
        elif isinstance(value.value, tuple):
            yield Mistake(file, where, f"the value {name!r} is a range; a comparison needs one number.")
        elif asked in m.observations and m.observations[asked].formula == "age":
            yield from limits.age(m, name, file, where)
        elif asked in m.observations:
            unit = m.observations[asked].unit or ""
            if isinstance(factor(value.unit, unit), NotEvaluable):
                message = f"the value {name!r} has the unit {value.unit}, the observation {asked!r} has {unit}."
                yield Mistake(file, where, message)


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
    """What a statement says encodes it exists and names the statement."""
    resting_on = {link: set(statements) for _, _, link, statements in _things(m)}
    for number, statement in enumerate(m.statements.values()):
        where = f".statements[{number}]"
        if sum(map(bool, (statement.encoded_by, statement.background, statement.to_do))) != 1:
            message = f"statement {statement.id} needs one of encoded_by, a background reason, or a to_do."
            yield Mistake("statements.yaml", where, message)
        inside = tuple(dict.fromkeys(one for cited in statement.cited_at for one in cited.references))
        if statement.cited_at and inside != statement.references:
            message = f"statement {statement.id} has references that are not those of its cited_at."
            yield Mistake("statements.yaml", where, message)
        for reference in statement.references:
            if reference not in m.sources:
                yield Mistake("statements.yaml", where, f"statement {statement.id} cites {reference!r}, not a source.")
        for link in statement.encoded_by:
            resting = resting_on.get(link)
            if resting is None:
                yield Mistake(
                    "statements.yaml", where, f"statement {statement.id} names {link!r}, which does not exist."
                )
            elif statement.id not in resting:
                message = f"statement {statement.id} names {link!r}, which does not name the statement."
                yield Mistake("statements.yaml", where, message)


def _directions(m: s.Monograph) -> Iterator[Mistake]:
    """The other direction: what rests on a statement is named by it. A policy value reads it, it does not encode it."""
    reading = {f"value:{id_}" for id_ in m.policy}
    for file, where, link, statements in _things(m):
        for id_ in sorted({*statements} & m.statements.keys()) if link not in reading else ():
            if link not in m.statements[id_].encoded_by:
                name = link.replace(":", " ", 1)
                yield Mistake(file, where, f"{name} rests on {id_}, which does not name {link}.")


def _things(m: s.Monograph) -> Iterator[tuple[str, str, str, tuple[str, ...]]]:
    """Everything that rests on statements: its file, the place in it, its link, the statements."""
    for rule in m.rules.values():
        yield _file_of(m, rule), ".statements", f"rule:{rule.id}", rule.all_statements
    for number, use in enumerate(m.indications.values()):
        yield "monograph.yaml", f".indications[{number}]", f"indication:{use.id}", use.statements
    for id_, value in m.values.items():
        file = "policy.yaml" if id_ in m.policy else "values.yaml"
        yield file, f".values.{id_}", f"value:{id_}", value.statements
    for file, key, kind, listed in _listed(m):
        for number, item in enumerate(listed.values()):
            yield file, f".{key}[{number}]", f"{kind}:{item.id}", item.statements
    for dosing in m.dosing.values():
        file = f"dosing/{dosing.indication}.yaml"
        yield file, ".statements", f"dosing:{dosing.indication}", dosing.all_statements
    for plan in m.monitoring.values():
        yield f"monitoring/{plan.id}.yaml", ".statements", f"monitoring:{plan.id}", plan.statements
    for resting in kinetics_links.resting(m):
        yield resting.file, resting.where, resting.link, resting.statements
    yield "monograph.yaml", ".drug.statements", "drug:identity", m.drug.statements


def _listed(m: s.Monograph) -> list[tuple[str, str, str, dict[str, Any]]]:
    return [
        ("products.yaml", "products", "product", m.products),
        ("adverse_effects.yaml", "adverse_effects", "adverse-effect", m.adverse_effects),
        ("advice/en.yaml", "advice", "advice", m.advice),
    ]


def _passages(m: s.Monograph) -> Iterator[Mistake]:
    """Ids in the files that hold no rules: products, adverse effects, advice, readings, the drug itself."""
    for file, key, _, listed in _listed(m):
        for number, item in enumerate(listed.values()):
            if not item.statements:
                yield Mistake(file, f".{key}[{number}]", f"{item.id} rests on no statement.")
            yield from bases(m, file, f".{key}[{number}]", item.statements, (), None)
    for number, product in enumerate(m.products.values()):
        places = tuple(s.Place(source=part.source, locator="") for part in product.ingredients)
        yield from bases(m, "products.yaml", f".products[{number}]", (), places, None)
    for number, effects in enumerate(m.adverse_effects.values()):
        where = f".adverse_effects[{number}]"
        references = tuple(s.Place(source=r, locator="") for effect in effects.effects for r in effect.references)
        yield from bases(m, "adverse_effects.yaml", where, (), references, None)
        if effects.indication not in m.indications:
            message = f"there is no indication {effects.indication!r} in monograph.yaml."
            yield Mistake("adverse_effects.yaml", where, message)
        if effects.threshold is not None and effects.threshold not in m.values:
            message = f"there is no value {effects.threshold!r} in values.yaml."
            yield Mistake("adverse_effects.yaml", where, message)
    for number, reading in enumerate(m.interpretations.values()):
        yield from bases(m, "interpretations.yaml", f".interpretations[{number}]", reading.statements, (), None)
    edition = s.Place(source=m.drug.edition.source, locator="")
    yield from bases(m, "monograph.yaml", ".drug", m.drug.statements, (edition,), None)


def _stated(m: s.Monograph) -> Iterator[Mistake]:
    for id_, value in m.values.items():
        file = "policy.yaml" if id_ in m.policy else "values.yaml"
        yield from limits.stated(m, file, f".values.{id_}", f"value {id_}", value)


def _sources(m: s.Monograph) -> Iterator[Mistake]:
    cited = {reference for statement in m.statements.values() for reference in statement.references}
    used = {place.source for value in m.values.values() for place in value.places}
    used |= {place.source for rule in m.rules.values() for place in rule.places}
    used |= {i.source for product in m.products.values() for i in product.ingredients}
    used |= kinetics_links.sources(m)
    used.add(m.drug.edition.source)
    for number, source in enumerate(m.sources.values()):
        where = f".sources[{number}]"
        if source.cited != (source.id in cited):
            does = "does not cite" if source.cited else "cites"
            message = f"source {source.id!r} says cited: {str(source.cited).lower()}, but the source text {does} it."
            yield Mistake("sources.yaml", where, message)
        if source.id not in cited | used and not source.id.isdigit():  # the source text's own list has unused ones
            yield Mistake("sources.yaml", where, f"source {source.id!r} is used by nothing.")
