"""The Medications of all exports, to which orders refer: gathered in parts, then one sorted table for all workers."""

from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from apothecary.population.facts.narrow import Block, Unfit
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.tasks import WORK
from apothecary.record.bulk import Concept, ResourceReader, about

MEDICATION: Final = pa.schema(
    [
        ("key", pa.int64()), ("name", pa.string()), ("file", pa.string()), ("start", pa.int64()), ("line", pa.int64()),
        ("concept", pa.string()),
    ]
)  # fmt: skip
_Said = tuple[tuple[tuple[str, str], ...], tuple[str, ...]]
_REMEMBERED: Final = 100_000


class Gathered:
    """The Medications of a part of a file."""

    def __init__(self, export: str, file: str, start: int) -> None:
        self._export = export
        self._place = (file, start)
        self._reader = ResourceReader(lambda _: None)
        self._rows: list[tuple[Any, ...]] = []
        self.lines = 0

    def read(self, data: bytes, place: int) -> None:
        """Gathers the Medications among whole lines."""
        block = Block(data, place, self._place[0])
        for number, item in enumerate(block.items):
            line = block.line(number) if item.resourceType == "Medication" or isinstance(item, Unfit) else b""
            if line and not isinstance(item, Unfit):
                self._take(line, number)
            elif line:
                text = line.decode(errors="replace").encode()
                found = about(text)
                if found is not None and found.resourceType == "Medication":
                    self._take(text, number)
        self.lines += block.count

    def _take(self, line: bytes, number: int) -> None:
        self._reader.read("Medication", line, "")
        found = self._reader.medication()
        if found is not None:
            reference, concept = found
            key = patient_key(self._export, reference)
            self._rows.append(
                (
                    key,
                    f"{self._export}\0{reference}",
                    *self._place,
                    self.lines + number,
                    msgspec.json.encode(concept).decode(),
                )
            )

    def table(self) -> pa.Table:
        """What was gathered."""
        columns = list(zip(*self._rows, strict=True)) or [()] * len(MEDICATION)
        arrays = [pa.array(values, type=field.type) for values, field in zip(columns, MEDICATION, strict=True)]
        return pa.Table.from_arrays(arrays, schema=MEDICATION)


def look_up_path(out: Path, name: str, part: str) -> Path:
    """Where a part of the look-up stands."""
    return out / WORK / "look-up" / f"{name}-{part}.arrow"


class LookUp:
    """The Medications of one export by reference, read from files that are mapped into memory."""

    def __init__(self, out: Path, name: str, export: str) -> None:
        self._export = export
        self._found: dict[str, Concept | None] = {}
        self._keys: Any = ()
        self.asked = 0
        if name:
            numbers = _read(look_up_path(out, name, "keys"))
            self._keys = numbers["key"].combine_chunks().to_numpy(zero_copy_only=True)
            self._numbers = numbers["number"].combine_chunks()
            self._concepts = _read(look_up_path(out, name, "concepts"))["concept"].combine_chunks()

    def __call__(self, reference: str) -> Concept | None:
        """Codes and texts behind a reference."""
        self.asked += 1
        if reference not in self._found:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[reference] = self._look_up(patient_key(self._export, reference))
        return self._found[reference]

    def _look_up(self, key: int) -> Concept | None:
        place = int(np.searchsorted(self._keys, key)) if len(self._keys) else 0
        if place >= len(self._keys) or self._keys[place] != key:
            return None
        said: str = self._concepts[self._numbers[place].as_py()].as_py()
        codes, texts = msgspec.json.decode(said, type=_Said)
        return codes, texts


def _read(path: Path) -> pa.Table:
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
