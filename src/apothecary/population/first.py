"""The patients to look at first. Unlike the summary this names patients, so it stands in files of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.knowledge import Monograph
from apothecary.population.findings import (
    APPLIES,
    UNKNOWN,
    Leaf,
    by_rule,
    lacking,
    need_column,
    number_with,
    rule_column,
    rules_of,
    whole,
)

TOP: Final = 50
_COUNTS: Final = ("critical_applies", "warning_applies", "critical_unknown")
SCHEMA: Final = pa.schema(
    [
        ("rank", pa.int32()), ("patient", pa.int64()), ("id", pa.string()), ("export", pa.string()),
        ("group", pa.string()), ("phase", pa.string()), ("verdict", pa.string()),
        *((name, pa.int16()) for name in _COUNTS),
        ("applies", pa.list_(pa.string())), ("unknown", pa.list_(pa.string())), ("needs", pa.list_(pa.string())),
    ]
)  # fmt: skip


def first(wide: ibis.Table, leaves: Sequence[Leaf], m: Monograph, top: int = TOP) -> pa.Table:
    """At most `top` patients on therapy or about to start with something that applies or is open, most urgent first.

    First who is on therapy and has a critical finding, then by the numbers of critical findings, warnings and open
    critical questions. `applies`, `unknown`: critical rules before warnings; `needs`: what those open lack.
    """
    found: Any = wide.filter(wide.group != "neither").mutate(
        critical_applies=number_with(wide, rules_of(m, "critical"), APPLIES),
        warning_applies=number_with(wide, rules_of(m, "warning"), APPLIES),
        critical_unknown=number_with(wide, rules_of(m, "critical"), UNKNOWN),
    )
    found = found.filter(found.critical_applies + found.warning_applies + found.critical_unknown > 0)
    stopped = ((found.verdict == "stop") & (found.group == "on-therapy")).cast("int8")
    order = [stopped.desc(), *(found[name].desc() for name in _COUNTS), found.export, found.id, found.patient]
    rows = found.order_by(order).limit(top).to_pyarrow().to_pylist()
    questions = by_rule(leaves)
    return pa.Table.from_pylist([_entry(rank, row, questions, m) for rank, row in enumerate(rows, 1)], schema=SCHEMA)


def _entry(rank: int, row: dict[str, Any], questions: dict[str, list[Leaf]], m: Monograph) -> dict[str, Any]:
    rules = [*rules_of(m, "critical"), *rules_of(m, "warning")]
    open_ = [rule.id for rule in rules if row[rule_column(rule.id)] == UNKNOWN]
    needs = (
        lacking(leaf, row[need_column(leaf)])
        for rule in open_
        for leaf in questions.get(rule, [])
        if row[need_column(leaf)]
    )
    told = {name: row[name] for name in SCHEMA.names if name in row}
    return {
        **told,
        "rank": rank,
        "applies": [rule.id for rule in rules if row[rule_column(rule.id)] == APPLIES],
        "unknown": open_,
        "needs": list(dict.fromkeys(needs)),
    }


def write_first(found: pa.Table, out: Path) -> None:
    """first.parquet in a folder; NotWritten where that fails."""
    with whole(out / "first.parquet") as part:
        pq.write_table(found, part)
