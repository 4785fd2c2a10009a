"""The FHIR client over a real connection: servers that answer drop by drop, too much, or hang up."""

import asyncio
import gzip
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
import pytest

from apothecary.service.fhir import Access, FhirClient
from apothecary.service.settings import Limits, Settings

Answering = Callable[[asyncio.StreamWriter], Awaitable[None]]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json\r\n"


async def drop_by_drop(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 1000\r\n\r\n")
    for _ in range(100):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def cut_off(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b'Content-Length: 1000\r\n\r\n{"resourceType"')


async def no_http(writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-server\r\n")


async def endless(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(1000):
        writer.write(b"1000\r\n" + b" " * 4096 + b"\r\n")
        await writer.drain()


async def announced(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Length: 99999999\r\n\r\n")


async def unpacked(writer: asyncio.StreamWriter) -> None:
    body = gzip.compress(b" " * 3_000_000)
    writer.write(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


async def unpackable(writer: asyncio.StreamWriter) -> None:
    writer.write(OK + b"Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope")


async def packed(writer: asyncio.StreamWriter) -> None:
    body = gzip.compress(b'{"resourceType":"Patient","id":"p1"}')
    writer.write(OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def fetched(answering: Answering) -> dict[str, Any]:
    """What becomes of one query to a server that answers so."""

    async def run() -> msgspec.Raw:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                await answering(writer)
                await writer.drain()
            except OSError:
                pass  # the client has hung up
            finally:
                writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        client = FhirClient(Settings(limits=Limits(fhir_seconds=0.4, fhir_bytes=1_000_000)))
        try:
            found = await client.fetch(Access(f"http://127.0.0.1:{port}/fhir", "token"), {"patient": "Patient/p1"})
        finally:
            await client.close()
            server.close()
        return found["patient"]

    found: dict[str, Any] = json.loads(bytes(asyncio.run(run())))
    return found


@pytest.mark.parametrize(
    ("answering", "said"),
    [
        (drop_by_drop, "was not there within the 0.4 seconds"),
        (silent, "was not there within the 0.4 seconds"),
        (cut_off, "cannot be reached"),
        (no_http, "cannot be reached"),
        (endless, "larger than the 1000000 bytes"),
        (announced, "larger than the 1000000 bytes"),
        (unpacked, "larger than the 1000000 bytes"),
        (unpackable, "cannot be reached"),
    ],
)
def test_a_server_that_misbehaves_is_a_reason_in_time(answering: Answering, said: str) -> None:
    start = time.monotonic()
    found = fetched(answering)
    assert time.monotonic() - start < 1.5
    assert "OperationOutcome" == found["resourceType"]
    assert said in found["issue"][0]["diagnostics"]


def test_a_packed_answer_is_read() -> None:
    assert {"resourceType": "Patient", "id": "p1"} == fetched(packed)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert {"resourceType": "Patient", "id": "p1"} == fetched(packed)
