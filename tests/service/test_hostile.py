"""Hostile input at the real addresses: an error in the one shape or a real answer, never a crash, never silence."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from asking import application, caller, request
from guarded import serving, spoken
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from starlette.testclient import TestClient
from test_protect import outcome_of

from apothecary.service.settings import Limits

ORDER = "/cds-services/zorvimab-order"
VIEW = "/cds-services/zorvimab-patient-view"
REVIEW = "/review/zorvimab"
JSON = {"Content-Type": "application/json"}
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with caller(application(limits=Limits(requests_per_minute=10_000_000))) as made:
        yield made


def sane(answer: Any) -> None:
    """A real answer or an error in the one shape."""
    assert 500 != answer.status_code, answer.text
    if answer.status_code == 200:
        said = answer.json()
        assert isinstance(said.get("cards", said.get("findings", said.get("services"))), list)
    else:
        assert 400 <= answer.status_code < 500, answer.status_code
        outcome_of(answer)


@drawn(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), path=st.sampled_from([ORDER, VIEW, REVIEW, f"{ORDER}/feedback"]))
def test_any_bytes(client: TestClient, data: bytes, path: str) -> None:
    sane(client.post(path, content=data, headers=JSON))


@drawn(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_good_request_with_one_part_replaced(client: TestClient, data: st.DataObject) -> None:
    sent = request()
    where: Any = sent
    while isinstance(where, dict | list) and where:
        key = data.draw(st.sampled_from([*where] if isinstance(where, dict) else [*range(len(where))]))
        if not isinstance(where[key], dict | list) or not where[key] or data.draw(st.booleans()):
            where[key] = data.draw(VALUES)
            break
        where = where[key]
    sane(client.post(ORDER, content=json.dumps(sent).encode(), headers=JSON))


@drawn(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 3000), length=st.integers(0, 30), new=st.binary(max_size=10))
def test_a_good_request_with_some_bytes_replaced(client: TestClient, at: int, length: int, new: bytes) -> None:
    whole = json.dumps(request()).encode()
    sane(client.post(ORDER, content=whole[:at] + new + whole[at + length :], headers=JSON))


NESTED = 100_000


@pytest.mark.parametrize("path", [ORDER, VIEW, REVIEW, f"{ORDER}/feedback"])
@pytest.mark.parametrize(
    "body",
    [
        b"[" * NESTED, b'{"a":' * NESTED, b"[" * NESTED + b"]" * NESTED,
        b'{"prefetch":' * NESTED + b"1" + b"}" * NESTED,
        b'{"resourceType":"Bundle","entry":[{"resource":' * NESTED, b"\xff\xfe\x00", b"\xef\xbb\xbf{}", b"NaN", b"",
        b'{"hook":"order-sign","hook":"patient-view"}', b'"\\ud800"', b"- " * NESTED, b"&a [*a]", b"1" * 100_000,
    ],
    ids=range(14),
)  # fmt: skip
def test_deep_and_damaged_bodies(client: TestClient, path: str, body: bytes) -> None:
    sane(client.post(path, content=body, headers=JSON))


def test_deep_data_in_a_good_request(client: TestClient) -> None:
    deep = b'{"extension":[' * NESTED + b"{}" + b"]}" * NESTED
    for place in (b'"prefetch": {', b'"entry": ['):
        whole = json.dumps(request()).encode()
        inner = b'"conditions":' + deep + b"," if b"prefetch" in place else b'{"resource":' + deep + b"},"
        sane(client.post(ORDER, content=whole.replace(place, place + inner, 1), headers=JSON))


@pytest.mark.parametrize(
    "path",
    [
        "/%2e%2e/etc/passwd", "/static/%2e%2e/%2e%2e/settings.py", "/static/..%2f..%2fsettings.py", "//",
        "//etc/passwd",
        "/static//page.css", "/cds-services/%00", "/cds-services/zorvimab-order%00", "/cds-services/..%5c..%5c",
        "/%ff%fe",
        "/cds-services/" + "x" * 5000, "/review/%F0%9F%92%8A", "/monographs/..%2f..", "/handout/%2e%2e%2fzorvimab",
        "/cds-services/%0d%0aSet-Cookie:%20a=b", "/static/%2e%2e%2fapp.py", "/cds-services/zorvimab-order/",
        "/?" + "a=b&" * 3000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_path_tricks(client: TestClient, method: str, path: str) -> None:
    answer = client.request(
        method, path, content=b"{}" if method == "POST" else None, headers=JSON, follow_redirects=False
    )
    assert 500 != answer.status_code
    assert "root:" not in answer.text
    assert "def create" not in answer.text
    assert "set-cookie" not in answer.headers
    assert answer.headers.get("location", "/").startswith(("/", "http://testserver/"))
    assert not answer.headers.get("location", "/").startswith("//")


def test_html_in_names_stays_text(client: TestClient) -> None:
    sent = request()
    sent["context"]["draftOrders"]["entry"][0]["resource"]["dosageInstruction"] = [
        {"text": "<script>alert(1)</script>"}
    ]
    answer = client.post(ORDER, json=sent)
    sane(answer)
    assert "<script" not in answer.text


def test_an_error_for_people_is_a_page_that_shows_nothing_sent(client: TestClient) -> None:
    answer = client.get("/nowhere/<script>alert(1)</script>", headers={"Accept": "text/html,*/*"})
    assert 404 == answer.status_code
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script" not in answer.text
    assert "<h1>" in answer.text
    api = client.get("/cds-services/x/y/z", headers={"Accept": "text/html,*/*"})
    assert "not-found" == outcome_of(api)


def test_header_bombs() -> None:
    with serving(application()) as port:
        many = b"".join(b"X-%d: a\r\n" % number for number in range(500))
        heard = spoken(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + many + b"\r\n")
        assert heard.startswith(b"HTTP/1.1 4")
        large = b"X-A: " + b"a" * 200_000 + b"\r\n"
        heard = spoken(
            port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + large + b"\r\n", patience=5.0
        )
        assert b" 500 " not in heard.partition(b"\r\n")[0]
        heard = spoken(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert heard.startswith(b"HTTP/1.1 200")


def test_x7_a_caller_cannot_say_that_it_calls_from_within(client: TestClient) -> None:
    headers = {"apothecary.inside": "1", "X-Apothecary-Inside": "2026-01-01"}
    answer = client.post(REVIEW, json={"medications": "none"}, headers=headers)
    assert "2026-06-30" == answer.json()["as_of"]
