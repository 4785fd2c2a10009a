"""A code broader than the concept never applies: it raises the question which of its meanings holds."""

from typing import Any

import pytest

from support import allergy, answer, coded, condition, finding, order, vaccination, whole

CLUSTER = {"condition": "cond-cluster-headache"}  # ICD-10-CM G44.0 by prefix; R51.9 and "headache" marked as coarse
LIVE = {"vaccine": {"set": "vax-live", "standing": "given"}}
SELF = {"takes": "drug-zorvimab"}  # ATC N02CD99
TRIPTANS = {"takes": "drug-triptan"}  # ATC N02CC
OTHERS = {"takes": "drug-other-antibody"}  # ATC N02CD


@pytest.mark.parametrize(
    ("when", "row"),
    [
        (CLUSTER, condition(coded("icd", "R51.9", "Headache, unspecified"))),
        (CLUSTER, condition("headache")),
        (LIVE, vaccination(coded("cvx", "88"))),
        ({"allergy": "allergy-zorvimab"}, allergy("murine protein")),
    ],
    ids=["code", "name", "vaccine", "allergy"],
)
def test_entries_marked_as_coarse(when: Any, row: dict[str, Any]) -> None:
    """A code or a name that the set marks as coarse leaves the question unknown."""
    assert "unknown" == answer(when, whole(row))


@pytest.mark.parametrize(
    ("when", "system", "code"),
    [
        (CLUSTER, "icd", "G44"),
        (TRIPTANS, "atc", "N02C"),
        (TRIPTANS, "atc", "N02"),
        (SELF, "atc", "N02CD"),
        (SELF, "atc", "N02"),
    ],
)
def test_codes_above_the_listed_ones(when: Any, system: str, code: str) -> None:
    """A code above a listed one in its classification is broader: it may mean the concept or another."""
    row = condition(coded(system, code)) if "condition" in when else order(coded(system, code))
    assert "unknown" == answer(when, whole(row))


def test_a_set_that_is_coarse_as_a_whole() -> None:
    """Every match of a set marked as coarse raises the question only."""
    for what in (coded("icd", "R50.9", "Fever, unspecified"), "Fever"):
        assert "unknown" == answer({"condition": "cond-fever"}, whole(condition(what)))


def test_the_need_asks_which_is_meant() -> None:
    """The need of a broader code asks the question of the set."""
    need = finding(CLUSTER, whole(condition("headache"))).needs[0]
    assert ("cluster headache", "coarse-code") == (need.fact, need.why)
    assert "The entry says headache: ask whether it is cluster headache." == need.how


def test_the_need_of_a_set_without_a_question() -> None:
    """Where a set has no question of its own, the need repeats the entry and the name of the set."""
    need = finding(TRIPTANS, whole(order(coded("atc", "N02C", "Antimigraine preparations")))).needs[0]
    assert "“Antimigraine preparations, N02C” may or may not mean triptan: confirm which." == need.how


def test_the_broader_code_is_shown() -> None:
    """The evidence shows the broader entry and that it is broader."""
    fact = finding(CLUSTER, whole(condition("headache"))).because[0]
    assert ("headache", "broader than the question") == (fact.value, fact.note)


def test_an_exact_row_settles_it() -> None:
    """A row with the concept itself settles the question that a broader one raised."""
    rows = (condition("headache"), condition(coded("icd", "G44.0", "Cluster headache")))
    assert "applies" == answer(CLUSTER, whole(*rows))


def test_the_better_match_counts() -> None:
    """A row whose codes are both broader and exact matches exactly."""
    both = {"coding": [coded("icd", "R51.9")["coding"][0], coded("icd", "G44.019")["coding"][0]]}
    assert "applies" == answer(CLUSTER, whole(condition(both)))


@pytest.mark.parametrize("clinical", ["resolved", "inactive"])
def test_a_broader_code_that_is_history(clinical: str) -> None:
    """A broader code of the past raises no question about the present."""
    assert "clear" == answer(CLUSTER, whole(condition("headache", clinical)))


def test_the_class_of_the_drug_itself() -> None:
    """An order for the whole class may be the drug itself or another drug of the class."""
    record = whole(order(coded("atc", "N02CD")))
    assert ("unknown", "unknown") == (answer(SELF, record), answer(OTHERS, record))
