"""The HTTP protocol of the server with one limit more: a caller that does not finish its headers is let go."""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Impatient(HttpToolsProtocol):
    """Closes a connection on which the headers of a request are not complete in `head_seconds`.

    The body has its own limit, and an idle connection the server's. Given to the server as `http`.
    """

    head_seconds: ClassVar[float] = 10.0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """The time runs from the first moment."""
        super().connection_made(transport)
        self._wait()

    def on_message_begin(self) -> None:
        """The next request on the same connection begins."""
        super().on_message_begin()
        self._wait()

    def on_headers_complete(self) -> None:
        """In time."""
        self._stop()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody is waited for any more."""
        self._stop()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._stop()
        self._waiting = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _give_up(self) -> None:
        if not self.transport.is_closing():
            self.transport.close()
