"""What is written is there, in order and once; feedback finds its card; the database refuses to change anything."""

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from log_samples import DRUG, START, VERSION, Opened, answer, note, review, rows, table
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from apothecary.decision_log.errors import LogError
from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.verify import verify


def test_entries_are_numbered_in_their_order(log: DecisionLog) -> None:
    assert [1, 2, 3] == log.append([review(1), review(2), note(says="x")])
    assert [4] == log.append([review(3)])
    assert [1, 2, 3, 4] == [row.seq for row in rows(log)]


def test_an_entry_reads_back_as_it_was(log: DecisionLog) -> None:
    entry = review(1, ("hives", "anaphylaxis"))
    log.append([entry])
    row = rows(log)[0]
    assert ("2026-11-01T08:01:00.000000Z", "review", DRUG, VERSION, "order-sign", "a" * 64) == row[1:7]
    assert entry.body == json.loads(row.body)


def test_the_time_is_kept_in_utc(log: DecisionLog) -> None:
    log.append([review(time=datetime(2026, 11, 1, 1, 30, tzinfo=timezone(timedelta(hours=2))))])
    assert "2026-10-31T23:30:00.000000Z" == rows(log)[0].time


def test_nothing_is_written_for_no_entries(log: DecisionLog) -> None:
    assert [] == log.append([])
    assert 0 == verify(log).count


def test_text_of_every_kind_is_kept(log: DecisionLog) -> None:
    body = {"comment": "zero \0, quote ', <b>, é, 漢, 😀, %s ? :x", "numbers": [1.5, -0.0, 2**53, None, True]}
    log.append([note(**body)])
    assert body == json.loads(rows(log)[0].body)
    assert verify(log).difference is None


def test_a_large_batch_is_written_whole(log: DecisionLog) -> None:
    assert list(range(1, 3001)) == log.append([review(number) for number in range(3000)])
    assert 3000 == len(table(log, "cards"))
    found = verify(log)
    assert (3000, None) == (found.count, found.difference)


BAD: dict[str, tuple[Any, str]] = {
    "no zone": (review(time=datetime(2026, 11, 1)), "no time zone"),  # noqa: DTZ001
    "cards": (review(body={"cards": "many"}), "Expected `array`"),
    "feedback without card": (answer(card=None), "Expected `str`"),  # type: ignore[arg-type]
    "not JSON": (note(what=object()), "object"),
    "half a character": (note(what="\ud800"), "surrogates"),
    "zero in a column": (review(hook="a\0b"), "zero character"),
}


