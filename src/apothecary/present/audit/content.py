"""What the readable formats of an audit say, in which order and in which words; they only lay it out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from apothecary.present.audit import changes
from apothecary.present.audit.shown import Content, Count, Link, Reference, Statement, Thing
from apothecary.present.safe import clean, mapped
from apothecary.present.words import capital, counted

if TYPE_CHECKING:
    from apothecary.audit import Audit, Covered, result
    from apothecary.knowledge import Monograph

VERDICTS: Final = {"covered": "COVERED", "differs": "DIFFERS", "incomplete": "INCOMPLETE", "errors": "ERRORS"}
_BY_HAND: Final = {"edition", "reference"}  # no statement: nothing to accept
_NEW: Final = "new"
_DIRECTLY: Final = "directly below the heading"


def content(audit: Audit, monograph: Monograph, source: str) -> Content:
    """What to show of an audit of the file named `source`."""
    links = _Links(audit)
    statements = tuple(_statement(one, links) for one in audit.statements)
    references = tuple(_reference(one, links) for one in audit.references)
    verdict = _verdict(audit)
    found = Content(
        drug=capital(monograph.drug.name),
        verdict=verdict,
        verdict_word=VERDICTS[verdict],
        sentence=sentence(audit),
        about=tuple(_about(audit, monograph, source)),
        notes=audit.notes,
        groups=changes.groups(audit.changes, links.thing),
        errors=tuple(_errors(audit)),
        open=tuple(one for one in statements if one.open),
        counts=tuple(_counts(audit.sections)),
        total=_sum("All", audit.sections),
        references=references,
        used=_used(audit),
        unused=tuple(one for one in references if not one.cited_by),
        statements=statements,
        things=tuple(_thing(one, links) for one in audit.resting),
        ignored=audit.ignored,
        ignored_count=_ignored(audit),
        next_steps=tuple(_next(audit)),
    )
    return mapped(found, clean)


class _Links:
    """Where in a page each statement, thing and reference stands."""

    def __init__(self, audit: Audit) -> None:
        self._statements = {one.id for one in audit.statements if one.id}
        self._things = {one.link for one in audit.resting}
        self._references = {one.number for one in audit.references}

    def statement(self, id_: str) -> Link:
        return Link(id_, f"statement-{id_}" if id_ in self._statements else "")

    def resting_on(self, id_: str) -> Link:
        """A statement that a thing rests on; the text may have lost it."""
        return self.statement(id_) if id_ in self._statements else Link(f"{id_} (gone)")

    def thing(self, name: str) -> Link:
        return Link(name, f"thing-{name}" if name in self._things else "")

    def source(self, number: str) -> Link:
        return Link(number, f"reference-{number}" if number in self._references else "")


def _verdict(audit: Audit) -> str:
    if audit.complete:
        return "covered"
    if audit.changes:
        return "differs"
    return "incomplete" if audit.accounted < len(audit.statements) or not audit.statements else "errors"


def sentence(audit: Audit) -> str:
    """The counts behind the verdict."""
    total, accounted = len(audit.statements), audit.accounted
    if not total:
        return "The text holds no statement, so nothing is accounted for."
    noun, verb = "statement" if total == 1 else "statements", "is" if accounted == 1 else "are"
    counts = f"{accounted} of {total} {noun} of the text {verb} accounted for ({audit.percent:g} %)"
    errors = len(audit.unresolved) + len(audit.orphans)
    found = [counted(len(audit.changes), "change", "changes")] if audit.changes else []
    found += [counted(errors, "error", "errors")] if errors else []
    head = f"{' and '.join(found)}; " if found else ""
    return f"{head}{counts}." if audit.changes else f"{head}{counts}, and knowledge and text do not differ."


def _about(audit: Audit, monograph: Monograph, source: str) -> Iterator[tuple[str, str]]:
    if source:
        yield "File", source
    publisher = f", {audit.publisher}" if audit.publisher else ""
    yield "Edition", f"{audit.title}{publisher}, revised {audit.revised.isoformat()}"
    made_from = monograph.drug.edition.revised.isoformat()
    yield (
        "Knowledge",
        f"version {audit.knowledge_version}, hash {audit.knowledge_hash}, made from the edition revised {made_from}",
    )


def _errors(audit: Audit) -> Iterator[str]:
    yield from (f"No reference answers citation {one}." for one in audit.unresolved)
    yield from (f"{link} rests on no statement and no other source." for link in audit.orphans)


def _statement(one: Covered, links: _Links) -> Statement:
    return Statement(
        link=links.statement(one.id or _NEW),
        section=one.section,
        ordinal=one.ordinal,
        line=one.line,
        references=tuple(map(links.source, one.references)),
        encoded_by=tuple(map(links.thing, one.encoded_by)),
        background=one.background,
        open="" if one.accounted else _why_open(one),
    )


def _why_open(one: Covered) -> str:
    to_do = f"still to do: {one.to_do}" if one.to_do else ""
    if one.state == "new":
        return "the knowledge does not know it"
    if one.state == "edited":
        return f"edited in the text; {to_do}" if to_do else "edited in the text"
    return to_do or "nothing encodes it, and no reason is given"


def _thing(one: result.Resting, links: _Links) -> Thing:
    statements = tuple(map(links.resting_on, one.statements))
    return Thing(links.thing(one.link), one.kind, statements, tuple(map(links.source, one.sources)))


def _reference(one: result.Cited, links: _Links) -> Reference:
    return Reference(
        links.source(one.number),
        one.citation,
        tuple(map(links.statement, one.cited_by)),
        tuple(map(links.thing, one.used_by)),
    )


def _counts(sections: tuple[result.SectionCount, ...]) -> Iterator[Count]:
    """Each chapter, which is the first step of a path, with the sections in it."""
    chapters: dict[str, list[result.SectionCount]] = {}
    for section in sections:
        chapters.setdefault(section.section.partition(" / ")[0], []).append(section)
    for chapter, below in chapters.items():
        yield _sum(chapter, below)
        if [chapter] != [one.section for one in below]:
            for one in below:
                name = one.section.partition(" / ")[2] or _DIRECTLY
                yield Count(name, True, one.statements, one.encoded, one.background, one.open)


def _sum(name: str, sections: Iterable[result.SectionCount]) -> Count:
    rows = [(one.statements, one.encoded, one.background, one.open) for one in sections]
    statements, encoded, background, open_ = (sum(row[n] for row in rows) for n in range(4))
    return Count(name, False, statements, encoded, background, open_)


def _used(audit: Audit) -> str:
    """How many references there are and how many are cited."""
    if not audit.references:
        return "The text lists no reference."
    cited = sum(bool(one.cited_by) for one in audit.references)
    verb = "is" if cited == 1 else "are"
    listed = counted(len(audit.references), "reference", "references")
    return f"{cited} of {listed} {verb} cited by a statement."


def _ignored(audit: Audit) -> str:
    number = len(audit.ignored)
    lines = counted(number, "line of the page", "lines of the page")
    return f"{lines} around the monograph {'was' if number == 1 else 'were'} ignored."


def _next(audit: Audit) -> Iterator[str]:
    """What an editor does now; nothing where the audit is complete."""
    kinds = {change.kind.partition("-")[0] for change in audit.changes}
    if kinds - _BY_HAND:
        command = f"apothecary audit {audit.drug} --source FILE --accept ID"
        yield f"Read again what rests on the statements above, then `{command}`; for ID also `new` or `all`."
    elif kinds:
        yield "Do what stands above the changes, then audit again."
    if any(one.state == "same" and not one.accounted for one in audit.statements):
        yield "Encode the statements that are still to do, or name them background with a reason."
    if audit.orphans:
        yield "Give what rests on nothing a statement or a source, or remove it."
    if audit.unresolved:
        yield "Look up the references that are missing: the file may be cut, or its text may cite a wrong number."
