"""A record as of one day, looked up by value set: which rows are facts then, and what they match."""

from datetime import date

import msgspec

from apothecary.knowledge import Match, Matcher
from apothecary.knowledge.schema import Domain
from apothecary.record import Record, Row, Section, Span
from apothecary.record.facts import SectionName, Standing

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


class Index:
    """The facts of one record as of one day."""

    def __init__(self, record: Record, matcher: Matcher, as_of: date) -> None:
        self.record = record
        self.as_of = as_of
        self.today = Span(as_of, as_of)
        self.opaque: dict[SectionName, list[Hit]] = {}
        self._hits: dict[tuple[str, str], list[Hit]] = {}
        self._matcher = matcher
        self._whole: set[str] = {name for name, section in record.sections.items() if section.state == "supplied"}
        for section, rows in record.tables.items():
            domain = _DOMAINS[section]
            for row in rows:
                standing = standing_on(row, as_of)
                if standing is None:
                    continue
                found, opaque = matcher.match(domain, row.codes, row.texts, row.route)
                for set_id, match in found.items():
                    self._hits.setdefault((section, set_id), []).append(Hit(row, match, standing))
                if opaque:
                    self.opaque.setdefault(section, []).append(Hit(row, Match.COARSE, standing))
                    self._whole.discard(section)

    def hits(self, section: SectionName, set_id: str) -> list[Hit] | tuple[Hit, ...]:
        """The rows of a section that belong to a value set, void ones too, in the order of the record."""
        return self._hits.get((section, set_id), _NOTHING)

    def surely_none(self, section: SectionName, set_id: str) -> bool:
        """Whether the section is whole and nothing in it belongs to the value set: a known no."""
        return section in self._whole and (section, set_id) not in self._hits

    def surely_none_of(self, pairs: frozenset[tuple[str, str]], sections: frozenset[str]) -> bool:
        """The same for several (section, value set) pairs at once; `sections` are those of the pairs."""
        return sections <= self._whole and pairs.isdisjoint(self._hits)

    def answer_hits(self, row: Row) -> dict[str, Match]:
        """The answer sets that the coded or written result of an observation belongs to."""
        if row.answer is None:
            return {}
        return self._matcher.match("answer", row.answer.codes, row.answer.texts)[0]

    def section(self, name: SectionName) -> Section:
        """The state of a section."""
        return self.record.sections[name]

    def when(self, row: Row) -> Span | None:
        """The date of a row; in the short form an undated row is of the day of the review."""
        return row.when or (self.today if self.record.undated_is_current else None)


def standing_on(row: Row, as_of: date) -> Standing | None:
    """What a row is on a day: None when it was not yet so; an end before or after that day overrules the status."""
    if row.when is not None and row.when.start > as_of:
        return None
    if row.until is not None:
        if row.until.end < as_of and row.standing in ("current", "uncertain"):
            return "history"
        if row.until.start > as_of and row.standing == "history":
            return "current"
    return row.standing


def shown(row: Row) -> str:
    """How to name a row to a reader: its text, else its code."""
    if row.texts:
        return row.texts[-1] if row.texts[-1] else row.texts[0]
    return row.codes[0][1] if row.codes else "(no code)"
