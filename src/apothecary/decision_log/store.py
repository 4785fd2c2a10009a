"""The log itself: opening it, adding to it, and what was overridden of late."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Self

import msgspec
from sqlalchemy import Connection, select

from apothecary.decision_log.address import file_of, parse, shown
from apothecary.decision_log.chain import Chain, Row, patient_hasher
from apothecary.decision_log.engine import Engines, take_lock
from apothecary.decision_log.entry import Draft, Entry, Feedback, canonical, instant, prepared
from apothecary.decision_log.errors import LogError, faults
from apothecary.decision_log.lookups import Lookups, insert, insert_lookups, lookups
from apothecary.decision_log.migrate import upgrade, version_of
from apothecary.decision_log.schema import CURRENT, KEY_CHECK, cards, entries, feedback, meta, overrides
from apothecary.decision_log.turn import Turn

_HEAD = "SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1"
_CARD = (
    select(cards.c.seq, cards.c.rules, cards.c.status, entries.c.drug, entries.c.version, entries.c.patient)
    .join(entries, entries.c.seq == cards.c.seq)
    .order_by(cards.c.seq.desc())
    .limit(1)
)
Head = tuple[int, str]


class Override(NamedTuple):
    """A rule overridden for a patient (the keyed hash) under an edition; `status`: it applied then, or was open."""

    seq: int
    patient: str
    drug: str
    version: str
    rule: str
    status: str
    time: datetime


class DecisionLog:
    """An open log. Several processes may add to the same one; what `append` has returned is on disk."""

    def __init__(self, engines: Engines, key: bytes, where: str, path: Path | None) -> None:
        self.engines = engines
        self.where = where
        self.chain = Chain(key)
        self.patient_key = patient_hasher(key)
        self._path = path
        self._file = _identity(path)
        self._turn = None if path is None else Turn(path.with_name(path.name + ".turn"))
        self._lock = Lock()
        self._head: Head = (0, self.chain.start)

    @classmethod
    def open(cls, url: str, key: bytes, *, existing: bool = False) -> Self:
        """The log at an address, made where there is none and brought to the current version.

        `existing`: LogError instead of making one. LogError too for another key than the log's, tables of a newer
        version, a missing right, a server that is not there.
        """
        address = parse(url)
        path, where = file_of(address), shown(address)
        if existing and path is not None and not path.exists():
            raise LogError("log-missing", f"There is no decision log {where}. Check the path.")
        if not existing and path is not None:
            with suppress(
                OSError
            ):  # for its owner alone, unless the site says otherwise; a fault here meets SQLite too
                os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        engines, chain = Engines(address), Chain(key)
        try:
            with faults(where, "opened"):
                if not _current(engines, chain, where, existing):
                    _make(engines, chain, where, path)
        except BaseException:
            engines.close()
            raise
        return cls(engines, key, where, path)

    def append(self, given: Sequence[Entry]) -> list[int]:
        """Writes entries in one transaction, durable on return; their numbers in the same order.

        Feedback that is there already (same card, outcome and timestamp) keeps its number and is not written again.
        """
        return self.commit([prepared(entry) for entry in given])

    def commit(self, drafts: Sequence[Draft]) -> list[int]:
        """Writes prepared entries; see `append`."""
        with self._lock, self._in_turn(), faults(self.where, "written"):
            with self.engines.writing.begin() as connection:
                self._same_file()
                take_lock(connection)
                head = self._checked_head(connection)
                rows, beside, numbers = self._chained(connection, head, drafts)
                insert(connection, entries, rows)
                insert_lookups(connection, beside)
            self._head = (rows[-1].seq, rows[-1].hash) if rows else head
        return numbers

    def overrides(self, after: int, since: datetime) -> list[Override]:
        """What was overridden in entries behind `after` since a time, oldest first."""
        o = overrides.c
        ask = select(o.seq, o.patient, o.drug, o.version, o.rule, o.status, o.time)
        ask = ask.where(o.seq > after, o.time >= instant(since)).order_by(o.seq)
        with faults(self.where, "read"), self.engines.asking.connect() as connection:
            rows = connection.execute(ask).all()
        return [Override(*row[:-1], datetime.fromisoformat(row[-1])) for row in rows]

    def check(self) -> None:
        """LogError where the log cannot be written now, as far as that can be seen without writing."""
        with self._lock, self._in_turn(), faults(self.where, "written"), self.engines.writing.begin() as connection:
            self._same_file()
            take_lock(connection)
            self._checked_head(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A connection that sees one moment of the log, however long the reading takes."""
        with faults(self.where, "read"), self.engines.reading.connect() as connection:
            yield connection

    def close(self) -> None:
        """Gives the connections back."""
        self.engines.close()
        if self._turn is not None:
            self._turn.close()

    def _in_turn(self) -> AbstractContextManager[None]:
        return nullcontext() if self._turn is None else self._turn.taken()

    def _checked_head(self, connection: Connection) -> Head:
        """The last entry; LogError when the log has become shorter than what this process has seen of it."""
        found = connection.exec_driver_sql(_HEAD).fetchone()
        head = (0, self.chain.start) if found is None else (int(found[0]), str(found[1]))
        if head[0] < self._head[0] or (head[0] == self._head[0] and head[1] != self._head[1]):
            message = (
                f"The decision log {self.where} ends with entry {head[0]}, but entry {self._head[0]} has been there: "
                "entries were removed or an older copy was put back. Nothing was written. Keep the file, find out "
                "why, and start the service again."
            )
            raise LogError("log-shortened", message)
        return head

    def _same_file(self) -> None:
        """LogError where the file has been moved or replaced: what is written would be lost with it."""
        if self._path is not None and _identity(self._path) != self._file:
            message = (
                f"The decision log {self.where} has been moved, removed or replaced while it was in use. Nothing was "
                "written. Put it back and start the service again."
            )
            raise LogError("log-replaced", message)

    def _chained(
        self, connection: Connection, head: Head, drafts: Sequence[Draft]
    ) -> tuple[list[Row], list[Lookups], list[int]]:
        rows: list[Row] = []
        beside: list[Lookups] = []
        numbers: list[int] = []
        recent: dict[str, tuple[Row, tuple[str, ...], str]] = {}  # cards of this batch
        repeated: dict[tuple[str, str, str | None], int] = {}
        seq, previous = head
        for draft in drafts:
            entry, known, body = draft.entry, draft.known, draft.body
            drug, version, patient = entry.drug, entry.version, entry.patient
            if isinstance(known, Feedback):
                said = (known.card, known.outcome, known.timestamp)
                there = repeated.get(said) or _written(connection, known)
                if there is not None:
                    numbers.append(there)
                    continue
                reviewed, rules, status = None, None, ""
                if known.card in recent:
                    review, rules, status = recent[known.card]
                    reviewed, drug, version, patient = review.seq, review.drug, review.version, review.patient
                else:
                    found = connection.execute(_CARD.where(cards.c.uuid == known.card)).fetchone()
                    if found is not None:
                        reviewed, rules = found.seq, msgspec.json.decode(found.rules, type=tuple[str, ...])
                        drug, version, patient, status = found.drug, found.version, found.patient, found.status
                known = msgspec.structs.replace(known, rules=rules or (), reviewed=reviewed, status=status)
                joined = {"rules": list(known.rules), "reviewed": reviewed, "status": status}
                body = canonical({**entry.body, **joined})
                if known.timestamp is not None:
                    repeated[said] = seq + 1
            seq += 1
            columns = (seq, draft.time, entry.kind, drug, version, entry.hook, patient, body, previous)
            previous = self.chain.hash(columns)
            row = Row(*columns, previous)
            rows.append(row)
            beside.append(lookups(row, known))
            numbers.append(seq)
            for card in getattr(known, "cards", ()):
                recent[card.uuid] = (row, card.rules, card.status)
        return rows, beside, numbers


