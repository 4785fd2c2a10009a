"""Many patients: lines of an export to facts, beside only parsing the same bytes with the same processes; all rules.

Prints medians of wall time with a warm cache, in uncompressed bytes, and the ratio of the same run. The rules are
measured by population_rules.py, which has flags of its own.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import simdjson

import population_rules
from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.population import cohort
from apothecary.population.facts.blocks import blocks
from apothecary.population.facts.files import find
from apothecary.population.facts.make import make_facts
from apothecary.population.facts.tasks import parts

AS_OF = date(2026, 11, 22)
ROUNDS = 3
WORKERS = 2
# How much stands beside what is asked about: as little as a cohort has, and about as much as a whole record has.
CLUTTER = (1.0, 6.0)

Part = tuple[Path, int, int | None]


def main() -> None:
    """Times the rules, then the reading of exports of different clutter."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", choices=["reading", "rules"], help="this half alone")
    arguments.add_argument("--patients", type=int, default=10_000, help="patients of an export that is read")
    arguments.add_argument("--export", type=Path, help="read this export instead of made ones")
    population_rules.flags(arguments)
    given = arguments.parse_args()
    if given.only != "reading" and not population_rules.rules(given):
        sys.exit(1)
    if given.only == "rules":
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.export is not None:
            reading(given.export, Path(folder))
        for clutter in CLUTTER if given.export is None else ():
            made = Path(folder) / f"cohort-{clutter:g}"
            write(made, given.patients, clutter)
            print(f"{given.patients} patients, clutter {clutter:g}")
            reading(made / "export", Path(folder))


def write(out: Path, patients: int, clutter: float) -> None:
    """A cohort of the first packaged drug."""
    folder = PACKAGED / packaged()[0]
    m = load(folder)
    plan = cohort.plan(m, cohort.read_mix(folder, m), 1, AS_OF, clutter)
    cohort.write_cohort(plan, patients, out, workers=WORKERS)


def reading(source: Path, work: Path) -> None:
    """Prints how fast an export becomes facts, and how fast its lines are only parsed."""
    m = load(PACKAGED / packaged()[0])
    files = find(source).files
    size = sum(file.size for file in files)
    todo: list[Part] = [(source / file.path, start, end) for file in files for start, end in parts(file) if file.size]
    lines, rows = 0, 0

    def facts() -> None:
        nonlocal lines, rows
        shutil.rmtree(work / "facts", ignore_errors=True)
        made = make_facts(source, work / "facts", m, workers=WORKERS)
        lines = made.manifest.lines

    with ProcessPoolExecutor(WORKERS, get_context("spawn")) as pool:

        def only_parsed() -> None:
            nonlocal rows
            rows = sum(pool.map(parse, todo))

        only_parsed()  # starts the processes and warms the cache
        timed = [(taken(only_parsed), taken(facts)) for _ in range(ROUNDS)]
    floor, ours = (statistics.median(times) for times in zip(*timed, strict=True))
    assert lines == rows, "both must have read every line"
    print(f"  {size / 1e6:.0f} MB, {lines} lines of {size / lines:.0f} bytes, {WORKERS} processes")
    print(f"  {'only parsed, simdjson':<28}{size / floor / 1e6:8.0f} MB/s")
    print(f"  {'lines to facts':<28}{size / ours / 1e6:8.0f} MB/s {floor / ours:6.2f} x only parsed")


def taken(step: Callable[[], None]) -> float:
    """The time of one step in seconds."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def parse(part: Part) -> int:
    """Parses every line of a part of a file and looks at nothing; the number of lines."""
    parser, count = simdjson.Parser(), 0
    for _, block in blocks(*part):
        for line in block.split(b"\n")[:-1] if block is not None else ():
            with suppress(ValueError):  # a line that is no JSON
                parser.parse(line)
            count += 1
    return count


if __name__ == "__main__":
    main()
