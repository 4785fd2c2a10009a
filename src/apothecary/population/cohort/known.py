"""What is known of a synthetic patient because it was planted."""

from collections.abc import Iterable

import msgspec
import pyarrow as pa

from apothecary.population.cohort.schema import Status

_STRENGTH: dict[Status, int] = {"applies": 0, "unknown": 1, "clear": 2}


class Known(msgspec.Struct, frozen=True, gc=False):
    """A patient's truth. `says`: rule to status, for rules of the phase that planting settles; none for the dead."""

    id: str
    group: str
    phase: str
    use: str
    dead: bool
    planted: tuple[str, ...]
    says: dict[str, Status]


SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("group", pa.string()),
        ("phase", pa.string()),
        ("use", pa.string()),
        ("dead", pa.bool_()),
        ("planted", pa.list_(pa.string())),
        ("says", pa.list_(pa.struct([("rule", pa.string()), ("status", pa.string())]))),
    ]
)


def settled(claims: Iterable[tuple[str, Status]], rules: Iterable[str]) -> dict[str, Status]:
    """The rules of a phase with what is claimed of each: a reason for it before a doubt before its absence."""
    found: dict[str, Status] = {}
    for rule, status in sorted(claims, key=lambda claim: _STRENGTH[claim[1]]):
        found.setdefault(rule, status)
    asked = set(rules)
    return {rule: found[rule] for rule in sorted(found) if rule in asked}


def table(known: list[Known]) -> pa.Table:
    """The truth of some patients as rows of truth.parquet."""
    columns = {
        "id": [one.id for one in known],
        "group": [one.group for one in known],
        "phase": [one.phase for one in known],
        "use": [one.use for one in known],
        "dead": [one.dead for one in known],
        "planted": [one.planted for one in known],
        "says": [[{"rule": rule, "status": status} for rule, status in one.says.items()] for one in known],
    }
    return pa.table(columns, schema=SCHEMA)
