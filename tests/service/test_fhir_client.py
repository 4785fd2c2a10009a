"""Data fetched from a FHIR server: complete, or said to be incomplete and why."""

import asyncio
import json
import time
from typing import Any

import msgspec
import pytest
from fetching import MANY, QUERIES, TOKEN, as_read, fetch, reason
from fhir_server import FhirServer

from apothecary.service.fhir import Access, FhirClient
from apothecary.service.settings import Settings
from support import PNEUMONIA, condition, patient


def test_p_4_what_is_asked_for_is_fetched() -> None:
    server = FhirServer(resources=MANY, token=TOKEN)
    found = fetch(server)
    assert list(QUERIES) == list(found)
    assert "p1" == found["patient"]["id"]
    assert 7 == len(found["conditions"]["entry"])
    assert {"GET application/fhir+json"} == {f"GET {headers['accept']}" for _, _, headers in server.seen}


def test_all_queries_are_asked_at_the_same_time() -> None:
    server = FhirServer(resources=MANY, slow={"Patient": 0.2, "Condition": 0.2})
    start = time.monotonic()
    fetch(server)
    assert time.monotonic() - start < 0.35


def test_p_8_pages_are_followed_and_become_one_result() -> None:
    server = FhirServer(resources=MANY, page=3, token=TOKEN)
    found = fetch(server)["conditions"]
    assert [f"c{n}" for n in range(7)] == [entry["resource"]["id"] for entry in found["entry"]]
    assert [{"relation": "self", "url": f"{server.fhir}/Condition?patient=p1"}] == found["link"]
    assert (7, "searchset") == (found["total"], found["type"])
    assert "supplied" == as_read(server).sections["condition"].state


@pytest.mark.parametrize(
    ("limits", "said"),
    [({"fhir_pages": 2}, "more than the 2 pages accepted"), ({"fhir_bytes": 2400}, "larger than the 2400 bytes")],
)
def test_p_8_a_result_with_more_pages_than_accepted_is_not_complete(limits: dict[str, Any], said: str) -> None:
    server = FhirServer(resources=MANY, page=3)
    found = fetch(server, {"conditions": QUERIES["conditions"]}, **limits)["conditions"]
    assert "next" in {link["relation"] for link in found["link"]}
    assert said in reason(found["entry"][-1]["resource"])
    assert 2 <= len(found["entry"]) < 8
    section = as_read(server, **limits).sections["condition"]
    assert "unreadable" == section.state


def test_a_second_page_that_fails_leaves_the_first_and_says_so() -> None:
    server = FhirServer(resources=MANY, next={"Condition": "http://127.0.0.1/fhir/Broken?page=2"}, fail={"Broken": 500})
    found = fetch(server)["conditions"]
    assert 8 == len(found["entry"])
    assert "HTTP 500" in reason(found["entry"][-1]["resource"])
    assert "unreadable" == as_read(server).sections["condition"].state


