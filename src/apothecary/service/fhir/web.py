"""One bounded request to another server: no redirect, no cookie, no more bytes than there is room for."""

import logging
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import httpx

# These loggers write whole addresses, in which patients' ids stand, and headers, in which tokens stand.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)

UNREACHED: Final = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, UnicodeError)


class TooBig(Exception):
    """The answer is larger than there is room for."""


@dataclass
class Room:
    """How many bytes may still be received."""

    left: int


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status, content type without parameters, body."""

    status: int
    kind: str
    body: bytes


def new_http(seconds: float) -> httpx.AsyncClient:
    """A client that trusts the usual certificates (or those of SSL_CERT_FILE) and goes through no proxy."""
    return httpx.AsyncClient(
        verify=httpx.create_ssl_context(),
        timeout=seconds,
        trust_env=False,
        headers={"User-Agent": "apothecary"},
    )


def forget_cookies(http: httpx.AsyncClient) -> None:
    """Keeps a server's cookies from going along with the next request, which is another user's."""
    http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=()))


async def ask(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    room: Room,
    headers: dict[str, str],
    form: dict[str, str] | None = None,
) -> Answer:
    """Sends one request and receives the answer; raises TooBig or one of UNREACHED."""
    async with http.stream(method, url, headers=headers, data=form, follow_redirects=False) as response:
        kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
        stated = response.headers.get("content-length", "")
        if stated.isdecimal() and int(stated) > room.left:
            raise TooBig
        parts: list[bytes] = []
        async for part in response.aiter_bytes():
            room.left -= len(part)
            if room.left < 0:
                raise TooBig
            parts.append(part)
        return Answer(response.status_code, kind, parts[0] if len(parts) == 1 else b"".join(parts))
