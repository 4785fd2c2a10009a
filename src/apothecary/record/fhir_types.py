"""The parts of FHIR R4 (and its R4B, R5 and STU3 spellings) that carry facts, as typed structures.

One wide `Resource` holds the fields of every resource type that is read, since their names hardly ever clash:
a whole bundle is then decoded in one pass. Fields not named here are skipped.
"""

from typing import Any

import msgspec

from apothecary.record.fhir_parts import Coding as Coding
from apothecary.record.fhir_parts import Concept as Concept
from apothecary.record.fhir_parts import Dosage as Dosage
from apothecary.record.fhir_parts import FhirQuantity as FhirQuantity
from apothecary.record.fhir_parts import Part as _Part
from apothecary.record.fhir_parts import Period as Period
from apothecary.record.fhir_parts import Range as Range
from apothecary.record.fhir_parts import Reference as Reference

NOTHING = msgspec.Raw(b"null")  # msgspec has no union of Raw and None


class Reaction(_Part):
    """An allergic reaction."""

    substance: Concept | None = None


class Ingredient(_Part):
    """An ingredient of a medication."""

    itemCodeableConcept: Concept | None = None
    item: Concept | None = None
    isActive: bool | None = None


class Recommendation(_Part):
    """A recommended vaccine."""

    vaccineCode: list[Concept] | Concept | None = None
    forecastStatus: Concept | None = None


class CompositionSection(_Part):
    """A section of a document."""

    code: Concept | None = None
    entry: list[Reference] | None = None
    emptyReason: Concept | None = None
    section: list["CompositionSection"] | None = None


class Issue(_Part):
    """One entry of an error report."""

    severity: str | None = None
    code: str | None = None
    diagnostics: str | None = None
    details: Concept | None = None


class Answered(msgspec.Struct, gc=False):
    """What an observation and its components have in common: a question and its answer."""

    code: Concept | str | None = None
    valueQuantity: FhirQuantity | None = None
    valueCodeableConcept: Concept | None = None
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueRange: Range | None = None
    valueRatio: Any = None
    valueSampledData: Any = None
    valuePeriod: Any = None
    valueTime: Any = None
    valueDateTime: Any = None
    dataAbsentReason: Concept | None = None
    interpretation: list[Concept] | Concept | None = None


class Resource(Answered, gc=False):
    """Every field that is read of any resource."""

    resourceType: str = ""
    id: str | None = None
    contained: list[msgspec.Raw] | None = None
    status: str | None = None
    subject: Reference | list[Reference] | None = None
    patient: Reference | None = None
    # Patient
    gender: str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None
    # Condition, AllergyIntolerance, AdverseEvent
    clinicalStatus: Concept | str | None = None
    verificationStatus: Concept | str | None = None
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    abatementBoolean: bool | None = None
    abatementString: str | None = None
    abatementAge: FhirQuantity | None = None
    recordedDate: str | None = None
    assertedDate: str | None = None
    reaction: list[Reaction] | None = None
    actuality: str | None = None
    event: Concept | list[Any] | None = None
    detected: str | None = None
    date: str | None = None
    # Medication and its use
    intent: str | None = None
    doNotPerform: bool | None = None
    taken: str | None = None
    medicationCodeableConcept: Concept | None = None
    medicationReference: Reference | None = None
    medication: Concept | None = None
    authoredOn: str | None = None
    dateAsserted: str | None = None
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    occurenceDateTime: str | None = None  # R5 spells MedicationAdministration so
    occurencePeriod: Period | None = None
    whenHandedOver: str | None = None
    whenPrepared: str | None = None
    dosageInstruction: list[Dosage] | None = None
    renderedDosageInstruction: Any = None
    dosage: list[Dosage] | Dosage | None = None
    form: Concept | None = None
    doseForm: Concept | None = None
    ingredient: list[Ingredient] | None = None
    # Observation
    issued: str | None = None
    component: list[Answered] | None = None
    # Immunization, ImmunizationRecommendation, Procedure
    vaccineCode: Concept | None = None
    notGiven: bool | None = None
    occurrenceDateTime: str | None = None
    occurrenceString: str | None = None
    occurrencePeriod: Period | None = None
    recorded: str | None = None
    recommendation: list[Recommendation] | None = None
    notDone: bool | None = None
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    # Composition, List, OperationOutcome
    section: list[CompositionSection] | None = None
    emptyReason: Concept | None = None
    issue: list[Issue] | None = None


class Link(_Part):
    """A link of a bundle."""

    relation: str | None = None
    url: str | None = None


class EntryRequest(_Part):
    """What a transaction entry asks for."""

    method: str | None = None


class EntrySearch(_Part):
    """Why an entry is in a search result: a match, included with one, or a message."""

    mode: str | None = None


class EntryResponse(_Part):
    """How a server answered an entry."""

    status: str | None = None


class Entry(msgspec.Struct, gc=False):
    """One entry of a bundle, its resource decoded."""

    fullUrl: str | None = None
    resource: Resource | None = None
    request: EntryRequest | None = None
    response: EntryResponse | None = None
    search: EntrySearch | None = None


class RawEntry(msgspec.Struct, gc=False):
    """One entry of a bundle, its resource still as bytes."""

    fullUrl: str | None = None
    resource: msgspec.Raw = NOTHING
    request: EntryRequest | None = None
    response: EntryResponse | None = None
    search: EntrySearch | None = None


class _Envelope(msgspec.Struct):
    resourceType: str | None = None
    hook: str | None = None
    hookInstance: str | None = None
    type: Any = None
    total: Any = None
    link: list[Link] | None = None


class Bundle(_Envelope):
    """A bundle in which every resource fits its type."""

    entry: list[Entry | None] | None = None


class RawBundle(_Envelope):
    """A bundle whose resources are decoded one by one, because one of them does not fit or is itself a bundle."""

    entry: list[RawEntry | None] | None = None


class Kind(msgspec.Struct, gc=False):
    """The one field every resource has."""

    resourceType: str = ""


class Named(msgspec.Struct):
    """What is still read of a resource that does not fit its type: enough to see which questions it could touch."""

    resourceType: Any = None
    id: Any = None
    code: Any = None
    vaccineCode: Any = None
    medicationCodeableConcept: Any = None
    subject: Any = None
    patient: Any = None
    component: Any = None
