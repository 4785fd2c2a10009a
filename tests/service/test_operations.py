"""Alive, ready, counted and logged: what those who run the service see, and that it shows nobody's data (F-1)."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import tokens
from asking import application, caller, request
from guarded import caller as rude
from guarded import small
from tokens import bearer

from apothecary.service import logs
from apothecary.service.metrics import CONTENT_TYPE
from apothecary.service.settings import Log

SECRETS = ("secret-token-4711", "p1", "Jane", "MRN", "eyJ")


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the service writes to standard error."""
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    monkeypatch.delenv(logs.DEBUG, raising=False)
    root = logging.getLogger()
    names = ("apothecary", "uvicorn", "uvicorn.access", "uvicorn.error")
    kept = [*root.handlers], root.level, {name: logging.getLogger(name).level for name in names}
    logging.getLogger("uvicorn.error").setLevel(logging.NOTSET)  # another test may have run a server that says less
    logs.start_logging()
    yield said
    root.handlers[:], level, levels = kept
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    logging.getLogger("uvicorn.access").propagate = True


def logged(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def test_it_is_alive_and_ready_without_a_token(tmp_path: Path) -> None:
    with caller(application(clients=(tokens.client(tmp_path),))) as client:
        assert {"status": "alive"} == client.get("/healthz").json()
        ready = client.get("/readyz").json()
        assert {"knowledge", "self_test", "decision_log"} == set(ready["checks"])
        assert list(ready["checks"]["knowledge"]["monographs"]) == ["zorvimab"]


def test_the_self_test_asks_who_calls(tmp_path: Path) -> None:
    with caller(application(clients=(tokens.client(tmp_path),))) as client:
        assert 401 == client.post("/selftest").status_code
        sent = bearer(aud="http://testserver/selftest")
        assert 200 == client.post("/selftest", headers={"Authorization": sent}).status_code
        assert 401 == client.post("/selftest", headers={"Authorization": sent}).status_code


@pytest.mark.parametrize(("unwritable", "status"), [("refuse", 503), ("flag", 200)])
def test_readiness_knows_whether_the_log_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unwritable: Any, status: int
) -> None:
    from apothecary.decision_log.errors import LogError

    log = Log(url=f"sqlite:///{tmp_path / 'log.sqlite'}", unwritable=unwritable)
    app = application(log=log)
    with caller(app) as client:
        checks = client.get("/readyz").json()["checks"]
        assert {"status": "passing"} == checks["decision_log"]

        def full() -> None:
            raise LogError("log-full", "The disk is full.")

        monkeypatch.setattr(app.state.apothecary.log.log, "check", full)
        answer = client.get("/readyz")
        assert status == answer.status_code
        assert "cannot be written" in answer.text
        assert "The disk is full." not in answer.text, "why stands in the log of the service only"
        if status == 200:
            assert "degraded" == answer.json()["status"]


@pytest.mark.parametrize(("unwritable", "status"), [("refuse", 503), ("flag", 200)])
def test_a_log_that_cannot_be_written_is_said_and_its_place_only_to_those_who_run_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO, unwritable: Any, status: int
) -> None:
    from apothecary.decision_log.errors import LogError

    async def full(entry: Any) -> None:
        raise LogError("log-full", "The log on db.internal.example is full.")

    app = application(log=Log(url=f"sqlite:///{tmp_path / 'log.sqlite'}", unwritable=unwritable))
    with caller(app) as client:
        monkeypatch.setattr(app.state.apothecary.log, "write", full)
        answer = client.post("/cds-services/zorvimab-order", json=request())
        item = {"card": str(uuid4()), "outcome": "overridden", "outcomeTimestamp": "2026-06-30T10:00:00Z"}
        feedback = client.post("/cds-services/zorvimab-order/feedback", json={"feedback": [item]})
    assert (status, 503) == (answer.status_code, feedback.status_code)
    for said in (answer.text, feedback.text):
        assert "decision log" in said
        assert "db.internal" not in said
    failures = [(line["of"], line["why"]) for line in logged(lines) if line["level"] == "warning" and "of" in line]
    why = "The log on db.internal.example is full."
    assert [("review", why), ("feedback", why)] == failures


def test_reviews_findings_and_cards_are_counted() -> None:
    with caller() as client:
        assert 200 == client.post("/cds-services/zorvimab-order", json=request()).status_code
        answer = client.get("/metrics")
        assert CONTENT_TYPE == answer.headers["content-type"]
        text = answer.text
    assert 'apothecary_reviews_total{drug="zorvimab",hook="order-sign",verdict="' in text
    assert 'apothecary_findings_total{drug="zorvimab",rule="' in text
    assert 'apothecary_cards_total{indicator="' in text
    assert 'apothecary_requests_total{method="POST",route="/cds-services/{id}",status="200"} 1.0' in text
    assert 'apothecary_request_seconds_bucket{le="0.05",route="/cds-services/{id}"}' in text
    for secret in SECRETS[:1] + SECRETS[2:]:
        assert secret not in text


