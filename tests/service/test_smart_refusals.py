"""Launches that must not end with a review: each ends with a page that says why, and what to do next."""

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from smart_site import CALLBACK, FHIR_BASE, Launching, fhir_server, query_of

from apothecary.service.smart.session import Vault
from support import MIGRAINE, condition, patient


def launching(**wrong: Any) -> Launching:
    return Launching(fhir_server(patient(), condition(MIGRAINE, id="c1"), **wrong), seconds=0.4)


def stopped(answer: Any, status: int, *said: str) -> None:
    """The answer is an error page that says what is wrong and what next, and is no review."""
    assert (status, "text/html; charset=utf-8") == (answer.status_code, answer.headers["content-type"])
    for text in said:
        assert text in answer.text
    assert 'role="alert"' in answer.text
    assert re.search(r"Start again|Try again|Ask whoever|Choose one|Open a patient", answer.text)
    assert not re.search(r'name="record"|class="verdict', answer.text)
    assert "<script" not in answer.text
    assert "no-store" == answer.headers["cache-control"]


@pytest.mark.parametrize("kind", ["launch", "standalone"])
@pytest.mark.parametrize(
    "iss",
    [
        "",
        "https://evil.example/fhir",
        "http://127.0.0.1:8099/fhir2",
        "<script>",
        "http://127.0.0.1:8099@evil.example/fhir",
    ],
)
def test_only_a_configured_server_is_contacted(kind: str, iss: str) -> None:
    at = launching()
    stopped(at.start(kind, iss=iss), 403, "not contacted")
    assert [] == at.server.seen
    assert not at.browser.cookies


def test_another_spelling_of_a_configured_server_is_that_server() -> None:
    asked = query_of(launching().start(iss=f"{FHIR_BASE}/fhir/").headers["location"])
    assert f"{FHIR_BASE}/fhir" == asked["aud"]


def test_an_ehr_launch_without_a_launch_value() -> None:
    stopped(launching().start(launch=""), 400, "did not say which launch")


def test_an_unknown_drug() -> None:
    stopped(launching().start(drug="<b>x</b>"), 404, "no monograph of that name")


