"""Rows for a terminal: wrapped at the width, readable without color."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from apothecary.present.cited import Cited

NARROWEST: Final = 40

Piece = tuple[str, str]  # text and its style


class Page:
    """Rows written so far; Rich does the wrapping and the color, by cells, so that wide characters fit too."""

    def __init__(self, width: int, color: bool) -> None:
        from rich.console import Console

        self._out = StringIO()
        self.width = max(width, NARROWEST)
        # An empty environment: the result depends on the arguments only, not on the terminal it was made in.
        self._console = Console(
            file=self._out,
            width=self.width,
            height=1000,
            force_terminal=color,
            color_system="standard" if color else None,
            markup=False,
            highlight=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def text(self) -> str:
        """All rows."""
        return self._out.getvalue()

    def blank(self) -> None:
        """An empty row."""
        self._out.write("\n")

    def heading(self, text: str) -> None:
        """A heading in capitals behind an empty row."""
        self.blank()
        self.put([(text.upper(), "bold underline")])

    def sources(self, listed: Iterable[Cited], column: int | None = None) -> None:
        """References beside their numbers; the column is as wide as the longest number needs."""
        shown = tuple(listed)
        wide = column or min(12, 5 + max((len(source.id) for source in shown), default=0))
        for source in shown:
            url = f" {source.url}" if source.url else ""
            self.put([(f"{source.citation}{url}", "")], wide, f"  [{source.id}]")

    def put(self, pieces: list[Piece], indent: int = 0, marker: str = "") -> None:
        """A paragraph whose rows hang below each other; `marker` stands in the indent of the first row."""
        from rich.text import Text

        if len(marker) >= indent > 0:  # too long to stand beside the text
            pieces, marker = [(f"{marker.strip()} ", ""), *pieces], ""
        body = Text.assemble(*pieces)
        rows: list[Text] = list(body.wrap(self._console, self.width - indent, overflow="fold", tab_size=1))
        for number, row in enumerate(rows or [Text()]):
            row.rstrip()
            first = marker if number == 0 else ""
            self._console.print(Text(first.ljust(indent)) + row, soft_wrap=True)
