"""What there is to read: the files of bulk exports, or a folder of bundles; never both."""

import os
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final, Literal

import msgspec

from apothecary.population.facts.failure import FactsError, failed
from apothecary.record.bulk import Searched, read_manifest
from apothecary.record.fhir_decode import kind_of

_LINES: Final = (".ndjson", ".jsonl")
_EDGE: Final = 1 << 16  # bytes at both ends of a file by which it is known again
_LARGEST_MANIFEST: Final = 1 << 26
_MIXED = (
    "{source} holds an export ({lines}) and single records ({record}). Move one of them out of the folder: of the"
    " same patients, both would count them twice."
)
_NOTHING = (
    "{source} holds nothing that can be read. Expected is a FHIR bulk export (files *.ndjson or *.ndjson.gz, in"
    " folders of their own where there are several exports) or a folder of bundles (*.json, *.json.gz), each of one"
    " patient."
)


class File(msgspec.Struct, frozen=True):
    """A file as it was found; `path` is relative to the source, `export` its folder. `identity`: of its two ends."""

    path: str
    export: str
    size: int
    changed: int
    identity: str

    @property
    def packed(self) -> bool:
        """Whether it is compressed, so that it can only be read from its beginning."""
        return self.path.lower().endswith(".gz")


class Found(msgspec.Struct, frozen=True):
    """The files of a source; `manifests` by export; `ignored` are files of no kind that is read."""

    kind: Literal["lines", "records"]
    root: Path
    files: tuple[File, ...]
    manifests: dict[str, Searched]
    ignored: tuple[str, ...]


def find(source: Path, apart: Path | None = None) -> Found:
    """The files below a folder, or a single file; what lies below `apart` is not looked at. FactsError when none is."""
    try:
        return _find(source, apart)
    except OSError as error:
        raise failed(error, f"Looking through {source}") from error


def _find(source: Path, apart: Path | None) -> Found:
    if not source.exists():
        raise FactsError("no-input", f"{source} does not exist. Give a folder with an export or with records.")
    root = source if source.is_dir() else source.parent
    paths = sorted(_below(source, apart)) if source.is_dir() else [source]
    lines = [path for path in paths if _plain(path).endswith(_LINES)]
    records = [path for path in paths if _plain(path).endswith(".json")]
    rest = [path for path in paths if not _plain(path).endswith((*_LINES, ".json"))]
    manifests: dict[str, Searched] = {}
    if lines:
        for path in records:
            manifest = _manifest(path)
            if manifest is not None:
                manifests[_export(path, root)] = manifest
            elif _is_record(path):
                raise FactsError("mixed-input", _MIXED.format(source=source, lines=lines[0].name, record=path.name))
            else:
                rest.append(path)
    if not lines and not records:
        raise FactsError("no-input", _NOTHING.format(source=source))
    files = tuple(_file(path, root, bool(lines)) for path in lines or records)
    ignored = tuple(sorted(path.relative_to(root).as_posix() for path in rest))
    return Found("lines" if lines else "records", root, files, manifests, ignored)


def _below(source: Path, apart: Path | None) -> Iterator[Path]:
    def fail(error: OSError) -> None:
        raise error

    for folder, folders, names in os.walk(source, onerror=fail):
        here = Path(folder)
        folders[:] = [name for name in folders if name[0] != "." and (apart is None or here / name != apart)]
        yield from (here / name for name in names if name[0] != ".")


def _plain(path: Path) -> str:
    return path.name.lower().removesuffix(".gz")


def _export(path: Path, root: Path) -> str:
    folder = path.parent.relative_to(root).as_posix()
    return "" if folder == "." else folder


def _file(path: Path, root: Path, lines: bool) -> File:
    """`changed` in nanoseconds. The ends of a single record are not looked at: there may be millions of them."""
    stat = path.stat()
    name = path.relative_to(root).as_posix()
    return File(
        name, _export(path, root) if lines else name, stat.st_size, stat.st_mtime_ns, _ends(path) if lines else ""
    )


def _ends(path: Path) -> str:
    with path.open("rb") as stream:
        start = stream.read(_EDGE)
        stream.seek(max(_EDGE, stream.seek(0, os.SEEK_END) - _EDGE))
        return blake2b(start + stream.read(_EDGE), digest_size=8).hexdigest()


def _manifest(path: Path) -> Searched | None:
    if path.suffix.lower() == ".gz" or path.stat().st_size > _LARGEST_MANIFEST:
        return None
    return read_manifest(path.read_bytes())


def _is_record(path: Path) -> bool:
    """Whether a file beside an export is a FHIR resource; a compressed one is taken for one."""
    return path.suffix.lower() == ".gz" or bool(kind_of(path.read_bytes()))
