"""What a patient's record says, and what it does not say."""

from apothecary.record.dates import Span, parse_span
from apothecary.record.facts import (
    SECTIONS,
    Answer,
    Patient,
    Problem,
    Record,
    RecordError,
    Row,
    Section,
)
from apothecary.record.reader import read_record

__all__ = [
    "SECTIONS",
    "Answer",
    "Patient",
    "Problem",
    "Record",
    "RecordError",
    "Row",
    "Section",
    "Span",
    "parse_span",
    "read_record",
]
