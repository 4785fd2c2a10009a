"""The facts model: small typed tables with the same columns for one patient and for millions."""

from typing import Literal

import msgspec

from apothecary.logic import Interval
from apothecary.record.dates import Span
from apothecary.record.fhir_parts import Dosage

SectionName = Literal["patient", "condition", "medication", "observation", "allergy", "immunization", "procedure"]
SECTIONS: tuple[SectionName, ...] = (
    "patient",
    "condition",
    "medication",
    "observation",
    "allergy",
    "immunization",
    "procedure",
)

# current: a fact now · history: it was · planned: a draft, proposed or recommended order ·
# uncertain: unconfirmed or on hold · void: mistaken, refuted, cancelled, not done · unreadable: only its code is known
Standing = Literal["current", "history", "planned", "uncertain", "void", "unreadable"]


class Answer(msgspec.Struct, frozen=True, gc=False):
    """The value of an observation: a number with its unit as recorded, or codes and texts, or why there is none."""

    number: Interval | None = None
    unit: str | None = None
    codes: tuple[tuple[str, str], ...] = ()
    texts: tuple[str, ...] = ()
    absent: str = ""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One statement of the record: codes as (system, code), texts, dates, standing, and where it came from.

    `when` is the day it holds from (onset, start, result), `recorded` the day it was written, where both are known.
    `dosages`: of an order or statement, as recorded; `dosage.read_dose` reads one.
    """

    source: str
    kind: str
    codes: tuple[tuple[str, str], ...]
    texts: tuple[str, ...]
    standing: Standing
    status: str
    when: Span | None = None
    until: Span | None = None
    moment: str = ""
    answer: Answer | None = None
    route: tuple[str, ...] = ()
    recorded: Span | None = None
    dosages: tuple[Dosage, ...] = ()


class Patient(msgspec.Struct, frozen=True):
    """Who the record is about; no name is ever read. `age` (completed value, unit) only where typed by a person."""

    id: str | None = None
    birth: Span | None = None
    age: tuple[float, str] | None = None
    sex: str | None = None
    dead: bool = False
    death: Span | None = None


class Section(msgspec.Struct, frozen=True):
    """State of one table: supplied, not supplied, or only partly readable, with the reason.

    `present_only`: only what is active now was asked for, so that it says nothing about the past. `by_rows`: it counts
    as supplied for no other reason than that it has rows.
    """

    state: Literal["supplied", "not-supplied", "unreadable"]
    reason: str = ""
    present_only: bool = False
    by_rows: bool = False


class Problem(msgspec.Struct, frozen=True):
    """Something in the record that could not be used: a stable code, where it stands, what it means."""

    code: str
    where: str
    message: str


class Record(msgspec.Struct, frozen=True):
    """One patient's facts, independent of any date of review."""

    patient: Patient
    tables: dict[SectionName, tuple[Row, ...]]
    sections: dict[SectionName, Section]
    problems: tuple[Problem, ...] = ()
    shape: str = ""
    undated_is_current: bool = False  # the short form: a person types what holds on the day of the review


class RecordError(Exception):
    """A record that must not be reviewed: unreadable, several patients, another patient, dead (exit code 3)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
