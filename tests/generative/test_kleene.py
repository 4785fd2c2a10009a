"""Kleene's laws, on the truth tables and on whatever the evaluator makes of random conditions and patients."""

from itertools import product
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from strategies import (
    AS_OF,
    DRUGS,
    SETTINGS,
    Draw,
    asked_about,
    asking,
    conditions,
    drugs,
    fresh,
    monograph,
    phases,
    reviewer,
    row_questions,
    truth,
)

from apothecary import logic
from apothecary.logic import All, AnyOf, Condition, Not, Truth, all_of, any_of, negate
from apothecary.review.evaluate import evaluate

MADE_UP = st.just(DRUGS[0])  # a reviewer for each example: only a small monograph is fast enough
T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN
TWO, THREE = (list(product(Truth, repeat=n)) for n in (2, 3))


# --- the tables -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("a", "b"), TWO)
def test_the_tables_do_not_care_about_order(a: Truth, b: Truth) -> None:
    assert (all_of((b, a)), any_of((b, a))) == (all_of((a, b)), any_of((a, b)))


@pytest.mark.parametrize(("a", "b", "c"), THREE)
def test_the_tables_do_not_care_about_grouping(a: Truth, b: Truth, c: Truth) -> None:
    assert all_of((a, all_of((b, c)))) == all_of((all_of((a, b)), c)) == all_of((a, b, c))
    assert any_of((a, any_of((b, c)))) == any_of((any_of((a, b)), c)) == any_of((a, b, c))


@pytest.mark.parametrize(("a", "b"), TWO)
def test_the_tables_obey_de_morgan(a: Truth, b: Truth) -> None:
    assert any_of((negate(a), negate(b))) == negate(all_of((a, b)))
    assert all_of((negate(a), negate(b))) == negate(any_of((a, b)))


@pytest.mark.parametrize("a", Truth)
def test_the_tables_undo_a_double_negation(a: Truth) -> None:
    assert a == negate(negate(a))


@pytest.mark.parametrize("a", Truth)
def test_the_tables_have_neutral_and_deciding_values(a: Truth) -> None:
    assert (a, a, a, a) == (all_of((a, T)), any_of((a, F)), all_of((a, a)), any_of((a, a)))
    assert (F, T) == (all_of((a, F)), any_of((a, T)))


@pytest.mark.parametrize(("a", "b", "c"), THREE)
def test_the_tables_distribute_and_absorb(a: Truth, b: Truth, c: Truth) -> None:
    assert any_of((all_of((a, b)), all_of((a, c)))) == all_of((a, any_of((b, c))))
    assert all_of((any_of((a, b)), any_of((a, c)))) == any_of((a, all_of((b, c))))
    assert (a, a) == (all_of((a, any_of((a, b)))), any_of((a, all_of((a, b)))))


@pytest.mark.parametrize(("a", "b"), TWO)
def test_the_empty_conjunction_applies_and_the_empty_disjunction_is_clear(a: Truth, b: Truth) -> None:
    assert (T, F) == (all_of(()), any_of(()))
    assert (logic.AND[a, b], logic.OR[a, b]) == (all_of((a, b)), any_of((a, b)))


@pytest.mark.parametrize("table", [logic.AND, logic.OR], ids=["and", "or"])
def test_an_unknown_value_can_only_be_settled_by_what_both_answers_would_give(table: dict[Any, Truth]) -> None:
    for a in Truth:
        settled = {table[a, T], table[a, F]}
        assert (settled.pop() if len(settled) == 1 else U) == table[a, U]


# --- the evaluator --------------------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """Three conditions, the patient they are asked of, and the phase."""

    drug: str
    patient: Patient
    phase: Any
    parts: tuple[Condition, ...]

    def truth(self, node: Condition) -> Truth:
        """What a condition comes to, nothing remembered from any other."""
        return truth(node, self.drug, self.patient.read(), self.phase)


@st.composite
def asked(draw: Draw[Any], depth: int = 2, rows_only: bool = False, of: Any = drugs) -> Asked:
    """Conditions, and a patient whose rows are mostly about them."""
    drug, phase = draw(of), draw(phases)
    one = row_questions(drug) if rows_only else conditions(drug, depth)
    parts = tuple(draw(st.lists(one, min_size=3, max_size=3)))
    patient = draw(patients(drug, asked_about(drug, *parts), crowded=draw(st.booleans())))
    return Asked(drug, patient, phase, parts)


@settings(SETTINGS, max_examples=200)
@given(asked())
def test_a_group_comes_to_what_its_parts_come_to_on_their_own(q: Asked) -> None:
    alone = [q.truth(part) for part in q.parts]
    assert all_of(alone) == q.truth(All(of=q.parts))
    assert any_of(alone) == q.truth(AnyOf(of=q.parts))
    assert negate(alone[0]) == q.truth(Not(of=q.parts[0]))


