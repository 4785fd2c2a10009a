"""The patient sheet and the calendar file: the same as the command line's, never with a patient's name."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from icalendar import Calendar
from library_site import TODAY, ask, get, state

from apothecary.cli.main import app
from apothecary.knowledge import PACKAGED

EXAMPLE = (PACKAGED / "anakinra" / "example.json").read_text(encoding="utf-8")
DAY = TODAY.isoformat()
TREATED = json.dumps(
    {"birth_date": "1970-01-01", "sex": "female", "conditions": ["rheumatoid arthritis"],
     "medications": [{"name": "anakinra", "start": "2026-10-05"}]}
)  # fmt: skip


def fields(record: str = EXAMPLE, **more: Any) -> dict[str, Any]:
    return {"drug": "anakinra", "record": record, "answers": "", "as_of": DAY, "indication": "", "phase": "", **more}


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, arguments, standalone_mode=False)
    assert done.exit_code == 0, done.output
    return done.output


def sheet(page: str) -> str:
    """A sheet from its heading on, without the bar; the wide table is a group there, so that landmarks are unique."""
    body = re.sub(r"<nav class=\"sheet-bar\".*?</nav>\n", "", page[page.index("<body") :], flags=re.DOTALL)
    return body.replace('role="group"', 'role="region"')


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("large", [False, True])
def test_the_general_sheet_is_that_of_the_command_line(language: str, large: bool) -> None:
    page = get(f"/handout/anakinra?lang={language}" + ("&large=1" if large else ""))
    printed = run("handout", "--drug", "anakinra", "--lang", language, "--as-of", DAY, *(["--large"] if large else []))
    assert sheet(printed) == sheet(page)


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sheet_for_a_patient_is_that_of_the_command_line(tmp_path: Path, language: str) -> None:
    (tmp_path / "record.json").write_text(EXAMPLE, encoding="utf-8")
    got = ask("POST", "/handout/anakinra", data=fields(lang=language))
    printed = run("handout", str(tmp_path / "record.json"), "--lang", language, "--as-of", DAY)
    assert got.status_code == 200
    assert sheet(printed) == sheet(got.text)


def test_the_bar_asks_for_the_same_patient_again() -> None:
    page = ask("POST", "/handout/anakinra", data=fields(lang="es", large="1")).text
    assert '<form method="post" action="/handout/anakinra">' in page
    assert '<option value="es" lang="es" selected>' in page
    assert 'name="large" value="1" checked' in page
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert {"drug", "record", "answers", "as_of", "indication", "phase"} == again.keys()


def test_an_answer_typed_on_the_page_counts_for_the_sheet() -> None:
    """The button lies in the form of answers: what was typed and not yet sent must not be lost."""
    child = json.dumps({"age": "3 a", "sex": "male", "conditions": ["NOMID"]})
    without = ask("POST", "/handout/anakinra", data=fields(child))
    typed = {"lab.weight.value": "15", "lab.weight.unit": "kg", "lab.weight.date": DAY}
    assert without.status_code == 200
    assert without.text != ask("POST", "/handout/anakinra", data=fields(child, **typed)).text


@pytest.mark.parametrize("path", ["/handout/nothing", "/handout/anakinra?lang=xx", "/handout/anakinra?lang=%3Cb%3E"])
def test_a_sheet_that_there_is_not_is_an_error_page(path: str) -> None:
    got = ask("GET", path)
    assert got.status_code == 404
    assert "<b>" not in got.text


@pytest.mark.parametrize("path", ["/handout/anakinra", "/calendar.ics"])
@pytest.mark.parametrize("wrong", [{"record": "{"}, {"as_of": "soon"}, {"answers": "["}, {"indication": "x"}])
def test_what_cannot_be_reviewed_gives_an_error_page(path: str, wrong: dict[str, str]) -> None:
    got = ask("POST", path, data=fields() | wrong)
    assert got.status_code == 422
    assert "text/html" in got.headers["content-type"]


def test_the_calendar_is_that_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(TREATED, encoding="utf-8")
    got = ask("POST", "/calendar.ics", data=fields(TREATED))
    run("schedule", "--record", str(tmp_path / "record.json"), "--as-of", DAY, "--ics", str(tmp_path / "file.ics"))
    assert got.status_code == 200
    assert (tmp_path / "file.ics").read_bytes() == got.content


def test_the_calendar_from_a_planned_day_is_that_of_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "record.json").write_text(EXAMPLE, encoding="utf-8")
    got = ask("POST", "/calendar.ics", data=fields(planned="2026-12-01"))
    run("schedule", "--start", "2026-12-01", "--record", str(tmp_path / "record.json"), "--as-of", DAY, "--ics",
        str(tmp_path / "file.ics"))  # fmt: skip
    assert (tmp_path / "file.ics").read_bytes() == got.content


def test_the_calendar_is_a_download_that_calendar_programs_read() -> None:
    got = ask("POST", "/calendar.ics", data=fields(TREATED))
    assert got.headers["content-type"] == "text/calendar; charset=utf-8"
    assert got.headers["content-disposition"] == 'attachment; filename="anakinra-monitoring.ics"'
    assert got.headers["cache-control"] == "no-store"
    assert [event["summary"] for event in Calendar.from_ical(got.content).walk("VEVENT")]


def test_no_name_and_no_id_of_the_patient_is_in_the_calendar() -> None:
    bundle = json.loads(EXAMPLE)
    who = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    who["name"] = [{"family": "Unmistakable", "given": ["Quirinus"]}]
    got = ask("POST", "/calendar.ics", data=fields(json.dumps(bundle), planned="2026-12-01"))
    assert got.status_code == 200
    for text in ("Unmistakable", "Quirinus", who["id"]):
        assert text not in got.text


def test_without_a_first_day_the_page_asks_for_it() -> None:
    got = ask("POST", "/calendar.ics", data=fields())
    assert got.status_code == 422
    assert 'name="planned"' in got.text
    assert 'aria-invalid="true"' not in got.text


@pytest.mark.parametrize("day", ["tomorrow", "2026-12", "2026-13-01"])
def test_a_first_day_that_is_none_is_said_beside_its_field(day: str) -> None:
    got = ask("POST", "/calendar.ics", data=fields(planned=day))
    assert got.status_code == 422
    assert 'aria-invalid="true"' in got.text
    assert "Write a whole date" in got.text


def test_the_pages_are_not_in_the_description_of_the_interface() -> None:
    from fastapi import FastAPI

    from apothecary.service.page import library

    app = FastAPI()
    app.include_router(library.router(state()))
    assert {} == app.openapi()["paths"]
