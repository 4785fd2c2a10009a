"""What must not matter to a review does not matter: order, spelling, repetition, noise, what lies ahead."""

import re
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from patients import Patient, patients, read, search
from rows import Json, respelled, spellings
from strategies import AS_OF, DRUGS, PHASES, SETTINGS, Draw, drugs, monograph, reviewer

from apothecary.record import Record
from apothecary.review import Review, Reviewer

_PLACE = re.compile(r"(\.?\w*\.?entry\[\d+\])+")
dice = st.integers(0, 2**24).map(Random)
any_phase = st.sampled_from((None, *PHASES))


def statuses(review: Review) -> dict[str, str]:
    """What a review comes to: every finding, every use, the phase and the verdict."""
    found = {finding.id: finding.status.value for finding in review.findings}
    uses = {f"use {use.id}": use.status.value for use in review.indications}
    return {**found, **uses, "phase": review.phase, "verdict": review.verdict}


def told(review: Review, hows: bool = True) -> dict[str, Any]:
    """Everything a review says of its findings and uses, whatever the order of facts and needs.

    Places such as `Bundle.entry[3]` are left out: they tell where a page of a search result stands. Without `hows`
    so is how to get a fact: where several rows stand in the way, it names the first.
    """
    items: tuple[Any, ...] = (*review.findings, *review.indications)
    said = {
        item.id: (
            item.status,
            frozenset(item.because),
            {(need.fact, need.why, _PLACE.sub("", need.how) if hows else "") for need in item.needs},
        )
        for item in items
    }
    actions = {finding.id: (finding.action, finding.exception) for finding in review.findings}
    problems = {(problem.code, _PLACE.sub("", problem.message)) for problem in review.problems}
    return {"said": said, "actions": actions, "problems": problems, "phase": review.phase, "verdict": review.verdict}


def reviewed(drug: str, record: Record, phase: Any = None) -> Review:
    """The review of a record as of the day all generated tests share."""
    return reviewer(drug).review(record, AS_OF, phase)


@st.composite
def cases(draw: Draw[Any], whole: bool = False, crowded: bool = False) -> tuple[str, Patient, Any]:
    """A drug, a patient, and a phase or none."""
    drug = draw(drugs)
    return drug, draw(patients(drug, whole=whole, crowded=crowded)), draw(any_phase)


# --- the same record, written otherwise -----------------------------------------------------------------------------


@settings(SETTINGS, max_examples=600)
@given(cases() | cases(crowded=True), dice)
def test_the_order_of_entries_changes_nothing(case: tuple[str, Patient, Any], rng: Random) -> None:
    drug, patient, phase = case
    other = patient
    for section, resources in patient.rows.items():
        other = other.having(section, *rng.sample(resources, len(resources)))
    entries = other.entries()
    rng.shuffle(entries)
    before, after = reviewed(drug, patient.read(), phase), reviewed(drug, read(entries), phase)
    assert statuses(before) == statuses(after)
    assert told(before, hows=False) == told(after, hows=False)


@settings(SETTINGS, max_examples=150)
@given(cases())
def test_saying_everything_twice_changes_nothing(case: tuple[str, Patient, Any]) -> None:
    drug, patient, phase = case
    once, entries = reviewed(drug, patient.read(), phase), patient.entries()
    assert told(once) == told(reviewed(drug, read([*entries, *entries]), phase))
    for section, resources in patient.rows.items():
        again = patient.having(section, *resources, *resources)
        assert told(once) == told(reviewed(drug, again.read(), phase)), section


@settings(SETTINGS, max_examples=100)
@given(cases())
def test_saying_everything_twice_without_ids_changes_no_status(case: tuple[str, Patient, Any]) -> None:
    drug, patient, phase = case
    once = twice = patient
    for section, resources in patient.rows.items():
        nameless = [{name: value for name, value in r.items() if name != "id"} for r in resources]
        once, twice = once.having(section, *nameless), twice.having(section, *nameless, *nameless)
    assert statuses(reviewed(drug, once.read(), phase)) == statuses(reviewed(drug, twice.read(), phase))


IRRELEVANT: tuple[Json, ...] = (
    {"resourceType": "Encounter", "id": "e", "status": "finished", "subject": {"reference": "Patient/p1"}},
    {"resourceType": "Claim", "id": "c", "patient": {"reference": "Patient/p1"}, "total": {"value": 12}},
    {"resourceType": "Coverage", "id": "v", "status": {"not": "a text"}, "code": 5, "section": "none"},
    {"resourceType": "DiagnosticReport", "id": "d", "code": {"text": "panel"}, "date": 2026, "issued": []},
    {"resourceType": "Practitioner", "id": "p", "gender": "male", "birthDate": "1960-01-01"},
)


