"""Results as facts: in the unit of their observation, as the review reads them."""

from typing import Any

import msgspec
import pytest
from fact_tables import DAYS, RESULT, check_results, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from strategies import DRUGS, SETTINGS, monograph

from apothecary.logic import Interval
from apothecary.population.facts.asked import asked
from apothecary.population.facts.tables import Maker
from apothecary.record.facts import Answer


@settings(SETTINGS, max_examples=300)
@given(st.sampled_from(DRUGS).flatmap(lambda drug: st.tuples(st.just(drug), patients(drug))))
def test_results_are_what_the_review_reads_on_each_day(drawn: tuple[str, Patient]) -> None:
    drug, record = drawn[0], drawn[1].read()
    facts = tables(drug, record)
    for day in DAYS:
        check_results(drug, record, facts, day)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (3000, 3000, "3 10*3/uL")),
        ({"answer": Answer(Interval(3, float("inf"), True), "10*3/uL")}, (3000, 500000, ">3 10*3/uL")),
        ({"answer": Answer(Interval(3, 3), "furlong")}, (None, None, "3 furlong")),
        ({"answer": Answer(Interval(1e9, 1e9), "10*3/uL")}, (None, None, "1e+09 10*3/uL")),
        ({"answer": None, "standing": "unreadable", "status": "not to be read"}, (None, None, "not to be read")),
        ({"standing": "uncertain"}, (None, None, "3 10*3/uL")),
    ],
)
def test_a_result_in_the_unit_of_its_observation(changes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    m = monograph(DRUGS[1])
    maker = Maker(m, asked(m))
    maker.add(1, "observation", msgspec.structs.replace(RESULT, **changes))
    (found,) = maker.tables()["result"].to_pylist()
    assert ("anc", *expected) == (
        asked(m).observations[found["observation"]],
        found["low"],
        found["high"],
        found["text"],
    )


@pytest.mark.parametrize(
    "changes", [{"standing": "void"}, {"standing": "planned"}, {"answer": Answer(absent="not-performed")}]
)
def test_what_is_no_result_is_left_out(changes: dict[str, Any]) -> None:
    m = monograph(DRUGS[1])
    maker = Maker(m, asked(m))
    maker.add(1, "observation", msgspec.structs.replace(RESULT, **changes))
    assert [] == maker.tables()["result"].to_pylist()


def test_the_same_answer_in_another_standing_is_read_anew() -> None:
    m = monograph(DRUGS[1])
    maker = Maker(m, asked(m))
    for standing in ("current", "uncertain", "current"):
        maker.add(1, "observation", msgspec.structs.replace(RESULT, standing=standing))
    assert [3000, None, 3000] == maker.tables()["result"]["low"].to_pylist()
