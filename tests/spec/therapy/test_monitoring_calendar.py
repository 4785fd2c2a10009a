"""The calendar of a plan: its days, what was done, what is due, what cannot be told."""

from datetime import date
from typing import Any

import pytest
from monitoring import AS_OF, calendar, count, of, on, statuses

from support import bundle, patient, read, resource, result

OPAQUE = {"coding": [{"system": "urn:lab", "code": "X"}]}


def test_the_days_are_reckoned_from_the_start() -> None:
    listed = calendar(on("2026-01-31"))
    assert [
        ("before-start", "2026-01-31"),
        ("2 wk", "2026-02-14"),
        ("4 wk", "2026-02-28"),
        ("6 wk", "2026-03-14"),
        ("2 mo + 6 wk", "2026-05-12"),
        ("4 mo + 6 wk", "2026-07-12"),
    ] == [(one.occurrence, one.due.isoformat() if one.due else None) for one in listed]


def test_what_was_done_names_its_result_and_the_rest_is_overdue_due_or_upcoming() -> None:
    counts = count("2026-01-20"), count("2026-02-15", id="late"), count("2026-05-12", id="later")
    listed = calendar(on("2026-01-31"), *counts, as_of=date(2026, 5, 14))
    assert {
        "before-start": "done", "2 wk": "done", "4 wk": "overdue", "6 wk": "overdue", "2 mo + 6 wk": "done",
        "4 mo + 6 wk": "upcoming",
    } == statuses(listed)  # fmt: skip
    by = {one.occurrence: one.result.source for one in listed if one.result}
    assert {"2 wk": "Observation/late", "2 mo + 6 wk": "Observation/later"} == {
        key: by[key] for key in ("2 wk", "2 mo + 6 wk")
    }
    assert all(one.result is None for one in listed if one.status != "done")
    assert ["4 wk", "6 wk"] == [one.occurrence for one in listed if one.missed]
    assert {"Missed; a later one was done."} == {one.note for one in listed if one.missed}


def test_one_that_is_overdue_is_not_missed_while_no_later_one_was_done() -> None:
    listed = calendar(on("2026-01-31"), count("2026-01-20"), count("2026-02-15"), as_of=date(2026, 5, 14))
    assert [("4 wk", False), ("6 wk", False)] == [
        (one.occurrence, one.missed) for one in listed if one.status == "overdue" and one.occurrence in ("4 wk", "6 wk")
    ]


@pytest.mark.parametrize(
    ("as_of", "status"),
    [("2026-02-10", "upcoming"), ("2026-02-11", "due"), ("2026-02-14", "due"), ("2026-02-17", "due"),
     ("2026-02-18", "overdue")],
)  # fmt: skip
def test_it_is_due_within_the_tolerance_and_overdue_after_it(as_of: str, status: str) -> None:
    listed = calendar(on("2026-01-31"), as_of=date.fromisoformat(as_of))
    assert status == statuses(listed)["2 wk"]


@pytest.mark.parametrize(
    ("when", "status"),
    [("2025-10-30", "overdue"), ("2025-10-31", "done"), ("2026-01-31", "done"), ("2026-02-01", "overdue")],
)
def test_before_the_start_means_in_the_window_that_ends_with_it(when: str, status: str) -> None:
    assert status == statuses(calendar(on("2026-01-31"), count(when)))["before-start"]


def test_of_several_results_the_nearest_settles_it() -> None:
    counts = [count(f"2026-02-{day}", id=f"d{day}") for day in ("10", "13", "18")]
    listed = calendar(on("2026-01-31"), *counts)
    assert "Observation/d13" == next(one.result.source for one in listed if one.occurrence == "2 wk" and one.result)


@pytest.mark.parametrize(
    ("when", "note"),
    [("2026-05-12", ""), ("2026-05-09", ""), ("2026-05-08", "Done earlier than planned."),
     ("2026-05-16", "Done later than planned.")],
)  # fmt: skip
def test_a_result_off_its_time_settles_it_with_a_note(when: str, note: str) -> None:
    one = next(one for one in calendar(on("2026-01-31"), count(when)) if one.occurrence == "2 mo + 6 wk")
    assert ("done", note) == (one.status, one.note)


# --- what cannot be told -----------------------------------------------------------------------------------------


def test_without_laboratory_results_nothing_is_done_or_overdue() -> None:
    listed = calendar(on("2026-01-31"), leave_out=("Observation",), as_of=date(2026, 5, 12))
    assert ["unknown"] * 4 + ["due", "upcoming"] == list(statuses(listed).values())
    assert all("not-supplied" in {need.why for need in one.needs} for one in listed if one.status != "upcoming")