@pytest.mark.parametrize(("entry", "said"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_kept_is_refused_and_nothing_of_its_batch_is_written(
    entry: Any, said: str, log: DecisionLog
) -> None:
    with pytest.raises(LogError, match=said) as caught:
        log.append([review(1), entry])
    assert "log-entry" == caught.value.code
    assert [] == rows(log)


# --- feedback ------------------------------------------------------------------------------------------------------


def feedback_of(log: DecisionLog) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rows(log)[-1].body)
    return found


def test_feedback_takes_rules_drug_edition_and_patient_from_the_review(log: DecisionLog) -> None:
    log.append([review(1), review(2, ("renal", "age"))])
    log.append([answer("card-2")])
    row = rows(log)[-1]
    assert (DRUG, VERSION, "a" * 64) == (row.drug, row.version, row.patient)
    assert (["renal", "age"], 2) == (feedback_of(log)["rules"], feedback_of(log)["reviewed"])


def test_feedback_in_the_batch_of_its_review_finds_it(log: DecisionLog) -> None:
    log.append([review(1), answer("card-1")])
    assert (["hives"], 1) == (feedback_of(log)["rules"], feedback_of(log)["reviewed"])


def test_feedback_to_a_card_shown_twice_belongs_to_the_last_time(log: DecisionLog) -> None:
    again = review(2, ("renal",))
    again.body["cards"][0]["uuid"] = "card-1"
    log.append([review(1)])
    log.append([again])
    log.append([answer("card-1")])
    assert 2 == feedback_of(log)["reviewed"]


def test_feedback_to_an_unknown_card_is_kept(log: DecisionLog) -> None:
    assert [1] == log.append([answer("card-nowhere", rules=["claimed"])])
    assert ([], None) == (feedback_of(log)["rules"], feedback_of(log)["reviewed"])
    assert verify(log).difference is None


@pytest.mark.parametrize("together", [True, False])
def test_the_same_feedback_is_written_once(log: DecisionLog, together: bool) -> None:
    log.append([review(1)])
    if together:
        numbers = log.append([answer(), answer(), review(2)])
    else:
        numbers = [*log.append([answer()]), *log.append([answer()]), *log.append([review(2)])]
    assert [2, 2, 3] == numbers
    assert 3 == verify(log).count


@pytest.mark.parametrize("other", [answer(outcome="accepted"), answer(at=1), answer("card-2")])
def test_other_feedback_is_written_too(log: DecisionLog, other: Any) -> None:
    assert [1, 2] == log.append([answer(), other])


def test_feedback_without_a_timestamp_is_never_the_same(log: DecisionLog) -> None:
    assert [1, 2] == log.append([answer(timestamp=None), answer(timestamp=None)])


# --- what was overridden --------------------------------------------------------------------------------------------


def overridden(log: DecisionLog, since: datetime = START, after: int = 0) -> set[tuple[str, str, str]]:
    return {(one.patient[:1], one.rule, one.status) for one in log.overrides(after, since)}


def test_overridden_rules_are_found_with_their_patient(log: DecisionLog) -> None:
    log.append([review(1, ("hives", "renal")), review(2, ("age",)), answer("card-1"), answer("card-2", "accepted")])
    assert {("a", "hives", "applies"), ("a", "renal", "applies")} == overridden(log)
    (one, _) = log.overrides(0, START)
    assert (3, "a" * 64, DRUG, VERSION) == (one.seq, one.patient, one.drug, one.version)


def test_only_what_is_new_is_found(log: DecisionLog) -> None:
    log.append([review(1), answer("card-1")])
    seen = max(one.seq for one in log.overrides(0, START))
    log.append([review(2, ("age",)), answer("card-2")])
    assert {("a", "age", "applies")} == overridden(log, after=seen)


@pytest.mark.parametrize(("found", "later"), [(1, timedelta()), (0, timedelta(microseconds=1))])
def test_overrides_before_the_time_asked_for_are_not(log: DecisionLog, found: int, later: timedelta) -> None:
    entry = answer("card-1")
    log.append([review(1), entry])
    assert found == len(overridden(log, entry.time + later))
    assert all(one.time == entry.time for one in log.overrides(0, START))


@pytest.mark.parametrize(("status", "expected"), [("unknown", {("a", "hives", "unknown")}), ("", set())])
def test_an_override_counts_for_what_the_card_asked(log: DecisionLog, status: str, expected: set[Any]) -> None:
    """An open question set aside is no answer to the same rule once it applies; some cards ask for no decision."""
    shown = review(1)
    shown.body["cards"][0]["status"] = status
    log.append([shown])
    log.append([answer("card-1")])
    assert expected == overridden(log)


def test_a_patient_is_a_keyed_hash(log: DecisionLog, opened: Opened, tmp_path: Any) -> None:
    other = opened(str(tmp_path / "other.db"), b"o" * 32)
    assert log.patient_key("p1") == log.patient_key("p1") != log.patient_key("p2")
    assert 64 == len(log.patient_key("p1"))
    assert log.patient_key("p1") != other.patient_key("p1")


# --- append only ---------------------------------------------------------------------------------------------------

CHANGES = [
    "UPDATE entries SET body = '{}' WHERE seq = 1",
    "DELETE FROM entries WHERE seq = 2",
    "DELETE FROM cards",
    "UPDATE feedback SET outcome = 'accepted'",
    "DELETE FROM overrides",
    "UPDATE meta SET value = ''",
    "INSERT INTO entries SELECT * FROM entries WHERE seq = 1",
]
OF_ONE = {
    "sqlite": ["INSERT OR REPLACE INTO entries SELECT * FROM entries WHERE seq = 1"],
    "postgresql": ["TRUNCATE entries", "TRUNCATE cards"],
}


@pytest.mark.parametrize("number", range(len(CHANGES) + 2))
def test_the_database_refuses_to_change_what_was_written(log: DecisionLog, number: int) -> None:
    log.append([review(1), answer()])
    before = rows(log)
    statements = [*CHANGES, *OF_ONE[log.engines.writing.dialect.name]]
    statement = statements[min(number, len(statements) - 1)]
    with pytest.raises(DBAPIError), log.engines.writing.begin() as connection:
        connection.execute(text(statement))
    assert before == rows(log)
