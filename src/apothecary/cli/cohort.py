"""`apothecary cohort`: a synthetic bulk export with known truth, to test and show the review of many patients."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.population.cohort import Progress


@click.command("cohort")
@click.option("--patients", type=int, required=True, help="How many patients.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="A new folder: export/ and truth.parquet.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same cohort.")
@click.option(
    "--clutter", type=float, default=1.0, show_default=True, help="How much beside what is asked about; 0: none."
)
@click.option("--gzip", is_flag=True, help="Compress the files of the export.")
@click.option("--workers", type=int, help="Processes at work; else one for each processor. The files do not change.")
@click.option("--as-of", help="The day the cohort is made for, such as 2026-11-22; else today.")
@c.drug_option
@c.knowledge_option
def command(
    patients: int,
    out: Path,
    seed: int,
    clutter: float,
    gzip: bool,
    workers: int | None,
    as_of: str | None,
    drug: str | None,
    knowledge: Path | None,
) -> None:
    """Write a synthetic FHIR bulk export, and what is known of each patient because it was planted.

    No patient is real, and how often something is planted says nothing about real patients.
    """
    day = c.parse_day(as_of)
    folder = c.folder_of(drug, knowledge)
    m = c.load_named(folder, drug)
    many = (os.cpu_count() or 1) if workers is None else workers
    with _refusals(out):
        from apothecary.population import cohort

        with c.knowledge_failures(False):
            plan = cohort.plan(m, cohort.read_mix(folder, m), seed, day, clutter)
        with _progress(patients) as show:
            done = cohort.write_cohort(plan, patients, out, compress=gzip, workers=many, progress=show)
    c.write(
        f"{done.patients:,} patients of seed {seed} as of {day}, {done.bytes / 1e6:,.1f} MB before compression.\n"
        f"{out / 'export'}: FHIR R4, one file a type for every {cohort.SHARD:,} patients.\n"
        f"{out / 'truth.parquet'}: what was planted, and which rules of {m.drug.id} that settles."
    )


@contextmanager
def _refusals(out: Path) -> Iterator[None]:
    """Turns what the writer refuses, and a library that is not installed, into a Failure with exit code 2."""
    try:
        from apothecary.population.cohort import CohortError
    except ModuleNotFoundError as error:
        message = f"A cohort needs {error.name}, which is not installed. Install it with: pip install pyarrow"
        raise c.Failure("not-installed", message, 2) from error
    try:
        yield
    except CohortError as error:
        raise c.Failure(error.code, error.message, 2) from error
    except KeyboardInterrupt as error:
        message = f"Stopped. Nothing was kept: {out} appears when everything is written. The same command starts anew."
        raise c.Failure("stopped", message, 130) from error


@contextmanager
def _progress(patients: int) -> Iterator[Callable[["Progress"], None]]:
    """Shows on a terminal how far the writing is, how fast it goes and how long it still takes."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("Writing patients"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=patients, rate="")

        def show(at: "Progress") -> None:
            speed = shown.tasks[0].speed
            rate = f"{speed:,.0f}/s" if speed else ""
            shown.update(task, completed=at.patients, rate=rate)

        yield show
