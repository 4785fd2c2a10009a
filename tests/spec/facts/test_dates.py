"""The day of the review decides: later rows are ignored, ends after that day have not come, partial dates stay so."""

from datetime import date
from typing import Any

import pytest

from apothecary.record import parse_span, read_record
from support import (
    ALC,
    MIGRAINE,
    MMR,
    TRIPTAN,
    allergy,
    answer,
    condition,
    dose,
    finding,
    order,
    procedure,
    result,
    vaccination,
    whole,
)

CURRENT, EVER = {"condition": "cond-migraine"}, {"condition": {"set": "cond-migraine", "standing": "any"}}
LATER = "2026-07-01"  # the reviews here are of 2026-06-30


@pytest.mark.parametrize(
    ("when", "row"),
    [
        (EVER, condition(MIGRAINE, onsetDateTime=LATER)),
        (EVER, condition(MIGRAINE, recordedDate=LATER)),
        ({"takes": {"set": "drug-triptan", "standing": "ever"}}, order(TRIPTAN, authoredOn=LATER)),
        ({"takes": {"set": "drug-triptan", "standing": "ever"}}, dose(TRIPTAN, LATER)),
        ({"vaccine": {"set": "vax-live", "standing": "given"}}, vaccination(MMR, LATER)),
        ({"procedure": "proc-plasma-exchange"}, procedure("plasma exchange", LATER)),
        ({"allergy": "allergy-zorvimab"}, allergy("zorvimab", recordedDate=LATER)),
    ],
    ids=lambda x: x.get("resourceType", "") if isinstance(x, dict) else None,
)
def test_rows_after_the_day_of_the_review(when: Any, row: dict[str, Any]) -> None:
    """A row dated after the day of the review is ignored, so that a past day can be reviewed as it was."""
    assert "clear" == answer(when, whole(row, allergy("penicillin")))
    assert "applies" == answer(when, whole(row), as_of=date(2026, 7, 1))


def test_a_list_of_later_rows_only() -> None:
    """A section that has rows of later days only was not supplied on the day of the review."""
    assert "unknown" == answer({"allergy": "allergy-zorvimab"}, whole(allergy("zorvimab", recordedDate=LATER)))


def test_results_after_the_day_of_the_review() -> None:
    """The latest result is the latest on or before the day of the review."""
    low = {"compare": {"quantity": "alc", "below": "alc-hold"}}
    record = whole(result(ALC, 2000, "/uL", "2026-06-30"), result(ALC, 100, "/uL", LATER))
    assert ("clear", "applies") == (answer(low, record), answer(low, record, as_of=date(2026, 7, 1)))


@pytest.mark.parametrize(
    ("abated", "expected"), [("2026-06-29", "clear"), ("2026-06-30", "clear"), ("2026-07-01", "applies")]
)
def test_a_problem_that_ended(abated: str, expected: str) -> None:
    """A problem resolved after the day of the review was still active on that day; on the day its status decides."""
    assert expected == answer(CURRENT, whole(condition(MIGRAINE, "resolved", abatementDateTime=abated)))


def test_a_problem_called_active_that_has_ended() -> None:
    """A problem still called active but with an end in the past is history."""
    record = whole(condition(MIGRAINE, "active", abatementDateTime="2025-01-01"))
    assert ("clear", "applies") == (answer(CURRENT, record), answer(EVER, record))


@pytest.mark.parametrize(
    ("status", "end", "expected"),
    [
        ("active", "2026-06-29", "clear"),
        ("active", "2026-06-30", "applies"),
        ("active", "2026-07-01", "applies"),
        ("completed", "2026-06-29", "clear"),
        ("completed", "2026-06-30", "clear"),
        ("completed", "2026-07-01", "applies"),
        ("cancelled", "2026-07-01", "clear"),
    ],
)
def test_a_medication_with_an_end(status: str, end: str, expected: str) -> None:
    """A treatment is taken before its last day and not after it, whatever its status says today.

    On the last day the status decides, and a cancelled order never was a treatment.
    """
    bounds = [{"timing": {"repeat": {"boundsPeriod": {"start": "2026-01-01", "end": end}}}}]
    record = whole(order(TRIPTAN, status, dosageInstruction=bounds))
    assert expected == answer({"takes": "drug-triptan"}, record)


@pytest.mark.parametrize(
    ("text", "first", "last", "shown"),
    [
        ("2026", date(2026, 1, 1), date(2026, 12, 31), "2026"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), "2024-02"),
        ("2026-06-30", date(2026, 6, 30), date(2026, 6, 30), "2026-06-30"),
        ("2026-06-30T23:59:00-10:00", date(2026, 6, 30), date(2026, 6, 30), "2026-06-30"),
    ],
)
def test_partial_dates_stay_partial(text: str, first: date, last: date, shown: str) -> None:
    """A year or a month stands for all its days; a time keeps the day of its own time zone."""
    span = parse_span(text)
    assert span is not None
    assert (first, last, shown) == (span.start, span.end, span.text())


