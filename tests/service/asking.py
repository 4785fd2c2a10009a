"""What the tests of the service share: the application for the made-up drug, and requests as an EHR sends them."""

from typing import Any
from uuid import uuid4

import httpx
from fastapi import FastAPI
from starlette.testclient import TestClient

from apothecary.service.app import create
from apothecary.service.settings import Settings
from support import AS_OF, MADE_UP, NO_ALLERGIES, ZORVIMAB, bundle, order, patient, search

KINDS = {
    "conditions": "Condition", "medications": "MedicationRequest", "statements": "MedicationStatement",
    "allergies": "AllergyIntolerance", "results": "Observation", "immunizations": "Immunization",
    "procedures": "Procedure",
}  # fmt: skip
DRAFT = order(ZORVIMAB, "draft", id="d1", dosageInstruction=[{"text": "120 mg subcutaneously every 4 weeks"}])


def application(**settings: Any) -> FastAPI:
    """The service for the made-up drug on the day of the tests, without the self-test unless asked for."""
    known = {"knowledge": (MADE_UP,), "self_test": False, **settings}
    return create(Settings(**known), today=lambda: AS_OF)


def caller(app: FastAPI | None = None, **settings: Any) -> TestClient:
    """A client in the same process; to be used with `with`, so that start and stop run."""
    return TestClient(app or application(**settings), raise_server_exceptions=False)


def whole_prefetch(*resources: dict[str, Any], leave_out: tuple[str, ...] = ()) -> dict[str, Any]:
    """Every key answered by a search, with the resources where they belong."""
    found: dict[str, Any] = {"patient": patient()}
    for key, kind in KINDS.items():
        rows = [row for row in resources if row["resourceType"] == kind]
        if kind == "AllergyIntolerance" and not rows:
            rows = [NO_ALLERGIES]
        found[key] = search(kind, *rows)
    return {key: value for key, value in found.items() if key not in leave_out}


def request(
    hook: str = "order-sign",
    drafts: tuple[dict[str, Any], ...] = (DRAFT,),
    prefetch: dict[str, Any] | None = None,
    **fields: Any,
) -> dict[str, Any]:
    """A request for patient p1; a field given as None is left out."""
    context: dict[str, Any] = {"userId": "Practitioner/7", "patientId": "p1"}
    if hook != "patient-view":
        context["draftOrders"] = bundle(*drafts)
        if hook == "order-select":
            context["selections"] = [f"{one['resourceType']}/{one['id']}" for one in drafts]
    sent: dict[str, Any] = {
        "hook": hook, "hookInstance": str(uuid4()), "context": context,
        "prefetch": whole_prefetch() if prefetch is None else prefetch, **fields,
    }  # fmt: skip
    return {name: value for name, value in sent.items() if value is not None}


def service_of(hook: str, drug: str = "zorvimab") -> str:
    """The path of the service that answers a hook."""
    return f"/cds-services/{drug}-{'patient-view' if hook == 'patient-view' else 'order'}"


def ask(client: TestClient, sent: dict[str, Any], path: str | None = None, **more: Any) -> httpx.Response:
    """Sends a request to the service of its hook."""
    return client.post(path or service_of(sent["hook"]), json=sent, **more)


def cards_of(client: TestClient, sent: dict[str, Any]) -> list[dict[str, Any]]:
    """The cards of an answer that must be a success."""
    answer = ask(client, sent)
    assert 200 == answer.status_code, answer.text
    found: list[dict[str, Any]] = answer.json()["cards"]
    return found


def said(cards: list[dict[str, Any]]) -> str:
    """All that the cards say, for a look at what is in it."""
    return "\n".join(f"{card['summary']}\n{card.get('detail', '')}" for card in cards)