def _written(connection: Connection, known: Feedback) -> int | None:
    """The number of the same feedback where it is there; without a timestamp none is the same."""
    if known.timestamp is None:
        return None
    f = feedback.c
    ask = select(f.seq).where(f.card == known.card, f.outcome == known.outcome, f.timestamp == known.timestamp)
    found: int | None = connection.execute(ask).scalar()
    return found


def _identity(path: Path | None) -> tuple[int, int] | None:
    try:
        found = os.stat(path) if path is not None else None
    except OSError:
        return None
    return None if found is None else (found.st_dev, found.st_ino)


def _current(engines: Engines, chain: Chain, where: str, existing: bool) -> bool:
    """Whether the tables are there in the current version; LogError for another key."""
    with engines.reading.connect() as connection:
        version = version_of(connection, where)
        if version is None:
            if existing:
                raise LogError("log-missing", f"There is no decision log in {where}. Check the address.")
            return False
        _check_key(connection, chain, where)
    return version == CURRENT


def _check_key(connection: Connection, chain: Chain, where: str) -> None:
    found = connection.execute(select(meta.c.value).where(meta.c.name == KEY_CHECK)).scalar()
    if found != chain.check:
        message = (
            f"The key does not belong to the decision log {where}: it was written with another one. Give the key file "
            "that it was begun with; without that file the log can be neither checked nor continued."
        )
        raise LogError("log-wrong-key", message)


def _make(engines: Engines, chain: Chain, where: str, path: Path | None) -> None:
    """Makes or upgrades the tables; of several processes that begin together one does it, the others find it done."""
    if path is not None:
        with engines.asking.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    with engines.writing.begin() as connection:
        take_lock(connection)
        version = version_of(connection, where)
        if version != CURRENT:
            upgrade(connection)
        if version is None:
            connection.execute(meta.insert().values(name=KEY_CHECK, value=chain.check))
        else:
            _check_key(connection, chain, where)
