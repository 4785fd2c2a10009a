"""From which day the schedule runs: refills, breaks, second courses, and dates that do not allow to tell."""

from datetime import date
from typing import Any

import pytest
from monitoring import calendar, count, on, past, statuses

from support import ZORVIMAB, dose, order


def first_day(*resources: dict[str, Any], **more: Any) -> str | None:
    """The day of the first examination after the start: two weeks later."""
    listed = [one for one in calendar(*resources, **more) if one.occurrence == "2 wk"]
    return listed[0].due.isoformat() if listed and listed[0].due else None


@pytest.mark.parametrize(
    ("end", "first"),
    [
        ("2026-05-31", "2026-02-15"),
        ("2026-06-01", "2026-02-15"),
        ("2026-05-01", "2026-02-15"),
        ("2026-04-30", "2026-06-15"),
        ("2026-03-01", "2026-06-15"),
    ],
    ids=["the day before", "overlapping", "a month before", "a day more", "long before"],
)
def test_a_break_of_more_than_a_month_begins_a_new_course(end: str, first: str) -> None:
    assert first == first_day(past("2026-02-01", end), on("2026-06-01"))


def test_an_earlier_course_is_noted() -> None:
    listed = calendar(past("2025-02-01", "2025-09-30"), on("2026-06-01"))
    assert all("An earlier course ended by 2025-09-30" in one.note for one in listed)


def test_refills_chain_back_to_the_first_order() -> None:
    chain = [past("2026-01-01", "2026-02-10"), past("2026-02-20", "2026-04-01"), past("2026-04-20", "2026-05-15")]
    assert "2026-01-15" == first_day(*chain, on("2026-06-01"))


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [
        past("2026-01-01", "2026-02-10"),
        past("2025-02-20", "2025-04-01"),
        past("2026-03-01", None),
        on("2026-06-01"),
    ]
    assert calendar(*rows) == calendar(*rows[::-1])


def test_results_of_an_earlier_course_do_not_settle_the_new_one() -> None:
    rows = past("2025-02-01", "2025-09-30"), on("2026-05-01"), count("2025-02-15"), count("2025-03-01")
    assert "overdue" == statuses(calendar(*rows))["2 wk"]


def test_doses_given_count_for_as_long_as_the_policy_says() -> None:
    joined = [dose(ZORVIMAB, "2026-01-01"), dose(ZORVIMAB, "2026-03-15"), on("2026-06-01")]
    apart = [dose(ZORVIMAB, "2025-01-01"), on("2026-06-01")]
    assert ("2026-01-15", "2026-06-15") == (first_day(*joined), first_day(*apart))


def test_two_active_orders_are_one_course_from_the_earlier_on() -> None:
    assert "2026-02-15" == first_day(on("2026-02-01"), on("2026-06-01"))


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error"])
def test_an_order_that_was_none_is_no_earlier_course(status: str) -> None:
    assert "2026-06-15" == first_day(order(ZORVIMAB, status=status, authoredOn="2026-05-01"), on("2026-06-01"))


# --- what cannot be told -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "row",
    [past("2026-02-01", None), past("2026-02-01", "2026"), order(ZORVIMAB, status="on-hold", authoredOn="2026-02-01")],
    ids=["no end", "an end in some month", "an order on hold"],
)
def test_an_earlier_order_of_unknown_end_leaves_open_what_both_starts_do_not_agree_on(row: dict[str, Any]) -> None:
    listed = calendar(row, on("2026-06-01"), as_of=date(2026, 6, 5))
    assert {"before-start": "overdue", "2 wk": "unknown", "6 wk": "unknown"} == {
        key: statuses(listed)[key] for key in ("before-start", "2 wk", "6 wk")
    }
    open_ = [need for one in listed if one.status == "unknown" for need in one.needs]
    assert {("start of therapy", "missing")} == {(need.fact, need.why) for need in open_}


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        ([on(None)], "missing"),
        ([on("2026-02-01"), on(None)], "missing"),
        ([past(None, None), on("2026-06-01")], "missing"),
        ([past(None, "2026-05-20"), on("2026-06-01")], "missing"),
    ],
    ids=["undated order", "one of two undated", "undated past", "past of unknown beginning"],
)
def test_a_start_that_is_not_known_leaves_one_open_entry(resources: list[Any], why: str) -> None:
    listed = calendar(*resources)
    assert [("", "unknown", None, [why])] == [
        (one.occurrence, one.status, one.due, [need.why for need in one.needs]) for one in listed
    ]


def test_a_past_course_of_unknown_beginning_that_ended_long_ago_plays_no_part() -> None:
    assert "2026-06-15" == first_day(past(None, "2025-05-20"), on("2026-06-01"))


def test_a_month_as_start_settles_what_every_day_of_it_agrees_on() -> None:
    listed = calendar(on("2026-03"), count("2026-03-01"), as_of=date(2026, 4, 16))
    assert {"2 wk": "unknown", "4 wk": "unknown", "2 mo + 6 wk": "upcoming"} == {
        key: statuses(listed)[key] for key in ("2 wk", "4 wk", "2 mo + 6 wk")
    }
    assert [None] == [one.due for one in listed if one.occurrence == "2 mo + 6 wk"]
    assert ["Between 2026-06-12 and 2026-07-12"] == [one.note[:33] for one in listed if one.occurrence == "2 mo + 6 wk"]


def test_a_month_long_past_is_overdue_whatever_the_day() -> None:
    assert "overdue" == statuses(calendar(on("2026-01"), as_of=date(2026, 6, 30)))["2 wk"]
