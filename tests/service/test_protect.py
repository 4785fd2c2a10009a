"""What stands around every request: limits, headers, origins, and one shape for every error (checklist S-2, X-8)."""

import asyncio
import json
import time
from typing import Any

import httpx
import pytest
from guarded import caller, small

from apothecary.service.rate import Rate
from apothecary.service.settings import SmartServer

ORIGIN = "https://sandbox.example.org"


def outcome_of(answer: httpx.Response) -> str:
    """The code of an error in the one shape."""
    assert "application/fhir+json" == answer.headers["content-type"]
    said = answer.json()
    assert "OperationOutcome" == said["resourceType"]
    [issue] = said["issue"]
    assert issue["diagnostics"]
    assert "Traceback" not in answer.text
    return str(issue["details"]["coding"][0]["code"])


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"), ("GET", "/cds-services/x", 405, "method-not-allowed"),
        ("GET", "/number/x", 422, "not-understood"), ("GET", "/broken", 500, "internal"),
        ("TRACE", "/number/1", 405, "method-not-allowed"), ("BREW", "/number/1", 405, "method-not-allowed"),
        ("OPTIONS", "/number/1", 405, "method-not-allowed"),
    ],
)  # fmt: skip
def test_s2_every_error_has_one_shape(method: str, path: str, status: int, code: str) -> None:
    answer = caller(small()[0]).request(method, path)
    assert status == answer.status_code
    assert code == outcome_of(answer)


def test_s2_a_head_request_for_nothing_is_not_found() -> None:
    assert 404 == caller(small()[0]).head("/nowhere").status_code


def test_405_names_what_is_allowed() -> None:
    assert "POST" == caller(small()[0]).get("/cds-services/x").headers["allow"]


def test_an_unexpected_exception_says_nothing_of_the_record() -> None:
    answer = caller(small()[0]).get("/broken", headers={"X-Request-ID": "abc-1"})
    assert "internal" == outcome_of(answer)
    assert "Jane" not in answer.text
    assert "abc-1" in answer.text


def test_a_validation_error_does_not_repeat_what_was_sent() -> None:
    assert "Jane" not in caller(small()[0]).get("/number/Jane").text


@pytest.mark.parametrize(
    ("sent", "kept"), [("abc-1.X_2", True), ("a b", False), ("x" * 65, False), ('"><b>', False), ("", False)]
)
def test_the_request_id_is_echoed_when_it_is_sane(sent: str, kept: bool) -> None:
    answer = caller(small()[0]).post("/cds-services/x", headers={"X-Request-ID": sent}, content=b"{}")
    assert kept is (sent == answer.headers["x-request-id"])
    assert answer.headers["x-request-id"] == answer.headers["x-seen"]


