"""The changes between knowledge and text, grouped by what an editor does about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

from apothecary.present.audit.shown import Again, Change, Group, Link, Span, Wording
from apothecary.present.safe import clean
from apothecary.present.words import capital

if TYPE_CHECKING:
    from apothecary.audit import result

_GROUPS: Final = (
    ("edition", "Another edition", "Settle the changes below first, then set the date in monograph.yaml."),
    ("edited", "Edited statements", "Read again what rests on each of them, and correct it where it no longer holds."),
    ("new", "New statements", "Encode each, or name it background with a reason; `--accept new` gives it an id first."),
    ("gone", "Statements that are gone", "Remove what rested on them, or give it another basis."),
    ("moved", "Moved statements", "The place has changed: check that they still mean the same there."),
    ("citation", "Changed citations", "Check that the statement still holds with the references cited now."),
    ("reference", "References", "Bring sources.yaml up to date."),
    ("section", "Sections", "Check that the statements mean the same under the headings as they are now."),
)
# The wording that comes with each kind says what happened to a reference or section; a group says it for statements.
_EVENTS: Final = ("reference", "section")
_MOST_WORDS: Final = 500  # far above any statement; a comparison of more words could take very long
_NEARLY: Final = 99


def groups(changes: Iterable[result.Change], thing: Callable[[str], Link]) -> tuple[Group, ...]:
    """The groups that have changes, in the order in which an editor settles them; `thing` gives the link of a name."""
    found: dict[str, list[Change]] = {}
    for change in changes:
        found.setdefault(change.kind.partition("-")[0], []).append(_shown(change, thing))
    return tuple(
        Group(f"{title} ({len(found[kind])})" if kind != "edition" else title, to_do, tuple(found[kind]))
        for kind, title, to_do in _GROUPS
        if kind in found
    )


def _shown(change: result.Change, thing: Callable[[str], Link]) -> Change:
    return Change(
        name=_name(change),
        where=_where(change),
        fact=_fact(change),
        wordings=_wordings(change),
        rests=tuple(Again(thing(one.link), one.says) for one in change.rests),
    )


def _name(change: result.Change) -> str:
    if change.kind == "edition-changed":
        return "Edition"
    return f"Reference {change.what}" if change.kind.startswith("reference-") else change.what


def _where(change: result.Change) -> str:
    """Section and line, less what the name or the facts say already."""
    named = change.kind == "moved" or change.kind.startswith("section-") or change.what.startswith(change.section)
    section = change.before if change.kind == "gone" else "" if named else change.section
    line = f"line {change.line}" if change.line is not None else ""
    return ", ".join(part for part in (section, line) if part)


def _fact(change: result.Change) -> str:
    """What is known about the change, as one sentence; empty where its group and wording say it all."""
    facts = "; ".join(_facts(change))
    return f"{capital(facts)}." if facts else ""


def _facts(change: result.Change) -> Iterator[str]:
    group, _, event = change.kind.partition("-")
    if group in _EVENTS:
        yield event
    if change.similarity is not None:
        # An estimate: it may come to 100 % although the wording differs.
        yield f"about {min(round(change.similarity * 100), _NEARLY)} % similar"
    if change.numbers_gone or change.numbers_new:
        yield _numbers(change)
    if change.kind == "citation-changed":
        yield f"citations {change.before} → {change.after}"
    elif change.kind == "edition-changed":
        yield f"{change.before} → {change.after}"
    elif change.kind == "moved":
        yield _moved(change)
    yield from change.notes


def _moved(change: result.Change) -> str:
    before, _, was = change.before.rpartition(", ")
    after, _, is_ = change.after.rpartition(", ")
    if before == after:
        return f"place {was} → {is_} in {after}"
    return f"from {change.before} to {change.after}"


def _numbers(change: result.Change) -> str:
    gone, new = ", ".join(change.numbers_gone), ", ".join(change.numbers_new)
    several = "s" if max(len(change.numbers_gone), len(change.numbers_new)) > 1 else ""
    if gone and new:
        return f"number{several} {gone} → {new}"
    if change.kind == "edited":
        return f"number{several} {gone or new} {'gone' if gone else 'new'}"
    return f"with the number{several} {gone or new}"


def _wordings(change: result.Change) -> tuple[Wording, ...]:
    """The wording before and after with the words that differ, or the one there is."""
    before, after = change.previous, change.text
    if change.kind.startswith("reference-") or change.kind == "section-renamed":
        before, after = change.before, change.after
    before, after = clean(before), clean(after)
    if before and after and before != after:
        was, is_ = differing(before, after)
        return Wording("Was", was), Wording("Is", is_)
    if before or after:
        return (Wording("Text" if after else "Was", (Span(after or before),)),)
    return ()


def differing(before: str, after: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Both wordings, cut where their words begin or cease to differ."""
    a, b = before.split(), after.split()
    if max(len(a), len(b)) > _MOST_WORDS:
        return (Span(before, "gone"),), (Span(after, "new"),)
    was: list[Span] = []
    is_: list[Span] = []
    for event, a1, a2, b1, b2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if a1 < a2:
            was.append(Span(" ".join(a[a1:a2]), "" if event == "equal" else "gone"))
        if b1 < b2:
            is_.append(Span(" ".join(b[b1:b2]), "" if event == "equal" else "new"))
    return tuple(was), tuple(is_)
