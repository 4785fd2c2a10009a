"""The sections of the readable page of a monograph, as tables; everything the knowledge holds stands in one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.present import show_kinetics as kinetics
from apothecary.present import show_therapy as therapy
from apothecary.present.show_facts import KINDS, condition, number, references

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph, Rule, Value

_KINETICS: Final = "Pharmacokinetics"  # headings of the standard layout of a source text
_INTERACTIONS: Final = "Drug Interactions"


class Row(msgspec.Struct, frozen=True):
    """One thing of the knowledge: its id, a text for each column, the references it is cited from."""

    id: str
    cells: tuple[str, ...]
    references: tuple[str, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """Things of one kind; `id` where the table itself is a thing of the knowledge."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    id: str = ""


class Section(msgspec.Struct, frozen=True):
    """One section of the page, by the id under which it can be asked for."""

    id: str
    title: str
    tables: tuple[Table, ...]


def sections(m: Monograph) -> tuple[Section, ...]:
    """Every section, in the order of the page; a section without anything says so with a table without rows."""
    return tuple(Section(id_, title, tuple(tables(m))) for id_, (title, tables) in _SECTIONS.items())


def _about(m: Monograph) -> Iterator[Table]:
    edition = m.drug.edition
    rows = [
        ("name", m.drug.name),
        ("brands", ", ".join(m.drug.brands) or "none"),
        ("class", m.drug.drug_class),
        ("edition", f"{edition.title}, {edition.publisher}, revised {edition.revised.isoformat()}"),
        ("knowledge", f"version {m.version}, hash {m.hash}"),
    ]
    cited = references(m, m.drug.statements, (edition.source,))
    yield Table("The drug", ("What", "Is"), tuple(Row(id_, (id_, text), cited) for id_, text in rows))


def _uses(m: Monograph) -> Iterator[Table]:
    rows = []
    for use in m.indications.values():
        labeled = "labeled" if use.labeled else "off-label"
        cells = (use.name, labeled, condition(use.when, m), use.interpretation or "")
        rows.append(Row(use.id, cells, references(m, use.statements)))
    yield Table("Uses that the monograph names", ("Use", "Label", "Documented by", "Reading"), tuple(rows))


def _cautions(m: Monograph) -> Iterator[Table]:
    for topic in m.topics:
        found = [rule for rule in m.rules.values() if rule.topic == topic and not _interacts(m, rule)]
        if found:
            yield _rules(m, topic.replace("-", " ").capitalize(), found)


def _interactions(m: Monograph) -> Iterator[Table]:
    yield _rules(m, "Drugs and vaccines", [rule for rule in m.rules.values() if _interacts(m, rule)])


def _interacts(m: Monograph, rule: Rule) -> bool:
    return any(_inside(m, id_, _INTERACTIONS) for id_ in rule.statements)


def _rules(m: Monograph, caption: str, rules: Iterable[Rule]) -> Table:
    rows = []
    for rule in rules:
        when = f"{condition(rule.when, m)}. Phase: {', '.join(rule.phases)}."
        other = [f"If {condition(one.when, m)} ({one.label}): {one.action}" for one in rule.exceptions]
        stated = rule.all_statements
        cells = (rule.title, rule.severity, when, " ".join([rule.action, *other]), rule.interpretation or "")
        rows.append(Row(rule.id, cells, references(m, stated, (place.source for place in rule.places))))
    return Table(caption, ("Finding", "Severity", "Applies when", "What to do", "Reading"), tuple(rows))


def _adverse_effects(m: Monograph) -> Iterator[Table]:
    for group in m.adverse_effects.values():
        use = m.indications[group.indication].name
        limit = "no frequency is given"
        if group.threshold is not None:
            value = m.values[group.threshold]
            limit = f"{value.meaning}: {number(value)}"
        rows = tuple(Row(effect.name, (effect.name,), effect.references) for effect in group.effects)
        yield Table(f"{use} ({limit})", ("Common adverse effect",), rows, group.id)


def _kinetics(m: Monograph) -> Iterator[Table]:
    yield _values(m, "Numbers of the pharmacokinetics", _is_kinetic)
    yield from _of(kinetics.models)(m)
    yield from _of(kinetics.targets)(m)
    yield _background(m, "Not turned into a number", lambda section: section.startswith(_KINETICS))


def _numbers(m: Monograph) -> Iterator[Table]:
    yield _values(m, "Numbers of the source text", lambda m, id_: id_ not in m.policy and not _is_kinetic(m, id_))


def _policy(m: Monograph) -> Iterator[Table]:
    yield _values(m, "What the source text leaves open; a site may change it", lambda m, id_: id_ in m.policy)


