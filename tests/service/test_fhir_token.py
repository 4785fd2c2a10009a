"""The token: for one server only, for what it covers only, and neither kept nor shown (F-1, F-2, F-3)."""

import asyncio
import json
import logging
from collections.abc import Callable

import httpx
import msgspec
import pytest
from fetching import MANY, QUERIES, TOKEN, as_read, fetch, reason
from fhir_server import FhirServer

from apothecary.record import read_record
from apothecary.service.fhir import Access, FhirClient
from apothecary.service.settings import Settings
from apothecary.service.smart.record import record


def test_f_2_the_token_goes_along_as_bearer() -> None:
    server = FhirServer(resources=MANY)
    fetch(server)
    assert {f"Bearer {TOKEN}"} == {headers["authorization"] for _, _, headers in server.seen}


def test_without_a_token_none_is_sent() -> None:
    server = FhirServer(resources=MANY)
    fetch(server, token=None)
    assert 2 == len(server.seen)
    assert not any("authorization" in headers for _, _, headers in server.seen)


def elsewhere(server: FhirServer) -> str:
    return "https://evil.example/fhir/Condition?page=2"


def above(server: FhirServer) -> str:
    return f"{server.base}/admin"


def itself(server: FhirServer) -> str:
    return f"{server.fhir}/Condition?patient=p1"


@pytest.mark.parametrize("link", [elsewhere, above, itself])
def test_f_2_a_next_link_to_elsewhere_is_not_followed(link: Callable[[FhirServer], str]) -> None:
    server = FhirServer(resources=MANY)
    server.next["Condition"] = link(server)
    found = fetch(server)["conditions"]
    assert ["/fhir/Condition", "/fhir/Patient/p1"] == sorted(server.paths())
    assert {"host"} & set(server.seen[0][2])
    assert "next page" in reason(found["entry"][-1]["resource"])
    assert "unreadable" == as_read(server).sections["condition"].state


@pytest.mark.parametrize(
    ("access", "query"),
    [
        (Access("http://ehr.example/fhir", TOKEN), "Patient/p1"),
        (Access("http://127.0.0.1/fhir", "two\nlines"), "Patient/p1"),
        (Access("http://127.0.0.1/fhir", "tökén"), "Patient/p1"),
        (Access("http://127.0.0.1/fhir", ""), "Patient/p1"),
        (Access("http://127.0.0.1/fhir", TOKEN), "Patient/.."),
        (Access("http://127.0.0.1/fhir", TOKEN), "Patient/p1/../../admin"),
        (Access("http://127.0.0.1/fhir", TOKEN), "../admin"),
        (Access("http://127.0.0.1/fhir", TOKEN), "Patient/p1?a=b c"),
        (Access("http://127.0.0.1/fhir", TOKEN), "https://evil.example/"),
        (Access("http://127.0.0.1/fhir", TOKEN), ""),
    ],
)
def test_what_must_not_be_sent_is_not_sent(access: Access, query: str) -> None:
    server = FhirServer()

    async def run() -> dict[str, msgspec.Raw]:
        return await FhirClient(Settings(), httpx.AsyncClient(transport=httpx.ASGITransport(server.app()))).fetch(
            access, {"asked": query}
        )

    assert reason(json.loads(bytes(asyncio.run(run())["asked"])))
    assert [] == server.seen


def test_f_2_what_the_scope_does_not_cover_is_not_asked_for() -> None:
    server = FhirServer(resources=MANY)
    found = fetch(server, scope="launch patient/Patient.r patient/Observation.rs")
    assert "does not include it" in reason(found["conditions"])
    assert ["/fhir/Patient/p1"] == server.paths()


def test_f_3_a_scope_for_a_part_of_a_type_gives_an_incomplete_section() -> None:
    found = fetch(
        FhirServer(resources=MANY), scope="patient/Patient.r patient/Condition.rs?category=encounter-diagnosis"
    )
    assert "covers only a part" in reason(found["conditions"]["entry"][-1]["resource"])
    raw = {key: msgspec.Raw(json.dumps(value).encode()) for key, value in found.items()}
    assert "unreadable" == read_record(record("p1", QUERIES, raw).encode()).sections["condition"].state


def test_cookies_of_a_server_do_not_go_along_with_the_next_request() -> None:
    server = FhirServer(resources=MANY, headers={"Set-Cookie": "session=of-another-user; Path=/"})

    async def run() -> None:
        client = FhirClient(Settings(), httpx.AsyncClient(transport=httpx.ASGITransport(server.app())))
        for _ in range(2):
            await client.fetch(Access(server.fhir, TOKEN), QUERIES)
        await client.close()

    asyncio.run(run())
    assert 4 == len(server.seen)
    assert not any("cookie" in headers for _, _, headers in server.seen)


def test_f_1_neither_token_nor_patient_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = FhirServer(resources=MANY, fail={"Condition": 500})
    fetch(server)
    said = [record.getMessage() for record in caplog.records]
    assert not [line for line in said if TOKEN in line or "p1" in line]


def test_f_1_the_token_shows_in_no_text() -> None:
    access = Access("https://ehr.example/fhir", TOKEN, "patient/*.read")
    assert TOKEN not in f"{access!r} {access} {access.__rich_repr__()}"
    assert "..." in repr(access)
    assert "None" in repr(Access("https://ehr.example/fhir"))


def test_f_1_a_server_that_repeats_the_token_does_not_spread_it() -> None:
    body = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": f"bad token {TOKEN}\n\x00 here."}]}

    async def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(401, json=body)

    async def run() -> dict[str, msgspec.Raw]:
        client = FhirClient(Settings(), httpx.AsyncClient(transport=httpx.MockTransport(answer)))
        return await client.fetch(Access("https://ehr.example/fhir", TOKEN), QUERIES)

    text = reason(json.loads(bytes(asyncio.run(run())["conditions"])))
    assert text.endswith("(HTTP 401): bad token ... here")


def test_a_redirect_is_not_followed() -> None:
    asked: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(307, headers={"Location": "https://evil.example/"})

    async def run() -> dict[str, msgspec.Raw]:
        http = httpx.AsyncClient(transport=httpx.MockTransport(answer), follow_redirects=True)
        return await FhirClient(Settings(), http).fetch(Access("https://ehr.example/fhir", TOKEN), QUERIES)

    assert "points elsewhere" in reason(json.loads(bytes(asyncio.run(run())["patient"])))
    assert ["https://ehr.example/fhir/Condition?patient=p1", "https://ehr.example/fhir/Patient/p1"] == sorted(asked)
