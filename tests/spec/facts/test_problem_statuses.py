"""Statuses of problems and allergies decide what is a fact now, what was one, and what never was."""

from typing import Any

import pytest

from support import MIGRAINE, PNEUMONIA, allergy, answer, condition, finding, resource, whole


def standings(row: dict[str, Any]) -> tuple[str, str, str]:
    record = whole(row)
    current, history, any_ = (
        answer({"condition": {"set": "cond-migraine", "standing": s}}, record) for s in ("current", "history", "any")
    )
    return current, history, any_


@pytest.mark.parametrize(
    ("clinical", "current", "history"),
    [
        ("active", "applies", "clear"),
        ("recurrence", "applies", "clear"),
        ("relapse", "applies", "clear"),
        ("inactive", "clear", "applies"),
        ("remission", "clear", "applies"),
        ("resolved", "clear", "applies"),
        (None, "applies", "clear"),
    ],
)
def test_the_clinical_status_of_a_problem(clinical: str | None, current: str, history: str) -> None:
    """Active, recurring and relapsing problems are current; inactive, remitted and resolved ones are history.

    A problem without a clinical status is current unless it has abated.
    """
    assert (current, history, "applies") == standings(condition(MIGRAINE, clinical))


@pytest.mark.parametrize(
    ("verified", "expected"),
    [
        ("confirmed", "applies"),
        (None, "applies"),
        ("unconfirmed", "unknown"),
        ("provisional", "unknown"),
        ("differential", "unknown"),
        ("refuted", "clear"),
        ("entered-in-error", "clear"),
    ],
)
def test_the_verification_status_of_a_problem(verified: str | None, expected: str) -> None:
    """A refuted or mistaken problem is no fact; an unconfirmed one leaves the question unknown."""
    assert expected == standings(condition(MIGRAINE, "active", verified))[0]


@pytest.mark.parametrize("verified", ["refuted", "entered-in-error"])
def test_a_mistaken_problem_is_no_history_either(verified: str) -> None:
    """A refuted or mistaken problem is neither current nor history, whatever its clinical status."""
    for clinical in ("active", "resolved", None):
        assert ("clear", "clear", "clear") == standings(condition(MIGRAINE, clinical, verified))


def test_an_unconfirmed_problem_is_asked_about() -> None:
    """The need of an unconfirmed problem is to confirm it."""
    found = finding({"condition": "cond-migraine"}, whole(condition(MIGRAINE, "active", "provisional", id="c7")))
    assert [("unconfirmed", "Condition/c7")] == [(n.why, n.how.split(" ")[0]) for n in found.needs]


def test_the_status_as_a_plain_word() -> None:
    """Older servers write the statuses as plain words."""
    row = condition(MIGRAINE, clinicalStatus="resolved", verificationStatus="confirmed")
    assert ("clear", "applies", "applies") == standings(row)


@pytest.mark.parametrize(
    "fields",
    [
        {"abatementDateTime": "2025-01-01"},
        {"abatementPeriod": {"start": "2024-12-01", "end": "2025-01-01"}},
        {"abatementBoolean": True},
        {"abatementString": "last winter"},
        {"abatementAge": {"value": 40, "unit": "a"}},
    ],
    ids=lambda f: next(iter(f)),
)
def test_a_problem_that_abated(fields: dict[str, Any]) -> None:
    """A problem without a clinical status that has abated, however that is written, is history."""
    assert ("clear", "applies", "applies") == standings(condition(MIGRAINE, None, **fields))


def test_one_row_that_applies_is_enough() -> None:
    """A confirmed row answers the question although another row of the same problem is unconfirmed or refuted."""
    rows = [condition(MIGRAINE, "active", v) for v in ("refuted", "confirmed", "provisional")]
    assert "applies" == answer({"condition": "cond-migraine"}, whole(*rows))


@pytest.mark.parametrize(("actuality", "expected"), [("actual", "applies"), ("potential", "unknown")])
def test_an_adverse_event(actuality: str, expected: str) -> None:
    """An adverse event that happened is history of a problem; a potential one leaves the question unknown."""
    row = resource("AdverseEvent", actuality=actuality, event={"text": "serum sickness"}, date="2026-02-02")
    assert expected == answer({"condition": {"set": "cond-serum-sickness", "standing": "any"}}, whole(row))


@pytest.mark.parametrize(
    ("clinical", "verified", "expected"),
    [
        ("active", "confirmed", "applies"),
        (None, None, "applies"),
        ("active", "unconfirmed", "applies"),
        ("active", "presumed", "applies"),
        ("inactive", "confirmed", "unknown"),
        ("resolved", "confirmed", "unknown"),
        ("active", "refuted", "clear"),
        ("active", "entered-in-error", "clear"),
        (None, "entered-in-error", "clear"),
    ],
)
def test_the_status_of_an_allergy(clinical: str | None, verified: str | None, expected: str) -> None:
    """A recorded allergy counts also while unconfirmed; one marked resolved or inactive is asked about."""
    row = allergy("zorvimab", clinical, verified)
    assert expected == answer({"allergy": "allergy-zorvimab"}, whole(row, allergy("penicillin")))


def test_a_refuted_allergy_alone() -> None:
    """A list whose only entry was refuted was asked for, so it answers."""
    assert "clear" == answer({"allergy": "allergy-zorvimab"}, whole(allergy("zorvimab", None, "refuted")))


def test_the_substance_of_a_reaction() -> None:
    """An allergy is to what its entry names, and to the substances of its reactions."""
    row = allergy("drug reaction", reaction=[{"substance": {"text": "Zorvex"}}])
    assert "applies" == answer({"allergy": "allergy-zorvimab"}, whole(row))


def test_problems_and_allergies_do_not_mix() -> None:
    """A problem is no allergy, and an allergy is no problem."""
    assert "clear" == answer({"allergy": "allergy-zorvimab"}, whole(condition(PNEUMONIA)))
    assert "clear" == answer({"condition": "cond-migraine"}, whole(allergy("migraine")))
