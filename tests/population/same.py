"""What the tests of the same answer share: records to facts on an engine, and its statuses beside the reviewer's."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from strategies import monograph

from apothecary import logic
from apothecary.knowledge import PACKAGED, Monograph, packaged
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.knowledge.schema import PhaseName
from apothecary.population.facts.asked import asked
from apothecary.population.facts.tables import Maker
from apothecary.population.findings import STATUSES
from apothecary.population.rules.engine import Engine
from apothecary.population.rules.questions import CLEARANCE
from apothecary.population.rules.review import Reviewed, review_all
from apothecary.population.rules.scope import Tables
from apothecary.record import Record, RecordError, read_record
from apothecary.review import Review, Reviewer
from apothecary.review.cases import load_cases, phase_of

TABLES = ("row", "result", "step", "patient")


class Compared(NamedTuple):
    """How many statuses were compared, which of them there were, and a sentence for each difference."""

    statuses: Counter[tuple[str, str]]
    differences: list[str]


def on_engine(engine: Engine, m: Monograph, records: Sequence[Record], day: date) -> Tables:
    """The facts of records on an engine; the key of a record is its place."""
    maker = Maker(m, asked(m))
    for place, record in enumerate(records):
        maker.add_record(place, record, "", day)
    made = maker.tables()
    return Tables(*(engine.take(f"facts_of_{name}", made[name]) for name in TABLES))


def reviewed(
    engine: Engine, m: Monograph, records: Sequence[Record], day: date, phase: PhaseName | None
) -> tuple[Reviewed, dict[int, dict[str, Any]]]:
    """The engine's review of records, and its rows by the place of their record."""
    found = review_all(engine, on_engine(engine, m, records, day), m, asked(m), day, phase)
    rows = [row for batch in engine.batches(found.table) for row in batch.to_pylist()]
    assert len(rows) == len({row["patient"] for row in rows})
    return found, {row["patient"]: row for row in rows}


def expected(reviewer: Reviewer, records: Sequence[Record], day: date, phase: PhaseName | None) -> dict[int, Review]:
    """The reviewer's own reviews of those records that can be reviewed."""
    found = {}
    for place, record in enumerate(records):
        try:
            found[place] = reviewer.review(record, day, phase)
        except RecordError as error:
            if error.code not in ("dead", "not-born"):
                raise
    return found


def compared(
    engine: Engine, reviewer: Reviewer, records: Sequence[Record], day: date, phase: PhaseName | None
) -> Compared:
    """Every status, use and verdict of both."""
    _, rows = reviewed(engine, reviewer.monograph, records, day, phase)
    return beside(expected(reviewer, records, day, phase), rows)


def beside(wanted: dict[int, Review], rows: dict[int, dict[str, Any]]) -> Compared:
    """The reviews of some records and the rows of an engine, both by the place of the record."""
    counts: Counter[tuple[str, str]] = Counter()
    differences = [] if set(rows) == set(wanted) else [f"reviewed {sorted(set(rows) ^ set(wanted))[:5]} differently"]
    for place, review in wanted.items():
        row = rows.get(place, {})
        said = {column: value for column, value in row.items() if value is not None}
        theirs = {name: str(STATUSES[value]) for name, value in said.items() if name.startswith(("rule_", "use_"))}
        theirs |= {name: said[name] for name in ("verdict", "phase") if name in said}
        ours = {f"rule_{finding.id}": finding.status.value for finding in review.findings}
        ours |= {f"use_{use.id}": use.status.value for use in review.indications}
        ours |= {"verdict": review.verdict, "phase": review.phase}
        counts.update(ours.items())
        differences += [
            f"record {place}: {name} is {ours.get(name)}, the engine says {theirs.get(name)}"
            for name in sorted(ours.keys() | theirs.keys())
            if ours.get(name) != theirs.get(name)
        ]
    return Compared(counts, differences)


# --- what is compared -----------------------------------------------------------------------------------------------

CaseKey = tuple[str, date, PhaseName | None]


def case_files() -> dict[CaseKey, list[Record]]:
    """The records of all cases, by drug, day and phase; a use that is asked for is no part of a record."""
    found: dict[CaseKey, list[Record]] = defaultdict(list)
    for drug in packaged():
        for file in load_cases(PACKAGED / drug / "cases"):
            for case in file.cases:
                if case.indication is None:
                    phase = phase_of(monograph(drug).rules[file.rule], case)
                    found[drug, file.as_of, phase].append(read_record(case.data()))
    return found


CASES = case_files()


def has_query(node: logic.Condition, drug: str) -> bool:
    """Whether every leaf of a condition can be compiled: two kinds of question that no rule should ask cannot."""
    m = monograph(drug)
    for leaf in logic.leaves(node):
        if isinstance(leaf, logic.Missing) and m.observations[leaf.of].formula in ORDERED_UNITS:
            return False
        if isinstance(leaf, logic.SourcesDisagree) and m.observations[leaf.quantity].formula != CLEARANCE:
            return False
    return True
