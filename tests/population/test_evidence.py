"""Key values and needs beside those of the review of one patient, on every case file and on generated patients."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from patients import patients
from same import CASES, CaseKey, expected, reviewed
from strategies import AS_OF, DRUGS, drawn, reviewer

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import PhaseName
from apothecary.population.findings import findings
from apothecary.population.rules.engine import DuckDB, Engine
from apothecary.population.rules.questions import below
from apothecary.record import Record
from apothecary.review import Reviewer
from apothecary.review.result import Evidence, Finding


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return DuckDB(tmp_path)


class Both(NamedTuple):
    """A finding of the review of one patient beside the row of the table."""

    place: int
    finding: Finding
    row: dict[str, Any]


def both(
    engine: Engine, asker: Reviewer, records: Sequence[Record], day: date, phase: PhaseName | None
) -> Iterator[Both]:
    """Every finding of all records, twice."""
    found, _ = reviewed(engine, asker.monograph, records, day, phase)
    told = findings(found.table, found.leaves, asker.monograph, found.evidence(found.table))
    rows = {(row["patient"], row["rule"]): row for row in told.to_pyarrow().to_pylist()}
    for place, review in expected(asker, records, day, phase).items():
        for finding in review.findings:
            yield Both(place, finding, rows[place, finding.id])


def told(one: Evidence) -> set[str]:
    """How a fact may stand among the key values: a result without its source, an order without its day."""
    value = f"{one.value} {one.unit}".strip()
    said = f"{one.fact}: {value}" if value else one.fact
    places = {
        ", ".join(part for part in parts if part) for parts in ((one.date, one.source), (one.date,), (one.source,))
    }
    return {f"{said} ({place})" if place else said for place in places}


def stands(m: Monograph, one: Evidence, values: Sequence[str]) -> bool:
    """Whether a fact is among the key values.

    Which examination is overdue is not said there. The facts keep a route and an order of several instructions as
    words, not as the code or the number that they come to: it is enough that the order is named.
    """
    late = one.value == "no result" and any(one.fact.startswith(plan.name) for plan in m.monitoring.values())
    if one.fact == "ordered route" or (one.note.startswith("ordered: ") and ";" in one.note):
        return any(value.startswith(one.fact) and one.source in value for value in values)
    return late or not told(one).isdisjoint(values)


def missing(m: Monograph, pairs: Sequence[Both]) -> list[str]:
    """What the review of one patient says a finding that applies rests on, and the key values do not."""
    return [
        f"record {pair.place}, {pair.finding.id}: {one} is not among {pair.row['values']}"
        for pair in pairs
        if pair.finding.status.value == "applies"
        for one in pair.finding.because
        if not stands(m, one, pair.row["values"])
    ]


def asks_one_need_each(m: Monograph, rule: str) -> bool:
    """Whether every question of a rule is about rows of one section, a test, an age, a sex, or a number as recorded.

    A question about a clearance, an order, a vaccine or a schedule may lack several things of which the table names
    one.
    """
    for leaf in below(m, m.rules[rule].when):
        if isinstance(leaf, logic.HasVaccine | logic.Overdue | logic.OrderedRoute | logic.OrderUnread):
            return False
        name = getattr(leaf, "quantity", "") or getattr(leaf, "of", "")
        if name and m.observations[name].formula not in (None, "age"):
            return False
    return True


def other_needs(m: Monograph, pairs: Sequence[Both]) -> list[str]:
    """Where the needs differ: as sets for questions that lack one thing, elsewhere in whether there are any."""
    found = []
    for pair in pairs:
        ours = {f"{need.fact}: {need.why}" for need in pair.finding.needs if pair.finding.status.value == "unknown"}
        theirs = set(pair.row["needs"])
        # a range across a limit is "missing" in one result, "conflicting" in several; the table does not tell which
        ours = {need.replace(": missing", ": conflicting") if need not in theirs else need for need in ours}
        same = ours == theirs if asks_one_need_each(m, pair.finding.id) else bool(ours) == bool(theirs)
        if not same:
            found.append(f"record {pair.place}, {pair.finding.id}: {sorted(ours)}, the table says {sorted(theirs)}")
    return found


@pytest.mark.parametrize("key", CASES, ids=lambda key: "-".join(map(str, key)))
def test_what_a_case_rests_on_is_among_the_key_values(engine: Engine, key: CaseKey) -> None:
    drug, day, phase = key
    asker = reviewer(drug)
    pairs = list(both(engine, asker, CASES[key], day, phase))
    assert [] == missing(asker.monograph, pairs)
    assert [] == [pair for pair in pairs if pair.finding.status.value == "clear" and pair.row["values"]]
    assert [] == other_needs(asker.monograph, pairs)


def some_of(drug: str) -> list[Record]:
    some = [patient.read() for patient in drawn(patients(drug), 150)]
    return some + [patient.read() for patient in drawn(patients(drug, whole=True, crowded=True), 250)]


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("phase", ["considering", "on-therapy"])
def test_what_a_generated_patient_rests_on_is_among_the_key_values(engine: Engine, drug: str, phase: PhaseName) -> None:
    asker = reviewer(drug)
    pairs = list(both(engine, asker, some_of(drug), AS_OF, phase))
    assert [] == missing(asker.monograph, pairs)
    kinds = Counter(one.match for pair in pairs for one in pair.finding.because)
    assert {"code", "name"} <= set(kinds)
