"""The exposure to expect, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from apothecary.present.exposure_content import ExposureShown
    from apothecary.present.page import Page


def put_exposure(page: Page, shown: ExposureShown) -> None:
    """The exposure below its heading."""
    page.put([(shown.lead, "bold")], 2)
    for warning in shown.warnings:
        page.put([(warning, "bold yellow")], 12, "  Warning:")
    for need in shown.needs:
        page.put([(need, "")], 9, "  Needs:")
    if shown.rows:
        page.blank()
        _table(page, shown)
        page.blank()
    column = max((len(pair.label) for pair in shown.pairs), default=0) + 5
    for pair in shown.pairs:
        page.put([(pair.value, "")], column, f"  {pair.label}:")
    for fact in shown.facts:
        page.put([(fact, "")], 12, "  Because:")
    for note in shown.notes:
        page.put([(note, "")], 9, "  Note:")


def _table(page: Page, shown: ExposureShown) -> None:
    """The regimens one below the other: the first column is long, so each has its numbers on a row of their own."""
    page.put([(shown.caption, "bold")], 2)
    for row in shown.rows:
        page.put([(row[0], "bold")], 4, "  -")
        numbers = (f"{name} {cell}" for name, cell in zip(shown.columns[1:], row[1:], strict=True))
        page.put([("; ".join(numbers), "")], 4)
