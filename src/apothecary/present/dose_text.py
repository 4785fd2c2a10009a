"""A dose plan for a terminal: labels beside amounts, and the ladder as an aligned table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from apothecary.present.dose_content import DoseShown, Ladder
    from apothecary.present.page import Page

_GAP: Final = "  "


def put_dose(page: Page, shown: DoseShown) -> None:
    """The plan below its heading."""
    page.put([(shown.lead, "bold")], 2)
    for note in shown.first:
        page.put([(note, "")], 4, "  -")
    column = max((len(pair.label) for pair in shown.pairs), default=0) + 5
    for pair in shown.pairs:
        page.put([(pair.value, "")], column, f"  {pair.label}:")
    for need in shown.needs:
        page.put([(need, "")], 9, "  Needs:")
    for option in shown.options:
        page.put([(option, "")], 11, "  Option:")
    if shown.ladder is not None:
        page.blank()
        put_ladder(page, shown.ladder)
        page.blank()
    for fact in shown.facts:
        page.put([(fact, "")], 12, "  Because:")
    for note in shown.notes:
        page.put([(note, "")], 9, "  Note:")


def put_ladder(page: Page, ladder: Ladder) -> None:
    """The table with its numbers to the right; a narrow terminal gets a line a row instead."""
    page.put([("Titration ladder", "bold")], 2)
    table = (ladder.columns, *ladder.rows)
    widths = [max(len(row[number]) for row in table) for number in range(len(ladder.columns))]
    if 2 + sum(widths) + len(_GAP) * (len(widths) - 1) <= page.width:
        for row in table:
            page.put([("  " + _GAP.join(map(str.rjust, row, widths)), "bold" if row is ladder.columns else "")])
    else:
        for row in ladder.rows:
            cells = (f"{name}: {cell}" for cell, name in zip(row, ladder.columns, strict=True) if cell)
            page.put([(", ".join(cells), "")], 4, "  -")
    if ladder.legend:
        page.put([(ladder.legend, "")], 2)
