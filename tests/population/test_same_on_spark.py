"""The same answers on Apache Spark: the cases, generated rules, and a cohort through files.

Needs Java and PySpark. Without them these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from cohort_records import cohort, whole_cohort
from patients import patients
from same import CASES, compared, has_query
from strategies import AS_OF, MADE_UP, asked_about, asking, conditions, drawn, leaves, reviewer

from apothecary.knowledge.schema import PhaseName
from apothecary.population.rules.engine import Engine, Spark
from spark_here import session

pytestmark = pytest.mark.xdist_group("spark")  # one process, so that Spark starts once


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("spark")
    # The plans are long and the tables small: compiling them for each query would take most of the time.
    plain = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
    with session(folder, **plain) as started:
        yield Spark(started, folder / "work")


@pytest.mark.parametrize("key", CASES, ids=lambda key: "-".join(map(str, key)))
def test_every_case_comes_to_the_same(spark: Engine, key: tuple[str, object, PhaseName | None]) -> None:
    drug, day, phase = key
    found = compared(spark, reviewer(drug), CASES[key], day, phase)  # type: ignore[index, arg-type]  # a key of it
    assert [] == found.differences
    assert found.statuses.total() >= len(CASES[key])  # type: ignore[index]


def test_generated_rules_come_to_the_same(spark: Engine) -> None:
    drug = MADE_UP.name
    trees = [tree for tree in drawn(leaves(drug), 40) if has_query(tree, drug)]
    trees += [tree for tree in drawn(conditions(drug, 3), 20) if has_query(tree, drug)]
    some = [patient.read() for patient in drawn(patients(drug, asked_about(drug, *trees), crowded=True), 150)]
    found = compared(spark, asking(drug, *dict.fromkeys(trees)), some, AS_OF, "on-therapy")
    assert [] == found.differences
    assert {"applies", "clear", "unknown"} <= {status for _, status in found.statuses}


def test_a_cohort_comes_to_the_same(spark: Engine, tmp_path: Path) -> None:
    made = cohort("anakinra", 200, tmp_path)
    found = whole_cohort(spark, made)
    assert [] == found.differences
    assert {"applies", "clear", "unknown"} <= {status for _, status in found.statuses}
