"""A small application behind the protection of the service, and a real server for slow and rude callers."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from apothecary.service.health import Health
from apothecary.service.metrics import Metrics
from apothecary.service.patience import Impatient
from apothecary.service.protect import install_errors, protected
from apothecary.service.settings import Limits, Settings


def small(**limits: Any) -> tuple[FastAPI, Any]:
    """An application with one address of each kind, and its state; `settings` beside the limits."""
    settings = limits.pop("settings", {})
    known = Settings(limits=Limits(**limits), **{"page": False, **settings})
    state = SimpleNamespace(settings=known, metrics=Metrics(), health=Health(), reviewers={})
    app = FastAPI(openapi_url=None)

    @app.post("/cds-services/{id}")
    async def echo(request: Request, id: str) -> Response:
        return Response(await request.body(), headers={"X-Seen": request.state.request_id})

    @app.post("/size")
    async def size(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/number/{number}")
    async def number(number: int) -> dict[str, int]:
        return {"number": number}

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError("Jane Doe, MRN 4711")

    @app.get("/slow")
    async def slow() -> None:
        import asyncio

        await asyncio.sleep(5)

    install_errors(app)
    app.add_middleware(protected, state=state)
    return app, state


def caller(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """The port of a real server on this machine."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, access_log=False, server_header=False, lifespan="on", ws="none",
        http=Impatient,
    )  # fmt: skip
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


def spoken(port: int, *parts: bytes, pause: float = 0.0, patience: float = 10.0) -> bytes:
    """Sends bytes as they are, and returns everything that comes back until the server ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as line:
        for part in parts:
            try:
                line.sendall(part)
            except ConnectionError:  # the server has had enough; what it said can still be read
                break
            time.sleep(pause)
        heard = b""
        try:
            while part := line.recv(65536):
                heard += part
        except (TimeoutError, ConnectionResetError):
            pass
        return heard
