"""Reads a log from its first entry to its last without holding it in memory.

Who stops before the end closes the generator, and with it the cursor on the server.
"""

from collections.abc import Generator
from typing import Any, Final

from sqlalchemy import Connection, Table, select

from apothecary.decision_log.chain import Row
from apothecary.decision_log.schema import entries

_SOME: Final = 1000


def stream(connection: Connection, since: str | None = None) -> Generator[Row, None, None]:
    """The entries in the order of their numbers; `since` leaves out those of an earlier time (as stored)."""
    ask = select(*(entries.c[name] for name in Row._fields)).order_by(entries.c.seq)
    if since is not None:
        ask = ask.where(entries.c.time >= since)
    streaming = connection.execution_options(stream_results=True, max_row_buffer=_SOME)
    with streaming.execute(ask) as result:
        for found in result:
            yield Row(*found)


def grouped(connection: Connection, table: Table) -> Generator[tuple[int, list[tuple[Any, ...]]], None, None]:
    """The rows of a table beside the entries, together for each entry."""
    streaming = connection.execution_options(stream_results=True, max_row_buffer=_SOME)
    together: list[tuple[Any, ...]] = []
    with streaming.execute(select(*table.columns).order_by(table.c.seq)) as result:
        for found in map(tuple, result):
            if together and together[0][0] != found[0]:
                yield together[0][0], together
                together = []
            together.append(found)
    if together:
        yield together[0][0], together
