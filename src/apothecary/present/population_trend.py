"""Shares over a series of days: drawings with lines, and the same numbers as tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import msgspec

from apothecary.present.population_counts import Count, Counts
from apothecary.present.population_shown import Line, Mark, Trend
from apothecary.present.population_words import GROUPS
from apothecary.present.trend import mark_step

if TYPE_CHECKING:
    from apothecary.population.measures import Measure

WIDTH: Final = 640
HEIGHT: Final = 240
_LEFT: Final = 52
_RIGHT: Final = 24
_TOP: Final = 16
_BOTTOM: Final = 34
_MOST_LABELS: Final = 7


class _Asked(msgspec.Struct, frozen=True):
    """What a line shows: its name and where its count stands."""

    name: str
    place: tuple[str, str, str, str]


def trends(
    rows: Sequence[Count], days: Sequence[date], groups: Sequence[str], measures: Sequence[Measure], below: int
) -> tuple[Trend, ...]:
    """None for one day; else the verdicts that need somebody, and each screening."""
    if len(days) < 2:
        return ()
    counts = [Counts([row for row in rows if row["as_of"] == day], below) for day in days]
    asked = [
        (title, [_Asked(GROUPS[group], ("verdict", group, "", verdict)) for group in groups])
        for verdict, title in (("stop", "Outside the monograph"), ("cannot-tell", "Cannot be told"))
    ]
    for one in measures:
        lines = [_Asked(GROUPS[it], ("completeness", it, one.id, "complete")) for it in one.groups if it in groups]
        if lines:
            asked.append((f"Complete: {one.name}", lines))
    return tuple(_trend(title, lines, days, counts) for title, lines in asked)


def _trend(title: str, asked: Sequence[_Asked], days: Sequence[date], counts: Sequence[Counts]) -> Trend:
    found = [[one.row(*line.place) for one in counts] for line in asked]
    shares = [[_share(row) for row in line] for line in found]
    highest = max((share for line in shares for share in line if share is not None), default=0.0)
    step = mark_step(highest or 1.0)
    top = min(100.0, step * max(1, -int(-highest // step)))
    first, last = days[0].toordinal(), days[-1].toordinal()

    def along(day: date) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (day.toordinal() - first) / (last - first), 1)

    def up(share: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share / top, 1)

    lines = []
    for number, (line, values) in enumerate(zip(asked, shares, strict=True)):
        points = [(along(day), None if share is None else up(share)) for day, share in zip(days, values, strict=True)]
        dots = tuple(
            Mark(x, y, f"{day}: {one.of(row)}")
            for (x, y), day, one, row in zip(points, days, counts, found[number], strict=True)
            if y is not None
        )
        lines.append(Line(line.name, number, _paths(points), dots))
    every = -(-len(days) // _MOST_LABELS)
    shown = [day for at, day in enumerate(days) if (len(days) - 1 - at) % every == 0]
    marks = [step * number for number in range(int(top / step + 1e-9) + 1)]
    return Trend(
        title,
        f"{title}, percent of the patients of whom it is asked, on {len(days)} days; the numbers stand in the table",
        tuple(lines),
        tuple(Mark(_LEFT - 8, up(mark), f"{mark:g} %", "end") for mark in marks),
        tuple(Mark(along(day), HEIGHT - 12, day.isoformat()[2:], "end" if day == days[-1] else "middle")
              for day in shown),
        WIDTH,
        HEIGHT,
        ("Day", *(line.name for line in asked)),
        tuple((day.isoformat(), *(one.of(line[at]) for line in found))
              for at, (day, one) in enumerate(zip(days, counts, strict=True))),
    )  # fmt: skip


def _share(row: dict[str, Any]) -> float | None:
    if row["count"] is None or not row["denominator"]:
        return None
    return float(100 * row["count"] / row["denominator"])


def _paths(points: Sequence[tuple[float, float | None]]) -> tuple[str, ...]:
    """Polylines, one for each stretch without a gap."""
    found: list[list[str]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append(f"{x},{y}")
    return tuple(" ".join(stretch) for stretch in found if len(stretch) > 1)
