"""Whoever changes the database without the key is found out, wherever the change is."""

from collections.abc import Callable
from typing import Any

import pytest
from log_samples import KEY, Opened, answer, review, rows, tamper

from apothecary.decision_log.chain import Chain, Row
from apothecary.decision_log.errors import LogError
from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.verify import Anchor, Difference, Verified, read_anchor, verify

ROWS = 6


@pytest.fixture
def full(log: DecisionLog) -> DecisionLog:
    """Reviews, and as the last but one feedback to the second."""
    log.append([*(review(number) for number in range(1, ROWS - 1)), answer("card-2"), review(ROWS)])
    return log


def first(log: DecisionLog, anchor: Anchor | None = None) -> Difference:
    found = verify(log, anchor).difference
    assert found is not None
    return found


def told(log: DecisionLog, anchor: Anchor | None = None) -> tuple[str, int]:
    found = first(log, anchor)
    assert str(found.seq) in found.message
    return found.kind, found.seq


def test_an_untouched_log_is_whole(full: DecisionLog) -> None:
    last = rows(full)[-1]
    assert Verified(ROWS, last.hash, None) == verify(full)


def test_an_empty_log_is_whole(log: DecisionLog) -> None:
    assert Verified(0, Chain(KEY).start, None) == verify(log)


# --- one row -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", [1, 3, ROWS])
@pytest.mark.parametrize("column", [name for name in Row._fields if name != "seq"])
def test_a_change_of_any_column_of_any_row_is_found(full: DecisionLog, column: str, row: int) -> None:
    tamper(full, f"UPDATE entries SET {column} = 'x' WHERE seq = {row}")
    kind, seq = told(full)
    assert row == seq
    assert kind in ("changed", "inserted")


@pytest.mark.parametrize("column", ["drug", "version", "hook", "patient"])
def test_content_that_is_taken_away_is_found(full: DecisionLog, column: str) -> None:
    tamper(full, f"UPDATE entries SET {column} = NULL WHERE seq = 2")
    assert ("changed", 2) == told(full)


def test_a_space_more_in_a_body_is_found(full: DecisionLog) -> None:
    tamper(full, "UPDATE entries SET body = body || ' ' WHERE seq = 4")
    assert ("changed", 4) == told(full)


def test_a_change_with_a_hash_of_another_key_is_found(full: DecisionLog) -> None:
    """All that follows is chained anew too, which needs no key of the log."""
    forger, previous = Chain(b"f" * 32), rows(full)[1].previous
    for row in rows(full)[1:]:
        columns = (*row._replace(drug="x")[:8], previous)
        made = forger.hash(columns)
        values = {"hash": made, "previous": previous, "seq": row.seq}
        tamper(full, "UPDATE entries SET drug='x', hash=:hash, previous=:previous WHERE seq=:seq", **values)
        previous = made
    assert ("changed", 2) == told(full)


@pytest.mark.parametrize("body", [b"\xff\xfe", b"", 7])
def test_a_body_that_is_no_text_is_found(tmp_path: Any, opened: Opened, body: object) -> None:
    log = opened(str(tmp_path / "log.db"))
    log.append([review(1), review(2)])
    tamper(log, "UPDATE entries SET body = :body WHERE seq = 2", body=body)
    assert ("changed", 2) == told(log)
    tamper(log, "UPDATE entries SET body = CAST(:body AS TEXT) WHERE seq = 1", body=body)
    assert ("changed", 1) == told(log)


# --- rows removed, inserted, moved -----------------------------------------------------------------------------------


def renumber(log: DecisionLog, *moves: tuple[int, int]) -> None:
    tamper(log, *(f"UPDATE entries SET seq = {new} WHERE seq = {old}" for old, new in moves))


def forged(log: DecisionLog, seq: int) -> None:
    before = rows(log)[seq - 2].hash
    tamper(
        log,
        "INSERT INTO entries (seq, time, kind, body, previous, hash) "
        f"VALUES ({seq}, '2026-11-01T08:00:00.000000Z', 'note', '{{}}', '{before}', '{'0' * 64}')",
    )


def removed(log: DecisionLog) -> None:
    tamper(log, "DELETE FROM entries WHERE seq = 3")


def first_removed(log: DecisionLog) -> None:
    tamper(log, "DELETE FROM entries WHERE seq = 1")


def several_removed(log: DecisionLog) -> None:
    tamper(log, "DELETE FROM entries WHERE seq IN (2, 3)")


def removed_and_renumbered(log: DecisionLog) -> None:
    removed(log)
    renumber(log, *((seq, seq - 1) for seq in range(4, ROWS + 1)))


def swapped(log: DecisionLog) -> None:
    renumber(log, (3, 100), (4, 3), (100, 4))


def moved_to_the_end(log: DecisionLog) -> None:
    renumber(log, (3, 100), *((seq, seq - 1) for seq in range(4, ROWS + 1)), (100, ROWS))


def inserted(log: DecisionLog) -> None:
    renumber(log, *((seq, seq + 1) for seq in range(ROWS, 2, -1)))
    forged(log, 3)


def appended(log: DecisionLog) -> None:
    forged(log, ROWS + 1)


