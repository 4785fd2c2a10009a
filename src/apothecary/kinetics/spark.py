"""Exposure of more patients than one machine holds, through Apache Spark. Needs PySpark and pyarrow.

The work is the function of `batches`, mapped over the partitions of a data frame; nothing is collected or shuffled.
The Python of the workers (PYSPARK_PYTHON) needs this package with the extra `spark`.
"""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, StringType, StructField, StructType

from apothecary.kinetics.batches import MEASURES, Task, exposure
from apothecary.kinetics.errors import KineticsError


def exposure_frame(frame: DataFrame, task: Task) -> DataFrame:
    """One row a patient of the data frame, with the columns of `batches.exposure`; KineticsError without the key."""
    if task.key not in frame.columns:
        there = ", ".join(frame.columns)
        raise KineticsError("column", f"The data frame has no column {task.key} that names patients; it has {there}.")

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return exposure(batches, task)

    numbers = [StructField(name, DoubleType()) for name in MEASURES]
    texts = [StructField(name, StringType()) for name in ("warnings", "reason")]
    return frame.mapInArrow(work, StructType([frame.schema[task.key], *numbers, *texts]))
