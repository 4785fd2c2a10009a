"""A launch from an EHR and by itself: what is asked for, with which proof, and the review at its end."""

import base64
import hashlib
import html
import re

import pytest
from fhir_server import CLIENT_ID
from smart_site import CALLBACK, FHIR_BASE, Launching, fhir_server, query_of, state_of

from apothecary.service.settings import Settings, SettingsError, SmartServer
from apothecary.service.smart.routes import launches, router
from apothecary.service.smart.session import Launch, Vault
from support import HBSAG, MIGRAINE, NO_ALLERGIES, condition, patient, result

LAUNCH = Launch("state", "verifier", FHIR_BASE, "token", (), CALLBACK, "zorvimab")


def resources() -> list[dict[str, object]]:
    return [patient(), condition(MIGRAINE, id="c1"), {**NO_ALLERGIES, "id": "a1"}, result(HBSAG, 1, "mg/dL", id="o1")]


def text_of(page: str) -> str:
    """What a reader sees of a page."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("kind", ["launch", "standalone"])
def test_a_launch_ends_with_a_review_of_the_patient_in_context(kind: str) -> None:
    launching = Launching(fhir_server(*resources()))
    answer = launching.whole(kind)
    assert 200 == answer.status_code
    assert 'name="record"' in answer.text
    assert {"/fhir/Patient/p1", "/fhir/Condition"} <= set(launching.server.paths())
    assert all("patient=p1" in query for path, query, _ in launching.server.seen if path != "/fhir/Patient/p1")


@pytest.mark.parametrize(
    ("kind", "scope"),
    [
        ("launch", "launch openid fhirUser patient/*.read"),
        ("standalone", "launch/patient openid fhirUser patient/*.read"),
    ],
)
def test_the_request_for_a_code_is_complete(kind: str, scope: str) -> None:
    launching = Launching(fhir_server())
    started = launching.start(kind)
    asked = query_of(started.headers["location"])
    assert started.headers["location"].startswith(f"{FHIR_BASE}/auth/authorize?")
    assert ("code", CLIENT_ID, CALLBACK) == (asked["response_type"], asked["client_id"], asked["redirect_uri"])
    assert (scope, f"{FHIR_BASE}/fhir", "S256") == (asked["scope"], asked["aud"], asked["code_challenge_method"])
    assert ("abc" if kind == "launch" else None) == asked.get("launch")
    assert len(asked["state"]) >= 43


def test_f_3_scopes_of_the_second_version_are_asked_for_as_configured() -> None:
    server = fhir_server()
    known = SmartServer(iss=server.fhir, client_id=CLIENT_ID, scope="launch/patient patient/*.rs")
    launching = Launching(server, smart=(known,))
    assert "launch patient/*.rs" == query_of(launching.start().headers["location"])["scope"]


def test_pkce_the_challenge_is_the_hash_of_a_verifier_that_stays_secret() -> None:
    launching = Launching(fhir_server(*resources()))
    started = launching.start()
    launching.browser.get(launching.authorized(started))
    verifier = launching.server.exchanged[0]["code_verifier"]
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    assert hashed == query_of(started.headers["location"])["code_challenge"]
    assert 43 <= len(verifier) <= 128
    assert verifier not in f"{started.headers} {started.text}"


def test_every_launch_has_its_own_state_and_verifier() -> None:
    launching = Launching(fhir_server())
    asked = [query_of(launching.start().headers["location"]) for _ in range(3)]
    assert 3 == len({one["state"] for one in asked}) == len({one["code_challenge"] for one in asked})


def test_pkce_a_wrong_verifier_gets_no_token() -> None:
    launching = Launching(fhir_server(*resources()))
    address = launching.authorized(launching.start())
    code = launching.server.codes[query_of(address)["code"]]
    code["code_challenge"] = "of another verifier"
    answer = launching.browser.get(address)
    assert 403 == answer.status_code
    assert "invalid_grant" in answer.text
    assert [] == launching.server.seen


def test_the_cookie_is_sealed_short_lived_and_only_for_the_answer() -> None:
    launching = Launching(fhir_server())
    started = launching.start()
    cookie = started.headers["set-cookie"]
    assert {"Path=/smart/callback", "Max-Age=600", "HttpOnly", "SameSite=Lax"} == set(cookie.split("; ")[1:])
    asked = query_of(started.headers["location"])
    assert not [secret for secret in (asked["state"], "verifier", "abc", FHIR_BASE, "zorvimab") if secret in cookie]


def test_under_https_the_cookie_is_secure() -> None:
    launching = Launching(fhir_server(), base_url="https://apothecary.example/app")
    cookie = launching.start().headers["set-cookie"]
    assert cookie.endswith("; Path=/app/smart/callback; Max-Age=600; HttpOnly; SameSite=Lax; Secure")


def test_in_a_frame_of_another_site_the_cookie_is_kept_apart() -> None:
    launching = Launching(fhir_server(), base_url="https://apothecary.example")
    framed = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    path = f"/smart/launch?iss={launching.server.fhir}&launch=abc"
    cookie = launching.browser.get(path, headers=framed).headers["set-cookie"]
    assert cookie.endswith("; HttpOnly; SameSite=None; Partitioned; Secure")


def test_a_sealed_launch_opens_only_with_the_same_key_and_in_time() -> None:
    sealed = Vault("shared", lambda: 1000).seal(LAUNCH)
    assert LAUNCH == Vault("shared", lambda: 1600).open(sealed)
    assert None is Vault("shared", lambda: 1601).open(sealed)
    assert None is Vault("another", lambda: 1000).open(sealed)
    assert None is Vault(None, lambda: 1000).open(sealed)
    for changed in (sealed[:-4] + "AAAA", "", "é", "gAAAA"):
        assert None is Vault("shared", lambda: 1000).open(changed)
    assert "verifier" not in repr(LAUNCH)


def test_worker_processes_share_launches_by_one_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APOTHECARY_SESSION_KEY", "shared")
    server = fhir_server(*resources())
    one, other = Launching(server), Launching(server)
    address = one.authorized(one.start())
    other.browser.cookies = one.browser.cookies
    assert 200 == other.browser.get(address).status_code


def test_two_launches_side_by_side_do_not_disturb_each_other() -> None:
    launching = Launching(fhir_server(*resources()))
    first, second = launching.start(), launching.start()
    for started in (first, second):
        assert 200 == launching.browser.get(launching.authorized(started)).status_code


def test_f_1_the_token_leaves_with_nothing() -> None:
    launching = Launching(fhir_server(*resources()))
    answer = launching.whole()
    token = str(launching.server.token)
    assert f"Bearer {token}" == launching.server.seen[0][2]["authorization"]
    assert token not in f"{answer.headers} {answer.text}"


def test_the_answer_to_a_launch_removes_its_cookie_and_is_not_kept() -> None:
    launching = Launching(fhir_server(*resources()))
    answer = launching.whole()
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert ("no-store", "no-referrer") == (answer.headers["cache-control"], answer.headers["referrer-policy"])
    assert not launching.browser.cookies


def test_p_6_a_failed_search_leaves_its_questions_open_and_shows_why() -> None:
    good, bad = Launching(fhir_server(*resources())), Launching(fhir_server(*resources(), fail={"Condition": 500}))
    page = text_of(good.whole().text)
    assert "problem list (cannot be read" not in page
    assert "could not be fetched" not in page
    assert "Use: Prevention of migraine" in page
    page = text_of(bad.whole().text)
    assert "Condition could not be fetched from the FHIR server: the server answered with an error (HTTP 500)" in page
    assert "problem list (cannot be read" in page
    assert "Use: Prevention of migraine" not in page
    assert page.startswith("CANNOT TELL")


def test_the_results_of_a_search_by_codes_count_as_asked_for() -> None:
    page = text_of(Launching(fhir_server(*resources())).whole().text)
    assert "searched only for" not in page


def test_with_several_monographs_the_first_page_asks_which() -> None:
    launching = Launching(fhir_server(*resources()), drugs=("first", "second"))
    asked = launching.start()
    assert 200 == asked.status_code
    links = [html.unescape(link) for link in re.findall(r'href="(/smart/launch[^"]+)"', asked.text)]
    assert ["first", "second"] == [query_of(link)["drug"] for link in links]
    assert {"abc"} == {query_of(link)["launch"] for link in links}
    answer = launching.browser.get(launching.authorized(launching.browser.get(links[1])))
    assert 200 == answer.status_code
    assert "Second" in answer.text


def test_the_page_offers_the_configured_servers() -> None:
    ward = SmartServer(iss="https://ehr.example/fhir", client_id="a", name="Ward")
    known = (ward, SmartServer(iss="https://b.example", client_id="b"))
    assert (
        ("Ward", "/smart/standalone?iss=https%3A%2F%2Fehr.example%2Ffhir"),
        ("https://b.example", "/smart/standalone?iss=https%3A%2F%2Fb.example"),
    ) == launches(state_of(Settings(smart=known)))


@pytest.mark.parametrize("iss", ["http://ehr.example/fhir", "ehr.example", "https://ehr.example/fhir?a=b"])
def test_r_3_a_server_without_a_usable_address_keeps_the_service_from_starting(iss: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(iss)):
        router(state_of(Settings(smart=(SmartServer(iss=iss, client_id="a"),))))
