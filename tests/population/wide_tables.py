"""Wide tables as the rules' query gives them: one row a patient, answers by rule, use and question.

A question says why it is open only where its rule is open too.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.population.findings import PHASE_OF, Leaf, need_column, rule_column, use_column

KNOWN = {"phase": "considering", "group": "about-to-start", "verdict": "go", "export": "a", "sex": 1}


@cache
def _leaves(shape: tuple[tuple[str, int], ...]) -> tuple[Leaf, ...]:
    found: list[Leaf] = []
    for rule, count in shape:
        found += [Leaf(len(found) + n, f"fact {rule} {n}", (rule,)) for n in range(count)]
    return tuple(found)


def leaves_of(m: Monograph) -> tuple[Leaf, ...]:
    """A question for every leaf of every rule."""
    return _leaves(tuple((rule.id, len(list(logic.leaves(rule.when)))) for rule in m.rules.values()))


def wide(m: Monograph, leaves: Sequence[Leaf], patients: Sequence[dict[str, Any]]) -> ibis.Table:
    """A table of the patients given; what is not said of one is clear, or null where its phase asks nothing."""
    rows = []
    for number, said in enumerate(patients):
        row: dict[str, Any] = {**KNOWN, "patient": number, "id": f"p{number}", "age_months_low": 600, **said}
        row.setdefault("age_months_high", row["age_months_low"])
        row["phase"] = PHASE_OF[row["group"]]
        for rule in m.rules.values():
            row.setdefault(rule_column(rule.id), 0 if row["phase"] in rule.phases else None)
        for use in m.indications:
            row.setdefault(use_column(use), 0)
        for leaf in leaves:
            row.setdefault(need_column(leaf), 0)
        rows.append({**row, "start_day": None})
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema(m, leaves)))


def schema(m: Monograph, leaves: Sequence[Leaf]) -> pa.Schema:
    """The columns of the wide table."""
    answers = [*map(rule_column, m.rules), *map(use_column, m.indications), *map(need_column, leaves)]
    texts = [(name, pa.string()) for name in ("id", "export", "phase", "group", "verdict")]
    numbers = [(name, pa.int32()) for name in ("age_months_low", "age_months_high", "start_day")]
    return pa.schema(
        [("patient", pa.int64()), *texts, *numbers, ("sex", pa.int8()), *((name, pa.int8()) for name in answers)]
    )


def drawn(m: Monograph, leaves: Sequence[Leaf], count: int, seed: int, shares: Sequence[float]) -> pa.Table:
    """Patients by chance; `shares`: of the groups, in their order. A rule is open exactly where a question of it is."""
    chance = np.random.default_rng(seed)
    group = chance.choice(np.array(list(PHASE_OF)), count, p=shares)
    columns: dict[str, Any] = {
        "patient": np.arange(count), "id": [f"p{n}" for n in range(count)], "export": ["a"] * count,
        "phase": [PHASE_OF[one] for one in group], "group": group,
        "age_months_low": (months := chance.integers(60, 1100, count)), "age_months_high": months,
        "sex": pa.array(chance.integers(1, 3, count), mask=chance.random(count) < 0.01), "start_day": pa.nulls(count),
    }  # fmt: skip
    columns |= {use_column(id_): chance.choice(3, count, p=(0.8, 0.18, 0.02)) for id_ in m.indications}
    by_severity: dict[str, list[Any]] = {"critical": [], "warning": [], "info": []}
    open_: dict[str, Any] = {rule: np.zeros(count, bool) for rule in m.rules}
    for leaf in leaves:
        why = np.where(chance.random(count) < chance.beta(0.3, 6), chance.choice(8, count, p=_WHY), 0)
        (rule,) = leaf.rules
        why = np.where(np.isin(columns["phase"], m.rules[rule].phases), why, 0)
        columns[need_column(leaf)] = why
        open_[rule] |= why > 0
    for rule in m.rules.values():
        asked = np.isin(columns["phase"], rule.phases)
        answer = np.where(open_[rule.id], 2, (chance.random(count) < chance.beta(0.4, 8)).astype(int))
        columns[rule_column(rule.id)] = pa.array(answer, mask=~asked)
        by_severity[rule.severity].append(np.where(asked, answer, 0))
    critical, warning = (np.stack(by_severity[name]) for name in ("critical", "warning"))
    columns["verdict"] = np.select(
        [(critical == 1).any(0), (critical == 2).any(0), (warning > 0).any(0)], ["stop", "cannot-tell", "caution"], "go"
    )
    return pa.table({field.name: pa.array(columns[field.name]).cast(field.type) for field in schema(m, leaves)})


_WHY = (0, 0.3, 0.4, 0.2, 0.02, 0.03, 0.03, 0.02)


def connected(table: pa.Table, folder: Path) -> ibis.Table:
    """The table in a database of its own, as the query would leave it."""
    return ibis.duckdb.connect(folder / "wide.duckdb").create_table("wide", ibis.memtable(table))
