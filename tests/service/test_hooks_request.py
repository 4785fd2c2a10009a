"""What a request must be: each thing that is not right is named, with status 400. Ids are those of the checklist."""

from collections.abc import Iterator
from typing import Any

import pytest
from asking import DRAFT, ask, caller, request, service_of
from starlette.testclient import TestClient

from support import bundle


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with caller() as made:
        yield made


def changed(hook: str = "order-sign", **context: Any) -> dict[str, Any]:
    """A request with fields of the context replaced, or with None left out."""
    sent = request(hook)
    merged = {**sent["context"], **context}
    return {**sent, "context": {name: value for name, value in merged.items() if value is not None}}


def refused(client: TestClient, sent: dict[str, Any], path: str | None = None) -> str:
    answer = ask(client, sent, path or service_of(sent.get("hook") or "order-sign"))
    assert 400 == answer.status_code, answer.text
    body = answer.json()
    assert "OperationOutcome" == body["resourceType"]
    assert answer.headers["content-type"].startswith("application/fhir+json")
    said: str = body["issue"][0]["diagnostics"]
    return said


@pytest.mark.parametrize("field", ["hook", "hookInstance", "context"])
def test_R_1_a_missing_field_is_named(client: TestClient, field: str) -> None:
    assert field in refused(client, {k: v for k, v in request().items() if k != field}, service_of("order-sign"))


@pytest.mark.parametrize("instance", ["7", "", "not-a-uuid", "d1577c69"])
def test_R_1_the_instance_is_a_uuid(client: TestClient, instance: str) -> None:
    assert "hookInstance" in refused(client, request(hookInstance=instance))


def test_R_1_a_token_needs_a_server(client: TestClient) -> None:
    assert "fhirServer" in refused(client, request(fhirAuthorization={"access_token": "t", "token_type": "Bearer"}))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{", b'"x"', b"\xff\xfe", b'{"hook": 7}', b"[" * 50_000])
def test_J_1_what_is_no_json_object_is_refused(client: TestClient, body: bytes) -> None:
    answer = client.post(service_of("order-sign"), content=body, headers={"Content-Type": "application/json"})
    assert (400, "OperationOutcome") == (answer.status_code, answer.json()["resourceType"])


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_J_1_another_content_type_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post(service_of("order-sign"), content=b"{}", headers={"Content-Type": kind})
    assert (415, "not-json") == (answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"])


def test_J_1_answers_are_json(client: TestClient) -> None:
    assert "application/json" == ask(client, request()).headers["content-type"]


def test_R_2_the_hook_must_be_one_of_the_service(client: TestClient) -> None:
    assert "patient-view" in refused(client, request("patient-view"), service_of("order-sign"))
    assert "order-sign" in refused(client, request("order-sign"), service_of("patient-view"))
    assert "unknown hook" in refused(client, {**request(), "hook": "encounter-start"}, service_of("order-sign"))


@pytest.mark.parametrize("server", ["http://ehr.example/fhir", "ftp://ehr.example", "file:///etc/passwd", "x"])
def test_R_3_a_fhir_server_is_https(client: TestClient, server: str) -> None:
    sent = request(fhirServer=server, fhirAuthorization={"access_token": "t", "token_type": "Bearer"})
    answer = ask(client, sent)
    assert answer.status_code in (400, 403)
    assert "OperationOutcome" == answer.json()["resourceType"]


@pytest.mark.parametrize(
    ("context", "named"),
    [
        ({"patientId": None}, "context.patientId"),
        ({"patientId": "a/b"}, "context.patientId"),
        ({"patientId": "../p1"}, "context.patientId"),
        ({"userId": None}, "context.userId"),
        ({"userId": "seven"}, "context.userId"),
        ({"draftOrders": None}, "context.draftOrders"),
        ({"draftOrders": {"resourceType": "MedicationRequest"}}, "context.draftOrders"),
        ({"draftOrders": {"resourceType": "Bundle", "entry": [{"resource": {"id": "x"}}]}}, "resourceType"),
        ({"draftOrders": []}, "context"),
    ],
    ids=str,
)  # fmt: skip
def test_R_4_the_context_is_that_of_the_hook(client: TestClient, context: dict[str, Any], named: str) -> None:
    assert named in refused(client, changed(**context))


@pytest.mark.parametrize("selections", [None, [], ["MedicationRequest/other"], ["d1"]], ids=str)
def test_R_4_selections_name_orders_being_written(client: TestClient, selections: Any) -> None:
    assert "selections" in refused(client, changed("order-select", selections=selections))


def test_R_4_a_patient_id_with_its_type_and_an_older_user_field_are_understood(client: TestClient) -> None:
    assert 200 == ask(client, changed(patientId="Patient/p1")).status_code
    older = changed(userId=None)
    assert 200 == ask(client, {**older, "userId": "Practitioner/7"}).status_code


def test_an_order_without_an_id_is_read(client: TestClient) -> None:
    draft = {name: value for name, value in DRAFT.items() if name != "id"}
    orders = {"resourceType": "Bundle", "entry": [{"resource": draft}]}
    assert 200 == ask(client, changed(draftOrders=orders)).status_code


def test_orders_of_any_bundle_type_are_read(client: TestClient) -> None:
    assert 200 == ask(client, changed(draftOrders=bundle(DRAFT, kind="searchset"))).status_code


def test_fields_that_the_specification_does_not_know_are_ignored(client: TestClient) -> None:
    assert 200 == ask(client, request(extension={"com.example": {"x": 1}}, more="yes")).status_code
