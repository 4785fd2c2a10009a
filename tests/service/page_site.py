"""The whole service as a browser without scripts sees it: pages, their forms as filled in by default, what is sent."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI

from apothecary.knowledge import PACKAGED
from apothecary.service.app import create
from apothecary.service.settings import Settings
from support import MADE_UP

TODAY = date(2026, 11, 22)
EXAMPLE = (PACKAGED / "anakinra" / "example.json").read_text(encoding="utf-8")
DRUGS = ("anakinra", "zorvimab")


@cache
def app() -> FastAPI:
    """The packaged monograph and the made-up one, on a fixed day."""
    return create(Settings(monographs=("anakinra",), knowledge=(Path(MADE_UP),), self_test=False), lambda: TODAY)


@contextmanager
def running() -> Iterator[str]:
    """The address of the service on a free port of this machine, as long as it is used."""
    server = uvicorn.Server(uvicorn.Config(app(), host="127.0.0.1", port=0, log_config=None, lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 30
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(30)


def ask(method: str, path: str, **more: Any) -> httpx.Response:
    """The answer of the service, in this process."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app(), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await client.request(method, path, **more)

    return asyncio.run(asked())


def reviewed(**fields: Any) -> httpx.Response:
    """The answer to a form with these fields, sent as a browser sends it; `__` in a name is a dot."""
    return sent({name.replace("__", "."): value for name, value in fields.items()})


def sent(fields: dict[str, Any]) -> httpx.Response:
    """The answer to POST /review of a multipart form."""
    parts = [
        (name, (None, one))
        for name, value in ({"drug": "anakinra"} | fields).items()
        for one in (value if isinstance(value, list) else [value])
    ]
    return ask("POST", "/review", files=parts)


def verdict(page: str) -> str:
    """The verdict in the banner; empty on a page that is no review."""
    found = re.search(r'<div class="verdict ([a-z-]+)"', page)
    return found[1] if found else ""


class Shown(HTMLParser):
    """The fields of a page's form with what a browser would send of them untouched, and all ids and labels."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, list[str]] = {}
        self.names: dict[str, str] = {}  # every field, ticked or not: its kind
        self.options: dict[str, list[str]] = {}
        self.ids: list[str] = []
        self.labels: set[str] = set()
        self.targets: set[str] = set()
        self.tags: set[str] = set()
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collects a field."""
        had = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids += [had["id"]] if "id" in had else []
        if tag == "label" and "for" in had:
            self.labels.add(had["for"])
        if tag == "a" and had.get("href", "").startswith("#"):
            self.targets.add(had["href"][1:])
        name = had.get("name", "")
        if tag == "input" and name:
            self.names[name] = had.get("type", "text")
            if had.get("type") != "file" and (had.get("type") != "checkbox" or "checked" in had):
                self.fields.setdefault(name, []).append(had.get("value", ""))
        elif tag == "textarea":
            self.names[name], self._area = "textarea", name
            self.fields[name] = [""]
        elif tag == "select":
            self.names[name], self._select = "select", name
        elif tag == "option" and self._select:
            listed = self.options.setdefault(self._select, [])
            listed.append(had.get("value", ""))
            if "selected" in had or len(listed) == 1:
                self.fields[self._select] = [had.get("value", "")]

    def handle_endtag(self, tag: str) -> None:
        """Ends a field."""
        if tag == "textarea":
            self._area = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        """The text of a text field, without the line break behind its tag."""
        if self._area:
            self.fields[self._area][0] += data[1:] if data.startswith("\n") and not self.fields[self._area][0] else data
