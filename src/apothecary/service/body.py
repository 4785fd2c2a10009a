"""The body of a request, read whole before anything is done with it: not too large, not too slow."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.types import Message, Receive

from apothecary.service.errors import Refusal
from apothecary.service.settings import Limits

_CLOSE: Final = {"Connection": "close"}
_DRAINED: Final = 256 * 1024 * 1024  # of a body that is too large this much is read away, so that the answer arrives
_DRAIN_SECONDS: Final = 5.0
_BUSY: Final = "Too much is being sent to this service at the moment. Try again in a few seconds."
_NOTHING: Final[Message] = {"type": "http.request", "body": b"", "more_body": False}


def media_type(request: Request) -> str:
    """What a request says that its body is, without parameters such as the character set; empty when it does not."""
    return request.headers.get("content-type", "").split(";")[0].strip().casefold()


class Gone(Exception):
    """The caller went away before the body was complete."""


class Bodies:
    """Reads bodies, and knows how much of all of them is held at the moment.

    `together`: bytes held for all requests under way; beyond it new ones are refused.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._together = max(64_000_000, 8 * limits.body_bytes)
        self.held = 0

    async def read(self, scope: Any, receive: Receive) -> bytes:
        """The whole body. Refusal 413 (too large), 408 (too slow), 503 (too many at once); Gone when nobody waits."""
        declared = _declared(scope)
        if declared is not None and declared > self._limits.body_bytes:
            if not any(name == b"expect" for name, _ in scope["headers"]):
                await _drain(receive)
            raise self._too_large()
        message = await self._first(receive) if declared != 0 else await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        if not message.get("more_body", False):
            if len(part) > self._limits.body_bytes:
                raise self._too_large()
            return part
        return await self._rest(part, receive)

    async def _first(self, receive: Receive) -> Message:
        try:
            async with asyncio.timeout(self._limits.read_seconds):
                return await receive()
        except TimeoutError:
            raise self._too_slow() from None

    async def _rest(self, part: bytes, receive: Receive) -> bytes:
        parts, size, more = [part], len(part), True
        self.held += size
        try:
            async with asyncio.timeout(self._limits.read_seconds):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Gone
                    part = message.get("body", b"")
                    parts.append(part)
                    size += len(part)
                    self.held += len(part)
                    more = message.get("more_body", False)
                    if size > self._limits.body_bytes:
                        parts.clear()
                        if more:
                            await _drain(receive)
                        raise self._too_large()
                    if self.held > self._together:
                        raise Refusal(503, "busy", _BUSY, {"Retry-After": "5", **_CLOSE})
            return b"".join(parts)
        except TimeoutError:
            raise self._too_slow() from None
        finally:
            self.held -= size

    def _too_large(self) -> Refusal:
        most = self._limits.body_bytes
        message = f"The body is larger than {most} bytes. Send only what is needed, or raise limits.body_bytes."
        return Refusal(413, "too-large", message, dict(_CLOSE))

    def _too_slow(self) -> Refusal:
        message = f"The body was not complete after {self._limits.read_seconds:g} seconds, so nothing was answered."
        return Refusal(408, "too-slow", message, dict(_CLOSE))


def given(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """A `receive` that delivers the body that was read, and then what the server still has to say."""
    waiting = True

    async def replay() -> Message:
        nonlocal waiting
        if waiting:
            waiting = False
            return {"type": "http.request", "body": body, "more_body": False} if body else _NOTHING
        return await receive()

    return replay


def _declared(scope: Any) -> int | None:
    """The length that the caller announced; 0 when there is no body, None when it is not known before."""
    chunked = False
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
        if name == b"transfer-encoding":
            chunked = True
    return None if chunked else 0


async def _drain(receive: Receive) -> None:
    """Reads the rest away and keeps none of it: a caller that is still sending would not see the answer."""
    size = 0
    try:
        async with asyncio.timeout(_DRAIN_SECONDS):
            while size < _DRAINED:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Gone
                size += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
