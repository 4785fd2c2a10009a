"""What one row of an OMOP table says: codes, dates, standing, answer."""

from datetime import date, datetime
from math import inf
from typing import Any

import omop_worlds as w
import pytest

from apothecary.logic import Interval
from apothecary.record import Row, Section, Span, parse_span
from apothecary.record.facts import Answer
from apothecary.record.omop import Content, omop_record
from apothecary.record.omop_rows import ROWS
from apothecary.record.omop_terms import Concept, Concepts
from apothecary.record.standing import standing_on

SNOMED, ICD, RXNORM, LOINC = (
    "http://snomed.info/sct", "http://hl7.org/fhir/sid/icd-10-cm", "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://loinc.org",
)  # fmt: skip
CONCEPTS = Concepts(
    {
        **w.FIXED,
        1: Concept("SNOMED", "37796009", "Migraine"),
        2: Concept("ICD10CM", "G43.9", "Migraine, unspecified"),
        3: Concept("RxNorm Extension", "OMOP4711", "aspirin 7 MG Oral Powder"),
        4: Concept("CVX", "03", "MMR"),
        5: Concept("LOINC", "26499-4", "Neutrophils [#/volume] in Blood"),
        6: Concept("SNOMED", "266997002", "H/O: migraine"),
        7: Concept("LOINC", "48765-2", "Allergies"),
    }
)
MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)
CONTENT = Content({}, 1, 1, 1)


def one(table: str, **columns: Any) -> list[tuple[str, Row]]:
    """The rows of one row of a table, with the columns that are not given empty."""
    about = {"condition_occurrence": "condition", "drug_exposure": "drug"}.get(table, table.split("_")[0])
    known = dict.fromkeys(w.EVENTS[table].__struct_fields__)
    known |= {"person_id": 1, f"{table}_id": 9}
    return ROWS[table](w.EVENTS[table](**{**known, **{k.replace("X", about): v for k, v in columns.items()}}), CONCEPTS)


def day(text: str) -> Span | None:
    return parse_span(text)


# --- codes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("concept", "source", "value", "codes", "texts"),
    [
        (1, 2, "G43.9", ((ICD, "G43.9"), (SNOMED, "37796009")), ("Migraine, unspecified", "Migraine")),
        (1, 1, None, ((SNOMED, "37796009"),), ("Migraine",)),
        (1, 0, "my head hurts", ((SNOMED, "37796009"),), ("Migraine", "my head hurts")),
        (3, None, None, ((RXNORM, "OMOP4711"),), ("aspirin 7 MG Oral Powder",)),
        (0, 0, "Migraine  with aura", (), ("Migraine with aura",)),
        (0, 0, "ANAK100", (("", "ANAK100"),), ()),
        (0, 0, "E11.9", (("", "E11.9"),), ()),
        (None, None, " ", (), ()),
        (0, 0, None, (), ()),
        (123, 0, None, (("https://fhir-terminology.ohdsi.org", "123"),), ()),
        (9000005, 0, None, (("https://fhir-terminology.ohdsi.org", "9000005"),), ()),
    ],
)
def test_codes(concept: Any, source: Any, value: Any, codes: Any, texts: Any) -> None:
    assert (codes, texts) == CONCEPTS.read(concept, source, value)


@pytest.mark.parametrize(
    ("concept", "printed", "unit"),
    [
        (8848, None, "10*3/uL"),
        (8848, "10*3/uL", "10*3/uL"),
        (8848, "K/uL", "10*3/uL\nK/uL"),
        (0, " K/uL ", "K/uL"),
        (9000001, None, "Milliliter"),
        (9000001, "mL", "mL"),
        (None, None, None),
        (0, "", None),
    ],
)
def test_units(concept: int | None, printed: str | None, unit: str | None) -> None:
    assert unit == CONCEPTS.unit(concept, printed)


