"""The page on which a patient is entered: what it asks, what it refuses, what it keeps."""

import json
from typing import Any

import pytest
from page_site import EXAMPLE, TODAY, Shown, ask, reviewed, sent, verdict
from starlette.testclient import TestClient

from apothecary.service.app import create
from apothecary.service.settings import Settings, SmartServer

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("birth_date", {"birth_date": "2.3.1968"}, "Write the date as year-month-day"),
    ("birth_date", {"birth_date": "2027-01-01"}, "after the day of the review"),
    ("age", {"age": "54"}, "with the unit"),
    ("age", {"age": "1.5 years"}, "with the unit"),
    ("sex", {"sex": "x"}, "Choose female or male"),
    ("conditions", {"conditions": "asthma", "conditions_none": "yes"}, "not both"),
    ("lab.anc.value", {"lab.anc.value": "2,5", "lab.anc.unit": "/uL"}, "decimal point"),
    ("lab.anc.unit", {"lab.anc.value": "2500", "lab.anc.unit": ""}, "Choose the unit"),
    ("lab.anc.date", {"lab.anc.value": "2500", "lab.anc.unit": "/uL", "lab.anc.date": "2027-01-01"}, "after the day"),
    ("lab.tb-test.answer", {"lab.tb-test.answer": "perhaps"}, "Choose one of"),
    ("lab.tb-test.value", {"lab.tb-test.answer": "negative", "lab.tb-test.value": "3"}, "not both"),
    ("free.0.unit", {"free.0.name": "ferritin", "free.0.value": "40"}, "Write the unit"),
    ("free.0.name", {"free.0.value": "40"}, "which test"),
    ("free.0.value", {"free.0.name": "ferritin"}, "Write the result"),
    ("start", {"start": "2027-01-01"}, "after the day"),
]


@pytest.mark.parametrize("path", ["/", "/review"])
def test_the_form_is_there(path: str) -> None:
    got = ask("GET", path)
    assert (200, True) == (got.status_code, "New review" in got.text)


def test_no_script_and_no_style_of_its_own() -> None:
    for page in (ask("GET", "/").text, reviewed(record=EXAMPLE).text):
        assert set() == Shown(page).tags & {"script", "style"}
        assert " style=" not in page


def test_every_field_has_a_label_and_every_id_is_used_once() -> None:
    for page in (ask("GET", "/").text, reviewed().text, reviewed(record=EXAMPLE).text):
        shown = Shown(page)
        assert sorted(set(shown.ids)) == sorted(shown.ids)
        wanted = {name.replace(" ", "_") for name, kind in shown.names.items() if kind != "hidden"}
        assert set() == {name for name in wanted if name not in shown.labels and not name.startswith("regimen-")}


def test_links_within_a_page_lead_somewhere() -> None:
    for page in (ask("GET", "/").text, reviewed().text, reviewed(record=EXAMPLE).text, reviewed(age="54").text):
        shown = Shown(page)
        assert set() == shown.targets - set(shown.ids)


@pytest.mark.parametrize(("field", "typed", "said"), REFUSED, ids=[f"{one[0]}-{n}" for n, one in enumerate(REFUSED)])
def test_what_is_wrong_is_said_beside_its_field_and_everything_typed_is_kept(
    field: str, typed: dict[str, Any], said: str
) -> None:
    got = sent({"page": "enter", "medications": "methotrexate & folate", **typed})
    shown = Shown(got.text)
    assert (422, "") == (got.status_code, verdict(got.text))
    assert f'id="{field}-error"' in got.text
    assert f'href="#{field}"' in got.text
    assert said in got.text
    assert ["methotrexate & folate"] == shown.fields["medications"]
    assert all(shown.fields[name] == [value] for name, value in typed.items() if name in ("age", "birth_date"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"drug": "nothing"}, "There is no monograph"),
        ({"as_of": "soon"}, "Write a whole date"),
        ({"phase": "later"}, "There is no phase"),
        ({"indication": "gout"}, "There is no use"),
        ({"answers": "[1]"}, "cannot be read"),
        ({"answers": '{"form": {"conditions": {"a": {}}}}'}, "conditions"),
        ({"record": "{"}, "not valid JSON"),
        ({"record": "colour: red"}, "has no key"),
        ({"record": json.dumps({"resourceType": "Patient", "deceasedBoolean": True})}, "has died"),
    ],
)
def test_a_question_that_cannot_be_answered_is_the_form_again(fields: dict[str, str], said: str) -> None:
    got = sent({"page": "enter", **fields})
    assert (422, "") == (got.status_code, verdict(got.text))
    assert said in got.text


