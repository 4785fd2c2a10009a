"""Slow and rude callers at a real socket: each gets an answer or is let go, and the next one is served."""

import http.client
import json
import resource
import socket
import time

import pytest
from guarded import serving, small, spoken

from apothecary.service.patience import Impatient

HEAD = b"POST /size HTTP/1.1\r\nHost: localhost\r\n"


def status_of(heard: bytes) -> int:
    return int(heard.split(b" ", 2)[1]) if heard else 0


def test_a_caller_that_never_finishes_gets_408() -> None:
    with serving(small(read_seconds=0.3)[0]) as port:
        began = time.monotonic()
        heard = spoken(port, HEAD + b"Content-Length: 100\r\n\r\n", b"abc")
        assert 408 == status_of(heard)
        assert b"OperationOutcome" in heard
        assert b"connection: close" in heard.lower()
        assert time.monotonic() - began < 5


def test_a_caller_that_sends_byte_by_byte_gets_408() -> None:
    with serving(small(read_seconds=0.5)[0]) as port:
        heard = spoken(port, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *([b"1\r\nx\r\n"] * 12), pause=0.1)
        assert 408 == status_of(heard)


def test_slow_callers_do_not_take_the_places_of_others() -> None:
    with serving(small(read_seconds=2.0, at_once=2)[0]) as port:
        lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for line in lines:
            line.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
        time.sleep(0.2)
        assert 200 == status_of(spoken(port, HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc"))
        for line in lines:
            line.close()


def test_a_caller_that_goes_away_does_no_harm() -> None:
    with serving(small()[0]) as port:
        with socket.create_connection(("127.0.0.1", port)) as line:
            line.sendall(HEAD + b"Content-Length: 100\r\n\r\nabc")
        assert 200 == status_of(spoken(port, HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc"))


def test_100_megabytes_are_refused_in_bounded_memory() -> None:
    with serving(small(body_bytes=1_000_000)[0]) as port:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for chunked in (False, True):
            call = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            call.putrequest("POST", "/size")
            call.putheader(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", "100000000")))
            call.endheaders()
            part = b"x" * 1_000_000
            for _ in range(100):
                call.send(b"%x\r\n%s\r\n" % (len(part), part) if chunked else part)
            if chunked:
                call.send(b"0\r\n\r\n")
            answer = call.getresponse()
            assert 413 == answer.status
            assert "OperationOutcome" == json.loads(answer.read())["resourceType"]
            call.close()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 40_000, f"{grown} kB more were held"


def test_what_is_no_http_gets_400() -> None:
    with serving(small()[0]) as port:
        assert 400 == status_of(spoken(port, b"\x16\x03\x01\x02\x00 hello\r\n\r\n"))


def test_two_lengths_are_refused() -> None:
    with serving(small()[0]) as port:
        assert 400 == status_of(spoken(port, HEAD + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"))
        both = HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        assert 400 == status_of(spoken(port, both, patience=2.0))


def test_the_server_does_not_name_itself() -> None:
    with serving(small()[0]) as port:
        heard = spoken(port, b"GET /number/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert b"\r\nserver:" not in heard.lower()


@pytest.mark.parametrize("begun", [b"", b"GET /number/1 HT", b"GET /number/1 HTTP/1.1\r\nX-A: b\r\n"])
def test_a_caller_that_never_finishes_its_headers_is_let_go(monkeypatch: pytest.MonkeyPatch, begun: bytes) -> None:
    monkeypatch.setattr(Impatient, "head_seconds", 0.3)
    with serving(small()[0]) as port:
        began = time.monotonic()
        assert b"" == spoken(port, begun)
        assert time.monotonic() - began < 5


def test_headers_in_small_pieces_do_not_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impatient, "head_seconds", 0.3)
    with serving(small()[0]) as port:
        first = b"GET /number/1 HTTP/1.1\r\nHost: a\r\n\r\n"
        heard = spoken(port, first + b"GET /number/2 HTTP/1.1\r\n", *([b"X-A: b\r\n"] * 100), pause=0.05)
        assert b'{"number":1}' in heard
        assert b'{"number":2}' not in heard


def test_a_kept_connection_may_rest_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impatient, "head_seconds", 0.3)
    with serving(small()[0]) as port:
        call = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for number in (1, 2):
            call.request("GET", f"/number/{number}")
            answer = call.getresponse()
            assert {"number": number} == json.loads(answer.read())
            time.sleep(0.6)
        call.close()
