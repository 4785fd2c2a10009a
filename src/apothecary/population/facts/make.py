"""Facts of many patients from the files of an export or of records; what was read before is not read again."""

from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from apothecary.knowledge import Monograph
from apothecary.population.facts.asked import Asked, asked
from apothecary.population.facts.blocks import blocks
from apothecary.population.facts.exports import exports
from apothecary.population.facts.failure import FactsError, failed
from apothecary.population.facts.files import File, Found, find
from apothecary.population.facts.look_up import write_look_up
from apothecary.population.facts.manifest import (
    MANIFEST,
    FileRead,
    Manifest,
    read_manifest,
    write_manifest,
    write_rejects,
)
from apothecary.population.facts.medications import look_up_path
from apothecary.population.facts.narrow import first_type
from apothecary.population.facts.patients import connect, count_records, repeated, write_patients
from apothecary.population.facts.pool import done
from apothecary.population.facts.schema import FORMAT, schemas
from apothecary.population.facts.tasks import (
    Task,
    drop_others,
    folder_of,
    medication_tasks,
    read_entries,
    tasks,
)
from apothecary.population.facts.work import Ancestors, Job, write_table


class Progress(msgspec.Struct, frozen=True):
    """How far the reading is: bytes as stored, done and in all, and the lines and rejects so far."""

    done: int
    all: int
    lines: int
    rejects: int


class Made(msgspec.Struct, frozen=True):
    """Finished facts: the manifest, and how many tasks were done now and how many had been before."""

    out: Path
    manifest: Manifest
    read: int
    kept: int


def make_facts(
    source: Path,
    out: Path,
    monograph: Monograph,
    *,
    ancestors: Ancestors | None = None,
    workers: int = 1,
    engine: Any = "local",
    progress: Callable[[Progress], None] = lambda _: None,
    memory: str = "1GB",
) -> Made:
    """Makes the facts of a source in the folder `out`, sealed by `facts.json` when they are whole.

    `engine`: "local" or a Spark session whose workers reach both folders. `memory`: limit of what joins the parts.
    FactsError for what stops the run; whatever was finished is kept, and a later run goes on from there.
    """
    found = find(source, out)
    job = Job(found.root.resolve(), out.resolve(), monograph, ancestors)
    try:
        return _Run(found, job, workers, engine, progress, memory).made()
    except OSError as error:
        raise failed(error, f"Writing facts to {out}") from error
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        message = f"Joining the parts of the facts failed: {said} Give more memory or room; what is finished is kept."
        raise FactsError("joining", message) from error


