"""FHIR resources and bundles of any type to a record. A malformed resource costs only what it could have said."""

from collections.abc import Callable

import msgspec

from apothecary.record import fhir_rows as rows
from apothecary.record import fhir_types as f
from apothecary.record.codes import Codes, Texts, absent_statement, first_code, read_concept, read_loose
from apothecary.record.facts import Problem, RecordError, Row, SectionName
from apothecary.record.fhir_decode import (
    Data,
    kind_of,
    loosely,
    outcome_text,
    read_bundle,
    read_raw_bundle,
    read_resource,
)
from apothecary.record.sections import LIST_CODES, Sections, section_of_search

# resource type -> (its table, whether its presence means that the table was supplied)
_TABLE: dict[str, tuple[SectionName, bool]] = {
    "Patient": ("patient", True),
    "Condition": ("condition", True),
    "AdverseEvent": ("condition", False),
    "AllergyIntolerance": ("allergy", True),
    "MedicationRequest": ("medication", True),
    "MedicationStatement": ("medication", True),
    "MedicationAdministration": ("medication", False),
    "MedicationDispense": ("medication", False),
    "Observation": ("observation", True),
    "Immunization": ("immunization", True),
    "ImmunizationRecommendation": ("immunization", True),
    "Procedure": ("procedure", True),
    "ServiceRequest": ("procedure", False),
}
_USES = frozenset(("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"))
_ROWS: dict[str, Callable[[f.Resource, str], rows.Found]] = {
    "Condition": rows.condition_rows,
    "AdverseEvent": rows.adverse_event_rows,
    "AllergyIntolerance": rows.allergy_rows,
    "Observation": rows.observation_rows,
    "Immunization": rows.immunization_rows,
    "ImmunizationRecommendation": rows.recommendation_rows,
    "Procedure": rows.procedure_rows,
    "ServiceRequest": rows.service_request_rows,
}
_KNOWN = frozenset((*_TABLE, "Medication", "Composition", "List", "OperationOutcome"))


def found_rows(resource: f.Resource, kind: str, source: str, find: rows.Medications) -> rows.Found:
    """The rows of a resource, and the sections they stand in."""
    if kind in _USES:
        return rows.medication_rows(resource, kind, source, find)
    return _ROWS[kind](resource, source)


