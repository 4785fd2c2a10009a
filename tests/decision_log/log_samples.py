"""Entries for the tests of the decision log, and ways to read and to tamper with what was written."""

import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from apothecary.decision_log.chain import Row
from apothecary.decision_log.entry import Entry
from apothecary.decision_log.rows import stream
from apothecary.decision_log.store import DecisionLog

KEY = bytes(range(32))
START = datetime(2026, 11, 1, 8, 0, tzinfo=UTC)
DRUG, VERSION = "zorvimab", "2026.1"
Opened = Callable[..., DecisionLog]


def review(number: int = 1, applies: tuple[str, ...] = ("hives",), **changed: Any) -> Entry:
    """A review with one card for everything that applies."""
    body = {
        "service": "order-sign",
        "request": f"request-{number}",
        "verdict": "stop",
        "rules": {"applies": list(applies), "unknown": ["renal"], "clear": ["age"]},
        "cards": [{"uuid": f"card-{number}", "indicator": "critical", "rules": list(applies), "status": "applies"}],
    }
    given: dict[str, Any] = {
        "kind": "review",
        "time": START + timedelta(minutes=number),
        "drug": DRUG,
        "version": VERSION,
        "hook": "order-sign",
        "patient": "a" * 64,
        "body": body,
    }
    return Entry(**{**given, **changed})


def answer(card: str = "card-1", outcome: str = "overridden", at: int = 0, **said: Any) -> Entry:
    """Feedback to a card; drug, edition, rules and patient are for the log to find."""
    time = START + timedelta(days=1, minutes=at)
    body = {"service": "order-sign", "card": card, "outcome": outcome, "timestamp": time.isoformat(), **said}
    return Entry("feedback", time, None, None, None, None, body)


def note(**body: Any) -> Entry:
    return Entry("note", START, None, None, None, None, body)


def rows(log: DecisionLog) -> list[Row]:
    with log.snapshot() as connection, closing(stream(connection)) as found:
        return list(found)


def table(log: DecisionLog, name: str) -> list[tuple[Any, ...]]:
    with log.snapshot() as connection:
        return [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name} ORDER BY 1, 2"))]


def tamper(log: DecisionLog, *statements: str, **values: Any) -> None:
    """What somebody with all rights on the database can do: the triggers go first."""
    with log.engines.writing.begin() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            connection.execute(text(statement), values)


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write everywhere; for a while this process may not."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)
