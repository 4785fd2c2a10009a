"""With which settings the service starts, and what it advises the one who starts it."""

import ipaddress
import ssl
from collections import Counter
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from apothecary.service.keys import KeysError, read_file, read_keys
from apothecary.service.settings import Client, Settings, SettingsError

_PORTS = range(65536)


def is_local(host: str) -> bool:
    """Whether this host name or address is this machine only."""
    host = host.strip("[]")
    if host.casefold().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_start(settings: Settings) -> None:
    """SettingsError, naming every mistake, when the service would be open to others than those it is meant for."""
    mistakes = [*_exposure(settings), *_tls(settings), *_addresses(settings), *_clients(settings), *_numbers(settings)]
    if mistakes:
        raise SettingsError(" ".join(mistakes))


def advice(settings: Settings) -> tuple[str, ...]:
    """What to mind with these settings, for the one who starts the service."""
    said = []
    if not is_local(settings.host) and settings.tls_certificate is None:
        said.append(
            "This service speaks plain HTTP: put a proxy with TLS in front of it, and let only that proxy reach it."
        )
    if not is_local(settings.host) and not settings.clients:
        said.append("Anyone who reaches this address may ask it, because allow_unauthenticated is set.")
    if is_local(settings.host) and settings.clients and settings.base_url is None:
        said.append("Set base_url if a proxy publishes this service: tokens must name exactly the public address.")
    if settings.log is None:
        said.append("No decision log is kept: set log.url to keep one.")
    return tuple(said)


def _exposure(settings: Settings) -> Iterator[str]:
    if is_local(settings.host):
        return
    if not settings.clients and not settings.allow_unauthenticated:
        yield (
            f"The host {settings.host} can be reached from other machines, but no clients are configured. Name the "
            "callers under clients, or listen on 127.0.0.1, or set allow_unauthenticated: true if anyone may ask."
        )
    if settings.clients and settings.base_url is None:
        yield (
            f"The host {settings.host} can be reached from other machines, but base_url is not set. Set it to the "
            "public https address: each token must name exactly that address."
        )


def _tls(settings: Settings) -> Iterator[str]:
    """Both files or none, and such as belong together."""
    certificate, key = settings.tls_certificate, settings.tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        yield "tls_certificate and tls_key are set together: one of them is missing."
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key)
    except (OSError, ssl.SSLError) as error:
        reason = error.strerror or type(error).__name__
        yield f"tls_certificate {certificate} and tls_key {key} cannot be used: {reason}. Give both as PEM files."


def _addresses(settings: Settings) -> Iterator[str]:
    if settings.base_url is not None:
        parts = _split(settings.base_url)
        if parts is None or parts.query or parts.fragment or settings.base_url.endswith("/"):
            yield f"base_url {settings.base_url!r} is not an address such as https://cds.example.org (no final slash)."
        elif parts.scheme != "https" and not is_local(parts.hostname or ""):
            yield f"base_url {settings.base_url} is not https. Patient data travel only over TLS: publish it by https."
    origins = [("cors_origins", origin) for origin in settings.cors_origins]
    origins += [("smart: frames", origin) for server in settings.smart for origin in server.frames]
    for name, origin in origins:
        parts = _split(origin)
        if parts is None or parts.path or parts.query or parts.fragment:
            yield f"{name}: {origin!r} is not one origin such as https://ehr.example.org (no path, no *)."
        elif parts.scheme != "https" and not is_local(parts.hostname or ""):
            yield f"{name}: {origin} is not https."
    servers = [("fhir_servers", url) for url in settings.fhir_servers]
    servers += [(f"fhir_servers of {client.iss}", url) for client in settings.clients for url in client.fhir_servers]
    servers += [("smart", server.iss) for server in settings.smart]
    for name, url in servers:
        parts = _split(url)
        if parts is None:
            yield f"{name}: {url!r} is not an address of a FHIR server."
        elif parts.scheme != "https" and not settings.allow_http and not is_local(parts.hostname or ""):
            yield f"{name}: {url} is not https. For a test system without patient data set allow_http: true."


def _clients(settings: Settings) -> Iterator[str]:
    for iss, times in Counter(client.iss for client in settings.clients).items():
        if times > 1:
            yield f"clients: the issuer {iss!r} is given {times} times. Join the entries."
    for client in settings.clients:
        yield from (f"clients: the issuer {client.iss!r} {mistake}" for mistake in _client(client))


def _client(client: Client) -> Iterator[str]:
    if not client.iss:
        yield "is empty. Give the iss that its tokens carry."
    if (client.jwks_file is None) == (client.jku is None):
        yield "needs either jwks_file (a file with its public keys) or jku (the address of them)."
        return
    if client.jku is not None:
        parts = _split(client.jku)
        if parts is None or (parts.scheme != "https" and not is_local(parts.hostname or "")):
            yield f"has the jku {client.jku!r}, which is no https address."
    if client.jwks_file is not None:
        try:
            read_keys(read_file(client.jwks_file))
        except OSError as error:
            yield f"has the jwks_file {client.jwks_file}, which cannot be read: {error.strerror}."
        except KeysError as error:
            yield f"has the jwks_file {client.jwks_file}, which is not usable: {error}."


def _numbers(settings: Settings) -> Iterator[str]:
    if settings.port not in _PORTS:
        yield f"port {settings.port} is not between 0 and 65535."
    if settings.workers < 1:
        yield f"workers {settings.workers} is not a number of processes; 1 is the least."
    for name in settings.limits.__struct_fields__:
        value = getattr(settings.limits, name)
        if not value > 0:
            yield f"limits.{name} {value} is not above 0."


def _split(url: str) -> SplitResult | None:
    """The parts of an http or https address with a host and without a user; None when it is none."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if valid and "@" not in parts.netloc and "*" not in parts.netloc else None