# --- conditions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "in_may", "in_july"),
    [
        ({}, "current", "current"),
        ({"X_end_date": JUNE}, "current", "history"),
        ({"X_end_date": MAY}, "current", "current"),
        ({"X_end_date": MAY, "stop_reason": "resolved"}, "current", "history"),
        ({"X_end_date": JUNE, "X_type_concept_id": 32810}, "current", "current"),
        ({"X_end_date": JUNE, "X_type_concept_id": 32840}, "current", "history"),
        ({"X_status_concept_id": 32902}, "current", "current"),
        ({"X_status_concept_id": 32899}, "uncertain", "uncertain"),
        ({"X_status_concept_id": 32906}, "history", "history"),
    ],
)
def test_whether_a_condition_holds(columns: dict[str, Any], in_may: str, in_july: str) -> None:
    ((section, row),) = one("condition_occurrence", X_concept_id=1, X_start_date=MAY, **columns)
    assert "condition" == section
    assert [in_may, in_july] == [standing_on(row, MAY), standing_on(row, JULY)]
    assert standing_on(row, date(2026, 4, 30)) is None


# --- drugs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        (32838, "MedicationRequest"),
        (38000177, "MedicationRequest"),
        (32825, "MedicationDispense"),
        (32869, "MedicationDispense"),
        (32818, "MedicationAdministration"),
        (32810, "MedicationAdministration"),
        (32830, "MedicationStatement"),
        (32865, "MedicationStatement"),
        (44787730, "MedicationStatement"),
        (None, "MedicationStatement"),
    ],
)
def test_the_type_of_an_exposure_says_what_it_is(type_: int | None, kind: str) -> None:
    ((section, row),) = one("drug_exposure", X_concept_id=9000003, X_exposure_start_date=MAY, X_type_concept_id=type_)
    assert ("medication", kind) == (section, row.kind)


ORDER, GIVEN, LIST = 32838, 32818, 32830


@pytest.mark.parametrize(
    ("type_", "columns", "in_may", "in_july"),
    [
        (ORDER, {"X_exposure_end_date": JUNE}, "current", "history"),
        (LIST, {"X_exposure_end_date": JUNE}, "current", "history"),
        (LIST, {"X_exposure_end_date": None}, "current", "current"),
        (ORDER, {"X_exposure_end_date": JULY, "verbatim_end_date": JUNE}, "current", "history"),
        (ORDER, {"X_exposure_end_date": MAY}, "uncertain", "uncertain"),
        (ORDER, {"X_exposure_end_date": date(2026, 4, 1)}, "uncertain", "uncertain"),
        (ORDER, {"X_exposure_end_date": MAY, "verbatim_end_date": MAY}, "current", "history"),
        (ORDER, {"X_exposure_end_date": MAY, "days_supply": 1}, "current", "history"),
        (ORDER, {"X_exposure_end_date": MAY, "stop_reason": "rash"}, "current", "history"),
        (ORDER, {"X_exposure_end_date": date(2026, 5, 30), "days_supply": 30}, "current", "history"),
        (ORDER, {"X_exposure_end_date": date(2026, 5, 30), "days_supply": 30, "refills": 2}, "current", "current"),
        (GIVEN, {"X_exposure_end_date": MAY}, "current", "current"),
        (GIVEN, {"X_exposure_end_date": MAY, "stop_reason": "rash"}, "current", "history"),
    ],
)
def test_until_when_a_drug_is_taken(type_: int, columns: dict[str, Any], in_may: str, in_july: str) -> None:
    start = {"X_concept_id": 9000003, "X_exposure_start_date": MAY, "X_type_concept_id": type_}
    ((_, row),) = one("drug_exposure", **start, **columns)
    assert [in_may, in_july] == [standing_on(row, MAY), standing_on(row, JULY)]


def test_doses_over_some_days_were_given_on_one_of_them_or_more() -> None:
    columns = {"X_exposure_start_date": MAY, "X_exposure_end_date": JUNE, "X_type_concept_id": GIVEN}
    ((_, row),) = one("drug_exposure", X_concept_id=9000003, **columns)
    assert Span(MAY, JUNE) == row.when


def test_the_instruction_and_the_route_are_the_dose() -> None:
    ((_, row),) = one("drug_exposure", X_concept_id=9000003, sig="5 mg daily", route_concept_id=4169307)
    assert ("Subcutaneous route",) == row.route
    (dosage,) = row.dosages
    assert ("5 mg daily", "Subcutaneous route") == (dosage.text, dosage.route and dosage.route.text)


