"""A review as CDS Hooks cards: one for each decision, one for what cannot be told, one with the rest.

Nothing here writes HTML, reads a clock or makes an id: ids come from the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from apothecary.logic import Truth
from apothecary.present.cards import text
from apothecary.present.cards.card import Card, Coding, Shown, Source, encode
from apothecary.present.cards.decided import by_decision
from apothecary.present.cards.occasion import Draft, Occasion
from apothecary.present.cards.prepared import KINDS, Case, Prepared, prepared
from apothecary.present.cards.rest import info_card
from apothecary.present.cards.unknown import unknown_card
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from collections.abc import Callable

    from apothecary.knowledge.schema import Monograph
    from apothecary.present.cards.card import Indicator
    from apothecary.review.result import Review

__all__ = [
    "Card",
    "Coding",
    "Draft",
    "Occasion",
    "Shown",
    "Source",
    "cannot_tell",
    "cards",
    "encode",
    "not_reviewed",
    "noted",
]


def cards(review: Review, monograph: Monograph, occasion: Occasion, new_id: Callable[[], str]) -> tuple[Shown, ...]:
    """The cards of a review, the most severe first. An order of the drug always gets at least the info card.

    `new_id` makes a UUID; it is asked once for each card and each suggestion.
    """
    ready = prepared(monograph)
    again = [
        finding
        for finding in review.findings
        if finding.status is Truth.APPLIES
        and finding.severity == "warning"
        and finding.id in occasion.answered
        and occasion.concerns(finding)
    ]
    case = Case(review, ready, occasion, new_id, text.expired(review), text.footer(review))
    critical, warning, ordered = by_decision(case)
    unknown = unknown_card(case, ordered)
    parts = (*critical, *unknown, *warning)
    rest = info_card(case, again)
    found = parts if rest is None else (*parts, rest)
    if not occasion.note:
        return found
    note = text.said(occasion.note)
    if not found:
        return (_plain(ready, occasion.base_url, "note", "warning", (occasion.note, "See the note"), note, new_id),)
    return tuple(noted(one, occasion.note) for one in found)


def noted(one: Shown, note: str) -> Shown:
    """The card with a sentence before its detail, such as that the answer was not logged."""
    detail = text.joined(f"**{text.said(note)}**", one.card.detail)
    return msgspec.structs.replace(one, card=msgspec.structs.replace(one.card, detail=detail))


def not_reviewed(monograph: Monograph, message: str, new_id: Callable[[], str], base_url: str) -> Shown:
    """A card for data that must not be reviewed, such as those of another patient: nothing was concluded."""
    ready = prepared(monograph)
    head = f"{ready.name} was not reviewed"
    first = message.partition(". ")[0]
    candidates = (f"{head}: {message}", f"{head}: {first}", f"{head}: see the details for the reason")
    detail = text.joined(f"**{text.said(head)}:** {text.said(message)}", "This is no all-clear: nothing was concluded.")
    return _plain(ready, base_url, "not-reviewed", "warning", candidates, detail, new_id)


def cannot_tell(monograph: Monograph, message: str, new_id: Callable[[], str], base_url: str) -> Shown:
    """A card for a review that could not be made at all, such as without any data: every question is open."""
    ready = prepared(monograph)
    head = f"{ready.name}: cannot tell"
    candidates = (f"{head}, {message}", f"{head}; see the details for what is needed")
    detail = text.joined(
        f"**{text.said(head)}:** {text.said(message)}", "This is no all-clear: every question is open."
    )
    return _plain(ready, base_url, "cannot-tell", "warning", candidates, detail, new_id)


def _plain(
    ready: Prepared,
    base_url: str,
    kind: str,
    indicator: Indicator,
    candidates: tuple[str, ...],
    detail: str,
    new_id: Callable[[], str],
) -> Shown:
    """A card about no rule."""
    source = ready.source(base_url, KINDS, kind, kind.replace("-", " "))
    summary = text.fitted(*map(clean, candidates))
    reasons = ready.reasons(frozenset())
    return Shown(Card(new_id(), summary, indicator, source, detail, override_reasons=reasons))
