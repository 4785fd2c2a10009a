"""A load generator: connections that send requests one after the other, or at a fixed rate, and time every answer."""

import asyncio
import time
from dataclasses import dataclass, field

import uvloop


@dataclass
class Run:
    """What one run saw; seconds for each answer, counted from when the request was due."""

    took: list[float] = field(default_factory=list)
    errors: int = 0
    bodies: list[bytes] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.took) / self.seconds

    def quantile(self, share: float) -> float:
        """Milliseconds within which that share of the answers came."""
        ordered = sorted(self.took)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


class _Connection(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection; reads an answer by its Content-Length."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[tuple[int, bytes]] | None = None
        self._got = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.WriteTransport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._got[:end])
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0])
        if len(self._got) >= end + 4 + length and self.answer is not None and not self.answer.done():
            body = bytes(self._got[end + 4 : end + 4 + length])
            del self._got[: end + 4 + length]
            self.answer.set_result((int(head[9:12]), body))

    def connection_lost(self, error: Exception | None) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_exception(ConnectionError("the connection was closed"))

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        self.answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self.answer


def http(path: str, port: int, body: bytes) -> bytes:
    """A POST request as bytes."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run(
    port: int, requests: list[bytes], clients: int, seconds: float, rate: float | None = None, keep: bool = False
) -> Run:
    """Loads the service for some seconds: each client sends again at once, or all together at `rate` a second."""
    return uvloop.run(_run(port, requests, clients, seconds, rate, keep))


async def _run(port: int, requests: list[bytes], clients: int, seconds: float, rate: float | None, keep: bool) -> Run:
    loop = asyncio.get_running_loop()
    found = Run()
    sent = iter(range(10**9))
    begun = time.perf_counter()

    def due() -> tuple[float, bytes]:
        number = next(sent)
        when = time.perf_counter() if rate is None else begun + number / rate
        return when, requests[number % len(requests)]

    async def client() -> None:
        _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
        while True:
            when, request = due()
            if when - begun > seconds:
                break
            wait = when - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            try:
                status, body = await connection.ask(request)
            except ConnectionError:
                found.errors += 1
                break
            found.took.append(time.perf_counter() - when)
            found.errors += status != 200
            if keep:
                found.bodies.append(body)
        connection.transport.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    found.seconds = time.perf_counter() - begun
    return found
