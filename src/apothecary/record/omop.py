"""The rows of one person in an OMOP CDM 5.4 database to a record, and what the whole database says about sections."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from apothecary.record import omop_tables as t
from apothecary.record.codes import absent_statement
from apothecary.record.dates import Span, parse_span
from apothecary.record.facts import SECTIONS, Patient, Problem, Record, Row, Section, SectionName
from apothecary.record.omop_rows import ROWS, day
from apothecary.record.omop_terms import SEX, Concepts

_TABLE: dict[SectionName, str] = {
    "condition": "condition_occurrence",
    "medication": "drug_exposure",
    "observation": "measurement",
    "procedure": "procedure_occurrence",
}
_NO_ALLERGIES = "OMOP has no list of allergies, and neither an allergy nor that there are none is recorded"


class Content(msgspec.Struct, frozen=True):
    """What a whole database holds, of persons it knows: rows of each table that is there, and of some kinds of rows.

    `values`: measurements with a value; `listed`: drugs ordered, handed out or taken, not only given; `vaccines`: drug
    exposures coded as vaccines.
    """

    rows: Mapping[str, int]
    values: int
    listed: int
    vaccines: int


class Notes(msgspec.Struct):
    """What is said of one person beside the rows: the allergies, which decide on their section; none known, by section.

    `listed`: one of the allergies stands in a list of them, not among the problems.
    """

    allergies: list[Row] = []
    listed: bool = False
    stated: dict[SectionName, bool] = {}


def database_sections(content: Content) -> dict[SectionName, Section]:
    """The state of every section for all persons: a table that is missing, empty or without values says nothing."""
    found: dict[SectionName, Section] = {"patient": Section("supplied")}
    for section, table in _TABLE.items():
        found[section] = Section("supplied")
        if table not in content.rows:
            found[section] = Section("not-supplied", f"the database has no table {table}")
        elif not content.rows[table]:
            found[section] = Section("not-supplied", f"the table {table} is empty")
    if found["observation"].state == "supplied" and not content.values:
        found["observation"] = Section("not-supplied", "no row of the table measurement has a value")
    if found["medication"].state == "supplied" and not content.listed:
        found["medication"] = Section(
            "not-supplied", "the database holds only doses given, which are no medication list"
        )
    found["immunization"] = found["medication"] if "drug_exposure" not in content.rows else Section("supplied")
    if not content.vaccines and "drug_exposure" in content.rows:
        found["immunization"] = Section("not-supplied", "the table drug_exposure holds no vaccination of anybody")
    found["allergy"] = Section("not-supplied", _NO_ALLERGIES)
    return {name: found[name] for name in SECTIONS}


def event_rows(table: str, event: t.Event, concepts: Concepts, notes: Notes) -> list[tuple[SectionName, Row]]:
    """The rows of one event but allergies; those and statements such as "no known allergies" go to the notes."""
    kept: list[tuple[SectionName, Row]] = []
    for section, row in ROWS[table](event, concepts):
        said = absent_statement(row.codes, row.texts) if section != "observation" else None
        if said is not None:
            name, none = said
            notes.stated[name] = none or notes.stated.get(name, False)
        elif section == "allergy":
            notes.allergies.append(row)
            notes.listed |= table == "observation"
        else:
            kept.append((section, row))
    return kept


def person_sections(base: Mapping[SectionName, Section], notes: Notes, observed: bool) -> dict[SectionName, Section]:
    """The sections of one person. `observed`: within an observation period, or the database has none at all."""
    found = dict(base)
    if not observed:
        nothing = Section("not-supplied", "the person has no observation period")
        found = {name: section if name == "patient" else nothing for name, section in found.items()}
    if notes.listed:
        found["allergy"] = Section("supplied", by_rows=True)
    for name, none in notes.stated.items():
        if none:
            found[name] = Section("supplied", "stated to be none")
    return found


def read_person(person: t.Person, deaths: Iterable[t.Death] = ()) -> Patient:
    """Who it is; a date of birth that is known only by its year or month stays so."""
    died = [day(death.death_date) for death in deaths]
    known = sorted((span for span in died if span is not None), key=lambda span: span.start)
    sex = SEX.get(person.gender_concept_id or 0)
    death = known[0] if known and len(known) == len(died) else None
    return Patient(str(person.person_id), _birth(person), None, sex, bool(died), death)


def _birth(p: t.Person) -> Span | None:
    """By year, month and day; a moment of birth says more only where it is not the first day put in for a lost one."""
    full = day(p.birth_datetime)
    if p.year_of_birth is None:
        return full
    parts = [f"{p.year_of_birth:04d}"]
    if p.month_of_birth:
        parts.append(f"{p.month_of_birth:02d}")
        if p.day_of_birth:
            parts.append(f"{p.day_of_birth:02d}")
    span = parse_span("-".join(parts))
    if span is None or full is None or span.start == span.end:
        return span
    inside = span.start < full.start and full.end <= span.end
    return full if inside else span


def omop_record(person: t.Person, events: Mapping[str, Sequence[Any]], concepts: Concepts, content: Content) -> Record:
    """One person's record. `events`: the rows of each table, also of `death` and `observation_period`."""
    notes, tables = Notes(), dict[SectionName, list[Row]]()
    for table in t.EVENTS:
        for event in events.get(table, ()):
            for section, row in event_rows(table, event, concepts, notes):
                tables.setdefault(section, []).append(row)
    if notes.allergies:
        tables["allergy"] = notes.allergies
    observed = bool(events.get("observation_period")) or not content.rows.get("observation_period")
    sections = person_sections(database_sections(content), notes, observed)
    problems = tuple(
        Problem("no-code", row.source, f"{row.source} has neither a code nor a text, so it may mean anything.")
        for rows in tables.values()
        for row in rows
        if not row.codes and not row.texts
    )
    done = {name: tuple(rows) for name, rows in tables.items()}
    return Record(read_person(person, events.get("death", ())), done, sections, problems, "OMOP CDM")
