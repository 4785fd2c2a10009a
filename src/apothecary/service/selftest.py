"""The self-test: the cases of the knowledge run through the service's own addresses, as a caller would ask them."""

import asyncio
import re
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import uuid4

import msgspec
from starlette.types import ASGIApp, Message

from apothecary.knowledge import KnowledgeError
from apothecary.logic import Truth
from apothecary.record import RecordError, read_record
from apothecary.review import Reviewer
from apothecary.review.cases import Case, CaseFile, compared, load_cases, phase_of
from apothecary.review.result import Finding, Verdict
from apothecary.service.health import Report
from apothecary.service.hooks.discovery import service_id
from apothecary.service.state import INSIDE, Inside, State

_USER: Final = "Practitioner/self-test"
_PATIENT: Final = "self-test"
_NAMED: Final = re.compile(r"`([a-z0-9][a-z0-9-]*)`")


class _Answer(msgspec.Struct):
    """What the comparison needs of the contract's JSON."""

    phase: str
    verdict: Verdict
    findings: tuple[Finding, ...]


class _Card(msgspec.Struct):
    detail: str = ""


class _Cards(msgspec.Struct):
    cards: tuple[_Card, ...]


class _Reply(NamedTuple):
    status: int
    body: bytes


async def self_test(app: ASGIApp, state: State) -> Report:
    """Runs every case of every monograph through `app`; between two cases other requests get their turn."""
    started = time.perf_counter()
    cases = hooks = 0
    failures: list[str] = []
    untested = []
    for drug, reviewer in state.reviewers.items():
        try:
            files = load_cases(state.folders[drug] / "cases")
        except KnowledgeError as error:
            failures += [f"{drug}: {mistake}" for mistake in error.mistakes]
            continue
        if not files:
            untested.append(drug)
        for file in files:
            for case in file.cases:
                said = await _api(app, reviewer, file, case)
                cases += 1
                if not said and _is_fhir(case):
                    said = await _hook(app, reviewer, file, case)
                    hooks += 1
                failures += [f"{drug}: {sentence}" for sentence in said]
                await asyncio.sleep(0)
    return Report(cases, hooks, round(time.perf_counter() - started, 3), tuple(failures), tuple(untested))


async def _api(app: ASGIApp, reviewer: Reviewer, file: CaseFile, case: Case) -> list[str]:
    """The case asked as a record, the answer compared with what the case expects."""
    where = f"{file.rule} “{case.name}”"
    rule = reviewer.monograph.rules.get(file.rule)
    if rule is None:
        return [f"{where}: the monograph has no rule {file.rule!r}; correct `rule` or add the rule."]
    asked = {"phase": phase_of(rule, case), "indication": case.indication}
    query = "&".join(f"{name}={value}" for name, value in asked.items() if value is not None)
    reply = await _post(app, f"/review/{reviewer.monograph.drug.id}", case.data(), file.as_of, query)
    if reply.status != 200:
        return [f"{where}: the service answered with status {reply.status}."]
    try:
        answer = msgspec.json.decode(reply.body, type=_Answer)
    except msgspec.MsgspecError as error:
        return [f"{where}: the answer is not the contract's JSON: {error}."]
    return compared(rule, case, answer.phase, answer.verdict, answer.findings)


async def _hook(app: ASGIApp, reviewer: Reviewer, file: CaseFile, case: Case) -> list[str]:
    """The case asked through CDS Hooks: what applies and matters must stand on a card."""
    where = f"{file.rule} “{case.name}” as a hook"
    try:
        service, body = _request(reviewer, case, file.as_of)
        review = reviewer.review(read_record(body), file.as_of)
    except (RecordError, ValueError) as error:
        return [f"{where}: nothing was reviewed: {error}"]
    reply = await _post(app, f"/cds-services/{service}", body, file.as_of)
    if reply.status != 200:
        return [f"{where}: the service answered with status {reply.status}."]
    try:
        cards = msgspec.json.decode(reply.body, type=_Cards).cards
    except msgspec.MsgspecError as error:
        return [f"{where}: the answer is not an object with cards: {error}."]
    named = {id_ for card in cards for id_ in _NAMED.findall(card.detail)}
    due = [f for f in review.findings if f.status is Truth.APPLIES and f.severity != "info" and f.id not in named]
    return [f"{where}: {finding.id} applies, but no card names it." for finding in due]


def _request(reviewer: Reviewer, case: Case, as_of: date) -> tuple[str, bytes]:
    """The service to ask and the request: opening the chart of one who takes the drug, else signing an order of it."""
    drug = reviewer.monograph.drug
    given = msgspec.json.decode(case.data())
    asked: dict[str, Any] = given if "hook" in given else {"hook": "patient-view", "prefetch": {"record": given}}
    context = {"patientId": _patient(given), **asked.get("context", {}), "userId": _USER}
    hook: str = asked["hook"]
    if reviewer.review(read_record(case.data()), as_of).phase != "on-therapy":
        hook = "order-sign" if hook == "patient-view" else hook
        drafts = context.get("draftOrders", {}).get("entry", [])
        orders = [*drafts, _order(context["patientId"], drug.name)]
        context["draftOrders"] = {"resourceType": "Bundle", "type": "collection", "entry": orders}
    asked = {**asked, "hook": hook, "hookInstance": str(uuid4()), "context": context}
    return service_id(drug.id, hook), msgspec.json.encode(asked)


def _order(patient: str, drug: str) -> dict[str, Any]:
    order = {
        "resourceType": "MedicationRequest",
        "id": "self-test-order",
        "status": "draft",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient}"},
        "medicationCodeableConcept": {"text": drug},
    }
    return {"resource": order}


def _patient(bundle: dict[str, Any]) -> str:
    """The id of the patient that the resources are of."""
    resources = [entry.get("resource") or {} for entry in bundle.get("entry", ())]
    own = [one["id"] for one in resources if one.get("resourceType") == "Patient" and one.get("id")]
    return next(iter([*own, *_subjects(resources)]), _PATIENT)


def _subjects(resources: list[dict[str, Any]]) -> Iterator[str]:
    for one in resources:
        for name in ("subject", "patient"):
            reference = (one.get(name) or {}).get("reference", "")
            if reference.startswith("Patient/"):
                yield reference.removeprefix("Patient/")


def _is_fhir(case: Case) -> bool:
    return case.fhir is not None or (case.bundle is not None and ("hook" in case.bundle or "entry" in case.bundle))


async def _post(app: ASGIApp, path: str, body: bytes, as_of: date, query: str = "") -> _Reply:
    """One request to the application itself, marked as coming from within, which nothing from outside can be."""
    replied: list[Message] = []
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(b"host", b"localhost"), (b"content-type", b"application/json")],
        "client": None,
        "server": ("localhost", None),
        "state": {},
        INSIDE: Inside(as_of),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        replied.append(message)

    await app(scope, receive, send)
    status = next((m["status"] for m in replied if m["type"] == "http.response.start"), 0)
    return _Reply(status, b"".join(m.get("body", b"") for m in replied if m["type"] == "http.response.body"))