def test_every_answer_carries_the_security_headers() -> None:
    client = caller(small()[0])
    for answer in (client.post("/cds-services/x", content=b"{}"), client.get("/nowhere"), client.get("/broken")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'")
        assert policy.endswith("base-uri 'none'; frame-ancestors 'none'")
        assert "script-src" not in policy
        assert "unsafe" not in policy
        assert "nosniff" == answer.headers["x-content-type-options"]
        assert "no-referrer" == answer.headers["referrer-policy"]
        assert "no-store" == answer.headers["cache-control"]
        assert "same-origin" == answer.headers["cross-origin-resource-policy"]
        assert "DENY" == answer.headers["x-frame-options"]
        assert "permissions-policy" in answer.headers
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


def test_x1_https_is_remembered_by_browsers() -> None:
    app, _ = small(settings={"base_url": "https://cds.example.org"})
    assert caller(app).get("/number/1").headers["strict-transport-security"].startswith("max-age=")


@pytest.mark.parametrize(
    ("frames", "allowed"),
    [((), "https://ehr.example.org"), (("https://screens.example.org",), "https://screens.example.org")],
)
def test_only_configured_ehrs_may_frame_the_page(frames: tuple[str, ...], allowed: str) -> None:
    smart = (SmartServer(iss="https://ehr.example.org/fhir/r4", client_id="a", frames=frames),)
    answer = caller(small(settings={"smart": smart})[0]).get("/number/1")
    assert answer.headers["content-security-policy"].endswith(f"frame-ancestors {allowed}")
    assert "x-frame-options" not in answer.headers


def preflight(app: Any, origin: str) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    return caller(app).options("/cds-services/x", headers=asked)


def test_x8_a_listed_origin_may_call() -> None:
    app, _ = small(settings={"cors_origins": (ORIGIN,)})
    answer = preflight(app, ORIGIN)
    assert 204 == answer.status_code
    assert ORIGIN == answer.headers["access-control-allow-origin"]
    assert "Authorization, Content-Type" == answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers
    assert "Origin" == answer.headers["vary"]
    sent = caller(app).post(
        "/cds-services/x", headers={"Origin": ORIGIN, "Sec-Fetch-Site": "cross-site"}, content=b"{}"
    )
    assert (200, ORIGIN) == (sent.status_code, sent.headers["access-control-allow-origin"])
    failed = caller(app).get("/nowhere", headers={"Origin": ORIGIN})
    assert ORIGIN == failed.headers["access-control-allow-origin"], "the page can read why it failed"


@pytest.mark.parametrize(
    "origin", ["https://other.example.org", "null", "http://sandbox.example.org", f"{ORIGIN}.evil.org", ""]
)
@pytest.mark.parametrize("listed", [(), (ORIGIN,)])
def test_x8_any_other_origin_may_not(origin: str, listed: tuple[str, ...]) -> None:
    app, _ = small(settings={"cors_origins": listed})
    answer = preflight(app, origin)
    assert (403, "origin-not-listed") == (answer.status_code, outcome_of(answer))
    sent = caller(app).post(
        "/cds-services/x", headers={"Origin": origin, "Sec-Fetch-Site": "cross-site"}, content=b"{}"
    )
    assert (403, "origin-not-listed") == (sent.status_code, outcome_of(sent))
    assert "access-control-allow-origin" not in answer.headers
    assert "access-control-allow-origin" not in sent.headers


def test_our_own_pages_and_programs_may_post() -> None:
    client = caller(small()[0])
    assert 200 == client.post("/cds-services/x", content=b"{}").status_code
    same = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert 200 == client.post("/cds-services/x", content=b"{}", headers=same).status_code


def test_a_body_up_to_the_limit_is_read_and_one_byte_more_is_not() -> None:
    client = caller(small(body_bytes=1000)[0])
    assert 200 == client.post("/cds-services/x", content=b"x" * 1000).status_code
    answer = client.post("/cds-services/x", content=b"x" * 1001)
    assert (413, "too-large") == (answer.status_code, outcome_of(answer))


def pieces(size: int, number: int) -> Any:
    async def parts() -> Any:
        for _ in range(number):
            yield b"x" * size

    return parts()


async def streamed(app: Any, parts: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        return await client.post("/cds-services/x", content=parts)


def test_a_body_in_pieces_arrives_whole() -> None:
    answer = asyncio.run(streamed(small()[0], pieces(10, 100)))
    assert (200, b"x" * 1000) == (answer.status_code, answer.content)


def test_a_body_in_pieces_is_cut_at_the_limit() -> None:
    answer = asyncio.run(streamed(small(body_bytes=1000)[0], pieces(100, 11)))
    assert (413, "too-large") == (answer.status_code, outcome_of(answer))


def test_an_answer_that_takes_too_long_is_an_error() -> None:
    answer = caller(small(answer_seconds=0.05)[0]).get("/slow")
    assert (504, "too-slow") == (answer.status_code, outcome_of(answer))


def test_too_many_at_once_are_told_to_come_back() -> None:
    app, _ = small(at_once=2, answer_seconds=0.3)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            return await asyncio.gather(*(client.get("/slow") for _ in range(5)))

    answers = asyncio.run(ask())
    assert [503, 503, 503, 504, 504] == sorted(answer.status_code for answer in answers)
    [*busy] = (answer for answer in answers if answer.status_code == 503)
    assert {"busy"} == {outcome_of(answer) for answer in busy}
    assert {"1"} == {answer.headers["retry-after"] for answer in busy}
    assert 200 == caller(app).get("/number/1").status_code, "the places are free again"


def test_too_many_requests_of_one_caller_are_refused() -> None:
    client = caller(small(requests_per_minute=8)[0])
    assert [200, 200, 429] == [client.get("/number/1").status_code for _ in range(3)]
    answer = client.get("/number/1")
    assert "too-many-requests" == outcome_of(answer)
    assert 1 <= int(answer.headers["retry-after"]) <= 8


def test_a_forwarded_address_does_not_make_another_caller() -> None:
    client = caller(small(requests_per_minute=4)[0])
    statuses = [client.get("/number/1", headers={"X-Forwarded-For": f"10.0.0.{n}"}).status_code for n in range(3)]
    assert [200, 429, 429] == statuses


def test_callers_do_not_share_their_share_and_regain_it() -> None:
    at = [0.0]
    rate = Rate(60, lambda: at[0])
    assert [0.0] * 15 == [rate.wait("10.0.0.1") for _ in range(15)]
    assert 1.0 == rate.wait("10.0.0.1")
    assert 0.0 == rate.wait("10.0.0.2")
    at[0] = 1.0
    assert 0.0 == rate.wait("10.0.0.1")
    assert rate.wait("10.0.0.1") > 0


def test_one_network_is_one_caller() -> None:
    rate = Rate(4, lambda: 0.0)
    assert 0.0 == rate.wait("2001:db8::1")
    assert rate.wait("2001:db8::ffff") > 0
    assert 0.0 == rate.wait("2001:db8:1::1")
    assert 0.0 == rate.wait("10.0.0.1")
    assert rate.wait("::ffff:10.0.0.1") > 0


def test_the_memory_of_callers_is_bounded() -> None:
    rate = Rate(60, time.monotonic)
    for number in range(30_000):
        rate.wait(f"10.{number // 250}.0.{number % 250}")
    assert 10_000 == len(rate._buckets)


def test_a_route_keeps_the_headers_it_sets() -> None:
    app, _ = small()

    @app.get("/kept")
    async def kept() -> Any:
        from starlette.responses import Response

        return Response(headers={"Cache-Control": "max-age=60"})

    assert "max-age=60" == caller(app).get("/kept").headers["cache-control"]


def test_j1_errors_hold_no_empty_values() -> None:
    def walk(value: Any) -> None:
        assert value not in (None, "", [], {})
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    for path in ("/nowhere", "/broken", "/number/x"):
        walk(json.loads(caller(small()[0]).get(path).content))
