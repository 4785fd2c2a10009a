"""The result of an audit: what has changed between knowledge and text, and what accounts for each statement."""

from datetime import date
from typing import Literal

import msgspec

ChangeKind = Literal[
    "edited",
    "moved",
    "new",
    "gone",
    "citation-changed",
    "reference-changed",
    "reference-new",
    "reference-gone",
    "reference-moved",
    "section-new",
    "section-gone",
    "section-renamed",
    "section-moved",
    "edition-changed",
]
State = Literal["same", "edited", "new"]


class Rests(msgspec.Struct, frozen=True):
    """Something that rests on a statement: `rule:…`, `value:…`; `says` is its number or title, for an editor."""

    link: str
    says: str


class Change(msgspec.Struct, frozen=True):
    """One difference. `what` names it: a statement id, a place, a reference number, a section, the edition.

    `before` and `after` are what changed: places, reference numbers, citations of the bibliography, dates. `text` and
    `previous` are wordings of the files given, for the editor's eyes; `previous` needs the earlier file.
    """

    kind: ChangeKind
    what: str
    section: str = ""
    line: int | None = None
    before: str = ""
    after: str = ""
    similarity: float | None = None
    numbers_gone: tuple[str, ...] = ()
    numbers_new: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rests: tuple[Rests, ...] = ()
    text: str = ""
    previous: str = ""


class Covered(msgspec.Struct, frozen=True):
    """One statement of the text and what accounts for it; `id` is empty for one that the knowledge does not know."""

    id: str
    section: str
    ordinal: int
    line: int
    references: tuple[str, ...]
    off_label: bool
    state: State
    encoded_by: tuple[str, ...] = ()
    background: str = ""
    to_do: str = ""

    @property
    def accounted(self) -> bool:
        """Whether the knowledge speaks of this very wording: encoded, or background for a reason."""
        return self.state == "same" and bool(self.encoded_by or self.background)


class SectionCount(msgspec.Struct, frozen=True):
    """How the statements of one section are accounted for."""

    section: str
    statements: int
    encoded: int
    background: int
    open: int


class Resting(msgspec.Struct, frozen=True):
    """The other direction: a thing of the knowledge, its kind, the statements and other sources it rests on."""

    link: str
    kind: str
    statements: tuple[str, ...]
    sources: tuple[str, ...]


class Cited(msgspec.Struct, frozen=True):
    """A reference of the text: the statements that cite it and what else of the knowledge uses it."""

    number: str
    citation: str
    cited_by: tuple[str, ...]
    used_by: tuple[str, ...]


class Audit(msgspec.Struct, frozen=True):
    """The whole result. `unresolved` are citations without a reference, `orphans` things that rest on nothing."""

    drug: str
    knowledge_version: str
    knowledge_hash: str
    title: str
    publisher: str
    revised: date
    statements: tuple[Covered, ...]
    sections: tuple[SectionCount, ...]
    changes: tuple[Change, ...]
    resting: tuple[Resting, ...]
    references: tuple[Cited, ...]
    unresolved: tuple[str, ...]
    orphans: tuple[str, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def accounted(self) -> int:
        """How many statements of the text are accounted for."""
        return sum(one.accounted for one in self.statements)

    @property
    def percent(self) -> float:
        """The share of accounted statements, rounded down to a tenth: 100 only when not one is missing."""
        return self.accounted * 1000 // len(self.statements) / 10 if self.statements else 0.0

    @property
    def complete(self) -> bool:
        """Whether every statement is accounted for and knowledge and text do not differ."""
        return (
            bool(self.statements)
            and self.accounted == len(self.statements)
            and not (self.changes or self.unresolved or self.orphans)
        )
