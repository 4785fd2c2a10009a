"""The audit for a terminal: plain lines that wrap at the width, readable without color."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Final

from apothecary.present.audit.content import content
from apothecary.present.page import Page, Piece
from apothecary.present.safe import encodable, mapped

if TYPE_CHECKING:
    from apothecary.audit import Audit
    from apothecary.knowledge import Monograph
    from apothecary.present.audit.shown import Change, Content, Count, Group, Link, Span, Statement

_VERDICT_STYLES: Final = {
    "covered": "bold green",
    "differs": "bold red",
    "incomplete": "bold yellow",
    "errors": "bold red",
}
_MARKS: Final = {"": ("", "", ""), "gone": ("[-", "-]", "bold red"), "new": ("{+", "+}", "bold green")}
_BLOCKS, _ASCII_BLOCKS = "█▒░", "#=."  # encoded, background, open
_BAR: Final = 10
_WIDE: Final = 72  # columns from which the totals have full headings and a bar
_HEADINGS: Final = ("Total", "Encoded", "Background", "Open")
_SHORT_HEADINGS: Final = ("All", "Enc.", "Back.", "Open")


def render(
    audit: Audit, monograph: Monograph, *, width: int, color: bool, encoding: str, source: str, details: bool
) -> str:
    """The audit as text, ending with one newline; no row is wider than `width` columns (at least 40)."""
    shown = mapped(content(audit, monograph, source), partial(encodable, encoding=encoding))
    page = Page(width, color)
    _head(page, shown)
    for group in shown.groups:
        _group(page, group, color)
    _errors(page, shown)
    _open(page, shown)
    _totals(page, shown, _blocks(encoding), details)
    _references(page, shown)
    if details:
        _details(page, shown)
    _rest(page, shown, details)
    return page.text()


def _head(page: Page, shown: Content) -> None:
    word = (shown.verdict_word, _VERDICT_STYLES[shown.verdict])
    page.put([(f"{shown.drug}: ", "bold"), word, (f". {shown.sentence}", "")])
    for name, what in shown.about:
        page.put([(f"{what}.", "")], 11, f"{name}:")
    for note in shown.notes:
        page.put([(note, "")], 11, "Note:")


def _group(page: Page, group: Group, color: bool) -> None:
    page.heading(group.title)
    page.put([(group.to_do, "")])
    for number, change in enumerate(group.changes, 1):
        _change(page, change, f"{number:>2}.", color)


def _change(page: Page, change: Change, marker: str, color: bool) -> None:
    where = f" ({change.where})" if change.where else ""
    page.put([(change.name, "bold"), (where, "")], 4, marker)
    if change.fact:
        page.put([(change.fact, "")], 4)
    for wording in change.wordings:
        page.put(_pieces(wording.spans, color), 10, f"    {wording.label}:")
    for n, again in enumerate(change.rests):
        says = f": {again.says}" if again.says else ""
        if n == 0:
            page.put([("Read again:", "")], 4)
        page.put([(again.link.name, "bold"), (says, "")], 6, "    -")


def _pieces(spans: Iterable[Span], color: bool) -> list[Piece]:
    """The words with their marks: by color where there is color, else by brackets."""
    pieces: list[Piece] = []
    for span in spans:
        opening, closing, style = _MARKS[span.mark]
        text = span.text if color else f"{opening}{span.text}{closing}"
        pieces += [(" ", ""), (text, style)] if pieces else [(text, style)]
    return pieces


def _errors(page: Page, shown: Content) -> None:
    if not shown.errors:
        return
    page.heading(f"Errors ({len(shown.errors)})")
    for error in shown.errors:
        page.put([(error, "")], 4, "  -")


def _open(page: Page, shown: Content) -> None:
    if not shown.open:
        return
    page.heading(f"Statements not accounted for ({len(shown.open)})")
    for one in shown.open:
        page.put(
            [(one.link.name, "bold"), (f" ({one.section}, {one.ordinal}; line {one.line}): {one.open}", "")], 4, "  -"
        )


def _totals(page: Page, shown: Content, blocks: str, details: bool) -> None:
    """A row for each chapter; its sections only where one has open statements, or with the details."""
    page.heading("Totals by section")
    wide = page.width >= _WIDE
    headings = _HEADINGS if wide else _SHORT_HEADINGS
    widths = [max(len(name), len(str(shown.total.statements))) for name in headings]
    gap = "  " if wide else " "

    def row(cells: Iterable[object], bar: str, section: str, style: str, below: bool) -> None:
        marker = gap.join(f"{cell!s:>{size}}" for cell, size in zip(cells, widths, strict=True))
        marker += f"{gap}{bar:<{_BAR}}" if wide else ""
        page.put([(section, style)], len(marker) + len(gap) + 2 * below, marker)

    row(headings, "", "Section", "bold", False)
    for count in (*shown.counts, shown.total):
        if not count.below or count.open or details:
            cells = (count.statements, count.encoded, count.background, count.open)
            row(cells, _bar(count, blocks), count.section, "bold" if count is shown.total else "", count.below)
    if wide:
        page.put([(f"{blocks[0]} encoded, {blocks[1]} background, {blocks[2]} open", "")])


def _blocks(encoding: str) -> str:
    """Block characters, or plain ones where the encoding lacks them."""
    return _BLOCKS if encodable(_BLOCKS, encoding) == _BLOCKS else _ASCII_BLOCKS


def _bar(count: Count, blocks: str) -> str:
    """The shares in ten cells; whatever is not zero has a cell, so that a bar with open statements never looks full."""
    if not count.statements:
        return ""
    shares = (count.encoded, count.background, count.open)
    cells = [max(1, share * _BAR // count.statements) if share else 0 for share in shares]
    cells[cells.index(max(cells))] += _BAR - sum(cells)
    return "".join(block * number for block, number in zip(blocks, cells, strict=True))


def _references(page: Page, shown: Content) -> None:
    page.heading("References")
    page.put([(shown.used, "")])
    cited = ", ".join(f"{one.link.name} ({len(one.cited_by)})" for one in shown.references if one.cited_by)
    if cited:
        page.put([(f"By number, with how many statements cite it: {cited}.", "")])
    for n, one in enumerate(shown.unused):
        if n == 0:
            page.put([("Cited by no statement:", "")])
        used = f" (used by {_names(one.used_by)})" if one.used_by else ""
        page.put([(f"{one.citation}{used}", "")], 9, f"  [{one.link.name}]")


def _details(page: Page, shown: Content) -> None:
    page.heading("Each statement and what encodes it")
    section = ""
    for one in shown.statements:
        if one.section != section:
            section = one.section
            page.put([(section, "underline")])
        references = f" [{_names(one.references)}]" if one.references else ""
        page.put(
            [(one.link.name, "bold"), (f" ({one.ordinal}; line {one.line}){references}: {_accounting(one)}", "")],
            4,
            "  -",
        )
    page.heading("Each thing of the knowledge and what it rests on")
    for thing in shown.things:
        bases = [_names(thing.statements)] if thing.statements else []
        bases += [f"sources {_names(thing.sources)}"] if thing.sources else []
        page.put([(thing.link.name, "bold"), (f" ({thing.kind}): {'; '.join(bases) or 'nothing'}", "")], 4, "  -")


def _accounting(one: Statement) -> str:
    by = [_names(one.encoded_by)] if one.encoded_by else []
    by += [f"background, {one.background}"] if one.background else []
    by += [f"OPEN, {one.open}"] if one.open else []
    return "; ".join(by)


def _names(links: Iterable[Link]) -> str:
    return ", ".join(link.name for link in links)


def _rest(page: Page, shown: Content, details: bool) -> None:
    page.blank()
    page.put([(shown.ignored_count, "")])
    if not details:
        page.put([("--details shows each statement with what encodes it, and what each rule or value rests on.", "")])
    if shown.next_steps:
        page.heading("Next step" if len(shown.next_steps) == 1 else "Next steps")
    for step in shown.next_steps:
        page.put([(step, "")], 4, "  -")
