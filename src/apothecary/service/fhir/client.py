"""A patient's data from the client's FHIR server within one time budget; what cannot be had is said, never left out."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec

from apothecary.record.fhir_decode import kind_of
from apothecary.service.errors import Refusal
from apothecary.service.fhir.address import read_address
from apothecary.service.fhir.pages import Search, check_read, not_had, report
from apothecary.service.fhir.scopes import covered
from apothecary.service.fhir.web import UNREACHED, Room, TooBig, ask, forget_cookies, new_http
from apothecary.service.settings import Settings

_QUERY: Final = re.compile(r"(?P<kind>[A-Z][A-Za-z]{1,63})(?:/(?P<id>[A-Za-z0-9\-.]{1,64})|\?(?P<asked>[!-~]{1,8000}))")
_TOKEN: Final = re.compile(r"[!-~]{1,20000}")
_JSON: Final = ("application/fhir+json", "application/json", "application/json+fhir")


class Access(msgspec.Struct, frozen=True):
    """A FHIR server's checked base address, the token for it, and the scope granted where it is known."""

    server: str
    token: str | None = None
    scope: str = ""

    def __repr__(self) -> str:
        """Without the token, so that no log or error can hold it."""
        return f"Access(server={self.server!r}, token={'None' if self.token is None else '...'})"

    def __rich_repr__(self) -> "list[tuple[str, str]]":
        """The same for printing in colors."""
        return [("server", self.server)]


def failed(value: msgspec.Raw) -> bool:
    """Whether a fetched value is a report of why there are no data."""
    return kind_of(value) == "OperationOutcome"


class FhirClient:
    """Fetches from FHIR servers; one for the whole service. `http` is closed with it."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient | None = None) -> None:
        self.settings = settings
        self._http = http

    @property
    def http(self) -> httpx.AsyncClient:
        """The connections, opened when first needed; they keep no cookies."""
        if self._http is None:
            self._http = new_http(self.settings.limits.fhir_seconds)
        forget_cookies(self._http)
        return self._http

    async def fetch(self, access: Access, queries: Mapping[str, str]) -> dict[str, msgspec.Raw]:
        """The answer to each query (`Condition?patient=1`, `Patient/1`) as JSON, all asked at the same time.

        What cannot be had, for whatever reason, is an OperationOutcome that says why; nothing is raised. A search of
        several pages comes as one bundle, with its `next` link where pages are missing.
        """
        limits = self.settings.limits
        try:
            base = read_address(access.server, self.settings, "fhirServer")
            if access.token is not None and not _TOKEN.fullmatch(access.token):
                raise Refusal(400, "bad-token", "The access token is not one that can be sent")
        except Refusal as refusal:
            return {key: msgspec.Raw(report(refusal)) for key in queries}
        until = asyncio.get_running_loop().time() + limits.fhir_seconds
        one = _Fetch(self.http, self.settings, access, base, until, Room(limits.fhir_bytes))
        async with asyncio.TaskGroup() as group:
            tasks = {key: group.create_task(one.value(query)) for key, query in queries.items()}
        return {key: task.result() for key, task in tasks.items()}

    async def close(self) -> None:
        """Closes the connections."""
        if self._http is not None:
            await self._http.aclose()


@dataclass(frozen=True)
class _Fetch:
    """What the queries of one fetch share: the server, the moment by which all must be there, the room left."""

    http: httpx.AsyncClient
    settings: Settings
    access: Access
    base: str
    until: float
    room: Room

    async def value(self, query: str) -> msgspec.Raw:
        """The answer to one query, or an OperationOutcome."""
        asked = _QUERY.fullmatch(query)
        if asked is None or (asked["id"] or "x").strip(".") == "":
            refused = Refusal(400, "bad-query", "What is no FHIR search was not sent to the FHIR server")
            return msgspec.Raw(report(refused))
        kind = asked["kind"]
        try:
            may = covered(self.access.scope, kind, search=asked["id"] is None)
            if may == "no":
                raise not_had(403, "fhir-scope", kind, "the access granted does not include it")
            url = f"{self.base}/{query}"
            body = await self.page(kind, url)
            if asked["id"] is not None:
                return check_read(kind, body)
            found = Search(kind, url, self.base, self.settings, body)
        except Refusal as refusal:
            return msgspec.Raw(report(refusal))
        if may == "partly":
            found.problem(not_had(403, "fhir-scope", kind, "the access granted covers only a part", "completely "))
        while (link := found.follow()) is not None:
            try:
                found.add(await self.page(kind, link))
            except Refusal as refusal:
                found.problem(refusal)
        return found.whole()

    async def page(self, kind: str, url: str) -> bytes:
        """The body of one good answer; Refusal says what came instead."""
        headers = {"Accept": "application/fhir+json"}
        if self.access.token is not None:
            headers["Authorization"] = f"Bearer {self.access.token}"
        try:
            async with asyncio.timeout_at(self.until):
                answer = await ask(self.http, "GET", url, self.room, headers)
        except (TimeoutError, httpx.TimeoutException):
            why = f"it was not there within the {self.settings.limits.fhir_seconds:g} seconds that a fetch may take"
            raise not_had(504, "fhir-timeout", kind, why) from None
        except TooBig:
            size = f"{self.settings.limits.fhir_bytes} bytes"
            raise not_had(502, "fhir-too-big", kind, f"the answers are larger than the {size} accepted") from None
        except UNREACHED:
            raise not_had(502, "fhir-unreachable", kind, "the server cannot be reached") from None
        if 300 <= answer.status < 400:
            raise not_had(502, "fhir-redirect", kind, f"the server points elsewhere (HTTP {answer.status})")
        if answer.status != 200:
            raise self._failed(kind, answer.status, answer.body)
        if answer.kind not in _JSON:
            raise not_had(502, "fhir-not-json", kind, "the server answered with something other than FHIR JSON")
        body = answer.body.removeprefix(b"\xef\xbb\xbf")
        try:
            body.isascii() or body.decode()
        except UnicodeDecodeError:
            raise not_had(502, "fhir-not-json", kind, "the answer is not UTF-8 text") from None
        return body

    def _failed(self, kind: str, status: int, body: bytes) -> Refusal:
        """An answer with an error status, and what the server says of it."""
        why = "the token does not give access" if status in (401, 403) else "the server answered with an error"
        said = said_by(body)
        if self.access.token:
            said = said.replace(self.access.token, "...")
        return not_had(502, f"fhir-http-{status}", kind, f"{why} (HTTP {status})" + (f": {said}" if said else ""))


class _Issue(msgspec.Struct):
    diagnostics: str = ""


class _Said(msgspec.Struct):
    resourceType: str
    issue: list[_Issue] = []


_said = msgspec.json.Decoder(_Said)


def said_by(body: bytes) -> str:
    """The diagnostics of an OperationOutcome in one short line; empty when there are none."""
    try:
        found = _said.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    if found.resourceType != "OperationOutcome":
        return ""
    text = "; ".join(issue.diagnostics for issue in found.issue if issue.diagnostics)
    return " ".join("".join(c if c.isprintable() else " " for c in text[:300]).split()).rstrip(".")
