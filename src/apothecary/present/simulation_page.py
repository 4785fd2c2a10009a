"""A simulation for a reader or a program: text, JSON, Markdown, HTML."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from apothecary.present.simulation_content import shown as content

if TYPE_CHECKING:
    from apothecary.kinetics.simulation import Simulation
    from apothecary.knowledge.schema import Monograph
    from apothecary.present.page import Page
    from apothecary.present.simulation_content import Cell, SimulationShown, Table


def render(
    found: Simulation,
    monograph: Monograph,
    format: str,
    *,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """The simulation in one format, ending with one newline.

    `width` (columns), `color` (terminal codes) and `encoding` (what the terminal can show) matter for text only. HTML
    shows the plot where the libraries that draw it are installed, and says so where they are not.
    """
    if format == "json":
        from apothecary.present.as_json import indented
        from apothecary.present.simulation_json import document

        return indented(document(found, monograph))
    page = _clean(content(found, monograph))
    if format == "html":
        from apothecary.present.as_html import environment as html

        return html().get_template("simulation.html").render(shown=page, drawing=_drawing(found, monograph))
    if format == "markdown":
        from apothecary.present.as_markdown import environment as markdown

        return markdown().get_template("simulation.md").render(shown=page)
    return _text(page, width, color, encoding)


def _clean(page: SimulationShown) -> SimulationShown:
    from apothecary.present.safe import clean, mapped

    return mapped(page, clean)


def _drawing(found: Simulation, monograph: Monograph) -> str:
    """The plot as an SVG element; empty where nothing can draw it."""
    if found.bands is None:
        return ""
    from apothecary.present import plot

    try:
        return plot.inline(found, monograph)
    except ModuleNotFoundError as error:
        if error.name not in ("altair", "vl_convert"):
            raise
        return ""


def _text(page: SimulationShown, width: int, color: bool, encoding: str) -> str:
    from apothecary.present.page import Page
    from apothecary.present.safe import encodable, mapped

    shown = mapped(page, partial(encodable, encoding=encoding))
    rows = Page(width, color)
    rows.put([(shown.title, "bold")])
    for warning in shown.warnings:
        rows.put([(warning, "bold")], 10, "WARNING:")
    rows.blank()
    column = max(len(pair.label) for pair in shown.pairs) + 2
    for pair in shown.pairs:
        rows.put([(pair.value, "")], column, f"{pair.label}:")
    for part in shown.parts:
        rows.heading(part.heading)
        for line in part.lines:
            rows.put([(line, "")], 4, "  -" if part.id == "assumptions" else "")
        if part.table is not None:
            _table(rows, part.table)
        for note in part.notes:
            rows.put([(note, "")], 4, "  -")
    rows.heading("Sources")
    rows.sources(shown.sources, _COLUMN)
    for line in shown.knowledge:
        rows.put([(line, "")], 2)
    rows.blank()
    rows.put([(shown.disclaimer, "bold")])
    return rows.text()


_COLUMN = 7  # where the text of a source begins; a longer number stands before it
_SHORTEST = 12  # columns that the first cell of a row keeps at least; a longer one is wrapped
_NARROW = 8  # columns of a heading above numbers; a longer one is wrapped


def _table(page: Page, table: Table) -> None:
    """Columns of numbers, ranges below them; where the page is too narrow, a paragraph a row."""
    if table.caption:
        page.put([(table.caption, "")], 2)
    ranged = [[_two(cell) for cell in row] for row in table.rows]
    heads = [_wrapped(name, _NARROW) for name in table.columns]
    widths = [
        max(len(line) for line in (*heads[n], *(line for row in ranged for line in row[n])))
        for n in range(1, len(heads))
    ]
    room = page.width - 2 - sum(2 + width for width in widths)
    labels = [_wrapped(row[0].value, max(room, _SHORTEST)) for row in table.rows]
    first = max(len(line) for lines in (heads[0], *labels) for line in lines)
    if first > room:
        for row in table.rows:
            said = (f"{name}: {_joined(cell)}" for name, cell in zip(table.columns[1:], row[1:], strict=True))
            page.put([(f"{row[0].value}: ", "bold"), ("; ".join(said), "")], 4, "  -")
        return
    for line in _lines(heads, first, widths):
        page.put([(line, "bold")])
    for cells, label in zip(ranged, labels, strict=True):
        for line in _lines([label, *cells[1:]], first, widths, top=True):
            page.put([(line, "")])


def _lines(cells: list[list[str]], first: int, widths: list[int], top: bool = False) -> list[str]:
    """The printed lines of one row of a table; headings stand at the bottom of theirs, cells at the top."""
    height = max(len(cell) for cell in cells)
    found = []
    for n in range(height):
        line = []
        for cell in cells:
            at = n if top else n - (height - len(cell))
            line.append(cell[at] if 0 <= at < len(cell) else "")
        numbers = "".join("  " + text.rjust(width) for text, width in zip(line[1:], widths, strict=True))
        found.append(f"  {line[0].ljust(first)}{numbers}".rstrip())
    return found


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(text, width) or [""]


def _two(cell: Cell) -> list[str]:
    return [cell.value, cell.range] if cell.range else [cell.value]


def _joined(cell: Cell) -> str:
    return f"{cell.value} ({cell.range})" if cell.range else cell.value
