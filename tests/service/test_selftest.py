"""The self-test: cases through the real addresses, and a rule that answers differently is found."""

import asyncio
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asking import caller
from fastapi import FastAPI

from apothecary.knowledge import PACKAGED, Monograph
from apothecary.logic import All, AnyOf, Phase
from apothecary.review import Reviewer
from apothecary.review.cases import load_cases
from apothecary.service.app import create
from apothecary.service.health import Report
from apothecary.service.selftest import self_test
from apothecary.service.settings import Settings
from support import MADE_UP

PACKAGED_DRUG = "anakinra"
BROKEN = "tnf-blocker"
PHASES = (Phase(equals="considering"), Phase(equals="on-therapy"))
CASE = "rule: {rule}\nas_of: 2026-06-30\ncases:\n  - {{name: a, record: {{medications: none}}, expect: {expect}}}\n"


def application(**settings: Any) -> FastAPI:
    return create(Settings(**{"monographs": (PACKAGED_DRUG,), "self_test": False, **settings}))


def report_of(app: FastAPI) -> Report:
    return asyncio.run(self_test(app, app.state.apothecary))


def broken(monograph: Monograph, truth: bool) -> Monograph:
    """The monograph with one rule that always applies, or never does."""
    rule = msgspec.structs.replace(monograph.rules[BROKEN], when=AnyOf(PHASES) if truth else All(PHASES))
    return msgspec.structs.replace(monograph, rules={**monograph.rules, BROKEN: rule})


def spoil(app: FastAPI, truth: bool = False) -> None:
    reviewers = app.state.apothecary.reviewers
    reviewers[PACKAGED_DRUG] = Reviewer(broken(reviewers[PACKAGED_DRUG].monograph, truth))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up drug as a site's own folder, with two cases."""
    folder = tmp_path_factory.mktemp("site") / "zorvimab"
    shutil.copytree(MADE_UP, folder)
    return folder


def test_every_packaged_case_passes_through_the_service() -> None:
    report = report_of(application())
    assert () == report.failures
    assert sum(len(file.cases) for file in load_cases(PACKAGED / PACKAGED_DRUG / "cases")) == report.cases
    assert report.hooks >= 50
    assert report.passed


@pytest.mark.parametrize("truth", [True, False])
def test_a_broken_rule_is_found_and_named(truth: bool) -> None:
    app = application()
    spoil(app, truth)
    report = report_of(app)
    assert not report.passed
    assert any(failure.startswith(f"{PACKAGED_DRUG}: {BROKEN} ") for failure in report.failures)


def test_a_card_that_does_not_appear_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from apothecary.service.hooks import endpoint

    monkeypatch.setattr(endpoint, "cards", lambda *_: ())
    report = report_of(application())
    assert report.failures
    assert all("no card names it" in failure for failure in report.failures)


def test_a_service_that_answers_with_errors_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    from apothecary.service import review_api

    def fails(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(review_api, "complete", fails)
    report = report_of(application())
    assert report.cases == len(report.failures)
    assert "status 500" in report.failures[0]


def test_it_leaves_no_trace_in_the_numbers() -> None:
    app = application()
    report_of(app)
    text = app.state.apothecary.metrics.text().decode()
    assert "apothecary_reviews_total{" not in text
    assert "apothecary_requests_total{" not in text


def test_it_needs_no_token_and_no_rate(tmp_path: Path) -> None:
    import tokens

    from apothecary.service.settings import Limits

    app = application(clients=(tokens.client(tmp_path),), limits=Limits(requests_per_minute=4))
    assert report_of(app).passed


def test_other_requests_are_answered_meanwhile() -> None:
    app = application()

    async def both() -> tuple[int, bool]:
        import httpx

        task = asyncio.create_task(self_test(app, app.state.apothecary))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
            answered = 0
            while not task.done() and answered < 20:
                assert 200 == (await client.get("/healthz")).status_code
                answered += 1
            early = not task.done()
            assert (await task).passed
            return answered, early

    assert (20, True) == asyncio.run(both())


def test_the_cases_of_a_site_are_its_own(site: Path) -> None:
    app = create(Settings(knowledge=(site,), self_test=False))
    assert ("zorvimab",) == report_of(app).untested
    rule = next(iter(app.state.apothecary.reviewers["zorvimab"].monograph.rules))
    cases = site / "cases" / "topic"
    cases.mkdir(parents=True)
    (cases / f"{rule}.yaml").write_text(CASE.format(rule=rule, expect="applies"))
    (cases / "x.yaml").write_text(CASE.format(rule="x", expect="clear"))
    report = report_of(app)
    assert 2 == report.cases
    assert any("no rule 'x'" in failure for failure in report.failures)
    (cases / "x.yaml").write_text("rule: [x\n")
    assert not report_of(app).passed
    shutil.rmtree(site / "cases")


def test_readiness_fails_with_a_broken_rule_and_recovers() -> None:
    app = application()
    state = app.state.apothecary
    whole = state.reviewers[PACKAGED_DRUG]
    with caller(app) as client:
        assert "degraded" == client.get("/readyz").json()["status"], "nothing was tested"
        assert 200 == client.post("/selftest").status_code
        assert "ready" == client.get("/readyz").json()["status"]
        spoil(app)
        tested = client.post("/selftest")
        assert 503 == tested.status_code
        answer = client.get("/readyz")
        assert 503 == answer.status_code
        assert BROKEN in answer.json()["issue"][0]["diagnostics"]
        assert "apothecary_selftest_passed 0.0" in client.get("/metrics").text
        state.reviewers[PACKAGED_DRUG] = whole
        assert 200 == client.post("/selftest").status_code
        assert 200 == client.get("/readyz").status_code
        assert "apothecary_selftest_passed 1.0" in client.get("/metrics").text


def test_two_self_tests_do_not_run_at_one_time(monkeypatch: pytest.MonkeyPatch) -> None:
    app = application()
    with caller(app) as client:
        monkeypatch.setattr(app.state.apothecary.health.testing, "locked", lambda: True)
        assert 409 == client.post("/selftest").status_code


def test_at_the_start_it_is_not_ready_until_it_is_tested() -> None:
    import time

    app = application(self_test=True)
    with caller(app) as client:
        first = client.get("/readyz")
        assert 503 == first.status_code
        assert "self-test is running" in first.text
        assert 200 == client.get("/healthz").status_code
        until = time.monotonic() + 60
        while client.get("/readyz").status_code == 503 and time.monotonic() < until:
            time.sleep(0.05)
        ready = client.get("/readyz").json()
        assert "ready" == ready["status"]
        assert ready["checks"]["self_test"]["cases"] >= 500


def test_at_the_start_a_broken_rule_keeps_it_from_being_ready() -> None:
    import time

    app = application(self_test=True)
    spoil(app)
    with caller(app) as client:
        until = time.monotonic() + 60
        while "is running" in client.get("/readyz").text and time.monotonic() < until:
            time.sleep(0.05)
        answer = client.get("/readyz")
        assert 503 == answer.status_code
        assert BROKEN in answer.text


def test_a_self_test_that_breaks_off_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    from apothecary.service import operations

    async def breaks(*_: Any) -> Report:
        raise OSError("disk")

    monkeypatch.setattr(operations, "self_test", breaks)
    app = application(self_test=True)
    with caller(app) as client:
        answer = client.get("/readyz")
        assert 503 == answer.status_code
        assert "broke off" in answer.text
