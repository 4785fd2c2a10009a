"""A dose plan by itself, without a review around it: text, JSON, Markdown, HTML."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from apothecary.present import words
from apothecary.present.dose_content import DoseShown

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.present import Format
    from apothecary.present.cited import Cited
    from apothecary.review import Review
    from apothecary.review.plan import DosePlan


class DosePage(msgspec.Struct, frozen=True):
    """Everything the readable formats show; every string is one harmless line."""

    drug: str
    dose: DoseShown
    sources: tuple[Cited, ...]
    knowledge: tuple[str, ...]
    disclaimer: str
    headings: words.Headings


def render(
    plan: DosePlan,
    review: Review,
    monograph: Monograph,
    format: Format,
    *,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """The plan in one format, ending with one newline; `review` says which knowledge was used and on which day.

    `width` (columns), `color` (terminal codes) and `encoding` (what the terminal can show) matter for text only.
    """
    if format == "json":
        return _json(plan, review)
    shown = _page(plan, review, monograph)
    if format == "html":
        from apothecary.present.as_html import environment as html

        return html().get_template("dose.html").render(shown=shown)
    if format == "markdown":
        from apothecary.present.as_markdown import environment as markdown

        return markdown().get_template("dose.md").render(shown=shown)
    return _text(shown, width, color, encoding)


def _page(plan: DosePlan, review: Review, monograph: Monograph) -> DosePage:
    from apothecary.present.cited import cited
    from apothecary.present.dose_content import dose_shown
    from apothecary.present.safe import clean, mapped

    dose = dose_shown(plan, monograph)
    found = DosePage(
        words.drug(monograph),
        dose,
        cited(dose.references, monograph),
        words.knowledge(review, monograph),
        words.DISCLAIMER,
        words.Headings(),
    )
    return mapped(found, clean)


def _json(plan: DosePlan, review: Review) -> str:
    from apothecary.present.as_json import head, indented
    from apothecary.present.therapy_json import dose_plan

    return indented(head(review) | dose_plan(plan))


def _text(page: DosePage, width: int, color: bool, encoding: str) -> str:
    from apothecary.present.dose_text import put_dose
    from apothecary.present.page import Page
    from apothecary.present.safe import encodable, mapped

    shown = mapped(page, partial(encodable, encoding=encoding))
    rows = Page(width, color)
    rows.put([(f"{shown.drug}: dose plan", "bold")])
    put_dose(rows, shown.dose)
    rows.heading(shown.headings.sources)
    rows.sources(shown.sources)
    if shown.dose.statements:
        rows.put([(f"Statements of the monograph: {shown.dose.statements}", "")], 2)
    for line in shown.knowledge:
        rows.put([(line, "")], 2)
    rows.blank()
    rows.put([(shown.disclaimer, "bold")])
    return rows.text()
