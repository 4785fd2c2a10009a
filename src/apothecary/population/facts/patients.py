"""The patient table of exports: who was seen anywhere, what their Patient resource says, the state of each section."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from apothecary.population.facts.exports import Export
from apothecary.population.facts.schema import NOT_SUPPLIED, PATIENT, SECTION, SUPPLIED, UNREADABLE
from apothecary.population.facts.seen import BY_ROWS, PERSON, SEEN, same_key
from apothecary.population.facts.tasks import WORK, folder_of
from apothecary.record.facts import SECTIONS, SectionName

_AT_ONCE: Final = 5_000_000  # rows that are grouped in memory at a time
_SAID: Final = ("rows", "supplied", "none_known", "nothing_known")
_MARKED: Final = ("searched", "partial", "present_only")
# The last of several Patient resources of one id counts, as in a record of one patient.
_QUERY: Final = """
    with who as (
        select patient, any_value(id) as id, any_value(export) as export, {gathered}
        from seen where {mine} group by patient
    ), own as (
        select patient, bool_or(partial) as unfit, arg_max({{
            'birth_start': birth_start, 'birth_end': birth_end, 'sex': sex, 'dead': dead, 'death_start': death_start
        }}, (file, start, line)) as said
        from person where {mine} group by patient
    ), marked as (
        select who.*, own.said, {marks}
        from who left join own using (patient) join export on who.export = export.name
    )
    select {columns} from marked
"""


def connect(out: Path, memory: str = "1GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An engine that stays within a limit of memory; what does not fit goes to the folder of the work."""
    spill = str(out / WORK / "spill")
    return duckdb.connect(
        config={
            "memory_limit": memory,
            "threads": threads,
            "temp_directory": spill,
            "preserve_insertion_order": False,
        }
    )


def write_patients(out: Path, exports: Iterable[Export], connection: duckdb.DuckDBPyConnection) -> int:
    """Writes the patient table; the number of patients. FactsError when two patients share a key."""
    buckets = _register(connection, out, "seen", SEEN)
    _register(connection, out, "person", PERSON)
    connection.register("export", _table(exports))
    _check_keys(connection, "seen", "id", buckets)
    folder = folder_of(out, "patient")
    folder.mkdir(parents=True, exist_ok=True)
    patients = 0
    for bucket in range(buckets):
        mine = f"abs(patient % {buckets}) = {bucket}"
        query = _QUERY.format(gathered=_gathered(), mine=mine, marks=_marks(), columns=_columns())
        hidden = folder / ".patients.tmp"
        target = str(hidden).replace("'", "''")
        patients += _number(connection, f"copy ({query}) to '{target}' (format parquet, compression zstd)")
        hidden.replace(folder / f"patients-{bucket}.parquet")
    return patients


def count_records(out: Path, connection: duckdb.DuckDBPyConnection) -> int:
    """The number of patients of single records. FactsError when two share a key."""
    buckets = _register(connection, out, "patient", PATIENT)
    _check_keys(connection, "patient", "export", buckets)
    return _number(connection, "select count(*) from patient")


def repeated(connection: duckdb.DuckDBPyConnection) -> int:
    """How many Patient resources stand beside another of the same patient; to be asked after `write_patients`."""
    return _number(connection, "select count(*) - count(distinct patient) from person")


def _register(connection: duckdb.DuckDBPyConnection, out: Path, table: str, schema: pa.Schema) -> int:
    """Makes a table known by its name; in how many parts it has to be grouped."""
    files = sorted(str(path) for path in folder_of(out, table).glob("*.parquet"))
    connection.register(table, ds.dataset(files, schema=schema) if files else schema.empty_table())
    return max(1, -(-_number(connection, f"select count(*) from {table}") // _AT_ONCE))


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(connection.execute(query).fetchall()[0][0])


def _check_keys(connection: duckdb.DuckDBPyConnection, table: str, name: str, buckets: int) -> None:
    for bucket in range(buckets):
        twice = connection.execute(
            f"select min(export || ' ' || {name}), max(export || ' ' || {name}) from {table}"
            f" where abs(patient % {buckets}) = {bucket} group by patient"
            f" having min(export || ' ' || {name}) <> max(export || ' ' || {name}) limit 1"
        ).fetchall()
        if twice:
            raise same_key(*twice[0])


def _table(exports: Iterable[Export]) -> pa.Table:
    listed = list(exports)
    marks = {
        "searched": [_bits(one.searched) for one in listed],
        "partial": [_bits(one.partial) for one in listed],
        "present_only": [_bits(one.present_only) for one in listed],
    }
    return pa.table({"name": pa.array([one.name for one in listed], pa.string()), **marks})


def _bits(sections: Iterable[SectionName]) -> int:
    return sum(1 << SECTION[name] for name in sections)


def _gathered() -> str:
    said = [f"bit_or({what}) as {what}" for what in _SAID]
    return ", ".join([*said, *(f"min(first_{name}) as first_{name}" for name in BY_ROWS)])


def _marks() -> str:
    """For each section the parts of `record.sections`: what was said of it, and whether it is supplied for that."""
    columns = []
    for name in SECTIONS:
        has = {what: f"(({what} >> {SECTION[name]}) & 1) = 1" for what in (*_SAID, *_MARKED)}
        doubt = f"{has['partial']} or coalesce(unfit, false)" if name == "patient" else has["partial"]
        empty = f"not {has['rows']}" if name == "allergy" else f"({has['nothing_known']} and not {has['rows']})"
        given = f"({has['supplied']} or {has['searched']} or {has['present_only']})"
        columns += [
            f"({doubt}) as partial_{name}",
            f"({has['none_known']}) as none_{name}",
            f"(not ({doubt}) and not {has['none_known']} and not {empty} and {given}) as given_{name}",
            f"({has['searched']}) as searched_{name}",
            f"({has['present_only']}) as active_{name}",
        ]
    return ", ".join(columns)


def _columns() -> str:
    """The columns of the patient table, as one record's reader states them."""
    columns = [
        "patient", "id", "export", "said.birth_start as birth_start", "said.birth_end as birth_end",
        "null::integer as age_low", "null::integer as age_high", "said.sex as sex",
        "coalesce(said.dead, false) as dead", "said.death_start as death_start",
    ]  # fmt: skip
    for name in SECTIONS:
        asked = "false" if name == "allergy" else f"(searched_{name} or active_{name})"
        by_rows = f"(given_{name} and not {asked})"
        columns += [
            f"(case when partial_{name} then {UNREADABLE} when none_{name} or given_{name} then {SUPPLIED}"
            f" else {NOT_SUPPLIED} end)::tinyint as state_{name}",
            f"(given_{name} and active_{name} and not searched_{name}) as present_only_{name}",
            f"{by_rows} as by_rows_{name}",
            f"(case when {by_rows} then first_{name} end) as first_{name}"
            if name in BY_ROWS
            else f"null::integer as first_{name}",
        ]
    return ", ".join(columns)
