"""The sources behind references, as every readable format lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from apothecary.present.safe import web_address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apothecary.knowledge.schema import Monograph


class Cited(msgspec.Struct, frozen=True):
    """A reference by its number in the source text; `url` is a safe http(s) address or None."""

    id: str
    citation: str
    url: str | None


def by_number(reference: str) -> tuple[bool, int, str]:
    """The order of references: the source text's own by number, then ours by name."""
    number = reference.isascii() and reference.isdecimal()
    return (not number, int(reference) if number else 0, reference)


def cited(references: Iterable[str], monograph: Monograph) -> tuple[Cited, ...]:
    """The sources behind references, each once, by number."""
    found = []
    for reference in sorted(set(references), key=by_number):
        source = monograph.sources.get(reference)
        if source is None:
            found.append(Cited(reference, "not in the monograph's list of sources", None))
        else:
            found.append(Cited(reference, source.citation, web_address(source.url)))
    return tuple(found)
