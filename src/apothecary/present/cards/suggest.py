"""What a card offers to do: order a missing test, delete a draft order, change the interval of a draft order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from apothecary.present.cards.card import Action, Suggestion
from apothecary.present.cards.interval import REFERENCE, changed
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apothecary.knowledge.cards import Decision, Order
    from apothecary.present.cards.occasion import Draft
    from apothecary.present.cards.prepared import Case
    from apothecary.review.result import Finding

Behavior = Literal["at-most-one", "any", ""]
_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_LONGEST_NAME: Final = 60
_EITHER: Final = "one of the drafts"


class Offer(msgspec.Struct, frozen=True):
    """Suggestions with what each touches, so that no two that touch one draft can be taken together."""

    suggestions: tuple[Suggestion, ...] = ()
    behavior: Behavior = ""


def offered(found: Iterable[tuple[str, Suggestion]]) -> Offer:
    """The suggestions, each with the draft that it touches or nothing; at most one where two touch the same."""
    listed = tuple(found)
    touched = [draft for draft, _ in listed if draft]
    behavior: Behavior = "at-most-one" if len(set(touched)) < len(touched) else "any"
    return Offer(tuple(one for _, one in listed), behavior if listed else "")


def tests(orders: Iterable[Order], why: str, case: Case) -> list[tuple[str, Suggestion]]:
    """One suggestion for each test; none where the patient's id cannot stand in a reference."""
    if _ID.fullmatch(case.occasion.patient) is None:
        return []
    return [("", _test(order, why, case, case.new_id())) for order in orders]


def _test(order: Order, why: str, case: Case, uuid: str) -> Suggestion:
    resource: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",  # as every draft order of the hooks; a proposal would have to be turned into one
        "code": {
            "coding": [{"system": order.code.system, "code": order.code.code, "display": order.code.display}],
            "text": order.text,
        },
        "subject": {"reference": f"Patient/{case.occasion.patient}"},
        "reasonCode": [{"text": why}],
        "note": [{"text": f"Suggested by the review of {case.ready.monograph.drug.name} against its monograph."}],
    }
    return Suggestion(f"Order: {order.text}", uuid, (Action("create", f"Order: {order.text}", resource),))


def deletions(findings: Iterable[Finding], case: Case) -> list[tuple[str, Suggestion]]:
    """For critical findings: the drafts that a finding names among its evidence, and the drafts of the drug.

    Where both another drug and this one are being ordered, one of the two is enough: they touch the same choice.
    """
    if not case.occasion.drafts:
        return []
    chosen: dict[str, Draft] = {}
    for finding in findings:
        if finding.severity == "critical":
            for draft in (*case.occasion.named(finding), *(one for one in case.occasion.drafts if one.of_drug)):
                chosen.setdefault(draft.reference, draft)
    either = len({draft.of_drug for draft in chosen.values()}) > 1
    return [
        (_EITHER if either else draft.reference, _deletion(draft, case.new_id()))
        for draft in chosen.values()
        if REFERENCE.fullmatch(draft.reference)
    ]


def _deletion(draft: Draft, uuid: str) -> Suggestion:
    label = f"Delete the draft order: {_name(draft)}"
    return Suggestion(label, uuid, (Action("delete", label, resource_id=draft.reference),))


def _name(draft: Draft) -> str:
    """What the draft orders, as its text or display says; its reference where it says nothing."""
    for key in ("medicationCodeableConcept", "vaccineCode", "code"):
        concept = draft.resource.get(key)
        if isinstance(concept, dict):
            coding = concept.get("coding")
            shown = (
                coding[0].get("display") if isinstance(coding, list) and coding and type(coding[0]) is dict else None
            )
            for text in (concept.get("text"), shown):
                if isinstance(text, str) and (name := clean(text[: 4 * _LONGEST_NAME])):
                    return name if len(name) <= _LONGEST_NAME else f"{name[:_LONGEST_NAME]} …"
    return draft.reference


def intervals(decision: Decision, case: Case) -> list[tuple[str, Suggestion]]:
    """The intervals of the dose plan that apply on the ground of this decision, for each plain draft of the drug."""
    plan = case.review.dose_plan
    if not decision.change_interval or plan is None or not case.occasion.drafts:
        return []
    found = []
    for option in plan.options:
        if option.status != "applies" or option.rule not in decision.rules:
            continue
        for draft in case.occasion.drafts:
            done = changed(draft, option.interval_h) if draft.of_drug else None
            if done is not None:
                text = f"{done.words} ({draft.reference}). The text of the dosage is written anew. {done.look_at}"
                action = Action("update", f"Change the draft order to {text}", done.resource)
                found.append(
                    (draft.reference, Suggestion(f"Change the interval: {done.words}", case.new_id(), (action,)))
                )
    return found
