"""Schedules over generated dates, stages and results: what holds for every one of them."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from strategies import AS_OF, SETTINGS, drugs, monograph, phases, reviewer, truth

from apothecary.logic import Overdue
from apothecary.record import Record, Span
from apothecary.review.plan import Due
from apothecary.review.schedule import Taken, before_start, days, matched, occurrences
from apothecary.therapy.calendar import calendar
from apothecary.units import Duration, add_duration

WEEK = Duration(0, 7)
QUARTERLY = ((Duration(1, 0), Duration(3, 0)), (Duration(3, 0), Duration(12, 0)))
MONTHS = (1, 2, 3, 6, 9, 12)
starts = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ends_of_months = st.integers(1990 * 12, 2100 * 12).map(lambda n: date(n // 12, n % 12 + 1, 1) - timedelta(days=1))
durations = st.builds(Duration, st.integers(0, 14), st.just(0)) | st.builds(Duration, st.just(0), st.integers(0, 100))
any_stages = st.lists(st.tuples(durations, durations), max_size=3)


def _around(start: date, shift: int, length: int) -> Span:
    first = start + timedelta(days=shift)
    return Span(first, first + timedelta(days=length))


@st.composite
def taken(draw: st.DrawFn, start: date) -> list[Taken]:
    """Results around the schedule: of a day, of a month or a year, undated, readable or not."""
    spans = st.none() | st.builds(
        lambda shift, length: _around(start, shift, length), st.integers(-120, 500), st.sampled_from((0, 0, 0, 27, 364))
    )
    found = draw(st.lists(st.tuples(spans, st.booleans()), max_size=6))
    return [Taken(span, usable, f"Observation/{n}", n) for n, (span, usable) in enumerate(found)]


@st.composite
def situations(draw: st.DrawFn) -> tuple[date, date, list[Taken]]:
    """A start, a day of the review, and what is recorded by then."""
    start = draw(starts | ends_of_months)
    as_of = start + timedelta(days=draw(st.integers(-30, 500)))
    recorded = [one for one in draw(taken(start)) if one.when is None or one.when.start <= as_of]
    return start, as_of, recorded


def _statuses(start: date, as_of: date, results: list[Taken], complete: bool = True) -> list[str]:
    return [matched(one, results, as_of, complete).status for one in occurrences(start, QUARTERLY, WEEK)]


# --- days -----------------------------------------------------------------------------------------------------------


@SETTINGS
@given(starts, any_stages)
def test_days_come_after_the_start_one_after_the_other_and_never_past_the_last_stage(
    start: date, stages: list[tuple[Duration, Duration]]
) -> None:
    found = [day for _, day in days(start, stages)]
    assert found == sorted(set(found))
    assert all(start < day <= max(add_duration(start, until) for _, until in stages) for day in found)


@SETTINGS
@given(starts | ends_of_months)
def test_each_day_is_so_many_months_after_the_start(start: date) -> None:
    found = [day for _, day in days(start, QUARTERLY)]
    months = [(day.year - start.year) * 12 + day.month - start.month for day in found]
    assert list(MONTHS) == months
    assert all(day.day <= start.day for day in found)
    assert all(day.day == start.day or (day + timedelta(days=1)).day == 1 for day in found)


@SETTINGS
@given(starts | ends_of_months)
def test_every_day_after_the_start_belongs_to_one_examination_or_to_the_start(start: date) -> None:
    listed = occurrences(start, QUARTERLY, WEEK)
    assert start < listed[0].first
    assert all(one.first <= one.day <= one.last for one in listed)
    assert [one.last + timedelta(days=1) for one in listed[:-1]] == [one.first for one in listed[1:]]
    assert date.max == listed[-1].last


@SETTINGS
@given(starts, st.integers(-20, 420))
def test_a_result_belongs_to_the_nearest_examination(start: date, shift: int) -> None:
    day = start + timedelta(days=shift)
    listed = occurrences(start, QUARTERLY, WEEK)
    owners = [one for one in listed if one.first <= day <= one.last]
    nearest = min((start, *(one.day for one in listed)), key=lambda other: abs((other - day).days))
    assert ([] if nearest == start else [nearest]) == [one.day for one in owners]


@pytest.mark.parametrize(
    ("start", "months"),
    [
        (date(2026, 1, 31), ["2026-02-28", "2026-03-31", "2026-04-30", "2026-07-31", "2026-10-31", "2027-01-31"]),
        (date(2024, 1, 31), ["2024-02-29", "2024-03-31", "2024-04-30", "2024-07-31", "2024-10-31", "2025-01-31"]),
        (date(2024, 2, 29), ["2024-03-29", "2024-04-29", "2024-05-29", "2024-08-29", "2024-11-29", "2025-02-28"]),
        (date(2023, 11, 30), ["2023-12-30", "2024-01-30", "2024-02-29", "2024-05-30", "2024-08-30", "2024-11-30"]),
        (date(2099, 12, 31), ["2100-01-31", "2100-02-28", "2100-03-31", "2100-06-30", "2100-09-30", "2100-12-31"]),
    ],
    ids=str,
)
def test_ends_of_months_and_leap_years(start: date, months: list[str]) -> None:
    assert months == [day.isoformat() for _, day in days(start, QUARTERLY)]


def test_the_end_of_the_calendar_is_no_day_of_a_schedule() -> None:
    assert [date(9999, 11, 15), date(9999, 12, 15)] == [day for _, day in days(date(9999, 10, 15), QUARTERLY)]


def test_an_interval_of_no_time_gives_nothing() -> None:
    assert [] == list(days(date(2026, 1, 1), [(Duration(0, 0), Duration(3, 0))]))


# --- results --------------------------------------------------------------------------------------------------------


@SETTINGS
@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_results_changes_nothing(case: tuple[date, date, list[Taken]], rng: Random) -> None:
    start, as_of, results = case
    shuffled = rng.sample(results, len(results))
    for one in (before_start(start, Duration(3, 0)), *occurrences(start, QUARTERLY, WEEK)):
        assert matched(one, results, as_of, True) == matched(one, shuffled, as_of, True)


@SETTINGS
@given(situations())
def test_one_dated_readable_result_settles_at_most_one_examination(case: tuple[date, date, list[Taken]]) -> None:
    start, as_of, results = case
    sure = [one for one in results if one.usable and one.when is not None and one.when.start == one.when.end]
    assert _statuses(start, as_of, sure).count("done") <= len(sure)


@SETTINGS
@given(situations())
def test_without_a_result_nothing_is_done_and_without_all_results_nothing_is_overdue(
    case: tuple[date, date, list[Taken]],
) -> None:
    start, as_of, results = case
    assert "done" not in _statuses(start, as_of, [one for one in results if not one.usable])
    assert "overdue" not in _statuses(start, as_of, results, complete=False)


@SETTINGS
@given(situations())
def test_knowing_that_there_are_no_other_results_only_settles_what_was_open(
    case: tuple[date, date, list[Taken]],
) -> None:
    start, as_of, results = case
    partly, wholly = (_statuses(start, as_of, results, complete) for complete in (False, True))
    assert all(a in (b, "unknown") for a, b in zip(partly, wholly, strict=True))


@SETTINGS
@given(situations(), st.data())
def test_knowing_the_day_of_a_result_never_changes_a_settled_answer(
    case: tuple[date, date, list[Taken]], data: st.DataObject
) -> None:
    start, as_of, results = case
    exact = []
    for one in results:
        when = one.when or Span(start - timedelta(days=60), as_of)
        if when.start > as_of:
            continue
        day = data.draw(st.dates(when.start, max(when.start, min(when.end, as_of))))
        exact.append(Taken(Span(day, day), one.usable, one.source, one.number))
    before, after = _statuses(start, as_of, results), _statuses(start, as_of, exact)
    assert all(a in (b, "unknown") for a, b in zip(before, after, strict=True))


@SETTINGS
@given(situations())
def test_a_day_later_an_examination_without_results_is_never_less_late(case: tuple[date, date, list[Taken]]) -> None:
    start, as_of, _ = case
    order = ["upcoming", "due", "overdue"]
    today, tomorrow = (_statuses(start, as_of + timedelta(days=later), []) for later in (0, 1))
    assert all(order.index(a) <= order.index(b) for a, b in zip(today, tomorrow, strict=True))


@pytest.mark.parametrize(
    ("as_of", "status"),
    [("2026-02-20", "upcoming"), ("2026-02-21", "due"), ("2026-02-28", "due"), ("2026-03-07", "due"),
     ("2026-03-08", "overdue")],
)  # fmt: skip
def test_the_tolerance_holds_to_the_day(as_of: str, status: str) -> None:
    first = occurrences(date(2026, 1, 31), QUARTERLY, WEEK)[0]
    assert status == matched(first, [], date.fromisoformat(as_of), True).status


@pytest.mark.parametrize(
    ("day", "done"),
    [("2026-01-16", None), ("2026-01-17", 0), ("2026-02-15", 0), ("2026-02-16", 1), ("2027-09-01", 5)],
    ids=["nearer to the start", "nearer to the first", "halfway", "nearer to the second", "long after the last"],
)
def test_halfway_belongs_to_the_earlier_examination(day: str, done: int | None) -> None:
    when = date.fromisoformat(day)
    found = [
        n
        for n, one in enumerate(occurrences(date(2026, 1, 1), QUARTERLY, WEEK))
        if matched(one, [Taken(Span(when, when), True, "a", 0)], date(2027, 12, 1), True).status == "done"
    ]
    assert ([] if done is None else [done]) == found


def test_a_result_of_the_year_was_taken_by_the_day_of_the_review() -> None:
    year = Taken(Span(date(2026, 1, 20), date(2026, 12, 31)), True, "a", 0)
    first = occurrences(date(2026, 1, 1), QUARTERLY, WEEK)[0]
    found = [matched(first, [year], date(2026, 2, day), True).status for day in (10, 20)]
    assert ["done", "unknown"] == found


# --- whole records --------------------------------------------------------------------------------------------------


def _calendar(drug: str, record: Record, phase: Any) -> tuple[Due, ...]:
    return calendar(reviewer(drug).context(record, AS_OF, phase))


@settings(SETTINGS, max_examples=300)
@given(drugs.flatmap(lambda drug: st.tuples(st.just(drug), patients(drug, crowded=True))), phases, st.data())
def test_a_calendar_of_any_record_keeps_its_promises(
    case: tuple[str, Patient], phase: Any, data: st.DataObject
) -> None:
    drug, patient = case
    rng = data.draw(st.randoms(use_true_random=False))
    listed = _calendar(drug, patient.read(), phase)
    assert all((one.result is not None) == (one.status == "done") or one.until is not None for one in listed)
    assert all(one.needs for one in listed if one.status == "unknown")
    assert all(one.due is not None and one.due <= AS_OF for one in listed if one.status == "overdue" and one.earliest)
    taken = [one.result.source for one in listed if one.result is not None]
    assert len(taken) == len(set(taken)) or phase == "considering"
    other = patient
    for section, resources in patient.rows.items():
        other = other.having(section, *rng.sample(resources, len(resources)))
    assert [(one.id, one.occurrence, one.due, one.status, one.result) for one in listed] == [
        (one.id, one.occurrence, one.due, one.status, one.result) for one in _calendar(drug, other.read(), phase)
    ]


@settings(SETTINGS, max_examples=200)
@given(drugs.flatmap(lambda drug: st.tuples(st.just(drug), patients(drug, crowded=True))))
def test_the_condition_says_what_the_calendar_shows(case: tuple[str, Patient]) -> None:
    drug, patient = case
    record = patient.read()
    for plan in (plan for plan in monograph(drug).monitoring.values() if plan.stages and plan.indication is None):
        listed = [one for one in _calendar(drug, record, "on-therapy") if one.id == plan.id]
        shown = {one.status for one in listed if one.occurrence != "before-start"}
        expected = "applies" if "overdue" in shown else "unknown" if "unknown" in shown else "clear"
        assert expected == truth(Overdue(of=plan.id), drug, record, "on-therapy")
