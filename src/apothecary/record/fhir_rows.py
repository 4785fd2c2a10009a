"""One FHIR resource to rows of the facts tables: codes, dates, and what its statuses say."""

import math
from typing import Protocol

from apothecary.logic import Interval
from apothecary.record import fhir_types as f
from apothecary.record.codes import Codes, Texts, first_code, read_concept, read_concepts
from apothecary.record.dates import Span, parse_span
from apothecary.record.facts import Answer, Row, SectionName, Standing

Found = list[tuple[SectionName, Row]]

_CLINICAL: dict[str, Standing] = {
    "active": "current", "recurrence": "current", "relapse": "current",
    "inactive": "history", "remission": "history", "resolved": "history",
}  # fmt: skip
_DOUBTFUL = {"unconfirmed", "provisional", "differential"}
_ORDER: dict[str, Standing] = {
    "active": "current", "on-hold": "uncertain", "unknown": "uncertain", "draft": "planned",
    "completed": "history", "stopped": "history", "ended": "history",
    "cancelled": "void", "entered-in-error": "void",
}  # fmt: skip
_STATEMENT: dict[str, Standing] = {
    "active": "current", "recorded": "current", "on-hold": "uncertain", "unknown": "uncertain",
    "intended": "planned", "draft": "planned", "completed": "history", "stopped": "history",
    "not-taken": "void", "entered-in-error": "void",
}  # fmt: skip
# A dose given or handed out was taken then; whether it still counts is a question of the window asked for.
_GIVEN: dict[str, Standing] = {
    "completed": "current", "in-progress": "current", "stopped": "history", "on-hold": "uncertain",
    "unknown": "uncertain", "preparation": "planned", "declined": "void", "not-done": "void",
    "cancelled": "void", "entered-in-error": "void",
}  # fmt: skip
_LARGEST = 10**15
_RESULT: dict[str, Standing] = {
    "final": "current", "amended": "current", "corrected": "current", "appended": "current",
    "preliminary": "current", "registered": "void", "cancelled": "void", "entered-in-error": "void",
    "unknown": "uncertain",
}  # fmt: skip
_FORECAST: dict[str, Standing] = {
    "due": "planned", "overdue": "planned", "eligible": "planned",
    "immune": "void", "complete": "void", "contraindicated": "void", "agedout": "void", "aged-out": "void",
}  # fmt: skip
_REQUEST: dict[str, Standing] = {
    "draft": "planned", "active": "planned", "on-hold": "planned",
    "completed": "void", "revoked": "void", "entered-in-error": "void",
}  # fmt: skip


class Medications(Protocol):
    """Finds the Medication a reference points to, as codes, texts and dose form; None when it is not in the record."""

    def __call__(self, reference: str) -> tuple[Codes, Texts] | None:
        """The codes and texts behind a reference."""


def condition_rows(r: f.Resource, source: str) -> Found:
    """A diagnosis or problem; without a clinical status it is current unless it has abated."""
    codes, texts = read_concept(r.code)
    clinical, verified = first_code(r.clinicalStatus), first_code(r.verificationStatus)
    until = parse_span(r.abatementDateTime) or _last(r.abatementPeriod)
    abated = bool(until or r.abatementBoolean or r.abatementString or r.abatementAge)
    standing: Standing = _CLINICAL.get(clinical or "", "history" if abated else "current")
    if verified in ("entered-in-error", "refuted"):
        standing = "void"
    elif verified in _DOUBTFUL and standing == "current":
        standing = "uncertain"
    recorded = parse_span(r.recordedDate or r.assertedDate)
    when = parse_span(r.onsetDateTime) or _first(r.onsetPeriod) or recorded
    status = "/".join(part for part in (clinical or "no clinical status", verified) if part)
    return [("condition", Row(source, "Condition", codes, texts, standing, status, when, until, recorded=recorded))]


def adverse_event_rows(r: f.Resource, source: str) -> Found:
    """An adverse event that happened, read as a condition of its date."""
    codes, texts = read_concept(r.event if isinstance(r.event, f.Concept) else None)
    standing: Standing = "uncertain" if r.actuality == "potential" else "history"
    status = r.actuality or "actual"
    return [
        ("condition", Row(source, "AdverseEvent", codes, texts, standing, status, parse_span(r.date or r.detected)))
    ]


def allergy_rows(r: f.Resource, source: str) -> Found:
    """A recorded allergy; unconfirmed ones count, since the question is what is recorded."""
    codes, texts = read_concepts([r.code, *(reaction.substance for reaction in r.reaction or ())])
    clinical, verified = first_code(r.clinicalStatus), first_code(r.verificationStatus)
    standing: Standing = _CLINICAL.get(clinical or "", "current")
    if verified in ("entered-in-error", "refuted"):
        standing = "void"
    recorded = parse_span(r.recordedDate or r.assertedDate)
    when = parse_span(r.onsetDateTime) or recorded
    status = "/".join(part for part in (clinical or "no clinical status", verified) if part)
    row = Row(source, "AllergyIntolerance", codes, texts, standing, status, when, recorded=recorded)
    return [("allergy", row)]


