"""The monitoring calendar for a terminal: a line an examination, and the trend as a row of bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apothecary.present.trend import bars

if TYPE_CHECKING:
    from apothecary.present.monitoring_content import Line, MonitoringShown
    from apothecary.present.page import Page

_STYLES: Final = {
    "done": "green",
    "due": "bold yellow",
    "overdue": "bold red",
    "upcoming": "",
    "unknown": "bold magenta",
}


def put_monitoring(page: Page, shown: MonitoringShown, encoding: str) -> None:
    """The calendar below its heading; `encoding` says whether the terminal has bars."""
    for number, plan in enumerate(shown.plans):
        if number:
            page.blank()
        page.put([(plan.name, "bold"), (f": {plan.text}", "")], 2)
        widest = max(len(line.day) for line in plan.lines)
        for line in plan.lines:
            _put_line(page, line, widest)
        if plan.trend is not None:
            page.put([(bars(plan.trend.levels, encoding), ""), (f" {plan.trend.summary}", "")], 10, "  Trend:")
        for note in plan.notes:
            page.put([(note, "")], 9, "  Note:")


def _put_line(page: Page, line: Line, widest: int) -> None:
    window = f" ({line.window})" if line.window and line.status != "done" else ""
    page.put(
        [(line.day.ljust(widest), ""), (f"  {line.said}", _STYLES[line.status]), (f": {line.when}{window}", "")],
        4,
        "  -",
    )
    for detail in line.detail:
        page.put([(detail, "")], 8)
