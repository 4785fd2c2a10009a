"""The same rows through Apache Spark on this machine.

Needs Java and PySpark. Without them these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from apothecary.kinetics import Dose, KineticsError
from apothecary.kinetics.batches import MEASURES, Task, Virtual, exposure
from apothecary.kinetics.virtual import Cohort, Uniform
from spark_here import session
from support import made_up

TASK = Task(made_up().models["adults"], (Dose(0.0, 120.0),), 672.0, above=10.0)
DRAWN = msgspec.structs.replace(TASK, virtual=Virtual(Cohort(age=Uniform(10, 60), weight=Uniform(50, 130)), 7))
PEOPLE = [
    {"id": f"p{n}", "age_a": age, "weight_kg": weight, "creatinine_clearance_mL_min": clearance}
    for n, (age, weight, clearance) in enumerate(
        [(40.0, 70.0, 100.0), (10.0, 30.0, 100.0), (40.0, None, 100.0), (None, 125.0, None), (70.0, 60.0, 30.0)]
    )
]
COLUMNS = "id string, age_a double, weight_kg double, creatinine_clearance_mL_min double"
pytestmark = pytest.mark.xdist_group("spark")  # one process, so that Spark starts once


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    batches = {"spark.sql.execution.arrow.maxRecordsPerBatch": "3"}
    with session(tmp_path_factory.mktemp("spark"), "local[1]", **batches) as started:
        yield started


def through_spark(frame: Any, task: Task) -> list[dict[str, Any]]:
    from apothecary.kinetics.spark import exposure_frame

    rows = [row.asDict() for row in exposure_frame(frame, task).collect()]
    return sorted(rows, key=lambda row: row[task.key])


def from_batches(table: pa.RecordBatch, task: Task) -> list[dict[str, Any]]:
    return [row for found in exposure([table], task) for row in found.to_pylist()]


def same(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> bool:
    assert [list(row) for row in expected] == [list(row) for row in found]
    for mine, other in zip(expected, found, strict=True):
        assert {n: v for n, v in mine.items() if n not in MEASURES} == {n: other[n] for n in mine if n not in MEASURES}
        actual = [other[n] for n in MEASURES]
        assert [mine[n] for n in MEASURES] == [x if x is None else pytest.approx(x, rel=1e-12) for x in actual]
    return True


def test_spark_gives_the_rows_of_plain_batches(spark: Any) -> None:
    frame = spark.createDataFrame([tuple(row.values()) for row in PEOPLE], COLUMNS).repartition(2)
    expected = from_batches(pa.RecordBatch.from_pylist(PEOPLE), TASK)
    assert [False, True, True, False, True] == [row["reason"] is not None for row in expected]
    assert same(expected, through_spark(frame, TASK))


def test_virtual_patients_do_not_depend_on_the_partitions(spark: Any) -> None:
    frame = spark.range(0, 40, 1, 2).withColumnRenamed("id", "index").repartition(2)
    expected = from_batches(pa.RecordBatch.from_pydict({"index": range(40)}), DRAWN)
    assert same(expected, through_spark(frame, DRAWN))


def test_a_data_frame_without_the_key_is_refused(spark: Any) -> None:
    with pytest.raises(KineticsError, match="no column index"):
        through_spark(spark.range(3), DRAWN)
