"""The row of a patient: who it is about, and what the record holds of each section."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from apothecary.knowledge import Matcher, Monograph
from apothecary.population.facts import schema as s
from apothecary.population.facts.orders import empty_context
from apothecary.population.facts.rows import days_of
from apothecary.record import Patient, Section
from apothecary.record.facts import SECTIONS, SectionName


def patient_key(export: str, id_: str) -> int:
    """The number of a patient in the facts; of each export another one, since two exports may share an id."""
    return int.from_bytes(blake2b(f"{export}\0{id_}".encode(), digest_size=8).digest(), "big", signed=True)


def patient_row(
    patient: int,
    who: Patient,
    sections: Mapping[SectionName, Section],
    first: Mapping[SectionName, int],
    export: str,
    monograph: Monograph,
    matcher: Matcher,
) -> tuple[Any, ...]:
    """The columns of the patient table; `first`: the first day of each section that has rows."""
    return (
        patient, who.id, export, *days_of(who.birth), *_typed_age(who, monograph, matcher),
        None if who.sex is None else s.SEX.get(who.sex), who.dead, days_of(who.death)[0],
        *(
            column
            for name in SECTIONS
            for column in (
                s.STATE[sections[name].state], sections[name].present_only, sections[name].by_rows, first.get(name),
            )
        ),
    )  # fmt: skip


def _typed_age(who: Patient, monograph: Monograph, matcher: Matcher) -> tuple[int | None, int | None]:
    """Completed months, only where no date of birth says more."""
    if who.birth is not None or who.age is None:
        return None, None
    months = empty_context(monograph, matcher, who=who).age_months()
    return (None, None) if months is None else (int(months.low), int(months.high))