def medication_rows(r: f.Resource, kind: str, source: str, find: Medications) -> Found:
    """An order, a statement, a dose given or handed out."""
    codes, texts = _medication(r, find)
    standing = _medication_standing(r, kind)
    dosages = r.dosageInstruction or (r.dosage if isinstance(r.dosage, list) else [r.dosage] if r.dosage else [])
    bounds = next((d.timing.repeat.boundsPeriod for d in dosages if d.timing and d.timing.repeat), None)
    period = r.effectivePeriod or r.occurencePeriod
    recorded = parse_span(r.authoredOn or r.dateAsserted)
    when = (
        _first(period)
        or parse_span(r.effectiveDateTime or r.occurenceDateTime)
        or _first(bounds)
        or recorded
        or parse_span(r.whenHandedOver or r.whenPrepared)
    )
    until = _last(period) or _last(bounds)
    _, route = read_concepts([d.route for d in dosages])
    status = "/".join(part for part in (r.status or "no status", r.intent) if part)
    if not dosages and r.renderedDosageInstruction:
        dosages = [f.Dosage(text=r.renderedDosageInstruction)]
    row = Row(source, kind, codes, texts, standing, status, when, until, "", None, route, recorded, tuple(dosages))
    return [("medication", row)]


def _medication(r: f.Resource, find: Medications) -> tuple[Codes, Texts]:
    codes, texts = read_concept(r.medicationCodeableConcept or r.medication)
    reference = r.medicationReference or (r.medication.reference if r.medication else None)
    if isinstance(reference, f.Reference):
        found = find(reference.reference) if reference.reference else None
        if found:
            codes, texts = codes + found[0], texts + found[1]
        if reference.display:
            texts = (*texts, reference.display)
    return codes, texts


def _medication_standing(r: f.Resource, kind: str) -> Standing:
    if r.doNotPerform or r.taken == "n":
        return "void"
    if kind == "MedicationRequest":
        standing: Standing = _ORDER.get(r.status or "", "uncertain")
        if standing == "current" and r.intent in ("proposal", "plan", "option"):
            return "planned"
        return standing
    return (_STATEMENT if kind == "MedicationStatement" else _GIVEN).get(r.status or "", "uncertain")


def observation_rows(r: f.Resource, source: str) -> Found:
    """A result and each of its components as a row of its own."""
    dated = r.effectiveDateTime or r.effectiveInstant
    when = parse_span(dated) if dated else _last(r.effectivePeriod) or _first(r.effectivePeriod)
    if when is None and not dated:
        dated = r.issued
        when = parse_span(dated)
    standing = _RESULT.get(r.status or "final", "uncertain")
    status, moment = r.status or "no status", dated if dated and "T" in dated else ""
    codes, texts = read_concept(r.code)
    answer = _answer(r)
    own = Row(source, "Observation", codes, texts, standing, status, when, None, moment, answer)
    if not r.component:
        return [("observation", own)]
    # A panel without a value of its own is no result: its components are.
    found: Found = [("observation", own)] if answer.number or answer.codes or answer.texts else []
    for number, part in enumerate(r.component):
        codes, texts = read_concept(part.code)
        where = f"{source}#component[{number}]"
        row = Row(where, "Observation", codes, texts, standing, status, when, None, moment, _answer(part))
        found.append(("observation", row))
    return found


def _answer(part: f.Answered) -> Answer:
    interpretation = part.interpretation
    quantity = part.valueQuantity
    if quantity is not None:
        if quantity.comparator is None and quantity.value is not None and interpretation is None:
            return Answer(Interval(quantity.value, quantity.value), _unit(quantity))  # the common case
        number, unit = _number(quantity)
        if number is not None:
            return Answer(number, unit, *_several(interpretation)) if interpretation else Answer(number, unit)
        if quantity.value is not None:
            said = f"{quantity.comparator or ''}{quantity.value:g} {unit or ''}".strip()
            return Answer(texts=(said,))  # a comparator that is not understood must not be dropped
    if part.valueRange is not None and (part.valueRange.low or part.valueRange.high):
        low, high = part.valueRange.low, part.valueRange.high
        below = low.value if low and low.value is not None else -math.inf
        above = high.value if high and high.value is not None else math.inf
        shown = low or high
        return Answer(Interval(below, above), _unit(shown) if shown else None)
    codes, texts = read_concept(part.valueCodeableConcept)
    if part.valueString:
        texts = (*texts, part.valueString)
    if part.valueBoolean is not None:
        texts = (*texts, "positive" if part.valueBoolean else "negative")
    if part.valueInteger is not None and abs(part.valueInteger) < _LARGEST:
        return Answer(Interval(part.valueInteger, part.valueInteger), None)
    if part.valueInteger is not None:
        return Answer(texts=("a number too large to be a result",))
    if not codes and not texts:
        codes, texts = _several(interpretation)
    if codes or texts:
        return Answer(None, None, codes, texts)
    if any((part.valueRatio, part.valueSampledData, part.valuePeriod, part.valueTime, part.valueDateTime)):
        return Answer(texts=("a value of a kind that is not read",))
    reason = first_code(part.dataAbsentReason)
    return Answer(absent=f"no value: {reason}" if reason else "no value")


