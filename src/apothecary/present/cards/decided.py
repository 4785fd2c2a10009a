"""One card for each decision: the critical and warning findings that apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apothecary.logic import Truth
from apothecary.present.cards import suggest, text
from apothecary.present.cards.card import Card, Shown
from apothecary.present.cards.prepared import RULES
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from apothecary.knowledge.cards import Decision, Order
    from apothecary.present.cards.prepared import Case, Prepared
    from apothecary.review.result import Finding


def by_decision(case: Case) -> tuple[list[Shown], list[Shown], set[str]]:
    """The critical cards, the warning cards, and the observations whose test they offer to order.

    A warning that was overridden before in this session is left out; a critical finding stays and says so.
    """
    grouped: dict[str, tuple[Decision, list[Finding]]] = {}
    for finding in case.review.findings:
        if finding.status is not Truth.APPLIES or finding.severity == "info" or not case.occasion.concerns(finding):
            continue
        if finding.severity == "warning" and finding.id in case.occasion.answered:
            continue
        decision = case.ready.decision(finding.id, finding.title)
        grouped.setdefault(decision.id, (decision, []))[1].append(finding)
    _join(grouped)
    critical: list[Shown] = []
    warning: list[Shown] = []
    ordered: set[str] = set()
    for decision, findings in grouped.values():
        findings.sort(key=lambda finding: finding.severity != "critical")
        orders = _orders(decision, findings, ordered)
        ordered.update(order.observation for order in orders)
        shown = _card(decision, findings, orders, case)
        (critical if shown.card.indicator == "critical" else warning).append(shown)
    return critical, warning, ordered


def _join(grouped: dict[str, tuple[Decision, list[Finding]]]) -> None:
    """Puts the warnings that rest on nothing but what a critical finding rests on with it: the same decision.

    One drug may be an interaction and a reason for caution; the patient's age alone joins nothing.
    """
    leads = [
        (id_, {one.source for finding in findings for one in finding.because if finding.severity == "critical"})
        for id_, (_, findings) in grouped.items()
        if any(finding.severity == "critical" for finding in findings)
    ]
    for id_, (_, findings) in list(grouped.items()):
        sources = {one.source for finding in findings for one in finding.because}
        if id_ in dict(leads) or not sources or any("/" not in source for source in sources):
            continue
        lead = next((of for of, used in leads if sources <= used), None)
        if lead is not None:
            grouped[lead][1].extend(findings)
            del grouped[id_]


def _orders(decision: Decision, findings: list[Finding], ordered: set[str]) -> list[Order]:
    """The tests that the rules which apply ask for, and no other card offers."""
    ids = {finding.id for finding in findings}
    return [order for order in decision.order if ids.intersection(order.when) and order.observation not in ordered]


def _card(decision: Decision, findings: list[Finding], orders: list[Order], case: Case) -> Shown:
    first = findings[0]
    rules = tuple(finding.id for finding in findings)
    uuid = case.new_id()
    offer = suggest.offered(
        [
            *suggest.deletions(findings, case),
            *suggest.intervals(decision, case),
            *suggest.tests(orders, clean(first.title), case),
        ]
    )
    card = Card(
        uuid,
        _summary(first, len(findings) - 1, case.ready),
        "critical" if first.severity == "critical" else "warning",
        case.source(RULES, first.id, first.title),
        text.joined(
            case.head,
            *(text.applying(finding, case.ready, finding.id in case.occasion.answered) for finding in findings),
            case.foot,
        ),
        offer.suggestions,
        offer.behavior,
        case.ready.reasons(frozenset((decision.id,))),
        case.links(rules),
    )
    return Shown(card, rules, "applies")


def _summary(first: Finding, others: int, ready: Prepared) -> str:
    title = clean(first.title)
    plain = (ready.about(first.title), title)
    if not others:
        return text.fitted(*plain)
    more = f"(and {others} more on this)"
    return text.fitted(f"{plain[0]} {more}", f"{title} {more}", title)
