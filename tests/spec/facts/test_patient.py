"""Who the record is about: one living patient, or no review."""

from datetime import date
from typing import Any

import pytest

from apothecary.record import RecordError, read_record
from apothecary.review import Reviewer
from support import AS_OF, MIGRAINE, answer, bundle, condition, finding, patient, read, whole


def refused(*resources: dict[str, Any]) -> str:
    with pytest.raises(RecordError) as error:
        read(bundle(*resources))
    return error.value.code


@pytest.mark.parametrize(
    "fields", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-06-29"}, {"deceasedDateTime": "2026"}]
)
def test_a_dead_patient(reviewer: Reviewer, fields: dict[str, Any]) -> None:
    """A patient who has died is not reviewed."""
    with pytest.raises(RecordError) as error:
        reviewer.review(whole(who=patient(**fields)), AS_OF)
    assert "dead" == error.value.code


@pytest.mark.parametrize("fields", [{"deceasedBoolean": False}, {"deceasedDateTime": "2026-07-01"}])
def test_a_living_patient(reviewer: Reviewer, fields: dict[str, Any]) -> None:
    """A patient who died after the day of the review was alive on that day."""
    assert AS_OF == reviewer.review(whole(who=patient(**fields)), AS_OF).as_of


def test_a_patient_not_born(reviewer: Reviewer) -> None:
    """A day of review before the date of birth is an error."""
    with pytest.raises(RecordError) as error:
        reviewer.review(whole(who=patient("2020-01-01")), date(2019, 12, 31))
    assert "not-born" == error.value.code


def test_several_patients() -> None:
    """A record with two patients is refused."""
    assert "several-patients" == refused(patient(), patient(id="p2"))


def test_the_same_patient_twice() -> None:
    """The same patient sent twice is one patient."""
    assert "p1" == read(bundle(patient(), patient())).patient.id


def test_rows_of_another_patient() -> None:
    """One row of another patient makes the record unusable: whose are the others?"""
    assert "wrong-patient" == refused(patient(), condition(MIGRAINE, subject={"reference": "Patient/p2"}))


def test_rows_of_several_patients() -> None:
    """Rows of two patients are refused although no Patient resource is there."""
    rows = [condition(MIGRAINE, subject={"reference": f"Patient/{name}"}) for name in ("p1", "p2")]
    assert "several-patients" == refused(*rows)


@pytest.mark.parametrize(
    "reference",
    ["Patient/p1", "https://ehr.example/fhir/Patient/p1", "Patient/p1/_history/3", "urn:uuid:0"],
)
def test_ways_to_point_to_the_patient(reference: str) -> None:
    """A row may point to the patient by a relative, an absolute or a versioned reference, or by the full URL."""
    record = read(bundle(patient(), condition(MIGRAINE, subject={"reference": reference})))
    assert "applies" == answer({"condition": "cond-migraine"}, record)


def test_a_row_of_a_group() -> None:
    """A row whose subject is no patient is read and listed as a problem."""
    record = read(bundle(patient(), condition(MIGRAINE, subject={"reference": "Group/g1"})))
    assert ["not-a-patient"] == [problem.code for problem in record.problems]


def test_rows_without_a_subject() -> None:
    """A row that names no subject is taken for the patient's."""
    record = read(bundle(patient(), condition(MIGRAINE, subject=None)))
    assert "applies" == answer({"condition": "cond-migraine"}, record)


@pytest.mark.parametrize(
    ("sex", "expected"),
    [("female", "applies"), ("male", "clear"), ("other", "unknown"), ("unknown", "unknown"), (None, "unknown")],
)
def test_sex(sex: str | None, expected: str) -> None:
    """Sex is female or male as recorded; anything else leaves questions about it unknown."""
    assert expected == answer({"sex": "female"}, whole(who=patient(sex=sex)))


def test_a_missing_sex_is_asked_for() -> None:
    """The need of a missing sex is to record it."""
    needs = finding({"sex": "female"}, whole(who=patient(sex=None))).needs
    assert [("sex", "missing", "Record the sex (female or male).")] == [(n.fact, n.why, n.how) for n in needs]


@pytest.mark.parametrize("birth", [None, "05/05/1980"])
def test_a_date_of_birth_that_is_missing_or_unreadable(birth: str | None) -> None:
    """Without a readable date of birth the age is unknown."""
    record = whole(who=patient(birth))
    assert "unknown" == answer({"compare": {"quantity": "age", "below": "adult-age"}}, record)


def test_an_unreadable_date_of_birth_is_a_problem() -> None:
    """A date of birth that is no date is listed as a problem."""
    assert ["not-a-date"] == [problem.code for problem in whole(who=patient("05/05/1980")).problems]


def test_a_malformed_patient() -> None:
    """A Patient that cannot be read costs the questions of age and sex, not those of the rest of the record."""
    record = whole(condition(MIGRAINE), who=patient(birthDate=1980))
    assert "unknown" == answer({"sex": "female"}, record)
    assert "applies" == answer({"condition": "cond-migraine"}, record)


def test_no_patient_resource() -> None:
    """A record without a Patient is reviewed; age and sex are not supplied."""
    record = read(bundle(condition(MIGRAINE)))
    assert "applies" == answer({"condition": "cond-migraine"}, record)
    assert "not-supplied" == finding({"sex": "female"}, record).needs[0].why


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"{",
        b"[]",
        b'{"resourceType": "OperationOutcome", "issue": [{"code": "login"}]}',
        b'{"resourceType": "Bundle", "type": "collection"}',
        b'{"resourceType": "Encounter", "id": "e1"}',
        b"just a sentence",
        b"\xff\xfe",
    ],
)
def test_what_is_no_record(data: bytes) -> None:
    """What holds nothing about a patient is an error with one sentence, never an empty record."""
    with pytest.raises(RecordError) as error:
        read_record(data)
    assert "unreadable" == error.value.code
