"""The steps that population_rules.py measures, each in a process of its own; a step prints what it found as JSON."""

import importlib
import json
import math
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow.dataset as ds

from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.population import cohort
from apothecary.population.facts.asked import asked
from apothecary.population.facts.make import make_facts
from apothecary.population.findings import STATUSES, rule_column, save, use_column
from apothecary.population.rules.engine import DuckDB, Engine
from apothecary.population.rules.review import review_all
from apothecary.population.rules.scope import Tables
from apothecary.record import Record, RecordError
from apothecary.review import Review, Reviewer

AS_OF = date(2026, 11, 22)
WORKERS, THREADS, MEMORY = 2, 2, "4GB"
TOGETHER = 10  # copies of a cohort in one file
SHOWN = 10  # differences that are told
TESTS = Path(__file__).parent.parent / "tests"
Found = dict[str, Any]


def main() -> None:
    """Runs the step that is named, with the rest of the command line."""
    name, *rest = sys.argv[1:]
    print(json.dumps(STEPS[name](*rest)))


def first_packaged() -> tuple[Path, Monograph]:
    """The first packaged drug."""
    folder = PACKAGED / packaged()[0]
    return folder, load(folder)


# --- patients ---------------------------------------------------------------------------------------------------------


def made(folder: str, patients: str) -> Found:
    """A cohort in `folder`/export and its facts in `folder`/facts."""
    at = Path(folder)
    source, m = export(at, int(patients))
    make_facts(source, at / "facts", m, workers=WORKERS)
    return {}


def export(folder: Path, patients: int) -> tuple[Path, Monograph]:
    """The export of a cohort and what it is about."""
    place, m = first_packaged()
    plan = cohort.plan(m, cohort.read_mix(place, m), 1, AS_OF)
    cohort.write_cohort(plan, patients, folder, workers=WORKERS)
    return folder / "export", m


def multiplied(facts: str, out: str, patients: str) -> Found:
    """As many patients as asked for: the patients of some facts again and again, under keys and ids of their own."""
    source, target, wanted = Path(facts), Path(out), int(patients)
    with duckdb.connect(config={"threads": THREADS, "preserve_insertion_order": False, "memory_limit": MEMORY}) as con:

        def number(query: str) -> int:
            return int(con.sql(query).fetchall()[0][0])

        con.execute(
            "CREATE TABLE original AS SELECT patient, row_number() OVER (ORDER BY patient) - 1 AS place"
            f" FROM '{source}/patient/*.parquet'"
        )
        many = number("SELECT count(*) FROM original")
        copies = math.ceil(wanted / many)
        for table in Tables._fields:
            (target / table).mkdir(parents=True)
            told_apart = "id" if table == "patient" else "source"
            for first in range(0, copies, TOGETHER):
                con.execute(
                    "COPY (SELECT facts.* REPLACE ((hash(facts.patient, copy) >> 1)::BIGINT AS patient,"
                    f" facts.{told_apart} || '-' || copy AS {told_apart})"
                    f" FROM range({first}, {min(first + TOGETHER, copies)}) AS copies(copy),"
                    f" '{source}/{table}/*.parquet' AS facts JOIN original ON facts.patient = original.patient"
                    f" WHERE copy * {many} + original.place < {wanted})"
                    f" TO '{target}/{table}/{first}.parquet' (FORMAT parquet, COMPRESSION zstd)"
                )
        assert number(f"SELECT count(DISTINCT patient) FROM '{target}/patient/*.parquet'") == wanted
        rows = {table: number(f"SELECT count(*) FROM '{target}/{table}/*.parquet'") for table in Tables._fields}
    return {"rows": rows}


# --- all rules --------------------------------------------------------------------------------------------------------


def on_duckdb(facts: str, work: str, statuses: str = "") -> Found:
    """All rules on DuckDB within a limit of memory; `statuses` is where to write them."""
    spill = Path(work) / "spill"
    try:
        return reviewed(DuckDB(spill, MEMORY, THREADS), Path(facts), statuses)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def on_spark(facts: str, work: str, statuses: str = "") -> Found:
    """All rules on Apache Spark on this machine."""
    from apothecary.population.rules.engine import Spark

    with spark(Path(work)) as session:
        session.range(1).count()  # what has to be started is
        return reviewed(Spark(session, Path(work) / "spark"), Path(facts), statuses)


@contextmanager
def spark(work: Path) -> Iterator[Any]:
    """A Spark session with as many threads as DuckDB has."""
    from pyspark.sql import SparkSession

    settings = {
        "spark.master": f"local[{THREADS}]", "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": str(THREADS), "spark.sql.warehouse.dir": str(work / "warehouse"),
        "spark.local.dir": str(work),
    }  # fmt: skip
    builder: Any = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


