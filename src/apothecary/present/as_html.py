"""The review as one HTML file: no script, nothing loaded from anywhere, ready to print."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from apothecary.present.content import content

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.result import Review


@cache
def environment() -> Environment:
    """The templates, with everything escaped and no undefined name allowed."""
    return Environment(
        loader=PackageLoader("apothecary.present"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(review: Review, monograph: Monograph) -> str:
    """The review as a self-contained HTML page, ending with one newline."""
    return environment().get_template("review.html").render(shown=content(review, monograph))