@settings(SETTINGS, max_examples=150)
@given(cases(), st.sampled_from(IRRELEVANT), dice)
def test_a_resource_that_is_not_read_changes_nothing(case: tuple[str, Patient, Any], noise: Json, rng: Random) -> None:
    drug, patient, phase = case
    entries = patient.entries()
    entries.insert(rng.randint(0, len(entries)), {"resource": noise})
    assert told(reviewed(drug, patient.read(), phase)) == told(reviewed(drug, read(entries), phase))


def _quantities(value: Any) -> Iterator[Json]:
    """Every quantity anywhere in a structure."""
    if isinstance(value, dict):
        if "value" in value:
            yield value
        for inner in value.values():
            yield from _quantities(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _quantities(inner)


@settings(SETTINGS, max_examples=300)
@given(cases(), dice)
def test_the_spelling_of_units_changes_no_status(case: tuple[str, Patient, Any], rng: Random) -> None:
    drug, patient, phase = case
    other = deepcopy(patient)
    for quantity in _quantities(other.rows["observation"]):
        unit = quantity.get("code") or quantity.get("unit") or ""
        new = respelled({**quantity}, rng.choice(spellings(unit)), rng.randrange(3))
        quantity.clear()
        quantity.update(new)
    assert statuses(reviewed(drug, patient.read(), phase)) == statuses(reviewed(drug, other.read(), phase))


# --- what lies ahead ------------------------------------------------------------------------------------------------

_DATED = {
    "Condition": "onsetDateTime",
    "AdverseEvent": "date",
    "MedicationRequest": "authoredOn",
    "MedicationStatement": "effectiveDateTime",
    "MedicationAdministration": "effectiveDateTime",
    "MedicationDispense": "whenHandedOver",
    "AllergyIntolerance": "recordedDate",
    "Immunization": "occurrenceDateTime",
    "ImmunizationRecommendation": "date",
    "ServiceRequest": "authoredOn",
    "Procedure": "performedDateTime",
    "Observation": "effectiveDateTime",
}


@settings(SETTINGS, max_examples=300)
@given(cases(whole=True), st.sampled_from(("2026-07-01", "2026-07", "2027", "2026-07-01T00:00:00Z")), dice)
def test_a_row_of_a_later_day_counts_as_little_as_none(case: tuple[str, Patient, Any], later: str, rng: Random) -> None:
    drug, patient, phase = case
    section = rng.choice(list(patient.rows))
    kept: list[Json] = list(patient.rows[section])
    moved: list[Json] = []
    if kept:
        row = kept.pop(rng.randrange(len(kept)))
        assume(row.get("status") != "intended")  # a plan counts although it speaks of a coming day
        moved = [{**row, "recordedDate": later, _DATED[row["resourceType"]]: later}]
        moved[0].pop("effectivePeriod", None)
    ahead, gone = patient.having(section, *kept, *moved), patient.having(section, *kept)
    assert statuses(reviewed(drug, gone.read(), phase)) == statuses(reviewed(drug, ahead.read(), phase))


# --- a review by itself ---------------------------------------------------------------------------------------------


@settings(SETTINGS, max_examples=100)
@given(cases(), cases())
def test_a_review_depends_on_nothing_before_it(one: tuple[str, Patient, Any], two: tuple[str, Patient, Any]) -> None:
    drug, patient, phase = one
    record, other = patient.read(), two[1].read()
    first = reviewed(drug, record, phase)
    reviewed(drug, other, two[2])
    assert first == reviewed(drug, record, phase) == reviewed(drug, patient.read(), phase)


@settings(SETTINGS, max_examples=100)
@given(patients(DRUGS[0]), any_phase)
def test_a_used_reviewer_says_what_a_new_one_says(patient: Patient, phase: Any) -> None:
    record = patient.read()
    new = Reviewer(monograph(DRUGS[0])).review(record, AS_OF, phase)
    assert new == reviewed(DRUGS[0], record, phase)


@settings(SETTINGS, max_examples=100)
@given(cases(whole=True))
def test_a_section_may_be_searched_in_parts(case: tuple[str, Patient, Any]) -> None:
    """One search result with all rows, or one for each row beside an empty one, is the same record."""
    drug, patient, phase = case
    parts: list[tuple[str, tuple[Json, ...]]] = [
        (section, (row,)) for section, rows in patient.rows.items() for row in rows
    ]
    parts += [(section, ()) for section in patient.rows]
    entries = [{"resource": one} for one in (patient.who, *(search(section, rows) for section, rows in parts))]
    assert statuses(reviewed(drug, patient.read(), phase)) == statuses(reviewed(drug, read(entries), phase))
