"""The phase of a review: a start is considered, or the patient is on therapy. It is inferred, or asked for."""

from typing import Any

import pytest

from apothecary.record import Record
from apothecary.review import Reviewer
from support import AS_OF, ZORVIMAB, answer, bundle, coded, dose, order, read, resource, whole


def phase(reviewer: Reviewer, record: Record) -> str:
    return reviewer.review(record, AS_OF).phase


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (order(ZORVIMAB), "on-therapy"),
        (order("Zorvex 120 mg pen"), "on-therapy"),
        (resource("MedicationStatement", status="active", medicationCodeableConcept=ZORVIMAB), "on-therapy"),
        (order(ZORVIMAB, "on-hold"), "considering"),
        (order(ZORVIMAB, "completed"), "considering"),
        (order(ZORVIMAB, "draft"), "considering"),
        (order(ZORVIMAB, intent="plan"), "considering"),
        (order(ZORVIMAB, doNotPerform=True), "considering"),
        (order(ZORVIMAB, authoredOn="2026-07-01"), "considering"),
        (order(coded("atc", "N02CD")), "considering"),
        (dose(ZORVIMAB, "2026-06-20"), "considering"),
        (order("sumatriptan"), "considering"),
    ],
    ids=[
        "order", "by name", "statement", "on hold", "completed", "draft", "plan", "not to be given", "later",
        "whole class", "a dose alone", "another drug",
    ],
)  # fmt: skip
def test_inferred(reviewer: Reviewer, row: dict[str, Any], expected: str) -> None:
    """A patient is on therapy with an active order or statement of the drug; otherwise a start is considered."""
    assert expected == phase(reviewer, whole(row))


def test_an_order_being_written(reviewer: Reviewer) -> None:
    """The order being written is the start that is considered."""
    context = {"patientId": "p1", "draftOrders": bundle(order(ZORVIMAB, "draft"))}
    record = read({"hook": "order-sign", "hookInstance": "h1", "context": context, "prefetch": {}})
    assert "considering" == phase(reviewer, record)


@pytest.mark.parametrize("asked", ["considering", "on-therapy"])
def test_asked(reviewer: Reviewer, asked: Any) -> None:
    """The phase may be asked for, and then holds whatever the record says."""
    for rows in ([], [order(ZORVIMAB)]):
        review = reviewer.review(whole(*rows), AS_OF, asked)
        assert (asked, "as asked") == (review.phase, review.phase_from)


def test_where_it_comes_from(reviewer: Reviewer) -> None:
    """The review says where the phase comes from."""
    said = [reviewer.review(whole(*rows), AS_OF).phase_from for rows in ([], [order(ZORVIMAB)])]
    assert ["no active order or statement of the drug", "an active order or statement of the drug"] == said


def test_only_rules_of_the_phase_are_asked(reviewer: Reviewer) -> None:
    """A review asks every rule of its phase, and no other."""
    for name in ("considering", "on-therapy"):
        expected = {rule.id for rule in reviewer.monograph.rules.values() if name in rule.phases}
        assert expected == {f.id for f in reviewer.review(whole(), AS_OF, name).findings}


@pytest.mark.parametrize(("name", "expected"), [("considering", "applies"), ("on-therapy", "clear")])
def test_a_rule_may_ask_for_the_phase(name: Any, expected: str) -> None:
    """A condition may ask for the phase itself."""
    assert expected == answer({"phase": "considering"}, whole(), name)