@pytest.mark.parametrize(("type_", "section"), [(32818, "immunization"), (None, "immunization"), (32838, "medication")])
def test_a_vaccine_is_a_vaccination_unless_it_was_only_ordered(type_: int | None, section: str) -> None:
    ((found, row),) = one("drug_exposure", X_concept_id=4, X_exposure_start_date=MAY, X_type_concept_id=type_)
    assert (section, "current") == (found, row.standing)


# --- results ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "answer"),
    [
        ({"value_as_number": 2.5}, Answer(Interval(2.5, 2.5), "10*3/uL")),
        ({"value_as_number": "2.5"}, Answer(Interval(2.5, 2.5), "10*3/uL")),
        ({"value_as_number": 2.5, "operator_concept_id": 4172703}, Answer(Interval(2.5, 2.5), "10*3/uL")),
        ({"value_as_number": 2, "operator_concept_id": 4171756}, Answer(Interval(-inf, 2, high_open=True), "10*3/uL")),
        ({"value_as_number": 2, "operator_concept_id": 4171754}, Answer(Interval(-inf, 2), "10*3/uL")),
        ({"value_as_number": 2, "operator_concept_id": 4172704}, Answer(Interval(2, inf, low_open=True), "10*3/uL")),
        ({"value_as_number": 2, "operator_concept_id": 4171755}, Answer(Interval(2, inf), "10*3/uL")),
        ({"value_as_number": 2, "value_source_value": "< 2"}, Answer(Interval(-inf, 2, high_open=True), "10*3/uL")),
        ({"value_as_number": 2, "operator_concept_id": 5}, Answer(texts=("2.0 with the operator 5",))),
        ({"value_as_concept_id": 9191}, Answer(None, None, ((SNOMED, "10828004"),), ("Positive",))),
        (
            {"value_as_number": 2, "value_as_concept_id": 9191},
            Answer(Interval(2, 2), "10*3/uL", ((SNOMED, "10828004"),), ("Positive",)),
        ),
        ({"value_source_value": "not  detected"}, Answer(texts=("not detected",))),
        ({"value_as_number": "see note"}, Answer(texts=("see note",))),
        ({"value_as_number": inf}, Answer(texts=("inf",))),
        ({"value_as_concept_id": 0}, Answer(absent="no value")),
        ({}, Answer(absent="no value")),
    ],
)
def test_the_answer_of_a_measurement(columns: dict[str, Any], answer: Answer) -> None:
    ((_, row),) = one("measurement", X_concept_id=5, unit_concept_id=8848, **columns)
    assert answer == row.answer


@pytest.mark.parametrize(
    ("moment", "expected"),
    [(datetime(2026, 5, 1, 8, 30), "2026-05-01T08:30:00"), (datetime(2026, 5, 1), ""), (MAY, ""), (None, "")],  # noqa: DTZ001
)
def test_the_moment_of_a_result(moment: Any, expected: str) -> None:
    ((_, row),) = one("measurement", X_concept_id=5, X_date=MAY, X_datetime=moment)
    assert (Span(MAY, MAY), expected) == (row.when, row.moment)


# --- observations ----------------------------------------------------------------------------------------------------


def test_an_observation_without_a_value_is_a_state_that_holds() -> None:
    found = one("observation", X_concept_id=1, X_date=MAY)
    assert [("condition", "current"), ("observation", "current")] == [(s, row.standing) for s, row in found]


def test_a_question_without_an_answer_is_no_state() -> None:
    assert ["observation"] == [section for section, _ in one("observation", X_concept_id=5)]


def test_an_observation_without_a_value_that_nobody_can_read_is_no_condition() -> None:
    assert ["observation"] == [section for section, _ in one("observation", X_source_value="L77")]


def test_the_past_is_the_value_of_a_history_of() -> None:
    ((section, row),) = one("observation", X_concept_id=1340204, value_as_concept_id=1)
    assert ("condition", "history", ((SNOMED, "37796009"),)) == (section, row.standing, row.codes)


@pytest.mark.parametrize(
    ("columns", "texts"),
    [
        ({"X_concept_id": 439224, "value_as_concept_id": 9000003}, ("Allergy to drug", "aspirin")),
        ({"X_concept_id": 7, "value_as_string": "aspirin"}, ("Allergies", "aspirin")),
        ({"X_concept_id": 9000006}, ("Allergy to eggs",)),
        ({"X_concept_id": 0, "X_source_value": "allergic to aspirin"}, ("allergic to aspirin",)),
    ],
)
def test_an_allergy_is_to_its_value(columns: dict[str, Any], texts: tuple[str, ...]) -> None:
    ((section, row),) = one("observation", **columns)
    assert ("allergy", texts) == (section, row.texts)


