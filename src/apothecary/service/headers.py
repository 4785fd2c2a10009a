"""The headers of every answer: what a browser may do with it, and which origins may read it."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from starlette.types import Message

from apothecary.service.settings import Settings

Raw = tuple[bytes, bytes]
_PREFLIGHT_SECONDS: Final = b"600"


class Headers:
    """Prepared once from the settings. A route's own header of the same name stands."""

    def __init__(self, settings: Settings) -> None:
        frames = sorted({one for server in settings.smart for one in server.frames or (_origin(server.iss),)})
        policy = (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
            "frame-ancestors "
        ) + (" ".join(frames) or "'none'")
        common = {
            "content-security-policy": policy,
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
        }
        if not frames:
            common["x-frame-options"] = "DENY"
        if settings.base_url is not None and settings.base_url.startswith("https://"):
            common["strict-transport-security"] = "max-age=31536000"
        self._static = _raw(common)
        self._dynamic = [*self._static, (b"cache-control", b"no-store")]
        self._origins = frozenset(origin.encode() for origin in settings.cors_origins)

    def listed(self, origin: bytes | None) -> bool:
        """Whether pages of this origin may call and read."""
        return origin in self._origins

    def add(self, message: Message, request_id: bytes, origin: bytes | None, static: bool) -> None:
        """Adds them to the start of an answer."""
        headers = list(message.get("headers", ()))
        known = {name for name, _ in headers}
        headers += [one for one in (self._static if static else self._dynamic) if one[0] not in known]
        headers.append((b"x-request-id", request_id))
        if self._origins:
            headers.append((b"vary", b"Origin"))
            if origin in self._origins:
                headers.append((b"access-control-allow-origin", origin or b""))
                headers.append((b"access-control-expose-headers", b"X-Request-ID, Retry-After"))
        message["headers"] = headers

    def preflight(self) -> list[Raw]:
        """What a listed origin is told before its request."""
        return [
            (b"access-control-allow-methods", b"GET, POST"),
            (b"access-control-allow-headers", b"Authorization, Content-Type"),
            (b"access-control-max-age", _PREFLIGHT_SECONDS),
        ]


def _raw(headers: dict[str, str]) -> list[Raw]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def first(headers: Iterable[Raw], wanted: tuple[bytes, ...]) -> dict[bytes, bytes]:
    """The first value of each wanted header that is there."""
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name in wanted and name not in found:
            found[name] = value
    return found