def _is_kinetic(m: Monograph, id_: str) -> bool:
    return id_ not in m.policy and any(_inside(m, one, _KINETICS) for one in m.values[id_].statements)


def _values(m: Monograph, caption: str, wanted: Callable[[Monograph, str], bool]) -> Table:
    rows = tuple(_value(m, id_, value) for id_, value in m.values.items() if wanted(m, id_))
    return Table(caption, ("What", "Number", "Kind", "Why"), rows)


def _value(m: Monograph, id_: str, value: Value) -> Row:
    places = [f"{place.source}: {place.locator}" for place in value.places]
    why = "; ".join(part for part in (value.reason, value.interpretation, *places) if part)
    cited = references(m, value.statements, (place.source for place in value.places))
    return Row(id_, (value.meaning, number(value), KINDS[value.kind], why), cited)


def _mechanism(m: Monograph) -> Iterator[Table]:
    yield _background(m, "Statements that ask for nothing", lambda section: not section.startswith(_KINETICS))


def _background(m: Monograph, caption: str, wanted: Callable[[str], bool]) -> Table:
    rows = [
        Row(one.id, (one.section, one.background or one.to_do or ""), one.references)
        for one in m.statements.values()
        if not one.encoded_by and wanted(one.section)
    ]
    return Table(caption, ("Section of the source text", "What it is about"), tuple(rows))


def _advice(m: Monograph) -> Iterator[Table]:
    others = sorted(m.translations)
    rows = []
    for line in m.advice.values():
        texts = (m.translations[language][line.id].text for language in others)
        rows.append(Row(line.id, (line.topic, line.text, *texts), references(m, line.statements)))
    yield Table("Advice for patients, line by line", ("Topic", "en", *others), tuple(rows))


def _readings(m: Monograph) -> Iterator[Table]:
    rows = [
        Row(id_, (one.title, one.issue, one.reading, one.why), references(m, one.statements))
        for id_, one in m.interpretations.items()
    ]
    yield Table("How vague or contradictory wording is read", ("Title", "Issue", "Reading", "Why"), tuple(rows))


def _tests(m: Monograph) -> Iterator[Table]:
    rows = [Row(id_, (one.name, one.unit or "", one.how)) for id_, one in m.observations.items()]
    yield Table("What is measured or asked for", ("What", "Unit", "How to get it"), tuple(rows))


def _value_sets(m: Monograph) -> Iterator[Table]:
    counts: dict[str, int] = {}
    for entry in m.codes:
        counts[entry.value_set] = counts.get(entry.value_set, 0) + 1
    rows = []
    for id_, one in m.value_sets.items():
        parts = (*one.include, *(f"without {other}" for other in one.subtract))
        rows.append(Row(id_, (one.name, ", ".join(one.about), str(counts.get(id_, 0)), ", ".join(parts))))
    yield Table("Value sets", ("Name", "About", "Codes and names", "Made of"), tuple(rows))


def _references(m: Monograph) -> Iterator[Table]:
    rows = [Row(id_, (one.citation, one.url or ""), ()) for id_, one in m.sources.items()]
    yield Table("References, by their number in the source text", ("Citation", "Address"), tuple(rows))


def _inside(m: Monograph, statement: str, section: str) -> bool:
    return statement in m.statements and m.statements[statement].section.startswith(section)


def _of(
    build: Callable[[Monograph], Iterable[tuple[str, str, tuple[str, ...], list[therapy.Line]]]],
) -> Callable[[Monograph], Iterator[Table]]:
    def tables(m: Monograph) -> Iterator[Table]:
        for id_, caption, columns, lines in build(m):
            yield Table(caption, columns, tuple(Row(*line) for line in lines), id_)

    return tables


_SECTIONS: Final[dict[str, tuple[str, Callable[[Monograph], Iterable[Table]]]]] = {
    "about": ("About", _about),
    "uses": ("Uses", _uses),
    "dosing": ("Dosing", _of(therapy.dosing)),
    "preparations": ("Preparations", _of(therapy.products)),
    "storage": ("Storage", _of(therapy.storage)),
    "cautions": ("Cautions", _cautions),
    "interactions": ("Interactions", _interactions),
    "monitoring": ("Monitoring", _of(therapy.monitoring)),
    "adverse-effects": ("Adverse effects", _adverse_effects),
    "kinetics": ("Pharmacokinetics", _kinetics),
    "mechanism": ("Mechanism and background", _mechanism),
    "advice": ("Advice for patients", _advice),
    "readings": ("Readings", _readings),
    "policy": ("Policy", _policy),
    "numbers": ("Numbers", _numbers),
    "tests": ("Tests and measurements", _tests),
    "value-sets": ("Value sets", _value_sets),
    "references": ("References", _references),
}
