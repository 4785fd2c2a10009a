"""An OMOP CDM database opened for reading: its tables with the columns that are read, and rows in batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import ibis
import msgspec
from ibis import _
from ibis import expr as ir

from apothecary.population.facts.failure import FactsError
from apothecary.record.omop_tables import EVENTS, Death, Period, Person

_TABLES: dict[str, type[msgspec.Struct]] = {
    "person": Person,
    **EVENTS,
    "death": Death,
    "observation_period": Period,
}
_VOCABULARY = {
    "concept": ("concept_id", "concept_name", "vocabulary_id", "concept_code"),
    "concept_ancestor": ("ancestor_concept_id", "descendant_concept_id"),
}
_WHOLE = ("_id", "_of_birth", "refills", "days_supply")
_FIRST, _LAST = ibis.date("0001-01-01"), ibis.date("9999-12-31")
_BATCH = 50_000


def _wrong(message: str) -> FactsError:
    return FactsError("omop", message)


class Database(msgspec.Struct, frozen=True):
    """The connection and the tables that are there, by their names in the CDM; `foreign`: they have no column of it."""

    con: Any
    tables: dict[str, Any]
    name: str
    foreign: tuple[str, ...] = ()


def open_database(source: str | Path, schema: str | None = None, vocabulary: str | None = None) -> Database:
    """Opens a DuckDB file or an address that Ibis knows, such as `postgresql://user@host/database`, for reading.

    `schema`: where the tables are, `vocabulary`: where those of concepts are, if elsewhere. FactsError says what a
    database lacks.
    """
    con, name = _connect(source)
    with saying(f"The tables of {name} cannot be listed"):
        there = _names(con, schema)
        terms = there if vocabulary is None else _names(con, vocabulary)
    if "person" not in there:
        where = f"the schema {schema} of {name}" if schema else name
        has = f" It has {', '.join(sorted(there)[:8])}." if there else ""
        message = f"There is no table person in {where}, so it is no OMOP CDM database.{has}"
        raise _wrong(f"{message} Name the schema that holds the tables of the CDM.")
    tables: dict[str, Any] = {}
    foreign = []
    for table, type_ in _TABLES.items():
        if table in there:
            with saying(f"The table {table} of {name} cannot be opened"):
                found = _table(con, there[table], schema)
                if set(found.columns).isdisjoint(type_.__struct_fields__) and table != "person":
                    foreign.append(table)  # as a loader leaves one that it found empty
                else:
                    tables[table] = _read(found, table, type_)
    if not set(EVENTS) & set(tables):
        raise _wrong(f"{name} has a table person, but none of {', '.join(EVENTS)}: there is nothing to review.")
    for table, columns in _VOCABULARY.items():
        if table in terms:
            with saying(f"The table {table} of {name} cannot be opened"):
                tables[table] = _terms(_table(con, terms[table], vocabulary or schema), table, columns)
    return Database(con, tables, name, tuple(foreign))


def _connect(source: str | Path) -> tuple[Any, str]:
    text = str(source)
    if "://" in text:
        name = f"the {text.partition('://')[0]} database {text.partition('?')[0].rpartition('/')[2]}"
        with saying(f"{_start(name)} cannot be opened"):
            return _quiet(ibis.connect(text)), name  # type: ignore[no-untyped-call, unused-ignore]
    path = Path(source)
    if not path.is_file():
        raise _wrong(f"There is no file {path}. Give a DuckDB file with the tables of an OMOP CDM, or an address.")
    with saying(f"{path} cannot be opened as a DuckDB database"):
        return _quiet(ibis.duckdb.connect(path, read_only=True)), path.name


def _quiet(con: Any) -> Any:
    if con.name == "duckdb":
        con.con.execute("SET enable_progress_bar = false")  # whoever started this shows its own
    return con


@contextmanager
def saying(what: str) -> Iterator[None]:
    """Turns what a database raises into a sentence; each database has errors of its own."""
    try:
        yield
    except (FactsError, OSError, KeyboardInterrupt):
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:300].rstrip(".")
        raise _wrong(f"{what}: {said}. Check the address, the rights to read it, and the schema.") from error


def _names(con: Any, schema: str | None) -> dict[str, str]:
    """The tables in lower case, as the CDM writes them, to their names in the database."""
    if con.name == "duckdb":
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = coalesce(?, current_schema())"
        found = [name for (name,) in con.con.execute(sql, [schema]).fetchall()]
    else:
        found = con.list_tables() if schema is None else con.list_tables(database=schema)
    return {name.lower(): name for name in found}


def _table(con: Any, name: str, schema: str | None) -> ir.types.Table:
    table = con.table(name) if schema is None else con.table(name, database=schema)
    return table.rename({column.lower(): column for column in table.columns if column != column.lower()})


def _lacks(table: str, has: tuple[str, ...], needed: list[str]) -> None:
    missing = [column for column in needed if column not in has]
    if missing:
        s = "s" if len(missing) > 1 else ""
        message = f"The table {table} has no column{s} {', '.join(missing)}, which OMOP CDM 5.4 asks for"
        raise _wrong(f"{message}. It has {', '.join(has[:12])}. Add what is missing, or a view that has it.")


def _read(table: ir.types.Table, name: str, type_: type[msgspec.Struct]) -> ir.types.Table:
    """The columns that are read, in the order of their struct and in types that every database gives alike."""
    fields = msgspec.structs.fields(type_)
    _lacks(name, table.columns, [field.name for field in fields if field.required])
    chosen = {field.name: _column(table, field.name) for field in fields}
    return table.select(**chosen).filter(_.person_id.notnull())


def _column(table: ir.types.Table, name: str) -> Any:
    whole = name.endswith(_WHOLE)
    if name not in table.columns:
        return ibis.null("int64" if whole else "string")
    column = table[name]
    type_ = column.type()
    if whole:
        if type_.is_integer():
            return column.cast("int64")
        try_ = table.get_backend().name == "duckdb"  # a column that is empty may have any type in a file
        return column.try_cast("int64") if try_ else column.cast("int64")
    if type_.is_date() or type_.is_timestamp():  # some databases have dates that no calendar has
        return ibis.ifelse(column.cast("date").between(_FIRST, _LAST), column, ibis.null(type_))
    if type_.is_numeric() and name == "value_as_number":
        return column.cast("float64")
    return column.cast("string")


def _terms(table: ir.types.Table, name: str, columns: tuple[str, ...]) -> ir.types.Table:
    _lacks(name, table.columns, list(columns))
    return table.select(
        **{c: _column(table, c) if c.endswith("concept_id") else table[c].cast("string") for c in columns}
    )


def batches(db: Database, query: ir.types.Table) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a query, many at a time, never all at once."""
    with saying(f"{_start(db.name)} cannot be read"):
        if db.con.name == "postgres":  # a named cursor: without one the client takes in the whole result
            with db.con.con.transaction(), db.con.con.cursor(name="apothecary") as cursor:
                cursor.execute(db.con.compile(query))
                while found := cursor.fetchmany(_BATCH):
                    yield found
            return
        duckdb = db.con.name == "duckdb"
        reader = db.con.con.sql(str(db.con.compile(query))).to_arrow_reader(_BATCH) if duckdb else None
        for batch in reader or query.to_pyarrow_batches(chunk_size=_BATCH):
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def one(db: Database, query: ir.types.Table) -> dict[str, Any]:
    """The one row of a query that counts."""
    found = [row for rows in batches(db, query) for row in rows]
    return dict(zip(query.columns, found[0], strict=True))


def _start(text: str) -> str:
    return text[0].upper() + text[1:] if text.startswith("the ") else text
