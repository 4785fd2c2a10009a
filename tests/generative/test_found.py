"""What generated tests have found or rarely reach, as small as it can be: each is asked in every run."""

from typing import Any, NamedTuple

import pytest
from patients import read, search
from rows import Json, resource
from strategies import AS_OF, MADE_UP, reviewer

from apothecary.record import read_record

DRUG = MADE_UP.name
WHO = {"resourceType": "Patient", "id": "p1", "birthDate": "1950-01-31", "gender": "male"}


def _result(name: str, when: str | None = "2026-06-20", **answer: Any) -> Json:
    return resource("Observation", status="final", code={"text": name}, effectiveDateTime=when, **answer)


def _number(
    name: str, value: float, unit: str | None, when: str | None = "2026-06-20", sign: str | None = None
) -> Json:
    quantity = {"value": value, "unit": unit, "comparator": sign}
    return _result(name, when, valueQuantity={key: part for key, part in quantity.items() if part is not None})


def _drug(when: str | None, status: Any = "active", name: str | None = DRUG) -> Json:
    code = {"text": name} if name else {"coding": [{"system": "urn:local", "code": "X1"}]}
    return resource("MedicationStatement", status=status, medicationCodeableConcept=code, effectiveDateTime=when)


def _all(section: str, *rows: Json, how: str = "searched") -> Json:
    return search(section, rows, how)


class Found(NamedTuple):
    """A rule that the resources beside the patient leave open, and the phase."""

    rule: str
    resources: tuple[Json, ...]
    phase: Any = "considering"


NO_ALLERGY = resource("AllergyIntolerance", code={"text": "nkda"})
LATER_ALLERGY = resource("AllergyIntolerance", code={"text": DRUG}, recordedDate="2026-07-01")
SICKNESS = resource("Condition", code={"text": "serum sickness"}, onsetDateTime="2026-03-01")
DRUG_NOW = _drug("2026-06-01")
PAGE = _all("medication", DRUG_NOW, how="paged")
LOW, LIMIT = _number("alc", 500, "/uL", sign="<"), _number("alc", 500, "/uL")
SOME_DAY, NO_DAY = _number("alc", 100, "/uL", "2026-06"), _number("alc", 100, "/uL", None)
PANEL = {**_result("panel"), "status": 5, "component": [_number("alc", 100, "/uL")]}
NEGATIVE, MAYBE = _number("hbsag", 0.05, "[IU]/mL", sign="<"), _number("hbsag", 0.06, "[IU]/mL", sign="<=")
SHARE = _number("lymphocytes percent", 20, None)
HEAVY = _number("weight", 20, "kg", sign=">=")
OPEN = {
    "an allergy recorded after the review": Found("allergy-history", (_all("condition"), LATER_ALLERGY)),
    "a row of the drug that cannot be read": Found("first-weeks", (_drug("2025-01-01", 5), DRUG_NOW), "on-therapy"),
    "a row of the drug without a date": Found("first-weeks", (_drug(None), DRUG_NOW), "on-therapy"),
    "a row that may be the drug": Found("first-weeks", (_drug("2025-01-01", name=None), DRUG_NOW), "on-therapy"),
    "a start that may stand on the next page": Found("first-weeks", (PAGE,), "on-therapy"),
    "a reaction before what may not be the start": Found("allergy-history", (SICKNESS, NO_ALLERGY, PAGE), "on-therapy"),
    "a share without unit": Found("lymphocytes-missing", (_all("observation", _number("wbc", 5000, "/uL"), SHARE),)),
    "a count of some day in the month beside one of a day": Found(
        "lymphopenia", (_number("alc", 900, "/uL"), SOME_DAY)
    ),
    "a count without a date beside one of a day": Found("lymphopenia", (_number("alc", 900, "/uL"), NO_DAY)),
    "a newer panel that cannot be read": Found("lymphopenia", (_number("alc", 900, "/uL", "2026-06-01"), PANEL)),
    "a count below its limit and on it": Found("lymphopenia", (LOW, LIMIT)),
    "a negative test and one that may be positive": Found("hepatitis-b", (NEGATIVE, MAYBE)),
    "a negative test and a number without unit": Found("hepatitis-b", (NEGATIVE, _number("hbsag", 50, None))),
    "a weight that may be any from 20 kg": Found("renal-severe", (_number("creatinine", 1.2, "mg/dL"), HEAVY)),
}


def _status(case: Found) -> str:
    record = read([{"resource": one} for one in (WHO, *case.resources)])
    review = reviewer(DRUG).review(record, AS_OF, case.phase)
    return next(finding.status.value for finding in review.findings if finding.id == case.rule)


@pytest.mark.parametrize("case", OPEN.values(), ids=OPEN)
def test_it_is_unknown(case: Found) -> None:
    assert "unknown" == _status(case)


@pytest.mark.parametrize("case", OPEN.values(), ids=OPEN)
def test_it_is_unknown_in_the_other_order_too(case: Found) -> None:
    assert "unknown" == _status(case._replace(resources=case.resources[::-1]))


def test_a_weight_alone_is_no_source_of_renal_function() -> None:
    assert "clear" == _status(Found("renal-disagree", (_all("observation", _number("weight", 70, "kg")),)))


def test_two_sources_that_conflict_are_not_settled_by_leaving_out_the_age() -> None:
    resources = (
        _number("creatinine clearance", 45, "mL/min"),
        _number("creatinine", 4, "mg/dL"),
        _number("weight", 70, "kg"),
    )
    whole, less = read([{"resource": one} for one in (WHO, *resources)]), read([{"resource": one} for one in resources])
    found = [
        {finding.id: finding.status.value for finding in reviewer(DRUG).review(record, AS_OF, "considering").findings}
        for record in (whole, less)
    ]
    assert ["unknown", "unknown"] == [statuses["renal-severe"] for statuses in found]


def test_allergies_typed_for_a_later_day_say_nothing_of_today() -> None:
    record = read_record(b"conditions: none\nallergies: [{name: zorvimab, start: 2026-07-01}]\n")
    findings = reviewer(DRUG).review(record, AS_OF, "considering").findings
    assert ["unknown"] == [finding.status.value for finding in findings if finding.id == "allergy-history"]


def test_a_start_on_a_day_is_that_day_when_the_other_row_names_the_month() -> None:
    given = resource("Immunization", status="completed", vaccineCode={"text": "mmr"}, occurrenceDateTime="2026-06-01")
    case = Found("live-vaccine", (_drug("2026-06"), DRUG_NOW, given), "on-therapy")
    assert ["applies"] * 2 == [_status(case), _status(case._replace(resources=case.resources[::-1]))]


def test_the_test_that_is_shown_is_the_same_in_any_order() -> None:
    partial = _result("hbsag", "2026", id="a", valueString="negative")
    whole = _result("hbsag", "2026-06-01", id="b", valueString="not detected")
    shown = []
    for resources in ((partial, whole), (whole, partial)):
        record = read([{"resource": one} for one in resources])
        findings = reviewer(DRUG).review(record, AS_OF, "considering").findings
        shown += [set(finding.because) for finding in findings if finding.id == "hepatitis-b-untested"]
    assert shown[0] == shown[1]
