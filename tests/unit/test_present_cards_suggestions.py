"""What cards offer to do (C-5, C-9 to C-11), judged by an independent model of FHIR."""

import copy
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B.medicationrequest import MedicationRequest
from fhir.resources.R4B.servicerequest import ServiceRequest
from pydantic import ValidationError
from test_present_cards_samples import (
    DRUG,
    DRUGS,
    about,
    daily,
    draft,
    known,
    occasion,
    of_status,
    review,
    severe_kidneys,
    shown,
)

from apothecary.present.cards import Draft, Shown
from apothecary.present.cards.card import Action
from support import PNEUMONIA, condition, patient, search


def actions(one: Shown, kind: str) -> list[Action]:
    return [action for offer in one.card.suggestions for action in offer.actions if action.type == kind]


def kidneys(*drafts: Draft) -> Shown:
    return about(shown(severe_kidneys(*drafts), known(DRUG), occasion("order-sign", *drafts)), "renal-severe")


def ill(*drafts: Draft, hook: str = "order-sign") -> Shown:
    """The critical card of a patient with pneumonia."""
    found = review(patient(), search("Condition", condition(PNEUMONIA)), drafts=drafts)
    return about(shown(found, known(DRUG), occasion(hook, *drafts)), "active-infection")


# --- order a test ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", DRUGS)
def test_C_11_a_missing_test_is_offered_as_a_draft_order(drug: str) -> None:
    nothing = review(patient(), drug=drug)
    found = shown(nothing, known(drug), occasion())
    created = [action for one in found for action in actions(one, "create")]
    assert created
    codes = {entry.code for entry in known(drug).codes}
    for action in created:
        assert action.resource is not None
        request = ServiceRequest.model_validate(action.resource)
        assert ("draft", "order", "Patient/p1") == (request.status, request.intent, request.subject.reference)
        assert request.id is None
        coding = request.code.coding[0]
        assert ("http://loinc.org", True) == (coding.system, coding.code in codes)
        assert coding.display
        assert request.reasonCode[0].text


@pytest.mark.parametrize("field", ["status", "intent", "subject"])
def test_the_model_would_find_what_is_missing(field: str) -> None:
    (one,) = of_status(shown(review(patient()), known(DRUG), occasion()), "unknown")
    resource = copy.deepcopy(actions(one, "create")[0].resource)
    assert resource is not None
    del resource[field]
    with pytest.raises(ValidationError):
        ServiceRequest.model_validate(resource)


def test_a_test_is_offered_once_in_one_answer() -> None:
    found = shown(severe_kidneys(), known(DRUG), occasion())
    codes = [a.resource["code"]["coding"][0]["code"] for one in found for a in actions(one, "create") if a.resource]
    assert {"751-8", "71773-6"} <= set(codes)
    assert len(codes) == len(set(codes))


def test_no_test_is_offered_for_a_patient_whose_id_no_reference_can_have() -> None:
    found = shown(review(patient()), known(DRUG), occasion(patient="no id!"))
    assert not any(actions(one, "create") for one in found)


def test_a_test_does_not_help_where_somebody_has_to_say_which_it_is() -> None:
    asked = review(patient())
    other = tuple(msgspec.structs.replace(get, why="coarse-code") for get in asked.to_get)
    found = shown(msgspec.structs.replace(asked, to_get=other), known(DRUG), occasion())
    assert [] == actions(of_status(found, "unknown")[0], "create")


# --- delete a draft -------------------------------------------------------------------------------------------------


def test_C_11_a_critical_finding_offers_to_delete_the_draft_by_its_id() -> None:
    one = ill(draft(DRUG))
    assert "critical" == one.card.indicator
    assert [("MedicationRequest/d1", None)] == [(a.resource_id, a.resource) for a in actions(one, "delete")]
    assert f"Delete the draft order: {DRUG}" == one.card.suggestions[0].label


def test_the_draft_that_the_finding_names_or_that_of_the_drug_is_to_be_deleted_not_both() -> None:
    drafts = (draft(DRUG), draft("etanercept", "d2", of_drug=False))
    found = review(patient(), search("Condition", condition(PNEUMONIA)), drafts=drafts)
    named = next(f for f in found.findings if f.id == "active-infection")
    because = (msgspec.structs.replace(named.because[0], source="MedicationRequest/d2"),)
    changed = tuple(msgspec.structs.replace(f, because=because) if f is named else f for f in found.findings)
    one = about(
        shown(msgspec.structs.replace(found, findings=changed), known(DRUG), occasion("order-sign", *drafts)), named.id
    )
    assert ["MedicationRequest/d2", "MedicationRequest/d1"] == [a.resource_id for a in actions(one, "delete")]
    assert "at-most-one" == one.card.selection_behavior


@pytest.mark.parametrize(
    "drafts",
    [(), (draft("etanercept", of_drug=False),), (Draft("context.draftOrders.entry[0]", draft(DRUG).resource, True),)],
    ids=["none", "of another drug", "without an id"],
)
def test_nothing_is_deleted_where_there_is_no_suitable_draft(drafts: tuple[Draft, ...]) -> None:
    found = review(patient(), search("Condition", condition(PNEUMONIA)))
    one = about(shown(found, known(DRUG), occasion("order-sign", *drafts)), "active-infection")
    assert [] == actions(one, "delete")


def test_a_warning_deletes_nothing() -> None:
    assert [] == actions(kidneys(draft(DRUG, dosageInstruction=daily())), "delete")


# --- change the interval --------------------------------------------------------------------------------------------


def changed(one: Shown) -> dict[str, Any]:
    (action,) = actions(one, "update")
    assert action.resource is not None
    return action.resource


