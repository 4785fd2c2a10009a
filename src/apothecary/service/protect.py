"""What stands around every request: limits, headers, one line of log, and an error in one shape for every failure."""

import asyncio
import re
import time
from typing import Any, Final
from uuid import uuid4

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from apothecary.service import logs
from apothecary.service.body import Bodies, Gone, given
from apothecary.service.errors import Refusal, outcome
from apothecary.service.headers import Headers, first
from apothecary.service.rate import Rate
from apothecary.service.state import INSIDE, State

_ID: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_API: Final = ("/cds-services", "/healthz", "/readyz", "/metrics", "/selftest", "/openapi.json")
_ALWAYS: Final = ("/healthz", "/readyz", "/metrics")  # asked by machines that would stop a service that is only busy
_WANTED: Final = (b"x-request-id", b"origin", b"sec-fetch-site", b"access-control-request-method", b"content-type")
_LONGEST_PATH: Final = 4096
_MOST_HEADERS: Final = 100
_NOTED: Final = ("hook", "drug", "service", "iss")  # what routes write into `request.state` for the log
_TITLES: Final = {
    400: "This request cannot be read", 401: "Who asks is not known", 403: "Not allowed", 404: "There is no such page",
    405: "Not possible here", 408: "Too slow", 413: "Too large", 415: "This kind of file cannot be read",
    422: "This cannot be reviewed", 429: "Too many requests", 503: "Not available at the moment", 504: "Too slow",
}  # fmt: skip


def protected(app: ASGIApp, state: State) -> ASGIApp:
    """The application behind its limits; nothing leaves it but an answer, an error in one shape, or nothing at all."""
    return _Protected(app, state)


class _Call:
    """One request on its way."""

    __slots__ = ("headers", "id", "sent", "size", "started", "status")

    def __init__(self, scope: Scope) -> None:
        self.started = time.perf_counter()
        self.headers = first(scope["headers"], _WANTED)
        asked = self.headers.get(b"x-request-id", b"")
        self.id = asked.decode() if _ID.fullmatch(asked) else str(uuid4())
        self.status = 0
        self.size = 0
        self.sent = False


