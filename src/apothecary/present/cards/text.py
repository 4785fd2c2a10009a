"""The words of cards: summaries that fit, and details in GitHub-flavoured Markdown without any HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from apothecary.present import words
from apothecary.present.cards.prepared import Prepared, Written
from apothecary.present.cited import by_number
from apothecary.present.safe import clean, markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from apothecary.review.result import Basis, Finding, Review

LONGEST: Final = 139  # of a summary: the specification says fewer than 140
_LONGEST_STRING: Final = 300  # of the record, in a detail
_MOST_FACTS: Final = 8
_MOST_CITED: Final = 3
# Nothing in it means anything to Markdown: most facts are such, and so need no closer look
_PLAIN: Final = re.compile(r"[A-Za-z](?: ?[A-Za-z0-9,;()/%.'-]|: (?=[A-Za-z0-9]))*", re.ASCII)
_CODE: Final = re.compile(r"[\w.:/+-]{1,100}", re.ASCII)


def fitted(*candidates: str) -> str:
    """The first text that fits a summary; the whole words of the last that do, if none fits."""
    for text in candidates:
        if len(text) <= LONGEST:
            return text
    last, found = candidates[-1][:LONGEST], ""
    for word in last.split(" ")[:-1]:
        longer = f"{found} {word}" if found else word
        if len(longer) > LONGEST - 2:
            break
        found = longer
    return f"{found} …" if found else f"{last[: LONGEST - 2]} …"


def listed(lead: str, names: Sequence[str]) -> str:
    """`lead a, b and 3 more`: as many whole names as fit a summary."""
    for number in range(len(names), 0, -1):
        rest = len(names) - number
        shown = [*names[:number], f"{rest} more"] if rest else [*names[:number]]
        text = f"{lead} {', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else f"{lead} {shown[0]}"
        if len(text) <= LONGEST:
            return text
    return fitted(f"{lead} {words.counted(len(names), 'fact', 'facts')} named in the details")


def said(text: str) -> str:
    """A string of the record in Markdown: one line, harmless, cut where it is very long."""
    if len(text) <= _LONGEST_STRING and _PLAIN.fullmatch(text) and "www." not in text:
        return text
    text = clean(text)
    if len(text) > _LONGEST_STRING:
        text = f"{text[:_LONGEST_STRING]} …"
    return markdown(text)


def told(text: str, ready: Prepared) -> str:
    """A string that may be of the knowledge or of the record, in Markdown."""
    return ready.known(text) or said(text)


def code(id_: str) -> str:
    """An id in backticks, where that cannot end them."""
    return f"`{id_}`" if _CODE.fullmatch(id_) else said(id_)


def codes(ids: Iterable[str]) -> str:
    """Ids in backticks, with commas."""
    return ", ".join(map(code, ids))


def bullets(lines: Iterable[str]) -> str:
    """A list of lines that are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)


def facts(finding: Finding) -> list[str]:
    """The numbers and entries used, each with its date and source."""
    found = [said(words.fact(evidence)) for evidence in finding.because[:_MOST_FACTS]]
    more = len(finding.because) - _MOST_FACTS
    return [*found, f"and {more} more in the record"] if more > 0 else found


def applying(finding: Finding, ready: Prepared, before: bool = False) -> str:
    """A finding that applies: what it is, what to do, what was used, exceptions and readings, what it rests on."""
    same = written(finding, ready)
    lines = [*facts(finding), *same.notes]
    parts = [same.head, same.action, bullets(lines), same.grounds]
    if before:
        parts.insert(1, "Overridden before in this session; it still applies.")
    return "\n\n".join(part for part in parts if part)


def written(finding: Finding, ready: Prepared) -> Written:
    """What the finding says for every patient alike; worked out again only where it says something else."""
    kept = ready.written.get(finding.id)
    of = (finding.title, finding.action, finding.severity, finding.basis, finding.exception, finding.interpretation)
    if isinstance(kept, Written) and all(a is b for a, b in zip(kept.of, of, strict=True)):
        return kept
    found = Written(
        of,
        f"**{said(finding.title)}** ({finding.severity}, {code(finding.id)})",
        said(finding.action),
        tuple(said(note) for note in words.notes(finding, ready.monograph, files=False)),
        grounds(finding, ready),
    )
    ready.written[finding.id] = found
    return found


def grounds(finding: Finding, ready: Prepared) -> str:
    """The statements and references behind a finding; the first references with their citation."""
    rule = ready.monograph.rules.get(finding.id)
    references = {reference for basis in finding.basis for reference in basis.references}
    references |= {place.source for place in rule.places} if rule is not None else set()
    return "\n\n".join(part for part in (_statements(finding.basis), _cited(references, ready)) if part)


def _statements(basis: tuple[Basis, ...]) -> str:
    return f"Statements: {codes(dict.fromkeys(one.statement for one in basis))}." if basis else ""


def _cited(references: set[str], ready: Prepared) -> str:
    ordered = sorted(references, key=by_number)
    found = []
    for reference in ordered[:_MOST_CITED]:
        source = ready.monograph.sources.get(reference)
        found.append(
            f"Reference {said(reference)}: {said(source.citation) if source else 'not in the list of sources'}"
        )
    rest = ordered[_MOST_CITED:]
    if rest:
        found.append(f"Reference{'s' if rest[1:] else ''} {', '.join(map(said, rest))}: see the rule and its sources")
    return bullets(found)


def expired(review: Review) -> str:
    """That the edition is out of date; empty while it is not."""
    used = review.knowledge
    if not used.expired:
        return ""
    return (
        f"**The edition of the monograph is out of date** (revised {used.revised.isoformat()}, to be used until "
        f"{used.expires.isoformat()}): look for a newer one before relying on this review."
    )


def footer(review: Review) -> str:
    """Which knowledge was used, and what this is not."""
    used = review.knowledge
    return (
        f"Knowledge version {code(used.version)}, hash {code(used.hash)}, edition of {used.revised.isoformat()}. "
        f"{words.CAVEAT}"
    )


def joined(*parts: str) -> str:
    """Paragraphs."""
    return "\n\n".join(part for part in parts if part)