def test_C_11_the_interval_is_changed_in_the_whole_order() -> None:
    before = draft(DRUG, dosageInstruction=daily(), text={"status": "generated", "div": "<div>daily</div>"})
    resource = changed(kidneys(before))
    MedicationRequest.model_validate(resource)
    (dosage,) = resource["dosageInstruction"]
    assert {"frequency": 1, "period": 2, "periodUnit": "d"} == dosage["timing"]["repeat"]
    assert "100 mg every other day" == dosage["text"]
    assert daily()[0]["route"] == dosage["route"]
    assert daily()[0]["doseAndRate"] == dosage["doseAndRate"]
    kept = set(before.resource) - {"text", "dosageInstruction"}
    assert {key: before.resource[key] for key in kept} == {key: resource[key] for key in kept}
    assert "text" not in resource


def test_the_draft_itself_stays_as_it_was() -> None:
    before = draft(DRUG, dosageInstruction=daily(), text={"status": "generated", "div": "<div>daily</div>"})
    copied = copy.deepcopy(before.resource)
    changed(kidneys(before))
    assert copied == before.resource


def test_the_changed_order_settles_the_question() -> None:
    resource = changed(kidneys(draft(DRUG, dosageInstruction=daily())))
    after = severe_kidneys(Draft("MedicationRequest/d1", resource, True))
    statuses = {finding.id: finding.status.value for finding in after.findings}
    assert ("clear", "clear") == (statuses["dose-interval-renal"], statuses["dose-unreadable"])


def test_what_the_order_says_of_dispensing_has_to_be_looked_at() -> None:
    one = kidneys(draft(DRUG, dosageInstruction=daily(), dispenseRequest={"quantity": {"value": 28}}))
    assert "quantity to dispense" in actions(one, "update")[0].description


def _dosage(**changes: Any) -> list[dict[str, Any]]:
    return [{key: value for key, value in {**daily()[0], **changes}.items() if value is not None}]


@pytest.mark.parametrize(
    "dosages",
    [
        None,
        [],
        [*daily(), *daily(50)],
        _dosage(timing=None),
        _dosage(timing={"code": {"text": "QD"}}),
        _dosage(timing={"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}}),
        _dosage(timing={"repeat": {"frequency": 1, "period": 2, "periodUnit": "d"}}),
        _dosage(timing={"repeat": {"period": 1, "periodUnit": "d", "timeOfDay": ["08:00"]}}),
        _dosage(timing={"repeat": {"period": True, "periodUnit": "d"}}),
        _dosage(timing={"repeat": {"period": 1, "periodUnit": "mo"}}),
        _dosage(timing={"repeat": {"period": 1, "periodUnit": ["d"]}}),
        _dosage(timing={"event": ["2026-06-30"], **daily()[0]["timing"]}),
        _dosage(doseAndRate=None),
        _dosage(doseAndRate=[{"doseRange": {"low": {"value": 1}}}]),
        _dosage(doseAndRate=[{"doseQuantity": {"value": "100", "unit": "mg"}}]),
        _dosage(doseAndRate=[{"doseQuantity": {"value": 100, "unit": "mg", "comparator": "<"}}]),
        _dosage(patientInstruction="Take it every day"),
        _dosage(asNeededBoolean=True),
        _dosage(site={"text": ""}),
        _dosage(site={"coding": [None]}),
        _dosage(site={"text": "\ud800"}),
        "daily",
        [5],
    ],
)
def test_an_order_that_is_not_one_plain_dosage_is_not_changed(dosages: Any) -> None:
    """The clinical finding stays as it was; only the offer goes."""
    found = severe_kidneys(draft(DRUG, dosageInstruction=daily()))
    one = about(
        shown(found, known(DRUG), occasion("order-sign", draft(DRUG, dosageInstruction=dosages))), "renal-severe"
    )
    assert [] == actions(one, "update")


@pytest.mark.parametrize(
    "other",
    [
        draft(DRUG, of_drug=False, dosageInstruction=daily()),
        Draft("MedicationRequest/d9", draft(DRUG, dosageInstruction=daily()).resource, True),
        draft(DRUG, dosageInstruction=daily(), resourceType="MedicationStatement"),
        draft(DRUG, dosageInstruction=daily(), modifierExtension=[{"url": "x"}]),
        draft(DRUG, dosageInstruction=daily(), note=None, _note=[None]),
    ],
    ids=["another drug", "another id", "another kind", "modified", "with null"],
)
def test_an_order_that_is_not_a_whole_request_of_the_drug_is_not_changed(other: Draft) -> None:
    found = severe_kidneys(draft(DRUG, dosageInstruction=daily()))
    one = about(shown(found, known(DRUG), occasion("order-sign", other)), "renal-severe")
    assert [] == actions(one, "update")


def test_C_6_two_changes_of_one_draft_cannot_be_taken_together() -> None:
    before = draft(DRUG, dosageInstruction=daily())
    found = severe_kidneys(before)
    plan = found.dose_plan
    assert plan is not None
    longer = tuple(msgspec.structs.replace(option, interval_h=72.0) for option in plan.options)
    both = msgspec.structs.replace(found, dose_plan=msgspec.structs.replace(plan, options=(*plan.options, *longer)))
    one = about(shown(both, known(DRUG), occasion("order-sign", before)), "renal-severe")
    assert (2, "at-most-one") == (len(actions(one, "update")), one.card.selection_behavior)
    assert "any" == kidneys(before).card.selection_behavior


def test_a_chart_that_is_opened_has_no_order_to_change() -> None:
    found = shown(severe_kidneys(), known(DRUG), occasion("patient-view"))
    assert not any(actions(one, kind) for one in found for kind in ("update", "delete"))
