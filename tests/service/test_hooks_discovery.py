"""Discovery: which services there are, and which prefetch templates they give. Ids are those of the checklist."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from asking import application, ask, caller, request
from starlette.testclient import TestClient

from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.service.hooks.discovery import queries, templates
from support import made_up

KNOWN = [made_up(), *(load(PACKAGED / name) for name in packaged())]
TOKEN = re.compile(r"\{\{(.*?)\}\}")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with caller() as made:
        yield made


@pytest.fixture
def services(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/cds-services").json()["services"]
    return found


def test_D_1_discovery_answers_under_the_base_address(client: TestClient) -> None:
    assert 200 == client.get("/cds-services").status_code


def test_D_2_it_is_an_object_with_a_list_of_services(client: TestClient) -> None:
    answer = client.get("/cds-services").json()
    assert ["services"] == list(answer)
    assert 3 == len(answer["services"])


def test_D_3_each_service_has_what_the_specification_asks_for(services: list[dict[str, Any]]) -> None:
    allowed = {"hook", "hookVersion", "id", "version", "title", "description", "prefetch", "usageRequirements"}
    for service in services:
        assert {"hook", "id", "description"} <= set(service) <= allowed
        assert all(isinstance(service[name], str) and service[name] for name in allowed - {"prefetch"})


def test_D_3_every_drug_has_all_three_hooks() -> None:
    with caller(knowledge=(), monographs=tuple(packaged())) as client:
        found = {(s["id"], s["hook"]) for s in client.get("/cds-services").json()["services"]}
    expected = {
        (f"{name}-{'patient-view' if hook == 'patient-view' else 'order'}", hook)
        for name in packaged()
        for hook in ("patient-view", "order-select", "order-sign")
    }
    assert expected == found


def test_D_4_hook_versions_are_the_published_ones(services: list[dict[str, Any]]) -> None:
    assert {"1.0"} == {service["hookVersion"] for service in services}


def test_D_5_the_ordering_hooks_share_one_id_so_that_signing_replaces_selecting(
    services: list[dict[str, Any]],
) -> None:
    ids = {service["hook"]: service["id"] for service in services}
    assert ids["order-select"] == ids["order-sign"] != ids["patient-view"]


def test_D_6_an_unknown_service_is_not_found(client: TestClient) -> None:
    answer = ask(client, request(), "/cds-services/nothing-like-this")
    assert (404, "unknown-service") == (answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"])


@pytest.mark.parametrize("monograph", KNOWN, ids=lambda m: m.drug.id)
def test_P_1_tokens_are_paths_into_the_context(monograph: Any) -> None:
    tokens = {token for template in templates(monograph).values() for token in TOKEN.findall(template)}
    assert {"context.patientId"} == tokens


@pytest.mark.parametrize("monograph", KNOWN, ids=lambda m: m.drug.id)
def test_P_2_queries_keep_to_the_recommended_subset(monograph: Any) -> None:
    for template in templates(monograph).values():
        path, _, query = template.partition("?")
        assert re.fullmatch(r"[A-Z][A-Za-z]+(/\{\{context\.patientId\}\})?", path)
        for part in filter(None, query.split("&")):
            name, value = part.split("=")
            assert name in ("patient", "code", "_count", "_sort")
            assert value
            assert len(template) < 2000  # servers and proxies refuse very long addresses


@pytest.mark.parametrize("monograph", KNOWN, ids=lambda m: m.drug.id)
def test_P_3_no_template_depends_on_another(monograph: Any) -> None:
    assert not [template for template in templates(monograph).values() if "%" in template]


@pytest.mark.parametrize("monograph", KNOWN, ids=lambda m: m.drug.id)
def test_results_are_asked_for_by_every_code_that_the_rules_read(monograph: Any) -> None:
    asked = set(templates(monograph)["results"].split("code=")[1].split("&")[0].split(","))
    sets = {seen.value_set for seen in monograph.observations.values() if seen.value_set}
    needed = {c.code for c in monograph.codes if c.value_set in sets and c.system == "http://loinc.org"}
    assert needed <= asked


def test_what_no_rule_needs_is_not_asked_for() -> None:
    rules = {id_: rule for id_, rule in made_up().rules.items() if rule.topic == "interactions"}
    import msgspec

    fewer = msgspec.structs.replace(made_up(), rules=rules, indications={})
    assert "allergies" in templates(made_up())
    assert "allergies" not in templates(fewer)


def test_queries_are_the_templates_for_one_patient() -> None:
    assert "Patient/p7" == queries(made_up(), "p7")["patient"]
    assert "{{" not in "".join(queries(made_up(), "p7").values())


def test_every_service_of_the_discovery_answers(client: TestClient, services: list[dict[str, Any]]) -> None:
    for service in services:
        answer = ask(client, request(service["hook"]), f"/cds-services/{service['id']}")
        assert 200 == answer.status_code


def test_the_application_describes_itself() -> None:
    with caller(application()) as client:
        paths = client.get("/openapi.json").json()["paths"]
    assert {"/cds-services", "/cds-services/{id}", "/cds-services/{id}/feedback", "/review/{drug}"} <= set(paths)