def test_a_record_that_cannot_be_read_is_kept_to_be_mended() -> None:
    got = reviewed(record="conditions: [asthma]\nwieght: 70 kg")
    assert ["conditions: [asthma]\nwieght: 70 kg"] == Shown(got.text).fields["record"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_what_is_no_form_is_never_answered_with_a_review(kind: str) -> None:
    got = ask("POST", "/review", content=b"{}", headers={"content-type": kind})
    assert (422, "") == (got.status_code, verdict(got.text))


def test_a_broken_form_is_never_answered_with_a_review() -> None:
    got = ask("POST", "/review", content=b"--x\r\nnothing", headers={"content-type": "multipart/form-data; boundary=y"})
    assert "" == verdict(got.text)
    assert 400 <= got.status_code < 500


def test_a_file_is_read() -> None:
    got = ask("POST", "/review", data={"drug": "anakinra"}, files={"file": ("a.json", EXAMPLE.encode())})
    assert "caution" == verdict(got.text)


def test_a_file_that_is_no_text_is_refused() -> None:
    got = ask("POST", "/review", data={"drug": "anakinra"}, files={"file": ("a.json", b"\xff\xfe\x00")})
    assert (422, True) == (got.status_code, "not UTF-8" in got.text)


def test_hostile_text_is_shown_as_text() -> None:
    fields = dict.fromkeys(("conditions", "medications", "allergies", "free.0.name", "age", "record"), HOSTILE)
    pages = [
        sent({"page": "enter", **fields}).text,
        sent({"conditions": HOSTILE, "free.0.name": HOSTILE, "free.0.value": HOSTILE}).text,
        sent(
            {"record": json.dumps({"conditions": [{"name": HOSTILE, "source": HOSTILE, "status": "suspected"}]})}
        ).text,
        sent({"drug": HOSTILE}).text,
    ]
    for page in pages:
        assert set() == Shown(page).tags & {"script", "img"}


def test_changing_the_record_brings_the_form_with_the_record_and_the_answers() -> None:
    first = Shown(reviewed(record="conditions: [asthma]", lab__anc__value="2500", lab__anc__unit="/uL").text)
    carried = {name: value[-1] for name, value in first.fields.items()}
    got = sent(
        carried | {"page": [carried["page"], "edit"]}
    )  # as a browser sends it: the hidden field, then the button
    shown = Shown(got.text)
    assert (200, "") == (got.status_code, verdict(got.text))
    assert ["conditions: [asthma]"] == shown.fields["record"]
    assert "Absolute neutrophil count: 2500 /uL (2026-11-22)" in got.text
    assert "caution" != verdict(sent({n: v[-1] for n, v in shown.fields.items()}).text)


def test_a_style_sheet_is_served_under_its_own_content_only() -> None:
    page = ask("GET", "/").text
    path = page.split('<link rel="stylesheet" href="')[1].split('"')[0]
    got = ask("GET", path)
    assert (200, "text/css; charset=utf-8") == (got.status_code, got.headers["content-type"])
    assert "immutable" in got.headers["cache-control"]
    wrong = ("/static/page.css", "/static/../frame.py", "/static/page.000000000000.css", "/static/x.y")
    assert [404, 404, 404, 404] == [ask("GET", one).status_code for one in wrong]


def test_an_error_of_a_narrow_field_stands_below_its_whole_row() -> None:
    got = reviewed(page="enter", lab__anc__value="2,5", free__0__name="CRP", free__0__value="12")
    rows = got.text.split('<div class="under">')
    assert ["lab.anc.value-error", "free.0.unit-error"] == [row.split('id="')[1].split('"')[0] for row in rows[1:]]


def test_a_summed_up_error_names_its_field_as_the_form_does() -> None:
    got = reviewed(page="enter", lab__anc__value="2,5", start="2999-01-01")
    assert '<a href="#lab.anc.value">Absolute neutrophil count</a>' in got.text
    assert '<a href="#start">First day of therapy</a>' in got.text
    assert '<label for="start">First day of therapy</label>' in got.text


def test_the_form_offers_the_charts_that_the_page_may_be_started_with() -> None:
    known = SmartServer(iss="https://ehr.example/fhir", client_id="x", name="The hospital")
    settings = Settings(monographs=("anakinra",), smart=(known,), self_test=False)
    with TestClient(create(settings, lambda: TODAY), base_url="http://127.0.0.1:8000") as client:
        page = client.get("/").text
    path = "/smart/standalone?iss=https%3A%2F%2Fehr.example%2Ffhir"
    assert f'<a href="{path}">The hospital</a>' in page
    assert "/smart/standalone" not in ask("GET", "/").text
