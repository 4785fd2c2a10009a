"""Addresses for those who run the service: is it alive, may it be asked, what did it count, does it still work."""

import asyncio
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from apothecary.service import logs, metrics
from apothecary.service.auth import authorize
from apothecary.service.errors import Refusal
from apothecary.service.health import Report
from apothecary.service.openapi import described
from apothecary.service.selftest import self_test
from apothecary.service.state import State

_JSON: Final = "application/json"
_NAMED: Final = 3  # failing cases named in one sentence; all of them are in the log
_LOG_SECONDS: Final = 2.0
_UNWRITABLE: Final = "The decision log cannot be written; the log of the service says why."


async def started(app: ASGIApp, state: State) -> None:
    """Begins the first self-test, in the background: until it is done the service says that it is not ready."""
    if state.settings.self_test:
        state.health.task = asyncio.create_task(_first_test(app, state))


async def stopped(app: ASGIApp, state: State) -> None:
    """Ends a self-test that is still running."""
    task, state.health.task = state.health.task, None
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def tested(app: ASGIApp, state: State) -> Report:
    """Runs the self-test now and remembers what it found."""
    async with state.health.testing:
        report = await self_test(app, state)
        state.health.report = report
    state.metrics.tested(report)
    if report.passed:
        logs.note("self-test passed", cases=report.cases, hooks=report.hooks, seconds=report.seconds)
    for failure in report.failures:
        logs.warn("self-test failed", difference=failure)
    return report


async def _first_test(app: ASGIApp, state: State) -> None:
    try:
        await tested(app, state)
    except Exception as error:
        logs.failed(error, "", "self-test")
        reason = f"The self-test broke off ({type(error).__name__}), so nothing is known of the answers."
        state.health.report = Report(0, 0, 0.0, (reason,))
        state.metrics.tested(state.health.report)


def router(state: State) -> APIRouter:
    """GET /healthz, GET /readyz, GET /metrics, POST /selftest."""
    routes = APIRouter(tags=["Operations"])

    @routes.get("/healthz", **described("Whether the process is alive"))
    async def alive() -> Response:
        return _json({"status": "alive"})

    @routes.get("/readyz", **described("Whether the service may be asked: knowledge, self-test, decision log"))
    async def ready() -> Response:
        checks = {"knowledge": _knowledge(state), "self_test": _tested(state), "decision_log": await _log(state)}
        failing = [check["message"] for check in checks.values() if check["status"] == "failing"]
        if failing:
            raise Refusal(503, "not-ready", " ".join(failing), {"Retry-After": "2"})
        degraded = any(check["status"] == "degraded" for check in checks.values())
        return _json({"status": "degraded" if degraded else "ready", "checks": checks})

    @routes.get("/metrics", include_in_schema=False)
    async def counted() -> Response:
        text = await asyncio.to_thread(state.metrics.text)
        return Response(text, media_type=metrics.CONTENT_TYPE)

    @routes.post("/selftest", **described("Runs the packaged cases through the service now"))
    async def test(asking: Request) -> Response:
        await authorize(asking, state, "/selftest")
        if state.health.testing.locked():
            raise Refusal(409, "selftest-running", "A self-test is running. Ask again when it is done.")
        report = await tested(asking.app, state)
        if not report.passed:
            raise Refusal(503, "selftest-failed", _failing(report))
        return _json({"status": "passed", "cases": report.cases, "hooks": report.hooks, "seconds": report.seconds})

    return routes


def _json(data: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(data), media_type=_JSON)


def _knowledge(state: State) -> dict[str, Any]:
    if not state.reviewers:
        return {"status": "failing", "message": "No monograph is loaded."}
    loaded = {id_: f"{one.monograph.version}+{one.monograph.hash}" for id_, one in state.reviewers.items()}
    return {"status": "passing", "monographs": loaded}


def _tested(state: State) -> dict[str, Any]:
    report = state.health.report
    if report is None:
        if state.settings.self_test:
            return {"status": "failing", "message": "The self-test is running; ask again in a few seconds."}
        return {"status": "degraded", "message": "The self-test is off (self_test: false in the settings)."}
    if not report.passed:
        return {"status": "failing", "message": _failing(report)}
    said: dict[str, Any] = {
        "status": "passing",
        "cases": report.cases,
        "hooks": report.hooks,
        "seconds": report.seconds,
    }
    if report.untested:
        said |= {"status": "degraded", "message": f"Without cases to test: {', '.join(report.untested)}."}
    return said


def _failing(report: Report) -> str:
    more = len(report.failures) - _NAMED
    named = " ".join(report.failures[:_NAMED])
    return f"The self-test failed: {named}" + (f" And {more} more, named in the log." if more > 0 else "")


async def _log(state: State) -> dict[str, Any]:
    """Whether the decision log can be written, and what the site wants when it cannot."""
    if state.log is None or state.settings.log is None:
        return {"status": "passing", "message": "The decision log is off: nothing is stored."}
    message = state.log.healthy
    if message is None:
        from apothecary.decision_log.errors import LogError

        try:
            await asyncio.wait_for(asyncio.to_thread(state.log.log.check), _LOG_SECONDS)
        except LogError as error:
            message = error.message
        except TimeoutError:
            message = f"The decision log did not answer within {_LOG_SECONDS:g} seconds."
    if message is None:
        return {"status": "passing"}
    logs.warn("the decision log cannot be written", why=message)
    refused = state.settings.log.unwritable == "refuse"
    return {"status": "failing" if refused else "degraded", "message": _UNWRITABLE}