class _Run:
    """One run: which tasks there are, which are done, and what is still to be done."""

    def __init__(
        self, found: Found, job: Job, workers: int, engine: Any, progress: Callable[[Progress], None], memory: str
    ) -> None:
        self._found, self._job, self._workers, self._engine = found, job, workers, engine
        self._progress, self._memory = progress, memory
        self._out = job.out
        self._asked = asked(job.monograph)
        self._fingerprint = fingerprint(self._asked, job.ancestors)
        self._plan = tasks(found, self._fingerprint)
        self._entries = read_entries(job.out)
        self._medications: list[Task] = []
        self._read: set[str] = set()
        self._open = False

    def made(self) -> Made:
        """Does what is left to do, then joins the parts."""
        self._out.mkdir(parents=True, exist_ok=True)
        while True:  # a Medication may stand where none was expected; then what refers to Medications is read again
            look_up = self._look_up(self._holding_medications())
            left = [task for task in self._plan if not self._is_done(task, look_up)]
            if not left:
                break
            self._do([msgspec.structs.replace(task, look_up=look_up) for task in left])
        return self._finished()

    def _is_done(self, task: Task, look_up: str) -> bool:
        entry = self._entries.get(task.name)
        return entry is not None and (not entry.references or entry.look_up == look_up)

    def _do(self, left: list[Task]) -> None:
        if not left:
            return
        if not self._open:
            self._unseal()
        counted = [*self._plan, *self._medications]
        waiting = {task.name for task in left}
        ready = sum(task.size for task in counted if task.name in self._entries and task.name not in waiting)
        every = sum(task.size for task in counted)
        for task, entry in done(left, self._job, self._workers, self._engine):
            self._entries[task.name] = entry
            ready += task.size
            self._read.add(task.name)
            known = [self._entries[one.name] for one in self._plan if one.name in self._entries]
            self._progress(Progress(ready, every, sum(e.lines for e in known), sum(e.rejects for e in known)))

    def _unseal(self) -> None:
        """From now on the facts are not whole; what came of files that changed or went is removed."""
        self._open = True
        (self._out / MANIFEST).unlink(missing_ok=True)
        known = {task.name for task in self._plan}
        known |= {task.name for file in self._found.files for task in medication_tasks(file)}
        self._entries = {name: entry for name, entry in self._entries.items() if name in known}
        drop_others(self._out, self._entries)

    # --- Medications --------------------------------------------------------------------------------------------------

    def _holding_medications(self) -> set[str]:
        """The files that are known to hold Medications: by what was read of them, else by their first line."""
        if self._found.kind == "records":
            return set()
        held: dict[str, bool] = {}
        for task in self._plan:
            entry, file = self._entries.get(task.name), task.files[0]
            if entry is not None:
                held[file.path] = held.get(file.path, False) or "Medication" in entry.types
            elif not held.get(file.path):
                held[file.path] = task.start == 0 and _begins_with(self._job.root / file.path) == "Medication"
        return {path for path, holds in held.items() if holds}

    def _look_up(self, files: set[str]) -> str:
        """The name of the look-up of the Medications in these files, made where it is not there yet."""
        chosen = [file for file in self._found.files if file.path in files]
        self._medications = [task for file in chosen for task in medication_tasks(file)]
        self._do([task for task in self._medications if task.name not in self._entries])
        if not self._medications:
            return ""
        names = sorted(task.name for task in self._medications)
        name = blake2b("".join(names).encode(), digest_size=12).hexdigest()
        if not look_up_path(self._out, name, "concepts").exists():
            parts = [
                folder_of(self._out, "medication") / part
                for task in names
                for part in self._entries[task].tables.get("medication", ())
            ]
            with connect(self._out, self._memory) as connection:
                write_look_up(self._out, name, parts, connection)
        return name

    # --- the whole ----------------------------------------------------------------------------------------------------

    def _finished(self) -> Made:
        mine = [*self._plan, *self._medications]
        kept = {task.name: self._entries[task.name] for task in mine}
        before = read_manifest(self._out)
        now = [FileRead(**msgspec.structs.asdict(file), tasks=names) for file, names in self._by_file().items()]
        if before is not None and (before.files, before.fingerprint) == (now, self._fingerprint):
            return Made(self._out, before, 0, len(mine))
        if not self._open:
            self._unseal()
        drop_others(self._out, kept)
        types: dict[str, Counter[str]] = {}
        for task in self._plan:
            types.setdefault(task.export, Counter()).update(kept[task.name].types)
        listed = exports(self._found, types) if self._found.kind == "lines" else {}
        again = 0
        with connect(self._out, self._memory, max(1, self._workers)) as connection:
            if self._found.kind == "lines":
                patients = write_patients(self._out, listed.values(), connection)
                again = repeated(connection)
            else:
                patients = count_records(self._out, connection)
        for table, schema in schemas(self._asked.words).items():
            if not any(folder_of(self._out, table).glob("*.parquet")):
                write_table(folder_of(self._out, table) / "none.parquet", schema.empty_table())
        write_rejects(self._out, self._plan, kept)
        read = [kept[task.name] for task in self._plan]
        manifest = Manifest(
            FORMAT,
            self._asked.drug,
            self._fingerprint,
            str(self._job.root),
            self._found.kind,
            now,
            listed,
            {name: dict(sorted(counts.items())) for name, counts in types.items()},
            self._found.ignored,
            patients,
            sum(entry.lines for entry in read),
            sum(entry.rejects for entry in read),
            again,
        )
        write_manifest(self._out, manifest)
        return Made(self._out, manifest, len(self._read), len(mine) - len(self._read))

    def _by_file(self) -> dict[File, list[str]]:
        """The tasks of every file, files in order."""
        found: dict[File, list[str]] = {file: [] for file in self._found.files}
        for task in self._plan:
            for file in task.files:
                found[file].append(task.name)
        return found


def _begins_with(path: Path) -> str:
    try:
        return next((first_type(block) for _, block in blocks(path) if block), "")
    except FactsError:  # it is damaged, which whoever reads all of it will say
        return ""


def fingerprint(what: Asked, ancestors: Ancestors | None, kind: str = "") -> str:
    """Of all that facts depend on: what is asked, and a hierarchy of codes beside it.

    The facts of a database (`kind` omop) are not told apart by the hierarchy: most of it is in the database itself.
    """
    if not ancestors or kind == "omop":
        return what.fingerprint
    listed = sorted((system, code, sorted(above)) for (system, code), above in ancestors.items())
    return f"{what.fingerprint}-{blake2b(msgspec.json.encode(listed), digest_size=8).hexdigest()}"