def _several(concepts: list[f.Concept] | f.Concept | None) -> tuple[Codes, Texts]:
    return read_concepts(concepts if isinstance(concepts, list) else [concepts])


def _number(quantity: f.FhirQuantity) -> tuple[Interval | None, str | None]:
    value = quantity.value
    if value is None or not math.isfinite(value):
        return None, None
    unit = _unit(quantity)
    match quantity.comparator:
        case None:
            return Interval(value, value), unit
        case "<":
            return Interval(-math.inf, value, high_open=True), unit
        case "<=":
            return Interval(-math.inf, value), unit
        case ">":
            return Interval(value, math.inf, low_open=True), unit
        case ">=":
            return Interval(value, math.inf), unit
        case _:
            return None, None


def _unit(quantity: f.FhirQuantity) -> str | None:
    """The UCUM code when there is one, else the printed unit; both when they differ, so that a clash is seen."""
    code, printed = quantity.code, quantity.unit
    if code and printed and code != printed:
        return f"{' '.join(code.split())}\n{' '.join(printed.split())}"
    unit = code or printed
    return " ".join(unit.split()) if unit and "\n" in unit else unit


def immunization_rows(r: f.Resource, source: str) -> Found:
    """A vaccination given, or recorded as not given."""
    codes, texts = read_concept(r.vaccineCode)
    standing: Standing = _GIVEN.get(r.status or "", "uncertain")
    if r.notGiven:
        standing = "void"
    when = parse_span(r.occurrenceDateTime) or parse_span(r.occurrenceString) or parse_span(r.date or r.recorded)
    return [("immunization", Row(source, "Immunization", codes, texts, standing, r.status or "no status", when))]


def recommendation_rows(r: f.Resource, source: str) -> Found:
    """Vaccines that are recommended and still due: planned."""
    found: Found = []
    for number, item in enumerate(r.recommendation or ()):
        codes, texts = _several(item.vaccineCode)
        status = first_code(item.forecastStatus) or "no forecast status"
        standing = _FORECAST.get(status, "uncertain")
        where = f"{source}#recommendation[{number}]"
        row = Row(where, "ImmunizationRecommendation", codes, texts, standing, status, parse_span(r.date))
        found.append(("immunization", row))
    return found


def procedure_rows(r: f.Resource, source: str) -> Found:
    """A procedure done, planned or not done."""
    codes, texts = read_concept(r.code)
    standing: Standing = "void" if r.notDone else _GIVEN.get(r.status or "", "uncertain")
    period = r.performedPeriod or r.occurrencePeriod
    when = parse_span(r.performedDateTime or r.occurrenceDateTime) or _first(period)
    row = Row(source, "Procedure", codes, texts, standing, r.status or "no status", when, _last(period))
    return [("procedure", row)]


def service_request_rows(r: f.Resource, source: str) -> Found:
    """An ordered service: a vaccination or a procedure that is planned, not done."""
    codes, texts = read_concept(r.code)
    standing: Standing = "void" if r.doNotPerform else _REQUEST.get(r.status or "", "uncertain")
    row = Row(source, "ServiceRequest", codes, texts, standing, r.status or "no status", parse_span(r.authoredOn))
    return [("immunization", row), ("procedure", row)]


def medication_concept(r: f.Resource) -> tuple[Codes, Texts]:
    """Codes and texts of a Medication: its own, its form's text, its active ingredients'."""
    codes, texts = read_concept(r.code)
    _, form = read_concepts([r.form, r.doseForm])
    active = [i for i in r.ingredient or () if i.isActive is not False]
    own, named = read_concepts([i.itemCodeableConcept or i.item for i in active])
    return codes + own, texts + named + form


def _first(period: f.Period | None) -> Span | None:
    return parse_span(period.start) if period else None


def _last(period: f.Period | None) -> Span | None:
    return parse_span(period.end) if period else None
