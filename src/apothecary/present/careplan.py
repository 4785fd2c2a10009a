"""The monitoring calendar as FHIR R4: a collection Bundle with one CarePlan and a ServiceRequest an examination.

Everything is a proposal: nothing is ordered until somebody takes it over. The first entry is the CarePlan.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from apothecary.present.ical import dated, identity
from apothecary.present.monitoring_content import when
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from datetime import date

    from apothecary.knowledge.schema import Monograph
    from apothecary.review.plan import Due

_STATUSES: Final = {"done": "completed", "unknown": "unknown"}  # of a request; what is to come is a draft
_WATCHED: Final = {"done": "completed", "due": "in-progress", "upcoming": "scheduled", "unknown": "unknown"}
_LOINC: Final = "http://loinc.org"
_PATIENT: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_RESULT: Final = re.compile(r"Observation/[A-Za-z0-9\-.]{1,64}")
_NOT_KNOWN: Final = {
    "extension": [
        {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"},
    ]
}


def render(listed: tuple[Due, ...], monograph: Monograph, start: date, as_of: date, patient: str | None = None) -> str:
    """The Bundle as indented JSON, ending with one newline; a patient is referred to by id only where it is known."""
    data = bundle(listed, monograph, start, as_of, patient)
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def bundle(
    listed: tuple[Due, ...], monograph: Monograph, start: date, as_of: date, patient: str | None = None
) -> dict[str, Any]:
    """The Bundle as plain data; the same calendar gives the same ids."""
    shown = dated(listed)
    examinations = [one for one in shown if one.until is None]
    requests = [_request(one, monograph, start, as_of, patient) for one in examinations]
    plan = _plan(shown, requests, monograph, start, as_of, patient)
    entries = [{"fullUrl": f"urn:uuid:{one['id']}", "resource": one} for one in (plan, *requests)]
    return {
        "resourceType": "Bundle",
        "id": _id(monograph, "bundle", start, "", patient),
        "type": "collection",
        "entry": entries,
    }


def _id(monograph: Monograph, plan: str, start: date, occurrence: str, patient: str | None) -> str:
    """A UUID of version 8: made from what it stands for, not from a clock."""
    number = int(identity(monograph.drug.id, plan, start, occurrence, patient), 16)
    number = number & ~(0xF << 76) | (8 << 76)
    return str(UUID(int=number & ~(0x3 << 62) | (0x2 << 62)))


def _subject(patient: str | None) -> dict[str, Any]:
    known = patient is not None and _PATIENT.fullmatch(patient)
    return {"reference": f"Patient/{patient}"} if known else _NOT_KNOWN


def _request(one: Due, monograph: Monograph, start: date, as_of: date, patient: str | None) -> dict[str, Any]:
    made: dict[str, Any] = {
        "resourceType": "ServiceRequest",
        "id": _id(monograph, one.id, start, one.occurrence, patient),
        "status": _STATUSES.get(one.status, "draft"),
        "intent": "proposal",
        "code": _code(one, monograph),
        "subject": _subject(patient),
    }
    if one.earliest is not None and one.latest is not None:
        made["occurrencePeriod"] = {"start": one.earliest.isoformat(), "end": one.latest.isoformat()}
    elif one.due is not None:
        made["occurrenceDateTime"] = one.due.isoformat()
    made["authoredOn"] = as_of.isoformat()
    if one.result is not None and _RESULT.fullmatch(one.result.source):
        made["supportingInfo"] = [{"reference": one.result.source}]
    day = f"Due on {one.due.isoformat()}" if one.due is not None else "No day known"
    made["note"] = [{"text": clean(f"{day}, {when(one.occurrence)}. {one.status.capitalize()}. {one.note}")}]
    return made


def _code(one: Due, monograph: Monograph) -> dict[str, Any]:
    """The examination in words, and the first LOINC code that reports it."""
    plan = monograph.monitoring.get(one.id)
    seen = monograph.observations.get(plan.observation or "") if plan is not None else None
    coding = [
        {"system": _LOINC, "code": entry.code, "display": entry.display}
        for entry in monograph.codes
        if seen is not None and entry.value_set == seen.value_set and entry.system == _LOINC and not entry.coarse
    ]
    return {"coding": coding[:1], "text": clean(one.name)} if coding else {"text": clean(one.name)}


def _plan(
    shown: tuple[Due, ...],
    requests: list[dict[str, Any]],
    monograph: Monograph,
    start: date,
    as_of: date,
    patient: str | None,
) -> dict[str, Any]:
    name = monograph.drug.name
    days = [day for one in shown for day in (one.due, one.until) if day is not None]
    activities = [{"reference": {"reference": f"urn:uuid:{request['id']}"}} for request in requests]
    watches = [{"detail": _watch(one)} for one in shown if one.until is not None]
    made: dict[str, Any] = {
        "resourceType": "CarePlan",
        "id": _id(monograph, "care-plan", start, "", patient),
        "status": "draft",
        "intent": "proposal",
        "title": clean(f"Monitoring of {name}"),
        "description": clean(f"Examinations that the monograph of {name} asks for, from the start of therapy."),
        "subject": _subject(patient),
        "period": {"start": min((start, *days)).isoformat(), "end": max((start, *days)).isoformat()},
        "created": as_of.isoformat(),
    }
    if activities or watches:
        made["activity"] = [*activities, *watches]
    return made


def _watch(one: Due) -> dict[str, Any]:
    detail: dict[str, Any] = {"status": _WATCHED.get(one.status, "unknown"), "description": clean(one.text)}
    if one.due is not None and one.until is not None:
        detail["scheduledPeriod"] = {"start": one.due.isoformat(), "end": one.until.isoformat()}
    return detail
