"""The whole service as one ASGI application."""

import asyncio
import gc
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from secrets import token_bytes
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.types import ASGIApp

from apothecary import __version__
from apothecary.knowledge import PACKAGED, KnowledgeError, extend, load, packaged
from apothecary.review import Reviewer
from apothecary.service import operations, review_api
from apothecary.service.auth import Gate
from apothecary.service.fhir.client import FhirClient
from apothecary.service.health import Health
from apothecary.service.hooks import routes as hooks
from apothecary.service.hooks.discovery import templates
from apothecary.service.logs import start_logging
from apothecary.service.metrics import Metrics
from apothecary.service.openapi import SCHEMAS
from apothecary.service.protect import install_errors, protected
from apothecary.service.replay import Replay
from apothecary.service.settings import Settings, SettingsError, from_json
from apothecary.service.state import State

SETTINGS = "APOTHECARY_SETTINGS"  # how the settings reach the worker processes


def create(settings: Settings, today: Callable[[], date] | None = None) -> FastAPI:
    """The application; SettingsError when the knowledge or the log cannot be used as the settings say."""
    state = _state(settings, today or date.today)
    app = FastAPI(
        title="Apothecary",
        version=__version__,
        description="Drug monographs that run. Not clinically validated.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan(state),
    )
    app.state.apothecary = state
    for router in _routers(state):
        app.include_router(router)
    _describe(app)
    install_errors(app)
    app.add_middleware(_Protected, state=state)
    return app


def from_environment() -> FastAPI:
    """The application of a worker process, with the settings that `serve` has checked and handed down."""
    start_logging()
    return create(from_json(os.environ[SETTINGS]))


class _Protected:
    """The outermost layer, in the form in which FastAPI adds it."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._inner = protected(app, state)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._inner(scope, receive, send)


def _state(settings: Settings, today: Callable[[], date]) -> State:
    folders, reviewers = {}, {}
    for folder, reviewer in _reviewers(settings):
        folders[reviewer.monograph.drug.id], reviewers[reviewer.monograph.drug.id] = folder, reviewer
    health, metrics = Health(), Metrics()
    log = _log(settings, health)
    overrides = None
    if log is not None:
        from apothecary.service.overrides import Overrides

        overrides = Overrides(log, metrics.log_failed)
    return State(
        settings=settings,
        reviewers=reviewers,
        prefetch={id_: templates(reviewer.monograph) for id_, reviewer in reviewers.items()},
        today=today,
        metrics=metrics,
        gate=Gate(settings, time.time, Replay()),
        fhir=FhirClient(settings),
        log=log,
        overrides=overrides,
        health=health,
        folders=folders,
    )


def _reviewers(settings: Settings) -> list[tuple[Path, Reviewer]]:
    """The monographs to serve, made ready, and the folder that each was read from."""
    names = settings.monographs or (() if settings.knowledge else tuple(packaged()))
    unknown = [name for name in names if name not in packaged()]
    if unknown:
        known = ", ".join(packaged())
        raise SettingsError(f"There is no monograph {unknown[0]!r} to serve. Packaged monographs: {known}.")
    folders: list[Path] = [*(PACKAGED / name for name in names), *settings.knowledge]
    try:
        found = [(folder, load(folder)) for folder in folders]
        if settings.terminology is None:
            return [(folder, Reviewer(monograph)) for folder, monograph in found]
        return [(folder, Reviewer(*extend(monograph, settings.terminology))) for folder, monograph in found]
    except KnowledgeError as error:
        raise SettingsError(f"The knowledge is invalid: {error.mistakes[0]} See `apothecary check`.") from error


def _log(settings: Settings, health: Health) -> Any:
    if settings.log is None:
        return None
    from apothecary.decision_log.errors import LogError
    from apothecary.decision_log.keys import read_key
    from apothecary.decision_log.store import DecisionLog
    from apothecary.decision_log.writer import Writer

    try:
        key = read_key(settings.log.url, settings.log.key_file, lambda: token_bytes(32))
        return Writer(DecisionLog.open(settings.log.url, key), underway=lambda: health.underway)
    except LogError as error:
        raise SettingsError(f"The decision log cannot be used: {error}") from error


def _routers(state: State) -> list[Any]:
    found = [hooks.router(state), review_api.router(state), operations.router(state)]
    if state.settings.page:
        from apothecary.service.page import library
        from apothecary.service.page import routes as page

        found += [page.router(state), library.router(state)]
        if state.settings.smart:
            from apothecary.service.smart import routes as smart

            found.append(smart.router(state))
    return found


def _describe(app: FastAPI) -> None:
    """The OpenAPI description at /openapi.json, with our schemas."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            made.setdefault("components", {}).setdefault("schemas", {}).update(SCHEMAS)
            app.openapi_schema = made
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way of extending it

    @app.get("/openapi.json", include_in_schema=False)
    async def description() -> dict[str, Any]:
        return openapi()


def _lifespan(state: State) -> Any:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if state.overrides is not None:
            state.overrides.start()
        await operations.started(app, state)
        gc.collect()
        gc.set_threshold(20_000, 20, 100)  # with the next line 8 % of the time: requests leave few cycles behind,
        gc.freeze()  # and the knowledge, which stays for good, need not be looked through again and again
        yield
        gc.unfreeze()
        await operations.stopped(app, state)
        await state.fhir.close()
        if state.overrides is not None:
            await state.overrides.stop()
        if state.log is not None:
            await asyncio.to_thread(state.log.close)

    return lifespan
