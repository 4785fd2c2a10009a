"""What goes into the decision log, and what happens when it cannot be written."""

from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec

from apothecary.knowledge import Monograph
from apothecary.review import Review
from apothecary.service.errors import Refusal
from apothecary.service.logs import warn
from apothecary.service.state import State

if TYPE_CHECKING:
    from apothecary.present.cards import Shown
    from apothecary.service.hooks.feedback import Item

NOT_LOGGED = "This answer could not be written to the decision log."


async def log_review(
    state: State,
    review: Review,
    *,
    hook: str,
    service: str,
    request_id: str,
    patient: str | None,
    cards: "Sequence[Shown]" = (),
    inside: bool = False,
) -> str | None:
    """Writes a review to the log; a sentence to show with the answer where it could not be written and may leave.

    Refusal(503) where the site refuses unlogged answers. Nothing happens without a log and in the self-test.
    """
    if state.log is None or inside:
        return None
    body = {
        "service": service,
        "request": request_id,
        "knowledge_hash": review.knowledge.hash,
        "as_of": review.as_of.isoformat(),
        "phase": review.phase,
        "verdict": review.verdict,
        "rules": _rules(review),
    }
    said = Said("review", review.drug, review.knowledge.version, hook, patient, body)
    return await _write(state, said, cards)


async def log_cards(
    state: State,
    monograph: Monograph,
    *,
    hook: str,
    service: str,
    request_id: str,
    patient: str | None,
    cards: "Sequence[Shown]",
    why: str,
    inside: bool = False,
) -> str | None:
    """Writes the cards that were shown where no review could be made; the answer and the errors of `log_review`."""
    if state.log is None or inside:
        return None
    body = {"service": service, "request": request_id, "knowledge_hash": monograph.hash, "why": why}
    said = Said("note", monograph.drug.id, monograph.version, hook, patient, body)
    return await _write(state, said, cards)


class Said(NamedTuple):
    """An entry to be written, with the patient's id still in clear."""

    kind: Literal["review", "note"]
    drug: str
    version: str
    hook: str
    patient: str | None
    body: dict[str, Any]


def _rules(review: Review) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"applies": [], "unknown": [], "clear": []}
    for finding in review.findings:
        found[finding.status.value].append(finding.id)
    return found


async def _write(state: State, said: Said, cards: "Sequence[Shown]") -> str | None:
    if state.log is None or state.settings.log is None:
        return None
    from apothecary.decision_log.entry import Entry
    from apothecary.decision_log.errors import LogError

    shown = [
        {"uuid": one.card.uuid, "indicator": one.card.indicator, "rules": list(one.rules), "status": one.status}
        for one in cards
    ]
    body = {**said.body, "cards": shown}
    if state.settings.log.patient_data:
        body["patient_id"] = said.patient
    patient = state.log.patient_key(said.patient) if said.patient else None
    entry = Entry(said.kind, datetime.now(UTC), said.drug, said.version, said.hook, patient, body)
    try:
        begun = perf_counter()
        await state.log.write(entry)
        state.metrics.logged(perf_counter() - begun)
    except LogError as error:
        _failed(state, error, said.kind)
        if state.settings.log.unwritable == "refuse":
            message = "The decision log cannot be written, so nothing was answered. The log of the service says why."
            raise Refusal(503, "log-unwritable", message, {"Retry-After": "5"}) from error
        return NOT_LOGGED
    return None


def _failed(state: State, error: Exception, what: str) -> None:
    """Counts and logs it for those who run the service; where the log lies is nothing for those who call it."""
    state.metrics.log_failed()
    warn("the decision log could not be written", of=what, why=str(error))


def overridden(state: State, patient: str, review: Review) -> frozenset[tuple[str, str]]:
    """The rules whose cards were overridden for this patient in the last hours, each with its status then."""
    if state.log is None or state.overrides is None:
        return frozenset()
    return state.overrides.of(state.log.patient_key(patient), review.drug, review.knowledge.version)


async def log_feedback(state: State, service: str, drug: str, items: "Sequence[Item]") -> None:
    """Writes feedback to the log, joined there to the rules of its card; Refusal(503) where it cannot be written."""
    for item in items:
        state.metrics.feedback(item.outcome)
    if state.log is None or state.settings.log is None:
        return
    from apothecary.decision_log.entry import Entry
    from apothecary.decision_log.errors import LogError

    version = state.reviewers[drug].monograph.version
    for item in items:
        comment = item.overrideReason.userComment if item.overrideReason is not None else None
        reason = item.overrideReason.reason if item.overrideReason is not None else None
        body: dict[str, Any] = {
            "service": service,
            "card": item.card,
            "outcome": item.outcome,
            "accepted": [one.id for one in item.acceptedSuggestions or ()],
            "reason": msgspec.to_builtins(reason) if reason is not None else None,
            "comment": comment if state.settings.log.patient_data else (comment is not None),
            "timestamp": item.outcomeTimestamp,
        }
        entry = Entry(
            kind="feedback",
            time=datetime.now(UTC),
            drug=drug,
            version=version,
            hook="feedback",
            patient=None,
            body=body,
        )
        try:
            await state.log.write(entry)
        except LogError as error:  # whoever sends feedback can send it again; it is never kept halfway in silence
            _failed(state, error, "feedback")
            message = "The feedback could not be written to the decision log. Send it again later."
            raise Refusal(503, "log-unwritable", message, {"Retry-After": "5"}) from error
    if state.overrides is not None:
        await state.overrides.refresh()
