"""The review for a terminal: plain lines that wrap at the width, readable without color."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from apothecary.present.content import Content, Entry, content
from apothecary.present.dose_text import put_dose
from apothecary.present.exposure_text import put_exposure
from apothecary.present.monitoring_text import put_monitoring
from apothecary.present.page import Page, Piece
from apothecary.present.safe import encodable, mapped

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.result import Review

_VERDICT_STYLES: Final = {
    "stop": "bold red",
    "cannot-tell": "bold magenta",
    "caution": "bold yellow",
    "go": "bold green",
}
_SEVERITY_STYLES: Final = {"critical": "bold red", "warning": "bold yellow", "info": "bold cyan"}


def render(
    review: Review, monograph: Monograph, *, width: int = 80, color: bool = False, encoding: str = "utf-8"
) -> str:
    """The review as text, ending with one newline; no row is wider than `width` columns (at least 40).

    `color` adds terminal codes; without it there are none. Characters that `encoding` lacks are spelled out.
    """
    shown = mapped(content(review, monograph), partial(encodable, encoding=encoding))
    page = Page(width, color)
    _head(page, shown)
    _do_first(page, shown)
    _to_get(page, shown)
    _open(page, shown)
    _rest(page, shown, encoding)
    _sources(page, shown)
    return page.text()


def _head(page: Page, shown: Content) -> None:
    page.put(
        [
            (f"{shown.drug}: ", "bold"),
            (shown.verdict_word, _VERDICT_STYLES[shown.verdict]),
            (f". {shown.sentence}", ""),
        ]
    )
    page.put([(f"As of {shown.as_of}. Patient: {shown.patient}. Phase: {shown.phase}.", "")])


def _do_first(page: Page, shown: Content) -> None:
    page.heading(shown.headings.do_first)
    if not shown.do_first:
        page.put([(shown.nothing.do_first, "")], 2)
    _entries(page, shown.do_first)


def _entries(page: Page, entries: tuple[Entry, ...]) -> None:
    for number, entry in enumerate(entries, 1):
        page.put(_title(entry, with_severity=True), 4, f"{number:>2}.")
        page.put([(entry.action, "")], 4)
        for fact in entry.facts:
            page.put([(fact, "")], 13, "    Because:")
        for note in entry.notes:
            page.put([(note, "")], 13, "    Note:")


def _title(entry: Entry, with_severity: bool) -> list[Piece]:
    """`[severity] title (id) [references]`."""
    severity = [(f"[{entry.severity}] ", _SEVERITY_STYLES[entry.severity])] if with_severity else []
    marks = f" [{', '.join(entry.references)}]" if entry.references else ""
    return [*severity, (entry.title, "bold"), (f" ({entry.id}){marks}", "")]


def _to_get(page: Page, shown: Content) -> None:
    page.heading(shown.headings.to_get)
    if not shown.to_get:
        page.put([(shown.nothing.to_get, "")], 2)
    for get in shown.to_get:
        head = [(f"[{get.severity}] ", _SEVERITY_STYLES[get.severity]), (get.fact, "bold"), (f" ({get.why})", "")]
        page.put(head, 4, f"{get.number:>2}.")
        if get.how:
            page.put([(get.how, "")], 4)
        for fact in get.recorded:
            page.put([(fact, "")], 14, "    Recorded:")
        page.put([(get.settles, "")], 13, "    Settles:")


def _open(page: Page, shown: Content) -> None:
    if not shown.open:
        return
    page.heading(shown.headings.open)
    for group in shown.open:
        page.put([(f"[{group.severity}]", _SEVERITY_STYLES[group.severity])], 2)
        for entry in group.entries:
            page.put([*_title(entry, with_severity=False), (f": {entry.open}", "")], 4, "  -")


def _rest(page: Page, shown: Content, encoding: str) -> None:
    if shown.info:
        page.heading(shown.headings.info)
        _entries(page, shown.info)
    page.heading(shown.headings.uses)
    if not shown.uses:
        page.put([(shown.nothing.uses, "")], 2)
    for use in shown.uses:
        page.put([(use.name, "bold"), (f": {use.status} ({use.labeled})", "")], 4, "  -")
        for fact in use.facts:
            page.put([(fact, "")], 14, "    Recorded:")
        if use.open:
            page.put([(use.open, "")], 14, "    Open:")
    if shown.dose is not None:
        page.heading(shown.headings.dose)
        put_dose(page, shown.dose)
    if shown.exposure is not None:
        page.heading(shown.headings.exposure)
        put_exposure(page, shown.exposure)
    if shown.monitoring is not None:
        page.heading(shown.headings.monitoring)
        put_monitoring(page, shown.monitoring, encoding)
    page.heading(shown.headings.numbers)
    for number in shown.numbers:
        detail = f" ({number.detail})" if number.detail else ""
        page.put([(number.name, "bold"), (f": {number.value}{detail}", "")], 4, "  -")
    page.heading(shown.headings.clear)
    page.put([(shown.clear, "")], 2)
    page.heading(shown.headings.problems)
    if not shown.problems:
        page.put([(shown.nothing.problems, "")], 2)
    for problem in shown.problems:
        where = f"{problem.where}: " if problem.where else ""
        page.put([(f"{where}{problem.message} ({problem.code})", "")], 4, "  -")


def _sources(page: Page, shown: Content) -> None:
    page.heading(shown.headings.sources)
    page.sources(shown.sources)
    for line in shown.knowledge:
        page.put([(line, "")], 2)
    if shown.grounds:
        page.heading(shown.headings.grounds)
    for ground in shown.grounds:
        page.put([(f"{ground.finding}: ", "bold"), (ground.statements, "")], 4, "  -")
    page.blank()
    page.put([(shown.disclaimer, "bold")])
