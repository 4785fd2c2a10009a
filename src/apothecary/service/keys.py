"""The public keys by which a client's tokens are checked: read from its JWK Set, asymmetric signing keys only."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import jwt
import msgspec

from apothecary.service.errors import Refusal
from apothecary.service.settings import Client

# JWS algorithm -> key type and curve; what is not here is refused, above all `none` and every symmetric one
ALGORITHMS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "ES256": ("EC", ("P-256",)),
    "ES384": ("EC", ("P-384",)),
    "ES512": ("EC", ("P-521",)),
    "EdDSA": ("OKP", ("Ed25519", "Ed448")),
    **{f"{family}{size}": ("RSA", ()) for family in ("RS", "PS") for size in (256, 384, 512)},
}
SMALLEST_RSA: Final = 2048
REFRESH_SECONDS: Final = 60.0  # an unknown key id makes us look again, at most this often
FRESH_SECONDS: Final = 3600.0  # keys are fetched again after this time
LAST_SECONDS: Final = 86400.0  # keys that cannot be fetched again are trusted no longer than this
LARGEST: Final = 256 * 1024

Fetch = Callable[[str], Awaitable[bytes]]


class KeysError(ValueError):
    """A JWK Set that cannot be used; the message says why, without any key."""


class PublicKey(msgspec.Struct, frozen=True):
    """One key of a set. `alg`: the only algorithm that it may be used with, empty when the set does not say."""

    kid: str
    kind: str
    curve: str
    alg: str
    jwk: dict[str, Any]

    def fits(self, algorithm: str) -> bool:
        """Whether a token signed with this algorithm may be checked with this key."""
        kind, curves = ALGORITHMS[algorithm]
        return self.kind == kind and (not curves or self.curve in curves) and self.alg in ("", algorithm)

    def made(self, algorithm: str) -> jwt.PyJWK:
        """The key made ready for an algorithm that it fits."""
        return jwt.PyJWK(self.jwk, algorithm)


def read_keys(data: bytes) -> dict[str, PublicKey]:
    """The signing keys of a JWK Set by their id.

    Symmetric keys, keys for encryption, keys without id and keys of an unknown type are left out. KeysError when
    nothing is left, when an id stands for two keys, and when a private key is among them.
    """
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        raise KeysError("it is not JSON") from None
    entries = given.get("keys") if isinstance(given, dict) else None
    if not isinstance(entries, list):
        raise KeysError("it is not a JWK Set: an object with a list named keys")
    found: dict[str, PublicKey] = {}
    for entry in entries:
        if not isinstance(entry, dict):
            continue
        if entry.get("kty") != "oct" and "d" in entry:
            raise KeysError("it holds a private key; give the public keys only")
        key = _key(entry)
        if key is None:
            continue
        if key.kid in found:
            raise KeysError(f"the key id {key.kid!r} stands for two keys")
        found[key.kid] = key
    if not found:
        raise KeysError("it holds no public signing key (EC, RSA of 2048 bits or more, or OKP) with a kid")
    return found


def _key(entry: Mapping[str, Any]) -> PublicKey | None:
    kid, kind, curve, alg = (entry.get(name, "") for name in ("kid", "kty", "crv", "alg"))
    if not all(isinstance(value, str) for value in (kid, kind, curve, alg)) or not kid:
        return None
    operations = entry.get("key_ops")
    if entry.get("use", "sig") != "sig" or (operations is not None and "verify" not in operations):
        return None
    key = PublicKey(kid, kind, curve, alg, dict(entry))
    fitting = next((name for name in ALGORITHMS if key.fits(name)), None)
    if fitting is None:
        return None
    try:
        made = key.made(fitting)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError):
        return None
    return None if kind == "RSA" and made.key.key_size < SMALLEST_RSA else key


class KeySource:
    """The keys of one client: from its file, or fetched from its configured address and kept for a while."""

    def __init__(self, client: Client, now: Callable[[], float], fetch: Fetch) -> None:
        self._client = client
        self._now = now
        self._fetch = fetch
        self._keys: dict[str, PublicKey] = {}
        self._loaded: float | None = None
        self._tried: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> PublicKey | None:
        """The key with this id, None when the client has none; Refusal(503) while its keys cannot be had."""
        if not self._fresh() or kid not in self._keys:
            async with self._lock:
                if not self._fresh() or kid not in self._keys:
                    await self._refresh()
        if self._loaded is None or self._now() - self._loaded > LAST_SECONDS:
            message = "The public keys of this client cannot be read at the moment, so its token cannot be checked."
            raise Refusal(503, "keys-unavailable", f"{message} Try again in a minute.", {"Retry-After": "60"})
        return self._keys.get(kid)

    def _fresh(self) -> bool:
        return self._loaded is not None and self._now() - self._loaded <= FRESH_SECONDS

    async def _refresh(self) -> None:
        now = self._now()
        if self._tried is not None and now - self._tried < REFRESH_SECONDS:
            return
        self._tried = now
        try:
            keys = read_keys(await self._read())
        except (KeysError, OSError, RuntimeError):  # what was read before stays in use until it is too old
            return
        self._keys, self._loaded = keys, now

    async def _read(self) -> bytes:
        if self._client.jwks_file is not None:
            return read_file(self._client.jwks_file)
        return await self._fetch(self._client.jku or "")


def read_file(path: Path) -> bytes:
    """The bytes of a JWK Set file; OSError when it cannot be read."""
    return path.read_bytes()


async def fetch(url: str, seconds: float = 3.0) -> bytes:
    """A JWK Set from the address that the settings name: no redirect, no proxy of the environment, a bounded answer."""
    import httpx

    try:
        async with (
            asyncio.timeout(seconds),
            httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=seconds) as client,
            client.stream("GET", url, headers={"Accept": "application/json"}) as answer,
        ):
            if answer.status_code != 200:
                raise KeysError(f"the address answered with status {answer.status_code}")
            data = b""
            async for part in answer.aiter_bytes():
                data += part
                if len(data) > LARGEST:
                    raise KeysError("the answer is too large for a JWK Set")
            return data
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise KeysError(f"the address does not answer: {type(error).__name__}") from error
