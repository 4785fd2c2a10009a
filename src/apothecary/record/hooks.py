"""A CDS Hooks request: context and prefetch, with the several ways in which a prefetch can say nothing."""

from collections.abc import Mapping

import msgspec

from apothecary.record.facts import Problem, SectionName
from apothecary.record.fhir import Collector
from apothecary.record.fhir_decode import kind_of
from apothecary.record.fhir_types import NOTHING

# Names that clients give their prefetch keys; a key with another name still delivers its resources.
_KEYS: dict[str, SectionName] = {
    "patient": "patient",
    "condition": "condition", "conditions": "condition", "problem": "condition", "problems": "condition",
    "medication": "medication", "medications": "medication", "medicationrequest": "medication",
    "medicationrequests": "medication", "medicationstatement": "medication", "medicationstatements": "medication",
    "observation": "observation", "observations": "observation", "lab": "observation", "labs": "observation",
    "allergy": "allergy", "allergies": "allergy", "allergyintolerance": "allergy", "allergyintolerances": "allergy",
    "immunization": "immunization", "immunizations": "immunization",
    "procedure": "procedure", "procedures": "procedure",
}  # fmt: skip


class Context(msgspec.Struct):
    """The fields of the hooks' contexts that the review uses."""

    patientId: str | None = None
    draftOrders: msgspec.Raw = NOTHING


class Request(msgspec.Struct):
    """The fields of a request that the review uses; no token is ever read."""

    hook: str | None = None
    hookInstance: str | None = None
    patient: str | None = None
    context: Context | None = None
    prefetch: dict[str, msgspec.Raw] | None = None


class _Wrapped(msgspec.Struct):
    resource: msgspec.Raw = NOTHING


class _Counted(msgspec.Struct):
    total: int | None = None
    entry: list[msgspec.Raw] | None = None


def collect_request(
    request: Request, collector: Collector, answered: Mapping[str, SectionName] | None = None
) -> str | None:
    """Hands all resources of a request to the collector; returns the id of the patient in context.

    `answered`: keys whose values answer searches that together ask for all that matters of a section, so that a value
    of them is the whole section although its search is narrowed, to the codes that matter for example.
    """
    answered = answered or {}
    for key, raw in (request.prefetch or {}).items():
        section = answered.get(key)
        known = section or _KEYS.get(key.replace("-", "").replace("_", "").casefold())
        _collect_value(key, raw, collector, known, whole=section is not None)
    context = request.context or Context()
    if bytes(context.draftOrders) != b"null":
        collector.add(context.draftOrders, "context.draftOrders", draft=True)
    patient = context.patientId or request.patient
    return patient.removeprefix("Patient/") if patient else None


def _collect_value(key: str, raw: msgspec.Raw, collector: Collector, section: SectionName | None, whole: bool) -> None:
    where = f"prefetch.{key}"
    content = bytes(raw)
    if content == b"null":  # the client looked and has nothing
        if section:
            collector.sections.mark_searched(section)
        return
    kind = kind_of(raw)
    if not kind:
        try:  # some clients send the entry of a batch response instead of the resource
            inner = msgspec.json.decode(content, type=_Wrapped).resource
        except msgspec.MsgspecError:
            inner = NOTHING
        if bytes(inner) == b"null":
            message = "This prefetch value is not a FHIR resource; what it asked for is not known."
            collector.problems.append(Problem("not-a-resource", where, message))
            if section:
                collector.sections.mark_partial(section, message)
            return
        raw, kind = inner, kind_of(inner)
    if kind == "OperationOutcome":
        collector.add(raw, where)
        if section:
            collector.sections.mark_partial(section, collector.problems[-1].message)
        return
    before = len(collector.problems)
    if kind == "Bundle":
        collector.add_bundle(raw, where, whole=section if whole else None)
    else:
        collector.add(raw, where)
    if section and kind == "Bundle":
        failed = [p for p in collector.problems[before:] if p.code == "server-error"]
        if failed:
            collector.sections.mark_partial(section, failed[0].message)
        elif not whole and _short(content):
            collector.sections.mark_partial(section, f"{where} holds fewer entries than were found")
        elif whole or not _says_itself(content):
            collector.sections.mark_searched(section)


def _short(bundle: bytes) -> bool:
    """Whether the bundle counts more matches than it has entries."""
    try:
        counted = msgspec.json.decode(bundle, type=_Counted)
    except msgspec.MsgspecError:
        return False
    return (counted.total or 0) > len(counted.entry or ())


def _says_itself(bundle: bytes) -> bool:
    """Whether the bundle carries links, by which it says itself what was searched and whether it is complete."""
    return b'"link"' in bundle
