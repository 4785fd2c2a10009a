"""Small numbers are not shown, nor others of their line from which they could be worked out."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final, Literal

import msgspec

BELOW: Final = 11  # counts from 1 to 10 could tell of a single patient
# "small": 1 to below - 1. "rest": all of the denominator but so few. "with": would give away a small one of its line.
# "group": the size of the group itself is hidden. "rounded": to a multiple of below - 1.
Hidden = Literal["", "small", "rest", "with", "group", "rounded"]
# Hidden before others of their line, the first one first: they say least, and no other figure repeats them
_FIRST_GIVEN_UP: Final = ("clear", "complete", "neither", "go", "caution", "cannot-tell")
_UNCOUNTED: Final = ("lines",)  # not about patients
_PARTS: Final = ("patients", "rule", "use", "verdict", "sex", "age", "section", "completeness")  # add up to their whole


class Row(msgspec.Struct, frozen=True):
    """One count of the summary. `group`: "all" or one of the groups; `hidden`: why the count is not there."""

    as_of: date
    measure: str
    group: str
    item: str
    status: str = ""
    severity: str = ""
    export: str = ""
    rules: tuple[str, ...] = ()
    count: int | None = None
    denominator: int | None = None
    hidden: Hidden = ""


def suppressed(rows: Sequence[Row], below: int = BELOW) -> list[Row]:
    """The rows with counts from 1 to `below` - 1 hidden and what would give them away; with 0 or 1 all are shown.

    What belongs to a group whose size is hidden is hidden as a whole. Cards, and patients with a card, are rounded.
    """
    if below <= 1:
        return list(rows)
    lines: dict[tuple[object, ...], list[int]] = {}
    for place, row in enumerate(rows):
        lines.setdefault(_line(row, place), []).append(place)
    done = list(rows)
    for places in lines.values():
        for place, row in zip(places, _hide([rows[place] for place in places], below), strict=True):
            done[place] = row
    unsized = {(row.as_of, row.status) for row in done if row.measure == "patients" and row.hidden}
    return [_without(row, "group", None) if (row.as_of, row.group) in unsized else _rounded(row, below) for row in done]


def _line(row: Row, place: int) -> tuple[object, ...]:
    """What a count adds up with; a whole, and a count that overlaps with others, stands alone."""
    if row.measure not in _PARTS or (row.measure == "patients" and not row.status):
        return (place,)
    return (row.as_of, row.measure, row.group, row.item, row.export)


def _hide(line: Sequence[Row], below: int) -> Iterable[Row]:
    if line[0].measure in (*_UNCOUNTED, "cards"):
        return line
    counts = [row.count or 0 for row in line]
    total = line[0].denominator or 0
    hidden = {place for place, count in enumerate(counts) if 0 < count < below}
    if len(line) == 1:
        if 0 < total - counts[0] < below:
            hidden.add(0)
    else:
        spare = sorted(
            (place for place, count in enumerate(counts) if count and place not in hidden),
            key=lambda place: (_given_up(line[place].status), counts[place]),
        )
        while hidden and spare and (len(hidden) < 2 or sum(counts[place] for place in hidden) < below):
            hidden.add(spare.pop(0))
    if 0 < total < below:
        return [_without(row, "group", None) for row in line]
    return [
        _without(row, _why(row.count or 0, total, below), total) if place in hidden else row
        for place, row in enumerate(line)
    ]


def _given_up(status: str) -> int:
    return _FIRST_GIVEN_UP.index(status) if status in _FIRST_GIVEN_UP else len(_FIRST_GIVEN_UP)


def _why(count: int, total: int, below: int) -> Hidden:
    if count < below:
        return "small"
    return "rest" if 0 < total - count < below else "with"


def _without(row: Row, hidden: Hidden, denominator: int | None) -> Row:
    return msgspec.structs.replace(row, count=None, denominator=denominator, hidden=hidden)


def _rounded(row: Row, below: int) -> Row:
    """Cards, which add up over rules and verdicts, to a multiple, so that no hidden count is a difference of them."""
    if row.measure not in ("cards", "carded") or not row.count:
        return row
    if row.count < below:
        return _without(row, "small", row.denominator)
    base = below - 1
    return msgspec.structs.replace(row, count=(row.count + base // 2) // base * base, hidden="rounded")