FAILURES = {
    "401": ({"token": "another"}, "the token does not give access (HTTP 401): no access"),
    "404": ({"fail": {"Condition": 404}}, "the server answered with an error (HTTP 404): Condition is out of order"),
    "500": ({"fail": {"Condition": 500}}, "HTTP 500"),
    "redirect": ({"fail": {"Condition": 302}}, "the server points elsewhere (HTTP 302)"),
    "empty answer": ({"fail": {"Condition": 206}}, "HTTP 206"),
    "slow": ({"slow": {"Condition": 5}}, "it was not there within the 0.3 seconds"),
    "HTML": ({"raw": {"Condition": ("text/html", b"<h1>Log in</h1>")}}, "something other than FHIR JSON"),
    "no JSON": ({"raw": {"Condition": ("application/json", b"{")}}, "the answer is not a FHIR resource"),
    "no object": ({"raw": {"Condition": ("application/json", b"[]")}}, "the answer is not a FHIR resource"),
    "no type": ({"raw": {"Condition": ("application/json", b"{}")}}, "the answer is not a FHIR resource"),
    "nothing": ({"raw": {"Condition": ("application/fhir+json", b"")}}, "the answer is not a FHIR resource"),
    "not UTF-8": ({"raw": {"Condition": ("application/json", b'{"resourceType":"Bund\xff"}')}}, "not UTF-8"),
    "deep": ({"raw": {"Condition": ("application/json", b'{"a":' * 15000)}}, "the answer is not a FHIR resource"),
    "patient": ({"raw": {"Condition": ("application/json", b'{"resourceType":"Patient"}')}}, "no search result"),
    "collection": (
        {"raw": {"Condition": ("application/json", b'{"resourceType":"Bundle","type":"collection"}')}},
        "no search result",
    ),
    "entries": (
        {"raw": {"Condition": ("application/json", b'{"resourceType":"Bundle","entry":7}')}},
        "not a readable FHIR Bundle",
    ),
    "large": (
        {"raw": {"Condition": ("application/json", b'{"resourceType":"Bundle","a":"' + b"x" * 200_000 + b'"}')}},
        "larger than the 100000 bytes accepted",
    ),
    "other patient": (
        {
            "raw": {
                "Condition": (
                    "application/json",
                    b'{"resourceType":"Bundle","type":"searchset","link":[{"relation":"self","url":'
                    b'"http://127.0.0.1/fhir/Condition?patient=Patient/p2"}]}',
                )
            }
        },
        "for another patient",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_p_6_every_failure_is_a_reason_and_never_an_empty_result(name: str) -> None:
    wrong, said = FAILURES[name]
    server = FhirServer(resources=MANY, **wrong)
    found = fetch(server, fhir_seconds=0.3, fhir_bytes=100_000)
    text = reason(found["conditions"])
    assert said in text
    assert text.startswith("Condition could not be fetched")
    section = as_read(server, fhir_seconds=0.3, fhir_bytes=100_000).sections["condition"]
    assert ("unreadable", True) == (section.state, said in section.reason)


@pytest.mark.parametrize("name", [name for name in FAILURES if name != "401"])
def test_a_failure_costs_only_its_own_query(name: str) -> None:
    server = FhirServer(resources=MANY, **FAILURES[name][0])
    assert "Patient" == fetch(server, fhir_seconds=0.3, fhir_bytes=100_000)["patient"]["resourceType"]


def test_the_time_budget_holds_for_all_queries_and_pages_together() -> None:
    server = FhirServer(resources=MANY, page=1, slow={"Condition": 0.1, "Patient": 0.1, "Observation": 9})
    queries = {**QUERIES, "results": "Observation?patient=p1"}
    start = time.monotonic()
    found = fetch(server, queries, fhir_seconds=0.45)
    assert 0.4 < time.monotonic() - start < 0.8
    assert "Patient" == found["patient"]["resourceType"]
    assert "was not there" in reason(found["results"])
    assert "was not there" in reason(found["conditions"]["entry"][-1]["resource"])


def test_a_server_that_is_not_there_is_a_reason() -> None:
    async def run() -> dict[str, msgspec.Raw]:
        client = FhirClient(Settings())
        try:
            return await client.fetch(Access("http://127.0.0.1:9/fhir", TOKEN), QUERIES)
        finally:
            await client.close()

    found = asyncio.run(run())
    assert "cannot be reached" in reason(json.loads(bytes(found["patient"])))


def test_the_servers_own_report_is_kept() -> None:
    body = b'{"resourceType":"OperationOutcome","issue":[{"severity":"error","diagnostics":"closed on Sundays"}]}'
    found = fetch(FhirServer(resources=MANY, raw={"Condition": ("application/fhir+json", body)}))
    assert "closed on Sundays" == reason(found["conditions"])


def test_a_result_without_a_self_link_gets_the_search_that_was_asked() -> None:
    body = b'{"resourceType":"Bundle","type":"searchset"}'
    server = FhirServer(resources=MANY, raw={"Condition": ("application/fhir+json; charset=utf-8", body)})
    found = fetch(server)["conditions"]
    assert [{"relation": "self", "url": f"{server.fhir}/Condition?patient=p1"}] == found["link"]
    assert "supplied" == as_read(server).sections["condition"].state


def test_a_total_larger_than_the_result_leaves_the_section_incomplete() -> None:
    server = FhirServer(resources=MANY)
    body = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": 9}).encode()
    server.raw["Condition"] = ("application/fhir+json", body)
    assert "unreadable" == as_read(server).sections["condition"].state


def test_an_unclear_total_does_not_hurt() -> None:
    body = b'{"resourceType":"Bundle","type":"searchset","total":"many"}'
    found = fetch(FhirServer(resources=MANY, raw={"Condition": ("application/fhir+json", body)}))["conditions"]
    assert "total" not in found


def test_a_condition_of_another_code_stays_what_it_is() -> None:
    server = FhirServer(resources=[patient(), condition(PNEUMONIA, id="c1")])
    rows = as_read(server).tables["condition"]
    assert ["Condition/c1"] == [row.source for row in rows]
