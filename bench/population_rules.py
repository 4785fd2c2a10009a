"""Many patients, all rules: facts to statuses on DuckDB by size, then beside Apache Spark and the reference evaluator.

The facts are those of a made cohort, multiplied by new keys to the sizes asked for. Every figure comes from a process
of its own; where there are several rounds it is their median.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from population_steps import MEMORY, THREADS

TOLD = 2_000  # characters of what a step that failed said last
SIZES = (10_000, 100_000, 1_000_000)
STEPS = Path(__file__).parent / "population_steps.py"


def flags(parser: argparse.ArgumentParser) -> None:
    """What can be asked of this half of the bench."""
    parser.add_argument("--cohort", type=int, default=20_000, help="patients whose facts are multiplied")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of patients on DuckDB")
    parser.add_argument("--rounds", type=int, default=3, help="times each size is run")
    parser.add_argument("--reference", type=int, default=2_000, help="patients for the reference evaluator; 0: none")
    parser.add_argument("--spark", type=int, default=20_000, help="patients for Apache Spark; 0: none")
    parser.add_argument("--queries", action="store_true", help="print the seconds of each query at the largest size")
    parser.add_argument("--same", action="store_true", help="hold every status of the cohort against the reference")


def rules(given: argparse.Namespace) -> bool:
    """Prints the tables; whether no status differed."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        print(f"all rules, {THREADS} threads, {MEMORY} for DuckDB; load before: {os.getloadavg()[0]:.1f}", flush=True)
        step("made", work / "cohort", given.cohort)
        by_size(given, work)
        good = beside(given, work)
        return good and (not given.same or agreed(work))


def step(name: str, *rest: object) -> dict[str, Any]:
    """What a step found, run in a process of its own; ends the bench with what the step said where it failed."""
    done = subprocess.run([sys.executable, str(STEPS), name, *map(str, rest)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"The step {name} {' '.join(map(str, rest))} failed:\n{done.stderr[-TOLD:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def by_size(given: argparse.Namespace, work: Path) -> None:
    """How the time and the memory of DuckDB grow with the number of patients."""
    print(f"  {'':>10} {'':>12} {'':>9} {'processor':>10} {'making':>9} {'seconds':>9} {'without':>9}")
    print(
        f"  {'patients':>10} {'rows':>12} {'seconds':>9} {'seconds':>10} {'queries':>9} {'per 100k':>9} {'making':>9}"
        f" {'memory':>9}"
    )
    runs: list[dict[str, Any]] = []
    for size in given.sizes:
        facts = work / f"facts-{size}"
        rows = sum(step("multiplied", work / "cohort" / "facts", facts, size)["rows"].values())
        runs = [step("duckdb", facts, work) for _ in range(given.rounds)]
        shutil.rmtree(facts)
        whole, used, building = (
            statistics.median(run[name] for run in runs) for name in ("seconds", "used", "building")
        )
        most = max(run["memory"] for run in runs)
        each = [taken / size * 1e5 for taken in (whole, whole - building)]
        print(
            f"  {size:10,} {rows:12,} {whole:9.2f} {used:10.2f} {building:9.2f} {each[0]:9.2f} {each[1]:9.2f}"
            f" {most:6.2f} GB",
            flush=True,
        )
    if given.queries and runs:
        for number, (name, _) in enumerate(runs[0]["queries"]):
            seconds = statistics.median(run["queries"][number][1] for run in runs)
            print(f"    {name:<28} {seconds:7.2f} s")


def beside(given: argparse.Namespace, work: Path) -> bool:
    """Patients a second of the engines and of the reference evaluator; whether both engines said the same.

    The reference evaluator has its records in memory already, and the engines still have to read their facts.
    """
    print(f"  {'':<36} {'patients':>9} {'seconds':>9} {'patients/s':>11} {'ratio':>8}")
    base = 0.0
    if given.reference:
        found = step("reference", work / "reference", given.reference)
        base = given.reference / found["seconds"]
        print(told("reference evaluator, one process", given.reference, found["seconds"], base), flush=True)
    if not given.spark:
        return True
    facts, ours, theirs = work / "facts-beside", work / "beside.parquet", work / "spark.parquet"
    step("multiplied", work / "cohort" / "facts", facts, given.spark)
    print(told("DuckDB", given.spark, step("duckdb", facts, work, ours)["seconds"], base), flush=True)
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        print("  Apache Spark is not measured: Java is not installed. Install Java 17, or give --spark 0.")
        return True
    seconds = step("spark", facts, work, theirs)["seconds"]
    print(told(f"Apache Spark, local[{THREADS}]", given.spark, seconds, base), flush=True)
    found = step("apart", ours, theirs)
    print(f"  DuckDB and Spark: {found['compared']:,} patients compared, {found['differences']:,} rows different")
    return not found["differences"]


def told(name: str, patients: int, seconds: float, base: float) -> str:
    """A line of the table; the ratio is to the reference evaluator."""
    rate = patients / seconds
    ratio = f"{rate / base:8.1f}" if base else ""
    return f"  {name:<36} {patients:9,} {seconds:9.2f} {rate:11,.0f} {ratio}"


def agreed(work: Path) -> bool:
    """Whether DuckDB says of the whole cohort what the reference evaluator says."""
    statuses = work / "statuses.parquet"
    step("duckdb", work / "cohort" / "facts", work, statuses)
    found = step("same", work / "cohort" / "export", statuses)
    print(f"  reference and DuckDB: {found['compared']:,} answers compared, {found['differences']:,} different")
    for line in found["some"]:
        print(f"    {line}")
    return not found["differences"]


def main() -> None:
    """This half alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    flags(parser)
    sys.exit(0 if rules(parser.parse_args()) else 1)


if __name__ == "__main__":
    main()
