"""Rows as facts: on every day the table says what the index of the review says on it."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from fact_tables import DAYS, check_rows, names, tables
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from strategies import DRUGS, SETTINGS, monograph

from apothecary.knowledge.schema import CodeEntry
from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import asked
from apothecary.population.facts.rows import day_number, first_day
from apothecary.population.facts.tables import Maker
from apothecary.record import Row, Span, read_record
from apothecary.record.dates import parse_span
from apothecary.record.standing import standing_on


@settings(SETTINGS, max_examples=200)
@given(st.sampled_from(DRUGS).flatmap(lambda drug: st.tuples(st.just(drug), patients(drug))))
def test_rows_are_what_the_index_holds_on_each_day(drawn: tuple[str, Patient]) -> None:
    drug, record = drawn[0], drawn[1].read()
    facts = tables(drug, record)
    for day in DAYS:
        check_rows(drug, record, facts, day)


PROBLEM = Row("Condition/1", "Condition", (), ("history of migraine",), "current", "active")


@pytest.mark.parametrize("standing", ["current", "history", "uncertain", "void", "unreadable", "planned"])
@pytest.mark.parametrize("until", [None, "2026-01-01", "2026-06-30", "2026", "2027-01-01"])
def test_a_row_of_the_past_in_words_is_of_the_past_on_each_day(standing: Any, until: str | None) -> None:
    row = msgspec.structs.replace(PROBLEM, standing=standing, until=parse_span(until))
    empty = read_record(b'{"age": "30 a"}')
    record = msgspec.structs.replace(empty, tables={"condition": (row,)}, undated_is_current=False)
    facts = tables(DRUGS[0], record)
    assert facts["row"]
    for day in DAYS:
        check_rows(DRUGS[0], record, facts, day)


def test_a_row_keeps_its_dates_and_its_words() -> None:
    m = monograph(DRUGS[0])
    maker = Maker(m, asked(m))
    row = msgspec.structs.replace(
        PROBLEM, texts=("migraine", "Migraine"), when=parse_span("2025"), until=parse_span("2026-02")
    )
    maker.add(5, "condition", row)
    (found,) = maker.tables()["row"].to_pylist()
    first, last = day_number(date(2025, 1, 1)), day_number(date(2025, 12, 31))
    assert (first, last, True) == (found["start"], found["end"], found["dated"])
    assert (day_number(date(2026, 2, 1)), day_number(date(2026, 2, 28))) == (found["until_start"], found["until_end"])
    assert (5, "Condition/1", "Migraine", s.OTHER) == tuple(
        found[name] for name in ("patient", "source", "text", "kind")
    )


def test_more_value_sets_than_one_word_has_bits_go_to_the_next_word() -> None:
    m = monograph(DRUGS[0])
    migraine = m.value_sets["cond-migraine"]
    many = {f"set-{n}": msgspec.structs.replace(migraine, include=(), subtract=()) for n in range(3 * s.BITS)}
    codes = tuple(CodeEntry(id_, "", f"word{id_[4:]}", "", "name") for id_ in many)
    wide = msgspec.structs.replace(m, value_sets={**m.value_sets, **many}, codes=(*m.codes, *codes))
    asking = asked(wide)
    maker = Maker(wide, asking)
    for id_ in many:
        maker.add(1, "condition", msgspec.structs.replace(PROBLEM, texts=(f"word{id_[4:]}",)))
    assert asking.words > 3
    assert [[id_] for id_ in many] == [
        names(asking, "condition", row, "sure") for row in maker.tables()["row"].to_pylist()
    ]


SPANS = st.sampled_from([None, *(parse_span(t) for t in ("2025-12-31", "2026-01-01", "2026-01", "2026", "2026-01-03"))])


@settings(SETTINGS, max_examples=500)
@given(
    st.sampled_from(sorted(s.KIND)),
    st.sampled_from(sorted(s.STANDING)),
    st.tuples(SPANS, SPANS, SPANS),
)
def test_a_row_stands_from_its_first_day_on(kind: str, standing: Any, spans: tuple[Span | None, ...]) -> None:
    when, recorded, until = spans
    row = Row("", kind, (), (), standing, "", when, until, recorded=recorded)
    every = [date(2025, 12, 29) + timedelta(n) for n in range(10)]
    first = first_day(row)
    assert [day for day in every if standing_on(row, day) is not None] == [d for d in every if day_number(d) >= first]
    assert (first == s.ALWAYS) is (standing_on(row, date.min) is not None)
