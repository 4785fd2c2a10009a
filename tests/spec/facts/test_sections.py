"""The four states of a section, and how far each carries an answer.

A record has seven sections: patient, condition, medication, observation, allergy, immunization, procedure.
"""

from typing import Any

import pytest

from apothecary.record import SECTIONS
from support import (
    MIGRAINE,
    MMR,
    TRIPTAN,
    allergy,
    answer,
    bundle,
    condition,
    finding,
    order,
    patient,
    procedure,
    read,
    result,
    search,
    vaccination,
    whole,
)

QUESTIONS = {
    "Condition": ({"condition": "cond-migraine"}, condition(MIGRAINE)),
    "MedicationRequest": ({"takes": "drug-triptan"}, order(TRIPTAN)),
    "AllergyIntolerance": ({"allergy": "allergy-zorvimab"}, allergy("zorvimab")),
    "Immunization": ({"vaccine": {"set": "vax-live", "standing": "given"}}, vaccination(MMR)),
    "Procedure": ({"procedure": "proc-plasma-exchange"}, procedure("plasma exchange")),
    "Observation": ({"result": {"of": "hbv-test", "answer": "positive"}}, result("HBsAg", valueString="positive")),
}
KINDS = pytest.mark.parametrize("kind", QUESTIONS)
LISTS = pytest.mark.parametrize("kind", [kind for kind in QUESTIONS if kind != "Observation"])


@KINDS
def test_supplied_with_matching_rows(kind: str) -> None:
    """A section that was supplied with a matching row answers: applies."""
    when, row = QUESTIONS[kind]
    assert "applies" == answer(when, whole(row))


@LISTS
def test_supplied_with_nothing_matching(kind: str) -> None:
    """A section that was supplied with nothing matching is a known no: clear."""
    assert "clear" == answer(QUESTIONS[kind][0], whole())


def test_no_result_is_no_negative_result() -> None:
    """Results are the exception: that no test is recorded says nothing about what it would have shown."""
    assert "unknown" == answer(QUESTIONS["Observation"][0], whole())


@KINDS
def test_not_supplied(kind: str) -> None:
    """A section that was not supplied leaves its questions unknown."""
    assert "unknown" == answer(QUESTIONS[kind][0], whole(leave_out=(kind,)))


@KINDS
def test_not_supplied_is_named(kind: str) -> None:
    """The need says that the section was not supplied."""
    assert "not-supplied" == finding(QUESTIONS[kind][0], whole(leave_out=(kind,))).needs[0].why


@KINDS
def test_unreadable(kind: str) -> None:
    """A section that could be read only in part leaves its questions unknown, and the need says so."""
    when, _ = QUESTIONS[kind]
    paged = {
        "resourceType": "Bundle", "type": "searchset", "total": 0, "entry": [],
        "link": [{"relation": "self", "url": f"{kind}?patient=p1"}, {"relation": "next", "url": "page2"}],
    }  # fmt: skip
    found = finding(when, read(bundle(patient(), paged)))
    assert ("unknown", "unreadable") == (str(found.status), found.needs[0].why)


@KINDS
def test_a_matching_row_settles_a_section_that_is_incomplete(kind: str) -> None:
    """What is found in an incomplete section is still found: more rows cannot take it back."""
    when, row = QUESTIONS[kind]
    assert "applies" == answer(when, read(bundle(patient(), row)))


def test_a_vaccination_may_stand_in_two_sections() -> None:
    """An order for a vaccine may stand among medications, so both sections must be supplied for a clear answer."""
    when = {"vaccine": {"set": "vax-live", "standing": "planned"}}
    assert "clear" == answer(when, whole())
    assert "unknown" == answer(when, whole(leave_out=("MedicationRequest",)))
    assert "unknown" == answer(when, whole(leave_out=("Immunization",)))


def test_sections_do_not_touch_each_other() -> None:
    """A question is left open only by its own section."""
    record = whole(leave_out=("Observation", "AllergyIntolerance", "MedicationRequest", "Immunization", "Procedure"))
    assert "clear" == answer({"condition": "cond-migraine"}, record)


def test_every_section_has_a_state() -> None:
    """A record names the state of all its sections, also of those it says nothing about."""
    assert set(SECTIONS) == set(read(bundle(patient())).sections)


@pytest.mark.parametrize("kind", list(QUESTIONS))
def test_a_row_supplies_its_section(kind: str) -> None:
    """One row of a section means that the section was supplied; its other questions are then a known no."""
    row: Any = {**QUESTIONS[kind][1]}
    names = {
        "Condition": "condition", "MedicationRequest": "medication", "AllergyIntolerance": "allergy",
        "Immunization": "immunization", "Procedure": "procedure", "Observation": "observation",
    }  # fmt: skip
    sections = read(bundle(patient(), row)).sections
    supplied = [name for name, section in sections.items() if section.state == "supplied"]
    assert {"patient", names[kind]} == set(supplied)


@pytest.mark.parametrize("kind", ["MedicationAdministration", "MedicationDispense", "AdverseEvent", "ServiceRequest"])
def test_rows_that_do_not_supply_their_section(kind: str) -> None:
    """A dose given, a dispense, an adverse event or an order for a service is not a medication or problem list."""
    fields = {"status": "completed", "subject": {"reference": "Patient/p1"}}
    sections = read(bundle(patient(), {"resourceType": kind, **fields, "code": {"text": "x"}})).sections
    assert ["patient"] == [name for name, section in sections.items() if section.state == "supplied"]


@pytest.mark.parametrize(
    ("kind", "when"),
    [
        ("Condition", {"condition": {"set": "cond-migraine", "supplementary": True}}),
        ("Procedure", {"procedure": {"set": "proc-plasma-exchange", "supplementary": True}}),
    ],
)
def test_supplementary_questions(kind: str, when: Any) -> None:
    """A supplementary question counts what is recorded, but a section that was not supplied is not asked for.

    A row that applies applies, one that is doubtful leaves the question open, and a broken section does too.
    """
    row = QUESTIONS[kind][1]
    doubtful = {**row, "verificationStatus": {"coding": [{"code": "unconfirmed"}]}, "status": "unknown"}
    broken = read(bundle(patient(), search(kind, total=9)))
    assert "applies" == answer(when, whole(row))
    assert "clear" == answer(when, whole(leave_out=(kind,)))
    assert "unknown" == answer(when, whole(doubtful))
    assert "unknown" == answer(when, broken)
