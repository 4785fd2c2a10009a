"""One call of a hook: request to record, record to review, review to cards, all of it logged before it leaves."""

from datetime import date
from uuid import uuid4

import msgspec

from apothecary.present.cards import Draft, Occasion, Shown, cannot_tell, cards, not_reviewed, noted
from apothecary.record import RecordError
from apothecary.review import ExpiredEdition, Reviewer
from apothecary.review.context import Context
from apothecary.service.decisions import log_cards, log_review, overridden
from apothecary.service.errors import Refusal
from apothecary.service.hooks import prefetch
from apothecary.service.hooks.concern import Concern, concern
from apothecary.service.hooks.discovery import ORDER_HOOKS, service_id
from apothecary.service.hooks.request import Asked
from apothecary.service.settings import Client
from apothecary.service.state import State
from apothecary.therapy.complete import planned


async def answer(
    state: State, asked: Asked, drug: str, client: Client | None, base_url: str, as_of: date, inside: bool
) -> tuple[Shown, ...]:
    """The cards for one request.

    No card means that the drug is neither ordered nor taken, or that a patient who takes it needs nothing now. Data
    that must not be reviewed give a card that says so; Refusal(412) where the medication list is needed and cannot be
    had.
    """
    reviewer = state.reviewers[drug]
    templates = state.prefetch[drug]
    sent = await prefetch.gathered(asked, templates, state, client)
    try:
        record = prefetch.record(asked, sent, templates)
        ctx = reviewer.context(record, as_of)
    except RecordError as error:
        if error.code == "unreadable":
            raise Refusal(400, "unreadable-data", error.message) from error
        card = not_reviewed(reviewer.monograph, error.message, _new_id, base_url)
        return await _unreviewed(state, asked, reviewer, card, error.code, inside)
    except ExpiredEdition as error:
        card = not_reviewed(reviewer.monograph, str(error), _new_id, base_url)
        return await _unreviewed(state, asked, reviewer, card, "edition-expired", inside)
    found = concern(ctx, asked.orders)
    if found.state == "no":
        return ()
    if found.state == "not-supplied":
        message = (
            f"The patient's medication list is needed to tell whether {reviewer.monograph.drug.name} is taken. Send "
            "the prefetch key medications, or fhirServer with fhirAuthorization."
        )
        raise Refusal(412, "medication-list-needed", message)
    if found.state == "perhaps":
        about = "it is taken or being ordered" if asked.hook in ORDER_HOOKS else "it is taken"
        why = f"whether {about} is not known ({found.why})"
        card = cannot_tell(reviewer.monograph, why, _new_id, base_url)
        return await _unreviewed(state, asked, reviewer, card, "not-known-whether-taken", inside)
    return await _reviewed(state, asked, reviewer, ctx, found, base_url, inside)


async def _unreviewed(
    state: State, asked: Asked, reviewer: Reviewer, card: Shown, why: str, inside: bool
) -> tuple[Shown, ...]:
    """A card in place of a review, logged as one: it too is an answer that someone acts on."""
    note = await log_cards(
        state,
        reviewer.monograph,
        hook=asked.hook,
        service=service_id(reviewer.monograph.drug.id, asked.hook),
        request_id=asked.instance,
        patient=_patient(asked),
        cards=(card,),
        why=why,
        inside=inside,
    )
    if note is not None:
        card = noted(card, note)
    if not inside:
        state.metrics.cards((card,))
    return (card,)


def _patient(asked: Asked) -> str:
    """The patient as the log's hash tells one from another: ids are those of a server."""
    return f"{asked.server or ''}|{asked.patient}"


async def _reviewed(
    state: State, asked: Asked, reviewer: Reviewer, ctx: Context, found: Concern, base_url: str, inside: bool
) -> tuple[Shown, ...]:
    monograph = reviewer.monograph
    review = planned(reviewer, ctx)
    patient = _patient(asked)
    drafts = tuple(
        Draft(reference=order.reference, resource=order.resource, of_drug=order.reference in found.orders)
        for order in asked.orders
    )
    answered = frozenset[tuple[str, str]]()
    if asked.hook in ORDER_HOOKS and not inside:
        answered = overridden(state, patient, review)
    occasion = Occasion(
        hook=asked.hook,
        patient=asked.patient,
        drafts=drafts,
        base_url=base_url,
        answered=frozenset(rule for rule, status in answered if status == "applies"),
        answered_open=frozenset(rule for rule, status in answered if status == "unknown"),
        smart=bool(state.settings.smart),
        other_orders=asked.hook in ORDER_HOOKS and found.other_orders,
    )
    shown = cards(review, monograph, occasion, _new_id)
    service = service_id(monograph.drug.id, asked.hook)
    note = await log_review(
        state,
        review,
        hook=asked.hook,
        service=service,
        request_id=asked.instance,
        patient=patient,
        cards=shown,
        inside=inside,
    )
    if note is not None:
        shown = cards(review, monograph, msgspec.structs.replace(occasion, note=note), _new_id)
    if not inside:
        state.metrics.review(review, asked.hook)
        state.metrics.cards(shown)
    return shown


def _new_id() -> str:
    return str(uuid4())
