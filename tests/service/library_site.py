"""The pages beside form and review as one small site, and a browser that asks it in this process."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import cache
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.review import Reviewer
from apothecary.service.page import library, routes
from apothecary.service.settings import Settings
from apothecary.service.state import State
from support import made_up

ADDRESS = "http://pages.example"
TODAY = date(2026, 11, 22)
POLICY = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"


@cache
def state() -> State:
    """The packaged monographs and the made-up one, on a fixed day."""
    known = [*(load(PACKAGED / name) for name in packaged()), made_up()]
    nothing = cast(Any, None)
    reviewers = {m.drug.id: Reviewer(m) for m in known}
    folders = {name: PACKAGED / name for name in packaged()}
    return State(
        Settings(), reviewers, prefetch={}, today=lambda: TODAY, metrics=nothing, gate=nothing, fhir=nothing,
        folders=folders,
    )  # fmt: skip


@cache
def site() -> FastAPI:
    """The site: the form, the review, and the pages beside them."""
    app = FastAPI(openapi_url=None)
    for module in (routes, library):
        app.include_router(module.router(state()))
    return app


def ask(method: str, path: str, **more: Any) -> httpx.Response:
    """The answer of the site, without a network; in a thread of its own, since a browser runs a loop in this one."""

    async def asked() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=site()), base_url=ADDRESS) as client:
            return await client.request(method, path, **more)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, asked()).result()


def get(path: str) -> str:
    """A page of the site that is there."""
    got = ask("GET", path)
    assert got.status_code == 200
    return got.text


@contextmanager
def browser(**options: Any) -> Iterator[Any]:
    """A page of Chromium whose every request is answered by the site; a request to anywhere else fails the test."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        message = "Chromium is not installed; install it (apt-get install chromium) to see the pages."
        if "APOTHECARY_NO_SKIPS" in os.environ:
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import Route, sync_playwright

    elsewhere: list[str] = []

    def answer(route: Route) -> None:
        asked = route.request
        if not asked.url.startswith(f"{ADDRESS}/"):
            elsewhere.append(asked.url)
            route.abort()
            return
        headers = {k: v for k, v in asked.headers.items() if k.lower() != "content-length"}
        got = ask(asked.method, asked.url, content=asked.post_data_buffer, headers=headers)
        said = {k: v for k, v in got.headers.items() if k != "content-length"}
        route.fulfill(status=got.status_code, headers={"Content-Security-Policy": POLICY, **said}, body=got.content)

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        context = chromium.new_context(bypass_csp=False, **options)
        context.route("**/*", answer)
        page = context.new_page()
        yield page
        chromium.close()
    assert not elsewhere
