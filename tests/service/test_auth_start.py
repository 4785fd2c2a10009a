"""Checklist X-1 and X-2: the service does not start where it would be open to others than those it is meant for."""

from pathlib import Path
from typing import Any

import pytest
import tokens

from apothecary.service.settings import Client, Limits, Settings, SettingsError, SmartServer
from apothecary.service.start import advice, check_start

PUBLIC = {"host": "0.0.0.0", "base_url": "https://cds.example.org"}
JKU = Client(iss="https://ehr.example.org", jku="https://ehr.example.org/jwks")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.53"])
def test_x2_on_this_machine_it_starts_without_clients(host: str) -> None:
    check_start(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.1.2.3", "cds.example.org", "", "127.0.0.1.example.org"])
def test_x2_on_another_address_it_asks_who_calls(host: str) -> None:
    with pytest.raises(SettingsError, match="no clients are configured"):
        check_start(Settings(host=host))
    check_start(Settings(host=host, allow_unauthenticated=True))
    check_start(Settings(host=host, clients=(JKU,), base_url="https://cds.example.org"))


def test_x4_on_another_address_the_audience_is_known() -> None:
    with pytest.raises(SettingsError, match="base_url is not set"):
        check_start(Settings(host="0.0.0.0", clients=(JKU,)))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"base_url": "http://cds.example.org"}, "not https"), ({"base_url": "https://cds.example.org/"}, "base_url"),
        ({"base_url": "cds.example.org"}, "base_url"), ({"base_url": "https://u:p@cds.example.org"}, "base_url"),
        ({"cors_origins": ("*",)}, "cors_origins"), ({"cors_origins": ("https://*.example.org",)}, "cors_origins"),
        ({"cors_origins": ("https://ehr.example.org/",)}, "cors_origins"),
        ({"cors_origins": ("null",)}, "cors_origins"),
        ({"cors_origins": ("http://ehr.example.org",)}, "not https"),
        ({"smart": (SmartServer(iss="https://ehr.example.org/fhir", client_id="x", frames=("*",)),)}, "smart: frames"),
        ({"fhir_servers": ("http://fhir.example.org",)}, "allow_http"), ({"fhir_servers": ("fhir",)}, "fhir_servers"),
        ({"smart": (SmartServer(iss="http://fhir.example.org", client_id="a"),)}, "smart"),
        ({"clients": (JKU, JKU)}, "2 times"), ({"clients": (Client(iss="a"),)}, "needs either"),
        ({"clients": (Client(iss="a", jku="http://ehr.example.org/jwks"),)}, "no https address"),
        ({"clients": (Client(iss="a", jku="https://e.org/j", jwks_file=Path("x")),)}, "needs either"),
        ({"clients": (Client(iss="a", jwks_file=Path("/no/such/file")),)}, "cannot be read"),
        ({"clients": (Client(iss="", jku="https://e.org/j"),)}, "is empty"),
        ({"workers": 0}, "workers"), ({"port": 70000}, "port"), ({"limits": Limits(body_bytes=0)}, "limits.body_bytes"),
        ({"limits": Limits(read_seconds=float("nan"))}, "limits.read_seconds"),
    ],
)  # fmt: skip
def test_x1_settings_with_which_it_does_not_start(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        check_start(Settings(**settings))


def test_every_mistake_is_named_at_once() -> None:
    with pytest.raises(SettingsError, match=r"base_url.*workers"):
        check_start(Settings(base_url="http://cds.example.org", workers=0))


def test_x1_r3_plain_http_on_this_machine_is_fine() -> None:
    check_start(Settings(base_url="http://localhost:8000", fhir_servers=("http://127.0.0.1:9/fhir",)))
    check_start(Settings(fhir_servers=("http://fhir.example.org",), allow_http=True))


def test_a_key_file_is_read_at_the_start(tmp_path: Path) -> None:
    check_start(Settings(clients=(tokens.client(tmp_path),)))
    (tmp_path / "keys.json").write_text("{}")
    with pytest.raises(SettingsError, match="not usable"):
        check_start(Settings(clients=(Client(iss="a", jwks_file=tmp_path / "keys.json"),)))


def test_x1_it_advises_tls_on_a_public_address() -> None:
    said = " ".join(advice(Settings(**PUBLIC, allow_unauthenticated=True)))
    assert "TLS" in said
    assert "Anyone" in said
    assert "TLS" not in " ".join(advice(Settings()))
