"""A monograph to browse: its sections, its rules in full, and for each statement what rests on it; never its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec

from apothecary import logic
from apothecary.present import anchors, words
from apothecary.present.browsed import (
    Browsed,
    ExceptionShown,
    Line,
    Link,
    Part,
    Passage,
    Phrase,
    RuleShown,
    StatementShown,
    TableShown,
    Topic,
    anchored,
    counted,
)
from apothecary.present.safe import clean, mapped, web_address
from apothecary.present.show_facts import condition, references
from apothecary.present.show_sections import Row, Section, sections
from apothecary.review.describe import describe

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph, Rule, Statement

_BASES: Final = {
    "stated": "as the source text states it",
    "interpreted": "our reading of the source text",
    "policy": "a limit that a site may set",
}
_WITH_RULES: Final = ("cautions", "interactions")


def browsed(m: Monograph, cases: Mapping[str, int] | None = None) -> Browsed:
    """Everything; `cases` is the number of example patients by rule, where it is known."""
    resting = _resting(m)
    parts = tuple(_part(m, one, cases, resting) for one in sections(m))
    passages = tuple(_passages(m))
    parts = (
        *parts[:-1],
        Part("statements", "Statements of the source text", len(m.statements), (), (), passages),
        parts[-1],
    )
    edition = m.drug.edition
    total = sum(part.count for part in parts)
    found = Browsed(
        m.drug.id,
        words.drug(m),
        f"{edition.title}, {edition.publisher}, revised {edition.revised.isoformat()}",
        f"Knowledge version {m.version}, hash {m.hash}.",
        parts,
        total,
        total,
        frozenset(),
    )
    return anchored(mapped(found, clean))


def _resting(m: Monograph) -> dict[str, tuple[Link, ...]]:
    """The statements that each thing rests on, by the thing's anchor."""
    found: dict[str, list[str]] = {}
    for one in m.statements.values():
        for link in one.encoded_by:
            found.setdefault(anchors.anchor(link), []).append(one.id)
    found |= {f"value-{id_}": list(m.values[id_].statements) for id_ in m.policy}
    found |= {f"reading-{id_}": list(one.statements) for id_, one in m.interpretations.items()}
    return {anchor: tuple(map(_to_statement, ids)) for anchor, ids in found.items()}


def _to_statement(id_: str) -> Link:
    return Link(f"statement-{id_}", id_)


def _part(
    m: Monograph, section: Section, cases: Mapping[str, int] | None, resting: Mapping[str, tuple[Link, ...]]
) -> Part:
    if section.id in _WITH_RULES:
        topics = tuple(
            Topic(table.caption, tuple(_rule(m, m.rules[row.id], cases) for row in table.rows))
            for table in section.tables
        )
        part = Part(section.id, section.title, 0, topics=topics)
    else:
        seen: set[str] = set()
        tables = []
        for table in section.tables:
            lines = tuple(_line(m, section.id, row, seen, resting) for row in table.rows)
            anchor = anchors.of_table(section.id, table)
            columns, stated = table.columns, resting.get(anchor, ())
            tables.append(TableShown(table.id, anchor, table.caption, columns, lines, stated))
        part = Part(section.id, section.title, 0, tuple(tables))
    return msgspec.structs.replace(part, count=counted(part))


def _line(m: Monograph, section: str, row: Row, seen: set[str], resting: Mapping[str, tuple[Link, ...]]) -> Line:
    anchor = anchors.of_row(section, row, m)
    if anchor in seen:  # an id stands for one place
        anchor = ""
    seen.add(anchor)
    cells = row.cells
    if section == "references":
        cells = (row.cells[0], web_address(row.cells[1]) or "")
    read = {
        f"value-{row.id}": m.values.get(row.id),
        f"indication-{row.id}": m.indications.get(row.id),
        f"monitoring-{row.id}": m.monitoring.get(row.id),
    }.get(anchor)
    reading = _reading(m, read.interpretation) if read is not None else None
    to = anchors.linked(section, row, m)
    return Line(row.id, anchor, to, cells, row.references, resting.get(anchor, ()), reading)


def _reading(m: Monograph, id_: str | None) -> Link | None:
    one = m.interpretations.get(id_) if id_ is not None else None
    return None if one is None else Link(f"reading-{one.id}", one.id, "reading", one.title)


def _rule(m: Monograph, rule: Rule, cases: Mapping[str, int] | None) -> RuleShown:
    return RuleShown(
        rule.id,
        f"rule-{rule.id}",
        rule.title,
        rule.severity,
        tuple(words.PHASES[phase] for phase in rule.phases),
        phrase(rule.when, m),
        rule.action,
        tuple(ExceptionShown(one.label, condition(one.when, m), one.action) for one in rule.exceptions),
        _BASES[rule.kind],
        tuple(map(_to_statement, rule.all_statements)),
        _reading(m, rule.interpretation),
        references(m, rule.all_statements, (place.source for place in rule.places)),
        cases.get(rule.id, 0) if cases is not None else None,
    )


def phrase(node: logic.Condition, m: Monograph) -> Phrase:
    """A condition in words, joined the way it is evaluated."""
    if isinstance(node, logic.All | logic.AnyOf):
        if len(node.of) == 1:
            return phrase(node.of[0], m)
        text = "All of these" if isinstance(node, logic.All) else "At least one of these"
        return Phrase(text, tuple(phrase(one, m) for one in node.of))
    if isinstance(node, logic.Not):
        return Phrase("Not", (phrase(node.of, m),))
    said = describe(node, m)
    return Phrase(f"{said[:1].upper()}{said[1:]}")


def _passages(m: Monograph) -> Iterator[Passage]:
    for section, group in groupby(m.statements.values(), key=lambda one: one.section):
        yield Passage(section, tuple(_statement(m, one) for one in group))


def _statement(m: Monograph, one: Statement) -> StatementShown:
    return StatementShown(
        one.id,
        f"statement-{one.id}",
        one.section,
        one.ordinal,
        one.references,
        tuple(
            Link(
                anchors.anchor(link),
                link.partition(":")[2],
                anchors.KINDS.get(link.partition(":")[0], ""),
                anchors.name(link, m),
            )
            for link in one.encoded_by
        ),
        one.background or one.to_do or "",
        one.off_label,
    )
