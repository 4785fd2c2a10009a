"""Apache Spark on this machine for tests: a session, or a skip that is a failure where nothing may be skipped."""

import importlib.util
import os
import shutil
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


@contextmanager
def session(folder: Path, master: str = "local[2]", **more: str) -> Iterator[Any]:
    """A Spark session; skips the test without Java or PySpark, or fails it where APOTHECARY_NO_SKIPS is set."""
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        missing("Java is not installed; install it (apt-get install openjdk-17-jre-headless) to run Spark.")
    if importlib.util.find_spec("pyspark") is None:
        missing("PySpark is not installed; install the extra `spark` to run it.")
    from pyspark.sql import SparkSession

    settings = {
        "spark.master": master, "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false",
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.local.dir": str(folder), **more,
    }  # fmt: skip
    builder: Any = SparkSession.builder
    for name, value in settings.items():
        builder = builder.config(name, value)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PYSPARK_PYTHON", sys.executable)  # the workers need what the tests have installed
        with warnings.catch_warnings():
            # where another test has loaded JAX here: the child that is forked for Java runs no Python of ours
            warnings.filterwarnings("ignore", r"os\.fork\(\) was called", RuntimeWarning)
            started = builder.getOrCreate()
        started.sparkContext.setLogLevel("ERROR")
        yield started
        started.stop()


def missing(message: str) -> None:
    """Skips, or fails where nothing may be skipped."""
    if "APOTHECARY_NO_SKIPS" in os.environ:
        pytest.fail(message)
    pytest.skip(message)
