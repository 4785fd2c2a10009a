"""Audits a source text against a monograph: every statement accounted for, every difference named."""

from collections.abc import Iterator

import msgspec

from apothecary.audit import compare, coverage
from apothecary.audit.document import Document
from apothecary.audit.matching import match
from apothecary.audit.reader import SourceError, read_monograph
from apothecary.audit.result import Audit, Change, Covered, State
from apothecary.audit.statements import seen
from apothecary.knowledge import Monograph


def audit(m: Monograph, data: bytes, previous: bytes | None = None) -> Audit:
    """The audit of the text in `data`; with `previous`, the text of the encoded edition, changes show both wordings.

    SourceError when a file is no whole monograph of this drug.
    """
    document = of_this_drug(m, data, "The file")
    c = compare.Comparison(m, document)
    changes = [*_edition(m, document), *compare.section_changes(c), *compare.statement_changes(c)]
    changes += compare.reference_changes(c)
    notes: tuple[str, ...] = ()
    if previous is not None:
        changes, notes = _beside(m, changes, of_this_drug(m, previous, "The previous file"))
    statements = tuple(_covered(c))
    references = [(one.number, one.text) for one in document.references]
    cited, unresolved = coverage.cited(m, statements, references)
    resting = coverage.resting(m)
    return Audit(
        drug=m.drug.id,
        knowledge_version=m.version,
        knowledge_hash=m.hash,
        title=document.title,
        publisher=document.edition.publisher,
        revised=document.edition.revised,
        statements=statements,
        sections=coverage.sections(statements),
        changes=tuple(changes),
        resting=resting,
        references=cited,
        unresolved=unresolved,
        orphans=coverage.orphans(resting),
        ignored=(*document.leading, *document.trailing),
        notes=notes,
    )


def of_this_drug(m: Monograph, data: bytes, file: str) -> Document:
    """The document of a file, which must be this drug's; SourceError when it is not."""
    references = frozenset(id_ for id_ in m.sources if id_.isdigit())
    sections = frozenset(path for one in m.statements.values() for path in compare.prefixes(one.section))
    document = read_monograph(data, references, sections)
    if document.drug.casefold() not in (m.drug.name.casefold(), m.drug.id.casefold()):
        message = f"{file} is the monograph of {document.drug}, not of {m.drug.name}. Give the text of {m.drug.name}."
        raise SourceError("another-drug", message)
    return document


def _edition(m: Monograph, document: Document) -> Iterator[Change]:
    before, after = m.drug.edition.revised.isoformat(), document.edition.revised.isoformat()
    if before != after:
        yield Change("edition-changed", "edition", before=before, after=after)


def _covered(c: compare.Comparison) -> Iterator[Covered]:
    """Every statement of the text with what accounts for it."""
    back = {there: here for here, there in c.pairs.items()}
    for there, found in enumerate(c.found):
        place = (found.section, found.ordinal, found.unit.line, found.references, found.off_label)
        if there not in back:
            yield Covered("", *place, "new")
            continue
        here = back[there]
        one = c.known[here]
        state: State = "same" if c.is_same(here) else "edited"
        yield Covered(one.id, *place, state, one.encoded_by, one.background or "", one.to_do or "")


def _beside(m: Monograph, changes: list[Change], old: Document) -> tuple[list[Change], tuple[str, ...]]:
    """The changes with the wording before them, taken from the text of the encoded edition."""
    known = list(m.statements.values())
    found = seen(old)
    pairs = match(known, found)
    texts = {known[here].id: found[there].unit.text for here, there in pairs.items()}
    differing = sum(known[here].fingerprint != found[there].fingerprint for here, there in pairs.items())
    differing += len(known) - len(pairs)
    notes = []
    if old.edition.revised != m.drug.edition.revised or differing:
        notes.append(
            f"The previous file is the edition of {old.edition.revised}, the knowledge was made from that of "
            f"{m.drug.edition.revised}; {differing} of its {len(known)} statements are not in the file as they were."
        )
    shown = ("edited", "gone", "citation-changed", "moved")
    done = [
        msgspec.structs.replace(change, previous=texts.get(change.what, "")) if change.kind in shown else change
        for change in changes
    ]
    return done, tuple(notes)
