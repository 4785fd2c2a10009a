"""Facts of an OMOP database are those of its persons' records, each read for itself, whatever the database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import omop_worlds as w
import psycopg
import pyarrow.parquet as pq
import pytest
from databases import Server, server
from strategies import AS_OF, DRUGS, monograph

from apothecary.logic import Truth, leaves
from apothecary.population.facts.asked import asked
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.tables import Maker
from apothecary.population.omop.make import make_facts_omop
from apothecary.record.facts import SECTIONS
from apothecary.review import Reviewer

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis calls it
Facts = dict[str, list[tuple[Any, ...]]]
FIRST = [f"first_{name}" for name in SECTIONS if name != "allergy"]  # of no matter: these are never supplied by rows
SIZE = 4  # persons in a range, so that there are several


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for the tests of this file."""
    with server() as running:
        yield running


def ordered(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((tuple((n, v) for n, v in row.items() if n not in FIRST) for row in rows), key=repr)


def written(out: Path) -> Facts:
    """The facts in a folder."""
    names = ("row", "result", "step", "patient")
    return {
        n: ordered([r for p in sorted((out / n).glob("*.parquet")) for r in pq.read_table(p).to_pylist()])
        for n in names
    }


def expected(world: w.World, concepts: dict[int, w.Concept], **ancestors: Any) -> Facts:
    """The facts of the records, one person after the other."""
    m = monograph(world.drug)
    maker = Maker(m, asked(m), **ancestors)
    for id_, record in w.records(world.rows, concepts).items():
        maker.add_record(patient_key("", str(id_)), record)
    return {name: ordered(table.to_pylist()) for name, table in maker.tables().items()}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("drug", DRUGS)
def test_the_facts_of_a_duckdb_file_are_those_of_the_records(drug: str, seed: int, tmp_path: Path) -> None:
    world = w.World(drug, seed, persons=15, values=seed % 4 != 0)
    path = w.write_duckdb(tmp_path / "omop.duckdb", world.rows, world.concepts)
    made = make_facts_omop(path, tmp_path / "facts", monograph(drug), persons=SIZE)
    assert expected(world, world.concepts) == written(tmp_path / "facts")
    assert (15, 0) == (made.persons, made.reused)


@pytest.mark.parametrize("drug", DRUGS)
def test_generated_databases_have_facts_of_every_kind(drug: str) -> None:
    """So that the comparison says something."""
    found = [expected(world, world.concepts) for world in (w.World(drug, seed, persons=15) for seed in range(12))]
    for name in ("row", "result", "step", "patient"):
        assert any(facts[name] for facts in found), name


@pytest.mark.parametrize("seed", range(3))
def test_the_facts_of_a_postgresql_database_are_those_of_the_records(
    seed: int, postgresql: Server, tmp_path: Path
) -> None:
    world = w.World(DRUGS[-1], seed, persons=15)
    address = postgresql.new()
    w.write_postgresql(address, world.rows, world.concepts)
    make_facts_omop(address, tmp_path, monograph(world.drug), persons=SIZE)
    assert expected(world, world.concepts) == written(tmp_path)


def test_whoever_may_only_read_can_make_facts(postgresql: Server, tmp_path: Path) -> None:
    """In a schema, without the right to make temporary tables, in transactions that only read."""
    world = w.World(DRUGS[-1], 1, persons=8)
    address = postgresql.new()
    w.write_postgresql(address, world.rows, world.concepts, schema="cdm")
    read = w.let_read(address, "cdm")
    with psycopg.connect(read) as con, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        con.execute("create temporary table t (n int)")
    make_facts_omop(read, tmp_path, monograph(world.drug), schema="cdm", persons=SIZE)
    assert expected(world, world.concepts) == written(tmp_path)


@pytest.mark.parametrize("drug", DRUGS)
def test_without_a_vocabulary_codes_say_nothing_and_words_do(drug: str, tmp_path: Path) -> None:
    world = w.World(drug, 5, persons=15)
    path = w.write_duckdb(tmp_path / "omop.duckdb", world.rows, {})
    make_facts_omop(path, tmp_path / "facts", monograph(drug), persons=SIZE)
    assert expected(world, {}) == written(tmp_path / "facts")


def test_what_is_below_a_listed_code_belongs_to_its_set(tmp_path: Path) -> None:
    """By `concept_ancestor`: of the listed code itself, and not of another vocabulary."""
    drug = "anakinra"
    world = w.World(drug, 3, persons=0)
    tuberculosis = next(id_ for id_, c in world.concepts.items() if c.code == "56717001")
    below, other = 5000000, 5000001
    concepts = {**world.concepts, below: w.Concept("SNOMED", "1", "X disease"), other: w.Concept("ICD10CM", "X00", "Y")}
    condition = w.EVENTS["condition_occurrence"]
    rows = {**world.rows, "person": [w.Person(1, 0, 1980)]}
    rows["condition_occurrence"] = [condition(1, n, id_, AS_OF) for n, id_ in enumerate((below, other))]
    path = w.write_duckdb(tmp_path / "o.duckdb", rows, concepts, [(tuberculosis, below), (tuberculosis, other)])
    make_facts_omop(path, tmp_path / "facts", monograph(drug))
    found = [dict(row)["source"] for row in written(tmp_path / "facts")["row"]]
    assert ["condition_occurrence/0"] == found


# --- a database without values ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", DRUGS)
def test_no_rule_is_clear_because_results_have_no_values(drug: str) -> None:
    """What is clear then is clear whatever the values are; a rule that needs a result is unknown for everybody."""
    reviewer, settled = Reviewer(monograph(drug)), 0
    empty = w.World(drug, 0, persons=30, values=False)
    for table in ("measurement", "observation"):
        for row in empty.rows[table]:
            row.value_as_number = row.value_as_concept_id = row.value_source_value = None
    for row in empty.rows["observation"]:
        row.value_as_string = None
    filled = w.World(drug, 0, persons=0)
    filled.rows = {**empty.rows, "measurement": [_filled(row, n) for n, row in enumerate(empty.rows["measurement"])]}
    without, having = w.records(empty.rows, empty.concepts), w.records(filled.rows, filled.concepts)
    for id_, record in without.items():
        if record.patient.dead:
            continue
        assert "not-supplied" == record.sections["observation"].state
        for phase in ("considering", "on-therapy"):
            now = {f.id: f.status for f in reviewer.review(record, AS_OF, phase).findings}
            then = {f.id: f.status for f in reviewer.review(having[id_], AS_OF, phase).findings}
            for rule, status in now.items():
                if status is not Truth.UNKNOWN:
                    assert status is then[rule], rule
                    settled += 1
    assert settled


def _filled(row: Any, number: int) -> Any:
    value = (0.2, 3.0, 55.0, 900.0)[number % 4]
    return type(row)(*[value if n == "value_as_number" else getattr(row, n) for n in row.__struct_fields__])


@pytest.mark.parametrize("drug", DRUGS)
def test_whether_a_result_is_missing_is_not_known_without_values(drug: str) -> None:
    m = monograph(drug)
    empty = w.World(drug, 2, persons=6, values=False)
    empty.rows["measurement"] = [w.EVENTS["measurement"](10, 1, 9000004, AS_OF, None, 0, 0)]
    empty.rows["observation"] = []
    reviewer = Reviewer(m)
    asks = {r.id for r in m.rules.values() if {type(leaf).__name__ for leaf in leaves(r.when)} == {"Missing"}}
    assert asks
    for record in w.records(empty.rows, empty.concepts).values():
        if not record.patient.dead:
            found = [f for p in ("considering", "on-therapy") for f in reviewer.review(record, AS_OF, p).findings]
            assert {Truth.UNKNOWN} == {f.status for f in found if f.id in asks}
