"""What is kept of a source text: its edition, its references, and for each statement all but its wording."""

from datetime import date
from typing import Annotated

import msgspec


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base: immutable, unknown keys are errors."""


class Edition(Strict, frozen=True):
    """Which edition of the source text was encoded."""

    title: str
    publisher: str
    revised: date
    source: str


class Source(Strict, frozen=True):
    """A reference of the source text by its own number, or one we added."""

    id: str
    kind: str
    citation: str
    url: str | None = None
    pmid: str | None = None
    cited: bool = True


class Place(Strict, frozen=True):
    """Where a number was taken from."""

    source: str
    locator: str


class CitedAt(Strict, frozen=True):
    """References cited inside a sentence: behind how many of its words, and which."""

    words: int
    references: tuple[str, ...]


class Statement(Strict, frozen=True):
    """One statement of the source text: where it stands, what is kept of it, what encodes it. Never its text.

    `cited_at` is given where the references are not all cited at the end. A statement is encoded, background for a
    reason, or still to do.
    """

    id: str
    section: str
    ordinal: int
    references: tuple[str, ...]
    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{16}$")]
    sketch: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    numbers: tuple[str, ...] = ()
    cited_at: tuple[CitedAt, ...] = ()
    off_label: bool = False
    encoded_by: tuple[str, ...] = ()
    background: str | None = None
    to_do: str | None = None
