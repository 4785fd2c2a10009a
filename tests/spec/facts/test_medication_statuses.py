"""Statuses of orders, statements, doses and dispenses decide whether a drug is taken, was taken, or was not."""

from typing import Any

import pytest

from support import TRIPTAN, answer, dose, order, resource, whole

CURRENT, EVER = {"takes": "drug-triptan"}, {"takes": {"set": "drug-triptan", "standing": "ever"}}


def asked(row: dict[str, Any]) -> tuple[str, str]:
    """Taken now, and taken ever."""
    record = whole(row)
    return answer(CURRENT, record), answer(EVER, record)


@pytest.mark.parametrize(
    ("status", "now", "ever"),
    [
        ("active", "applies", "applies"),
        ("completed", "clear", "applies"),
        ("stopped", "clear", "applies"),
        ("ended", "clear", "applies"),
        ("on-hold", "unknown", "applies"),
        ("unknown", "unknown", "applies"),
        (None, "unknown", "applies"),
        ("draft", "clear", "clear"),
        ("cancelled", "clear", "clear"),
        ("entered-in-error", "clear", "clear"),
    ],
)
def test_the_status_of_an_order(status: str | None, now: str, ever: str) -> None:
    """An active order is taken; a stopped or completed one was; one on hold leaves open whether it is taken now."""
    assert (now, ever) == asked(order(TRIPTAN, status))


@pytest.mark.parametrize("intent", ["proposal", "plan", "option"])
def test_a_proposal(intent: str) -> None:
    """A proposal, a plan or an option is not taken, although it is active."""
    assert ("clear", "clear") == asked(order(TRIPTAN, intent=intent))


@pytest.mark.parametrize("intent", ["order", "original-order", "reflex-order", "filler-order", "instance-order"])
def test_an_order_by_intent(intent: str) -> None:
    """Orders of every kind are orders."""
    assert ("applies", "applies") == asked(order(TRIPTAN, intent=intent))


def test_do_not_perform() -> None:
    """An order not to give a drug is not taking it."""
    assert ("clear", "clear") == asked(order(TRIPTAN, doNotPerform=True))


@pytest.mark.parametrize(
    ("status", "now", "ever"),
    [
        ("active", "applies", "applies"),
        ("recorded", "applies", "applies"),
        ("completed", "clear", "applies"),
        ("stopped", "clear", "applies"),
        ("on-hold", "unknown", "applies"),
        ("unknown", "unknown", "applies"),
        (None, "unknown", "applies"),
        ("intended", "clear", "clear"),
        ("not-taken", "clear", "clear"),
        ("entered-in-error", "clear", "clear"),
    ],
)
def test_the_status_of_a_statement(status: str | None, now: str, ever: str) -> None:
    """A statement says what a patient takes; an intended drug is not taken yet."""
    row = resource("MedicationStatement", status=status, medicationCodeableConcept=TRIPTAN)
    assert (now, ever) == asked(row)


def test_a_statement_of_not_taking() -> None:
    """An older statement says `taken: n` for a drug that is not taken."""
    row = resource("MedicationStatement", status="active", taken="n", medicationCodeableConcept=TRIPTAN)
    assert ("clear", "clear") == asked(row)


@pytest.mark.parametrize(
    ("status", "now", "ever"),
    [
        ("completed", "applies", "applies"),
        ("in-progress", "applies", "applies"),
        ("stopped", "clear", "applies"),
        ("on-hold", "unknown", "applies"),
        ("unknown", "unknown", "applies"),
        ("not-done", "clear", "clear"),
        ("entered-in-error", "clear", "clear"),
    ],
)
def test_the_status_of_a_dose(status: str, now: str, ever: str) -> None:
    """A dose given lately counts as taking the drug."""
    assert (now, ever) == asked(dose(TRIPTAN, "2026-06-20", status))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-06-30", "applies"),
        ("2026-03-30", "applies"),
        ("2026-03-29", "clear"),
        ("2024-01-01", "clear"),
        ("2026-03", "unknown"),
        ("2026-02", "clear"),
        ("2026-04", "applies"),
        (None, "unknown"),
    ],
)
def test_a_dose_counts_for_a_while(day: str | None, expected: str) -> None:
    """A dose counts as taking the drug for as long as the policy says, here three months."""
    assert expected == asked(dose(TRIPTAN, day))[0]


@pytest.mark.parametrize(("day", "expected"), [("2026-01-30", "applies"), ("2026-01-29", "clear")])
def test_a_question_may_name_its_own_window(day: str, expected: str) -> None:
    """A question with `within` uses its own window for doses, here five months."""
    when = {"takes": {"set": "drug-triptan", "within": "washout"}}
    assert expected == answer(when, whole(dose(TRIPTAN, day)))


def test_an_old_dose_was_taken() -> None:
    """A dose of any age answers the question whether the drug was ever taken."""
    assert "applies" == asked(dose(TRIPTAN, "2011-01-01"))[1]


def test_a_window_does_not_end_an_order() -> None:
    """An active order is taken however long ago it was written."""
    when = {"takes": {"set": "drug-triptan", "within": "washout"}}
    assert "applies" == answer(when, whole(order(TRIPTAN, authoredOn="2015-01-01")))


def test_a_dispense() -> None:
    """A drug handed out counts like a dose given, from the day it was handed over."""
    row = resource("MedicationDispense", status="completed", medicationCodeableConcept=TRIPTAN)
    assert ("applies", "applies") == asked({**row, "whenHandedOver": "2026-05-01"})
    assert ("clear", "applies") == asked({**row, "whenHandedOver": "2025-05-01"})
