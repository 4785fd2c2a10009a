"""Calendar arithmetic: month ends, leap years, and the ends of the calendar."""

from datetime import date, timedelta
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.units import Duration, NotEvaluable, add_duration, age_on, parse_duration

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
MONTHS = st.integers(0, 1200)


@pytest.mark.parametrize(
    ("months", "days", "value", "unit"),
    [
        (3, 0, 3, "mo"),
        (12, 0, 1, "a"),
        (24, 0, 2.0, "years"),
        (0, 42, 6, "wk"),
        (0, 30, 30, "d"),
        (0, 2, 48, "h"),
        (0, 1, 1440, "min"),
        (0, 1, 86_400, "s"),
        (0, 0, 0, "d"),
    ],
)
def test_a_duration_is_months_or_days(months: int, days: int, value: float, unit: str) -> None:
    assert Duration(months, days) == parse_duration(value, unit)


@pytest.mark.parametrize(
    ("reason", "value", "unit"),
    [
        ("not-a-number", 1.5, "a"),
        ("not-a-number", 0.5, "mo"),
        ("not-a-number", 1.5, "d"),
        ("not-a-number", 0.5, "wk"),
        ("not-a-number", 36, "h"),
        ("not-a-number", -1, "d"),
        ("not-a-number", nan, "d"),
        ("not-a-number", inf, "a"),
        ("not-a-number", "3", "mo"),
        ("not-a-number", None, "mo"),
        ("wrong-dimension", 3, "m"),
        ("wrong-dimension", 3, "kg"),
        ("wrong-dimension", 3, "/d"),
        ("unknown-unit", 3, "fortnight"),
        ("unknown-unit", 3, "ks"),
        ("unknown-unit", 2, "2.mo"),
        ("no-unit", 3, ""),
        ("ambiguous-unit", 3, "M"),
    ],
)
def test_what_is_no_whole_duration_has_a_reason(reason: str, value: float, unit: str) -> None:
    result = parse_duration(value, unit)
    assert isinstance(result, NotEvaluable)
    assert reason == result.reason


def test_the_message_names_the_value_and_what_is_accepted() -> None:
    result = parse_duration(1.5, "years")
    assert isinstance(result, NotEvaluable)
    assert (
        "1.5 a is not a whole number of months or days; "
        "give whole years (a), months (mo), weeks (wk) or days (d)" == result.message
    )


@pytest.mark.parametrize(
    ("expected", "day", "duration", "sign"),
    [
        (date(2023, 2, 28), date(2023, 1, 31), Duration(1, 0), 1),
        (date(2024, 2, 29), date(2024, 1, 31), Duration(1, 0), 1),
        (date(1900, 2, 28), date(1900, 1, 31), Duration(1, 0), 1),
        (date(2000, 2, 29), date(2000, 1, 31), Duration(1, 0), 1),
        (date(2023, 3, 31), date(2023, 1, 31), Duration(2, 0), 1),
        (date(2023, 4, 30), date(2023, 1, 31), Duration(3, 0), 1),
        (date(2025, 2, 28), date(2024, 2, 29), Duration(12, 0), 1),
        (date(2028, 2, 29), date(2024, 2, 29), Duration(48, 0), 1),
        (date(2024, 1, 1), date(2023, 12, 31), Duration(0, 1), 1),
        (date(2024, 2, 29), date(2024, 3, 31), Duration(1, 0), -1),
        (date(2022, 12, 31), date(2023, 1, 31), Duration(1, 0), -1),
        (date(2023, 12, 31), date(2024, 1, 1), Duration(0, 1), -1),
        (date(2023, 3, 2), date(2023, 1, 31), Duration(1, 2), 1),
        (date(9999, 12, 31), date(2023, 1, 1), Duration(10**12, 0), 1),
        (date(9999, 12, 31), date(9999, 12, 31), Duration(0, 10**12), 1),
        (date(1, 1, 1), date(2023, 1, 1), Duration(10**12, 0), -1),
        (date(1, 1, 1), date(1, 1, 2), Duration(0, 10**12), -1),
    ],
)
def test_adding_follows_the_calendar(expected: date, day: date, duration: Duration, sign: int) -> None:
    assert expected == add_duration(day, duration, sign)


@pytest.mark.parametrize(
    ("expected", "birth", "on"),
    [
        (0, date(2020, 5, 10), date(2020, 5, 10)),
        (0, date(2020, 5, 10), date(2020, 6, 9)),
        (1, date(2020, 5, 10), date(2020, 6, 10)),
        (47, date(2020, 5, 10), date(2024, 5, 9)),
        (48, date(2020, 5, 10), date(2024, 5, 10)),
        (35, date(2020, 2, 29), date(2023, 2, 28)),
        (36, date(2020, 2, 29), date(2023, 3, 1)),
        (48, date(2020, 2, 29), date(2024, 2, 29)),
        (47, date(2020, 2, 29), date(2024, 2, 28)),
        (0, date(2023, 1, 31), date(2023, 2, 28)),
        (1, date(2023, 1, 31), date(2023, 3, 1)),
        (-1, date(2020, 5, 10), date(2020, 5, 9)),
    ],
)
def test_age_is_completed_months(expected: int, birth: date, on: date) -> None:
    assert expected == age_on(birth, on)


@given(DAYS, MONTHS)
def test_months_added_then_subtracted_lose_only_the_days_a_month_lacks(day: date, months: int) -> None:
    there = add_duration(day, Duration(months, 0))
    back = add_duration(there, Duration(months, 0), -1)
    assert (day.year, day.month, min(day.day, there.day)) == (back.year, back.month, back.day)


@given(DAYS, st.integers(0, 30_000))
def test_days_added_then_subtracted_return(day: date, days: int) -> None:
    assert day == add_duration(add_duration(day, Duration(0, days)), Duration(0, days), -1)


@given(DAYS, st.integers(0, 30_000))
def test_days_are_counted(day: date, days: int) -> None:
    assert day + timedelta(days=days) == add_duration(day, Duration(0, days))


@given(DAYS, DAYS, MONTHS)
def test_adding_months_keeps_order(a: date, b: date, months: int) -> None:
    first, second = sorted((a, b))
    assert add_duration(first, Duration(months, 0)) <= add_duration(second, Duration(months, 0))


@given(DAYS, MONTHS)
def test_an_age_in_months_is_reached_on_its_day_or_the_next(birth: date, months: int) -> None:
    reached = add_duration(birth, Duration(months, 0))
    if reached.day < birth.day:
        reached += timedelta(days=1)
    assert (months, months - 1) == (age_on(birth, reached), age_on(birth, reached - timedelta(days=1)))


@given(st.dates(), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.sampled_from([1, -1]))
def test_no_duration_leaves_the_calendar(day: date, months: int, days: int, sign: int) -> None:
    assert date.min <= add_duration(day, Duration(months, days), sign) <= date.max


@given(st.floats() | st.integers(), st.text(max_size=6) | st.sampled_from(["a", "mo", "wk", "d", "h"]))
def test_any_value_and_unit_is_a_duration_or_a_reason(value: float, unit: str) -> None:
    assert isinstance(parse_duration(value, unit), Duration | NotEvaluable)
