"""The exchange with an authorization server: its configuration, the request for a code, the code for a token."""

import asyncio
import base64
import hashlib
import re
import secrets
from typing import Final, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec

from apothecary.service.errors import Refusal
from apothecary.service.fhir.address import read_address
from apothecary.service.fhir.web import UNREACHED, Answer, Room, TooBig, ask
from apothecary.service.settings import Settings, SmartServer
from apothecary.service.smart.session import Launch
from apothecary.service.smart.stopped import Stopped

_BYTES: Final = 200_000
_PATIENT: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
# error codes of OAuth that may be shown; any other text of the server is not
_ERRORS: Final = (
    "invalid_request", "invalid_client", "invalid_grant", "invalid_scope", "unauthorized_client",
    "unsupported_grant_type",
)  # fmt: skip


_Read = TypeVar("_Read")


class Configuration(msgspec.Struct, frozen=True):
    """What is used of a server's SMART configuration."""

    authorization_endpoint: str
    token_endpoint: str
    code_challenge_methods_supported: tuple[str, ...] = ()
    issuer: str | None = None
    authorization_response_iss_parameter_supported: bool = False


class Granted(msgspec.Struct, frozen=True):
    """The answer of the token endpoint. `patient` is the one in context, whose data may be read."""

    access_token: str
    token_type: str
    patient: str | None = None
    scope: str = ""
    need_patient_banner: bool = True

    def __repr__(self) -> str:
        """Without the token, so that no log or error can hold it."""
        return "Granted(...)"


class _Refused(msgspec.Struct):
    error: str


async def discover(http: httpx.AsyncClient, server: SmartServer, settings: Settings) -> Configuration:
    """The SMART configuration of a server; Stopped when it has none that can be used."""
    base = read_address(server.iss, settings, "iss")
    answer = await _ask(http, settings, "GET", f"{base}/.well-known/smart-configuration")
    if answer.status != 200:
        raise Stopped(502, "its SMART configuration cannot be read", f"It answered with HTTP {answer.status}.")
    found = _decoded(answer.body, Configuration, "its SMART configuration cannot be read")
    if "S256" not in found.code_challenge_methods_supported:
        raise Stopped(
            502, "it does not support PKCE with S256", "Without it a launch is not safe, so none was started."
        )
    try:
        read_address(found.authorization_endpoint, settings, "authorization_endpoint", query=True)
        read_address(found.token_endpoint, settings, "token_endpoint", query=True)
    except Refusal as refusal:
        raise Stopped(502, "its SMART configuration cannot be used", refusal.message) from refusal
    return found


def begin(server: SmartServer, found: Configuration, redirect_uri: str, drug: str) -> Launch:
    """A new launch with a state and a verifier that nobody can guess."""
    return Launch(
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(64),
        iss=server.iss,
        token_endpoint=found.token_endpoint,
        issuers=(found.issuer or server.iss, server.iss),
        redirect_uri=redirect_uri,
        drug=drug,
        names_issuer=found.authorization_response_iss_parameter_supported,
    )


def authorize(server: SmartServer, found: Configuration, launch: Launch, handle: str | None) -> str:
    """The address to which the browser goes for a code; `handle` is the EHR's name of its launch."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(launch.verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": server.client_id,
        "redirect_uri": launch.redirect_uri,
        "scope": _scope(server.scope, standalone=handle is None),
        "state": launch.state,
        "aud": server.iss,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if handle is not None:
        asked["launch"] = handle
    sign = "&" if "?" in found.authorization_endpoint else "?"
    return f"{found.authorization_endpoint}{sign}{urlencode(asked)}"


def _scope(configured: str, *, standalone: bool) -> str:
    """The configured scopes, with the one by which the patient becomes known in this kind of launch."""
    wanted, other = ("launch/patient", "launch") if standalone else ("launch", "launch/patient")
    scopes = [scope for scope in configured.split() if scope not in (wanted, other)]
    return " ".join([wanted, *scopes])


async def exchange(
    http: httpx.AsyncClient, server: SmartServer, launch: Launch, code: str, settings: Settings
) -> Granted:
    """The token for a code, with the patient in context; Stopped when there is none."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": launch.redirect_uri,
        "client_id": server.client_id,
        "code_verifier": launch.verifier,
    }
    answer = await _ask(http, settings, "POST", launch.token_endpoint, form)
    if 400 <= answer.status < 500:
        raise Stopped(403, "it did not accept the launch", _why(answer), "Start again from the patient's chart.")
    if answer.status != 200:
        raise Stopped(502, "it gave no access", f"It answered with HTTP {answer.status}.")
    granted = _decoded(answer.body, Granted, "its answer to the launch cannot be read")
    if granted.token_type.casefold() != "bearer":
        raise Stopped(502, "it gave access of a kind that is not supported", "Only Bearer tokens are.")
    if not granted.patient:
        advice = "Open a patient's chart and start from there, or choose a patient when asked."
        raise Stopped(409, "it named no patient", "A review is of one patient.", advice)
    if not _PATIENT.fullmatch(granted.patient) or not granted.patient.strip("."):
        raise Stopped(502, "the id that it gave for the patient is not one of FHIR", "No data were asked for.")
    return granted


def _why(answer: Answer) -> str:
    try:
        error = msgspec.json.decode(answer.body, type=_Refused).error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        error = ""
    known = f", {error}" if error in _ERRORS else ""
    return f"It answered with HTTP {answer.status}{known}. A launch can be used once, and only for a short time."


async def _ask(
    http: httpx.AsyncClient, settings: Settings, method: str, url: str, form: dict[str, str] | None = None
) -> Answer:
    seconds = settings.limits.fhir_seconds
    try:
        async with asyncio.timeout(seconds):
            return await ask(http, method, url, Room(_BYTES), {"Accept": "application/json"}, form)
    except (TimeoutError, httpx.TimeoutException):
        raise Stopped(504, "it does not answer", f"There was no answer within {seconds:g} seconds.") from None
    except TooBig:
        raise Stopped(502, "its answer cannot be read", "It is too large.") from None
    except UNREACHED:
        raise Stopped(502, "it cannot be reached", "No connection came about.") from None


def _decoded(body: bytes, kind: type[_Read], what: str) -> _Read:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise Stopped(502, what, "The answer is not what the SMART specification describes.") from None
