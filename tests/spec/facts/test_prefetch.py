"""A CDS Hooks request: what the client fetched beforehand, and the order being written."""

from typing import Any

import pytest

from apothecary.record import Record, RecordError
from support import MIGRAINE, MMR, TRIPTAN, answer, bundle, coded, condition, order, patient, read, resource, search

DRAFT_REQUEST = order(TRIPTAN, "draft", id="new")


def request(drafts: Any = None, **prefetch: Any) -> Record:
    context = {"patientId": "p1", "userId": "Practitioner/1", **({"draftOrders": drafts} if drafts else {})}
    return read({"hook": "order-sign", "hookInstance": "h1", "context": context, "prefetch": prefetch})


def state(section: str, **prefetch: Any) -> str:
    return request(**prefetch).sections[section].state  # type: ignore[index]


def test_a_key_with_a_resource() -> None:
    """A prefetched resource is part of the record."""
    found = request(patient=patient(), conditions=bundle(condition(MIGRAINE), kind="searchset"))
    assert "applies" == answer({"condition": "cond-migraine"}, found)


def test_a_key_that_is_null() -> None:
    """A key that is null says that the client looked and has nothing: the section was supplied."""
    assert "supplied" == state("condition", conditions=None)


def test_allergies_that_are_null() -> None:
    """For allergies null is an empty list, and an empty allergy list is unknown."""
    assert "not-supplied" == state("allergy", allergies=None)


def test_a_key_that_is_absent() -> None:
    """A key that is absent says that the client could not fetch it: the section was not supplied."""
    assert "not-supplied" == state("condition", patient=patient())


def test_a_key_with_an_empty_bundle() -> None:
    """An empty Bundle under the key of a section supplies it."""
    assert "supplied" == state("condition", conditions={"resourceType": "Bundle", "type": "searchset", "total": 0})


@pytest.mark.parametrize("key", ["condition", "Conditions", "problems"])
def test_names_of_keys(key: str) -> None:
    """Keys are recognized by the usual names of the section, in any mix of capitals."""
    assert "supplied" == state("condition", **{key: None})


def test_a_key_of_another_name() -> None:
    """A key of another name still delivers its resources, but when it is empty it says nothing."""
    assert "not-supplied" == state("condition", item7=None)
    assert "supplied" == state("condition", item7=bundle(condition(MIGRAINE)))


def test_a_key_with_an_error() -> None:
    """A key that holds an error report leaves its section incomplete."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"code": "timeout", "severity": "error"}]}
    assert "unreadable" == state("condition", conditions=outcome)


def test_a_key_with_a_bundle_that_holds_an_error() -> None:
    """So does a Bundle in which the error report stands instead of the resources."""
    outcome = {"resourceType": "OperationOutcome", "issue": [{"code": "timeout", "severity": "error"}]}
    assert "unreadable" == state("condition", conditions=bundle(outcome, kind="searchset"))


def test_a_key_that_is_no_resource() -> None:
    """A key with something that is no resource leaves its section incomplete."""
    assert "unreadable" == state("condition", conditions={"oops": True})


def test_a_key_with_one_page() -> None:
    """A page of several under a key is part of the section only."""
    page = search("Condition", condition(MIGRAINE), total=9)
    assert "unreadable" == state("condition", conditions=page)


def test_the_response_of_a_batch_under_a_key() -> None:
    """The entry of a batch response instead of the resource is read all the same."""
    wrapped = {"response": {"status": "200"}, "resource": bundle(condition(MIGRAINE), kind="searchset")}
    assert "applies" == answer({"condition": "cond-migraine"}, request(conditions=wrapped))


def test_a_request_without_prefetch() -> None:
    """A request that brings no data supplies nothing, and is no error."""
    record = read({"hook": "patient-view", "hookInstance": "h1", "context": {"patientId": "p1"}})
    assert {"not-supplied"} == {section.state for section in record.sections.values()}


def test_data_of_another_patient() -> None:
    """Data of a patient other than the one in the context is an error, never a review."""
    with pytest.raises(RecordError) as error:
        request(patient=patient(id="p2"))
    assert "wrong-patient" == error.value.code


def test_a_row_of_another_patient() -> None:
    """One row of another patient is the same error."""
    with pytest.raises(RecordError) as error:
        request(conditions=bundle(condition(MIGRAINE, subject={"reference": "Patient/p2"})))
    assert "wrong-patient" == error.value.code


def test_a_draft_in_the_context() -> None:
    """An order being written right now counts as taken: it is what the review is about."""
    assert "applies" == answer({"takes": "drug-triptan"}, request(bundle(DRAFT_REQUEST)))


def test_a_draft_that_is_stored() -> None:
    """A stored draft is not a fact: nobody takes it."""
    stored = search("MedicationRequest", DRAFT_REQUEST)
    assert "clear" == answer({"takes": "drug-triptan"}, request(medications=stored))


def test_a_draft_in_the_context_and_stored() -> None:
    """An order being written counts although the prefetch also returned it as a stored draft."""
    stored = search("MedicationRequest", DRAFT_REQUEST)
    assert "applies" == answer({"takes": "drug-triptan"}, request(bundle(DRAFT_REQUEST), medications=stored))


def test_drafts_are_no_medication_list() -> None:
    """The drafts in the context say nothing about what else is taken."""
    other = order("paracetamol", "draft")
    assert "not-supplied" == request(bundle(other)).sections["medication"].state
    assert "unknown" == answer({"takes": "drug-triptan"}, request(bundle(other)))


def test_a_draft_that_starts_tomorrow() -> None:
    """An order being written counts although its treatment starts after the day of the review."""
    later = [{"timing": {"repeat": {"boundsPeriod": {"start": "2026-07-01"}}}}]
    drafts = bundle({**DRAFT_REQUEST, "authoredOn": "2026-06-30", "dosageInstruction": later})
    assert "applies" == answer({"takes": "drug-triptan"}, request(drafts, medications=None))


@pytest.mark.parametrize("status", [None, "active", "unknown"])
def test_a_draft_with_another_status(status: str | None) -> None:
    """An order in the context is never overlooked for its status; only a cancelled or mistaken one is left out."""
    drafts = bundle(order(TRIPTAN, status))
    assert "clear" != answer({"takes": "drug-triptan"}, request(drafts, medications=None))


@pytest.mark.parametrize("fields", [{"doNotPerform": True}, {"status": "cancelled"}, {"status": "entered-in-error"}])
def test_a_draft_that_is_no_order(fields: dict[str, Any]) -> None:
    """An order in the context not to give a drug, or one cancelled or mistaken, is no order."""
    drafts = bundle({**DRAFT_REQUEST, **fields})
    assert "clear" == answer({"takes": "drug-triptan"}, request(drafts, medications=None))


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"status": "active"}])
def test_a_draft_order_for_a_vaccine(fields: dict[str, Any]) -> None:
    """An order for a vaccination in the context is a planned vaccination."""
    wanted = resource("ServiceRequest", intent="order", code=coded("cvx", "03", "MMR"), **fields)
    when = {"vaccine": {"set": "vax-live", "standing": "planned"}}
    assert "applies" == answer(when, request(bundle(wanted), immunizations=None, medications=None))
    assert "applies" == answer(when, request(bundle(order(MMR, "draft")), immunizations=None, medications=None))


def test_a_key_with_fewer_entries_than_were_found() -> None:
    """A search that counts more than it holds is only part of the section, also without a link."""
    page = {"resourceType": "Bundle", "type": "searchset", "total": 9}
    assert "unreadable" == state("condition", conditions=page)