def reviewed(engine: Engine, facts: Path, statuses: str) -> Found:
    """Seconds of all rules over facts, from their files to the table of statuses, and of each query.

    `used`: processor time, which other work on the machine changes little. `building`: the share of the seconds that
    makes the queries, which takes as long for one patient as for millions.
    """
    m = first_packaged()[1]
    about, queries = asked(m), [("", 0.0)]
    keep, to_sql = engine.keep, ibis.to_sql
    written = 0.0

    def kept(name: str, query: Any) -> Any:
        begun = time.perf_counter()
        table = keep(name, query)
        queries.append((name, time.perf_counter() - begun))
        return table

    def in_sql(*given: Any, **more: Any) -> Any:
        nonlocal written
        begun = time.perf_counter()
        sql = to_sql(*given, **more)
        written += time.perf_counter() - begun
        return sql

    engine.keep, ibis.to_sql = kept, in_sql  # type: ignore[method-assign]  # timed in their place
    start, used = time.perf_counter(), time.process_time()
    tables = Tables(*(engine.parquet(facts / name) for name in Tables._fields))
    wide = review_all(engine, tables, m, about, AS_OF).table
    seconds, used = time.perf_counter() - start, time.process_time() - used
    queries[0] = ("expressions", seconds - sum(taken for _, taken in queries))
    assert queries[-1][0] == "reviewed", "the last query must be the statuses, or it was not timed"
    building = queries[0][1] + written
    found = {"seconds": seconds, "used": used, "building": building, "queries": queries, "memory": memory()}
    if statuses:
        save(wide.select(columns(m)), Path(statuses))
    return found


def columns(m: Monograph) -> list[str]:
    """The columns that say what the review of a patient came to."""
    return ["patient", "phase", "verdict", *map(rule_column, m.rules), *map(use_column, m.indications)]


def memory() -> float:
    """The most memory that this process has held so far, GB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e9 if sys.platform == "darwin" else most / 1e6


# --- the reference evaluator ------------------------------------------------------------------------------------------


def by_reference(folder: str, patients: str) -> Found:
    """The reviewer's own time for the records of a cohort; reading them is not counted."""
    source, m = export(Path(folder), int(patients))
    reviewer, some = Reviewer(m), [record for _, record in records(source)]
    review(reviewer, some[0])
    start = time.perf_counter()
    for record in some:
        review(reviewer, record)
    return {"seconds": time.perf_counter() - start}


def records(source: Path) -> Iterator[tuple[int, Record]]:
    """The key and the record of every patient of an export, read one by one as the tests do."""
    sys.path[:0] = [str(TESTS / name) for name in ("", "population", "generative")]
    yield from importlib.import_module("cohort_records").records(source)


def review(reviewer: Reviewer, record: Record) -> Review | None:
    """The review of a record; none of the dead and of those who were not born."""
    try:
        return reviewer.review(record, AS_OF)
    except RecordError as error:
        if error.code not in ("dead", "not-born"):
            raise
        return None


def same(source: str, statuses: str) -> Found:
    """Holds what an engine wrote against the reviewer: how many answers were compared, and the differences."""
    m = first_packaged()[1]
    reviewer, compared, different = Reviewer(m), 0, []
    rows = {row["patient"]: row for batch in ds.dataset(statuses).to_batches() for row in batch.to_pylist()}
    for key, record in records(Path(source)):
        found, row = review(reviewer, record), rows.pop(key, None)
        ours = {} if found is None else answers(found)
        theirs = {} if row is None else said(row)
        compared += len(ours)
        who = record.patient.id
        different += [
            f"{who}: {name} is {ours.get(name)}, the engine says {theirs.get(name)}"
            for name in sorted(ours.keys() | theirs.keys())
            if ours.get(name) != theirs.get(name)
        ]
    different += [f"the engine reviewed a patient {key} that no record is of" for key in rows]
    return {"compared": compared, "differences": len(different), "some": different[:SHOWN]}


def answers(found: Review) -> dict[str, str]:
    """A review in the columns of the engines."""
    rules = {rule_column(finding.id): finding.status.value for finding in found.findings}
    uses = {use_column(use.id): use.status.value for use in found.indications}
    return rules | uses | {"verdict": found.verdict, "phase": found.phase}


def said(row: dict[str, Any]) -> dict[str, str]:
    """A row of an engine in words; what was not asked of the patient is left out."""
    return {
        name: value if name in ("verdict", "phase") else str(STATUSES[value])
        for name, value in row.items()
        if value is not None and name != "patient"
    }


def apart(one: str, other: str) -> Found:
    """How many rows of the statuses of two engines are in one of them only."""
    left, right = (ds.dataset(path) for path in (one, other))
    assert left.schema.names == right.schema.names
    with duckdb.connect() as con:
        con.register("one", left)
        con.register("other", right)
        first, second = (
            con.sql(f"SELECT count(*) FROM (FROM {a} EXCEPT ALL FROM {b})").fetchall()[0][0]
            for a, b in (("one", "other"), ("other", "one"))
        )
    return {"compared": left.count_rows(), "differences": first + second}


STEPS: dict[str, Callable[..., Found]] = {
    "made": made,
    "multiplied": multiplied,
    "duckdb": on_duckdb,
    "spark": on_spark,
    "reference": by_reference,
    "same": same,
    "apart": apart,
}


if __name__ == "__main__":
    main()
