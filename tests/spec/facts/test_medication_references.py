"""Where the name of a drug may stand: in the row, in a Medication it points to, or in the ingredients of that."""

from typing import Any

import pytest

from support import TRIPTAN, answer, bundle, finding, order, patient, read, resource

CURRENT = {"takes": "drug-triptan"}
MEDICATION = {"resourceType": "Medication", "id": "m1", "code": TRIPTAN}


def asked(*resources: dict[str, Any]) -> str:
    return answer(CURRENT, read(bundle(patient(), *resources)))


def pointing(reference: str | None, **fields: Any) -> dict[str, Any]:
    pointer = {"reference": reference} if reference else {}
    return order(None, medicationCodeableConcept=None, medicationReference={**pointer, **fields})


@pytest.mark.parametrize(
    "reference",
    ["Medication/m1", "https://ehr.example/fhir/Medication/m1", "Medication/m1/_history/2", "urn:uuid:2"],
)
def test_a_reference_to_a_medication(reference: str) -> None:
    """An order may point to a Medication of the record by its id, its address, a version, or its full URL."""
    assert "applies" == asked(pointing(reference), MEDICATION)


def test_a_contained_medication() -> None:
    """The Medication may stand inside the order."""
    inside = {**pointing("#m1"), "contained": [MEDICATION]}
    assert "applies" == asked(inside)


def test_the_order_of_entries_does_not_matter() -> None:
    """A Medication may stand before or after the order that points to it."""
    assert "applies" == asked(MEDICATION, pointing("Medication/m1"))


@pytest.mark.parametrize(
    "ingredient",
    [
        {"itemCodeableConcept": TRIPTAN},
        {"item": {"concept": TRIPTAN}},
        {"itemCodeableConcept": {"text": "Sumatriptan"}},
    ],
)
def test_ingredients(ingredient: dict[str, Any]) -> None:
    """A drug may be named by the ingredients of a Medication."""
    product = {"resourceType": "Medication", "id": "m1", "ingredient": [ingredient]}
    assert "applies" == asked(pointing("Medication/m1"), product)


def test_inactive_ingredients() -> None:
    """An inactive ingredient is not what is taken."""
    inactive = {"itemCodeableConcept": TRIPTAN, "isActive": False}
    product = {"resourceType": "Medication", "id": "m1", "code": {"text": "paracetamol"}, "ingredient": [inactive]}
    assert "clear" == asked(pointing("Medication/m1"), product)


def test_the_display_of_a_reference() -> None:
    """A reference that leads nowhere still counts by its display."""
    assert "applies" == asked(pointing("Medication/gone", display="Sumatriptan 50 mg"))


def test_a_reference_that_leads_nowhere() -> None:
    """An order that points to a Medication not in the record may be of any drug, so every question stays open."""
    assert "unknown" == asked(pointing("Medication/gone"))


def test_a_contained_medication_without_a_name() -> None:
    """So does an order of a Medication that has no name."""
    assert "unknown" == asked({**pointing("#m1"), "contained": [{"resourceType": "Medication", "id": "m1"}]})


@pytest.mark.parametrize(
    "medication",
    [{"concept": TRIPTAN}, {"reference": {"reference": "Medication/m1"}}, {"reference": {"display": "sumatriptan"}}],
)
def test_the_newer_spelling(medication: dict[str, Any]) -> None:
    """The fifth release of FHIR writes `medication` with a concept or a reference inside."""
    assert "applies" == asked(order(None, medicationCodeableConcept=None, medication=medication), MEDICATION)


def test_the_need_names_the_row() -> None:
    """The need of an order of an unknown drug names the order."""
    record = read(bundle(patient(), {**pointing("Medication/gone"), "id": "o9"}))
    assert ["unreadable"] == [need.why for need in finding(CURRENT, record).needs]
    assert "MedicationRequest/o9" in finding(CURRENT, record).needs[0].how


def test_a_medication_alone_is_not_taken() -> None:
    """A Medication to which nothing points is taken by nobody, and supplies no section."""
    record = read(bundle(patient(), MEDICATION))
    assert ("unknown", "not-supplied") == (answer(CURRENT, record), record.sections["medication"].state)


def test_the_form_of_a_medication() -> None:
    """Words of the dose form can exclude a drug from a set, as `nasal` does here."""
    spray = {**MEDICATION, "form": {"text": "Nasal spray"}}
    assert "clear" == asked(pointing("Medication/m1"), spray)


@pytest.mark.parametrize("field", ["dosageInstruction", "dosage"])
def test_the_route(field: str) -> None:
    """So can the route of administration."""
    kind = "MedicationRequest" if field == "dosageInstruction" else "MedicationStatement"
    row = resource(kind, status="active", medicationCodeableConcept=TRIPTAN, **{field: [{"route": {"text": "Nasal"}}]})
    assert "clear" == asked(row)
