"""Who calls: every call carries a fresh token signed by a client that the settings name, or gets status 401."""

import math
from collections.abc import Callable
from typing import Any, Final, NoReturn

import jwt
import msgspec
from starlette.requests import Request

from apothecary.service.errors import Refusal
from apothecary.service.keys import ALGORITHMS, Fetch, KeySource, PublicKey, fetch
from apothecary.service.replay import Replay, ReplayError
from apothecary.service.settings import Client, Settings
from apothecary.service.state import State, inside_call

LEEWAY_SECONDS: Final = 30.0  # how far the clocks of client and service may be apart
LONGEST_SECONDS: Final = 3600.0  # from iat to exp, and how old iat may be
_LARGEST: Final = 16 * 1024
_LONGEST_TEXT: Final = 512

_signatures = jwt.PyJWS(algorithms=[*ALGORITHMS])


class _Header(msgspec.Struct, frozen=True):
    alg: str | None = None
    typ: str | None = None
    kid: str | None = None
    jku: str | None = None
    crit: Any = None


class _Claims(msgspec.Struct, frozen=True):
    """The claims as sent; their types are looked at one by one, so that the message can name the wrong one."""

    iss: Any = None
    aud: Any = None
    exp: Any = None
    iat: Any = None
    jti: Any = None
    tenant: Any = None


_header = msgspec.json.Decoder(_Header)
_claims = msgspec.json.Decoder(_Claims)


class Gate:
    """Checks the token of a call; holds the keys of the configured clients."""

    def __init__(self, settings: Settings, now: Callable[[], float], replay: Replay, fetch_keys: Fetch = fetch) -> None:
        self._now = now
        self._replay = replay
        self._started = now()
        self._clients = {c.iss: (c, KeySource(c, now, fetch_keys)) for c in settings.clients}

    async def check(self, authorization: str | None, url: str) -> Client | None:
        """The client that calls `url`, None when the settings name no clients and anyone may call.

        Refusal(401) says what is wrong with the token and never repeats it; Refusal(503) when its keys or the memory of
        used tokens cannot be read. The keys come only from where the settings say, whatever the token says.
        """
        if not self._clients:
            return None
        token = _token(authorization)
        header = _read_header(token)
        client, source = self._client(_read_claims(_part(token, 1)))
        if header.jku is not None and header.jku != client.jku:
            _refuse("unknown-jku", "The jku of the token is not the one configured for its issuer. It was not fetched")
        key = await source.key(header.kid or "")
        if key is None:
            _refuse("unknown-key", "The kid of the token is not in the JWK Set of its issuer. Publish the key first")
        claims = _verified(token, header.alg or "", key)
        if claims.iss != client.iss:
            _refuse("invalid-token", "The token is not a valid JSON Web Token")
        expires = self._check_claims(claims, client, url)
        self._check_first(client, claims.jti, expires)
        return client

    def _client(self, claims: _Claims) -> tuple[Client, KeySource]:
        if not isinstance(claims.iss, str) or not claims.iss:
            _refuse("missing-claim", "The token has no iss. Name the issuer that was agreed on")
        known = self._clients.get(claims.iss)
        if known is None:
            _refuse("unknown-issuer", "The iss of the token is not on the list of clients of this service")
        return known

    def _check_claims(self, claims: _Claims, client: Client, url: str) -> float:
        """Looks at every claim of a token whose signature is right; returns when it expires."""
        now = self._now()
        audiences = claims.aud if isinstance(claims.aud, list) else [claims.aud]
        if url not in audiences:
            _refuse("wrong-audience", f"The aud of the token is not the address called. It must be exactly {url}")
        expires, issued = _number(claims.exp, "exp"), _number(claims.iat, "iat")
        if now > expires + LEEWAY_SECONDS:
            _refuse("expired-token", "The token has expired. Make a new one for each call")
        if issued > now + LEEWAY_SECONDS:
            _refuse("future-token", "The iat of the token lies in the future. Set the clock of the client")
        if now - issued > LONGEST_SECONDS + LEEWAY_SECONDS:
            _refuse("old-token", "The iat of the token is too long ago. Make a new one for each call")
        if issued < self._started - LEEWAY_SECONDS:  # which tokens were used before the start is not known
            _refuse("old-token", "The token was made before this service started. Make a new one for each call")
        if expires - issued > LONGEST_SECONDS:
            _refuse(
                "long-token", f"The token is valid for more than {LONGEST_SECONDS / 60:g} minutes. Make exp earlier"
            )
        if expires < issued:
            _refuse("invalid-token", "The exp of the token lies before its iat")
        if not isinstance(claims.jti, str) or not 0 < len(claims.jti) <= _LONGEST_TEXT:
            _refuse("missing-claim", "The token has no jti. Give each token an id of its own, such as a UUID")
        if client.tenants and claims.tenant not in client.tenants:
            _refuse("wrong-tenant", "The tenant of the token is not one of those configured for its issuer")
        return expires

    def _check_first(self, client: Client, jti: str, expires: float) -> None:
        try:
            first = self._replay.first_time(f"{client.iss}\n{jti}", expires + LEEWAY_SECONDS)
        except ReplayError:
            message = "It cannot be checked whether this token was used before, so the call was not answered."
            raise Refusal(503, "replay-unknown", message, {"Retry-After": "5"}) from None
        if not first:
            _refuse("replayed-token", "The jti of the token was seen before. Make a new token for each call")


