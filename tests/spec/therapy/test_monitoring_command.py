"""`apothecary schedule`: a calendar from a start, with and without a record, and the files it writes."""

import json
import sys
from pathlib import Path

import icalendar
import pytest
from click.testing import CliRunner, Result

from apothecary.cli import schedule
from apothecary.cli.common import Failure
from support import MADE_UP

RECORD = """
id: pat-7
birth_date: 1980-05-05
conditions: [migraine]
medications: [{name: zorvimab, start: 2026-01-31}]
labs: {ALC: [{value: 1500 /uL, date: 2026-02-15}]}
"""


def run(*arguments: str, record: str | None = None) -> Result:
    given = ["--knowledge", str(MADE_UP), "--as-of", "2026-05-14", *arguments]
    if record is not None:
        given += ["--record", "-"]
    return CliRunner().invoke(schedule.command, given, input=record)


def listed(*arguments: str, record: str | None = None) -> dict[str, str]:
    done = run(*arguments, "--format", "json", record=record)
    assert 0 == done.exit_code, done.exception
    found = json.loads(done.stdout)["monitoring"]
    return {f"{one['id']} {one['occurrence']}".strip(): one["status"] for one in found}


def failure(*arguments: str, record: str | None = None) -> Failure:
    error = run(*arguments, record=record).exception
    assert isinstance(error, Failure)
    return error


def test_without_a_record_what_is_past_is_not_known() -> None:
    assert {
        "constipation": "unknown",
        "lymphocytes before-start": "unknown",
        "lymphocytes 2 wk": "unknown",
        "lymphocytes 4 wk": "unknown",
        "lymphocytes 6 wk": "unknown",
        "lymphocytes 2 mo + 6 wk": "due",
        "lymphocytes 4 mo + 6 wk": "upcoming",
    } == listed("--start", "2026-01-31")


def test_a_use_that_is_named_brings_its_watch() -> None:
    assert "done" == listed("--start", "2026-01-31", "--indication", "migraine")["constipation watch"]


def test_with_a_record_results_are_matched() -> None:
    found = listed(record=RECORD)
    assert ("done", "overdue") == (found["lymphocytes 2 wk"], found["lymphocytes 4 wk"])


def test_a_start_that_is_given_goes_before_that_of_the_record_and_the_difference_is_said() -> None:
    text = " ".join(run("--start", "2026-05-01", record=RECORD).stdout.split())
    assert "2026-05-15 due now" in text
    assert "The record has the therapy begun on 2026-01-31" in text


def test_the_start_of_the_record_given_again_is_no_difference() -> None:
    assert "The record has the therapy begun" not in run("--start", "2026-01-31", record=RECORD).stdout


def test_a_start_that_lies_ahead_is_planned() -> None:
    found = listed("--start", "2026-12-01")
    assert {"upcoming"} == {status for id_, status in found.items() if id_.startswith("lymphocytes")}


@pytest.mark.parametrize("format", ["text", "markdown", "html", "json"])
def test_every_format_says_that_no_record_was_read(format: str) -> None:
    text = " ".join(run("--start", "2026-01-31", "--format", format).stdout.split())
    assert "No record was read" in text
    assert "2026-02-14" in text


def test_files_for_other_programs(tmp_path: Path) -> None:
    ics, fhir = tmp_path / "a.ics", tmp_path / "a.json"
    run("--ics", str(ics), "--fhir", str(fhir), record=RECORD)
    days = [event["DTSTART"].dt.isoformat() for event in icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")]
    assert "2026-02-14" in days
    assert b"pat-7" not in ics.read_bytes()
    plan = json.loads(fhir.read_bytes())["entry"][0]["resource"]
    assert {"reference": "Patient/pat-7"} == plan["subject"]


def test_the_files_are_the_same_every_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        run("--start", "2026-01-31", "--ics", str(tmp_path / f"{name}.ics"), "--fhir", str(tmp_path / f"{name}.json"))
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


# --- failures ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--start"),
        (("--start", "soon"), "--start is 'soon'"),
        (("--start", "2026-01"), "--start is '2026-01'"),
        (("--start", "2026-01-31", "--indication", "gout"), "gout"),
        (("--start", "2026-01-31", "--ics", "/no/such/folder/a.ics"), "cannot be written"),
    ],
)
def test_a_wrong_question_is_refused_with_what_to_do(arguments: tuple[str, ...], said: str) -> None:
    error = failure(*arguments)
    assert 2 == error.exit_code
    assert said in error.message


def test_a_record_of_a_dead_patient_is_refused() -> None:
    dead = json.dumps({"resourceType": "Patient", "id": "a", "deceasedBoolean": True})
    assert 3 == failure("--start", "2026-01-31", record=dead).exit_code


def test_without_a_day_of_the_start_no_file_is_written(tmp_path: Path) -> None:
    ics = tmp_path / "a.ics"
    error = failure("--ics", str(ics), record="medications: [zorvimab]\nlabs: none\n")
    assert (2, "no-start") == (error.exit_code, error.code)
    assert not ics.exists()


def test_without_a_day_of_the_start_the_calendar_says_so() -> None:
    done = run(record="medications: [zorvimab]\nlabs: none\n")
    assert "Start of therapy: not known" in done.stdout


def test_the_command_is_registered() -> None:
    from apothecary.cli.main import app

    assert "schedule" in app.commands
    assert "icalendar" in sys.modules  # loaded by this test, not by the command line
