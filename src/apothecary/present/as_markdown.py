"""The review as Markdown: every string of the record and the knowledge is shown as it is, never as markup."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from apothecary.present.content import content
from apothecary.present.safe import markdown

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.result import Review


class _Ready(str):
    """A string that is Markdown already."""


@cache
def environment() -> Environment:
    """The templates, with every expression escaped for Markdown."""
    # `finalize` escapes every expression for Markdown, so that the template has nothing to forget.
    made = Environment(
        loader=PackageLoader("apothecary.present"),
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    # A table cell never begins a line, so nothing there needs the escapes for the beginning of one: 0.1 stays 0.1.
    made.filters["cell"] = lambda text: _Ready(markdown(f"x{text}")[1:])
    made.filters["address"] = lambda url: _Ready(f"<{url}>")
    return made


def _shown(value: object) -> object:
    return value if isinstance(value, _Ready) else markdown(str(value))


def render(review: Review, monograph: Monograph) -> str:
    """The review as Markdown, ending with one newline."""
    return environment().get_template("review.md").render(shown=content(review, monograph))
