"""As few cards as there are decisions: what belongs together, what was said already, what has nothing to do with it."""

import pytest
from test_present_cards_samples import (
    BASE,
    DRUG,
    RA,
    about,
    draft,
    ids,
    info,
    known,
    occasion,
    of_status,
    review,
    severe_kidneys,
    shown,
)

from apothecary.logic import Truth
from apothecary.present.cards import not_reviewed
from apothecary.present.cards.text import LONGEST
from support import condition, order, patient, search

BLOCKER = draft("adalimumab 40 mg", "d2", of_drug=False)
OTHER = draft("ibuprofen 400 mg", "d3", of_drug=False)
OLD = (patient(birth="1945-05-05"), search("Condition", condition(RA)), search("MedicationRequest"))


def test_a_warning_on_the_very_entry_of_a_critical_finding_stands_on_its_card() -> None:
    drafts = (draft(DRUG), BLOCKER)
    found = shown(review(*OLD, drafts=drafts), known(DRUG), occasion("order-sign", *drafts))
    one = about(found, "tnf-blocker")
    assert ("critical", ("tnf-blocker", "immunosuppressed")) == (one.card.indicator, one.rules)
    assert "`immunosuppressed`" in one.card.detail


def test_a_warning_with_a_ground_of_its_own_keeps_its_card() -> None:
    drafts = (draft(DRUG), BLOCKER)
    used = search("MedicationRequest", order("tacrolimus 1 mg", id="m9"))
    found = shown(review(*OLD[:2], used, drafts=drafts), known(DRUG), occasion("order-sign", *drafts))
    assert ("immunosuppressed",) == about(found, "immunosuppressed").rules
    assert ("geriatric",) == about(found, "geriatric").rules  # the age is of the patient, not of one entry


def test_one_of_two_new_orders_that_do_not_go_together_is_to_be_deleted() -> None:
    drafts = (draft(DRUG), BLOCKER)
    card = about(shown(review(*OLD, drafts=drafts), known(DRUG), occasion("order-sign", *drafts)), "tnf-blocker").card
    deleted = {action.resource_id for offer in card.suggestions for action in offer.actions if action.type == "delete"}
    assert ({"MedicationRequest/d1", "MedicationRequest/d2"}, "at-most-one") == (deleted, card.selection_behavior)


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_an_order_of_something_else_brings_up_nothing_that_it_does_not_touch(hook: str) -> None:
    taken = severe_kidneys(OTHER, phase="on-therapy")
    assert [f for f in taken.findings if f.status is not Truth.CLEAR and f.severity != "info"]
    assert () == shown(taken, known(DRUG), occasion(hook, OTHER, other_orders=True))
    assert shown(taken, known(DRUG), occasion(hook, OTHER))


def test_an_order_of_something_else_brings_up_what_it_touches() -> None:
    taken = review(*OLD, drafts=(BLOCKER,), phase="on-therapy")
    found = shown(taken, known(DRUG), occasion("order-sign", BLOCKER, other_orders=True))
    assert [("tnf-blocker", "immunosuppressed")] == [one.rules for one in found]


def test_a_critical_finding_stands_whatever_is_ordered() -> None:
    used = search("MedicationRequest", order("adalimumab 40 mg", id="m9"))
    taken = review(*OLD[:2], used, drafts=(OTHER,), phase="on-therapy")
    found = shown(taken, known(DRUG), occasion("order-sign", OTHER, other_orders=True))
    assert ["critical"] == [one.card.indicator for one in found]


def test_an_unlogged_answer_says_so_even_where_the_order_touches_nothing() -> None:
    asked = occasion("order-sign", OTHER, other_orders=True, note="Not logged.")
    (one,) = shown(severe_kidneys(OTHER, phase="on-therapy"), known(DRUG), asked)
    assert "Not logged" in one.card.summary


def test_several_orders_of_the_drug_are_said_to_be_judged_one_by_one() -> None:
    drafts = (draft(DRUG), draft(DRUG, "d4"))
    card = info(shown(severe_kidneys(*drafts), known(DRUG), occasion("order-sign", *drafts))).card
    assert card.summary.endswith("; 2 orders, each judged by itself")
    assert "(`MedicationRequest/d1`, `MedicationRequest/d4`)" in card.detail
    assert "judged by itself" not in info(shown(severe_kidneys(*drafts[:1]), known(DRUG), occasion())).card.summary


def test_what_is_needed_leaves_out_in_the_summary_what_another_card_asks_for() -> None:
    nothing = review(patient(birth="1980-05-05"), search("Observation"), search("Procedure"), search("Condition"))
    found = shown(nothing, known(DRUG), occasion())
    assert "neutrophil" in about(found, "anc-baseline-missing").card.summary
    (unknown,) = of_status(found, "unknown")
    assert "neutrophil" not in unknown.card.summary
    assert "**absolute neutrophil count**" in unknown.card.detail


def test_of_very_many_open_questions_the_warnings_are_told_by_their_ids() -> None:
    (unknown,) = of_status(shown(review(patient()), known(DRUG), occasion()), "unknown")
    asked = unknown.card.detail.partition("**Not known whether these apply**")[2].partition("Knowledge version")[0]
    assert len(unknown.rules) > 12
    assert all(f"`{rule}`" in asked for rule in unknown.rules)
    critical = [f for f in review(patient()).findings if f.id in unknown.rules and f.severity == "critical"]
    assert len(critical) + 1 == asked.count("\n- ")


def test_the_reason_for_no_review_is_in_the_summary_where_its_first_sentence_fits() -> None:
    message = f"Condition/c1 belongs to patient other, but the record is of patient p1. {'Take it out. ' * 8}"
    card = not_reviewed(known(DRUG), message, ids(), BASE).card
    assert card.summary.endswith("Condition/c1 belongs to patient other, but the record is of patient p1")
    assert len(card.summary) <= LONGEST
