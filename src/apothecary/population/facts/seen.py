"""Who was seen in the lines of an export, and what they say beside their rows; patients are made of it at the end."""

from collections.abc import Iterable
from typing import Any, Final

import pyarrow as pa

from apothecary.population.facts.failure import FactsError
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.rows import days_of
from apothecary.population.facts.schema import SECTION, SEX
from apothecary.record import Patient
from apothecary.record.facts import SECTIONS, SectionName

_DAY = pa.int32()
_SAID: Final = ("rows", "supplied", "none_known", "nothing_known")
# Sections that may be supplied by nothing but their rows: an allergy list is never whole, and vaccines that are
# recommended are no list of those given. All others are supplied by a type of resource, or not at all.
BY_ROWS: Final[tuple[SectionName, ...]] = ("allergy", "immunization")
# For each patient the sections of which the lines hold rows, a resource (`supplied`), a statement that there is nothing
# or that nothing is known, one bit each by the number of the section; and the first day of those rows that were read.
SEEN: Final = pa.schema(
    [
        ("patient", pa.int64()), ("id", pa.string()), ("export", pa.string()), ("rows", pa.int16()),
        ("supplied", pa.int16()), ("none_known", pa.int16()), ("nothing_known", pa.int16()),
        *((f"first_{name}", _DAY) for name in BY_ROWS),
    ]
)  # fmt: skip
# Each Patient resource with its place; `partial`: it does not fit its type.
PERSON: Final = pa.schema(
    [
        ("patient", pa.int64()), ("file", pa.string()), ("start", pa.int64()), ("line", pa.int64()),
        ("birth_start", _DAY), ("birth_end", _DAY), ("sex", pa.int8()), ("dead", pa.bool_()), ("death_start", _DAY),
        ("partial", pa.bool_()),
    ]
)  # fmt: skip
_Place = tuple[str, int, int]


class Seen:
    """Gathers who was seen in some lines of one export, until `clear`."""

    def __init__(self, export: str) -> None:
        self._export = export
        self._ids: dict[int, str] = {}
        self._marks: dict[tuple[str, SectionName], set[int]] = {(w, name): set() for w in _SAID for name in SECTIONS}
        self._first: dict[SectionName, dict[int, int]] = {name: {} for name in BY_ROWS}
        self._persons: list[tuple[Any, ...]] = []

    def key(self, id_: str) -> int:
        """The key of a patient by id; FactsError when another patient has the same."""
        key = patient_key(self._export, id_)
        if self._ids.setdefault(key, id_) != id_:
            raise same_key(id_, self._ids[key])
        return key

    def id(self, key: int) -> str:
        """The id of a patient who was given a key here."""
        return self._ids[key]

    def mark(self, what: str, section: SectionName, patient: int) -> None:
        """Notes `rows`, `supplied`, `none_known` or `nothing_known` of a section."""
        self._marks[what, section].add(patient)

    def mark_all(self, what: str, section: SectionName, patients: Iterable[int]) -> None:
        """Notes the same of several patients."""
        self._marks[what, section].update(patients)

    def first(self, section: SectionName, patient: int, day: int) -> None:
        """Notes a day from which a row of the section stands."""
        days = self._first[section]
        days[patient] = min(day, days.get(patient, day))

    def person(self, patient: int, place: _Place, who: Patient, partial: bool) -> None:
        """Notes a Patient resource, and the file, the part and the line it stands in."""
        sex = SEX.get(who.sex) if who.sex is not None else None
        self._persons.append(
            (patient, *place, *days_of(who.birth), sex, who.dead, days_of(who.death)[0], partial),
        )

    def tables(self) -> dict[str, pa.Table]:
        """What was gathered, as the tables `seen` and `person`."""
        keys = list(self._ids)
        columns = [
            keys,
            list(self._ids.values()),
            [self._export] * len(keys),
            *(self._bits(what, keys) for what in _SAID),
            *([days.get(key) for key in keys] for days in self._first.values()),
        ]
        return {"seen": _table(SEEN, columns), "person": _table(PERSON, [*zip(*self._persons, strict=True)])}

    def clear(self) -> None:
        """Forgets what was gathered."""
        self._ids.clear()
        self._persons.clear()
        for marks in self._marks.values():
            marks.clear()
        for days in self._first.values():
            days.clear()

    def _bits(self, what: str, keys: list[int]) -> list[int]:
        marks = [(self._marks[what, name], 1 << SECTION[name]) for name in SECTIONS if self._marks[what, name]]
        return [sum(bit for patients, bit in marks if key in patients) for key in keys]


def same_key(one: str, other: str) -> FactsError:
    """Two patients with the same key cannot be told apart."""
    message = f"The patients {one} and {other} have the same key, so their facts cannot be told apart. Give one of them"
    return FactsError("same-key", f"{message} another id, or put it into an export of its own; then start again.")


def _table(schema: pa.Schema, columns: list[Any]) -> pa.Table:
    arrays = [
        pa.array(values, type=field.type) for values, field in zip(columns or [[]] * len(schema), schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)
