"""A whole record as facts: the patient, the sections, rows without a date; and how facts are gathered."""

import json
from typing import Any

import pytest
from fact_tables import DAYS, RESULT, check_results, check_rows, days, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from strategies import AS_OF, DRUGS, SETTINGS, monograph, reviewer

from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import asked
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.rows import day_number
from apothecary.population.facts.tables import Maker
from apothecary.record import read_record
from apothecary.record.facts import SECTIONS
from apothecary.review.index import Index


@settings(SETTINGS, max_examples=100)
@given(st.sampled_from(DRUGS).flatmap(lambda drug: st.tuples(st.just(drug), patients(drug))))
def test_a_patient_and_the_sections_are_as_in_the_record_on_each_day(drawn: tuple[str, Patient]) -> None:
    drug, record = drawn[0], drawn[1].read()
    (row,) = tables(drug, record)["patient"]
    who = record.patient
    assert (1, who.id, "one", s.SEX.get(who.sex or ""), who.dead) == tuple(
        row[name] for name in ("patient", "id", "export", "sex", "dead")
    )
    assert (*days(who.birth), None, None) == tuple(
        row[name] for name in ("birth_start", "birth_end", "age_low", "age_high")
    )
    states = {number: name for name, number in s.STATE.items()}
    for day in DAYS:
        index = Index(record, reviewer(drug).matcher, day)
        for name in SECTIONS:
            begun = row[f"first_{name}"] is not None and row[f"first_{name}"] <= day_number(day)
            lapsed = row[f"by_rows_{name}"] and row[f"first_{name}"] is not None and not begun
            state = "not-supplied" if lapsed else states[row[f"state_{name}"]]
            assert (index.section(name).state, index.section(name).present_only) == (
                state,
                row[f"present_only_{name}"] and not lapsed,
            )


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({"age": "30 a"}, (360, 371)),
        ({"age": "30 mo"}, (30, 30)),
        ({"age": "45 d"}, (1, 1)),
        ({"birth_date": "1980"}, (None, None)),
        ({"conditions": ["migraine"]}, (None, None)),
    ],
)
def test_a_typed_age_is_in_completed_months(form: dict[str, Any], expected: tuple[int | None, int | None]) -> None:
    record = read_record(json.dumps(form).encode())
    (row,) = tables(DRUGS[0], record)["patient"]
    assert expected == (row["age_low"], row["age_high"])
    months = reviewer(DRUGS[0]).context(record, AS_OF).age_months()
    if record.patient.age is not None:
        assert months is not None
        assert expected == (months.low, months.high)


def test_undated_rows_of_a_short_form_are_of_the_day_it_was_typed() -> None:
    record = read_record(json.dumps({"age": "30 a", "weight": "70 kg", "conditions": ["migraine"]}).encode())
    facts = tables(DRUGS[0], record, AS_OF)
    check_rows(DRUGS[0], record, facts, AS_OF)
    check_results(DRUGS[0], record, facts, AS_OF)
    assert [day_number(AS_OF)] * 2 == [row["start"] for row in (*facts["row"], *facts["result"])]
    assert [False] == [row["dated"] for row in facts["row"]]
    (first,) = {facts["patient"][0][f"first_{name}"] for name in ("condition", "observation")}
    assert s.ALWAYS == first


def test_the_same_patient_of_two_exports_is_two() -> None:
    assert patient_key("a", "1") == patient_key("a", "1")
    assert 4 == len({patient_key("a", "1"), patient_key("b", "1"), patient_key("a", "2"), patient_key("", "a1")})
    assert -(2**63) <= patient_key("a", "1") < 2**63


def test_clear_forgets_what_was_gathered() -> None:
    m = monograph(DRUGS[1])
    maker = Maker(m, asked(m))
    for _ in range(2):
        maker.add(1, "observation", RESULT)
        assert 1 == maker.tables()["result"].num_rows
        maker.clear()
    assert dict.fromkeys(s.schemas(1), 0) == {name: table.num_rows for name, table in maker.tables().items()}


def test_tables_have_the_columns_of_the_schema() -> None:
    m = monograph(DRUGS[1])
    maker = Maker(m, asked(m))
    maker.add(1, "observation", RESULT)
    assert s.schemas(asked(m).words) == {name: table.schema for name, table in maker.tables().items()}
