"""The review of everybody in an OMOP database, by query over its facts, is that of each person's record."""

from pathlib import Path

import omop_worlds as w
import pytest
from strategies import AS_OF, DRUGS, monograph

from apothecary.logic import Truth
from apothecary.population.facts.asked import asked
from apothecary.population.facts.record import patient_key
from apothecary.population.omop.make import make_facts_omop
from apothecary.population.rules.engine import DuckDB
from apothecary.population.rules.review import review_all
from apothecary.population.rules.scope import Tables
from apothecary.record import RecordError
from apothecary.review import Reviewer

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis calls it
_STATUS = {0: Truth.CLEAR, 1: Truth.APPLIES, 2: Truth.UNKNOWN}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("drug", DRUGS)
def test_every_rule_has_the_status_that_the_record_gives(drug: str, seed: int, tmp_path: Path) -> None:
    m, world = monograph(drug), w.World(drug, 100 + seed, persons=60, values=seed > 0)
    path = w.write_duckdb(tmp_path / "omop.duckdb", world.rows, world.concepts)
    make_facts_omop(path, tmp_path / "facts", m, persons=25)
    engine = DuckDB(tmp_path / "spill")
    tables = Tables(*(engine.parquet(tmp_path / "facts" / name) for name in ("row", "result", "step", "patient")))
    done = review_all(engine, tables, m, asked(m), AS_OF)
    rows = {row["patient"]: row for batch in engine.batches(done.table) for row in batch.to_pylist()}
    reviewer, known, statuses = Reviewer(m), set(), set()
    for id_, record in w.records(world.rows, world.concepts).items():
        try:
            findings = reviewer.review(record, AS_OF).findings
        except RecordError:  # dead by then
            continue
        key = patient_key("", str(id_))
        known.add(key)
        statuses |= {finding.status for finding in findings}
        assert {f.id: f.status for f in findings} == {f.id: _STATUS[rows[key][f"rule_{f.id}"]] for f in findings}
    assert known == set(rows)
    assert set(Truth) == statuses
