"""Conditions are trees: groups of questions under `all`, `any` and `not`, asked of one record."""

from typing import Any

import pytest

from apothecary import logic
from support import ALC, MIGRAINE, PNEUMONIA, answer, condition, finding, result, whole

YES = {"condition": "cond-migraine"}
NO = {"condition": "cond-pneumonia"}
OPEN = {"missing": {"of": "hbv-test"}}  # open below: observations were not supplied
RECORD = whole(condition(MIGRAINE), leave_out=("Observation",))


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (YES, "applies"),
        (NO, "clear"),
        (OPEN, "unknown"),
        ({"all": [YES, OPEN]}, "unknown"),
        ({"all": [NO, OPEN]}, "clear"),
        ({"any": [YES, OPEN]}, "applies"),
        ({"any": [NO, OPEN]}, "unknown"),
        ({"not": YES}, "clear"),
        ({"not": NO}, "applies"),
        ({"not": OPEN}, "unknown"),
        ({"not": {"any": [NO, OPEN]}}, "unknown"),
        ({"not": {"all": [NO, OPEN]}}, "applies"),
        ({"all": [YES, {"any": [NO, {"not": {"all": [YES, OPEN]}}]}]}, "unknown"),
    ],
    ids=str,
)
def test_trees(when: Any, expected: str) -> None:
    """A tree is answered by the truth tables from its leaves upwards."""
    assert expected == answer(when, RECORD)


def test_evidence_of_any_is_what_made_it_apply() -> None:
    """When `any` applies, the facts shown are those of the parts that apply."""
    found = finding({"any": [YES, NO, OPEN]}, RECORD)
    assert ["migraine"] == [fact.fact for fact in found.because]


def test_evidence_of_a_clear_all_is_what_made_it_clear() -> None:
    """When `all` is clear, the facts shown are those of the parts that are clear."""
    record = whole(condition(MIGRAINE), result(ALC, 1000, "/uL"))
    found = finding({"all": [YES, {"compare": {"quantity": "alc", "below": "alc-hold"}}]}, record)
    assert ["absolute lymphocyte count"] == [fact.fact for fact in found.because]


def test_needs_are_those_of_the_open_parts() -> None:
    """An open question names what would settle its open parts, and nothing for the settled ones."""
    found = finding({"all": [YES, OPEN]}, RECORD)
    assert ["hepatitis B surface antigen"] == [need.fact for need in found.needs]


def test_a_settled_question_needs_nothing() -> None:
    """A question settled in spite of an open part asks for nothing."""
    assert () == finding({"any": [YES, OPEN]}, RECORD).needs


def test_a_need_is_named_once() -> None:
    """The same fact needed in two places is asked for once."""
    assert 1 == len(finding({"any": [OPEN, {"all": [YES, OPEN]}]}, RECORD).needs)


def test_the_same_leaf_twice_has_one_answer() -> None:
    """A question and its opposite are never both settled against each other."""
    assert "clear" == answer({"all": [YES, {"not": YES}]}, RECORD)
    assert "applies" == answer({"any": [NO, {"not": NO}]}, RECORD)
    assert "unknown" == answer({"any": [OPEN, {"not": OPEN}]}, whole(condition(PNEUMONIA), leave_out=("Observation",)))


def test_leaves_are_named_left_to_right() -> None:
    """The leaves of a tree are listed in the order in which they are written."""
    tree = logic.All((logic.HasCondition("a"), logic.AnyOf((logic.Not(logic.HasAllergy("b")), logic.Takes("c")))))
    assert ["a", "b", "c"] == [leaf.set for leaf in logic.leaves(tree)]  # type: ignore[union-attr]


@pytest.mark.parametrize("group", [logic.All, logic.AnyOf])
def test_groups_have_two_parts_or_more(group: Any) -> None:
    """`all` and `any` of one part are refused: the word would say more than the condition."""
    with pytest.raises(ValueError, match="needs at least two conditions"):
        group((logic.HasCondition("a"),))


@pytest.mark.parametrize("relations", [{}, {"below": "x", "above": "x"}, {"at_most": "x", "at_least": "x"}])
def test_a_comparison_has_exactly_one_relation(relations: dict[str, str]) -> None:
    """`compare` takes one of below, at_most, above, at_least."""
    with pytest.raises(ValueError, match="exactly one of below, at_most, above, at_least"):
        logic.Compare("q", **relations)
