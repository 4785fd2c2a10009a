"""A monograph as a readable page: text, JSON, Markdown or HTML, whole or one section, with its citations resolved."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from apothecary.present import words
from apothecary.present.cited import Cited
from apothecary.present.page import Page
from apothecary.present.safe import clean, encodable, mapped, web_address
from apothecary.present.show_sections import Row, Section, Table, sections

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.present import Format


_COLUMN: Final = 9  # beside every reference, also those named by a word


class Shown(msgspec.Struct, frozen=True):
    """The page: its title, its sections, the references that they cite."""

    drug: str
    title: str
    sections: tuple[Section, ...]
    sources: tuple[Cited, ...]
    disclaimer: str


def ids(m: Monograph) -> tuple[str, ...]:
    """The sections that can be asked for."""
    return tuple(section.id for section in sections(m))


def shown(m: Monograph, section: str | None = None) -> Shown:
    """What to show; KeyError for a section that there is not."""
    chosen = tuple(one for one in sections(m) if section in (None, one.id))
    if not chosen:
        raise KeyError(section)
    rows = [row for one in chosen for table in one.tables for row in table.rows]
    cited = {number for row in rows for number in row.references}
    listed = any(one.id == "references" for one in chosen)  # that section is the list itself
    sources = tuple(
        Cited(id_, one.citation, web_address(one.url)) for id_, one in m.sources.items() if id_ in cited and not listed
    )
    return mapped(Shown(m.drug.id, words.drug(m), chosen, sources, words.DISCLAIMER), clean)


def render(
    m: Monograph,
    format: Format,
    section: str | None = None,
    *,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """The page in one format, ending with one newline; the options are those of a review.

    KeyError for a section, ValueError for a format that there is not.
    """
    found = shown(m, section)
    if format == "json":
        return _json(found)
    if format == "text":
        return _text(mapped(found, partial(encodable, encoding=encoding)), width, color)
    if format == "html":
        from apothecary.present.as_html import environment

        return environment().get_template("show.html").render(shown=found)
    if format == "markdown":
        from apothecary.present.as_markdown import environment as markdown

        return markdown().get_template("show.md").render(shown=found)
    raise ValueError(f"There is no format {format!r}. Ask for text, json, markdown or html.")


# --- JSON -----------------------------------------------------------------------------------------------------------


def _json(found: Shown) -> str:
    said = {
        "drug": found.drug,
        "title": found.title,
        "sections": [
            {"id": one.id, "title": one.title, "tables": [_table(table) for table in one.tables]}
            for one in found.sections
        ],
        "sources": found.sources,
        "disclaimer": found.disclaimer,
    }
    return msgspec.json.format(msgspec.json.encode(said), indent=2).decode() + "\n"


def _table(table: Table) -> dict[str, Any]:
    keys = [re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_") for column in table.columns]
    rows = [
        {"id": row.id, **dict(zip(keys, row.cells, strict=True)), "references": row.references} for row in table.rows
    ]
    return {"id": table.id, "caption": table.caption, "rows": rows}


# --- text -----------------------------------------------------------------------------------------------------------


def _text(found: Shown, width: int, color: bool) -> str:
    page = Page(width, color)
    page.put([(found.title, "bold")])
    for section in found.sections:
        page.heading(section.title)
        for table in section.tables:
            label = f"{table.caption} ({table.id})" if table.id else table.caption
            page.put([(label, "bold")], 2)
            if not table.rows:
                page.put([("Nothing.", "")], 2)
            for row in table.rows:
                _row(page, table, row)
    if found.sources:
        page.heading("Sources")
    page.sources(found.sources, _COLUMN)
    page.blank()
    page.put([(found.disclaimer, "bold")])
    return page.text()


def _row(page: Page, table: Table, row: Row) -> None:
    """The first column stands beside the id; each other one that says something has a line of its own."""
    marks = f" [{', '.join(row.references)}]" if row.references else ""
    first = row.cells[0]
    name = "" if row.id == first or row.id.endswith(f": {first}") else f" ({row.id})"
    page.put([(first or row.id, "bold" if len(row.cells) > 2 else ""), (f"{name}{marks}", "")], 4, "  -")
    for column, text in zip(table.columns[1:], row.cells[1:], strict=True):
        if text:
            page.put([(f"{column}: ", ""), (text, "")], 6)
