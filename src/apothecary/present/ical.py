"""The monitoring calendar as iCalendar (RFC 5545): all-day events that calendar programs can take in again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from apothecary.present import words
from apothecary.present.monitoring_content import STATUSES, when
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from datetime import date

    from icalendar import Event

    from apothecary.knowledge.schema import Monograph
    from apothecary.review.plan import Due

REMINDER: Final = timedelta(days=7)


def identity(drug: str, plan: str, start: date, occurrence: str, patient: str | None) -> str:
    """The same for the same examination of one patient, whatever the knowledge and the day: a hash, no id in clear.

    The patient goes in, so that in a shared calendar one patient's entries never replace another's.
    """
    parts = (drug, plan, start.isoformat(), occurrence, patient or "")
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def dated(listed: tuple[Due, ...]) -> tuple[Due, ...]:
    """The entries that have a day, so that a calendar can hold them."""
    return tuple(one for one in listed if one.due is not None)


def render(
    listed: tuple[Due, ...], monograph: Monograph, start: date, as_of: date, patient: str | None = None
) -> bytes:
    """Every dated entry as an event, with a reminder a week before where it lies ahead.

    No name or id of a patient stands in it. `start`: the day the therapy began. `as_of` is the time stamp, so that the
    same calendar gives the same bytes.
    """
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Apothecary//Monitoring calendar//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    for one in dated(listed):
        made.add_component(_event(one, monograph, start, as_of, patient))
    return bytes(made.to_ical())


def _event(one: Due, monograph: Monograph, start: date, as_of: date, patient: str | None) -> Event:
    from icalendar import Alarm, Event

    first = one.due or start
    last = one.until or first
    title = clean(f"{words.capital(monograph.drug.name)}: {one.name}, {when(one.occurrence)}")
    said = f" ({STATUSES[one.status]})" if one.status == "done" and one.until is None else ""
    event = Event()
    event.add("uid", f"{identity(monograph.drug.id, one.id, start, one.occurrence, patient)}@apothecary")
    event.add("dtstamp", datetime.combine(as_of, time(0), UTC))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("summary", title + said)
    event.add("description", _description(one))
    event.add("transp", "TRANSPARENT")
    event.add("categories", ["Monitoring"])
    if one.status != "done" and first >= as_of:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -REMINDER)
        alarm.add("description", title)
        event.add_component(alarm)
    return event


def _description(one: Due) -> str:
    window = ""
    if one.earliest is not None and one.latest is not None and one.earliest != one.latest:
        window = f"May be done from {one.earliest.isoformat()} to {one.latest.isoformat()}."
    return clean(" ".join(part for part in (one.text, window, one.note, words.DISCLAIMER) if part))
