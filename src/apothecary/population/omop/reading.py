"""A range of persons to facts: their rows that matter, then who they are and what is known of each section."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import pyarrow.parquet as pq

from apothecary.knowledge import Monograph
from apothecary.population.facts.asked import Asked
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.tables import Maker
from apothecary.population.facts.tasks import Entry, folder_of, write_entry
from apothecary.population.omop.content import Range
from apothecary.population.omop.database import Database, batches
from apothecary.population.omop.terms import Ancestors
from apothecary.record import Record
from apothecary.record.facts import SectionName
from apothecary.record.omop import Content, Notes, database_sections, event_rows, person_sections, read_person
from apothecary.record.omop_tables import EVENTS, Death, Person
from apothecary.record.omop_terms import Concepts

_GATHERED: Final = 100_000  # rows held before they are written


class Work(msgspec.Struct, frozen=True):
    """What reading a range needs; `wanted`: the condition on the rows of each table that matter, None for all."""

    db: Database
    out: Path
    export: str
    monograph: Monograph
    asked: Asked
    ancestors: Ancestors
    concepts: Concepts
    content: Content
    wanted: dict[str, Any]


def read_range(work: Work, name: str, ids: Range, progress: Callable[[int], None]) -> Entry:
    """Reads, writes and finishes one range; `progress` is told the rows read so far."""
    db = work.db
    persons = {row[0]: Person(*row) for rows in batches(db, _within(db.tables["person"], ids)) for row in rows}
    writer = _Writer(work, name)
    notes: dict[int, Notes] = {}
    rows = strangers = 0
    for table, type_ in EVENTS.items():
        if table not in db.tables:
            continue
        query = db.tables[table] if work.wanted[table] is None else db.tables[table].filter(work.wanted[table])
        for found in batches(db, _within(query, ids)):
            for values in found:
                id_ = values[0]
                if id_ not in persons:
                    strangers += 1
                    continue
                noted = notes.get(id_) or Notes()
                kept = event_rows(table, type_(*values), work.concepts, noted)
                if noted.allergies or noted.stated:
                    notes[id_] = noted
                if kept:
                    key = patient_key(work.export, str(id_))
                    for section, row in kept:
                        writer.maker.add(key, section, row)
            rows += len(found)
            progress(rows)
            writer.gathered(len(found))
    _add_persons(work, writer, persons, notes, ids)
    entry = Entry(name, writer.finish(), {"person": len(persons)}, rows, strangers, 0, "")
    write_entry(work.out, entry)
    return entry


def _within(table: Any, ids: Range) -> Any:
    low, high = ids
    if low is not None:
        table = table.filter(table.person_id > low)
    return table if high is None else table.filter(table.person_id <= high)


def _add_persons(
    work: Work, writer: "_Writer", persons: dict[int, Person], notes: dict[int, Notes], ids: Range
) -> None:
    db, base = work.db, database_sections(work.content)
    deaths: dict[int, list[Death]] = {}
    if "death" in db.tables:
        for rows in batches(db, _within(db.tables["death"], ids)):
            for row in rows:
                deaths.setdefault(row[0], []).append(Death(*row))
    observed = None
    if work.content.rows.get("observation_period"):
        periods = _within(db.tables["observation_period"], ids).distinct()
        observed = {row[0] for rows in batches(db, periods) for row in rows}
    none = Notes()
    for id_, person in persons.items():
        noted = notes.get(id_, none)
        tables: dict[SectionName, Any] = {"allergy": tuple(noted.allergies)} if noted.allergies else {}
        sections = person_sections(base, noted, observed is None or id_ in observed)
        record = Record(read_person(person, deaths.get(id_, ())), tables, sections)
        writer.maker.add_record(patient_key(work.export, str(id_)), record, work.export)


class _Writer:
    """Writes what a Maker gathers in parts, each under a hidden name first."""

    def __init__(self, work: Work, name: str) -> None:
        self.maker = Maker(work.monograph, work.asked, work.ancestors)
        self._out = work.out
        self._name = name
        self._rows = 0
        self._parts = 0
        self._written: dict[str, list[str]] = {}

    def gathered(self, rows: int) -> None:
        """Notes that so many rows were added; when they are many, they are written."""
        self._rows += rows
        if self._rows >= _GATHERED:
            self._write(empty=False)

    def finish(self) -> dict[str, list[str]]:
        """Writes the rest, every table at least once; the names of all files by table."""
        self._write(empty=True)
        return self._written

    def _write(self, empty: bool) -> None:
        for table, rows in self.maker.tables().items():
            if rows.num_rows or (empty and table not in self._written):
                name = f"{self._name}-{self._parts:05d}.parquet"
                folder = folder_of(self._out, table)
                folder.mkdir(parents=True, exist_ok=True)
                hidden = folder / f".{name}.tmp"
                pq.write_table(rows, hidden)
                hidden.replace(folder / name)
                self._written.setdefault(table, []).append(name)
        self.maker.clear()
        self._rows, self._parts = 0, self._parts + 1
