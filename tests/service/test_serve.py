"""`apothecary serve` in processes of its own: ready, answering, stopped, killed; and what it refuses to start with."""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import blocks
import databases
import httpx
import pytest
from asking import ask, request, service_of, whole_prefetch
from serving import COMMAND, free_port, serving

from apothecary.decision_log.keys import read_key
from apothecary.service.settings import from_json, read_settings, to_json
from support import PNEUMONIA, condition


def refused(*options: str) -> str:
    done = subprocess.run([COMMAND, "serve", *options], capture_output=True, text=True, timeout=60, check=False)
    assert 2 == done.returncode, done.stderr
    return done.stderr


def test_it_serves_the_page_and_the_hooks_and_stops_when_asked(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        with httpx.Client(base_url=running.url) as client:
            assert "text/html" in client.get("/").headers["content-type"]
            assert 200 == client.post(service_of("order-sign"), json=request()).status_code
        assert running.stop() in (0, -15)
        assert "decision log is off" in running.written.read_text(encoding="utf-8")


def test_nothing_is_written_without_a_log(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        httpx.post(f"{running.url}{service_of('order-sign')}", json=request())
        assert ["serve.log"] == [path.name for path in tmp_path.iterdir()]


def test_the_logs_of_the_process_hold_no_patient(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        sent = json.loads(json.dumps(request()).replace('"p1"', '"pat-4711"').replace("Patient/p1", "Patient/pat-4711"))
        token = {"access_token": "s3cr3t-t0k3n", "token_type": "Bearer"}
        assert 200 == httpx.post(f"{running.url}{service_of('order-sign')}", json=sent).status_code
        httpx.post(
            f"{running.url}{service_of('order-sign')}?patient=pat-4711", json={**sent, "fhirAuthorization": token}
        )
        running.stop()
        written = running.written.read_text(encoding="utf-8")
    lines = [json.loads(line) for line in written.splitlines() if line.startswith("{")]
    assert "order-sign" in [line.get("hook") for line in lines]
    assert "4711" not in written
    assert "s3cr3t" not in written


def test_an_address_in_use_is_a_sentence(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        port = running.url.rsplit(":", 1)[1]
        assert f"port {port}" in refused("--port", port)


def test_X_1_X_2_other_machines_are_not_served_without_knowing_who_calls() -> None:
    assert "clients" in refused("--host", "0.0.0.0", "--port", str(free_port()))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot: 8000", "prot"),
        ("port: eighty", "port"),
        ("limits: {body: 1}", "body"),
        ("monographs: [nothing]", "nothing"),
        ("log: {url: /no/such/folder/log.db}", "log"),
        ("{workers: 2, log: {url: /no/such/folder/log.db}}", "log"),
        ("tls_key: key.pem", "tls_certificate"),
        ("{tls_key: /no/key.pem, tls_certificate: /no/cert.pem}", "tls_certificate"),
        (": :", "settings"),
    ],
)
def test_settings_that_are_not_right_are_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "site.yaml").write_text(text, encoding="utf-8")
    assert named in refused("--settings", str(tmp_path / "site.yaml"), "--port", str(free_port()))


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of our own for this machine, and its key."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "cert.pem").write_bytes(made.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, *plain))
    return folder / "cert.pem", folder / "key.pem"


def test_x1_it_speaks_https_itself(tmp_path: Path) -> None:
    files = certificate(tmp_path)
    (tmp_path / "site.yaml").write_text(f"tls_certificate: {files[0]}\ntls_key: {files[1]}\n", encoding="utf-8")
    context = ssl.create_default_context(cafile=files[0])
    with serving(tmp_path, "--settings", str(tmp_path / "site.yaml"), verify=context) as running:
        assert running.url.startswith("https://")
        answer = httpx.post(f"{running.url}{service_of('order-sign')}", json=request(), verify=context)
        assert 200 == answer.status_code
        links = {link["url"] for card in answer.json()["cards"] for link in card["links"]}
        assert all(link.startswith(running.url) for link in links)


@pytest.fixture(scope="module")
def postgres() -> Iterator[databases.Server]:
    with databases.server() as server:
        yield server


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_no_acknowledged_answer_is_lost_when_it_is_killed(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    """Killed with -9 under load in two processes: every card that arrived is in the log, and the chain is whole."""
    url, options = str(tmp_path / "log.db"), ["--log", str(tmp_path / "log.db")]
    if kind == "postgres":
        key = tmp_path / "log.key"
        key.write_bytes(bytes(range(32)))
        url = request.getfixturevalue("postgres").new()
        options = ["--log", url, "--log-key", str(key)]
    got: list[str] = []
    with serving(tmp_path, "--workers", "2", *options) as running:
        threads = [threading.Thread(target=_send, args=(running.url, got)) for _ in range(8)]
        for thread in threads:
            thread.start()
        while len(got) < 200:
            assert running.process.poll() is None
        running.kill()
        for thread in threads:
            thread.join()
    logged = _logged(url, read_key(url, tmp_path / "log.key" if kind == "postgres" else None))
    assert 200 <= len(got)
    assert [] == [uuid for uuid in got if uuid not in logged]
    _verify(url, tmp_path / "log.key" if kind == "postgres" else None)


def _send(url: str, got: list[str]) -> None:
    prefetch = whole_prefetch(condition(PNEUMONIA))
    with httpx.Client(base_url=url) as client:
        while True:
            try:
                answer = ask(client, request(prefetch=prefetch))  # type: ignore[arg-type]  # posts as the test client does
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                got += [card["uuid"] for card in answer.json()["cards"]]


def _logged(url: str, key: bytes) -> set[str]:
    from sqlalchemy import text

    from apothecary.decision_log.store import DecisionLog

    log = DecisionLog.open(url, key)
    try:
        with log.snapshot() as connection:
            found: set[str] = set(connection.execute(text("select uuid from cards")).scalars())
            return found
    finally:
        log.close()


def _verify(url: str, key: Path | None) -> None:
    more = ["--key", str(key)] if key is not None else []
    done = subprocess.run([COMMAND, "log", "verify", "--log", url, *more], capture_output=True, text=True, check=False)
    assert 0 == done.returncode, done.stderr


def test_the_settings_of_the_documentation_are_read(tmp_path: Path) -> None:
    (shown,) = [b for b in blocks.ALL if b.page == "docs/service.md" and b.language == "yaml"]
    (tmp_path / "site.yaml").write_text(shown.text, encoding="utf-8")
    read = read_settings(tmp_path / "site.yaml")
    assert ("0.0.0.0", 2, "refuse") == (read.host, read.workers, read.log.unwritable if read.log else None)
    assert read == from_json(to_json(read))
