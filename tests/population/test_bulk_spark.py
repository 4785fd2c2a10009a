"""The same files read by the workers of Apache Spark on this machine.

Needs Java and PySpark. Without them these tests are skipped, or fail where APOTHECARY_NO_SKIPS is set.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from bulk_exports import facts_in, lines_of, literal, write
from strategies import DRUGS

from apothecary.population.facts import tasks
from apothecary.population.facts.failure import FactsError
from apothecary.population.facts.make import make_facts
from spark_here import session
from support import made_up

pytestmark = pytest.mark.xdist_group("spark")  # one process, so that Spark starts once


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with session(tmp_path_factory.mktemp("spark")) as started:
        yield started


def test_spark_makes_the_same_facts(spark: Any, tmp_path: Path) -> None:
    files = {f"{name}.ndjson": lines_of(Random(seed), DRUGS[0], 6, 12, 0.1) for seed, name in enumerate("abc")}
    source, out, said = write(tmp_path / "in", files), tmp_path / "out", []
    with patch.object(tasks, "SIZE", 4000):
        made = make_facts(source, out, made_up(), engine=spark, progress=said.append)
        again = make_facts(source, out, made_up(), workers=1)
    assert literal(source, made_up()) == facts_in(out)
    assert said[-1].done == said[-1].all
    assert made.read > 5
    assert (0, made.manifest) == (again.read, again.manifest)


def test_what_stops_a_worker_of_spark_is_said(spark: Any, tmp_path: Path) -> None:
    source = write(tmp_path / "in", {"a.ndjson": lines_of(Random(1), DRUGS[0], 6, 12, 0.1)})
    (source / "z.ndjson.gz").write_bytes(b"\x1f\x8b broken")
    with pytest.raises(FactsError, match=r"z\.ndjson\.gz is damaged or cut off"):
        make_facts(source, tmp_path / "out", made_up(), engine=spark)
