"""A record as of one day, looked up by value set: which rows are facts then, and what they match."""

from datetime import date

import msgspec

from apothecary.knowledge import Hits, Match, Matcher
from apothecary.knowledge.schema import Domain
from apothecary.record import Record, Row, Section, Span
from apothecary.record.facts import SectionName, Standing
from apothecary.record.standing import standing_on

_DOMAINS: dict[SectionName, Domain] = {
    "condition": "condition",
    "medication": "medication",
    "observation": "observation",
    "allergy": "allergy",
    "immunization": "immunization",
    "procedure": "procedure",
}
_NOTHING: tuple["Hit", ...] = ()


class Hit(msgspec.Struct, frozen=True, gc=False):
    """A row that belongs to a value set, how surely, and what it is on the day of the review."""

    row: Row
    match: Match
    standing: Standing


class Asked(msgspec.Struct, frozen=True):
    """What must be absent for a known no, as (section, value set) pairs.

    `whole` sections must be supplied (`past`: for the past too); `readable` ones may be left out, but not be doubtful.
    """

    pairs: frozenset[tuple[str, str]]
    whole: frozenset[str]
    past: frozenset[str]
    readable: frozenset[str]


class Index:
    """The facts of one record as of one day."""

    def __init__(self, record: Record, matcher: Matcher, as_of: date) -> None:
        self.record = record
        self.as_of = as_of
        self.today = Span(as_of, as_of)
        self._sections = record.sections
        self.opaque: dict[SectionName, list[Hit]] = {}
        self._doubtful = {name for name, section in self._sections.items() if section.state == "unreadable"}
        self._systems: dict[int, frozenset[str]] = {}
        self._hits: dict[tuple[str, str], list[Hit]] = {}
        self._matcher = matcher
        self._whole: set[str] = {name for name, section in self._sections.items() if section.state == "supplied"}
        self._present = {name for name, section in self._sections.items() if section.present_only}
        for section, rows in record.tables.items():
            domain, stands = _DOMAINS[section], False
            for row in rows:
                if row.until is None and row.recorded is None and (row.when is None or row.when.start <= as_of):
                    standing: Standing | None = row.standing  # the common case of `standing_on`
                else:
                    standing = standing_on(row, as_of)
                if standing is not None:
                    stands = True
                    found, opaque = matcher.match(domain, row.codes, row.texts, row.route)
                    if found or opaque is not None:
                        self._enter(section, row, standing, found, opaque)
            if rows and not stands and self._sections[section].by_rows:
                self._not_yet(section)

    def _not_yet(self, name: SectionName) -> None:
        """A section that counts as supplied only for its rows was not supplied by a day on which it had none."""
        section = Section("not-supplied", f"all of it was recorded after {self.as_of}")
        self._sections = {**self._sections, name: section}
        self._whole.discard(name)
        self._present.discard(name)

    def _enter(
        self, section: SectionName, row: Row, standing: Standing, found: Hits, opaque: frozenset[str] | None
    ) -> None:
        for set_id, match in found.items():
            if match is Match.PAST:  # "history of": so in words, whatever the status says
                hit = Hit(row, Match.COARSE, "history" if standing == "current" else standing)
            else:
                hit = Hit(row, match, standing)
            self._hits.setdefault((section, set_id), []).append(hit)
        if opaque is not None:
            self.opaque.setdefault(section, []).append(Hit(row, Match.COARSE, standing))
            self._systems[id(row)] = opaque
            self._whole.discard(section)
            self._doubtful.add(section)

    def hits(self, section: SectionName, set_id: str) -> list[Hit] | tuple[Hit, ...]:
        """The rows of a section that belong to a value set, void ones too, in the order of the record."""
        return self._hits.get((section, set_id), _NOTHING)

    def surely_none(self, section: SectionName, set_id: str, past: bool = False) -> bool:
        """Whether the section is whole (`past`: for the past too) and nothing in it belongs to the value set."""
        if section not in self._whole or (past and section in self._present):
            return False
        return (section, set_id) not in self._hits

    def surely_none_of(self, asked: Asked) -> bool:
        """The same for many (section, value set) pairs at once."""
        return (
            asked.whole <= self._whole
            and asked.pairs.isdisjoint(self._hits)
            and asked.readable.isdisjoint(self._doubtful)
            and asked.past.isdisjoint(self._present)
        )

    def may_belong(self, row: Row, set_id: str) -> bool:
        """Whether an opaque row may belong to a set: its codes, if any, do not decide it."""
        return not self._matcher.decides(set_id, self._systems[id(row)])

    def answer_hits(self, row: Row) -> dict[str, Match]:
        """The answer sets that the coded or written result of an observation belongs to."""
        if row.answer is None:
            return {}
        return self._matcher.match("answer", row.answer.codes, row.answer.texts)[0]

    def matched(self, domain: Domain, codes: tuple[tuple[str, str], ...], texts: tuple[str, ...]) -> Hits:
        """The value sets that codes and texts inside a row belong to, such as the route of an order."""
        return self._matcher.match(domain, codes, texts)[0]

    def section(self, name: SectionName) -> Section:
        """The state of a section on the day of the review."""
        return self._sections[name]

    def when(self, row: Row) -> Span | None:
        """The date of a row; in the short form an undated row is of the day of the review."""
        return row.when or (self.today if self.record.undated_is_current else None)


def shown(row: Row) -> str:
    """How to name a row to a reader: its text, else its code."""
    if row.texts:
        return row.texts[-1] if row.texts[-1] else row.texts[0]
    return row.codes[0][1] if row.codes else "(no code)"