def test_made_up_paths_and_methods_make_no_series() -> None:
    app, state = small()
    client = rude(app)
    for number in range(50):
        client.request(f"BREW{number}", f"/nowhere/{number}")
        client.post(f"/cds-services/{number}", content=b"{}")
    text = state.metrics.text().decode()
    series = [line for line in text.splitlines() if line.startswith("apothecary_requests_total{")]
    assert 2 == len(series), series
    state.metrics.feedback("whatever")
    state.metrics.fetched("whatever")
    assert 'outcome="other"' in state.metrics.text().decode()
    assert "whatever" not in state.metrics.text().decode()


def test_the_numbers_of_several_processes_are_added(tmp_path: Path) -> None:
    code = (
        "from apothecary.service.metrics import Metrics; m = Metrics(); m.log_failed(); "
        "print(m.text().decode() if __import__('sys').argv[1:] else '')"
    )
    said = ""
    for last in ((), ("show",)):
        done = subprocess.run(
            [sys.executable, "-c", code, *last],
            capture_output=True, text=True, check=True, env={**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
        )  # fmt: skip
        said = done.stdout
    assert "apothecary_log_failures_total 2.0" in said


def test_f1_a_request_is_one_line_without_data_or_token(lines: io.StringIO) -> None:
    sent = request(
        fhirServer="https://fhir.example.org/Jane", fhirAuthorization=None,
    )  # fmt: skip
    headers = {"Authorization": "Bearer secret-token-4711", "X-Request-ID": "r-1"}
    with caller() as client:
        assert 200 == client.post("/cds-services/zorvimab-order?name=Jane", json=sent, headers=headers).status_code
    [line] = [one for one in logged(lines) if one["message"] == "answered"]
    known = {"request": "r-1", "method": "POST", "route": "/cds-services/{id}", "status": 200}
    assert known.items() <= line.items()
    assert {"hook": "order-sign", "drug": "zorvimab", "service": "zorvimab-order"}.items() <= line.items()
    assert {"time", "level", "from", "ms", "bytes"} <= line.keys()
    for secret in SECRETS:
        assert f'"{secret}' not in lines.getvalue()
        assert f"/{secret}" not in lines.getvalue()
        assert f"={secret}" not in lines.getvalue()


def test_f1_the_access_token_is_never_logged_even_when_all_goes_wrong(
    lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apothecary.service.hooks import endpoint

    def fails(*_: Any, **__: Any) -> None:
        raise ValueError("Jane Doe, secret-token-4711")

    monkeypatch.setattr(endpoint, "cards", fails)
    access = {"access_token": "secret-token-4711", "token_type": "Bearer", "scope": "patient/*.rs", "subject": "x"}
    sent = request(fhirServer="https://fhir.example.org", fhirAuthorization=access)
    with caller() as client:
        answer = client.post("/cds-services/zorvimab-order", json=sent)
    assert 500 == answer.status_code
    assert "secret-token" not in answer.text
    said = lines.getvalue()
    assert "builtins.ValueError" in said
    assert "endpoint.py" in said
    for secret in ("secret-token-4711", "Jane", "Patient/p1"):
        assert secret not in said


def test_f1_a_refused_token_is_not_logged(lines: io.StringIO, tmp_path: Path) -> None:
    sent = bearer(aud="https://other.example.org")
    with caller(application(clients=(tokens.client(tmp_path),))) as client:
        assert 401 == client.get("/cds-services", headers={"Authorization": sent}).status_code
    assert [401] == [line["status"] for line in logged(lines) if "status" in line]
    assert sent.split()[1][:20] not in lines.getvalue()


def test_other_libraries_do_not_say_what_they_saw(lines: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://fhir.example.org/Patient/p1")
    logging.getLogger("sqlalchemy.engine").error("parameters: Jane")
    logging.getLogger("uvicorn.access").info("GET /Jane")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    said = lines.getvalue()
    assert "Jane" not in said
    assert "p1" not in said
    assert ["not shown: it may hold patient data", "Invalid HTTP request received."] == [
        line["message"] for line in logged(lines)
    ]


def test_handlers_that_a_server_gave_itself_are_taken_away(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", lines)
    server = logging.getLogger("uvicorn")
    server.addHandler(logging.StreamHandler(io.StringIO()))
    server.propagate = False
    logs.start_logging()
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    assert ["Invalid HTTP request received."] == [line["message"] for line in logged(lines)]


def test_for_debugging_messages_can_be_seen(lines: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(logs.DEBUG, "1")
    rude(small()[0]).get("/broken")
    assert "MRN 4711" in lines.getvalue()
