"""The page of a monograph to browse, as data: its sections and entries, and those of them that hold some words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec

_Group = TypeVar("_Group", bound=msgspec.Struct)


class Link(msgspec.Struct, frozen=True):
    """A thing that stands elsewhere on the page: what kind it is, its id, its name."""

    anchor: str
    id: str
    kind: str = ""
    name: str = ""


class Phrase(msgspec.Struct, frozen=True):
    """A part of a condition in words; `of` are the parts that it joins."""

    text: str
    of: tuple[Phrase, ...] = ()


class ExceptionShown(msgspec.Struct, frozen=True):
    """For whom a rule gives another action."""

    label: str
    when: str
    action: str


class RuleShown(msgspec.Struct, frozen=True):
    """A rule in full. `cases`: how many example patients hold it to its answer, None where that is not known."""

    id: str
    anchor: str
    title: str
    severity: str
    phases: tuple[str, ...]
    when: Phrase
    action: str
    exceptions: tuple[ExceptionShown, ...]
    basis: str
    statements: tuple[Link, ...]
    reading: Link | None
    references: tuple[str, ...]
    cases: int | None


class StatementShown(msgspec.Struct, frozen=True):
    """A statement of the source text: where it stands, what it cites, what rests on it or why nothing does."""

    id: str
    anchor: str
    section: str
    ordinal: int
    references: tuple[str, ...]
    rests: tuple[Link, ...]
    background: str
    off_label: bool


class Line(msgspec.Struct, frozen=True):
    """A row of a table; `to` is the anchor its id leads to, `statements` and `reading` are what it rests on."""

    id: str
    anchor: str
    to: str
    cells: tuple[str, ...]
    references: tuple[str, ...]
    statements: tuple[Link, ...] = ()
    reading: Link | None = None


class TableShown(msgspec.Struct, frozen=True):
    """Things of one kind."""

    id: str
    anchor: str
    caption: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    statements: tuple[Link, ...] = ()


class Topic(msgspec.Struct, frozen=True):
    """The rules of one topic."""

    caption: str
    rules: tuple[RuleShown, ...]


class Passage(msgspec.Struct, frozen=True):
    """The statements of one section of the source text, in their order."""

    section: str
    statements: tuple[StatementShown, ...]


class Part(msgspec.Struct, frozen=True):
    """One section of the page: tables, rules or statements; `count` entries."""

    id: str
    title: str
    count: int
    tables: tuple[TableShown, ...] = ()
    topics: tuple[Topic, ...] = ()
    passages: tuple[Passage, ...] = ()


class Browsed(msgspec.Struct, frozen=True):
    """The page: `count` of `total` entries are shown; `anchors` are those that are on it."""

    drug: str
    title: str
    edition: str
    knowledge: str
    parts: tuple[Part, ...]
    count: int
    total: int
    anchors: frozenset[str]


def filtered(page: Browsed, text: str) -> Browsed:
    """The entries in which every word of `text` occurs, in any letter case; everything for a text without words."""
    wanted = text.casefold().split()
    if not wanted:
        return page

    parts = []
    for one in page.parts:
        part = msgspec.structs.replace(
            one,
            tables=_left(one.tables, "lines", wanted),
            topics=_left(one.topics, "rules", wanted),
            passages=_left(one.passages, "statements", wanted),
        )
        part = msgspec.structs.replace(part, count=counted(part))
        if part.count:
            parts.append(part)
    count = sum(part.count for part in parts)
    return anchored(msgspec.structs.replace(page, parts=tuple(parts), count=count))


def _left(groups: tuple[_Group, ...], entries: str, wanted: list[str]) -> tuple[_Group, ...]:
    """The groups with the entries that hold every word, also in what stands over the group; not those left empty."""
    found = []
    for group in groups:
        listed = getattr(group, entries)
        above = " ".join(_strings(msgspec.structs.replace(group, **{entries: ()}))).casefold()
        texts = (f"{above} {' '.join(_strings(one)).casefold()}" for one in listed)
        kept = tuple(one for one, text in zip(listed, texts, strict=True) if all(word in text for word in wanted))
        if kept:
            found.append(msgspec.structs.replace(group, **{entries: kept}))
    return tuple(found)


def _strings(entry: Any) -> Iterable[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, tuple):
        for one in entry:
            yield from _strings(one)
    elif isinstance(entry, msgspec.Struct):
        for field in entry.__struct_fields__:
            yield from _strings(getattr(entry, field))


def counted(part: Part) -> int:
    """How many entries a section has."""
    listed = (
        *(t.lines for t in part.tables), *(t.rules for t in part.topics), *(p.statements for p in part.passages),
    )  # fmt: skip
    return sum(map(len, listed))


def anchored(page: Browsed) -> Browsed:
    """The page with the set of the anchors that are on it."""
    found: set[str] = set()
    for part in page.parts:
        found |= {f"section-{part.id}"}
        found |= {t.anchor for t in part.tables} | {line.anchor for t in part.tables for line in t.lines}
        found |= {rule.anchor for t in part.topics for rule in t.rules}
        found |= {one.anchor for passage in part.passages for one in passage.statements}
    return msgspec.structs.replace(page, anchors=frozenset(found - {""}))
