"""One task from files to Parquet parts, the same on every engine; and what a worker keeps from task to task."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.knowledge import Matcher, Monograph
from apothecary.population.facts.asked import asked
from apothecary.population.facts.blocks import blocks, whole
from apothecary.population.facts.failure import FactsError, failed
from apothecary.population.facts.files import File
from apothecary.population.facts.lines import LineReader, Reject
from apothecary.population.facts.medications import Gathered, LookUp
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.seen import Seen
from apothecary.population.facts.tables import Maker
from apothecary.population.facts.tasks import SIZE, Entry, Task, folder_of, rejects_of, write_entry
from apothecary.record import RecordError, read_record
from apothecary.record.bulk import Concept, ResourceReader

_SHORT = "It is a short form, which holds on the day it was typed only. Give the patient's record as FHIR."


Ancestors = dict[tuple[str, str], frozenset[str]]


class Job(msgspec.Struct, frozen=True):
    """What all tasks of a run have in common. Every worker must be able to reach both folders."""

    root: Path
    out: Path
    monograph: Monograph
    ancestors: Ancestors | None = None


class Stopped(Exception):
    """The run was broken off; what is finished is kept."""


class Worker:
    """Does tasks one after the other; a task that is not finished leaves nothing that counts."""

    def __init__(self, job: Job, stopped: Callable[[], bool] = lambda: False) -> None:
        m = job.monograph
        self._job = job
        self._stopped = stopped
        self._maker = Maker(m, asked(m), job.ancestors)
        self._lines = LineReader(
            self._maker, Matcher(m.value_sets, m.codes, job.ancestors), ResourceReader(lambda name: self._find(name))
        )
        self._of: tuple[str, str] | None = None
        self._find: Callable[[str], Concept | None] = lambda _: None

    def run(self, task: Task) -> Entry:
        """Does a task and keeps its entry. FactsError when it cannot be done."""
        parts = _Parts(self._job.out, task)
        try:
            if task.kind == "records":
                entry = self._records(task, parts)
            elif task.kind == "medications":
                entry = self._medications(task, parts)
            else:
                entry = self._of_lines(task, parts)
            for file in task.files:
                _check_unchanged(self._job.root, file)
            parts.finish()
            write_entry(self._job.out, entry)
        except OSError as error:
            raise failed(error, f"Reading {task.files[0].path} into {self._job.out}") from error
        finally:
            self._maker.clear()
            parts.close()
        return entry

    def _of_lines(self, task: Task, parts: "_Parts") -> Entry:
        file, lines, seen = task.files[0], self._lines, Seen(task.export)
        look_up = self._look_up(task)
        before = look_up.asked
        lines.begin(file.path, task.start, seen)
        read = 0
        for place, block in blocks(self._job.root / file.path, task.start, task.end):
            if self._stopped():
                raise Stopped
            if block is None:
                lines.too_long()
            else:
                lines.read(block, place)
                read += len(block)
            parts.reject(file.path, lines.rejects)
            lines.rejects.clear()
            if read > SIZE:
                self._flush(parts, seen)
                read = 0
        self._flush(parts, seen)
        references = lines.references + look_up.asked - before
        return parts.entry(dict(lines.types), lines.lines, references)

    def _flush(self, parts: "_Parts", seen: Seen) -> None:
        self._lines.flush()
        parts.write({**self._maker.tables(), **seen.tables()})
        self._maker.clear()
        seen.clear()

    def _look_up(self, task: Task) -> LookUp:
        if self._of != (task.export, task.look_up) or not isinstance(self._find, LookUp):
            self._lines.forget_references()
            self._of, self._find = (task.export, task.look_up), LookUp(self._job.out, task.look_up, task.export)
        return self._find

    def _medications(self, task: Task, parts: "_Parts") -> Entry:
        file = task.files[0]
        gathered = Gathered(task.export, file.path, task.start)
        for place, block in blocks(self._job.root / file.path, task.start, task.end):
            if self._stopped():
                raise Stopped
            if block is not None:
                gathered.read(block, place)
        parts.write({"medication": gathered.table()})
        return parts.entry({}, gathered.lines, 0)

    def _records(self, task: Task, parts: "_Parts") -> Entry:
        for file in task.files:
            if self._stopped():
                raise Stopped
            try:
                record = read_record(whole(self._job.root / file.path))
                if record.undated_is_current:
                    raise RecordError("short-form", _SHORT)
            except RecordError as error:
                parts.reject(file.path, [Reject(0, error.message)])
            else:
                key = patient_key(file.path, record.patient.id or "")
                self._maker.add_record(key, record, file.path)
        parts.write(self._maker.tables())
        return parts.entry({}, len(task.files), 0)


class _Parts:
    """The files of one task, each under a hidden name until it is whole."""

    def __init__(self, out: Path, task: Task) -> None:
        self._out = out
        self._task = task
        self._tables: dict[str, list[str]] = {}
        self._count = 0
        self._rejects = 0
        self._rejected: Any = None

    def write(self, tables: dict[str, pa.Table]) -> None:
        """Writes what the tables hold."""
        self._count += 1
        name = f"{self._task.name}-{self._count}.parquet"
        for table, held in tables.items():
            if held.num_rows:
                write_table(folder_of(self._out, table) / name, held)
                self._tables.setdefault(table, []).append(name)

    def reject(self, file: str, rejects: Iterable[Reject]) -> None:
        """Keeps what was rejected; lines are counted from the beginning of the part."""
        for one in rejects:
            if self._rejected is None:
                path = rejects_of(self._out, self._task.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                self._rejected = path.with_name(f".{path.name}.tmp").open("wb")
            self._rejected.write(msgspec.json.encode({"file": file, **msgspec.structs.asdict(one)}) + b"\n")
            self._rejects += 1

    def close(self) -> None:
        """Closes the list of rejects, finished or not."""
        if self._rejected is not None:
            self._rejected.close()

    def finish(self) -> None:
        """Gives the rejects their name."""
        self.close()
        if self._rejected is not None:
            os.replace(self._rejected.name, rejects_of(self._out, self._task.name))

    def entry(self, types: dict[str, int], lines: int, references: int) -> Entry:
        """What was read and written."""
        return Entry(self._task.name, self._tables, types, lines, self._rejects, references, self._task.look_up)


def write_table(path: Path, table: pa.Table) -> None:
    """Writes a Parquet file so that it stands there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.tmp")
    pq.write_table(table, hidden, compression="zstd", compression_level=1)
    os.replace(hidden, path)


def _check_unchanged(root: Path, file: File) -> None:
    stat = (root / file.path).stat()
    if (stat.st_size, stat.st_mtime_ns) != (file.size, file.changed):
        message = f"{root / file.path} changed while it was read. Start again when it is written: the rest is kept."
        raise FactsError("changed", message)
