"""The pages of one search put together, without claiming more than was received."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

from apothecary.service.errors import Refusal, outcome
from apothecary.service.fhir.address import below
from apothecary.service.settings import Settings


class _Kind(msgspec.Struct):
    resourceType: str


class _Link(msgspec.Struct):
    relation: str
    url: str


class _Bundle(msgspec.Struct):
    resourceType: str
    type: str | None = None
    total: Any = None
    link: list[_Link] | None = None
    entry: list[msgspec.Raw] | None = None


class _Merged(msgspec.Struct, omit_defaults=True):
    resourceType: str
    type: str
    link: list[_Link]
    entry: list[msgspec.Raw]
    total: int | None = None


_kind = msgspec.json.Decoder(_Kind)
_bundle = msgspec.json.Decoder(_Bundle)


def report(refusal: Refusal) -> bytes:
    """A failure as the OperationOutcome that stands in the place of the data."""
    return outcome(Refusal(refusal.status, refusal.code, refusal.message.rstrip(".")))


def not_had(status: int, code: str, kind: str, why: str, how: str = "") -> Refusal:
    """Why resources of a type could not be had."""
    return Refusal(status, code, f"{kind} could not be fetched {how}from the FHIR server: {why}")


def check_read(kind: str, body: bytes) -> msgspec.Raw:
    """One resource of the type that was asked for, or the server's own error report."""
    if _kind_of(kind, body) not in (kind, "OperationOutcome"):
        raise not_had(502, "fhir-other-type", kind, "the server answered with a resource of another type")
    return msgspec.Raw(body)


def _kind_of(kind: str, body: bytes) -> str:
    try:
        return _kind.decode(body).resourceType
    except (msgspec.MsgspecError, RecursionError):
        raise not_had(502, "fhir-not-json", kind, "the answer is not a FHIR resource") from None


class Search:
    """The pages of a search received so far: `follow` is the next to ask for, `whole` the result in the end."""

    def __init__(self, kind: str, url: str, base: str, settings: Settings, body: bytes) -> None:
        self._kind, self._url, self._base, self._settings = kind, url, base, settings
        self._first = body
        self._asked = {url}
        self._pages = 1
        self._problems: list[msgspec.Raw] = []
        if _kind_of(kind, body) == "OperationOutcome":  # it has said itself what is wrong
            self._page = _Bundle("OperationOutcome")
            return
        self._page = self._read(body)
        self._total = self._page.total
        self._self = _link(self._page, "self")
        self._entries = list(self._page.entry or ())
        if self._self is not None and _other_patient(url, self._self):
            raise not_had(502, "fhir-other-patient", kind, "the server answered a search for another patient")

    def _read(self, body: bytes) -> _Bundle:
        try:
            page = _bundle.decode(body)
        except (msgspec.MsgspecError, RecursionError):
            raise not_had(502, "fhir-not-json", self._kind, "the answer is not a readable FHIR Bundle") from None
        if page.resourceType != "Bundle" or page.type not in (None, "searchset"):
            raise not_had(502, "fhir-other-type", self._kind, "the server answered with no search result")
        return page

    def add(self, body: bytes) -> None:
        """The page that was followed to."""
        page = self._read(body)
        self._entries.extend(page.entry or ())
        self._page = page
        self._pages += 1

    def problem(self, refusal: Refusal) -> None:
        """Something that keeps the result from being complete."""
        self._problems.append(msgspec.Raw(report(refusal)))

    def follow(self) -> str | None:
        """The address of the next page; None when there is none or it must not or cannot be asked for."""
        link = _link(self._page, "next")
        if link is None or self._problems:
            return None
        address = below(self._base, link, self._settings)
        if address is None:
            why = "the link to its next page leads outside the server and was not followed"
        elif address in self._asked:
            why = "the link to its next page leads to a page that was already read"
        elif self._pages >= self._settings.limits.fhir_pages:
            why = f"it has more than the {self._pages} pages accepted"
        else:
            self._asked.add(address)
            return address
        self.problem(not_had(502, "fhir-incomplete", self._kind, why, "completely "))
        return None

    def whole(self) -> msgspec.Raw:
        """One searchset; where it is not complete it says so by a `next` link and by an OperationOutcome."""
        if self._page.resourceType != "Bundle" or (self._pages == 1 and self._self and not self._problems):
            return msgspec.Raw(self._first)
        links = [_Link("self", self._self or self._url)]
        last = _link(self._page, "next")
        if last is not None:
            links.append(_Link("next", last))
        said = [msgspec.Raw(b'{"search":{"mode":"outcome"},"resource":%s}' % bytes(found)) for found in self._problems]
        total = self._total if isinstance(self._total, int) else None
        return msgspec.Raw(msgspec.json.encode(_Merged("Bundle", "searchset", links, [*self._entries, *said], total)))


def _link(page: _Bundle, relation: str) -> str | None:
    return next((link.url for link in page.link or () if link.relation == relation), None)


def _other_patient(asked: str, answered: str) -> bool:
    """Whether a server says by its self link that it searched for another patient than it was asked for."""
    ours, theirs = _patients(asked), _patients(answered)
    return bool(ours and theirs and ours != theirs)


def _patients(url: str) -> set[str]:
    try:
        query = parse_qsl(urlsplit(url).query)
    except ValueError:
        return set()
    return {
        value.rsplit("/", 1)[-1] for name, value in query if name.split(":")[0].split(".")[0] in ("patient", "subject")
    }
