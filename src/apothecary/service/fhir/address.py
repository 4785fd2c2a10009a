"""Which addresses may be asked: a FHIR server's base, an authorization server's endpoint, a page below a base."""

import re
from ipaddress import ip_address
from typing import Final
from urllib.parse import urljoin, urlsplit

from apothecary.service.errors import Refusal
from apothecary.service.settings import Client, Settings

_PLAIN: Final = re.compile(r"[!-~]{1,9000}")  # visible ASCII
_ODD: Final = re.compile(r"[\\<>\"{}|^`#]")
_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?")
_DOTS: Final = re.compile(r"(^|/|%2f)(\.|%2e){1,2}($|/|%2f)", re.IGNORECASE)
_DEFAULT: Final = {"http": 80, "https": 443}


def check_server(url: str, settings: Settings, client: Client | None) -> str:
    """The base address of a FHIR server that may be asked, in one spelling and without a final slash.

    Refusal(400) for an address that is not one, Refusal(403) for one that the settings or the client's do not list.
    """
    address = read_address(url, settings, "fhirServer")
    _check_listed(address, settings.fhir_servers, settings, "the settings of this service")
    if client is not None:
        _check_listed(address, client.fhir_servers, settings, "what is set for this client")
    return address


def read_address(url: str, settings: Settings, what: str, *, query: bool = False) -> str:
    """An https address in one spelling, or an http one on this machine or where the settings allow it.

    Refusal(400) names `what` it stood in and why it is not accepted; a query is only accepted with `query`.
    """
    if not _PLAIN.fullmatch(url) or _ODD.search(url.split("?")[0]) or "#" in url:
        raise _bad(what, "holds a space, a fragment or another character that has no place in an address")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad(what, "is not an address that can be read") from None
    scheme, host = parts.scheme.lower(), parts.hostname or ""
    if scheme not in _DEFAULT:
        raise _bad(what, "does not begin with https://")
    if "@" in parts.netloc:
        raise _bad(what, "holds a user name; leave it out")
    local = _is_loopback(host)
    if local is None:
        raise _bad(what, "names no host")
    if scheme == "http" and not (local or settings.allow_http):
        raise _bad(what, "uses plain http, which is only accepted on this machine; use https")
    if "?" in url and not query:
        raise _bad(what, "holds a query; give the base address alone")
    if _DOTS.search(parts.path) or "//" in parts.path:
        raise _bad(what, "holds an empty part, . or .. in its path")
    named = f"[{host}]" if ":" in host else host
    place = named if port is None or port == _DEFAULT[scheme] else f"{named}:{port}"
    asked = f"?{parts.query}" if parts.query else ""
    path = parts.path if query else parts.path.rstrip("/")
    return f"{scheme}://{place}{path}{asked}"


def below(base: str, link: str, settings: Settings) -> str | None:
    """The address of a `next` link when it lies below `base`, a relative one resolved against it; else None."""
    try:
        address = read_address(urljoin(f"{base}/", link), settings, "link", query=True)
    except (Refusal, ValueError):
        return None
    return address if link and address.startswith((f"{base}/", f"{base}?")) else None


def same_address(one: str, other: str, settings: Settings) -> bool:
    """Whether two spellings name one server."""
    try:
        return read_address(one, settings, "iss") == read_address(other, settings, "iss")
    except Refusal:
        return False


def _check_listed(address: str, listed: tuple[str, ...], settings: Settings, where: str) -> None:
    if listed and not any(same_address(address, one, settings) for one in listed):
        message = f"The FHIR server of the request is not one that {where} list. Ask whoever runs it to add the server."
        raise Refusal(403, "fhir-server-not-allowed", message)


def _is_loopback(host: str) -> bool | None:
    """Whether a host is this machine; None for what is no host."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" if _HOST.fullmatch(host) else None


def _bad(what: str, why: str) -> Refusal:
    return Refusal(400, "bad-address", f"The address in {what} {why}.")
