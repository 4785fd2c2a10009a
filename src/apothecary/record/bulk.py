"""Resources of many patients one at a time: the steps of `Collector` for each, without the record around it."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec

from apothecary.record import fhir_rows as rows
from apothecary.record import fhir_types as f
from apothecary.record.codes import Codes, Texts, absent_statement
from apothecary.record.facts import Patient, Row, SectionName
from apothecary.record.fhir import Collector, found_rows
from apothecary.record.fhir_decode import read_resource
from apothecary.record.reader import identity_of, patient_of
from apothecary.record.sections import section_of_search

# What rows are read of, and what says which sections are empty; all else in an export is no fact of a patient.
ROW_TYPES: frozenset[str] = frozenset(
    (
        "Condition", "AdverseEvent", "AllergyIntolerance", "MedicationRequest", "MedicationStatement",
        "MedicationAdministration", "MedicationDispense", "Observation", "Immunization", "ImmunizationRecommendation",
        "Procedure", "ServiceRequest",
    )
)  # fmt: skip
STATING_TYPES: frozenset[str] = frozenset(("Composition", "List"))

Concept = tuple[Codes, Texts]
FindMedication = Callable[[str], Concept | None]


class ResourceReader(Collector):
    """Reads one resource after the other; what it holds is of the last one.

    `find`: codes and texts of a Medication of the export by its reference, such as `Medication/7`.
    """

    def __init__(self, find: FindMedication) -> None:
        super().__init__()
        self._find = find

    def read(self, kind: str, data: bytes, where: str) -> None:
        """Reads a resource of one of the types above, a Patient or a Medication; never fails, see `unfit`."""
        self._forget()
        try:
            resource = read_resource.decode(data)
        except (msgspec.MsgspecError, RecursionError) as error:
            self._add_malformed(kind, data, where, None, str(error))
            return
        if kind in ROW_TYPES:
            self._read(resource, kind, where, False)
        else:
            self._take(resource, where, None, False)
            self.finish()

    def rows_of(self, kind: str, data: bytes) -> rows.Found | None:
        """The rows of a resource that has an id and says no more than them; None for any other, which `read` reads."""
        try:
            resource = read_resource.decode(data)
        except (msgspec.MsgspecError, RecursionError):
            return None
        if not resource.id or resource.contained is not None:
            return None
        source = f"{kind}/{resource.id}"
        found = found_rows(resource, kind, source, lambda reference: self.find_medication(reference, resource))
        for section, row in found:
            if section != "observation" and absent_statement(row.codes, row.texts) is not None:
                return None
        return found

    def read_spoiled(self, kind: str, data: bytes, where: str, why: str) -> None:
        """Keeps what can be kept of a resource that must not be read: its codes, so that its questions stay open."""
        self._forget()
        self._add_malformed(kind, data, where, None, why)

    def rows(self) -> Iterator[tuple[SectionName, Row]]:
        """The rows of the resource."""
        for section, found in self.tables.items():
            for row in found:
                yield section, row

    def unfit(self) -> str:
        """Why the resource, or one inside it, does not fit its type; empty when it does."""
        return next((problem.message for problem in self.problems if problem.code == "malformed"), "")

    def patient(self) -> tuple[str | None, Patient]:
        """The id and the facts of the Patient resource that was read."""
        resource, _ = self.patients[0]
        return resource.id, patient_of(resource, self)

    def medication(self) -> tuple[str, Concept] | None:
        """The reference and the codes and texts of the Medication that was read; None when it has no id."""
        for reference, resource in self._medications.items():
            return reference, rows.medication_concept(resource)
        return None

    def find_medication(self, reference: str, user: f.Resource) -> Concept | None:
        """A Medication inside the resource, else one of the export."""
        found = super().find_medication(reference, user)
        if found is None and not reference.startswith("#") and "/" in reference:
            found = self._find("/".join(reference.split("/_history/")[0].split("/")[-2:]))
        return found

    def _forget(self) -> None:
        self.sections.clear()
        for held in (self.tables, self.problems, self.patients, self.subjects, self._waiting, self._seen):
            held.clear()
        self._medications.clear()


class About(msgspec.Struct, gc=False):
    """Who a resource is about, whatever else is wrong with it."""

    resourceType: Any = None
    subject: Any = None
    patient: Any = None


_about = msgspec.json.Decoder(About)


def about(data: bytes) -> About | None:
    """The type, the subject and the patient of a resource; None when it is no JSON object."""
    try:
        return _about.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return None


def fits(data: bytes) -> bool:
    """Whether a resource fits its type."""
    try:
        read_resource.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return False
    return True


def patient_named(*fields: Any) -> str | None:
    """The id of the patient whom the first of these fields, as untyped JSON, refers to; None when none does."""
    for field in fields:
        if isinstance(field, dict) and isinstance(field.get("reference"), str):
            found = identity_of(field["reference"])
            if found:
                return found
    return None


class _Output(msgspec.Struct):
    type: str = ""


class _Manifest(msgspec.Struct):
    resourceType: str = ""
    request: str = ""
    output: list[_Output] | None = None


class Searched(msgspec.Struct, frozen=True):
    """What the manifest of an export says: the types it lists, and searches that were narrowed.

    `partial`: sections of which only a part was asked for, and why. `present_only`: of which only what is active was.
    """

    types: tuple[str, ...] = ()
    partial: dict[SectionName, str] = {}
    present_only: frozenset[SectionName] = frozenset()


def read_manifest(data: bytes) -> Searched | None:
    """The manifest of a bulk export; None when these bytes are something else."""
    try:
        manifest = msgspec.json.decode(data, type=_Manifest)
        asked = parse_qs(urlsplit(manifest.request).query)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        return None
    if manifest.resourceType or manifest.output is None:
        return None
    listed = [one.type for one in manifest.output]
    types = dict.fromkeys([*listed, *(t for part in asked.get("_type", ()) for t in part.split(","))])
    partial: dict[SectionName, str] = {}
    present_only: set[SectionName] = set()
    if "_since" in asked:
        for kind in (*types, *ROW_TYPES):
            section, _, _ = section_of_search(kind)
            if section is not None and section != "patient":
                partial[section] = f"the export holds only what changed since {asked['_since'][0]}"
    for part in asked.get("_typeFilter", ()):
        for search in part.split(","):
            section, narrow, active = section_of_search(search)
            if section is not None and narrow:
                partial.setdefault(section, f"the export holds only what was searched for by {narrow}")
            elif section is not None and active:
                present_only.add(section)
    return Searched(tuple(t for t in types if t), partial, frozenset(present_only))


def searched_section(kind: str) -> SectionName | None:
    """The section that is known to be whole where an export holds resources of this type."""
    section, _, _ = section_of_search(kind)
    return section if section != "patient" else None  # each patient has a resource of its own
