"""What a person adds to a record: it may settle what is open, and changes nothing else."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients, read
from strategies import AS_OF, PHASES, SETTINGS, Draw, drugs, reviewer

from apothecary.record import Record, RecordError, read_record
from apothecary.record.merge import empty, merged

DAY = date(2026, 11, 22)
NONE = read_record(
    b"conditions: none\nmedications: none\nallergies: none\nvaccines: none\nprocedures: none\nlabs: none"
)
BUNDLE = b"""{"resourceType": "Bundle", "type": "collection", "entry": [
 {"resource": {"resourceType": "Patient", "id": "p", "birthDate": "1980-05", "gender": "female"}},
 {"resource": {"resourceType": "Condition", "id": "c", "code": {"text": "asthma"}}},
 {"resource": {"resourceType": "Observation", "id": 7}},
 {"resource": {"resourceType": "Bundle", "type": "searchset", "link": [{"relation": "next", "url": "https://ehr/2"},
   {"relation": "self", "url": "https://ehr/AllergyIntolerance?patient=p"}], "entry": []}}]}"""


def form(text: str) -> Record:
    return read_record(text.encode())


def sources(record: Record) -> set[str]:
    return {row.source for rows in record.tables.values() for row in rows}


@st.composite
def cases(draw: Draw[Any]) -> tuple[str, Patient, Any]:
    """A drug, a patient and a phase."""
    drug = draw(drugs)
    return drug, draw(patients(drug)), draw(st.sampled_from(PHASES))


def statuses(drug: str, record: Record, phase: Any) -> dict[str, str]:
    review = reviewer(drug).review(record, AS_OF, phase)
    return {finding.id: finding.status.value for finding in review.findings}


def test_nothing_added_changes_nothing() -> None:
    base = read_record(BUNDLE)
    assert base == merged(base, empty(), DAY)
    assert base == merged(base, empty(), DAY, whole=False)


@settings(SETTINGS, max_examples=150)
@given(cases())
def test_saying_that_there_is_nothing_else_settles_open_questions_and_flips_no_settled_one(
    drawn: tuple[str, Patient, Any],
) -> None:
    drug, entries, phase = drawn
    record = read(entries.entries())
    before, after = statuses(drug, record, phase), statuses(drug, merged(record, NONE, AS_OF), phase)
    assert {} == {id_: (was, after[id_]) for id_, was in before.items() if was not in ("unknown", after[id_])}


@settings(SETTINGS, max_examples=100)
@given(cases())
def test_a_single_answer_about_something_else_changes_no_finding(drawn: tuple[str, Patient, Any]) -> None:
    drug, entries, phase = drawn
    record = read(entries.entries())
    other = form("conditions: [qwxz]\nmedications: [qwxz]\nallergies: [qwxz]\nlabs: {qwxz: 3 mmol/L}")
    assert statuses(drug, record, phase) == statuses(drug, merged(record, other, AS_OF, whole=False), phase)


@pytest.mark.parametrize("section", ["condition", "medication", "immunization", "procedure", "observation", "allergy"])
def test_a_section_that_was_not_supplied_is_completed_by_a_list_and_by_none_only(section: Any) -> None:
    typed = form("conditions: [a]\nmedications: [a]\nallergies: [a]\nvaccines: [a]\nprocedures: [a]\nlabs: {a: 1 mg}")
    assert "supplied" == merged(empty(), typed, DAY).sections[section].state
    assert "supplied" == merged(empty(), NONE, DAY).sections[section].state
    assert "not-supplied" == merged(empty(), typed, DAY, whole=False).sections[section].state


def test_an_unreadable_section_is_completed_by_a_whole_answer_and_its_problem_stays() -> None:
    base = read_record(BUNDLE)
    assert "unreadable" == base.sections["allergy"].state
    whole = merged(base, form("allergies: none"), DAY)
    assert "supplied" == whole.sections["allergy"].state
    assert base.problems == whole.problems != ()
    assert "unreadable" == merged(base, form("allergies: [latex]"), DAY, whole=False).sections["allergy"].state


def test_what_was_supplied_stays_supplied() -> None:
    base = form("conditions: [asthma]")
    assert "supplied" == merged(base, form("medications: [a]"), DAY).sections["condition"].state


def test_typed_rows_stand_behind_the_others_under_a_name_of_their_own() -> None:
    twice = merged(merged(form("conditions: [a]"), form("conditions: [b]"), DAY), form("conditions: [c]"), DAY)
    assert ["a", "b", "c"] == [row.texts[0] for row in twice.tables["condition"]]
    assert 3 == len(sources(twice))


def test_a_typed_row_without_a_date_is_of_that_day_but_no_medication_begins_then() -> None:
    added = form("labs: {ANC: 2500 /uL}\nvaccines: [MMR]\nmedications: [anakinra]")
    whole = merged(read_record(BUNDLE), added, DAY)
    days = {name: rows[-1].when and rows[-1].when.text() for name, rows in whole.tables.items()}
    assert ("2026-11-22", "2026-11-22", None) == (days["observation"], days["immunization"], days["medication"])


def test_a_typed_date_is_kept() -> None:
    whole = merged(read_record(BUNDLE), form("labs: {ANC: {value: 2500 /uL, date: 2026-11-01}}"), DAY)
    assert "2026-11-01" == str(whole.tables["observation"][-1].when and whole.tables["observation"][-1].when.text())


def test_only_the_rows_struck_out_become_void() -> None:
    whole = merged(form("conditions: [a, b]"), empty(), DAY, struck=["conditions[1]"])
    assert ["current", "void"] == [row.standing for row in whole.tables["condition"]]


@pytest.mark.parametrize(
    ("known", "typed"),
    [
        ("birth_date: 1980-05-05", "birth_date: 1980-05-06"),
        ("birth_date: 1980-05", "birth_date: 1980-06-01"),
        ("birth_date: 1980-05-05", "age: 30 years"),
        ("age: 30 years", "birth_date: 1980-05-05"),
        ("birth_date: 2026-10-01", "age: 3 wk"),
        ("age: 30 years", "age: 31 years"),
        ("sex: female", "sex: male"),
        ("id: one", "id: two"),
    ],
)
def test_what_contradicts_the_record_is_an_error(known: str, typed: str) -> None:
    with pytest.raises(RecordError, match=r"was typed|as typed"):
        merged(form(known), form(typed), DAY)


@pytest.mark.parametrize(
    ("known", "typed", "birth", "age"),
    [
        ("sex: female", "birth_date: 1980-05-05", "1980-05-05", None),
        ("birth_date: 1980-05", "birth_date: 1980-05-05", "1980-05-05", None),
        ("birth_date: 1980-05-05", "birth_date: 1980", "1980-05-05", None),
        ("birth_date: 1980-05-05", "age: 46 years", "1980-05-05", (46.0, "years")),
        ("birth_date: 1980", "age: 46 years", "1980", (46.0, "years")),
        ("birth_date: 1980", "age: 45 years", "1980", (45.0, "years")),
        ("birth_date: 2026-11-01", "age: 3 wk", "2026-11-01", (3.0, "wk")),
        ("sex: female", "age: 46 years", None, (46.0, "years")),
    ],
)
def test_what_the_record_leaves_open_is_filled_in(known: str, typed: str, birth: str | None, age: Any) -> None:
    patient = merged(form(known), form(typed), DAY).patient
    assert (birth, age) == (patient.birth.text() if patient.birth is not None else None, patient.age)


def test_a_patient_who_died_stays_dead() -> None:
    base = read_record(b'{"resourceType": "Patient", "id": "p", "deceasedBoolean": true}')
    assert merged(base, form("sex: female"), DAY).patient.dead
