"""Nothing there: when an empty section is a known none, and when it only means that nobody asked."""

from typing import Any

import pytest

from support import NO_ALLERGIES, allergy, answer, bundle, coded, patient, read, resource, search, whole

ZORVIMAB = {"allergy": "allergy-zorvimab"}


def state(section: str, *parts: Any) -> str:
    return read(bundle(patient(), *parts)).sections[section].state  # type: ignore[index]


def test_an_empty_allergy_list() -> None:
    """An allergy list that is empty, with no statement that there are none, is unknown: often nobody has asked."""
    assert "not-supplied" == state("allergy", search("AllergyIntolerance"))
    assert "unknown" == answer(ZORVIMAB, read(bundle(patient(), search("AllergyIntolerance"))))


@pytest.mark.parametrize(
    "what",
    [
        coded("absent", "no-known-allergies"),
        coded("absent", "no-known-medication-allergies"),
        coded("snomed", "716186003", "No known allergy"),
        coded("snomed", "409137002", "No known drug allergy"),
        "No Known Allergies",
        "No known drug allergies.",
        "NKA",
        "NKDA",
    ],
    ids=lambda w: w if isinstance(w, str) else w["coding"][0]["code"],
)
def test_no_known_allergies(what: Any) -> None:
    """A statement of no known allergies, or of no known drug allergies, is a known none."""
    assert "clear" == answer(ZORVIMAB, read(bundle(patient(), allergy(what, None, None))))


@pytest.mark.parametrize(
    "what",
    [
        coded("absent", "no-allergy-info"),
        coded("absent", "no-known-food-allergies"),
        coded("absent", "no-known-environmental-allergies"),
        coded("snomed", "429625007", "No known food allergy"),
        coded("snomed", "428607008", "No known environmental allergy"),
    ],
    ids=lambda w: w["coding"][0]["code"],
)
def test_statements_that_do_not_cover_drugs(what: Any) -> None:
    """No information, or no known food or environmental allergy, says nothing about drugs."""
    assert "unknown" == answer(ZORVIMAB, read(bundle(patient(), allergy(what, None, None))))


@pytest.mark.parametrize("verified", ["entered-in-error", "refuted"])
def test_a_refuted_statement(verified: str) -> None:
    """A statement of no known allergies that was refuted or entered in error counts for nothing."""
    denied = allergy(coded("absent", "no-known-allergies"), None, verified)
    assert "unknown" == answer(ZORVIMAB, read(bundle(patient(), denied)))


def test_a_statement_beside_an_allergy() -> None:
    """A recorded allergy counts although another entry says that there are none."""
    assert "applies" == answer(ZORVIMAB, whole(NO_ALLERGIES, allergy("zorvimab")))


def test_an_allergy_to_something_else() -> None:
    """A list with another allergy was asked for, so what is not on it is a known no."""
    assert "clear" == answer(ZORVIMAB, read(bundle(patient(), allergy("penicillin"))))


@pytest.mark.parametrize(
    ("code", "section", "when"),
    [
        ("no-known-problems", "condition", {"condition": "cond-migraine"}),
        ("no-known-medications", "medication", {"takes": "drug-triptan"}),
        ("no-known-procedures", "procedure", {"procedure": "proc-plasma-exchange"}),
        ("no-known-immunizations", "immunization", None),
    ],
)
def test_no_known_entries_of_other_sections(code: str, section: str, when: Any) -> None:
    """Other sections have such statements too."""
    record = read(bundle(patient(), _saying(code, section)))
    assert ("supplied", "stated to be none") == (record.sections[section].state, record.sections[section].reason)  # type: ignore[index]
    assert when is None or "clear" == answer(when, record)


@pytest.mark.parametrize(
    ("code", "section"),
    [
        ("no-problem-info", "condition"),
        ("no-medication-info", "medication"),
        ("no-procedure-info", "procedure"),
        ("no-immunization-info", "immunization"),
    ],
)
def test_no_information(code: str, section: str) -> None:
    """An entry that says "no information" leaves its section not supplied."""
    assert "not-supplied" == state(section, _saying(code, section))


def _saying(code: str, section: str) -> dict[str, Any]:
    kind, field = {
        "condition": ("Condition", "code"), "medication": ("MedicationStatement", "medicationCodeableConcept"),
        "procedure": ("Procedure", "code"), "immunization": ("Immunization", "vaccineCode"),
    }[section]  # fmt: skip
    return resource(kind, status="completed", **{field: coded("absent", code)})


SECTION_CODES = {
    "allergy": "48765-2", "medication": "10160-0", "condition": "11450-4",
    "immunization": "11369-6", "procedure": "47519-4",
}  # fmt: skip


def _document(section: str, reason: str) -> dict[str, Any]:
    part = {"code": coded("loinc", SECTION_CODES[section]), "emptyReason": {"coding": [{"code": reason}]}}
    return {"resourceType": "Composition", "subject": {"reference": "Patient/p1"}, "section": [part]}


@pytest.mark.parametrize("section", SECTION_CODES)
def test_a_patient_summary_says_nil_known(section: str) -> None:
    """A section of a patient summary that is empty because nil is known is a known none, for allergies too."""
    assert "supplied" == state(section, _document(section, "nilknown"))


@pytest.mark.parametrize("reason", ["notasked", "unavailable", "withheld", "notstarted", "closed"])
@pytest.mark.parametrize("section", SECTION_CODES)
def test_a_patient_summary_gives_another_reason(section: str, reason: str) -> None:
    """Every other reason for an empty section, such as not asked or unavailable, leaves it not supplied."""
    assert "not-supplied" == state(section, _document(section, reason))


def test_a_reason_is_passed_on() -> None:
    """The need repeats the reason that the record gave."""
    record = read(bundle(patient(), _document("condition", "notasked")))
    assert "the record says: notasked" == record.sections["condition"].reason


@pytest.mark.parametrize(("reason", "expected"), [("nilknown", "supplied"), ("notasked", "not-supplied")])
def test_lists_that_servers_keep(reason: str, expected: str) -> None:
    """A List resource of a section gives its empty reason in the same way."""
    kept = resource(
        "List", status="current", code=coded("loinc", "52472-8"), emptyReason={"coding": [{"code": reason}]}
    )
    assert expected == state("allergy", kept)
