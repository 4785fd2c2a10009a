"""The data types of FHIR that other parts are made of, and the dosage of a medication, as typed structures."""

from typing import Any, Union

import msgspec


class Part(msgspec.Struct, gc=False):
    """Base of the data types."""


class Coding(Part):
    """A code of a code system."""

    system: str | None = None
    code: str | None = None
    display: str | None = None


class Reference(Part):
    """A pointer to another resource."""

    reference: str | None = None
    display: str | None = None


class Concept(Part):
    """A CodeableConcept; R5 wraps it, or a reference in its place, into a CodeableReference."""

    coding: list[Coding] | None = None
    text: str | None = None
    concept: Union["Concept", None] = None
    reference: Reference | str | None = None


class Period(Part):
    """A start and an end, either of which may be open."""

    start: str | None = None
    end: str | None = None


class FhirQuantity(Part):
    """A number with its unit, printed and coded."""

    value: float | None = None
    comparator: str | None = None
    unit: str | None = None
    code: str | None = None


class Range(Part):
    """Two quantities."""

    low: FhirQuantity | None = None
    high: FhirQuantity | None = None


class Repeat(Part):
    """Of a timing, how long it holds and how often; parts that are only read of some orders are judged there."""

    boundsPeriod: Period | None = None
    count: Any = None
    countMax: Any = None
    frequency: Any = None
    frequencyMax: Any = None
    period: Any = None
    periodMax: Any = None
    periodUnit: Any = None
    periodUnits: Any = None  # so before STU3
    dayOfWeek: Any = None
    timeOfDay: Any = None
    when: Any = None


class Timing(Part):
    """When a medication is taken."""

    repeat: Repeat | None = None
    code: Any = None
    event: Any = None


class Dosage(Part):
    """A dosage as recorded: route and timing for every use, the rest for those whose dose is asked about.

    What has another type than the standard says does not make the whole resource malformed: it is named by whoever
    reads the dose. STU3 has the amounts here, R4 in `doseAndRate`.
    """

    route: Concept | None = None
    timing: Timing | None = None
    text: Any = None
    sequence: Any = None
    additionalInstruction: Any = None
    patientInstruction: Any = None
    asNeededBoolean: Any = None
    asNeededCodeableConcept: Any = None
    asNeeded: Any = None
    asNeededFor: Any = None
    doseAndRate: Any = None
    doseQuantity: Any = None
    doseSimpleQuantity: Any = None
    doseRange: Any = None
    rateQuantity: Any = None
    rateSimpleQuantity: Any = None
    rateRange: Any = None
    rateRatio: Any = None
    maxDosePerPeriod: Any = None
    maxDosePerAdministration: Any = None
    modifierExtension: Any = None
