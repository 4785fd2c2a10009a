"""The calendar file: valid for other programs, the same every time, and silent about the patient."""

import re
from datetime import date, timedelta

import icalendar
import msgspec
import pytest
import vobject
from test_present_monitoring_samples import AS_OF, START, due, hostile, listed, monograph
from test_present_samples import LONG

from apothecary.present.ical import render
from apothecary.review.plan import Due


def made(entries: tuple[Due, ...] | None = None, as_of: date = AS_OF, patient: str | None = None) -> bytes:
    return render(listed() if entries is None else entries, monograph(), START, as_of, patient)


def events(data: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(data).walk("VEVENT"))


def uids(data: bytes) -> list[str]:
    return [str(event["UID"]) for event in events(data)]


@pytest.mark.parametrize("entries", [listed(), hostile(), ()], ids=["every status", "hostile", "empty"])
def test_another_parser_reads_it_and_finds_it_valid(entries: tuple[Due, ...]) -> None:
    read = vobject.readOne(made(entries).decode())
    read.validate(raiseException=True) if entries else None
    assert len(entries) == len(list(read.contents.get("vevent", [])))


def test_both_parsers_read_the_same_days_and_titles() -> None:
    data = made()
    theirs = [(e.uid.value, e.dtstart.value, e.dtend.value, e.summary.value)
              for e in vobject.readOne(data.decode()).vevent_list]  # fmt: skip
    ours = [(str(e["UID"]), e["DTSTART"].dt, e["DTEND"].dt, str(e["SUMMARY"])) for e in events(data)]
    assert ours == theirs
    assert ("2026-02-14", "2026-02-15") == (ours[2][1].isoformat(), ours[2][2].isoformat())


def test_the_days_are_whole_and_the_end_is_the_day_after() -> None:
    data = made()
    assert all(type(event["DTSTART"].dt) is type(event["DTEND"].dt) is date for event in events(data))
    assert b"DTSTART;VALUE=DATE:20260131\r\n" in data
    watch = events(data)[1]
    assert (date(2026, 1, 31), date(2026, 3, 15)) == (watch["DTSTART"].dt, watch["DTEND"].dt)


def test_lines_end_as_they_should_and_are_folded() -> None:
    data = made((due("2026-02-14", "due", "2 wk", note=LONG),))
    assert b"\n" not in data.replace(b"\r\n", b"")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert 75 >= max(len(line) for line in data.split(b"\r\n"))


@pytest.mark.parametrize("needed", [b"BEGIN:VCALENDAR", b"VERSION:2.0", b"PRODID:-//Apothecary//"])
def test_what_the_format_demands_stands_once(needed: bytes) -> None:
    assert 1 == made().count(needed)


def test_every_event_has_what_the_format_demands() -> None:
    for event in events(made()):
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(event)


def test_the_stamp_is_the_day_of_the_review_and_no_clock() -> None:
    data = made()
    assert {b"DTSTAMP:20260514T000000Z"} == set(re.findall(rb"DTSTAMP:\S+", data))
    assert data == made()


def test_the_same_examination_has_the_same_id_on_another_day_and_with_other_knowledge() -> None:
    m = monograph()
    other = msgspec.structs.replace(m, hash="another", version="9.9")
    assert uids(made()) == uids(made(as_of=date(2026, 12, 24)))
    assert uids(made()) == uids(render(listed(), other, START, AS_OF))


def test_ids_differ_between_examinations_starts_and_patients() -> None:
    first = uids(made())
    assert len(first) == len(set(first))
    assert set(first).isdisjoint(uids(render(listed(), monograph(), START + timedelta(days=1), AS_OF)))
    assert set(first).isdisjoint(uids(made(patient="pat-7")))


def test_nothing_tells_who_the_patient_is() -> None:
    assert b"pat-7" not in made(patient="pat-7")


def test_a_reminder_stands_a_week_before_what_lies_ahead_only() -> None:
    found = {str(event["UID"]): event.walk("VALARM") for event in events(made())}
    assert [0, 0, 0, 0, 0, 1] == [len(alarms) for alarms in found.values()]
    alarm = list(found.values())[-1][0]
    assert (timedelta(days=-7), "DISPLAY") == (alarm["TRIGGER"].dt, str(alarm["ACTION"]))
    assert str(alarm["DESCRIPTION"])


def test_what_is_done_says_so() -> None:
    assert [False, False, True, False, False, False] == ["(done)" in str(e["SUMMARY"]) for e in events(made())]


def test_an_entry_without_a_day_is_left_out() -> None:
    assert [] == events(made((due(None, "unknown", ""),)))


def test_a_text_cannot_break_out_of_its_line() -> None:
    bad = due("2026-02-14", "due", "2 wk", note="x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:evil")
    data = made((bad,))
    assert 1 == len(events(data))
    assert b"\r\nSUMMARY:evil" not in data