class _Protected:
    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state
        self._limits = state.settings.limits
        self._headers = Headers(state.settings)
        self._rate = Rate(self._limits.requests_per_minute, time.monotonic)
        self._bodies = Bodies(self._limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing here speaks another protocol; the server then refuses the connection
        call = _Call(scope)
        scope.setdefault("state", {})["request_id"] = call.id
        static = scope["path"].startswith("/static/")
        origin = call.headers.get(b"origin")
        add = self._headers.add

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                call.sent = True
                call.status = message["status"]
                add(message, call.id.encode(), origin, static)
            else:
                call.size += len(message.get("body", b""))
            await send(message)

        try:
            await self._answer(scope, receive, sending, call)
        except Refusal as refusal:
            await self._refuse(refusal, scope, receive, sending, call)
        except Gone:
            call.status = 499
        except Exception as error:
            logs.failed(error, call.id, _route(scope))
            message = (
                f"Something went wrong inside the service, so nothing was answered. Report the request id {call.id}."
            )
            await self._refuse(Refusal(500, "internal", message), scope, receive, sending, call)
        finally:
            self._finish(scope, call)

    async def _answer(self, scope: Scope, receive: Receive, send: Send, call: _Call) -> None:
        if scope.get(INSIDE) is not None:
            await self._app(scope, receive, send)
            return
        caller = scope.get("client")
        wait = self._rate.wait(caller[0] if caller else "")
        if wait:
            headers = {"Retry-After": str(int(wait) + 1)}
            raise Refusal(429, "too-many-requests", f"Too many requests. Wait {int(wait) + 1} seconds.", headers)
        self._check_shape(scope)
        if scope["method"] == "OPTIONS" and b"access-control-request-method" in call.headers:
            await self._preflight(send, call)
            return
        self._check_origin(scope, call)
        body = await self._bodies.read(scope, receive)
        if not body.isascii() and b"json" in call.headers.get(b"content-type", b"").lower():
            _check_text(body)
        if scope["path"] in _ALWAYS:
            await self._in_time(scope, given(body, receive), send)
            return
        if self._state.health.underway >= self._limits.at_once:
            message = "Too many requests are being answered at the moment. Try again in a second."
            raise Refusal(503, "busy", message, {"Retry-After": "1"})
        self._state.health.underway += 1
        try:
            await self._in_time(scope, given(body, receive), send)
        finally:
            self._state.health.underway -= 1

    async def _in_time(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = asyncio.timeout(self._limits.answer_seconds)
        try:
            async with limit:
                await self._app(scope, receive, send)
        except TimeoutError:
            if not limit.expired():
                raise
            message = f"There was no answer within {self._limits.answer_seconds:g} seconds, so nothing was answered."
            raise Refusal(504, "too-slow", message) from None

    def _check_shape(self, scope: Scope) -> None:
        raw = scope.get("raw_path") or b""
        if len(raw) + len(scope.get("query_string", b"")) > _LONGEST_PATH:
            raise Refusal(414, "address-too-long", "The address is too long. Send data in the body.")
        if len(scope["headers"]) > _MOST_HEADERS:
            raise Refusal(431, "too-many-headers", f"There are more than {_MOST_HEADERS} headers.")
        path = scope["path"]
        if "\0" in path or "\\" in path or not path.isprintable() or any(p in ("..", ".") for p in path.split("/")):
            raise Refusal(400, "bad-address", "The address holds signs that no address of this service has.")

    def _check_origin(self, scope: Scope, call: _Call) -> None:
        """A page of another site may not make a browser send data here, unless its origin is listed."""
        if scope["method"] != "POST" or call.headers.get(b"sec-fetch-site") not in (b"cross-site", b"same-site"):
            return
        if not self._headers.listed(call.headers.get(b"origin")):
            message = "Pages of that origin may not call this service. List it in cors_origins if it should."
            raise Refusal(403, "origin-not-listed", message)

    async def _preflight(self, send: Send, call: _Call) -> None:
        if not self._headers.listed(call.headers.get(b"origin")):
            message = "Pages of that origin may not call this service. List it in cors_origins if it should."
            raise Refusal(403, "origin-not-listed", message)
        await send({"type": "http.response.start", "status": 204, "headers": self._headers.preflight()})
        await send({"type": "http.response.body", "body": b""})

    async def _refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send, call: _Call) -> None:
        if call.sent:  # half an answer must not look like a whole one: the server then breaks the connection
            call.status = refusal.status
            raise ConnectionError("the answer broke off")
        response = self._page(refusal, scope) if _for_people(scope) else None
        if response is None:
            headers = {"Content-Type": "application/fhir+json", **refusal.headers}
            response = Response(outcome(refusal), refusal.status, headers)
        await response(scope, receive, send)

    def _page(self, refusal: Refusal, scope: Scope) -> Response | None:
        """The error as a page for people; None where that cannot be made, so that the reason still arrives."""
        if not self._state.settings.page:
            return None
        try:
            from apothecary.service.page.frame import page

            request = Request(scope)
            title = _TITLES.get(refusal.status, "Something went wrong")
            made = page(
                request, self._state, "error.html", status=refusal.status, title=title, message=refusal.message,
                advice="",
            )  # fmt: skip
            made.headers.update(refusal.headers)
        except Exception as error:
            logs.failed(error, scope["state"]["request_id"], "error page")
            return None
        return made

    def _finish(self, scope: Scope, call: _Call) -> None:
        if scope.get(INSIDE) is not None:
            return
        seconds = time.perf_counter() - call.started
        route = _route(scope)
        self._state.metrics.request(route, scope["method"], call.status, seconds)
        state = scope["state"]
        noted = {name: state[name] for name in _NOTED if state.get(name)}
        logs.answered(
            {
                "request": call.id,
                "method": scope["method"] if scope["method"].isalpha() else "other",
                "route": route,
                "status": call.status,
                "ms": round(seconds * 1000, 2),
                "bytes": call.size,
                **noted,
            }
        )


def _check_text(body: bytes) -> None:
    """JSON is UTF-8 throughout: a decoder that skips a part would not look into it."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        message = f"The body is not UTF-8 text: {error.reason} at byte {error.start}."
        raise Refusal(400, "not-utf-8", message) from None


def _route(scope: Scope) -> str:
    """The template of the route that answered, never the path as asked."""
    path = getattr(scope.get("route"), "path", None)
    if isinstance(path, str):
        return path
    return "/static" if scope["path"].startswith("/static/") else "none"


def _for_people(scope: Scope) -> bool:
    if scope["path"].startswith(_API):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def install_errors(app: FastAPI) -> None:
    """Turns every error of the framework into a Refusal, which `protected` gives its one shape."""

    async def of_http(request: Request, error: Any) -> Response:
        raise _refusal(error)

    async def of_validation(request: Request, error: Any) -> Response:
        where = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise Refusal(422, "not-understood", f"The request is not understood: {where}.")

    app.add_exception_handler(HTTPException, of_http)
    app.add_exception_handler(RequestValidationError, of_validation)


def _refusal(error: HTTPException) -> Refusal:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return Refusal(404, "not-found", "There is nothing at this address. See / and /cds-services.", headers)
    if error.status_code == 405:
        allowed = headers.get("Allow", "")
        say = f" Allowed: {allowed}." if allowed else ""
        return Refusal(405, "method-not-allowed", f"This address does not answer that method.{say}", headers)
    if error.status_code >= 500:
        return Refusal(error.status_code, "internal", "Something went wrong, so nothing was answered.", headers)
    return Refusal(error.status_code, "not-understood", "The request is not understood.", headers)