def _refuse(code: str, message: str) -> NoReturn:
    raise Refusal(401, code, f"{message}.", {"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _token(authorization: str | None) -> str:
    if not authorization:
        message = "This service asks for authentication. Send Authorization: Bearer with a signed JSON Web Token."
        raise Refusal(401, "no-token", message, {"WWW-Authenticate": "Bearer"})
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    if scheme.casefold() != "bearer" or not token:
        _refuse("no-token", "The Authorization header is not Bearer with a JSON Web Token")
    if len(token) > _LARGEST or token.count(".") != 2:
        _refuse("invalid-token", "The token is not a JSON Web Token of a reasonable size")
    return token


def _part(token: str, number: int) -> bytes:
    try:
        return jwt.utils.base64url_decode(token.split(".")[number].encode("ascii"))
    except ValueError:
        _refuse("invalid-token", "The token is not a valid JSON Web Token")


def _read_header(token: str) -> _Header:
    try:
        header = _header.decode(_part(token, 0))
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        _refuse("invalid-token", "The header of the token is not valid")
    if header.alg not in ALGORITHMS:
        allowed = ", ".join(ALGORITHMS)
        _refuse("wrong-algorithm", f"The alg of the token is not accepted. Sign with one of {allowed}")
    if header.typ != "JWT":
        _refuse("wrong-type", "The typ of the token is not JWT")
    if not header.kid or len(header.kid) > _LONGEST_TEXT:
        _refuse("missing-claim", "The token has no kid. Name the key that signed it")
    if header.crit is not None:
        _refuse("invalid-token", "The header of the token names extensions in crit, and none is understood")
    return header


def _read_claims(data: bytes) -> _Claims:
    try:
        return _claims.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        _refuse("invalid-token", "The payload of the token is not valid")


def _verified(token: str, algorithm: str, key: PublicKey) -> _Claims:
    if not key.fits(algorithm):
        _refuse("wrong-algorithm", "The alg of the token does not belong to the key that its kid names")
    try:
        payload = _signatures.decode(token, key.made(algorithm), algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        _refuse("wrong-signature", "The signature of the token does not fit the key that its kid names")
    return _read_claims(payload)


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > 1e12:
        _refuse("missing-claim", f"The token has no {name} in seconds since 1970")
    return float(value)


async def authorize(request: Request, state: State, path: str) -> Client | None:
    """The client that sent this request to `path`, a path below the public address; our own calls need no token."""
    if inside_call(request) is not None:
        return None
    return await state.gate.check(request.headers.get("authorization"), f"{state.base_url(request)}{path}")
