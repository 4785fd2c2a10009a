"""A period of closer watching in one use, and the condition that an examination is overdue."""

from datetime import date
from typing import Any

import pytest
from monitoring import calendar, count, of, on, past

from support import MIGRAINE, answer, condition, whole


def watch(*resources: dict[str, Any], **more: Any) -> list[tuple[str, str | None, str | None]]:
    """Status, first and last day of the watch."""
    listed = calendar(*resources, plan="constipation", **more)
    return [(w.status, w.due and w.due.isoformat(), w.until and w.until.isoformat()) for w in listed]


@pytest.mark.parametrize(
    ("as_of", "status"), [("2026-05-20", "due"), ("2026-07-01", "due"), ("2026-07-02", "done"), ("2027-01-01", "done")]
)
def test_it_lasts_from_the_start_to_the_last_day(as_of: str, status: str) -> None:
    assert [(status, "2026-05-20", "2026-07-01")] == watch(on("2026-05-20"), as_of=date.fromisoformat(as_of))


def test_it_agrees_with_the_rule_on_the_first_weeks() -> None:
    for day in ("2026-06-30", "2026-07-01", "2026-07-02"):
        as_of = date.fromisoformat(day)
        record = whole(condition(MIGRAINE), on("2026-05-20"))
        applies = answer({"started": "constipation-weeks"}, record, "on-therapy", as_of) == "applies"
        assert applies == (watch(on("2026-05-20"), as_of=as_of)[0][0] == "due")


def test_it_is_asked_for_in_its_use_only() -> None:
    assert () == of(whole(on("2026-05-20")), plan="constipation")


def test_it_is_open_where_the_use_is_not_known() -> None:
    listed = of(whole(on("2026-05-20"), leave_out=("Condition",)), plan="constipation")
    assert [("unknown", None, "not-supplied")] == [(one.status, one.due, one.needs[0].why) for one in listed]


def test_it_is_open_where_the_start_is_not_known() -> None:
    assert [("unknown", None, None)] == watch(on(None))
    assert [("unknown", None, None)] == watch(on("2026-05"), as_of=date(2026, 6, 20))


def test_there_is_nothing_to_watch_before_a_start() -> None:
    assert [] == watch(phase="considering")


# --- the condition ----------------------------------------------------------------------------------------------------

OVERDUE = {"overdue": "lymphocytes"}


@pytest.mark.parametrize(
    ("resources", "leave_out", "said"),
    [
        ([on("2026-06-01")], (), "applies"),
        ([on("2026-06-13")], (), "clear"),
        ([on("2026-06-12")], (), "applies"),
        ([on("2026-06-01"), count("2026-06-15"), count("2026-06-29")], (), "clear"),
        ([on("2026-05-01"), count("2026-06-12")], (), "clear"),  # missed before, and done since
        ([on("2026-05-01"), count("2026-05-15")], (), "applies"),
        ([on("2026-06-01"), count("2026-06-15", 1500, None)], (), "unknown"),
        ([on("2026-06-01"), count(None)], (), "unknown"),
        ([on("2026-06-01")], ("Observation",), "unknown"),
        ([on("2026-06-20")], ("Observation",), "clear"),
        ([on(None)], (), "unknown"),
        ([on("2026-06")], (), "unknown"),
        ([past("2026-03-01", None), on("2026-06-20")], (), "unknown"),
    ],
)  # fmt: skip
def test_an_overdue_examination(resources: list[Any], leave_out: tuple[str, ...], said: str) -> None:
    assert said == answer(OVERDUE, whole(*resources, leave_out=leave_out), "on-therapy")


def test_nothing_is_overdue_before_a_start() -> None:
    assert "clear" == answer(OVERDUE, whole(), "considering")


def test_a_missing_examination_before_the_start_is_not_an_overdue_one() -> None:
    record = whole(on("2026-06-25"))
    assert "overdue" == of(record)[0].status
    assert "clear" == answer(OVERDUE, record, "on-therapy")
