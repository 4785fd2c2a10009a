"""Looks up the counts of one day and says them in words; a hidden one stays hidden in every sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from apothecary.present.population_shown import Bar, Segment

Count = dict[str, Any]
_NONE: Final[Count] = {
    "count": 0, "denominator": 0, "hidden": "", "status": "", "item": "", "severity": "", "rules": [], "export": ""
}  # fmt: skip
_SAID: Final = {"applies": "applies", "unknown": "open", "clear": "clear", "caution": "caution", "told": "applies"}


class Counts:
    """The rows of one day; `below`: smaller counts are hidden."""

    def __init__(self, rows: Sequence[Count], below: int) -> None:
        self._rows = {
            (row["measure"], row["group"], row["item"], row["status"], row["severity"]): row
            for row in rows
            if not row["export"]
        }
        self._all = rows
        self._below = below

    def row(self, measure: str, group: str, item: str, status: str, severity: str = "") -> Count:
        """A count; 0 of 0 where there is none."""
        if not severity and measure == "rule":
            severity = next((s for s in ("critical", "warning", "info") if self._has(measure, group, item, s)), "")
        return self._rows.get((measure, group, item, status, severity), _NONE)

    def _has(self, measure: str, group: str, item: str, severity: str) -> bool:
        return (measure, group, item, "applies", severity) in self._rows

    def has(self, measure: str, group: str, item: str) -> bool:
        """Whether the item was counted in the group."""
        return item in self.items(measure, group)

    def all(self, measure: str, group: str) -> list[Count]:
        """Every row of a measure in a group, in their order."""
        return [row for row in self._all if (row["measure"], row["group"]) == (measure, group)]

    def items(self, measure: str, group: str) -> list[str]:
        """What a measure counts in a group, each once."""
        return list(dict.fromkeys(row["item"] for row in self.all(measure, group)))

    def statuses(self, measure: str, group: str, item: str) -> list[str]:
        """The statuses of an item, in their order."""
        return [row["status"] for row in self.all(measure, group) if row["item"] == item]

    def size(self, group: str) -> int | None:
        """The patients of a group; None where that is hidden."""
        count: int | None = self.row("patients", "all", "read", group)["count"]
        return count

    def text(self, row: Count) -> str:
        """The count in words."""
        return said(row, self._below)

    def of(self, row: Count) -> str:
        """The count, what it is of, and its share."""
        return said_of(row, self._below)

    def unsupplied(self) -> list[str]:
        """The sections that no export supplied for anybody."""
        rows = self.all("section", "all")
        supplied = {row["item"] for row in rows if row["status"] == "supplied" and (row["count"] or row["hidden"])}
        return [item for item in self.items("section", "all") if item not in supplied]

    def asked(self, row: Count) -> str:
        """Of how many patients a question was asked."""
        return f"{row['denominator']:,}" if row["denominator"] is not None else "–"

    def bar(self, parts: Iterable[tuple[str, Count]]) -> Bar:
        """A stacked bar; what is hidden is one piece, since only its sum is known."""
        segments: list[Segment] = []
        at, label = 0.0, []
        listed = list(parts)
        total = listed[0][1]["denominator"] or 0
        for kind, row in listed:
            label.append(f"{_SAID[kind]} {self.of(row)}")
            if row["count"] and total:
                width = 100 * row["count"] / total
                segments.append(Segment(kind, round(at, 3), round(width, 3)))
                at += width
        if total and at < 99.999:
            segments.append(Segment("hidden", round(at, 3), round(100 - at, 3)))
        return Bar(tuple(segments), "; ".join(label))


def said(row: Count, below: int) -> str:
    """The count in words."""
    if row["count"] is None:
        return {"small": f"<{below}", "rest": f"all but <{below}", "with": "hidden"}.get(row["hidden"], "–")
    return f"{'about ' if row['hidden'] == 'rounded' else ''}{row['count']:,}"


def said_of(row: Count, below: int) -> str:
    """The count, what it is of, and its share."""
    if row["denominator"] is None or row["hidden"] == "with":
        return said(row, below)
    share = percent(row)
    return f"{said(row, below)} of {row['denominator']:,}{f' ({share})' if share else ''}"


def percent(row: Count) -> str:
    """The share of the denominator; empty where one of them is not there."""
    if row["count"] is None or not row["denominator"]:
        return ""
    share = 100 * row["count"] / row["denominator"]
    if 0 < share < 0.05:
        return "<0.1 %"
    return ">99.9 %" if 99.95 <= share < 100 else f"{share:.1f} %"
