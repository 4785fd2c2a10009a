"""Bytes of any accepted kind to one record: FHIR, a CDS Hooks request, or the short form."""

from collections.abc import Mapping

import msgspec

from apothecary.record import fhir_types as f
from apothecary.record.dates import parse_span
from apothecary.record.facts import Patient, Problem, Record, RecordError, SectionName
from apothecary.record.fhir import Collector
from apothecary.record.fhir_decode import kind_of
from apothecary.record.form import read_form
from apothecary.record.hooks import Request, collect_request

_ACCEPTED = (
    "Accepted are FHIR R4 JSON (a Bundle or one resource), a CDS Hooks request, and the short form in YAML or JSON."
)


_document = msgspec.json.Decoder(f.Bundle)
_top = msgspec.json.Decoder(f.RawBundle)


def read_record(data: bytes) -> Record:
    """Reads one patient's record; raises RecordError with one sentence when it must not be reviewed."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    first = data.lstrip()[:1]
    if not first:
        raise RecordError("unreadable", f"The record is empty. {_ACCEPTED}")
    if not data.isascii():
        _check_text(data)
    if first not in (b"{", b"["):
        return read_form(data)
    try:
        whole = _document.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return _read_other(data)
    if whole.resourceType != "Bundle":
        return _read_other(data)
    collector = Collector()
    collector.take_bundle(whole, data, "Bundle")
    return _assemble(collector, "FHIR Bundle", None)


def _check_text(data: bytes) -> None:
    """Refuses what is not UTF-8 throughout: the decoder does not look into what it skips."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        raise RecordError("unreadable", f"The record is not UTF-8 text: {error.reason}. {_ACCEPTED}") from error


def _read_other(data: bytes) -> Record:
    """Everything but a bundle in which every resource fits its type."""
    try:
        top = _top.decode(data)
    except msgspec.ValidationError as error:
        kind = kind_of(data)
        if kind and kind != "Bundle":
            return _read_fhir(data, kind)
        raise RecordError("unreadable", f"The JSON is not a patient record: {error}. {_ACCEPTED}") from error
    except (msgspec.DecodeError, RecursionError) as error:
        form = _yaml_flow(data)
        if form is not None:
            return form
        raise RecordError("unreadable", f"The record is not valid JSON: {error}. {_ACCEPTED}") from error
    if top.resourceType is not None:
        return _read_fhir(data, top.resourceType)
    if top.hook is not None or top.hookInstance is not None:
        return _read_request(data)
    return read_form(data)


def _yaml_flow(data: bytes) -> Record | None:
    """A short form typed as a YAML flow mapping starts with a brace but is no JSON; None when it is not one either."""
    try:
        return read_form(data)
    except RecordError:
        return None


def _read_fhir(data: bytes, kind: str) -> Record:
    collector = Collector()
    if kind == "OperationOutcome":
        collector.add(data, kind)
        raise RecordError("unreadable", f"{collector.problems[0].message} This is an error report, not a record.")
    collector.add(data, kind)
    return _assemble(collector, f"FHIR {kind}", None)


def _read_request(data: bytes) -> Record:
    try:
        request = msgspec.json.decode(data, type=Request)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise RecordError("unreadable", f"The CDS Hooks request cannot be read: {error}.") from error
    return read_request(request)


def read_request(request: Request, answered: Mapping[str, SectionName] | None = None) -> Record:
    """The record of a CDS Hooks request; `answered` as in `collect_request`, RecordError as in `read_record`."""
    collector = Collector()
    patient = collect_request(request, collector, answered)
    return _assemble(collector, f"CDS Hooks {request.hook or ''}".strip(), patient)


def _assemble(collector: Collector, shape: str, expected: str | None) -> Record:
    try:
        collector.finish()
    except RecursionError as error:
        raise RecordError("unreadable", "The record is nested too deeply to be read.") from error
    patient = _one_patient(collector, expected)
    tables = {name: tuple(found) for name, found in collector.tables.items()}
    sections = collector.sections.states({name: len(found) for name, found in tables.items()})
    if not tables and not collector.patients and all(s.state == "not-supplied" for s in sections.values()):
        detail = f" ({collector.problems[0].message})" if collector.problems else ""
        if expected is None:
            raise RecordError("unreadable", f"{shape} holds nothing about a patient{detail}. {_ACCEPTED}")
    return Record(patient, tables, sections, tuple(collector.problems), shape)


def _one_patient(collector: Collector, expected: str | None) -> Patient:
    """The one patient everything is about; several or another one is an error, never a review."""
    known: dict[str, f.Resource] = {}
    names: set[str] = set()
    for number, (resource, url) in enumerate(collector.patients):
        known[resource.id or url or f"#{number}"] = resource
        names.update(name for name in (resource.id, url) if name)
    if len(known) > 1:
        found = ", ".join(sorted(known)[:3])
        raise RecordError(
            "several-patients", f"The record holds {len(known)} patients ({found}). Review one patient at a time."
        )
    if expected is not None:
        if names and expected not in names:
            message = f"The request is about patient {expected}, but the data are of patient {sorted(names)[0]}."
            raise RecordError("wrong-patient", f"{message} Nothing was reviewed.")
        names.add(expected)
    _check_subjects(collector, names)
    if not known:
        return Patient(id=expected)
    resource = next(iter(known.values()))
    return patient_of(resource, collector)


def _check_subjects(collector: Collector, names: set[str]) -> None:
    others: dict[str, str] = {}
    for reference, source in collector.subjects.items():
        identity = identity_of(reference)
        if identity is None:
            message = f"{source} is about {reference}, which is not a patient; it was read as this patient's."
            collector.problems.append(Problem("not-a-patient", source, message))
        elif identity not in names and reference.split("/_history/")[0] not in names:
            others.setdefault(identity, source)
    if names and others:
        identity, source = next(iter(others.items()))
        message = f"{source} belongs to patient {identity}, but the record is of patient {sorted(names)[0]}."
        raise RecordError("wrong-patient", f"{message} Nothing was reviewed: take out what is not this patient's.")
    if len(others) > 1:
        found = ", ".join(sorted(others)[:3])
        raise RecordError("several-patients", f"The record holds rows of {len(others)} patients ({found}).")


def identity_of(reference: str) -> str | None:
    """The id in a patient reference; None when it points to something else than a patient."""
    reference = reference.split("/_history/")[0]
    if reference.startswith("urn:"):
        return reference.rsplit(":", 1)[-1]
    if "/" not in reference:
        return reference.removeprefix("#")
    kind, identity = reference.split("/")[-2:]
    return identity if kind == "Patient" else None


def patient_of(resource: f.Resource, collector: Collector) -> Patient:
    """What a Patient resource says; a date of birth that cannot be read is noted as a problem."""
    birth = parse_span(resource.birthDate)
    if resource.birthDate and birth is None:
        message = f"The date of birth {resource.birthDate!r} is not a date, so the age is not known."
        collector.problems.append(Problem("not-a-date", "Patient.birthDate", message))
    dead = bool(resource.deceasedBoolean) or (resource.deceasedDateTime is not None)
    sex = resource.gender if resource.gender in ("female", "male") else None
    return Patient(resource.id, birth, None, sex, dead, parse_span(resource.deceasedDateTime))
