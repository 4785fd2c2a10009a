"""The work cut into tasks, each named by all that its outcome depends on; and the entry a finished task leaves."""

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal
from zlib import crc32

import msgspec

from apothecary.population.facts.files import File, Found
from apothecary.population.facts.schema import FORMAT

SIZE: Final = 1 << 25  # bytes of a task
_READING: Final = 1  # of this way of reading; what was read in another way is read again
WORK: Final = "reading"  # the folder of what is only needed to go on


class Task(msgspec.Struct, frozen=True):
    """Lines of a part of one file (`end` None: to its end), only its Medications, or some single records.

    `look_up`: the name of the table of Medications by which references are resolved, empty without one.
    """

    name: str
    kind: Literal["lines", "medications", "records"]
    export: str
    files: tuple[File, ...]
    start: int = 0
    end: int | None = None
    look_up: str = ""

    @property
    def size(self) -> int:
        """The bytes that the task reads, as stored."""
        if self.kind == "records":
            return sum(file.size for file in self.files)
        return (self.files[0].size if self.end is None else min(self.end, self.files[0].size)) - self.start


class Entry(msgspec.Struct, frozen=True):
    """What a finished task has read and written: files by table, resources by type, lines, and what was rejected.

    `references`: to Medications of the export, so that the outcome depends on `look_up`.
    """

    task: str
    tables: dict[str, list[str]]
    types: dict[str, int]
    lines: int
    rejects: int
    references: int
    look_up: str


def tasks(found: Found, fingerprint: str) -> list[Task]:
    """All tasks of a source, compressed files first, since they take longest; `fingerprint`: of what is asked."""
    if found.kind == "records":
        return [_named("records", "", batch, 0, None, fingerprint) for batch in _batches(found.files)]
    files = sorted((file for file in found.files if file.size), key=lambda file: not file.packed)
    return [
        _named("lines", file.export, (file,), start, end, fingerprint) for file in files for start, end in parts(file)
    ]


def medication_tasks(file: File) -> list[Task]:
    """The tasks that gather the Medications of a file."""
    return [_named("medications", file.export, (file,), start, end, "") for start, end in parts(file)]


def parts(file: File) -> Iterator[tuple[int, int | None]]:
    """Where the parts of a file begin and end."""
    if file.packed or file.size <= SIZE:
        yield 0, None
        return
    starts = range(0, file.size, SIZE)
    for start in starts:
        yield start, start + SIZE if start != starts[-1] else None


def _batches(files: tuple[File, ...]) -> Iterator[tuple[File, ...]]:
    """Some files each; where a batch ends depends on the name of its last file, so that a new one moves no others."""
    mean = sum(file.size for file in files) // len(files) + 1
    every = 1 << max(0, (SIZE // mean).bit_length() - 1)
    batch: list[File] = []
    for file in files:
        batch.append(file)
        if crc32(file.path.encode()) % every == 0 or len(batch) >= 4 * every:
            yield tuple(batch)
            batch = []
    if batch:
        yield tuple(batch)


def _named(
    kind: Literal["lines", "medications", "records"],
    export: str,
    files: tuple[File, ...],
    start: int,
    end: int | None,
    fingerprint: str,
) -> Task:
    what = msgspec.json.encode((FORMAT, _READING, kind, export, files, start, end, fingerprint))
    return Task(blake2b(what, digest_size=12).hexdigest(), kind, export, files, start, end)


# --- what is kept of a task ------------------------------------------------------------------------------------------


def folder_of(out: Path, table: str) -> Path:
    """Where the files of a table stand; those of tables that are only needed to go on stand apart."""
    return out / table if table in ("row", "result", "step", "patient") else out / WORK / table


def rejects_of(out: Path, task: str) -> Path:
    """Where the rejects of a task stand."""
    return out / WORK / "rejects" / f"{task}.ndjson"


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file so that it stands there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.tmp")
    hidden.write_bytes(data)
    os.replace(hidden, path)


def write_entry(out: Path, entry: Entry) -> None:
    """Keeps the entry; from now on the task is finished."""
    write_whole(out / WORK / "tasks" / f"{entry.task}.json", msgspec.json.encode(entry))


def read_entries(out: Path) -> dict[str, Entry]:
    """The entries of all finished tasks; one that cannot be read is as good as none."""
    found: dict[str, Entry] = {}
    for path in sorted((out / WORK / "tasks").glob("*.json")):
        try:
            entry = msgspec.json.decode(path.read_bytes(), type=Entry)
        except msgspec.MsgspecError:
            continue
        found[entry.task] = entry
    return found


def drop_others(out: Path, kept: dict[str, Entry]) -> None:
    """Removes what no kept task has written: of files that changed or went, of tasks that were cut off."""
    written = {
        folder_of(out, table) / name
        for entry in kept.values()
        for table, names in entry.tables.items()
        for name in names
    }
    for table in ("row", "result", "step", "patient", "seen", "person", "medication"):
        for path in _held(folder_of(out, table)):
            if path not in written:
                path.unlink()
    for folder in ("tasks", "rejects"):
        for path in _held(out / WORK / folder):
            if path.name.split(".")[0] not in kept:
                path.unlink()


def _held(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