def test_an_allergy_among_the_problems_is_both() -> None:
    assert ["condition", "allergy"] == [section for section, _ in one("condition_occurrence", X_concept_id=9000006)]


@pytest.mark.parametrize(("type_", "standing"), [(32817, "current"), (None, "current"), (38000275, "uncertain")])
def test_a_procedure_that_was_ordered_may_not_be_done(type_: int | None, standing: str) -> None:
    ((_, row),) = one("procedure_occurrence", X_concept_id=1, X_type_concept_id=type_)
    assert standing == row.standing


# --- persons ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "birth"),
    [
        ((1980, 5, 7), "1980-05-07"),
        ((1980, 5, None), "1980-05"),
        ((1980, None, None), "1980"),
        ((1980, None, 7), "1980"),
        ((1980, None, None, datetime(1980, 1, 1)), "1980"),  # noqa: DTZ001
        ((1980, None, None, datetime(1980, 5, 7)), "1980-05-07"),  # noqa: DTZ001
        ((1980, 5, None, "1980-05-01"), "1980-05"),
        ((1980, None, None, datetime(1981, 5, 7)), "1980"),  # noqa: DTZ001
        ((None, None, None, date(1980, 5, 7)), "1980-05-07"),
        ((None, None, None), None),
        ((1980, 13, 1), None),
    ],
)
def test_a_date_of_birth_is_as_exact_as_it_is_known(columns: tuple[Any, ...], birth: str | None) -> None:
    record = omop_record(w.Person(1, 8532, *columns), {}, CONCEPTS, CONTENT)
    assert (parse_span(birth), "female") == (record.patient.birth, record.patient.sex)


@pytest.mark.parametrize(
    ("deaths", "dead", "death"),
    [
        ([], False, None),
        ([MAY], True, day("2026-05-01")),
        ([JUNE, MAY], True, day("2026-05-01")),
        ([MAY, None], True, None),
    ],
)
def test_death(deaths: list[date | None], dead: bool, death: Span | None) -> None:
    record = omop_record(w.Person(1, 0, 1980), {"death": [w.Death(1, d) for d in deaths]}, CONCEPTS, CONTENT)
    assert (dead, death, None) == (record.patient.dead, record.patient.death, record.patient.sex)


ALL = Content(dict.fromkeys((*w.EVENTS, "observation_period"), 5), 1, 1, 1)


def sections(**events: Any) -> dict[Any, Section]:
    return omop_record(w.Person(1, 0, 1980), {"observation_period": [w.Period(1)], **events}, CONCEPTS, ALL).sections


def said(concept: int, table: str = "observation") -> list[Any]:
    known = dict.fromkeys(w.EVENTS[table].__struct_fields__)
    column = f"{table.split('_')[0]}_concept_id"
    return [w.EVENTS[table](**{**known, "person_id": 1, f"{table}_id": 1, column: concept})]


def test_every_section_but_allergies_is_supplied_by_its_table() -> None:
    states = {name: section.state for name, section in sections().items()}
    assert {"allergy"} == {name for name, state in states.items() if state != "supplied"}


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ({"observation": said(9000006)}, Section("supplied", by_rows=True)),
        ({"observation": said(4222295)}, Section("supplied", "stated to be none")),
        ({"condition_occurrence": said(4222295, "condition_occurrence")}, Section("supplied", "stated to be none")),
    ],
)
def test_allergies_are_supplied_by_entries_or_a_statement(events: dict[str, Any], state: Section) -> None:
    assert state == sections(**events)["allergy"]


def test_an_allergy_among_the_problems_is_no_list_of_allergies() -> None:
    events = {"condition_occurrence": said(9000006, "condition_occurrence")}
    assert "not-supplied" == sections(**events)["allergy"].state


def test_of_somebody_never_observed_nothing_is_known() -> None:
    found = sections(observation_period=[])
    assert {"patient"} == {name for name, section in found.items() if section.state == "supplied"}
