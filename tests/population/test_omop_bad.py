"""Databases that are no OMOP CDM, or not whole; runs that are cut off."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import omop_worlds as w
import pytest
from strategies import MADE_UP, monograph

from apothecary.population.facts.failure import FactsError
from apothecary.population.facts.manifest import read_manifest
from apothecary.population.omop.make import Made, Progress, make_facts_omop

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis calls it
DRUG = MADE_UP.name
TABLES = ("row", "result", "step", "patient")


def make(tmp_path: Path, *changes: str, source: str | Path = "", **more: Any) -> Made:
    """Makes facts of a small database that was changed by SQL before."""
    world = w.World(DRUG, 1, persons=10)
    path = w.write_duckdb(tmp_path / "omop.duckdb", world.rows, world.concepts)
    with duckdb.connect(str(path)) as con:
        for change in changes:
            con.execute(change)
    return make_facts_omop(source or path, tmp_path / "facts", monograph(DRUG), **more)


def said(tmp_path: Path, *changes: str, **more: Any) -> str:
    with pytest.raises(FactsError) as error:
        make(tmp_path, *changes, **more)
    assert not (tmp_path / "facts" / "facts.json").exists()
    return str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            "alter table measurement drop column unit_concept_id",
            "The table measurement has no column unit_concept_id, which OMOP CDM 5.4 asks for. It has person_id,",
        ),
        (
            "alter table person drop column year_of_birth; alter table person drop column gender_concept_id",
            "The table person has no columns gender_concept_id, year_of_birth, which OMOP CDM 5.4 asks for. It has",
        ),
        ("drop table person", "There is no table person in omop.duckdb, so it is no OMOP CDM database. It has "),
        ("delete from person", "The table person of omop.duckdb is empty: there is nobody to review."),
        (
            "insert into person select * from person limit 2",
            "The table person of omop.duckdb has 2 rows whose person_id stands there already, so it is not known who",
        ),
    ],
)
def test_a_database_that_is_not_as_it_should_be_is_named(change: str, message: str, tmp_path: Path) -> None:
    assert said(tmp_path, change).startswith(message)


def test_a_database_without_any_table_of_events_is_refused(tmp_path: Path) -> None:
    drops = [f"drop table {table}" for table in w.EVENTS]
    assert "none of condition_occurrence, drug_exposure" in said(tmp_path, *drops)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "none.duckdb"
    assert said(tmp_path, source=missing).startswith(f"There is no file {missing}. Give a DuckDB file")


def test_a_file_of_another_kind_is_named(tmp_path: Path) -> None:
    other = tmp_path / "notes.txt"
    other.write_text("no database")
    assert said(tmp_path, source=other).startswith(f"{other} cannot be opened as a DuckDB database: ")


def test_an_address_that_nobody_answers_shows_no_password(tmp_path: Path) -> None:
    message = said(tmp_path, source=f"postgresql://me:secret@/omop?host={tmp_path}")
    assert message.startswith("The postgresql database omop cannot be opened: ")
    assert "secret" not in message


def test_a_schema_that_is_not_there_is_named(tmp_path: Path) -> None:
    message = said(tmp_path, schema="cdm")
    assert message.startswith("There is no table person in the schema cdm of omop.duckdb, so it is no OMOP CDM")


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    kept = tmp_path / "facts" / "thesis.txt"
    kept.write_text("mine")
    assert (
        said(tmp_path) == f"{tmp_path / 'facts'} holds something else than facts. Name an empty folder, or a new one."
    )
    assert "mine" == kept.read_text()


@pytest.mark.parametrize(
    ("change", "section", "reason"),
    [
        ("drop table procedure_occurrence", "procedure", "the database has no table procedure_occurrence"),
        ("delete from condition_occurrence", "condition", "the table condition_occurrence is empty"),
        ("update person set person_id = -person_id", "condition", "the table condition_occurrence is empty"),
        (
            "update measurement set value_as_number = null, value_as_concept_id = 0, value_source_value = ' '",
            "observation",
            "no row of the table measurement has a value",
        ),
        (
            "update drug_exposure set drug_type_concept_id = 32818",
            "medication",
            "the database holds only doses given, which are no medication list",
        ),
        (
            "delete from drug_exposure where exists (select 1 from concept where vocabulary_id = 'CVX'"
            " and concept_id in (drug_concept_id, drug_source_concept_id))",
            "immunization",
            "the table drug_exposure holds no vaccination of anybody",
        ),
    ],
)
def test_a_table_that_says_nothing_supplies_no_section(change: str, section: str, reason: str, tmp_path: Path) -> None:
    assert section not in make(tmp_path).unsupplied
    shutil.rmtree(tmp_path / "facts")
    (tmp_path / "omop.duckdb").unlink()
    assert reason == make(tmp_path, change).unsupplied[section]


def test_rows_of_somebody_unknown_are_counted_and_left_out(tmp_path: Path) -> None:
    assert make(tmp_path).strangers > 0
    found = duckdb.sql(f"select count(*) from '{tmp_path}/facts/patient/*.parquet'").fetchall()
    assert [(10,)] == found


def test_a_table_without_any_column_of_the_cdm_is_named(tmp_path: Path) -> None:
    """As some loaders leave a table that they found empty."""
    made = make(tmp_path, "drop table death", "create table death as select 'PERSON_ID' as column0")
    assert ("death",) == made.foreign


def test_the_names_of_tables_and_columns_may_be_in_capitals(tmp_path: Path) -> None:
    plain = make(tmp_path)
    facts = _facts(tmp_path)
    shutil.rmtree(tmp_path / "facts")
    (tmp_path / "omop.duckdb").unlink()
    changes = []
    for table, type_ in w.STRUCTS.items():
        columns = ", ".join(f'{column} as "{column.upper()}"' for column in type_.__struct_fields__)
        changes += [f'create table "X_{table}" as select {columns} from {table}', f"drop table {table}"]
        changes += [f'alter table "X_{table}" rename to "{table.upper()}"']
    assert plain == make(tmp_path, *changes)
    assert facts == _facts(tmp_path)


def test_dates_that_no_calendar_has_are_not_known(tmp_path: Path) -> None:
    far = "update condition_occurrence set condition_end_date = 'infinity', condition_start_date = '-infinity'"
    made = make(tmp_path, far, "update measurement set measurement_datetime = '20000-01-01'::timestamp")
    assert 10 == made.persons
    found = duckdb.sql(
        f"select distinct dated from '{tmp_path}/facts/row/*.parquet' where source like 'condition_%'"
    ).fetchall()
    assert [(False,)] == found


# --- runs that are cut off -------------------------------------------------------------------------------------------


def _facts(tmp_path: Path) -> dict[str, list[Any]]:
    return {
        table: sorted(duckdb.sql(f"select * from '{tmp_path}/facts/{table}/*.parquet'").fetchall(), key=repr)
        for table in TABLES
    }


class _Cut:
    """Interrupts after some persons, as a person at the keyboard does."""

    def __init__(self, after: int) -> None:
        self.after = after

    def __call__(self, progress: Progress) -> None:
        if progress.persons >= self.after:
            raise KeyboardInterrupt


def test_a_run_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    whole = make(tmp_path, persons=3)
    expected = _facts(tmp_path)
    shutil.rmtree(tmp_path / "facts")
    (tmp_path / "omop.duckdb").unlink()
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, persons=3, progress=_Cut(6))
    assert not (tmp_path / "facts" / "facts.json").exists()
    done = make_facts_omop(tmp_path / "omop.duckdb", tmp_path / "facts", monograph(DRUG), persons=3)
    assert msgspec.structs.replace(whole, reused=2) == done
    assert expected == _facts(tmp_path)


def test_a_finished_folder_is_made_again(tmp_path: Path) -> None:
    """A database does not say which of its rows have changed."""
    make(tmp_path, persons=3)
    with duckdb.connect(str(tmp_path / "omop.duckdb")) as con:
        con.execute("update person set year_of_birth = 1901")
    again = make_facts_omop(tmp_path / "omop.duckdb", tmp_path / "facts", monograph(DRUG), persons=3)
    assert 0 == again.reused
    births = duckdb.sql(f"select max(birth_end) from '{tmp_path}/facts/patient/*.parquet'").fetchall()
    assert births[0][0] < 0


def test_what_was_read_for_other_knowledge_is_not_reused(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, persons=3, progress=_Cut(6))
    m = monograph(DRUG)
    other = msgspec.structs.replace(m, codes=m.codes[1:])
    assert 0 == make_facts_omop(tmp_path / "omop.duckdb", tmp_path / "facts", other, persons=3).reused


def test_progress_ends_with_everybody(tmp_path: Path) -> None:
    told: list[Progress] = []
    made = make(tmp_path, persons=3, progress=told.append)
    assert Progress(10, 10, made.rows) == told[-1]
    assert [p.persons for p in told] == sorted(p.persons for p in told)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "facts").write_text("a file in the way")
    with pytest.raises(FactsError, match=r"Writing facts to .* failed: Not a directory"):
        make(tmp_path)


def test_the_manifest_says_what_was_read(tmp_path: Path) -> None:
    made = make(tmp_path, "drop table procedure_occurrence", export="hospital")
    manifest = read_manifest(tmp_path / "facts")
    assert manifest is not None
    assert ("omop", "omop.duckdb", DRUG, 10) == (manifest.kind, manifest.source, manifest.drug, manifest.patients)
    assert made.unsupplied == dict(manifest.exports["hospital"].partial)
    exports = duckdb.sql(f"select distinct export from '{tmp_path}/facts/patient/*.parquet'").fetchall()
    assert [("hospital",)] == exports
