"""The rows beside an entry by which feedback finds its card and a review finds what was overridden."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Table

from apothecary.decision_log.chain import Row
from apothecary.decision_log.entry import BODIES, Body, Feedback, Note, Review
from apothecary.decision_log.schema import cards, feedback, overrides

_MOST = 2000  # rows of one statement; databases limit its values


class Lookups(NamedTuple):
    """Rows for the tables `cards`, `feedback` and `overrides`, in the order of their columns."""

    cards: list[tuple[Any, ...]]
    feedback: list[tuple[Any, ...]]
    overrides: list[tuple[Any, ...]]


TABLES = (cards, feedback, overrides)


def lookups(row: Row, known: Body) -> Lookups:
    """What belongs beside an entry: all of it follows from the entry itself."""
    found = Lookups([], [], [])
    if isinstance(known, Review | Note):
        for card in {card.uuid: card for card in known.cards}.values():
            rules = msgspec.json.encode(card.rules).decode()
            found.cards.append((row.seq, card.uuid, card.indicator, rules, card.status))
    elif isinstance(known, Feedback):
        found.feedback.append((row.seq, known.card, known.outcome, known.timestamp))
        if known.outcome == "overridden" and known.status and row.patient is not None:
            for rule in dict.fromkeys(known.rules):
                found.overrides.append((row.seq, rule, known.status, row.patient, row.drug, row.version, row.time))
    return found


def read_body(row: Row) -> Body:
    """The parts of a stored body that are looked up."""
    return msgspec.json.decode(row.body, type=BODIES[row.kind])


def insert(connection: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    """Writes rows in one statement, not one each: a writer beside a busy thread waits once."""
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    columns = tuple(table.columns.keys())
    for start in range(0, len(rows), _MOST):
        some = rows[start : start + _MOST]
        values = tuple(value for row in some for value in row)
        connection.exec_driver_sql(_statement(table.name, columns, len(some), mark), values)


@cache
def _statement(table: str, columns: tuple[str, ...], count: int, mark: str) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    one = f"({', '.join([mark] * len(columns))})"
    return f"INSERT INTO {table} ({names}) VALUES {', '.join([one] * count)}"


def insert_lookups(connection: Connection, found: Iterable[Lookups]) -> None:
    """Writes what belongs beside some entries."""
    together = list(found)
    for number, table in enumerate(TABLES):
        rows = [row for one in together for row in one[number]]
        if rows:
            insert(connection, table, rows)
