"""The info card: what else applies, what the review says, the usual dose, what is next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apothecary.logic import Truth
from apothecary.present import words
from apothecary.present.cards import text
from apothecary.present.cards.card import Card, Shown
from apothecary.present.cards.prepared import KINDS
from apothecary.present.cards.unknown import asked, waits
from apothecary.present.dose_words import every, span
from apothecary.present.monitoring_content import STATUSES, when
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from apothecary.present.cards.occasion import Occasion
    from apothecary.present.cards.prepared import Case, Prepared
    from apothecary.review.plan import DosePlan, Due
    from apothecary.review.result import Finding, Review

_MOST_PROBLEMS: Final = 5
_OWED: Final = ("overdue", "due")
_NAMES: Final = {
    "critical": ("critical finding", "critical findings"),
    "warning": ("warning", "warnings"),
    "info": ("note", "notes"),
}


def info_card(case: Case, again: list[Finding]) -> Shown | None:
    """The card for an order of the drug; else only where it has something to say of its own.

    `again`: the warnings that apply and were overridden before in this session.
    """
    review, ready, occasion = case.review, case.ready, case.occasion
    info = [f for f in review.findings if f.status is Truth.APPLIES and f.severity == "info" and occasion.concerns(f)]
    owed = [due for due in review.monitoring if due.status in _OWED and not due.missed]
    chart = occasion.hook == "patient-view"
    if chart and not info and not owed and not again and not review.knowledge.expired:
        return None
    if occasion.other_orders and not info and not again:
        return None
    uuid = case.new_id()
    summary = _owed(owed[0], ready) if chart and owed and not info else _summary(case)
    card = Card(
        uuid,
        summary,
        "info",
        case.source(KINDS, "review", "The review as a whole"),
        text.joined(
            text.said(words.sentence(review)),
            _several(occasion, ready),
            _dose(review.dose_plan, ready),
            _next(review.monitoring),
            text.said(words.clear_count(review)),
            *_set_aside(again, review, occasion),
            _later(case),
            *_also(info, ready),
            _open(review, ready),
            _problems(review),
            case.foot,
        ),
        links=case.links(tuple(finding.id for finding in info)),
    )
    return Shown(card, tuple(finding.id for finding in info))


def _summary(case: Case) -> str:
    """The verdict and the counts it rests on."""
    review, ready = case.review, case.ready
    applies = [finding for finding in review.findings if finding.status is Truth.APPLIES]
    counts = {s: sum(finding.severity == s for finding in applies) for s in _NAMES}
    found = ", ".join(words.counted(number, *_NAMES[s]) for s, number in counts.items() if number)
    verb = "applies" if len(applies) == 1 else "apply"
    verdict = words.VERDICTS[words.verdict(review)]
    now = len(asked(case))
    tail = f"; {words.counted(now, 'question is open', 'questions are open')}" if now else ""
    orders = case.occasion.of_drug()
    tail += f"; {orders} orders, each judged by itself" if orders > 1 else ""
    said = f"{verdict}; {found or 'nothing'} {verb if found else 'applies'}{tail}"
    return text.fitted(f"{ready.name} review: {said}", f"Review: {said}")


def _owed(due: Due, ready: Prepared) -> str:
    day = f" ({due.due.isoformat()})" if due.due is not None else ""
    said = f"{clean(due.name)} is {STATUSES[due.status]}{day}"
    return text.fitted(f"{ready.name}: {said}", said)


def _several(occasion: Occasion, ready: Prepared) -> str:
    """That more than one order of the drug is being written, since nothing adds their doses up."""
    drafts = [draft.reference for draft in occasion.drafts if draft.of_drug]
    if len(drafts) < 2:
        return ""
    said = f"{len(drafts)} orders of {ready.name.casefold()} are being written"
    return (
        f"**{text.said(said)}** ({text.codes(drafts)}): each was judged by itself. Check that they are meant together."
    )


def _dose(plan: DosePlan | None, ready: Prepared) -> str:
    """The usual dose of the monograph, or why there is none; what comes before it stands first."""
    if plan is None:
        return ""
    first = text.bullets(text.said(note) for note in plan.read_first)
    use = ready.monograph.indications.get(plan.indication or "")
    name = f" for {text.said(use.name)}" if use is not None else ""
    if plan.status != "applies" or plan.start_mg is None:
        lacking = ", ".join(dict.fromkeys(f"{need.fact} ({words.WHYS[need.why]})" for need in plan.needs))
        why = (
            f"It needs {lacking}." if lacking else " ".join(note for note in plan.notes if note not in plan.read_first)
        )
        return text.joined(first, f"**Dose:** none to show{name}. {text.said(why)}".rstrip())
    most = f", at most {span((plan.max_mg_per_day,) * 2, 'mg a day')}" if plan.max_mg_per_day else ""
    usual = f"{span(plan.start_mg, 'mg')} {every(plan.interval_h)}{most}"
    options = [text.said(option.text) for option in plan.options if option.status == "applies"]
    return text.joined(
        first, f"**Usual dose of the monograph**{name}: {text.said(usual)}. {' '.join(options)}".rstrip()
    )


def _next(listed: tuple[Due, ...]) -> str:
    """What of the monitoring calendar is owed, and what comes next of each plan."""
    chosen = [due for due in listed if due.status in _OWED and not due.missed]
    waiting: dict[str, Due] = {}
    for due in listed:
        if due.status in ("upcoming", "unknown"):
            waiting.setdefault(due.id, due)
    lines = []
    for due in (*chosen, *waiting.values()):
        day = f", {due.due.isoformat()}" if due.due is not None else ""
        lines.append(f"{text.said(due.name)}: {STATUSES[due.status]}{day} ({text.said(when(due.occurrence))})")
    return f"**Monitoring**\n\n{text.bullets(lines)}" if lines else ""


def _set_aside(again: list[Finding], review: Review, occasion: Occasion) -> list[str]:
    """The warnings that were overridden before in this session, one line each."""
    lines = [f"overridden before: {text.said(f.title)} ({text.code(f.id)}), which applies" for f in again]
    aside = occasion.answered_open | occasion.answered
    lines += [
        f"overridden before: {text.said(f.title)} ({text.code(f.id)}), which is open"
        for f in review.findings
        if f.status is Truth.UNKNOWN and f.severity == "warning" and f.id in aside
    ]
    return [text.bullets(lines)] if lines else []


def _later(case: Case) -> str:
    waiting = [f for f in case.review.findings if f.status is Truth.UNKNOWN and waits(f, case)]
    if not waiting:
        return ""
    said = words.counted(len(waiting), "question about the order is asked", "questions about the order are asked")
    return f"{said} when it is signed: {text.codes(finding.id for finding in waiting)}."


def _also(info: list[Finding], ready: Prepared) -> list[str]:
    return ["**Also applies**", *(text.applying(finding, ready) for finding in info)] if info else []


def _open(review: Review, ready: Prepared) -> str:
    """The open questions that change no verdict."""
    lines = [
        f"{text.told(f.title, ready)} ({text.code(f.id)}): needs "
        + text.said(", ".join(need.fact for need in f.needs) or "more than the record says")
        for f in review.findings
        if f.status is Truth.UNKNOWN and f.severity == "info"
    ]
    return f"**Also not known**\n\n{text.bullets(lines)}" if lines else ""


def _problems(review: Review) -> str:
    if not review.problems:
        return ""
    lines = [f"{text.said(p.where)}: {text.said(p.message)}" for p in review.problems[:_MOST_PROBLEMS]]
    more = len(review.problems) - _MOST_PROBLEMS
    lines += [f"and {more} more"] if more > 0 else []
    return f"**Problems in the record**\n\n{text.bullets(lines)}"