@settings(SETTINGS, max_examples=300)
@given(asked(rows_only=True))
def test_parts_that_ask_for_rows_come_to_what_they_come_to_on_their_own(q: Asked) -> None:
    assert any_of(q.truth(part) for part in q.parts) == q.truth(AnyOf(of=q.parts))


def _agrees(q: Asked, *trees: Condition) -> None:
    """The findings of rules that ask the trees are what the evaluator makes of each, facts and needs too."""
    record = q.patient.read()
    findings = asking(q.drug, *trees).review(record, AS_OF, q.phase).findings
    found = {finding.id: (finding.status, finding.because, finding.needs) for finding in findings}
    alone = [evaluate(tree, fresh(q.drug, record, q.phase)) for tree in trees]
    assert {f"rule-{n}": (one.truth, one.because, one.needs) for n, one in enumerate(alone)} == found


@settings(SETTINGS, max_examples=150)
@given(asked(depth=3, of=MADE_UP))
def test_a_rule_comes_to_what_its_condition_comes_to_on_its_own(q: Asked) -> None:
    _agrees(q, *q.parts)


@settings(SETTINGS, max_examples=300)
@given(asked(rows_only=True, of=MADE_UP))
def test_a_rule_that_asks_for_rows_comes_to_what_its_condition_comes_to_on_its_own(q: Asked) -> None:
    man = logic.Sex(equals="male")  # a first part that may be clear with a fact to show
    _agrees(q, *q.parts, AnyOf(of=q.parts), All(of=q.parts), All(of=(man, *q.parts)))


@settings(SETTINGS, max_examples=200)
@given(st.data(), drugs, phases)
def test_every_rule_comes_to_what_its_condition_comes_to_on_its_own(data: st.DataObject, drug: str, phase: Any) -> None:
    record = data.draw(patients(drug)).read()
    rules = monograph(drug).rules
    alone = {rule.id: truth(rule.when, drug, record, phase) for rule in rules.values() if phase in rule.phases}
    assert alone == {f.id: f.status for f in reviewer(drug).review(record, AS_OF, phase).findings}


@settings(SETTINGS, max_examples=100)
@given(asked(depth=4))
def test_a_whole_tree_comes_to_what_its_leaves_say(q: Asked) -> None:
    def by_hand(node: Condition) -> Truth:
        below = [by_hand(child) for child in logic.children(node)]
        if isinstance(node, All):
            return all_of(below)
        if isinstance(node, AnyOf):
            return any_of(below)
        return negate(below[0]) if isinstance(node, Not) else q.truth(node)

    assert by_hand(q.parts[0]) == q.truth(q.parts[0])


@settings(SETTINGS, max_examples=100)
@given(asked())
def test_the_order_of_parts_changes_nothing(q: Asked) -> None:
    backwards = q.parts[::-1]
    assert q.truth(All(of=q.parts)) == q.truth(All(of=backwards))
    assert q.truth(AnyOf(of=q.parts)) == q.truth(AnyOf(of=backwards))


@settings(SETTINGS, max_examples=100)
@given(asked())
def test_the_grouping_of_parts_changes_nothing(q: Asked) -> None:
    a, b, c = q.parts
    assert q.truth(All(of=(a, All(of=(b, c))))) == q.truth(All(of=(All(of=(a, b)), c)))
    assert q.truth(AnyOf(of=(a, AnyOf(of=(b, c))))) == q.truth(AnyOf(of=(AnyOf(of=(a, b)), c)))


@settings(SETTINGS, max_examples=100)
@given(asked())
def test_de_morgan_holds_for_conditions(q: Asked) -> None:
    a, b, _ = q.parts
    assert q.truth(AnyOf(of=(Not(of=a), Not(of=b)))) == q.truth(Not(of=All(of=(a, b))))
    assert q.truth(All(of=(Not(of=a), Not(of=b)))) == q.truth(Not(of=AnyOf(of=(a, b))))


@SETTINGS
@given(asked())
def test_a_double_negation_and_neutral_parts_change_nothing(q: Asked) -> None:
    part = q.parts[0]
    always = logic.Phase(equals=q.phase)
    never = Not(of=always)
    same: list[Condition] = [
        Not(of=Not(of=part)),
        All(of=(part, always)),
        AnyOf(of=(part, never)),
        All(of=(part, part)),
    ]
    assert {q.truth(part)} == {q.truth(node) for node in same}
    assert (F, T) == (q.truth(All(of=(part, never))), q.truth(AnyOf(of=(part, always))))
