"""The launch pages as a small site with a FHIR server beside it, and the way of a browser through a launch."""

import asyncio
from datetime import date
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from fastapi import FastAPI
from fhir_server import CLIENT_ID, FhirServer
from msgspec.structs import replace

from apothecary.review import Reviewer
from apothecary.service.fhir import FhirClient
from apothecary.service.hooks.discovery import templates
from apothecary.service.metrics import Metrics
from apothecary.service.settings import Limits, Settings, SmartServer
from apothecary.service.smart import routes
from apothecary.service.state import State
from support import AS_OF, made_up

SERVICE = "http://site.example"
CALLBACK = f"{SERVICE}/smart/callback"
FHIR_BASE = "http://127.0.0.1:8099"


def fhir_server(*resources: dict[str, Any], **more: Any) -> FhirServer:
    """A FHIR server that knows the site."""
    return FhirServer(base=FHIR_BASE, resources=list(resources), redirects=(CALLBACK,), **more)


def state_of(settings: Settings, http: httpx.AsyncClient | None = None, drugs: tuple[str, ...] = ()) -> State:
    """A state with the made-up drug, under further names too."""
    m = made_up()
    drug = {id_: replace(m, drug=replace(m.drug, id=id_, name=id_.title())) for id_ in drugs} or {m.drug.id: m}
    reviewers = {id_: Reviewer(one) for id_, one in drug.items()}
    nothing = cast(Any, None)
    return State(
        settings,
        reviewers,
        prefetch={id_: templates(one) for id_, one in drug.items()},
        today=lambda: date(AS_OF.year, AS_OF.month, AS_OF.day),
        metrics=Metrics(),
        gate=nothing,
        fhir=FhirClient(settings, http),
    )


def site_of(state: State) -> FastAPI:
    """The launch pages alone."""
    app = FastAPI(openapi_url=None)
    app.include_router(routes.router(state))
    return app


class Browser:
    """Keeps cookies from one request to the next and follows nothing by itself."""

    def __init__(self, app: FastAPI, base: str) -> None:
        self._transport = httpx.ASGITransport(app)
        self._base = base
        self.cookies = httpx.Cookies()

    def get(self, address: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer to one request."""

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(
                transport=self._transport, base_url=self._base, cookies=self.cookies
            ) as client:
                answer = await client.get(address, headers=headers)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())


class Launching:
    """A browser at the site, and the FHIR server that the site is launched from."""

    def __init__(self, server: FhirServer, drugs: tuple[str, ...] = (), seconds: float = 2.0, **more: Any) -> None:
        self.server = server
        self._transport = httpx.ASGITransport(server.app())
        known = (SmartServer(iss=server.fhir, client_id=CLIENT_ID, name="The test hospital"),)
        settings = Settings(**{"smart": known, "limits": Limits(fhir_seconds=seconds), **more})
        state = state_of(settings, httpx.AsyncClient(transport=self._transport), drugs)
        self.browser = Browser(site_of(state), more.get("base_url", SERVICE).removesuffix("/app"))

    def start(self, kind: str = "launch", **query: str) -> httpx.Response:
        """The first answer of the site: to the authorization server, or an error page."""
        asked = {"iss": self.server.fhir, **({"launch": "abc"} if kind == "launch" else {}), **query}
        return self.browser.get(f"/smart/{kind}?{urlencode(asked)}", headers={"Sec-Fetch-Dest": "document"})

    def authorized(self, started: httpx.Response) -> str:
        """The address to which the authorization server sends the browser."""
        assert 303 == started.status_code

        async def asked() -> httpx.Response:
            async with httpx.AsyncClient(transport=self._transport) as client:
                return await client.get(started.headers["location"])

        answer = asyncio.run(asked())
        assert 302 == answer.status_code, answer.text
        return answer.headers["location"]

    def whole(self, kind: str = "launch", **query: str) -> httpx.Response:
        """The page at the end of a launch."""
        return self.browser.get(self.authorized(self.start(kind, **query)))


def query_of(url: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
