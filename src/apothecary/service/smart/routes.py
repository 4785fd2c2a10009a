"""The addresses of SMART App Launch: a launch by the EHR, one by the page itself, and the answer to both."""

import os
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from apothecary.service.errors import Refusal
from apothecary.service.fhir.address import read_address, same_address
from apothecary.service.fhir.client import Access, failed
from apothecary.service.hooks.discovery import queries
from apothecary.service.page.asked import Asked
from apothecary.service.page.frame import page
from apothecary.service.page.review_page import respond
from apothecary.service.settings import SettingsError, SmartServer
from apothecary.service.smart import oauth
from apothecary.service.smart.record import record
from apothecary.service.smart.session import KEY, Launch, Vault, clear, put
from apothecary.service.smart.stopped import Stopped
from apothecary.service.state import State

_FROM_CHART: Final = "Start again from the patient's chart."
Text = Annotated[str, Query()]


def launches(state: State) -> tuple[tuple[str, str], ...]:
    """The servers that the page offers to start with: a name to show and the path to go to."""
    return tuple(
        (server.name or server.iss, "/smart/standalone?" + urlencode({"iss": server.iss}))
        for server in state.settings.smart
    )


def router(state: State) -> APIRouter:
    """The routes; SettingsError when a configured server has no usable address."""
    for server in state.settings.smart:
        try:
            read_address(server.iss, state.settings, "smart.iss")
        except Refusal as refusal:
            raise SettingsError(f"{refusal.message} Correct {server.iss} in the settings.") from refusal
    routes = APIRouter(prefix="/smart", include_in_schema=False)
    vault = Vault(os.environ.get(KEY))

    @routes.get("/launch")
    async def launch(request: Request, iss: Text = "", launch: Text = "", drug: Text = "") -> Response:
        """Starts from an EHR, which names its FHIR server and its launch."""
        if not launch:
            stopped = Stopped(400, "it gave no launch value", "The EHR did not say which launch this is.", _FROM_CHART)
            return _page(request, state, stopped)
        return await _start(request, state, vault, iss, launch, drug)

    @routes.get("/standalone")
    async def standalone(request: Request, iss: Text = "", drug: Text = "") -> Response:
        """Starts from the page; the FHIR server asks for the patient."""
        return await _start(request, state, vault, iss, None, drug)

    @routes.get("/callback")
    async def callback(request: Request, code: Text = "", error: Text = "", iss: Text = "") -> Response:
        """The authorization server's answer: reads the data of the patient in context and reviews them."""
        begun = vault.found(request, request.query_params.get("state", ""))
        if begun is None:
            detail = "Its time was up, it was already answered, or it was started in another browser."
            return _page(request, state, Stopped(400, "this launch is not known here", detail, _FROM_CHART))
        try:
            answer = await _finish(request, state, begun, code, error, iss)
        except Stopped as stopped:
            answer = _page(request, state, stopped, begun.drug)
        clear(answer, begun)
        return answer

    return routes


async def _start(request: Request, state: State, vault: Vault, iss: str, handle: str | None, drug: str) -> Response:
    """Sends the browser to the server's authorization, once it is clear which drug is meant."""
    server = _server(state, iss)
    if server is None:
        detail = (
            "The FHIR server that it names is not one from which this service may be started. It was not contacted."
        )
        advice = "Ask whoever runs this service to add the server to the setting smart."
        return _page(request, state, Stopped(403, "the launch was refused", detail, advice))
    if not drug and len(state.reviewers) == 1:
        drug = next(iter(state.reviewers))
    if drug not in state.reviewers:
        if drug:
            detail = "There is no monograph of that name here."
            return _page(
                request, state, Stopped(404, "the launch names an unknown drug", detail, "Choose one of the list.")
            )
        return _choice(request, state, server, handle)
    try:
        found = await oauth.discover(state.fhir.http, server, state.settings)
    except Stopped as stopped:
        return _page(request, state, stopped, drug)
    begun = oauth.begin(server, found, f"{state.base_url(request)}/smart/callback", drug)
    answer = RedirectResponse(oauth.authorize(server, found, begun, handle), 303, {"Cache-Control": "no-store"})
    answer.headers["Referrer-Policy"] = "no-referrer"
    put(answer, begun, vault.seal(begun), request)
    return answer


async def _finish(request: Request, state: State, begun: Launch, code: str, error: str, iss: str) -> Response:
    """The review of the patient in context; Stopped when there is no access or nothing could be read."""
    server = _server(state, begun.iss)
    if server is None:
        raise Stopped(403, "the launch was refused", "The FHIR server is no longer one of the settings.")
    if iss and not any(same_address(iss, known, state.settings) for known in begun.issuers):
        raise Stopped(400, "the answer came from another server", "It was not used.", _FROM_CHART)
    if not iss and begun.names_issuer:
        raise Stopped(400, "the answer does not say which server it is from", "It was not used.", _FROM_CHART)
    if error:
        denied = error == "access_denied"
        detail = (
            "The user or the server refused it." if denied else "The server reported an error instead of giving access."
        )
        raise Stopped(403, "access was not given", f"{detail} No data were read.", _FROM_CHART)
    if not code:
        raise Stopped(400, "the answer holds no code", "No data were read.", _FROM_CHART)
    granted = await oauth.exchange(state.fhir.http, server, begun, code, state.settings)
    patient = granted.patient or ""
    asked = queries(state.reviewers[begun.drug].monograph, patient)
    access = Access(read_address(server.iss, state.settings, "iss"), granted.access_token, granted.scope)
    fetched = await state.fhir.fetch(access, asked)
    del granted, access
    lost = [failed(value) for value in fetched.values()]
    for one in lost:
        state.metrics.fetched("failed" if one else "fetched")
    if all(lost):
        detail = "None of the patient's data could be read, so there is no review."
        raise Stopped(502, "it gave no data", detail)
    return await respond(request, state, Asked(begun.drug, record(patient, asked, fetched), "", state.as_of(request)))


def _server(state: State, iss: str) -> SmartServer | None:
    return next((one for one in state.settings.smart if same_address(one.iss, iss, state.settings)), None)


def _choice(request: Request, state: State, server: SmartServer, handle: str | None) -> Response:
    """Asks which drug the review is about; nothing was contacted yet."""
    known = {"iss": server.iss} | ({} if handle is None else {"launch": handle})
    path = "/smart/standalone" if handle is None else "/smart/launch"
    choices = [
        (reviewer.monograph.drug.name, f"{path}?{urlencode(known | {'drug': id_})}")
        for id_, reviewer in state.reviewers.items()
    ]
    return page(request, state, "launch.html", choices=choices, server=server.name or server.iss)


def _page(request: Request, state: State, stopped: Stopped, drug: str | None = None) -> Response:
    """Says why there is no review, and what to do."""
    of_server = stopped.problem.startswith(("it ", "its "))
    message = f"{'The FHIR server: ' if of_server else ''}{stopped.problem}. {stopped.detail}"
    return page(
        request,
        state,
        "error.html",
        status=stopped.status,
        drug=drug,
        title="No review: the launch did not succeed",
        message=message[0].upper() + message[1:],
        advice=stopped.advice,
    )
