"""What is known less exactly settles no more: a blurred row never gives an answer that the sharp one denies."""

from copy import deepcopy
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from rows import Json
from strategies import AS_OF, SETTINGS, Draw, answers, asked_about, conditions, drugs, phases, topics

from apothecary.logic import Condition, Truth
from apothecary.record import parse_span

U = Truth.UNKNOWN
_DATES: tuple[str, ...] = (
    "onsetDateTime",
    "authoredOn",
    "effectiveDateTime",
    "whenHandedOver",
    "recordedDate",
    "occurrenceDateTime",
)
_DATES += ("performedDateTime", "date")
_NAMES = ("code", "event", "medicationCodeableConcept", "vaccineCode")

Case = tuple[str, Any, Patient, Random, tuple[Condition, ...]]


@st.composite
def cases(draw: Draw[Any]) -> Case:
    """A patient, a phase, and conditions beside the rules of the monograph."""
    drug = draw(drugs)
    trees = tuple(draw(st.lists(conditions(drug, 2), min_size=2, max_size=2)))
    about = asked_about(drug, *trees) if draw(st.booleans()) else draw(topics(drug))
    patient = draw(patients(drug, about, crowded=draw(st.booleans())))
    return drug, draw(phases), patient, Random(draw(st.integers(0, 2**24))), trees


def _settles_no_more(case: Case, blurred: Patient) -> None:
    drug, phase, sharp, _, trees = case
    exact, vague = answers(drug, sharp.read(), phase, *trees), answers(drug, blurred.read(), phase, *trees)
    wrong = [asked for asked, truth in vague.items() if truth is not U and exact[asked] not in (truth, U)]
    assert [] == wrong


def _each(patient: Patient, rng: Random, blur: Any, sections: tuple[str, ...] = ()) -> Patient:
    """The patient with about half of the rows blurred."""
    for section in sections or tuple(patient.rows):
        if patient.how[section] != "none":
            rows = [blur(row, rng) if rng.random() < 0.5 else row for row in patient.rows[section]]
            patient = patient.having(section, *rows)
    return patient


def _past(text: Any) -> bool:
    span = parse_span(text)
    return span is not None and span.end <= AS_OF


def _partial(row: Json, rng: Random) -> Json:
    """Only the month or year of each date that is over; what is dated later is no fact yet."""
    size = rng.choice((4, 7))
    return {key: value[:size] if key in _DATES and _past(value) else value for key, value in row.items()}


def _undated(row: Json, rng: Random) -> Json:
    if not all(_past(row[key]) for key in _DATES if key in row):
        return row
    return {key: value for key, value in row.items() if key not in _DATES}


def _bounded(row: Json, rng: Random) -> Json:
    """A number known only as above or below another, such that it may still be what it was."""
    quantity = row.get("valueQuantity", {})
    if "value" not in quantity or "comparator" in quantity:
        return row
    comparator, by = rng.choice((("<", 1.5), ("<=", 1.0), ("<=", 1.01), (">", 0.5), (">=", 1.0), (">=", 0.99)))
    return {**row, "valueQuantity": {**quantity, "comparator": comparator, "value": quantity["value"] * by}}


def _unitless(row: Json, rng: Random) -> Json:
    quantity = {key: value for key, value in row.get("valueQuantity", {}).items() if key not in ("unit", "code")}
    return {**row, "valueQuantity": quantity} if quantity else row


def _unsaid(row: Json, rng: Random) -> Json:
    answer = {key for key in row if key.startswith("value")}
    return {**{key: value for key, value in row.items() if key not in answer}, "valueString": "see comment"}


def _unnamed(row: Json, rng: Random) -> Json:
    nothing = rng.choice(({}, {"coding": [{"system": "urn:local", "code": "X1"}]}))
    return {key: nothing if key in _NAMES else value for key, value in row.items()}


def _broader(row: Json, rng: Random) -> Json:
    """Only the category of each ICD-10 code."""
    row = deepcopy(row)
    for name in _NAMES:
        for coding in row.get(name, {}).get("coding", ()):
            if coding.get("system", "").endswith("icd-10-cm"):
                coding["code"] = coding["code"][:3]
                coding.pop("display", None)
                row[name].pop("text", None)
    return row


def _malformed(row: Json, rng: Random) -> Json:
    return {**row, "status": 5, "recordedDate": [], "contained": {}}


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_partial_date_settles_no_more_than_the_whole_one(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _partial))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_row_without_its_date_settles_no_more(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _undated))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_bound_settles_no_more_than_a_number_within_it(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _bounded, ("observation",)))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_number_without_its_unit_settles_no_more(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _unitless, ("observation",)))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_result_that_says_nothing_settles_no_more(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _unsaid, ("observation",)))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_row_that_does_not_say_what_it_is_settles_no_more(case: Case) -> None:
    """But for results: one that is not named does not put those that are in doubt."""
    sections = tuple(section for section in case[2].rows if section != "observation")
    _settles_no_more(case, _each(case[2], case[3], _unnamed, sections))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_broader_code_settles_no_more(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _broader))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_malformed_resource_settles_no_more(case: Case) -> None:
    _settles_no_more(case, _each(case[2], case[3], _malformed))


@settings(SETTINGS, max_examples=400)
@given(cases())
def test_a_partial_date_of_birth_settles_no_more_than_the_whole_one(case: Case) -> None:
    who = case[2].who
    vague = Patient(
        {**who, "birthDate": who["birthDate"][:4]} if "birthDate" in who else who, case[2].how, case[2].rows
    )
    _settles_no_more(case, vague)
