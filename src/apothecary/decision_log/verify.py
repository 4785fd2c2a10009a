"""Whether a log is whole: every entry as it was written, none missing, none added, none in another place."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from itertools import chain as joined
from typing import Any, Final, Literal

import msgspec

from apothecary.decision_log.chain import Chain, Row
from apothecary.decision_log.errors import LogError
from apothecary.decision_log.lookups import TABLES, lookups, read_body
from apothecary.decision_log.rows import grouped, stream
from apothecary.decision_log.store import DecisionLog

_AROUND: Final = 1000  # numbers that a moved entry may have had before
_EXPECT: Final = "Give what an earlier verify printed: the hash, a colon and the number of entries."
Wrong = Literal["changed", "removed", "inserted", "reordered", "shortened", "another-history", "lookup"]


class Difference(msgspec.Struct, frozen=True):
    """The first place where the log is not what was written; `seq` is the number of the entry."""

    kind: Wrong
    seq: int
    message: str


class Verified(msgspec.Struct, frozen=True):
    """What was walked: how many entries hold, the hash of the last of them, and the first difference."""

    count: int
    head: str
    difference: Difference | None

    @property
    def anchor(self) -> str:
        """What to keep elsewhere, so that a later `verify` notices entries cut off at the end."""
        return f"{self.head}:{self.count}"


class Anchor(msgspec.Struct, frozen=True):
    """What an earlier verification found: the hash of the entry with this number."""

    head: str
    count: int


def read_anchor(text: str) -> Anchor:
    """HEAD:COUNT as `verify` prints it; LogError for anything else."""
    head, _, count = text.strip().partition(":")
    if not count.isdecimal() or len(head) != 64 or not set(head) <= set("0123456789abcdef"):
        raise LogError("log-anchor", f"{text!r} is no anchor of a log. {_EXPECT}")
    return Anchor(head, int(count))


def verify(log: DecisionLog, anchor: Anchor | None = None) -> Verified:
    """Walks the whole log; LogError where it cannot be read."""
    with log.snapshot() as connection, ExitStack() as stack:
        beside = _Beside([stack.enter_context(closing(grouped(connection, table))) for table in TABLES])
        rows = stack.enter_context(closing(stream(connection)))
        return _walk(log.chain, rows, beside, anchor)


class _Beside:
    """The rows beside the entries, met in the same order as the entries."""

    def __init__(self, tables: list[Iterator[tuple[int, list[tuple[Any, ...]]]]]) -> None:
        self._tables = tables
        self._next = [next(table, None) for table in tables]

    def wrong(self, row: Row) -> Difference | None:
        """Whether the rows beside an entry are the ones that it makes; rows of entries before it belong to none."""
        for number, expected in enumerate(lookups(row, read_body(row))):
            name, found = TABLES[number].name, self._next[number]
            if found is not None and found[0] < row.seq:
                return _stray(name, found[0])
            rows: list[tuple[Any, ...]] = []
            if found is not None and found[0] == row.seq:
                rows = found[1]
                self._next[number] = next(self._tables[number], None)
            if sorted(map(repr, rows)) != sorted(map(repr, expected)):
                message = f"What is looked up in table {name} for entry {row.seq} is not what the entry says."
                return Difference("lookup", row.seq, message)
        return None

    def left(self) -> Difference | None:
        """Rows after the last entry belong to none."""
        return next((_stray(TABLES[n].name, x[0]) for n, x in enumerate(self._next) if x is not None), None)


def _stray(table: str, seq: int) -> Difference:
    return Difference("lookup", seq, f"Table {table} has a row for entry {seq} to which no entry belongs.")


def _walk(chain: Chain, rows: Iterator[Row], beside: _Beside, anchor: Anchor | None) -> Verified:
    count, head = 0, chain.start
    found = _anchored(anchor, count, head)
    if found is not None:
        return Verified(count, head, found)
    for row in rows:
        if row.seq != count + 1 or row.previous != head or not chain.holds(row):
            return Verified(count, head, _broken(chain, count + 1, head, row, next(rows, None)))
        found = beside.wrong(row) or _anchored(anchor, row.seq, row.hash)
        if found is not None:
            return Verified(count, head, found)
        count, head = row.seq, row.hash
    found = beside.left()
    if found is None and anchor is not None and anchor.count > count:
        message = (
            f"The log has {count} entries, and {anchor.count} were there: entries after {count} have been removed."
        )
        found = Difference("shortened", count + 1, message)
    return Verified(count, head, found)


def _anchored(anchor: Anchor | None, seq: int, hash: str) -> Difference | None:
    if anchor is None or anchor.count != seq or anchor.head == hash:
        return None
    message = f"Entry {seq} is not the one that was there: this is another log, or it was written anew from there on."
    return Difference("another-history", seq, message)


def _broken(chain: Chain, due: int, head: str, row: Row, after: Row | None) -> Difference:
    """What happened at the first row that does not continue the chain, as far as the rows themselves tell."""
    if isinstance(row.seq, int) and row.seq > due:
        last = row.seq - 1
        what = f"Entry {due} is missing" if last == due else f"Entries {due} to {last} are missing"
        return Difference("removed", due, f"{what}: removed after being written.")
    origin = _origin(chain, row, due)
    if origin is not None:
        if origin > due and (after is None or _origin(chain, after, due) != due):
            return Difference("removed", due, f"Entry {due} is missing: entry {origin} has been put in its place.")
        what = f"Entry {due} has been moved: it was written as entry {origin}."
        return Difference("reordered", due, what)
    if chain.holds(row):
        return Difference("reordered", due, f"Entry {due} does not follow the one before it: it is of another log.")
    if after is not None and after.previous == head:
        return Difference("inserted", due, f"Entry {due} was not written by the service: it has been inserted.")
    return Difference("changed", due, f"Entry {due} is not as the service wrote it: something in it has been changed.")


def _origin(chain: Chain, row: Row, due: int) -> int | None:
    """The number under which a row was written, where that is another than the one it has now."""
    around = joined(range(due, due + _AROUND), range(due - 1, max(0, due - _AROUND), -1))
    return next((seq for seq in around if seq != row.seq and chain.holds(row._replace(seq=seq))), None)
