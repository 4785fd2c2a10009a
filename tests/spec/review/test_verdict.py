"""One word for the whole review: stop, cannot-tell, caution or go."""

from typing import Any

import msgspec
import pytest

from apothecary.record import Record
from apothecary.review import Review, Reviewer
from support import (
    ALC,
    AS_OF,
    CREATININE,
    HBSAG,
    MIGRAINE,
    PNEUMONIA,
    SEARCHED,
    TRIPTAN,
    WEIGHT,
    allergy,
    condition,
    order,
    result,
    whole,
)

WELL = (
    condition(MIGRAINE),
    result(ALC, 1500, "/uL"),
    result(HBSAG, valueString="negative"),
    result(CREATININE, 0.8, "mg/dL"),
    result(WEIGHT, 60, "kg"),
)
LOW = (*(row for row in WELL if row["code"] is not ALC), result(ALC, 400, "/uL"))
UNTESTED = tuple(row for row in WELL if row["code"] is not HBSAG)


def review(reviewer: Reviewer, *rows: dict[str, Any], **options: Any) -> Review:
    return reviewer.review(whole(*rows, **options), AS_OF)


def states(found: Review) -> set[tuple[str, str]]:
    return {(finding.severity, str(finding.status)) for finding in found.findings}


def test_go(reviewer: Reviewer) -> None:
    """`go`: every critical and every warning question is clear. What is only for information may apply."""
    found = review(reviewer, *WELL)
    assert "go" == found.verdict
    assert ("info", "applies") in states(found)


def test_caution_because_a_warning_applies(reviewer: Reviewer) -> None:
    """`caution`: a warning applies, and all critical questions are clear."""
    assert "caution" == review(reviewer, *WELL, order(TRIPTAN)).verdict


def test_caution_because_a_warning_is_unknown(reviewer: Reviewer) -> None:
    """`caution`: a warning is unknown, here for want of a weight, and all critical questions are clear."""
    found = review(reviewer, *WELL[:-1])
    assert {("critical", "clear")} == {state for state in states(found) if state[0] == "critical"}
    assert "caution" == found.verdict


def test_cannot_tell(reviewer: Reviewer) -> None:
    """`cannot-tell`: a critical question is unknown and none applies, whatever the warnings say."""
    assert "cannot-tell" == review(reviewer, *UNTESTED).verdict
    assert "cannot-tell" == review(reviewer, *UNTESTED, order(TRIPTAN)).verdict


def test_stop(reviewer: Reviewer) -> None:
    """`stop`: a critical finding applies, whatever else is unknown."""
    assert "stop" == review(reviewer, *WELL, condition(PNEUMONIA)).verdict
    assert "stop" == review(reviewer, condition(PNEUMONIA), leave_out=tuple(SEARCHED[1:])).verdict
    assert "stop" == review(reviewer, *LOW).verdict


@pytest.mark.parametrize(
    "kind", ["Condition", "MedicationRequest", "Observation", "AllergyIntolerance", "Immunization"]
)
def test_go_is_impossible_while_a_critical_question_is_open(reviewer: Reviewer, kind: str) -> None:
    """Leaving out any section that a critical question asks for makes the verdict cannot-tell."""
    rows = [row for row in WELL if row["resourceType"] != kind]
    found = review(reviewer, *rows, leave_out=(kind,))
    assert ("critical", "unknown") in states(found)
    assert "cannot-tell" == found.verdict


@pytest.mark.parametrize(
    "row",
    [
        condition({}),
        condition(PNEUMONIA, verified="unconfirmed"),
        condition(PNEUMONIA, onsetDateTime=17),
        allergy("zorvimab", "resolved"),
        order(None, medicationCodeableConcept=None, medicationReference={"reference": "Medication/gone"}),
        result(ALC, 12, "%", "2026-06-20"),
        result(HBSAG, when="2026-06-20", valueString="borderline"),
    ],
    ids=["opaque", "unconfirmed", "malformed", "resolved allergy", "unnamed drug", "no count", "no answer"],
)
def test_nothing_unreadable_looks_like_go(reviewer: Reviewer, row: dict[str, Any]) -> None:
    """One row that cannot be used where it matters keeps a healthy record from `go`."""
    assert "cannot-tell" == review(reviewer, *WELL, row).verdict


def test_an_empty_record_cannot_be_go(reviewer: Reviewer) -> None:
    """A record that only names the patient settles nothing."""
    found = review(reviewer, leave_out=SEARCHED)
    assert "cannot-tell" == found.verdict
    assert "applies" not in {status for severity, status in states(found) if severity == "critical"}


def test_a_review_reads_no_clock(reviewer: Reviewer) -> None:
    """The same record, knowledge and day give the same review."""
    record: Record = whole(*WELL)
    first = reviewer.review(record, AS_OF)
    reviewer.review(whole(condition(PNEUMONIA)), AS_OF)
    assert first == reviewer.review(record, AS_OF)


def test_no_rules_no_go(reviewer: Reviewer) -> None:
    """A monograph without a rule for the phase settles nothing."""
    nothing = Reviewer(msgspec.structs.replace(reviewer.monograph, rules={}))
    assert "cannot-tell" == nothing.review(whole(*WELL), AS_OF).verdict