CONFIGURATIONS: dict[str, tuple[dict[str, Any], int, str]] = {
    "no PKCE": ({"configuration": {"code_challenge_methods_supported": []}}, 502, "does not support PKCE"),
    "plain PKCE": ({"configuration": {"code_challenge_methods_supported": ["plain"]}}, 502, "does not support PKCE"),
    "plain http": ({"configuration": {"token_endpoint": "http://evil.example/token"}}, 502, "use https"),
    "odd address": ({"configuration": {"authorization_endpoint": "javascript:alert(1)"}}, 502, "does not begin with"),
    "no endpoint": ({"configuration": {"token_endpoint": None}}, 502, "configuration cannot be read"),
    "not found": ({"fail": {"configuration": 404}}, 502, "configuration cannot be read"),
    "down": ({"fail": {"configuration": 503}}, 502, "HTTP 503"),
    "redirect": ({"fail": {"configuration": 302}}, 502, "HTTP 302"),
    "slow": ({"slow": {"configuration": 3}}, 504, "no answer within 0.4 seconds"),
    "HTML": ({"raw": {"configuration": ("", b"<html>")}}, 502, "configuration cannot be read"),
    "large": ({"raw": {"configuration": ("", b"x" * 300_000)}}, 502, "too large"),
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_server_whose_configuration_cannot_be_used(name: str) -> None:
    wrong, status, said = CONFIGURATIONS[name]
    at = launching(**wrong)
    start = time.monotonic()
    stopped(at.start(), status, said)
    assert time.monotonic() - start < 1.5
    assert not at.browser.cookies


EXCHANGES: dict[str, tuple[dict[str, Any], int, str]] = {
    "denied": ({"deny": "access_denied"}, 403, "The user or the server refused it"),
    "error": ({"deny": "<script>alert(1)</script>"}, 403, "reported an error"),
    "other issuer": ({"answered": {"iss": "https://evil.example"}}, 400, "came from another server"),
    "no issuer": (
        {"configuration": {"authorization_response_iss_parameter_supported": True}},
        400,
        "does not say which server",
    ),
    "no code": ({"answered": {"code": ""}}, 400, "holds no code"),
    "invented code": ({"answered": {"code": "invented"}}, 403, "invalid_grant"),
    "other state": ({"answered": {"state": "x" * 43}}, 400, "not known here"),
    "no state": ({"answered": {"state": ""}}, 400, "not known here"),
    "refused": ({"token_status": 400}, 403, "HTTP 400. A launch can be used once"),
    "down": ({"token_status": 503}, 502, "HTTP 503"),
    "slow": ({"slow": {"token": 3}}, 504, "no answer within"),
    "no token": ({"granted": {"access_token": None}}, 502, "answer to the launch cannot be read"),
    "odd token type": ({"granted": {"token_type": "mac"}}, 502, "Only Bearer"),
    "no patient": ({"context": {}}, 409, "named no patient"),
    "odd patient": ({"context": {"patient": "p1&_count=1"}}, 502, "not one of FHIR"),
    "path as patient": ({"context": {"patient": "../p1"}}, 502, "not one of FHIR"),
    "dots as patient": ({"context": {"patient": ".."}}, 502, "not one of FHIR"),
    "hostile patient": ({"context": {"patient": "<script>alert(1)</script>"}}, 502, "not one of FHIR"),
    "number as patient": ({"context": {"patient": 7}}, 502, "cannot be read"),
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_launch_without_access_to_a_patient(name: str) -> None:
    wrong, status, said = EXCHANGES[name]
    at = launching(**wrong)
    stopped(at.whole(), status, said)
    assert [] == at.server.seen


@pytest.mark.parametrize("iss", ["http://127.0.0.1:8099/auth", "http://127.0.0.1:8099/fhir"])
def test_an_answer_that_names_its_server_is_taken(iss: str) -> None:
    at = launching(answered={"iss": iss}, configuration={"authorization_response_iss_parameter_supported": True})
    assert 200 == at.whole().status_code


def test_an_answer_is_taken_once() -> None:
    at = launching()
    started = at.start()
    kept = dict(at.browser.cookies)
    address = at.authorized(started)
    assert 200 == at.browser.get(address).status_code
    stopped(at.browser.get(address), 400, "already answered")
    at.browser.cookies.update(kept)
    stopped(at.browser.get(address), 403, "invalid_grant")


def test_an_answer_in_another_browser_is_not_taken() -> None:
    at = launching()
    address = at.authorized(at.start())
    at.browser.cookies.clear()
    stopped(at.browser.get(address), 400, "another browser")
    assert [] == at.server.exchanged


def test_a_forged_cookie_is_not_taken() -> None:
    at = launching()
    address = at.authorized(at.start())
    name = next(iter(at.browser.cookies))
    at.browser.cookies.clear()
    at.browser.cookies.set(name, "forged")
    stopped(at.browser.get(address), 400, "not known here")


def test_the_cookie_of_another_launch_is_not_taken() -> None:
    at = launching()
    started = at.start()
    first, sealed = next(iter(at.browser.cookies.items()))
    at.browser.cookies.clear()
    address = at.authorized(at.start())
    second = next(iter(at.browser.cookies))
    at.browser.cookies.clear()
    at.browser.cookies.set(second, sealed)
    assert first != second
    assert 303 == started.status_code
    stopped(at.browser.get(address), 400, "not known here")


def test_a_launch_that_took_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_SESSION_KEY", "shared")
    at = launching()
    address = at.authorized(at.start())
    name, sealed = next(iter(at.browser.cookies.items()))
    begun = Vault("shared").open(sealed)
    assert begun is not None
    at.browser.cookies.clear()
    at.browser.cookies.set(name, Vault("shared", lambda: time.time() - 601).seal(begun))
    stopped(at.browser.get(address), 400, "Its time was up")


def test_a_server_that_gives_no_data_at_all() -> None:
    kinds = ("Patient", "Condition", "MedicationRequest", "MedicationStatement", "AllergyIntolerance", "Observation",
             "Immunization", "Procedure")  # fmt: skip
    stopped(launching(fail=dict.fromkeys(kinds, 503)).whole(), 502, "None of the patient")


def test_data_of_another_patient_are_not_reviewed() -> None:
    other = json.dumps({**patient(), "id": "p2"}).encode()
    answer = launching(raw={"Patient": ("application/fhir+json", other)}).whole()
    assert 422 == answer.status_code
    assert "p2" in answer.text
    assert "Nothing was reviewed" in answer.text


def test_a_name_with_markup_stays_text() -> None:
    hostile = condition({"text": "<script>alert(1)</script>"}, id="c2")
    answer = Launching(fhir_server(patient(), hostile)).whole()
    assert 200 == answer.status_code
    assert "<script>alert" not in answer.text


def unsealed(at: Launching) -> str:
    return f"{CALLBACK}?code=<script>alert(1)</script>&state=<b>"


def described(at: Launching) -> str:
    return f"{CALLBACK}?error=%3Cscript%3E&error_description=<script>&error_uri=javascript:x"


@pytest.mark.parametrize("address", [unsealed, described])
def test_nothing_of_an_address_is_repeated(address: Callable[[Launching], str]) -> None:
    at = launching()
    answer = at.browser.get(address(at))
    stopped(answer, 400)
    assert not re.search(r"alert\(1\)|javascript:|&lt;", answer.text)
