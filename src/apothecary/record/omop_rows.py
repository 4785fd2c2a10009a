"""One row of an OMOP table to rows of the facts tables: codes, dates, and what its type and status say."""

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from apothecary.logic import Interval
from apothecary.record import omop_tables as t
from apothecary.record import omop_terms as c
from apothecary.record.codes import Codes, Texts
from apothecary.record.dates import Span, parse_span
from apothecary.record.facts import Answer, Row, SectionName, Standing
from apothecary.record.fhir_parts import Coding, Concept, Dosage

Found = list[tuple[SectionName, Row]]

_SIGNS = ("<=", ">=", "<", ">")
_LONGEST, _LAST_YEAR = 3660, 9000  # days that an order may last, and the last year that is one


def day(value: t.Day) -> Span | None:
    """A date, a moment, or a text that is one; None where it is none of these."""
    if isinstance(value, str):
        return parse_span(value.strip().replace(" ", "T"))
    return None if value is None else _whole(value.date() if isinstance(value, datetime) else value)


@lru_cache(maxsize=65536)
def _whole(value: date) -> Span:
    return Span(value, value)


def _moment(value: t.Day) -> str:
    """The time of a result; midnight is what a date without a time is filled up with."""
    if isinstance(value, str):
        value = value.strip().replace(" ", "T")
        return value if "T" in value and not value.endswith("T00:00:00") else ""
    if not isinstance(value, datetime) or not (value.hour or value.minute or value.second):
        return ""
    return value.isoformat()


def condition_rows(r: t.ConditionOccurrence, concepts: c.Concepts) -> Found:
    """A diagnosis; an entry that there is an allergy is one of those too.

    The end of a claim is not that of the disease, and an end on the first day, without a reason, only fills the column.
    """
    codes, texts = concepts.read(r.condition_concept_id, r.condition_source_concept_id, r.condition_source_value)
    when, until = day(r.condition_start_date), day(r.condition_end_date)
    if not r.stop_reason and (until == when or r.condition_type_concept_id in c.CLAIMS):
        until = None
    standing, status = c.CONDITION_STATUS.get(r.condition_status_concept_id or 0, ("current", "no clinical status"))
    source = f"condition_occurrence/{r.condition_occurrence_id}"
    row = Row(source, "Condition", codes, texts, standing, _stopped(status, r.stop_reason), when, until)
    return [("condition", row), *_allergy(row)]


def _stopped(status: str, reason: str | None) -> str:
    return f"stopped: {reason}" if reason else status


def _allergy(row: Row, codes: Codes = (), texts: Texts = ()) -> Found:
    """The allergy of a row that says there is one, to what its own code or its value names."""
    if not c.is_allergy(row.codes, row.texts):
        return []
    codes, texts = row.codes + codes, row.texts + texts
    return [("allergy", Row(row.source, "AllergyIntolerance", codes, texts, "current", row.status, row.when))]


def drug_rows(r: t.DrugExposure, concepts: c.Concepts) -> Found:
    """An order, a dose given or handed out, a statement that a drug is taken, or a vaccination.

    An order or statement holds until its end. For a dose given or handed out the window of the question decides.
    """
    codes, texts = concepts.read(r.drug_concept_id, r.drug_source_concept_id, r.drug_source_value)
    source, type_ = f"drug_exposure/{r.drug_exposure_id}", r.drug_type_concept_id or 0
    when, last = day(r.drug_exposure_start_date), day(r.verbatim_end_date) or day(r.drug_exposure_end_date)
    stopped = bool(r.stop_reason)
    status = _stopped("no status", r.stop_reason)
    if type_ not in c.ORDERED and any(system == c.CVX for system, _ in codes):
        return [("immunization", Row(source, "Immunization", codes, texts, "current", "no status", when))]
    given = type_ in c.GIVEN or type_ in c.DISPENSED
    standing: Standing = "current"
    until = last if stopped or not given else None
    if not given and not _ends(r, when, last):
        until, standing, status = None, "uncertain", "without a known end"
    elif not given and until is not None:
        until = _with_refills(r, when, until)
    if type_ in c.GIVEN and when and last and last.end > when.end:
        when = Span(when.start, last.end)  # given on one or more of these days
    kind = "MedicationStatement"
    if given:
        kind = "MedicationAdministration" if type_ in c.GIVEN else "MedicationDispense"
    elif type_ in c.ORDERED:
        kind = "MedicationRequest"
    route_codes, route = concepts.read(r.route_concept_id, None, r.route_source_value)
    dosages = (_dosage(r.sig, route_codes, route),) if r.sig or route else ()
    row = Row(source, kind, codes, texts, standing, status, when, until, route=route, dosages=dosages)
    return [("medication", row)]


def _ends(r: t.DrugExposure, when: Span | None, last: Span | None) -> bool:
    """Whether the end is one: not before the start, and not the start put in where the end was not known."""
    if last is None or when is None or r.stop_reason:
        return True
    if last.end < when.start:
        return False
    return last != when or r.verbatim_end_date is not None or bool(r.days_supply)


