"""From facts to results: the review of every day asked for, and the files that are made of the last one."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.knowledge import Monograph
from apothecary.population import findings, summary
from apothecary.population.facts.asked import asked
from apothecary.population.facts.failure import FactsError
from apothecary.population.facts.make import fingerprint
from apothecary.population.facts.manifest import MANIFEST, Manifest
from apothecary.population.facts.rows import day_number
from apothecary.population.facts.schema import FORMAT
from apothecary.population.facts.tasks import read_entries
from apothecary.population.facts.work import Ancestors
from apothecary.population.first import TOP, first, write_first
from apothecary.population.measures import Measure
from apothecary.population.rejected import rejected
from apothecary.population.rules.engine import Engine
from apothecary.population.rules.people import dead, not_born
from apothecary.population.rules.review import Reviewed, review_all
from apothecary.population.rules.scope import Tables
from apothecary.population.suppress import BELOW


class Facts(msgspec.Struct, frozen=True):
    """A folder of finished facts: where it is, what was read into it, and what was set aside."""

    folder: Path
    source: str
    kind: str
    lines: summary.Lines
    notes: tuple[tuple[str, str], ...] = ()


class Step(msgspec.Struct, frozen=True):
    """How far the review is: the day, the query that has just been run, and how many of that day there have been."""

    day: date
    name: str
    done: int


class Results(msgspec.Struct, frozen=True):
    """What a run found: the counts of every day, the patients to look at first, and the queries as they were run."""

    summary: pa.Table
    first: pa.Table
    queries: tuple[tuple[str, str], ...]


def open_facts(folder: Path, m: Monograph, ancestors: Ancestors | None = None) -> Facts:
    """Finished facts for a monograph; FactsError where they are not whole, or where they were made for another one."""
    manifest = _manifest(folder)
    wanted = {"format": FORMAT, "drug": m.drug.id, "fingerprint": fingerprint(asked(m), ancestors, manifest.kind)}
    for name, value in wanted.items():
        if getattr(manifest, name) != value:
            raise FactsError(
                "other-knowledge",
                f"The facts in {folder} were made with another {name} ({getattr(manifest, name)}, now {value}): what "
                "is asked of a record has changed since, or other codes were added with --terminology. Give their "
                "source, so that they are made again.",
            )
    _check_parts(folder, manifest)
    lines, notes = _read(folder, manifest)
    return Facts(folder, manifest.source, manifest.kind, lines, notes)


def _manifest(folder: Path) -> Manifest:
    """The seal of facts."""
    try:
        return msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        message = (
            f"{folder} holds no {MANIFEST}, so its facts are not whole. Give their source again: what was finished of "
            "them is kept."
        )
        raise FactsError("not-whole", message) from error
    except (OSError, msgspec.MsgspecError) as error:
        raise FactsError("not-whole", f"{folder / MANIFEST} cannot be read: {error}. Make the facts again.") from error


def _check_parts(folder: Path, manifest: Manifest) -> None:
    """FactsError when a part of the facts is gone or damaged: its rows must not look as if nobody had them."""
    missing = [
        str(path)
        for entry in read_entries(folder).values()
        for table, names in entry.tables.items()
        if table in Tables._fields
        for path in (folder / table / name for name in names)
        if not path.is_file()
    ]
    patients = 0
    for table in Tables._fields:
        parts = sorted((folder / table).glob("*.parquet"))
        if not parts:
            missing.append(f"{folder / table}/*.parquet")
        for part in parts:
            try:
                rows = pq.read_metadata(part).num_rows
            except (OSError, pa.ArrowException) as error:
                raise FactsError("not-whole", f"{part} is damaged: {error}. Make the facts again.") from error
            patients += rows if table == "patient" else 0
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        message = f"{missing[0]}{more} is not there, though the facts are said to be whole. Make the facts again."
        raise FactsError("not-whole", message)
    if patients != manifest.patients:
        raise FactsError(
            "not-whole",
            f"{folder / 'patient'} holds {patients:,} patients, though {MANIFEST} says {manifest.patients:,}: a part "
            "is gone, or was added. Make the facts again.",
        )


def _read(folder: Path, manifest: Manifest) -> tuple[summary.Lines, tuple[tuple[str, str], ...]]:
    """What was read and set aside, and what is to be said of it."""
    notes: list[tuple[str, str]] = []
    reasons: dict[str, int] = {}
    if manifest.kind == "omop" and manifest.rejects:
        reasons = {"rows of persons whom the table person does not list": manifest.rejects}
    elif manifest.rejects:
        found = rejected(folder, manifest.kind)
        reasons = found.reasons
        if found.nobodys:
            said = "what was in them is missing from somebody's record, where a clear answer may be wrong"
            notes.append(("Lines of nobody known", f"{found.nobodys:,}; {said}"))
    for export in manifest.exports.values():
        where = f" of {export.name}" if export.name else ""
        for section, reason in export.partial.items():
            notes.append((f"{section.capitalize()} not supplied{where}", reason))
    if manifest.repeated:
        said = f"{manifest.repeated:,} beside another of the same id; the last one counts"
        notes.append(("Patients given twice", said))
    if manifest.ignored:
        tables = f"tables {', '.join(manifest.ignored)}: no column of the OMOP CDM"
        files = f"{len(manifest.ignored):,} files of other kinds"
        notes.append(("Not read", tables if manifest.kind == "omop" else files))
    return summary.Lines(manifest.lines, reasons), tuple(notes)


@contextmanager
def together(out: Path) -> Iterator[Path]:
    """A folder for the results of a run, which take their names in `out` when all are written; NotWritten if not.

    So the files of two runs never stand side by side as if they were of one.
    """
    part = out / ".results"
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        for path in sorted(path for path in part.iterdir() if path.name[0] != "."):
            there = out / path.name
            if there.is_dir():  # some engines write folders
                shutil.rmtree(there)
            elif path.is_dir():
                there.unlink(missing_ok=True)
            path.replace(there)
    except findings.NotWritten as error:
        raise findings.NotWritten(str(error).replace(str(part), str(out))) from error
    except OSError as error:
        why = error.strerror or str(error)
        message = f"The results could not be written to {out}: {why}. Make room or give access, then run it again."
        raise findings.NotWritten(message) from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def review_days(
    facts: Facts,
    engine: Engine,
    m: Monograph,
    days: Sequence[date],
    out: Path,
    *,
    measures: Sequence[Measure] = (),
    below: int = BELOW,
    everyone: bool = False,
    top: int = TOP,
    progress: Callable[[Step], None] = lambda _: None,
) -> Results:
    """Reviews all patients as of each day and writes findings, patients, first and summary of the last to `out`.

    ExpiredEdition and NotWritten as of the functions it calls; nothing half-written stays under its own name.
    """
    tables = Tables(*(engine.parquet(facts.folder / name) for name in Tables._fields))
    counted: list[pa.Table] = []
    last: Reviewed | None = None
    for day in sorted(set(days)):
        watched = _Watched(engine, day, progress)
        last = review_all(watched, tables, m, asked(m), day)
        left = _left(engine, tables.patient, day)
        counted.append(summary.summarize(last.table, last.leaves, m, day, left=left, measures=measures, below=below))
    assert last is not None, "at least one day is asked for"
    day = max(days)
    counted.append(summary.sections(tables.patient, day, below))
    counted.append(summary.lines(facts.lines, day))
    findings.write(last.table, last.leaves, m, out, everyone=everyone, evidence=last.evidence)
    found = first(last.table, last.leaves, m, top)
    write_first(found, out)
    whole = pa.concat_tables(counted)
    summary.write_summary(whole, out)
    return Results(whole, found, tuple(engine.statements))


def _left(engine: Engine, known: Any, as_of: date) -> summary.Left:
    """How many patients are not reviewed that day, and why."""
    day = day_number(as_of)
    died, unborn = dead(day, known), not_born(day, known)
    counts = known.aggregate(dead=died.cast("int64").sum(), born=(unborn & ~died).cast("int64").sum())
    row = next(row for batch in engine.batches(counts) for row in batch.to_pylist())
    return summary.Left(row["dead"] or 0, row["born"] or 0)


class _Watched:
    """An engine that tells of every query it has run."""

    def __init__(self, engine: Engine, day: date, progress: Callable[[Step], None]) -> None:
        self._engine = engine
        self._day = day
        self._progress = progress
        self._done = 0
        self.name, self.statements = engine.name, engine.statements
        self.parquet, self.take = engine.parquet, engine.take
        self.batches, self.forget = engine.batches, engine.forget

    def keep(self, name: str, query: Any) -> Any:
        """As the engine does."""
        return self._told(name, self._engine.keep(name, query))

    def step(self, name: str, query: Any) -> Any:
        """As the engine does."""
        return self._told(name, self._engine.step(name, query))

    def _told(self, name: str, made: Any) -> Any:
        self._done += 1
        self._progress(Step(self._day, name, self._done))
        return made
