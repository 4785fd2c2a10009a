"""The review of one record as JSON: the same answer as `apothecary review --format json`."""

from datetime import date
from typing import Final, get_args

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from apothecary.knowledge.schema import PhaseName
from apothecary.present import as_json
from apothecary.record import RecordError, read_record
from apothecary.review import ExpiredEdition, UnknownUse
from apothecary.service.auth import authorize
from apothecary.service.body import media_type
from apothecary.service.decisions import log_review
from apothecary.service.errors import Refusal
from apothecary.service.openapi import described
from apothecary.service.state import State, inside_call
from apothecary.therapy import complete

_TYPES: Final = (
    "application/json",
    "application/fhir+json",
    "application/yaml",
    "application/x-yaml",
    "text/yaml",
    "text/plain",
)
_QUERY: Final = ("as_of", "phase", "indication")


def router(state: State) -> APIRouter:
    """POST /review/{drug}: the body is a record in any form that is read, the answer the contract's JSON."""
    routes = APIRouter(tags=["Review"])

    @routes.post(
        "/review/{drug}",
        **described("The review of one record", body="Record", answer="Review", query=_QUERY),
    )
    async def review(asking: Request, drug: str) -> Response:
        reviewer = state.reviewers.get(drug)
        if reviewer is None:
            known = ", ".join(state.reviewers)
            raise Refusal(404, "unknown-drug", f"There is no monograph of that drug. Monographs: {known}.")
        inside = inside_call(asking) is not None
        await authorize(asking, state, f"/review/{drug}")
        as_of, phase, indication = _asked(asking, state)
        if media_type(asking) not in _TYPES:
            message = f"A record is sent as {_TYPES[0]}, {_TYPES[1]} or, in the short form, {_TYPES[2]}."
            raise Refusal(415, "not-a-record", message, {"Accept": ", ".join(_TYPES)})
        asking.state.hook, asking.state.drug = "api", drug
        try:
            found = complete(reviewer, read_record(await asking.body()), as_of, phase, indication)
        except RecordError as error:
            raise Refusal(400 if error.code == "unreadable" else 422, error.code, error.message) from error
        except UnknownUse as error:
            raise Refusal(400, "unknown-use", str(error)) from error
        except ExpiredEdition as error:
            raise Refusal(422, "edition-expired", str(error)) from error
        note = await log_review(
            state,
            found,
            hook="api",
            service=f"review/{drug}",
            request_id=getattr(asking.state, "request_id", ""),
            patient=found.patient.id,
            inside=inside,
        )
        if not inside:
            state.metrics.review(found, "api")
        headers = {"Warning": f'199 - "{note}"'} if note else None
        return Response(msgspec.json.encode(as_json.document(found)), media_type="application/json", headers=headers)

    return routes


def _asked(asking: Request, state: State) -> tuple[date, PhaseName | None, str | None]:
    """The day, phase and use of the query; Refusal(400) names what is not understood."""
    query = asking.query_params
    unknown = [name for name in query if name not in _QUERY]
    if unknown:
        raise Refusal(400, "unknown-parameter", f"There is a parameter that is not known. Known: {', '.join(_QUERY)}.")
    as_of = state.as_of(asking)
    if "as_of" in query:
        try:
            as_of = date.fromisoformat(query["as_of"])
        except ValueError:
            raise Refusal(400, "not-a-date", "as_of is no whole date; write one such as 2026-11-22.") from None
    phases: dict[str | None, PhaseName | None] = {None: None, **{name: name for name in get_args(PhaseName)}}
    if query.get("phase") not in phases:
        raise Refusal(400, "unknown-phase", f"phase is one of {', '.join(get_args(PhaseName))}.")
    return as_of, phases[query.get("phase")], query.get("indication")
