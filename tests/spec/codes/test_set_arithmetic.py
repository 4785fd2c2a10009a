"""Sets are built from others: include takes entries in, subtract and except_words take rows out."""

from typing import Any

import msgspec
import pytest

from apothecary.knowledge import Monograph
from support import allergy, answer, coded, condition, made_up, order, vaccination, whole

INFECTIONS = {"condition": "cond-infection"}  # includes cond-pneumonia, without cond-carrier
CLUSTER = {"condition": "cond-cluster-headache"}  # without cond-migraine
OTHERS = {"takes": "drug-other-antibody"}  # without drug-zorvimab
LIVE = {"vaccine": {"set": "vax-live", "standing": "given"}}


def changed(set_id: str, **fields: Any) -> Monograph:
    sets = dict(made_up().value_sets)
    sets[set_id] = msgspec.structs.replace(sets[set_id], **fields)
    return msgspec.structs.replace(made_up(), value_sets=sets)


@pytest.mark.parametrize(
    ("when", "row", "expected"),
    [
        (INFECTIONS, condition(coded("icd", "J18.9")), "applies"),
        (INFECTIONS, condition("pneumonia"), "applies"),
        ({"condition": "cond-pneumonia"}, condition(coded("icd", "A41.9")), "clear"),
        ({"allergy": "allergy-zorvimab"}, allergy(coded("rxnorm", "9900001")), "applies"),
    ],
    ids=["code", "name", "not the other way", "drug as allergen"],
)
def test_include(when: Any, row: dict[str, Any], expected: str) -> None:
    """A set takes in the codes and names of the sets it includes."""
    assert expected == answer(when, whole(row))


def test_include_of_an_include() -> None:
    """What an included set includes is taken in too."""
    outer = changed("cond-carrier", include=("cond-infection",))
    assert "applies" == answer({"condition": "cond-carrier"}, whole(condition(coded("icd", "J18.9"))), monograph=outer)


@pytest.mark.parametrize(
    ("when", "row", "expected"),
    [
        (INFECTIONS, condition("carrier of infection"), "clear"),
        (INFECTIONS, condition("infection"), "applies"),
        (CLUSTER, condition("migraine headache"), "clear"),
        (CLUSTER, condition("headache"), "unknown"),
        (OTHERS, order(coded("atc", "N02CD99")), "clear"),
        (OTHERS, order(coded("atc", "N02CD01")), "applies"),
    ],
)
def test_subtract(when: Any, row: dict[str, Any], expected: str) -> None:
    """A row that also belongs to a subtracted set is left out; the same words elsewhere are not."""
    assert expected == answer(when, whole(row))


def test_subtract_of_a_coarse_match() -> None:
    """When a row belongs to the subtracted set only by a broader code, the question is open."""
    class_of_both = order(coded("atc", "N02CD"))
    assert "unknown" == answer(OTHERS, whole(class_of_both))


def test_subtract_takes_out_rows_not_patients() -> None:
    """Another row of the set counts although one was taken out."""
    rows = (condition("carrier of infection"), condition("sepsis"))
    assert "applies" == answer(INFECTIONS, whole(*rows))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("non-infectious infection of the bowel", "clear"),
        ("Non infectious infection", "clear"),
        ("infection, infectious", "applies"),
        ("infectious infection", "applies"),
    ],
)
def test_except_words(text: str, expected: str) -> None:
    """Words that a set excepts take a row out; a phrase of several words must stand together."""
    assert expected == answer(INFECTIONS, whole(condition(text)))


def test_except_words_beside_a_code() -> None:
    """Excepted words take out rows that matched by code too."""
    assert "applies" == answer(LIVE, whole(vaccination(coded("cvx", "21", "Varicella"))))
    assert "clear" == answer(LIVE, whole(vaccination(coded("cvx", "21", "Varicella, inactivated"))))


def test_except_words_in_the_route() -> None:
    """The route of a medication is part of its words."""
    spray = order("sumatriptan", dosageInstruction=[{"route": {"text": "nasal"}}])
    assert "clear" == answer({"takes": "drug-triptan"}, whole(spray))
