"""A small FHIR R4 server with its own authorization server, for tests: resources in memory, and failures to order."""

import asyncio
import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

FHIR = "application/fhir+json"
CLIENT_ID = "apothecary-test"
PATIENT_OWNED = ("AllergyIntolerance", "Immunization")


@dataclass
class FhirServer:
    """What the server holds, how it misbehaves, and what it was asked.

    `fail`: resource type -> status answered with an OperationOutcome. `slow`: type -> seconds before the answer.
    `raw`: type -> (content type, body) sent as it is. `page`: entries on a page. `next`: type -> a next link to give.
    `token`: the one it accepts; None accepts any request.
    """

    base: str = "http://127.0.0.1"
    resources: list[dict[str, Any]] = field(default_factory=list)
    fail: dict[str, int] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    raw: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    next: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    page: int = 100
    token: str | None = None
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    # the authorization server
    context: dict[str, Any] = field(default_factory=lambda: {"patient": "p1", "need_patient_banner": True})
    configuration: dict[str, Any] = field(default_factory=dict)
    granted: dict[str, Any] = field(default_factory=dict)
    redirects: Sequence[str] = ()
    deny: str = ""
    answered: dict[str, str] = field(default_factory=dict)
    token_status: int = 200
    asked: list[dict[str, str]] = field(default_factory=list)
    exchanged: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    chart: str = ""

    def app(self) -> Starlette:
        """The server as an ASGI application; FHIR below /fhir."""
        return Starlette(
            routes=[
                Route("/fhir/.well-known/smart-configuration", self._configuration),
                Route("/auth/authorize", self._authorize),
                Route("/auth/token", self._token, methods=["POST"]),
                Route("/ehr", self._ehr),
                Route("/fhir/{kind}", self._search),
                Route("/fhir/{kind}/{id}", self._read),
                Route("/{path:path}", self._elsewhere),
            ]
        )

    @property
    def fhir(self) -> str:
        """The base address of the FHIR server."""
        return f"{self.base}/fhir"

    def paths(self) -> list[str]:
        """What was asked for, without the base."""
        return [path for path, _, _ in self.seen]

    async def _ehr(self, request: Request) -> Response:
        """The screen of an EHR that shows a page in a frame."""
        return HTMLResponse(
            f'<!DOCTYPE html><title>EHR</title><iframe width="1000" height="700" src="{self.chart}"></iframe>'
        )

    # --- FHIR ---------------------------------------------------------------------------------------------------

    async def _before(self, request: Request, kind: str) -> Response | None:
        self.seen.append((request.url.path, request.url.query, dict(request.headers)))
        await asyncio.sleep(self.slow.get(kind, 0))
        if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
            return self._outcome(401, "no access")
        if kind in self.fail:
            return self._outcome(self.fail[kind], f"{kind} is out of order")
        if kind in self.raw:
            content_type, body = self.raw[kind]
            return Response(body, media_type=content_type, headers=self.headers)
        return None

    async def _read(self, request: Request) -> Response:
        kind, identity = request.path_params["kind"], request.path_params["id"]
        early = await self._before(request, kind)
        if early is not None:
            return early
        for resource in self.resources:
            if (resource["resourceType"], resource.get("id")) == (kind, identity):
                return JSONResponse(resource, media_type=FHIR, headers=self.headers)
        return self._outcome(404, f"{kind}/{identity} is not known")

    async def _search(self, request: Request) -> Response:
        kind = request.path_params["kind"]
        early = await self._before(request, kind)
        if early is not None:
            return early
        query = dict(parse_qsl(request.url.query))
        found = [r for r in self.resources if r["resourceType"] == kind and self._fits(r, query)]
        if query.get("_sort") == "-date":
            found.sort(key=lambda r: str(r.get("effectiveDateTime")), reverse=True)
        size = min(self.page, int(query.get("_count", self.page)))
        start = int(query.pop("_offset", 0))
        link = [{"relation": "self", "url": f"{self.fhir}/{kind}?{urlencode(query)}"}]
        if kind in self.next:
            link.append({"relation": "next", "url": self.next[kind]})
        elif start + size < len(found):
            link.append(
                {"relation": "next", "url": f"{self.fhir}/{kind}?{urlencode({**query, '_offset': start + size})}"}
            )
        entry = [{"fullUrl": f"{self.fhir}/{kind}/{r.get('id')}", "resource": r} for r in found[start : start + size]]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": link}
        return JSONResponse(bundle | ({"entry": entry} if entry else {}), media_type=FHIR, headers=self.headers)

    def _fits(self, resource: dict[str, Any], query: dict[str, str]) -> bool:
        owner = resource.get("patient" if resource["resourceType"] in PATIENT_OWNED else "subject", {})
        if owner.get("reference") != f"Patient/{query.get('patient')}":
            return False
        if "code" not in query:
            return True
        concept = resource.get("code", {})
        return any(coding.get("code") in query["code"].split(",") for coding in concept.get("coding", []))

    def _outcome(self, status: int, text: str) -> Response:
        issue = [{"severity": "error", "code": "exception", "diagnostics": text}]
        return JSONResponse(
            {"resourceType": "OperationOutcome", "issue": issue}, status, headers=self.headers, media_type=FHIR
        )

    async def _elsewhere(self, request: Request) -> Response:
        self.seen.append((request.url.path, request.url.query, dict(request.headers)))
        return self._outcome(404, "nothing here")

    # --- authorization ------------------------------------------------------------------------------------------

    async def _configuration(self, request: Request) -> Response:
        await asyncio.sleep(self.slow.get("configuration", 0))
        if "configuration" in self.fail:
            return Response("out of order", self.fail["configuration"])
        if "configuration" in self.raw:
            return Response(self.raw["configuration"][1])
        return JSONResponse(
            {
                "issuer": f"{self.base}/auth",
                "authorization_endpoint": f"{self.base}/auth/authorize",
                "token_endpoint": f"{self.base}/auth/token",
                "grant_types_supported": ["authorization_code"],
                "code_challenge_methods_supported": ["S256"],
                "capabilities": ["launch-ehr", "launch-standalone", "client-public", "context-ehr-patient"],
                **self.configuration,
            }
        )

    async def _authorize(self, request: Request) -> Response:
        """Approves at once, as if the user had just agreed."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        right = (
            asked.get("response_type") == "code"
            and asked.get("client_id") == CLIENT_ID
            and asked.get("redirect_uri") in self.redirects
            and asked.get("code_challenge_method") == "S256"
            and len(asked.get("code_challenge", "")) == 43
            and len(asked.get("state", "")) >= 22
            and asked.get("aud") == self.fhir
            and ("launch" if "launch" in asked else "launch/patient") in asked.get("scope", "").split()
        )
        if not right:
            return Response("the request for a code is not right", 400)
        if self.deny:
            answer = {"error": self.deny, "error_description": "<b>no</b>", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = asked
            answer = {"code": code, "state": asked["state"]}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, **self.answered})}", 302)

    async def _token(self, request: Request) -> Response:
        await asyncio.sleep(self.slow.get("token", 0))
        form = dict(parse_qsl((await request.body()).decode()))
        self.exchanged.append(form)
        asked = self.codes.pop(form.get("code", ""), None)  # a code can be used once
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if self.token_status != 200:
            return JSONResponse({"error": "<script>invalid</script>"}, self.token_status)
        right = (
            asked is not None
            and form.get("grant_type") == "authorization_code"
            and form.get("client_id") == asked["client_id"]
            and form.get("redirect_uri") == asked["redirect_uri"]
            and challenge == asked["code_challenge"]
        )
        if not right or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        self.token = secrets.token_urlsafe(24)
        answer = {
            "access_token": self.token, "token_type": "Bearer", "expires_in": 300, "scope": asked["scope"],
            **self.context, **self.granted,
        }  # fmt: skip
        return JSONResponse({name: value for name, value in answer.items() if value is not None})
