"""The addresses of CDS Hooks: discovery, one for each service, and feedback."""

from typing import Final

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from apothecary.present.cards import encode
from apothecary.service.auth import authorize
from apothecary.service.body import media_type
from apothecary.service.decisions import log_feedback
from apothecary.service.errors import Refusal
from apothecary.service.hooks import endpoint, feedback, request
from apothecary.service.hooks.discovery import HOOKS, service_id, services
from apothecary.service.openapi import described
from apothecary.service.state import State, inside_call

_JSON: Final = "application/json"
_ACCEPTED: Final = (_JSON, "application/fhir+json")


def router(state: State) -> APIRouter:
    """The routes; each call but those from within needs a token where clients are configured."""
    routes = APIRouter(tags=["CDS Hooks"])
    discovery = msgspec.json.encode({"services": services({id_: r.monograph for id_, r in state.reviewers.items()})})
    known = _known(state)

    def service(id_: str) -> tuple[str, tuple[str, ...]]:
        if id_ not in known:
            message = f"There is no service of that id. Services: {', '.join(known)}."
            raise Refusal(404, "unknown-service", message)
        return known[id_]

    @routes.get("/cds-services", **described("Which services there are", answer="Discovery"))
    async def discover(asking: Request) -> Response:
        await authorize(asking, state, "/cds-services")
        return Response(discovery, media_type=_JSON)

    @routes.post("/cds-services/{id}", **described("The cards for a hook", body="CDSRequest", answer="CDSResponse"))
    async def call(asking: Request, id: str) -> Response:
        drug, hooks = service(id)
        caller = await authorize(asking, state, f"/cds-services/{id}")
        body = await json_body(asking)
        asked = request.read(body, hooks)
        asking.state.hook, asking.state.drug, asking.state.service = asked.hook, drug, id
        asking.state.iss = caller.iss if caller is not None else ""
        shown = await endpoint.answer(
            state, asked, drug, caller, state.base_url(asking), state.as_of(asking), inside_call(asking) is not None
        )
        return Response(encode(shown), media_type=_JSON)

    @routes.post("/cds-services/{id}/feedback", **described("What became of cards", body="Feedback", answer="Nothing"))
    async def take_feedback(asking: Request, id: str) -> Response:
        drug, _ = service(id)
        await authorize(asking, state, f"/cds-services/{id}/feedback")
        items = feedback.read(await json_body(asking))
        asking.state.drug, asking.state.service = drug, id
        await log_feedback(state, id, drug, items)
        return Response(status_code=200)

    return routes


def _known(state: State) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each service with its drug and the hooks it answers."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    for drug in state.reviewers:
        for hook in HOOKS:
            id_ = service_id(drug, hook)
            found[id_] = (drug, (*found.get(id_, (drug, ()))[1], hook))
    return found


async def json_body(asking: Request) -> bytes:
    """The body of a request that says it is JSON; Refusal(415) for any other type."""
    if media_type(asking) not in _ACCEPTED:
        message = f"The body must be JSON: send the header Content-Type: {_JSON}."
        raise Refusal(415, "not-json", message, {"Accept": ", ".join(_ACCEPTED)})
    return await asking.body()
