"""What the readable formats show of an audit, in its order: plain structures of strings."""

import msgspec


class Link(msgspec.Struct, frozen=True):
    """A name; `anchor` is its place in the page, empty where it has none."""

    name: str
    anchor: str = ""


class Span(msgspec.Struct, frozen=True):
    """Some words of a wording; `mark` is `gone` or `new` where they differ from the other wording, else empty."""

    text: str
    mark: str = ""


class Wording(msgspec.Struct, frozen=True):
    """A wording of a statement or reference; spaces stand between the spans."""

    label: str
    spans: tuple[Span, ...]


class Again(msgspec.Struct, frozen=True):
    """Something to read again because it rests on a statement that has changed."""

    link: Link
    says: str


class Change(msgspec.Struct, frozen=True):
    """One difference between knowledge and text."""

    name: str
    where: str
    fact: str
    wordings: tuple[Wording, ...]
    rests: tuple[Again, ...]


class Group(msgspec.Struct, frozen=True):
    """The changes about which an editor does the same."""

    title: str
    to_do: str
    changes: tuple[Change, ...]


class Count(msgspec.Struct, frozen=True):
    """A row of the totals: a chapter, or with `below` a section in it."""

    section: str
    below: bool
    statements: int
    encoded: int
    background: int
    open: int


class Statement(msgspec.Struct, frozen=True):
    """A statement and what accounts for it: things that encode it, or a reason; `open` says why nothing does."""

    link: Link
    section: str
    ordinal: int
    line: int
    references: tuple[Link, ...]
    encoded_by: tuple[Link, ...]
    background: str
    open: str


class Thing(msgspec.Struct, frozen=True):
    """A thing of the knowledge and what it rests on."""

    link: Link
    kind: str
    statements: tuple[Link, ...]
    sources: tuple[Link, ...]


class Reference(msgspec.Struct, frozen=True):
    """A reference of the text and what uses it."""

    link: Link
    citation: str
    cited_by: tuple[Link, ...]
    used_by: tuple[Link, ...]


class Content(msgspec.Struct, frozen=True):
    """Everything the text and HTML formats show, in their order; every string is one harmless line."""

    drug: str
    verdict: str
    verdict_word: str
    sentence: str
    about: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    groups: tuple[Group, ...]
    errors: tuple[str, ...]
    open: tuple[Statement, ...]
    counts: tuple[Count, ...]
    total: Count
    references: tuple[Reference, ...]
    used: str
    unused: tuple[Reference, ...]
    statements: tuple[Statement, ...]
    things: tuple[Thing, ...]
    ignored: tuple[str, ...]
    ignored_count: str
    next_steps: tuple[str, ...]
