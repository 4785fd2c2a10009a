"""What a person adds to a record: answers to open questions, corrections, a start typed where none was known."""

import re
from collections.abc import Collection
from datetime import date

import msgspec

from apothecary.logic import Interval
from apothecary.record.dates import Span
from apothecary.record.facts import SECTIONS, Patient, Record, RecordError, Row, Section, SectionName
from apothecary.record.standing import standing_on
from apothecary.units import NotEvaluable, age_on, parse_duration

TYPED, ADDED = "typed", "added"  # how the source of a row begins that a person added: in a whole list, or singly
# What an entry of a typed list is called where it is named as a source; striking it out reads the name again
PLACES = {
    "conditions": "problem",
    "medications": "medication",
    "allergies": "allergy",
    "vaccines": "vaccination",
    "procedures": "procedure",
}
_LISTED = re.compile(r"([a-z]+)\[(\d+)\]")
_RESULT = re.compile(r"labs\.(.*?)(?:\[(\d+)\])?", re.S)
_NOTHING = Section("not-supplied")
_STRUCK = "struck out by the person who asked"


def empty() -> Record:
    """A record that says nothing yet; what is typed into it holds on the day of the review."""
    sections = dict.fromkeys(SECTIONS, _NOTHING)
    return Record(Patient(), {}, sections, (), "typed in", undated_is_current=True)


def merged(
    base: Record, added: Record, day: date, *, whole: bool = True, struck: Collection[str] = frozenset()
) -> Record:
    """A record with what a person adds to it on a day.

    Rows are added behind those of the record and named as typed; of the record itself only the rows whose source is in
    `struck` change: they become void. With `whole`, a section that was typed is complete (it lists everything beside
    what the record has, or says that there is nothing else), so one that was not supplied, only partly readable or
    searched for what is active becomes supplied; its problems stay listed. Without it no section changes: a single
    answer says nothing about what else there is. A typed row without a date is of `day`, except a medication: it says
    that the drug is taken, not that it was begun that day. Facts about the patient fill what the record leaves open;
    RecordError where they contradict it.
    """
    _same_person(base, added)
    tables = {name: _struck(rows, struck) for name, rows in base.tables.items()}
    used = {row.source for rows in tables.values() for row in rows}
    for name, rows in added.tables.items():
        typed = tuple(_typed(row, name, base, day, used, TYPED if whole else ADDED) for row in rows)
        tables[name] = (*tables.get(name, ()), *typed)
    sections = {
        name: _section(name, base.sections[name], added.sections[name], whole, bool(tables.get(name)))
        if whole or name not in added.tables
        else _not_by(base.sections[name], base.tables.get(name, ()), day)
        for name in SECTIONS
    }
    patient = _patient(base.patient, added.patient, day)
    return Record(patient, tables, sections, (*base.problems, *added.problems), base.shape, base.undated_is_current)


def _same_person(base: Record, added: Record) -> None:
    one, other = base.patient.id, added.patient.id
    if one is not None and other is not None and one != other:
        raise RecordError("wrong-patient", f"The record is of patient {one}, and {other} was typed. Keep one of them.")


def _struck(rows: tuple[Row, ...], struck: Collection[str]) -> tuple[Row, ...]:
    if not struck:
        return rows
    return tuple(
        msgspec.structs.replace(row, standing="void", status=_STRUCK) if row.source in struck else row for row in rows
    )


def _typed(row: Row, section: SectionName, base: Record, day: date, used: set[str], origin: str) -> Row:
    """The row with a source that is its own, and dated where an undated one would be of no day."""
    place = _place(row.source)
    source, number = f"{origin} {place}", 1
    while source in used:
        number += 1
        source = f"{origin} {place} ({number})"
    used.add(source)
    dated = section == "medication" or (base.undated_is_current and section != "observation")
    when = row.when if row.when is not None or dated else Span(day, day)
    return msgspec.structs.replace(row, source=source, when=when)


def _place(source: str) -> str:
    """A place of the short form in words: `conditions[0]` is problem 1, `labs.ANC[1]` is result 2: ANC."""
    listed, result = _LISTED.fullmatch(source), _RESULT.fullmatch(source)
    if listed and listed[1] in PLACES:
        return f"{PLACES[listed[1]]} {int(listed[2]) + 1}"
    if result:
        return f"result {int(result[2]) + 1}: {result[1]}" if result[2] else f"result: {result[1]}"
    return source


def _section(name: SectionName, old: Section, new: Section, whole: bool, rows: bool) -> Section:
    """The state of a section: an answer may complete it, and never takes away what was known of it."""
    if new.state != "supplied" or not (whole or name == "patient"):
        return old
    by_rows = new.by_rows and (old.by_rows or old.state != "supplied")
    return Section("supplied", "" if rows else new.reason, by_rows=by_rows)


def _not_by(old: Section, rows: tuple[Row, ...], day: date) -> Section:
    """A section that counts as supplied only for its rows is not so before all of them; one answer is no list."""
    if not old.by_rows or any(standing_on(row, day) is not None for row in rows):
        return old
    return Section("not-supplied", f"all of it was recorded after {day}")


def _patient(old: Patient, new: Patient, day: date) -> Patient:
    """The patient with what was left open filled in; a whole date of birth settles a partial one that allows it."""
    birth = old.birth
    if new.birth is not None:
        if birth is None or (birth.start <= new.birth.start and new.birth.end <= birth.end):
            birth = new.birth
        elif not (new.birth.start <= birth.start and birth.end <= new.birth.end):
            raise _contradiction("date of birth", birth.text(), new.birth.text())
    age = old.age if old.age is not None else new.age
    if old.age is not None and new.age is not None and old.age != new.age:
        raise _contradiction("age", _age(old.age), _age(new.age))
    added = new.birth is not None or new.age is not None
    if added and birth is not None and age is not None and not _fits(birth, age, day):
        raise _contradiction("date of birth", birth.text(), f"an age of {_age(age)}")
    if old.sex is not None and new.sex is not None and old.sex != new.sex:
        raise _contradiction("sex", old.sex, new.sex)
    return Patient(
        old.id if old.id is not None else new.id,
        birth,
        age,
        old.sex if old.sex is not None else new.sex,
        old.dead or new.dead,
        old.death if old.death is not None else new.death,
    )


def _fits(birth: Span, age: tuple[float, str], day: date) -> bool:
    """Whether an age in completed units can be that of somebody born then; what cannot be read contradicts nothing."""
    said = parse_duration(*age)
    if isinstance(said, NotEvaluable) or birth.start > day:
        return True
    old = Interval(max(0, age_on(birth.end, day)) if birth.end <= day else 0, age_on(birth.start, day))
    if said.months:
        return old.low <= said.months + (11 if said.months == 12 * age[0] else 0) and said.months <= old.high
    return old.low <= said.days // 28 and said.days // 31 <= old.high


def _age(age: tuple[float, str]) -> str:
    return f"{age[0]:g} {age[1]}"


def _contradiction(what: str, known: str, typed: str) -> RecordError:
    message = f"The record gives the {what} {known}, which does not agree with {typed} as typed"
    return RecordError("contradiction", f"{message}. Nothing was reviewed: take out the one that is wrong.")
