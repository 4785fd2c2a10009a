"""The monitoring calendar by itself, without a review around it: text, JSON, Markdown, HTML."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from apothecary.present import words
from apothecary.present.monitoring_content import MonitoringShown

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.present import Format
    from apothecary.present.cited import Cited
    from apothecary.review import Review


class MonitoringPage(msgspec.Struct, frozen=True):
    """Everything the readable formats show; every string is one harmless line."""

    drug: str
    lead: tuple[str, ...]
    monitoring: MonitoringShown | None
    sources: tuple[Cited, ...]
    knowledge: tuple[str, ...]
    disclaimer: str
    headings: words.Headings


def render(
    review: Review,
    monograph: Monograph,
    start: str | None,
    notes: tuple[str, ...],
    format: Format,
    *,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """The calendar of a review in one format, ending with one newline; `start` is the start of therapy as known.

    `width` (columns), `color` (terminal codes) and `encoding` (what the terminal can show) matter for text only.
    """
    if format == "json":
        return _json(review, start, notes)
    shown = _page(review, monograph, start, notes)
    if format == "html":
        from apothecary.present.as_html import environment as html

        return html().get_template("monitoring.html").render(shown=shown)
    if format == "markdown":
        from apothecary.present.as_markdown import environment as markdown

        return markdown().get_template("monitoring.md").render(shown=shown)
    return _text(shown, width, color, encoding)


def _page(review: Review, monograph: Monograph, start: str | None, notes: tuple[str, ...]) -> MonitoringPage:
    from apothecary.present.cited import cited
    from apothecary.present.monitoring_content import monitoring_shown
    from apothecary.present.safe import clean, mapped

    monitoring = monitoring_shown(review.monitoring, monograph)
    lead = f"Start of therapy: {start or words.NOT_KNOWN}. As of {review.as_of.isoformat()}."
    found = MonitoringPage(
        words.drug(monograph),
        (lead, *notes),
        monitoring,
        cited(monitoring.references if monitoring else (), monograph),
        words.knowledge(review, monograph),
        words.DISCLAIMER,
        words.Headings(),
    )
    return mapped(found, clean)


def _json(review: Review, start: str | None, notes: tuple[str, ...]) -> str:
    from apothecary.present.as_json import head, indented, problems
    from apothecary.present.therapy_json import due

    listed = [due(one) for one in review.monitoring]
    said = {"start": start, "monitoring": listed, "notes": list(notes), "problems": problems(review)}
    return indented(head(review) | said)


def _text(page: MonitoringPage, width: int, color: bool, encoding: str) -> str:
    from apothecary.present.monitoring_text import put_monitoring
    from apothecary.present.page import Page
    from apothecary.present.safe import encodable, mapped

    shown = mapped(page, partial(encodable, encoding=encoding))
    rows = Page(width, color)
    rows.put([(f"{shown.drug}: monitoring", "bold")])
    for line in shown.lead:
        rows.put([(line, "")])
    rows.blank()
    if shown.monitoring is None:
        rows.put([("The monograph has no monitoring plan for this patient.", "")], 2)
    else:
        put_monitoring(rows, shown.monitoring, encoding)
    rows.heading(shown.headings.sources)
    rows.sources(shown.sources)
    if shown.monitoring is not None:
        rows.put([(f"Statements of the monograph: {shown.monitoring.statements}", "")], 2)
    for line in shown.knowledge:
        rows.put([(line, "")], 2)
    rows.blank()
    rows.put([(shown.disclaimer, "bold")])
    return rows.text()
