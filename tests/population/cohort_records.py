"""The records of an export the literal way: the lines of each patient, read by the record reader as one record."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bulk_exports import _record, _who, json_of
from cohort_reading import AS_OF, planned
from same import Compared, beside, expected
from strategies import reviewer

from apothecary.population.cohort import write_cohort
from apothecary.population.facts.asked import asked
from apothecary.population.facts.exports import exports
from apothecary.population.facts.files import find
from apothecary.population.facts.make import make_facts
from apothecary.population.facts.record import patient_key
from apothecary.population.rules.engine import Engine
from apothecary.population.rules.review import review_all
from apothecary.population.rules.scope import Tables
from apothecary.record import Record
from apothecary.record.fhir import Collector
from apothecary.review import Reviewer


def records(source: Path) -> Iterator[tuple[int, Record]]:
    """The key of every patient of an export, and the record; whatever cannot be read is left out as the reader does."""
    found = find(source)
    (name,) = {file.export for file in found.files}
    types: set[str] = set()
    medications: list[tuple[str, bytes, str]] = []
    lines: dict[str, list[tuple[str, bytes, str]]] = {}
    for file in found.files:
        with (source / file.path).open("rb") as rows:
            for number, row in enumerate(rows):
                kind = json_of(row).get("resourceType")
                if not isinstance(kind, str):
                    continue
                types.add(kind)
                one = (kind, row.strip(), f"{file.path}:{number}")
                who = _who(kind, row)
                if kind == "Medication":
                    medications.append(one)
                elif who is not None:
                    lines.setdefault(who, []).append(one)
    export = exports(found, {name: types})[name]
    for who, mine in lines.items():
        collector = Collector()
        export.mark(collector.sections)
        yield patient_key(name, who), _record(collector, [*medications, *mine], who)


class Made(NamedTuple):
    """A cohort as an export, and its facts."""

    export: Path
    facts: Path
    reviewer: Reviewer


def cohort(drug: str, count: int, folder: Path) -> Made:
    """So many synthetic patients, written and read."""
    asking = reviewer(drug)
    write_cohort(planned(drug), count, folder / "cohort")
    made = make_facts(folder / "cohort" / "export", folder / "facts", asking.monograph)
    return Made(folder / "cohort" / "export", made.out, asking)


def whole_cohort(engine: Engine, made: Made) -> Compared:
    """Every status of a cohort by the engine, which reads the facts, beside the reviewer's, which reads the records."""
    keys, some = zip(*records(made.export), strict=True)
    m = made.reviewer.monograph
    tables = Tables(*(engine.parquet(made.facts / name) for name in Tables._fields))
    table = review_all(engine, tables, m, asked(m), AS_OF).table
    rows = {row["patient"]: row for batch in engine.batches(table) for row in batch.to_pylist()}
    by_place = {keys.index(key): row for key, row in rows.items()}
    return beside(expected(made.reviewer, some, AS_OF, None), by_place)
