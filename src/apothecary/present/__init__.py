"""A review laid out for people and programs: text, JSON, Markdown, HTML. It only reads; it decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.result import Review

Format = Literal["text", "json", "markdown", "html"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)


def render(
    review: Review,
    monograph: Monograph,
    format: Format,
    *,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
) -> str:
    """The review in one format, ending with one newline.

    `width` (columns), `color` (terminal codes) and `encoding` (what the terminal can show) matter for text only.
    ValueError for an unknown format.
    """
    # Each format brings its own library, and a JSON caller must not wait for the others to load.
    if format == "text":
        from apothecary.present import as_text

        return as_text.render(review, monograph, width=width, color=color, encoding=encoding)
    if format == "json":
        from apothecary.present import as_json

        return as_json.render(review)
    if format == "markdown":
        from apothecary.present import as_markdown

        return as_markdown.render(review, monograph)
    if format == "html":
        from apothecary.present import as_html

        return as_html.render(review, monograph)
    raise ValueError(f"There is no format {format!r}. Ask for one of: {', '.join(FORMATS)}.")


__all__ = ["FORMATS", "Format", "render"]
