"""Makes the look-up of Medications that all workers share, out of the parts in which they were gathered."""

import os
from pathlib import Path
from typing import Any, Final

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds

from apothecary.population.facts.medications import MEDICATION, look_up_path
from apothecary.population.facts.seen import same_key

_SAME: Final = "select min(name), max(name) from medication group by key having min(name) <> max(name) limit 1"
_SORTED: Final = """
    select key, arg_max(concept, (file, start, line)) as concept from medication group by key order by key
"""


def write_look_up(out: Path, name: str, files: list[Path], connection: duckdb.DuckDBPyConnection) -> None:
    """Makes one table of all parts, sorted by key; the last of two with one id counts."""
    listed = [str(path) for path in files]
    connection.register("medication", ds.dataset(listed, schema=MEDICATION) if files else MEDICATION.empty_table())
    twice = connection.execute(_SAME).fetchall()
    if twice:
        raise same_key(*(said.split("\0")[1] for said in twice[0]))
    sorted_table: Any = connection.sql(_SORTED).to_arrow_table()
    found = sorted_table.combine_chunks()
    concepts = found["concept"].combine_chunks().dictionary_encode()
    numbers = pa.table({"key": found["key"], "number": concepts.indices})
    _write(look_up_path(out, name, "keys"), numbers)
    _write(look_up_path(out, name, "concepts"), pa.table({"concept": concepts.dictionary}))


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = path.with_name(f".{path.name}.tmp")
    with pa.OSFile(str(hidden), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=max(1, table.num_rows))
    os.replace(hidden, path)
