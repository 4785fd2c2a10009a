"""Summaries that fit and ids that cannot end their backticks; the order and the offers of one card."""

import msgspec
import pytest
from test_present_cards_samples import DRUG, about, daily, draft, known, occasion, review, severe_kidneys, shown

from apothecary.logic import Truth
from apothecary.present.cards.text import LONGEST, code, fitted, listed
from support import patient


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        (("short", "shorter"), "short"),
        (("x" * 140, "shorter"), "shorter"),
        (("y" * 140, "word " * 40), "word " * 27 + "…"),
        (("x" * 139,), "x" * 139),
    ],
)
def test_C_1_the_first_text_that_fits(candidates: tuple[str, ...], expected: str) -> None:
    assert expected == fitted(*candidates)


def test_C_1_a_text_without_spaces_is_cut_with_a_mark() -> None:
    assert LONGEST == len(fitted("x" * 500))
    assert fitted("x" * 500).endswith(" …")


def test_C_1_as_many_whole_names_as_fit() -> None:
    names = [f"the fact of number {number}" for number in range(20)]
    said = listed("needs", names)
    assert len(said) <= LONGEST
    assert "needs the fact of number 0, " in said
    assert said.endswith(" and 15 more")
    assert "needs a" == listed("needs", ["a"])
    assert "needs a and b" == listed("needs", ["a", "b"])
    assert "needs 2 facts named in the details" == listed("needs", ["x" * 200, "y"])


@pytest.mark.parametrize(("id_", "expected"), [("renal-severe", "`renal-severe`"), ("a`b", r"a\`b"), ("", "")])
def test_C_4_an_id_stands_in_backticks_only_where_it_cannot_end_them(id_: str, expected: str) -> None:
    assert expected == code(id_)


def test_the_most_severe_finding_of_a_decision_leads_its_card() -> None:
    found = review(patient())
    yes = {f.id: msgspec.structs.replace(f, status=Truth.APPLIES, needs=()) for f in found.findings}
    both = (yes["anc-baseline-missing"], yes["neutropenia"])
    one = about(shown(msgspec.structs.replace(found, findings=both), known(DRUG), occasion()), "neutropenia")
    assert ("critical", ("neutropenia", "anc-baseline-missing")) == (one.card.indicator, one.rules)
    assert yes["neutropenia"].title in one.card.summary


def test_a_test_that_two_decisions_ask_for_is_offered_on_one_card() -> None:
    monograph = known(DRUG)
    first = next(one for one in monograph.cards.decisions if one.id == "neutrophils")
    (order,) = first.order
    again = msgspec.structs.replace(order, when=("geriatric",))
    second = msgspec.structs.replace(first, id="age", rules=("geriatric",), order=(again,))
    more = msgspec.structs.replace(monograph.cards, decisions=(*monograph.cards.decisions, second))
    changed = msgspec.structs.replace(monograph, cards=more)
    found = review(patient())
    yes = tuple(msgspec.structs.replace(f, status=Truth.APPLIES, needs=()) for f in found.findings)
    cards = shown(msgspec.structs.replace(found, findings=yes), changed, occasion())
    offered = [one.label for card in cards for one in card.card.suggestions]
    assert 1 == offered.count(f"Order: {order.text}")


def test_very_many_facts_are_counted_and_very_long_ones_are_cut() -> None:
    found = severe_kidneys(draft(DRUG, dosageInstruction=daily()))
    severe = next(f for f in found.findings if f.id == "renal-severe")
    many = msgspec.structs.replace(severe, because=(msgspec.structs.replace(severe.because[0], note="x" * 9999),) * 12)
    one = about(shown(msgspec.structs.replace(found, findings=(many,)), known(DRUG), occasion()), "renal-severe")
    assert "and 4 more in the record" in one.card.detail
    assert len(one.card.detail) < 5000
