"""A set is about certain kinds of rows; the same code in another kind of row means something else."""

from typing import Any

import msgspec
import pytest

from support import allergy, answer, coded, condition, made_up, order, procedure, vaccination, whole


@pytest.mark.parametrize(
    ("when", "row", "expected"),
    [
        ({"allergy": "allergy-zorvimab"}, allergy("zorvimab"), "applies"),
        ({"allergy": "allergy-zorvimab"}, order("zorvimab"), "clear"),
        ({"takes": "drug-zorvimab"}, allergy("zorvimab"), "clear"),
        ({"takes": "drug-zorvimab"}, order("zorvimab"), "applies"),
        ({"condition": "cond-migraine"}, allergy("migraine"), "clear"),
        ({"condition": "cond-migraine"}, procedure("migraine"), "clear"),
        ({"allergy": "allergy-zorvimab"}, condition("zorvimab allergy"), "clear"),
    ],
)
def test_a_set_is_looked_up_in_its_own_rows(when: Any, row: dict[str, Any], expected: str) -> None:
    """An allergy to a drug is not taking it, and an order of it is not an allergy."""
    assert expected == answer(when, whole(row))


def test_a_set_about_two_kinds_of_rows() -> None:
    """A set may be about several kinds; each question still looks at its own section."""
    when = {"condition": "allergy-zorvimab"}
    assert "applies" == answer(when, whole(condition("zorvimab allergy")))
    assert "clear" == answer(when, whole(allergy("zorvimab")))


def test_a_vaccine_as_an_order_and_as_a_vaccination() -> None:
    """A vaccine is found among vaccinations and among orders, since its set is about both."""
    planned = {"vaccine": {"set": "vax-live", "standing": "planned"}}
    given = {"vaccine": {"set": "vax-live", "standing": "given"}}
    mmr = coded("cvx", "03")
    assert ("clear", "applies") == (answer(planned, whole(vaccination(mmr))), answer(given, whole(vaccination(mmr))))
    assert ("applies", "clear") == (answer(planned, whole(order(mmr))), answer(given, whole(order(mmr))))


def test_a_set_that_is_not_about_a_kind_of_row() -> None:
    """A set about vaccinations only does not see orders."""
    sets = dict(made_up().value_sets)
    sets["vax-live"] = msgspec.structs.replace(sets["vax-live"], about=("immunization",))
    narrower = msgspec.structs.replace(made_up(), value_sets=sets)
    planned = {"vaccine": {"set": "vax-live", "standing": "planned"}}
    assert "clear" == answer(planned, whole(order(coded("cvx", "03"))), monograph=narrower)