@pytest.mark.parametrize("text", [None, "", "30.06.2026", "2026-13", "2026-02-30", "June", "0000"])
def test_what_is_no_date(text: str | None) -> None:
    """What is no FHIR date is no date; none is guessed."""
    assert parse_span(text) is None


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-06-02", "applies"),
        ("2026-06-01", "clear"),
        ("2026-06", "unknown"),
        ("2026", "unknown"),
        ("2026-05", "clear"),
        (None, "unknown"),
    ],
)
def test_windows(day: str | None, expected: str) -> None:
    """A window of four weeks reaches back to the same day of the week; a partial date on its edge is unknown."""
    when = {"condition": {"set": "cond-infection", "standing": "history", "within": "recent-infection"}}
    assert expected == answer(when, whole(condition("sepsis", "resolved", onsetDateTime=day)))


def test_a_date_that_is_missing_is_asked_for() -> None:
    """The need names the row whose date is not exact enough."""
    when = {"condition": {"set": "cond-infection", "standing": "history", "within": "recent-infection"}}
    needs = finding(when, whole(condition("sepsis", "resolved", onsetDateTime="2026", id="c3"))).needs
    assert ["The date of Condition/c3 is not exact enough: supply it."] == [need.how for need in needs]


@pytest.mark.parametrize(
    ("onset", "expected"),
    [
        ("2026-02-01", "applies"),
        ("2026-01-31", "clear"),
        ("2026-02", "applies"),
        ("2026-01", "clear"),
        ("2026", "unknown"),
        (None, "unknown"),
    ],
)
def test_since_the_start_of_therapy(onset: str | None, expected: str) -> None:
    """`since_start` counts from the first day of the therapy, which is the date of its order."""
    record = whole(
        order("zorvimab", authoredOn="2026-02-01"), condition("serum sickness", "resolved", onsetDateTime=onset)
    )
    when = {"condition": {"set": "cond-serum-sickness", "standing": "any", "since_start": True}}
    assert expected == answer(when, record, "on-therapy")


def test_since_a_start_that_is_not_known() -> None:
    """Without the date of the start the question is open, and the start is asked for."""
    record = whole(order("zorvimab", authoredOn=None), condition("serum sickness", onsetDateTime="2026-02-02"))
    found = finding({"condition": {"set": "cond-serum-sickness", "since_start": True}}, record, "on-therapy")
    assert ("unknown", True) == (str(found.status), "therapy started" in found.needs[0].how)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-05-19", "applies"),
        ("2026-05-18", "clear"),
        ("2026-05", "unknown"),
        ("2026", "unknown"),
        (None, "unknown"),
    ],
)
def test_started(start: str | None, expected: str) -> None:
    """`started` asks whether the therapy began within a window, here six weeks."""
    record = whole(order("zorvimab", authoredOn=start))
    assert expected == answer({"started": "early-weeks"}, record, "on-therapy")


def test_a_therapy_not_begun() -> None:
    """Before the start nothing has started."""
    assert "clear" == answer({"started": "early-weeks"}, whole(), "considering")


def test_an_undated_row_may_be_the_start() -> None:
    """A therapy with one dated and one undated row may have started before the dated one."""
    record = whole(order("zorvimab", authoredOn="2026-06-20"), order("zorvimab", authoredOn=None))
    assert "unknown" == answer({"started": "early-weeks"}, record, "on-therapy")


def test_the_short_form_is_of_the_day() -> None:
    """In the short form a person types what holds on the day of the review, so an undated row is of that day."""
    record = read_record(b"conditions: none\nlabs: {ALC: 400 /uL}")
    assert "applies" == answer({"compare": {"quantity": "alc", "below": "alc-hold", "within": "alc-window"}}, record)


def test_a_planned_vaccination_of_the_short_form() -> None:
    """A vaccination that a person types as planned for a coming day is planned."""
    record = read_record(b"medications: none\nvaccines: [{name: MMR, status: planned, date: 2026-07-10}]")
    assert "applies" == answer({"vaccine": {"set": "vax-live", "standing": "planned"}}, record)


def test_the_order_of_rows_does_not_matter() -> None:
    """The same rows in another order are the same record."""
    rows = [result(ALC, 400, "/uL", "2026-06-20"), result(ALC, 900, "/uL", "2026-06-21"), condition(MIGRAINE)]
    when = {"all": [CURRENT, {"compare": {"quantity": "alc", "below": "alc-hold"}}]}
    assert answer(when, whole(*rows)) == answer(when, whole(*reversed(rows)))


@pytest.mark.parametrize(
    ("when", "row"),
    [
        (EVER, condition(MIGRAINE, onsetDateTime="2020-01-01", recordedDate=LATER)),
        ({"allergy": "allergy-zorvimab"}, allergy("zorvimab", onsetDateTime="2020-01-01", recordedDate=LATER)),
    ],
)
def test_rows_recorded_after_the_day_of_the_review(when: Any, row: dict[str, Any]) -> None:
    """A row that was only recorded after the day of the review was not known on that day, though it began before."""
    assert "clear" == answer(when, whole(row, allergy("penicillin")))
    assert "applies" == answer(when, whole(row), as_of=date(2026, 7, 1))