class Collector:
    """Gathers the resources of one record, then turns them into rows; the only state while reading."""

    def __init__(self) -> None:
        self.sections = Sections()
        self.tables: dict[SectionName, list[Row]] = {}
        self.problems: list[Problem] = []
        self.patients: list[tuple[f.Resource, str | None]] = []
        self.subjects: dict[str, str] = {}
        self._waiting: list[tuple[f.Resource, str, bool]] = []
        self._medications: dict[str, f.Resource] = {}
        self._seen: dict[str, f.Resource] = {}
        self._failed = False

    def add(
        self, data: Data, where: str, url: str | None = None, *, draft: bool = False, whole: SectionName | None = None
    ) -> None:
        """Takes one resource or bundle as bytes; `draft`: it is an order being written right now.

        `whole`: a bundle of all that matters of this section, however its search was narrowed.
        """
        kind = kind_of(data)
        if kind == "Bundle":
            self.add_bundle(data, where, draft=draft, whole=whole)
        elif kind in _KNOWN:
            try:
                resource = read_resource.decode(data)
            except (msgspec.MsgspecError, RecursionError) as error:
                self._add_malformed(kind, data, where, url, str(error))
            else:
                self._take(resource, where, url, draft)
        elif not kind:
            message = "This entry has no resourceType and could not be read."
            self.problems.append(Problem("not-a-resource", where, message))

    def add_bundle(self, data: Data, where: str, *, draft: bool = False, whole: SectionName | None = None) -> None:
        """Takes every entry of a bundle: in one pass when all resources fit their types, else one by one."""
        try:
            bundle = read_bundle.decode(data)
        except (msgspec.MsgspecError, RecursionError):
            self._add_raw_bundle(data, where, draft, whole)
        else:
            self.take_bundle(bundle, data, where, draft=draft, whole=whole)

    def take_bundle(
        self, bundle: f.Bundle, data: Data, where: str, *, draft: bool = False, whole: SectionName | None = None
    ) -> None:
        """Takes a decoded bundle; `data` is its JSON, for the case that bundles are nested in it."""
        entries = bundle.entry or ()
        kinds = {entry.resource.resourceType for entry in entries if entry is not None and entry.resource is not None}
        if not kinds.isdisjoint(("Bundle", "")):
            self._add_raw_bundle(data, where, draft, whole)
            return
        for number, entry in enumerate(entries):
            if entry is None or entry.resource is None or entry.request is not None:
                if not self._is_data(entry, f"{where}.entry[{number}]"):
                    continue
                if entry is None or entry.resource is None:
                    continue
            self._take(entry.resource, f"{where}.entry[{number}]", entry.fullUrl, draft)
        self._note_search(bundle, kinds, where, draft, whole)

    def _add_raw_bundle(self, data: Data, where: str, draft: bool, whole: SectionName | None) -> None:
        try:
            bundle = read_raw_bundle.decode(data)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise RecordError("unreadable", f"{where} is not a readable FHIR Bundle: {error}.") from error
        kinds = set()
        for number, entry in enumerate(bundle.entry or ()):
            place = f"{where}.entry[{number}]"
            if self._is_data(entry, place) and entry is not None and bytes(entry.resource) != b"null":
                kinds.add(kind_of(entry.resource))
                self.add(entry.resource, place, entry.fullUrl, draft=draft)
        self._note_search(bundle, kinds, where, draft, whole)

    def _is_data(self, entry: f.Entry | f.RawEntry | None, place: str) -> bool:
        """Whether an entry may carry data: not null, not a deletion, not a server's failure."""
        if entry is None:
            self.problems.append(Problem("not-a-resource", place, "This entry of the bundle is null."))
            return False
        if entry.request and entry.request.method == "DELETE":
            return False
        if entry.response and (entry.response.status or "")[:1] in ("4", "5"):
            message = f"The server answered {entry.response.status} instead of data."
            self.problems.append(Problem("server-error", place, message))
        return True

    def _note_search(
        self, bundle: f.Bundle | f.RawBundle, kinds: set[str], where: str, draft: bool, whole: SectionName | None
    ) -> None:
        """A search result says which sections were asked for, and whether it is complete."""
        links = {link.relation: link.url or "" for link in bundle.link or ()}
        matches = sum(not (entry and entry.search and entry.search.mode == "include") for entry in bundle.entry or ())
        if draft or not (bundle.type == "searchset" or (bundle.type is None and "self" in links)):
            return  # draft orders are no list of what is taken
        asked, narrow, present_only = section_of_search(links.get("self", "")) if whole is None else (whole, "", False)
        short = isinstance(bundle.total, int) and bundle.total > matches
        for section in {asked} if asked else {_TABLE[kind][0] for kind in kinds if kind in _TABLE}:
            if "next" in links or short:
                self.sections.mark_partial(section, f"{where} holds only one page of the search result")
            elif "OperationOutcome" in kinds and self._failed:
                self.sections.mark_partial(section, f"{where} holds an error report")
            elif narrow:
                self.sections.mark_partial(section, f"{where} was searched only for {narrow}")
            elif present_only:
                self.sections.mark_present_only(section)
            else:
                self.sections.mark_searched(section)

    def _take(self, resource: f.Resource, where: str, url: str | None, draft: bool) -> None:
        kind = resource.resourceType
        if kind == "Patient":
            self.patients.append((resource, url))
            self.sections.supplied.add("patient")
        elif kind == "Medication":
            if resource.id:
                self._medications[f"Medication/{resource.id}"] = resource
            if url:
                self._medications[url] = resource
        elif kind == "OperationOutcome":
            self.problems.append(Problem("server-error", where, outcome_text(resource)))
            self._failed |= any(issue.severity in ("error", "fatal", None) for issue in resource.issue or ())
        elif kind in _KNOWN:
            self._waiting.append((resource, where, draft))

    def _add_malformed(self, kind: str, data: Data, where: str, url: str | None, error: str) -> None:
        """Keeps the codes of a resource that does not fit its type, so that only the questions it touches suffer."""
        loose = loosely(data)
        identity = loose.id if isinstance(loose.id, str) else None
        source = f"{kind}/{identity}" if identity else where
        message = f"{source} cannot be read: {error}. What it could have said counts as not known."
        self.problems.append(Problem("malformed", where, message))
        for value in (loose.subject, loose.patient):
            if isinstance(value, dict) and isinstance(value.get("reference"), str):
                self.subjects.setdefault(value["reference"], source)
        codes, texts = read_loose(loose.code or loose.vaccineCode or loose.medicationCodeableConcept)
        if kind == "Patient":
            self.sections.mark_partial("patient", message)
            self.patients.append((f.Resource(resourceType=kind, id=identity), url))
        elif kind == "Medication":
            concept = f.Concept([f.Coding(system, code) for system, code in codes], "; ".join(texts) or None)
            self._take(f.Resource(resourceType=kind, id=identity, code=concept), where, url, draft=False)
        elif kind in _TABLE:
            section, supplies = _TABLE[kind]
            if supplies:
                self.sections.supplied.add(section)
            row = Row(source, kind, codes, texts, "unreadable", error)
            self.tables.setdefault(section, []).append(row)
            parts = (
                loose.component if isinstance(loose.component, list) else [loose.component] if loose.component else []
            )
            for number, part in enumerate(parts):  # what each result of a panel says is not known
                codes, texts = read_loose(part.get("code") if isinstance(part, dict) else None)
                where = f"{source}#component[{number}]"
                self.tables[section].append(Row(where, kind, codes, texts, "unreadable", error))
            if kind == "ServiceRequest":
                self.tables.setdefault("immunization", []).append(row)

    def finish(self) -> None:
        """Turns all gathered resources into rows, each section's state known afterwards."""
        for resource, where, draft in self._waiting:
            kind = resource.resourceType
            if kind == "Composition":
                self.sections.read_composition(resource.section or [])
            elif kind == "List":
                self._read_list(resource)
            else:
                self._read(resource, kind, where, draft)

    def _read(self, resource: f.Resource, kind: str, where: str, draft: bool) -> None:
        section, supplies = _TABLE[kind]
        if supplies and not draft:
            self.sections.supplied.add(section)
        source = f"{kind}/{resource.id}" if resource.id else where
        if resource.id and self._repeated(source, where, resource, draft):
            return
        about = resource.subject or resource.patient
        if isinstance(about, f.Reference) and about.reference is not None and about.reference not in self.subjects:
            self.subjects[about.reference] = source
        for table, row in found_rows(resource, kind, source, lambda ref: self.find_medication(ref, resource)):
            if draft and row.standing != "void":  # whatever its status, it is what is being ordered now
                row = msgspec.structs.replace(row, kind="DraftOrder", standing="planned")
            self._keep(table, row, where)
        if resource.contained is not None:
            self._read_contained(resource.contained, where)

    def _read_contained(self, contained: list[msgspec.Raw], where: str) -> None:
        """Results inside another resource; medications inside one are found by whoever refers to them."""
        for number, inner in enumerate(contained):
            if kind_of(inner) == "Observation":
                try:
                    self._read(read_resource.decode(inner), "Observation", f"{where}.contained[{number}]", False)
                except (msgspec.MsgspecError, RecursionError) as error:
                    self._add_malformed("Observation", inner, f"{where}.contained[{number}]", None, str(error))

    def find_medication(self, reference: str, user: f.Resource) -> tuple[Codes, Texts] | None:
        """Codes and texts of the Medication that a resource refers to; None when it is not in the record."""
        reference = reference.split("/_history/")[0]
        for inner in user.contained or ():
            if f"#{loosely(inner).id}" == reference:
                try:
                    return rows.medication_concept(read_resource.decode(inner))
                except (msgspec.MsgspecError, RecursionError):
                    return read_loose(loosely(inner).code)
        found = self._medications.get(reference)
        if found is None and "/" in reference:
            found = self._medications.get("/".join(reference.split("/")[-2:]))
        return rows.medication_concept(found) if found is not None else None

    def _repeated(self, source: str, where: str, resource: f.Resource, draft: bool) -> bool:
        """The same resource sent twice (prefetch keys overlap) counts once; two versions are both kept and named."""
        before = self._seen.setdefault(f"draft {source}" if draft else source, resource)
        if before is resource:
            return False
        if before == resource:
            return True
        message = f"{source} stands in the record twice with different content; both were read."
        self.problems.append(Problem("two-versions", where, message))
        return False

    def _keep(self, section: SectionName, row: Row, where: str) -> None:
        if section != "observation":
            said = absent_statement(row.codes, row.texts)
            if said is not None:
                if row.standing != "void":
                    self.sections.mark_absent(*said)
                return
        table = self.tables.get(section)
        if table is None:
            self.tables[section] = [row]
        else:
            table.append(row)
        if not row.codes and not row.texts and row.standing not in ("void", "history"):
            message = f"{row.source} has neither a code nor a text, so it may mean anything."
            self.problems.append(Problem("no-code", where, message))

    def _read_list(self, resource: f.Resource) -> None:
        codes, _ = read_concept(resource.code)
        section = next((LIST_CODES[code] for _, code in codes if code in LIST_CODES), None)
        if section and resource.emptyReason and resource.status != "entered-in-error":
            self.sections.mark_empty(section, first_code(resource.emptyReason) or "unstated")
