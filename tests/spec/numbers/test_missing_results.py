"""`missing` asks whether there is no usable result; one that cannot be judged leaves the question open."""

from typing import Any

import pytest

from support import ALC, CREATININE, HBSAG, WEIGHT, answer, coded, result, whole

NO_COUNT = {"missing": {"of": "alc", "within": "alc-window"}}  # three months
NO_TEST = {"missing": "hbv-test"}
NO_RECENT_TEST = {"missing": {"of": "hbv-test", "within": "hbv-window"}}  # twelve months


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "applies"),
        ([result(ALC, 900, "/uL", "2026-06-01")], "clear"),
        ([result(ALC, 900, "/uL", "2026-03-29")], "applies"),
        ([result(ALC, 900, "/uL", "2026-03")], "unknown"),
        ([result(ALC, 900, "/uL", None)], "unknown"),
        ([result(ALC, 9, "%", "2026-06-01")], "unknown"),
        ([result(ALC, 900, None, "2026-06-01")], "unknown"),
        ([result(ALC, when="2026-06-01", dataAbsentReason={"text": "lost"})], "applies"),
        ([result(ALC, 900, "/uL", "2026-06-01", status="entered-in-error")], "applies"),
        ([result(ALC, 400, "/uL", "2026-06-01"), result(ALC, 900, "/uL", "2026-06-01")], "clear"),
    ],
    ids=["none", "recent", "old", "edge", "undated", "unusable", "no unit", "no value", "mistaken", "conflicting"],
)
def test_a_missing_quantity(rows: list[dict[str, Any]], expected: str) -> None:
    """A quantity is missing when nothing usable is recorded in the window."""
    assert expected == answer(NO_COUNT, whole(*rows))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "applies"),
        ([result(HBSAG, when="2001-01-01", valueString="negative")], "clear"),
        ([result(HBSAG, when="2026-06-01", valueString="positive")], "clear"),
        ([result(HBSAG, when="2026-06-01", valueString="indeterminate")], "unknown"),
        ([result(HBSAG, when="2026-06-01", dataAbsentReason={"text": "lost"})], "applies"),
    ],
    ids=["none", "old", "recent", "no answer", "no value"],
)
def test_a_missing_test(rows: list[dict[str, Any]], expected: str) -> None:
    """A test is missing when no result gives an answer; one that gives none leaves the question open."""
    assert expected == answer(NO_TEST, whole(*rows))


@pytest.mark.parametrize(
    ("when", "expected"), [("2025-06-30", "clear"), ("2025-06-29", "applies"), ("2025", "unknown"), (None, "unknown")]
)
def test_a_missing_recent_test(when: str | None, expected: str) -> None:
    """With a window, a test is missing when its results are older than that."""
    assert expected == answer(NO_RECENT_TEST, whole(result(HBSAG, when=when, valueString="negative")))


@pytest.mark.parametrize("when", [NO_COUNT, NO_TEST, NO_RECENT_TEST])
def test_results_that_were_not_supplied(when: Any) -> None:
    """When results were not supplied, nothing is called missing."""
    assert "unknown" == answer(when, whole(leave_out=("Observation",)))


def test_a_derived_quantity_is_not_missing() -> None:
    """A count that can be derived from a total and a share is not missing."""
    rows = (result(coded("loinc", "6690-2"), 5, "10*3/uL"), result(coded("loinc", "736-9"), 20, "%"))
    assert "clear" == answer(NO_COUNT, whole(*rows))


def test_a_clearance() -> None:
    """A clearance that is neither reported nor can be estimated is missing."""
    when = {"missing": "creatinine-clearance"}
    assert "applies" == answer(when, whole())
    assert "clear" == answer(when, whole(result(CREATININE, 1, "mg/dL"), result(WEIGHT, 70, "kg")))