def repeated(log: DecisionLog) -> None:
    columns = ", ".join(Row._fields[1:])
    tamper(log, f"INSERT INTO entries (seq, {columns}) SELECT {ROWS + 1}, {columns} FROM entries WHERE seq = 2")


CHANGES: list[tuple[Callable[[DecisionLog], None], str, int]] = [
    (removed, "removed", 3),
    (first_removed, "removed", 1),
    (several_removed, "removed", 2),
    (removed_and_renumbered, "removed", 3),
    (swapped, "reordered", 3),
    (moved_to_the_end, "removed", 3),
    (inserted, "inserted", 3),
    (appended, "changed", ROWS + 1),
    (repeated, "reordered", ROWS + 1),
]


@pytest.mark.parametrize(("change", "kind", "seq"), CHANGES, ids=lambda x: getattr(x, "__name__", ""))
def test_the_first_wrong_place_is_named(
    full: DecisionLog, change: Callable[[DecisionLog], None], kind: str, seq: int
) -> None:
    change(full)
    assert (kind, seq) == told(full)
    assert seq - 1 == verify(full).count


def test_a_row_of_another_log_with_the_same_key_is_found(full: DecisionLog, opened: Opened, tmp_path: Any) -> None:
    other = opened(str(tmp_path / "other.db"))
    other.append([review(number) for number in range(50, 55)])
    row = rows(other)[2]._asdict()
    assignments = ", ".join(f"{name} = :{name}" for name in row)
    tamper(full, f"UPDATE entries SET {assignments} WHERE seq = 3", **row)
    assert ("reordered", 3) == told(full)


# --- cut off at the end ---------------------------------------------------------------------------------------------


def test_entries_cut_off_at_the_end_need_an_anchor(full: DecisionLog) -> None:
    anchor = read_anchor(verify(full).anchor)
    tamper(full, f"DELETE FROM entries WHERE seq = {ROWS}", f"DELETE FROM cards WHERE seq = {ROWS}")
    assert verify(full).difference is None
    assert ("shortened", ROWS) == told(full, anchor)


def test_an_anchor_holds_while_the_log_grows(full: DecisionLog) -> None:
    anchor = read_anchor(verify(full).anchor)
    full.append([review(9)])
    assert verify(full, anchor).difference is None


def test_an_anchor_of_another_history_is_noticed(full: DecisionLog) -> None:
    assert ("another-history", 4) == told(full, Anchor("0" * 64, 4))


@pytest.mark.parametrize(
    "text", ["", "abc", "abc:1", f"{'a' * 64}:", f"{'a' * 64}:x", f"{'g' * 64}:1", f"{'a' * 64}:-1"]
)
def test_what_is_no_anchor(text: str) -> None:
    with pytest.raises(LogError, match="is no anchor"):
        read_anchor(text)


def test_a_writer_notices_that_the_log_became_shorter(full: DecisionLog) -> None:
    tamper(full, f"DELETE FROM entries WHERE seq = {ROWS}")
    with pytest.raises(LogError, match=f"ends with entry {ROWS - 1}, but entry {ROWS} has been there") as caught:
        full.append([review(9)])
    assert "log-shortened" == caught.value.code
    assert ROWS - 1 == len(rows(full))


def test_a_writer_notices_that_its_file_was_replaced(tmp_path: Any, opened: Opened) -> None:
    log = opened(str(tmp_path / "log.db"))
    log.append([review(1)])
    (tmp_path / "log.db").rename(tmp_path / "old.db")
    with pytest.raises(LogError, match="moved, removed or replaced") as caught:
        log.append([review(2)])
    assert "log-replaced" == caught.value.code


# --- what stands beside the entries ---------------------------------------------------------------------------------

BESIDE = {
    "UPDATE cards SET rules = '[]' WHERE seq = 2": 2,
    "UPDATE cards SET uuid = 'card-7' WHERE seq = 2": 2,
    "DELETE FROM cards WHERE seq = 3": 3,
    "INSERT INTO cards (seq, uuid, indicator, rules, status) VALUES (3, 'card-9', 'info', '[]', '')": 3,
    "INSERT INTO cards (seq, uuid, indicator, rules, status) VALUES (99, 'card-9', 'info', '[]', '')": 99,
    "INSERT INTO cards (seq, uuid, indicator, rules, status) VALUES (5, 'card-9', 'info', '[]', '')": ROWS - 1,
    "INSERT INTO cards (seq, uuid, indicator, rules, status) VALUES (0, 'card-9', 'info', '[]', '')": 0,
    "UPDATE feedback SET outcome = 'accepted'": ROWS - 1,
    "DELETE FROM feedback": ROWS - 1,
    "DELETE FROM overrides": ROWS - 1,
    "UPDATE overrides SET rule = 'another'": ROWS - 1,
    "UPDATE overrides SET patient = 'another'": ROWS - 1,
}


@pytest.mark.parametrize(("statement", "seq"), BESIDE.items())
def test_a_wrong_row_beside_an_entry_is_found(full: DecisionLog, statement: str, seq: int) -> None:
    tamper(full, statement)
    assert ("lookup", seq) == told(full)
