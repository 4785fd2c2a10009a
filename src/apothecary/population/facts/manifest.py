"""`facts.json`: what facts were made of, and the seal that they are whole; and the list of what was rejected."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import msgspec

from apothecary.population.facts.exports import Export
from apothecary.population.facts.tasks import Entry, Task, rejects_of, write_whole

MANIFEST: Final = "facts.json"
REJECTS: Final = "rejects.ndjson"


class FileRead(msgspec.Struct, frozen=True):
    """A file that facts were made of, as it was then, and the tasks that read it."""

    path: str
    export: str
    size: int
    changed: int
    identity: str
    tasks: list[str]


class Manifest(msgspec.Struct, frozen=True):
    """What facts were made of: for which monograph, of which files, how much was read, and what was not.

    `fingerprint`: of all that the monograph asks. `types`: resources by export and type. `repeated`: Patient resources
    beside another of the same id.
    """

    format: int
    drug: str
    fingerprint: str
    source: str
    kind: str
    files: list[FileRead]
    exports: dict[str, Export]
    types: dict[str, dict[str, int]]
    ignored: tuple[str, ...]
    patients: int
    lines: int
    rejects: int
    repeated: int


def read_manifest(out: Path) -> Manifest | None:
    """The manifest of finished facts; None where there are none, or of another form."""
    try:
        return msgspec.json.decode((out / MANIFEST).read_bytes(), type=Manifest)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def write_manifest(out: Path, manifest: Manifest) -> None:
    """Seals the facts."""
    write_whole(out / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest), indent=1))


def write_rejects(out: Path, tasks: Iterable[Task], entries: dict[str, Entry]) -> None:
    """Lists all that was rejected with its line in the whole file, the first being 1; single records have no line."""
    hidden = out / f".{REJECTS}.tmp"
    before: dict[str, int] = {}
    with hidden.open("wb") as sink:
        for task in sorted(tasks, key=lambda task: (task.files[0].path, task.start)):
            entry, path = entries[task.name], task.files[0].path
            first = before.get(path, 0) + 1
            before[path] = first - 1 + entry.lines
            if entry.rejects:
                with rejects_of(out, task.name).open("rb") as source:
                    for line in source:
                        sink.write(_listed(msgspec.json.decode(line), first if task.kind == "lines" else None))
    os.replace(hidden, out / REJECTS)


def _listed(reject: dict[str, Any], first: int | None) -> bytes:
    reject["line"] = None if first is None else reject["line"] + first
    return msgspec.json.encode({name: value for name, value in reject.items() if value not in (None, "")}) + b"\n"
