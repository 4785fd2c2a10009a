"""The calendar as FHIR R4, judged by an independent model of the standard."""

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.careplan import CarePlan
from fhir.resources.R4B.servicerequest import ServiceRequest
from pydantic import ValidationError
from test_present_monitoring_samples import AS_OF, START, due, hostile, listed, monograph

from apothecary.present.careplan import bundle, render
from apothecary.review.plan import Due


def made(entries: tuple[Due, ...] | None = None, patient: str | None = "pat-7") -> dict[str, Any]:
    return bundle(listed() if entries is None else entries, monograph(), START, AS_OF, patient)


def resources(data: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in data["entry"] if entry["resource"]["resourceType"] == kind]


@pytest.mark.parametrize("entries", [listed(), hostile(), ()], ids=["every status", "hostile", "empty"])
@pytest.mark.parametrize("patient", ["pat-7", None, "no id of FHIR!"])
def test_an_independent_model_finds_it_valid(entries: tuple[Due, ...], patient: str | None) -> None:
    data = json.loads(render(entries, monograph(), START, AS_OF, patient))
    assert "collection" == Bundle.model_validate(data).type
    for plan in resources(data, "CarePlan"):
        CarePlan.model_validate(plan)
    for request in resources(data, "ServiceRequest"):
        ServiceRequest.model_validate(request)


@pytest.mark.parametrize("field", ["status", "intent", "subject"])
@pytest.mark.parametrize(("kind", "model"), [("CarePlan", CarePlan), ("ServiceRequest", ServiceRequest)])
def test_the_model_would_find_what_is_missing(kind: str, model: Any, field: str) -> None:
    resource = resources(made(), kind)[0]
    del resource[field]
    with pytest.raises(ValidationError):
        model.model_validate(resource)


def test_there_is_one_plan_and_a_request_for_each_examination() -> None:
    data = made()
    assert (1, 5) == (len(resources(data, "CarePlan")), len(resources(data, "ServiceRequest")))
    assert "CarePlan" == data["entry"][0]["resource"]["resourceType"]


def test_every_reference_inside_leads_to_an_entry() -> None:
    data = made()
    known = {entry["fullUrl"] for entry in data["entry"]}
    activities = resources(data, "CarePlan")[0]["activity"]
    named = [one["reference"]["reference"] for one in activities if "reference" in one]
    assert known - {data["entry"][0]["fullUrl"]} == set(named)
    assert all(entry["fullUrl"] == f"urn:uuid:{entry['resource']['id']}" for entry in data["entry"])


def test_ids_are_the_same_every_time_and_no_two_are_alike() -> None:
    ids = [entry["resource"]["id"] for entry in made()["entry"]]
    assert ids == [entry["resource"]["id"] for entry in made()["entry"]]
    assert len(ids) == len(set(ids))
    assert set(ids).isdisjoint(entry["resource"]["id"] for entry in made(patient="pat-8")["entry"])


def test_nothing_is_ordered() -> None:
    data = made()
    assert {"proposal"} == {one["intent"] for kind in ("CarePlan", "ServiceRequest") for one in resources(data, kind)}
    statuses = [one["status"] for one in resources(data, "ServiceRequest")]
    assert ["draft", "completed", "unknown", "draft", "draft"] == statuses


def test_a_request_names_the_test_its_days_and_its_result() -> None:
    done = resources(made(), "ServiceRequest")[1]
    assert {"system": "http://loinc.org", "code": "731-0"}.items() <= done["code"]["coding"][0].items()
    assert {"start": "2026-02-11", "end": "2026-02-17"} == done["occurrencePeriod"]
    assert [{"reference": "Observation/c1"}] == done["supportingInfo"]
    assert "2026-05-14" == done["authoredOn"]


def test_a_patient_is_named_by_reference_only_and_where_it_is_known() -> None:
    assert {"reference": "Patient/pat-7"} == resources(made(), "CarePlan")[0]["subject"]
    for patient in (None, "no id of FHIR!"):
        subject = resources(made(patient=patient), "CarePlan")[0]["subject"]
        assert ["unknown"] == [one["valueCode"] for one in subject["extension"]]


def test_a_watch_is_an_activity_with_its_period() -> None:
    detail = next(one["detail"] for one in resources(made(), "CarePlan")[0]["activity"] if "detail" in one)
    assert {"start": "2026-01-31", "end": "2026-03-14"} == detail["scheduledPeriod"]
    assert "completed" == detail["status"]


def test_an_entry_without_a_day_is_left_out() -> None:
    assert [] == resources(made((due(None, "unknown", ""),)), "ServiceRequest")
