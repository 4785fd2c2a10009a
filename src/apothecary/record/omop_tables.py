"""The columns of OMOP tables that are read; those without a default must be there, the others may be left out."""

from datetime import date, datetime
from decimal import Decimal
from typing import Final

import msgspec

Day = date | datetime | str | None
Number = float | Decimal | str | None


class Person(msgspec.Struct, gc=False):
    """Who it is; of the date of birth what is known."""

    person_id: int
    gender_concept_id: int | None
    year_of_birth: int | None
    month_of_birth: int | None = None
    day_of_birth: int | None = None
    birth_datetime: Day = None


class Death(msgspec.Struct, gc=False):
    """That somebody died, and when."""

    person_id: int
    death_date: Day


class Period(msgspec.Struct, gc=False):
    """That somebody was observed at all."""

    person_id: int


class ConditionOccurrence(msgspec.Struct, gc=False):
    """A diagnosis."""

    person_id: int
    condition_occurrence_id: int
    condition_concept_id: int | None
    condition_start_date: Day
    condition_end_date: Day = None
    condition_type_concept_id: int | None = None
    condition_status_concept_id: int | None = None
    stop_reason: str | None = None
    condition_source_value: str | None = None
    condition_source_concept_id: int | None = None


class DrugExposure(msgspec.Struct, gc=False):
    """A drug ordered, handed out, given or taken."""

    person_id: int
    drug_exposure_id: int
    drug_concept_id: int | None
    drug_exposure_start_date: Day
    drug_exposure_end_date: Day
    drug_type_concept_id: int | None
    verbatim_end_date: Day = None
    stop_reason: str | None = None
    refills: int | None = None
    days_supply: int | None = None
    sig: str | None = None
    route_concept_id: int | None = None
    drug_source_value: str | None = None
    drug_source_concept_id: int | None = None
    route_source_value: str | None = None


class Measurement(msgspec.Struct, gc=False):
    """A result of a test or examination."""

    person_id: int
    measurement_id: int
    measurement_concept_id: int | None
    measurement_date: Day
    value_as_number: Number
    value_as_concept_id: int | None
    unit_concept_id: int | None
    measurement_datetime: Day = None
    operator_concept_id: int | None = None
    measurement_source_value: str | None = None
    measurement_source_concept_id: int | None = None
    unit_source_value: str | None = None
    value_source_value: str | None = None


class Observation(msgspec.Struct, gc=False):
    """Anything else that is said of somebody: a state, an answer, the past, an allergy."""

    person_id: int
    observation_id: int
    observation_concept_id: int | None
    observation_date: Day
    value_as_concept_id: int | None
    observation_datetime: Day = None
    value_as_number: Number = None
    value_as_string: str | None = None
    unit_concept_id: int | None = None
    observation_source_value: str | None = None
    observation_source_concept_id: int | None = None
    unit_source_value: str | None = None
    value_source_value: str | None = None


class ProcedureOccurrence(msgspec.Struct, gc=False):
    """A procedure."""

    person_id: int
    procedure_occurrence_id: int
    procedure_concept_id: int | None
    procedure_date: Day
    procedure_type_concept_id: int | None = None
    procedure_source_value: str | None = None
    procedure_source_concept_id: int | None = None


Event = ConditionOccurrence | DrugExposure | Measurement | Observation | ProcedureOccurrence
EVENTS: Final[dict[str, type[Event]]] = {
    "condition_occurrence": ConditionOccurrence,
    "drug_exposure": DrugExposure,
    "measurement": Measurement,
    "observation": Observation,
    "procedure_occurrence": ProcedureOccurrence,
}
# The first part of the names of the columns that say what a row is about
ABOUT: Final = {
    "condition_occurrence": "condition",
    "drug_exposure": "drug",
    "measurement": "measurement",
    "observation": "observation",
    "procedure_occurrence": "procedure",
}
