"""What a launch must remember until it is answered, sealed into a cookie of the browser; the service keeps nothing."""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable
from typing import Final

import msgspec
from cryptography.fernet import Fernet, InvalidToken
from starlette.requests import Request
from starlette.responses import Response

SECONDS: Final = 600  # how long a user may take to log in and choose a patient
KEY: Final = "APOTHECARY_SESSION_KEY"  # the environment variable by which worker processes share one key


class Launch(msgspec.Struct, frozen=True):
    """A launch under way: what the answer must match, and what the code is exchanged with."""

    state: str
    verifier: str
    iss: str
    token_endpoint: str
    issuers: tuple[str, ...]
    redirect_uri: str
    drug: str
    names_issuer: bool = False

    def __repr__(self) -> str:
        """Without its secrets."""
        return f"Launch(iss={self.iss!r})"


_launch = msgspec.json.Decoder(Launch)


class Vault:
    """Seals launches so that only this service can read and alter them; its workers share `secret`."""

    def __init__(self, secret: str | None, now: Callable[[], float] = time.time) -> None:
        key = hashlib.sha256(f"smart launch|{secret or secrets.token_urlsafe(32)}".encode()).digest()
        self._box = Fernet(base64.urlsafe_b64encode(key))
        self._now = now

    def seal(self, launch: Launch) -> str:
        """The launch as text for a cookie."""
        return self._box.encrypt_at_time(msgspec.json.encode(launch), int(self._now())).decode()

    def open(self, sealed: str) -> Launch | None:
        """The launch; None when it is too old or not from this service."""
        try:
            return _launch.decode(self._box.decrypt_at_time(sealed.encode(), SECONDS, int(self._now())))
        except (InvalidToken, msgspec.MsgspecError, UnicodeError):
            return None

    def found(self, request: Request, state: str) -> Launch | None:
        """The launch that an answer with this `state` belongs to, in this browser."""
        sealed = request.cookies.get(_name(state))
        launch = self.open(sealed) if sealed else None
        if launch is None or not secrets.compare_digest(launch.state.encode(), state.encode()):
            return None
        return launch


def put(response: Response, launch: Launch, sealed: str, request: Request) -> None:
    """Sets the cookie. In a frame of another site only a cookie that is kept apart for that site comes back."""
    framed = request.headers.get("sec-fetch-dest") in ("iframe", "frame")
    apart = framed and request.headers.get("sec-fetch-site") == "cross-site"
    _write(response, launch.state, sealed, launch.redirect_uri, SECONDS, apart)


def clear(response: Response, launch: Launch) -> None:
    """Removes the cookie: a launch is answered once."""
    for apart in (False, True):
        _write(response, launch.state, "", launch.redirect_uri, 0, apart)


def _write(response: Response, state: str, value: str, redirect_uri: str, seconds: int, apart: bool) -> None:
    secure = redirect_uri.startswith("https:")
    path = "/" + redirect_uri.split("/", 3)[3]
    parts = [f"{_name(state)}={value}", f"Path={path}", f"Max-Age={seconds}", "HttpOnly"]
    if apart and not secure:
        if not value:
            return
        apart = False
    parts.append("SameSite=None; Partitioned" if apart else "SameSite=Lax")
    if secure:
        parts.append("Secure")
    response.headers.append("Set-Cookie", "; ".join(parts))


def _name(state: str) -> str:
    """One cookie a launch, so that two tabs do not disturb each other."""
    return "apothecary-launch-" + hashlib.sha256(state.encode(errors="replace")).hexdigest()[:16]
