"""What would change the answer: for each finding that decides, the smallest changes of the facts, in words."""

from typing import Final

import msgspec

from apothecary.logic import Truth
from apothecary.present.safe import clean, mapped
from apothecary.review import Review, explain
from apothecary.review.context import Context
from apothecary.review.explain import Change

_MOST: Final = 4


class Changes(msgspec.Struct, frozen=True):
    """One finding: how it stands, and each set of facts that would change it."""

    id: str
    title: str
    severity: str
    status: str
    ways: tuple[str, ...]
    more: int


def changes(review: Review, ctx: Context) -> tuple[Changes, ...]:
    """The critical and warning findings that apply or are open, in the order of the review."""
    found = []
    for finding in review.findings:
        if finding.severity == "info" or finding.status is Truth.CLEAR:
            continue
        ways = [_words(change) for change in sorted(explain(finding.id, ctx).changes, key=_simplest_first)]
        said = "applies" if finding.status is Truth.APPLIES else "open"
        shown = tuple(ways[:_MOST])
        found.append(Changes(finding.id, finding.title, finding.severity, said, shown, len(ways) - len(shown)))
    return mapped(tuple(found), clean)


def _simplest_first(change: Change) -> tuple[bool, int]:
    return change.to is Truth.APPLIES, len(change.facts)


def _words(change: Change) -> str:
    facts = " and ".join(f"“{text}” {_answer(answer)}" for text, answer in change.facts)
    would = "It would apply" if change.to is Truth.APPLIES else "It would be clear"
    return f"{would} if {facts}."


def _answer(answer: Truth) -> str:
    return "were so" if answer is Truth.APPLIES else "were not so"
