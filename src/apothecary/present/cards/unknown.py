"""The card that says what cannot be told and what is needed: open critical and warning questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.logic import Truth
from apothecary.present import words
from apothecary.present.cards import suggest, text
from apothecary.present.cards.card import Card, Shown
from apothecary.present.cards.prepared import KINDS
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from apothecary.knowledge.cards import Order
    from apothecary.present.cards.occasion import Occasion
    from apothecary.present.cards.prepared import Case, Prepared
    from apothecary.review.result import Finding, Review, ToGet

_ABSENT: Final = ("missing", "not-supplied")
_A_TEST_HELPS: Final = ("missing", "not-supplied", "stale", "unreadable", "conflicting")
_MOST_FACTS: Final = 3
_MOST_TITLES: Final = 12  # open questions told by their titles; of more, the warnings by their ids only


def waits(finding: Finding, case: Case) -> bool:
    """Whether a question waits until the order is signed, since what it asks for is being written."""
    return case.occasion.hook == "order-select" and finding.id in case.ready.at_sign


def asked(case: Case) -> list[Finding]:
    """The open questions to ask now, critical ones first; a warning that was set aside before is not asked again."""
    found = [
        finding
        for finding in case.review.findings
        if finding.status is Truth.UNKNOWN
        and finding.severity != "info"
        and not waits(finding, case)
        and case.occasion.concerns(finding)
        and (finding.severity == "critical" or not _set_aside(finding, case.occasion))
    ]
    return sorted(found, key=lambda finding: finding.severity != "critical")


def _set_aside(finding: Finding, occasion: Occasion) -> bool:
    return finding.id in occasion.answered_open or finding.id in occasion.answered


def unknown_card(case: Case, ordered: set[str]) -> list[Shown]:
    """One card, or none where every critical and warning question is answered.

    `ordered`: the observations whose test another card offers already.
    """
    review, ready = case.review, case.ready
    open_ = asked(case)
    opposed = [problem.message for problem in review.problems if problem.code == "opposite-advice"]
    if case.occasion.other_orders:
        opposed = []
    if not open_ and not opposed and review.findings:
        return []
    uuid = case.new_id()
    wanted = to_get(review, open_)
    offer = suggest.offered(suggest.tests(_orders(wanted, ready, ordered), _why(open_), case) if wanted else ())
    card = Card(
        uuid,
        _summary([get for get in wanted if not _offered(get, ready, ordered)] or wanted, open_, bool(opposed), ready),
        "warning",
        case.source(KINDS, "cannot-tell", "What cannot be told"),
        text.joined(
            case.head,
            _head(review, open_),
            text.bullets(text.said(message) for message in opposed),
            _wanted(wanted, open_, ready),
            _questions(open_, case),
            case.foot,
        ),
        offer.suggestions,
        offer.behavior,
        ready.reasons(frozenset(ready.decision(finding.id, finding.title).id for finding in open_)),
        case.links(()),
    )
    return [Shown(card, tuple(finding.id for finding in open_), "unknown")]


def to_get(review: Review, open_: list[Finding]) -> list[ToGet]:
    """What would settle these questions, in the review's order, what a critical one needs first."""
    severities = {finding.id: finding.severity for finding in open_}
    found = []
    for get in review.to_get:
        settles = tuple(id_ for id_ in get.settles if id_ in severities)
        if settles:
            critical = any(severities[id_] == "critical" for id_ in settles)
            severity = "critical" if critical else "warning"
            found.append(msgspec.structs.replace(get, severity=severity, settles=settles))
    return sorted(found, key=lambda get: get.severity != "critical")


def _orders(wanted: list[ToGet], ready: Prepared, ordered: set[str]) -> list[Order]:
    """The tests that help, each once, but for those that another card offers."""
    found: dict[str, Order] = {}
    for get in wanted:
        if get.why in _A_TEST_HELPS:
            for order in ready.orders.get(get.fact, ()):
                if order.observation not in ordered:
                    found.setdefault(order.code.code, order)
    return list(found.values())


def _offered(get: ToGet, ready: Prepared, ordered: set[str]) -> bool:
    """Whether another card is about this very test already."""
    orders = ready.orders.get(get.fact, ())
    return bool(orders) and all(order.observation in ordered for order in orders)


def _why(open_: list[Finding]) -> str:
    """Why the tests are ordered, in words that hold for all of them."""
    critical = sum(finding.severity == "critical" for finding in open_)
    if critical:
        return words.counted(critical, "critical question is open without it", "critical questions are open")
    return words.counted(len(open_), "question is open without it", "questions are open")


def _summary(wanted: list[ToGet], open_: list[Finding], opposed: bool, ready: Prepared) -> str:
    if wanted:
        return text.listed(f"{ready.name}: cannot tell, needs", [*dict.fromkeys(clean(get.fact) for get in wanted)])
    if open_:
        said = words.counted(len(open_), "question is open", "questions are open")
        return text.fitted(f"{ready.name}: cannot tell, {said}", f"Cannot tell, {said}")
    why = "the monograph gives opposite advice for this patient" if opposed else "no question was asked"
    return text.fitted(f"{ready.name}: cannot tell, {why}", f"Cannot tell, {why}")


def _head(review: Review, open_: list[Finding]) -> str:
    if not review.findings:
        return words.sentence(review)
    critical = sum(finding.severity == "critical" for finding in open_)
    parts = [
        words.counted(critical, "critical question is open.", "critical questions are open.") if critical else "",
        words.counted(len(open_) - critical, "warning is open.", "warnings are open.") if len(open_) > critical else "",
        "What is not known is not all-clear.",
    ]
    return " ".join(part for part in parts if part)


def _wanted(wanted: list[ToGet], open_: list[Finding], ready: Prepared) -> str:
    """What to get, why it is not there, how to get it, which questions it settles."""
    if not wanted:
        return ""
    lines = [
        f"**{text.told(get.fact, ready)}** ({words.WHYS[get.why]}, {get.severity}): {text.told(get.how, ready)} "
        f"{_recorded(get, open_)}Settles {text.codes(get.settles)}."
        for get in wanted
    ]
    return f"**Get**\n\n{text.bullets(lines)}"


def _recorded(get: ToGet, open_: list[Finding]) -> str:
    """What the record has instead, where something is there that cannot be used."""
    of = next((finding for finding in open_ if finding.id in get.settles and finding.because), None)
    if of is None or get.why in _ABSENT:
        return ""
    return f"In the record: {'; '.join(text.said(words.fact(one)) for one in of.because[:_MOST_FACTS])}. "


def _questions(open_: list[Finding], case: Case) -> str:
    if not open_:
        return ""
    lines, briefly = [], []
    for finding in open_:
        again = ", set aside before in this session" if _set_aside(finding, case.occasion) else ""
        if finding.severity != "critical" and len(open_) > _MOST_TITLES and not again:
            briefly.append(finding.id)
            continue
        lines.append(f"{finding.severity}: {text.told(finding.title, case.ready)} ({text.code(finding.id)}{again})")
    if briefly:
        lines.append(f"{words.counted(len(briefly), 'warning', 'warnings')}: {text.codes(briefly)}")
    return f"**Not known whether these apply**\n\n{text.bullets(lines)}"
