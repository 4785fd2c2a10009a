"""`apothecary schedule`: the monitoring calendar from a start, with or without a record, also for other programs."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.present import Format
    from apothecary.record import Record
    from apothecary.review import Review, Reviewer
    from apothecary.review.course import Course

_NO_RECORD = "No record was read: whether an examination was done is not known."


@click.command("schedule")
@click.option("--start", help="First day of the therapy, such as 2026-01-31; else read from --record.")
@c.as_of_option
@click.option("--record", help="A record whose results are matched with the schedule: a path, or - for standard input.")
@click.option("--ics", type=click.Path(path_type=Path), help="Also write an iCalendar file.")
@click.option("--fhir", type=click.Path(path_type=Path), help="Also write a FHIR R4 Bundle with a CarePlan.")
@c.drug_option
@c.indication_option
@c.format_option
@c.knowledge_option
def command(
    start: str | None,
    as_of: str | None,
    record: str | None,
    ics: Path | None,
    fhir: Path | None,
    drug: str | None,
    indication: str | None,
    format: "Format",
    knowledge: Path | None,
) -> None:
    """List when monitoring is due, from the start of the therapy; --ics and --fhir hand it to other programs.

    Without --record nothing is known to be done, so days that have passed are not known. Files hold no patient's name.
    """
    from apothecary.present.monitoring_page import render

    as_json = format == "json"
    begun = c.whole_day(start, "--start", "2026-01-31", as_json) if start is not None else None
    if begun is None and record is None:
        raise c.Failure("usage", "Give --start, the first day of the therapy, or a --record that has it.", 2, as_json)
    day = c.parse_day(as_of, as_json)
    reviewer = c.load_reviewer(drug, knowledge, as_json=as_json)
    patient = _nothing() if record is None else c.read_patient(record, as_json)
    review, course, notes = run(reviewer, patient, day, indication, begun, as_json)
    if record is None:
        notes = (_NO_RECORD, *notes)
    _write_files(review, reviewer, course, ics, fhir, as_json)
    known = " or ".join(span.text() for span in course.starts) or None
    shown = render(review, reviewer.monograph, known, notes, format, **c.terminal())
    c.write(shown)


def run(
    reviewer: "Reviewer", patient: "Record", day: date, indication: str | None, begun: date | None, as_json: bool
) -> "tuple[Review, Course, tuple[str, ...]]":
    """A review on therapy with its calendar, the course it runs from, and what is to be said of the start."""
    from apothecary.record import Span
    from apothecary.therapy.from_start import NoSchedule, from_start

    try:
        with c.failures(as_json):
            found = from_start(reviewer, patient, day, indication, begun)
    except NoSchedule as error:
        raise c.Failure("usage", f"{error} Choose it with --drug.", 2, as_json) from error
    recorded = found.recorded.starts
    if begun is None or not recorded or Span(begun, begun) in recorded:
        return found.review, found.course, ()
    said = " or ".join(span.text() for span in recorded)
    note = f"The record has the therapy begun on {said}; the calendar runs from the start given here."
    return found.review, found.course, (note,)


def _nothing() -> "Record":
    """A record in which nothing was supplied."""
    from apothecary.record import SECTIONS, Patient, Record, Section

    return Record(Patient(), {}, {name: Section("not-supplied") for name in SECTIONS}, (), "command line")


def _write_files(
    review: "Review", reviewer: "Reviewer", course: "Course", ics: Path | None, fhir: Path | None, as_json: bool
) -> None:
    """Writes what was asked for; Failure where no entry has a day or a file cannot be written."""
    if ics is None and fhir is None:
        return
    from apothecary.present import careplan, ical

    starts = course.starts
    if len(starts) != 1 or starts[0].start != starts[0].end or not ical.dated(review.monitoring):
        message = "The start of the therapy is not known to the day, so there is no calendar to write. Give --start."
        raise c.Failure("no-start", message, 2, as_json)
    begun, listed, m = starts[0].start, review.monitoring, reviewer.monograph
    if ics is not None:
        _save(ics, ical.render(listed, m, begun, review.as_of, review.patient.id), as_json)
    if fhir is not None:
        _save(fhir, careplan.render(listed, m, begun, review.as_of, review.patient.id).encode(), as_json)


def _save(path: Path, content: bytes, as_json: bool) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise c.Failure("unwritable", f"{path} cannot be written: {reason}. Give another path.", 2, as_json) from error
