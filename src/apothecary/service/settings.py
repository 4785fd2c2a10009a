"""What a site may set, read from one YAML file; every default is safe on a loopback address and stores nothing."""

from pathlib import Path
from typing import Literal

import msgspec


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Settings refuse a key that they do not know."""


class Client(Strict, frozen=True):
    """An EHR that may call: its issuer, its public keys (a JWK Set in a file or at an address), its FHIR servers.

    `tenants`, `fhir_servers`: empty allows all of that issuer.
    """

    iss: str
    name: str = ""
    jwks_file: Path | None = None
    jku: str | None = None
    tenants: tuple[str, ...] = ()
    fhir_servers: tuple[str, ...] = ()


class Log(Strict, frozen=True):
    """The decision log: where (a SQLAlchemy address), the file with its key, what to do when it cannot be written.

    `unwritable`: `refuse` answers with an error, `flag` answers and says on the answer that it was not logged.
    `patient_data`: keep the patient's id and free comments in clear; otherwise only a keyed hash.
    """

    url: str
    key_file: Path | None = None
    unwritable: Literal["refuse", "flag"] = "refuse"
    patient_data: bool = False


class Limits(Strict, frozen=True):
    """How much one request may take: bytes, seconds, requests a minute from one caller, requests at one time."""

    body_bytes: int = 10_000_000
    read_seconds: float = 10.0
    answer_seconds: float = 30.0
    requests_per_minute: int = 60_000
    at_once: int = 256
    fhir_seconds: float = 3.0
    fhir_pages: int = 20
    fhir_bytes: int = 20_000_000


class SmartServer(Strict, frozen=True):
    """A FHIR server from which the page may be launched, and our client id there.

    `frames`: origins of the EHR's screens that show the page in a frame; the server's own origin when empty.
    """

    iss: str
    client_id: str
    name: str = ""
    scope: str = "launch openid fhirUser patient/*.read"
    frames: tuple[str, ...] = ()


class Settings(Strict, frozen=True):
    """How the service runs.

    `base_url`: the public address without a final slash, where a proxy hides it. `tls_certificate`, `tls_key`: files in
    PEM, to speak HTTPS itself. `monographs`: packaged ones, all when
    empty. `knowledge`: folders of a site's own. `fhir_servers`: the only ones asked for data; empty allows all.
    `allow_http`: plain HTTP to FHIR servers that are not on this machine (test systems only).
    """

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    base_url: str | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    monographs: tuple[str, ...] = ()
    knowledge: tuple[Path, ...] = ()
    terminology: Path | None = None
    clients: tuple[Client, ...] = ()
    allow_unauthenticated: bool = False
    allow_http: bool = False
    cors_origins: tuple[str, ...] = ()
    fhir_servers: tuple[str, ...] = ()
    log: Log | None = None
    limits: Limits = Limits()
    smart: tuple[SmartServer, ...] = ()
    page: bool = True
    self_test: bool = True


class SettingsError(ValueError):
    """Settings with which the service must not start; the message says which and what to write instead."""


def read_settings(path: Path) -> Settings:
    """The settings of a YAML file; SettingsError names the file and what is wrong."""
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise SettingsError(f"The settings {path} cannot be read: {reason}. Give the path of a YAML file.") from error
    try:
        return msgspec.yaml.decode(data, type=Settings, dec_hook=_path)
    except msgspec.MsgspecError as error:
        known = ", ".join(Settings.__struct_fields__)
        raise SettingsError(f"{path} holds no valid settings: {error}. Known settings: {known}.") from error


def to_json(settings: Settings) -> str:
    """The settings as one line, for the environment of a worker process."""
    return msgspec.json.encode(settings, enc_hook=str).decode()


def from_json(text: str) -> Settings:
    """The settings that `to_json` wrote."""
    return msgspec.json.decode(text, type=Settings, dec_hook=_path)


def _path(kind: type, value: object) -> Path:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise NotImplementedError(f"no value of type {kind}")