def _with_refills(r: t.DrugExposure, when: Span | None, until: Span) -> Span:
    """An end that was counted from the days of supply may be later by its refills."""
    days, refills = r.days_supply or 0, r.refills or 0
    if when is None or when.end.year > _LAST_YEAR or r.verbatim_end_date is not None or r.stop_reason:
        return until
    if days <= 0 or refills <= 0:
        return until
    latest = when.end + timedelta(min(days * (refills + 1), _LONGEST) - 1)
    return Span(until.start, latest) if latest > until.end else until


def _dosage(sig: str | None, codes: Codes, texts: Texts) -> Dosage:
    coding = [Coding(system, code) for system, code in codes if system]
    route = Concept(coding or None, texts[0] if texts else None) if coding or texts else None
    return Dosage(route=route, text=sig or None)


def measurement_rows(r: t.Measurement, concepts: c.Concepts) -> Found:
    """A result; without a number, an answer or a text it is none."""
    codes, texts = concepts.read(r.measurement_concept_id, r.measurement_source_concept_id, r.measurement_source_value)
    source, when = f"measurement/{r.measurement_id}", day(r.measurement_date) or day(r.measurement_datetime)
    moment, answer = _moment(r.measurement_datetime), _answer(r, concepts, r.operator_concept_id)
    return [("observation", _result(source, codes, texts, when, moment, answer))]


def _result(source: str, codes: Codes, texts: Texts, when: Span | None, moment: str, answer: Answer) -> Row:
    return Row(source, "Observation", codes, texts, "current", "no status", when, None, moment, answer)


def _answer(r: t.Measurement | t.Observation, concepts: c.Concepts, operator: int | None, text: str = "") -> Answer:
    codes, texts = concepts.read(r.value_as_concept_id)
    said = " ".join((text or r.value_source_value or "").split())
    value = _float(r.value_as_number)
    if value is not None and math.isfinite(value):
        number = _interval(value, operator, said)
        unit = concepts.unit(r.unit_concept_id, r.unit_source_value)
        if number is None:  # a comparator that is not understood must not be dropped
            return Answer(texts=(f"{said or value} with the operator {operator}",))
        return Answer(number, unit, codes, texts)
    if not codes and (said or r.value_as_number is not None):
        texts = (said or str(r.value_as_number),)
    return Answer(None, None, codes, texts) if codes or texts else Answer(absent="no value")


def _float(value: t.Number) -> float | None:
    try:
        return None if value is None else float(value)
    except ValueError:  # a text in a column of numbers
        return None


def _interval(value: float, operator: int | None, said: str) -> Interval | None:
    """The number with its comparator, which some databases keep only in the value as it was sent."""
    sign = c.OPERATORS.get(operator) if operator else None
    if operator and sign is None:
        return None
    if sign in (None, "="):
        sign = next((one for one in _SIGNS if said.startswith(one)), "=")
    low = -math.inf if sign in ("<", "<=") else value
    high = math.inf if sign in (">", ">=") else value
    return Interval(low, high, sign == ">", sign == "<")


def observation_rows(r: t.Observation, concepts: c.Concepts) -> Found:
    """What is said of somebody: an answer; without one a state that holds; the past; an allergy."""
    codes, texts = concepts.read(r.observation_concept_id, r.observation_source_concept_id, r.observation_source_value)
    source, when = f"observation/{r.observation_id}", day(r.observation_date) or day(r.observation_datetime)
    answer = _answer(r, concepts, None, r.value_as_string or "")
    row = _result(source, codes, texts, when, _moment(r.observation_datetime), answer)
    allergy = _allergy(row, answer.codes, answer.texts)
    if allergy:
        return allergy
    if r.observation_concept_id in c.HISTORY_OF:
        return [("condition", Row(source, "Condition", answer.codes, answer.texts, "history", "history of", when))]
    if answer.absent and texts and not any(system == c.LOINC for system, _ in codes):  # those are questions
        state = Row(source, "Condition", codes, texts, "current", "no clinical status", when)
        return [("condition", state), ("observation", row)]
    return [("observation", row)]


def procedure_rows(r: t.ProcedureOccurrence, concepts: c.Concepts) -> Found:
    """A procedure done, or ordered without saying whether it was done."""
    codes, texts = concepts.read(r.procedure_concept_id, r.procedure_source_concept_id, r.procedure_source_value)
    ordered = r.procedure_type_concept_id in c.ORDERED_ONLY
    standing: Standing = "uncertain" if ordered else "current"
    source, status = f"procedure_occurrence/{r.procedure_occurrence_id}", "ordered" if ordered else "no status"
    return [("procedure", Row(source, "Procedure", codes, texts, standing, status, day(r.procedure_date)))]


ROWS: Final[dict[str, Callable[[Any, c.Concepts], Found]]] = {
    "condition_occurrence": condition_rows,
    "drug_exposure": drug_rows,
    "measurement": measurement_rows,
    "observation": observation_rows,
    "procedure_occurrence": procedure_rows,
}
