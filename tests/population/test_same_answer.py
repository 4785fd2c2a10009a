"""One meaning, several engines: every case and generated patient under generated rules, the same status everywhere."""

from pathlib import Path

import pytest
from cohort_records import cohort, whole_cohort
from patients import patients
from same import CASES, CaseKey, beside, compared, expected, has_query, reviewed
from strategies import AS_OF, DRUGS, MADE_UP, asked_about, asking, conditions, drawn, leaves, monograph, reviewer

from apothecary.knowledge.schema import PhaseName
from apothecary.population.findings import APPLIES, UNKNOWN
from apothecary.population.rules.engine import DuckDB, Engine


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return DuckDB(tmp_path / "spill")


@pytest.mark.parametrize("key", CASES, ids=lambda key: "-".join(map(str, key)))
def test_every_case_comes_to_the_same(engine: Engine, key: CaseKey) -> None:
    drug, day, phase = key
    found = compared(engine, reviewer(drug), CASES[key], day, phase)
    assert [] == found.differences
    assert found.statuses.total() >= len(CASES[key])


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("phase", [None, "considering", "on-therapy"])
def test_generated_patients_come_to_the_same(engine: Engine, drug: str, phase: PhaseName | None) -> None:
    some = [patient.read() for patient in drawn(patients(drug), 400)]
    some += [patient.read() for patient in drawn(patients(drug, crowded=True), 400)]
    some += [patient.read() for patient in drawn(patients(drug, whole=True, crowded=True), 400)]
    found = compared(engine, reviewer(drug), some, AS_OF, phase)
    assert [] == found.differences
    assert {"applies", "clear", "unknown"} <= {status for _, status in found.statuses}


@pytest.mark.parametrize("drug", DRUGS)
@pytest.mark.parametrize("phase", ["considering", "on-therapy"])
@pytest.mark.parametrize("lot", range(3))
def test_generated_rules_come_to_the_same(engine: Engine, drug: str, phase: PhaseName, lot: int) -> None:
    trees = [tree for tree in drawn(leaves(drug), 90) if has_query(tree, drug)][lot::3]
    trees += [tree for tree in drawn(conditions(drug, 3), 60) if has_query(tree, drug)][lot::3]
    about = asked_about(drug, *trees)
    some = [patient.read() for patient in drawn(patients(drug, about), 150)]
    some += [patient.read() for patient in drawn(patients(drug, about, crowded=True), 250)]
    found = compared(engine, asking(drug, *dict.fromkeys(trees)), some, AS_OF, phase)
    assert [] == found.differences
    assert {"applies", "clear", "unknown"} <= {status for _, status in found.statuses}


@pytest.mark.parametrize("drug", DRUGS)
def test_a_cohort_comes_to_the_same(engine: Engine, tmp_path: Path, drug: str) -> None:
    found = whole_cohort(engine, cohort(drug, 600, tmp_path))
    assert [] == found.differences
    assert {"applies", "clear", "unknown"} <= {status for _, status in found.statuses}


def test_a_difference_would_be_found(engine: Engine) -> None:
    drug = MADE_UP.name
    some = [patient.read() for patient in drawn(patients(drug), 50)]
    _, rows = reviewed(engine, monograph(drug), some, AS_OF, None)
    wanted = expected(reviewer(drug), some, AS_OF, None)
    assert [] == beside(wanted, rows).differences
    place, name = next(
        (place, name) for place, row in rows.items() for name in row if row[name] == APPLIES and name[:4] == "rule"
    )
    wrong = {**rows, place: {**rows[place], name: UNKNOWN}}
    assert 1 == len(beside(wanted, wrong).differences)
    assert 1 == len(beside(wanted, {key: row for key, row in rows.items() if key != place}).differences[:1])