@pytest.mark.parametrize(
    ("broken", "why", "said"),
    [
        (count("2026-02-14", None, None, valueString="see comment"), "unreadable", "gives no number"),
        (count("2026-02-14", 1500, None), "unreadable", "unit"),
        (count("2026-02-14", 1500, "mg/dL"), "unreadable", "mg/dL"),
        (count("2026-02-14", 9e9), "unreadable", "plausible"),
        (count("2026-02-14", status="preliminary?"), "unreadable", "preliminary?"),
        (count("2026-02"), "missing", "2026-02 only"),
        (count(None), "missing", "no date"),
        (result(OPAQUE, 1500, "/uL", "2026-02-14"), "unreadable", "does not say"),
    ],
)  # fmt: skip
def test_a_result_that_cannot_be_used_leaves_its_examination_open(broken: Any, why: str, said: str) -> None:
    one = next(one for one in calendar(on("2026-01-31"), {**broken, "id": "b"}) if one.occurrence == "2 wk")
    assert "unknown" == one.status
    assert [(True, True)] == [(need.why == why, said in need.how) for need in one.needs]


def test_a_broken_result_leaves_the_other_examinations_as_they_are() -> None:
    listed = calendar(on("2026-01-31"), count("2026-02-14", 1500, None))
    assert {"2 wk": "unknown", "4 wk": "overdue"} == {key: statuses(listed)[key] for key in ("2 wk", "4 wk")}


def test_a_good_result_settles_it_beside_a_broken_one() -> None:
    assert "done" == statuses(calendar(on("2026-01-31"), count("2026-02-14", 1500, None), count("2026-02-15")))["2 wk"]


def test_a_result_that_was_not_obtained_is_none() -> None:
    absent = count("2026-02-14", None, None, dataAbsentReason={"text": "not performed"})
    assert "overdue" == statuses(calendar(on("2026-01-31"), absent))["2 wk"]


def test_a_total_and_a_share_of_one_day_are_a_count() -> None:
    total, share = result("wbc", 6000, "/uL", "2026-02-14"), result("lymphocytes percent", 30, "%", "2026-02-14")
    one = next(one for one in calendar(on("2026-01-31"), total, share) if one.occurrence == "2 wk")
    assert ("done", "1800") == (one.status, one.result.value if one.result else None)


def test_a_total_without_a_readable_share_leaves_it_open() -> None:
    total, share = result("wbc", 6000, "/uL", "2026-02-14"), result("lymphocytes percent", 30, None, "2026-02-14")
    assert "unknown" == statuses(calendar(on("2026-01-31"), total, share))["2 wk"]


def test_a_total_of_another_day_than_the_share_is_no_count() -> None:
    total, share = result("wbc", 6000, "/uL", "2026-02-14"), result("lymphocytes percent", 30, "%", "2026-02-15")
    assert "overdue" == statuses(calendar(on("2026-01-31"), total, share))["2 wk"]


def test_results_after_the_day_of_the_review_do_not_count() -> None:
    assert "due" == statuses(calendar(on("2026-01-31"), count("2026-02-15"), as_of=date(2026, 2, 14)))["2 wk"]


# --- considering ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resources", "leave_out", "status"),
    [
        ([count("2026-06-01")], (), "done"),
        ([count("2026-03-29")], (), "due"),
        ([], (), "due"),
        ([], ("Observation",), "unknown"),
        ([count("2026-06-01", 1500, None)], (), "unknown"),
        ([count(None)], (), "unknown"),
    ],
)
def test_before_a_start_only_the_first_examination_is_asked_for(
    resources: list[Any], leave_out: tuple[str, ...], status: str
) -> None:
    listed = calendar(*resources, leave_out=leave_out, phase="considering")
    assert {"before-start": status} == statuses(listed)
    assert [None] == [one.due for one in listed]


def test_an_entry_rests_on_statements_and_names_its_reading() -> None:
    one = calendar(on("2026-01-31"))[0]
    assert ("cautions.5", "interpreted") == (one.basis[0].statement, one.basis[0].kind)
    assert "when-to-count" == one.interpretation


def test_the_trend_holds_the_dated_numbers_oldest_first() -> None:
    counts = [
        count("2026-05-01", 0.4, "10*3/uL"),
        count("2026-02-01"),
        count("2026-03-01", None, None),
        count("2026-04"),
    ]
    trend = calendar(on("2026-01-31"), *counts)[0].trend
    assert trend is not None
    assert [("2026-02-01", 1500), ("2026-05-01", 400)] == [(p.date.isoformat(), p.value) for p in trend.points]
    assert ("/uL", 500, 1) == (trend.unit, trend.limit, trend.left_out)


def test_a_bare_record_without_laboratory_results_leaves_everything_past_open() -> None:
    record = read(bundle(patient(), on("2026-01-31"), resource("Encounter", status="finished")))
    assert "unknown" == statuses(of(record, AS_OF))["2 wk"]
