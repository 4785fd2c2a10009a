"""Where the queries run: one small interface over the Ibis backends, so that the compiler knows none of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

_BATCH = 100_000


class Engine(Protocol):
    """An engine reads Parquet, takes small tables, and keeps the result of a query for the queries after it."""

    name: str
    statements: list[tuple[str, str]]

    def parquet(self, folder: Path) -> ibis.Table:
        """All Parquet files of a folder as one table."""

    def take(self, name: str, table: pa.Table) -> ibis.Table:
        """A small table of ours under a name."""

    def keep(self, name: str, query: ibis.Table) -> ibis.Table:
        """The result of a query, worked out now and kept under a name; its SQL is noted in `statements`."""

    def step(self, name: str, query: ibis.Table) -> ibis.Table:
        """A query under a name, for one query after it: a step of its own, so that no query grows as a power."""

    def forget(self, *names: str) -> None:
        """Gives back the room of what was kept under these names, and is not asked for again."""

    def batches(self, query: ibis.Table) -> Iterator[pa.RecordBatch]:
        """The result of a query, batch by batch."""


class DuckDB:
    """DuckDB inside this process, within a limit of memory; what does not fit goes to `spill`."""

    name = "duckdb"

    def __init__(self, spill: Path, memory: str = "4GB", threads: int = 2) -> None:
        self.statements: list[tuple[str, str]] = []
        settings = {
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": str(spill),
            "preserve_insertion_order": False,
        }
        self._con = ibis.duckdb.connect(**settings)

    def parquet(self, folder: Path) -> ibis.Table:
        """All Parquet files of a folder as one table."""
        return self._con.read_parquet(str(folder / "*.parquet"), table_name=f"facts_{folder.name}")

    def take(self, name: str, table: pa.Table) -> ibis.Table:
        """A small table of ours under a name."""
        self._con.con.register("_taken", table)
        kept = self._store(name, "SELECT * FROM _taken")
        self._con.con.unregister("_taken")
        return kept

    def keep(self, name: str, query: ibis.Table) -> ibis.Table:
        """The result of a query, kept as a temporary table."""
        sql = self._sql(query)
        self.statements.append((name, sql))
        return self._store(name, sql)

    def step(self, name: str, query: ibis.Table) -> ibis.Table:
        """A view: what stands in it streams into the next query instead of being stored."""
        sql = self._sql(query)
        self.statements.append((name, sql))
        self._con.con.execute(f'CREATE OR REPLACE TEMP VIEW "{name}" AS {sql}')
        return self._con.table(name)

    def forget(self, *names: str) -> None:
        """Drops temporary tables."""
        for name in names:
            self._con.con.execute(f'DROP TABLE IF EXISTS "{name}"')

    def _store(self, name: str, sql: str) -> ibis.Table:
        self._con.con.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {sql}')
        return self._con.table(name)

    def batches(self, query: ibis.Table) -> Iterator[pa.RecordBatch]:
        """The result of a query, batch by batch."""
        yield from self._con.con.sql(self._sql(query)).to_arrow_reader(_BATCH)

    def _sql(self, query: ibis.Table) -> str:
        return str(ibis.to_sql(query, dialect="duckdb"))


class Spark:
    """A Spark session; what is kept is written to `work` once, so that no plan grows without end."""

    name = "pyspark"

    def __init__(self, session: Any, work: Path) -> None:
        self.statements: list[tuple[str, str]] = []
        self._con = ibis.pyspark.connect(session)
        self._session = session
        self._work = work

    def parquet(self, folder: Path) -> ibis.Table:
        """All Parquet files of a folder as one table."""
        return self._con.read_parquet(str(folder), table_name=f"facts_{folder.name}")

    def take(self, name: str, table: pa.Table) -> ibis.Table:
        """A small table of ours under a name, handed over as a file that every worker can read."""
        folder = self._work / name
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / "table.parquet")
        return self._read(name, folder)

    def keep(self, name: str, query: ibis.Table) -> ibis.Table:
        """The result of a query, kept as Parquet in the work folder."""
        self.statements.append((name, str(ibis.to_sql(query, dialect="pyspark"))))
        folder = self._work / name
        self.write(query, folder)
        return self._read(name, folder)

    def step(self, name: str, query: ibis.Table) -> ibis.Table:
        """Kept, since the plan of many steps would grow too large to compile."""
        return self.keep(name, query)

    def forget(self, *names: str) -> None:
        """Removes folders of the work folder; a work folder that only the workers reach is left as it is."""
        for name in names:
            shutil.rmtree(self._work / name, ignore_errors=True)

    def _read(self, name: str, folder: Path) -> ibis.Table:
        return self._con.read_parquet(str(folder), table_name=name)

    def batches(self, query: ibis.Table) -> Iterator[pa.RecordBatch]:
        """The result of a query, batch by batch."""
        yield from query.to_pyarrow_batches()

    def write(self, query: ibis.Table, path: Path) -> None:
        """The result of a query as a folder of Parquet files."""
        self._session.sql(str(ibis.to_sql(query, dialect="pyspark"))).write.mode("overwrite").parquet(str(path))
