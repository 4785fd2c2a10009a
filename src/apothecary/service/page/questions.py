"""Each thing to get as an input that can be filled in right there."""

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import msgspec

from apothecary.knowledge import Monograph
from apothecary.logic import Truth
from apothecary.present.words import WHYS
from apothecary.record import Record, Row
from apothecary.record.facts import SectionName
from apothecary.review import Need, Review, Reviewer
from apothecary.review.context import LABELS
from apothecary.review.index import Index, shown
from apothecary.review.observed import Known
from apothecary.review.quantities import resolve
from apothecary.service.page.measured import Measured, measured, names_of

Kind = Literal["section", "labs", "age", "sex", "measured", "start", "use", "entries", "link", "same"]
KEYS: Final[dict[SectionName, str]] = {
    "condition": "conditions",
    "medication": "medications",
    "allergy": "allergies",
    "immunization": "vaccines",
    "procedure": "procedures",
}
_SECTIONS: Final = {label: name for name, (label, _) in LABELS.items()}
_CHOOSE: Final = "Choose which use the dose is for, or add it to the problems."
_ALL: Final = "A value is known; other results could disagree with it. Tick that these are all, or add another result."
_MOST: Final = 6


class Entry(msgspec.Struct, frozen=True):
    """A row of the record that does not settle a question as it stands; `order`: it orders the drug itself."""

    source: str
    key: str
    text: str
    status: str
    order: bool


class Question(msgspec.Struct, frozen=True):
    """One thing to get. `key`: what its fields are named by; `same`: the number of the question with the same input."""

    number: int
    fact: str
    why: str
    how: str
    severity: str
    settles: tuple[str, ...]
    kind: Kind
    key: str = ""
    measured: Measured | None = None
    entries: tuple[Entry, ...] = ()
    names: tuple[str, ...] = ()
    uses: tuple[tuple[str, str], ...] = ()
    partly: bool = False
    same: int = 0


def questions(review: Review, record: Record, reviewer: Reviewer) -> tuple[Question, ...]:
    """What would settle the review's open questions in its order, then what dose, calendar and exposure lack."""
    made = _Maker(review, record, reviewer)
    return tuple(made.all())


class _Maker:
    def __init__(self, review: Review, record: Record, reviewer: Reviewer) -> None:
        self.review = review
        self.record = record
        self.m: Monograph = reviewer.monograph
        self.known = measured(reviewer)
        self.index = Index(record, reviewer.matcher, review.as_of)
        self.context = reviewer.context(record, review.as_of)
        self.sets = {known.name: known.id for known in _sets(self.m)}

    def all(self) -> Iterator[Question]:
        """Every question with its input; one that an earlier question has already leads there."""
        asked: dict[str, int] = {}
        for number, need in enumerate(self._needs(), 1):
            made = self._question(number, *need)
            entries = tuple(entry for entry in made.entries if f"entry {entry.source}" not in asked)
            own = made.key if made.kind not in ("link", "entries") else ""
            first = asked.get(own)
            if made.kind == "entries" and not entries:
                first = asked[f"entry {made.entries[0].source}"]
            asked |= {name: number for name in (own, *(f"entry {entry.source}" for entry in entries)) if name}
            change = {"kind": "same", "same": first} if first is not None else {}
            yield msgspec.structs.replace(made, entries=entries if not change else (), **change)

    def _needs(self) -> Iterator[tuple[str, str, str, str, tuple[str, ...]]]:
        seen = set()
        for get in self.review.to_get:
            seen.add(get.fact)
            yield get.fact, get.why, get.how, get.severity, get.settles
        for where, need in self._others():
            if need.fact not in seen:
                seen.add(need.fact)
                yield need.fact, need.why, need.how, "info", (where,)

    def _others(self) -> Iterator[tuple[str, Need]]:
        plan, exposure = self.review.dose_plan, self.review.exposure
        yield from (("dose plan", need) for need in (plan.needs if plan is not None else ()))
        yield from (("monitoring", need) for due in self.review.monitoring for need in due.needs)
        yield from (("expected exposure", need) for need in (exposure.needs if exposure is not None else ()))
        yield from (("use", need) for use in self.review.indications for need in use.needs)

    def _question(
        self, number: int, fact: str, why: str, how: str, severity: str, settles: tuple[str, ...]
    ) -> Question:
        base = Question(number, fact, WHYS.get(why, why), how, severity, settles, "link")
        change = msgspec.structs.replace
        if fact in _SECTIONS and fact != LABELS["patient"][0]:
            section = _SECTIONS[fact]
            if section == "observation":
                return change(base, kind="labs", key="labs")
            partly = self.record.sections[section].state == "unreadable" or bool(self.record.tables.get(section))
            return change(base, kind="section", key=KEYS[section], partly=partly)
        if fact in ("age", LABELS["patient"][0]) or self._formula(fact) == "age":
            return change(base, kind="age", key="birth_date")
        if fact == "sex":
            return change(base, kind="sex", key="sex")
        if fact == "start of therapy":
            return change(base, kind="start", key="start")
        if fact == "use to dose":
            return change(base, kind="use", key="indication", uses=self._uses(), how=_CHOOSE)
        entries = self._entries(fact, why)
        typed = next((one for one in self.known.values() if one.name == fact), None)
        if typed is not None and why == "not-supplied" and self._agreement(typed):
            return change(base, kind="labs", key="labs", how=_ALL)
        if typed is not None:
            kept = entries if why in ("conflicting", "unreadable", "unconfirmed") else ()
            return change(base, kind="measured", key=f"lab.{typed.id}", measured=typed, entries=kept)
        if entries:
            names = names_of(self.m, self.sets[fact]) if fact in self.sets else ()
            return change(base, kind="entries", key=f"entries {fact}", entries=entries, names=names)
        return base

    def _agreement(self, typed: Measured) -> bool:
        """Whether a number with several sources is known, so that only whether they agree can be open."""
        worked_out = self.m.observations[typed.id].formula is not None
        return worked_out and isinstance(resolve(self.context, typed.id), Known)

    def _formula(self, fact: str) -> str | None:
        return next((seen.formula for seen in self.m.observations.values() if seen.name == fact), None)

    def _uses(self) -> tuple[tuple[str, str], ...]:
        dosed = [use for use in self.m.indications.values() if use.id in self.m.dosing]
        return tuple((use.id, use.name) for use in dosed or self.m.indications.values())

    def _entries(self, fact: str, why: str) -> tuple[Entry, ...]:
        """The rows that the question is about: named by what is needed, or seen as evidence of this very fact."""
        hows, sources = [], []
        findings = [f for f in self.review.findings if f.status is Truth.UNKNOWN]
        for need, because in [
            *((n, f.because) for f in findings for n in f.needs),
            *((n, u.because) for u in self.review.indications for n in u.needs),
            *((n, ()) for _, n in self._others()),
        ]:
            if need.fact == fact and need.why == why:
                hows.append(need.how)
                sources += [evidence.source for evidence in because if evidence.fact == fact]
        named = [
            (section, row)
            for section, rows in self.record.tables.items()
            for row in rows
            if row.standing != "void" and (row.source in sources or any(_names(how, row.source) for how in hows))
        ]
        once = {row.source: (section, row) for section, row in reversed(named)}  # one source may stand in two sections
        return tuple(self._entry(section, row) for section, row in list(reversed(once.values()))[:_MOST])

    def _entry(self, section: SectionName, row: Row) -> Entry:
        hits = self.index.hits("medication", self.m.drug.value_set) if section == "medication" else ()
        order = any(hit.row is row for hit in hits)
        said = row.answer.number if row.answer is not None else None
        number = f" {said.low:g} {row.answer.unit or ''}".rstrip() if said is not None and row.answer else ""
        day = f", {row.when.text()}" if row.when is not None else ""
        return Entry(row.source, KEYS.get(section, ""), f"{shown(row)}{number}{day}", row.standing, order)


def _names(how: str, source: str) -> bool:
    """Whether a sentence names a row; `Condition/1` is not named by `Condition/12`."""
    at = how.find(source)
    while at >= 0:
        after = how[at + len(source) : at + len(source) + 1]
        before = how[at - 1 : at] if at else ""
        if not (after.isalnum() or after in ("-", "_", "/")) and not before.isalnum():
            return True
        at = how.find(source, at + 1)
    return False


class _Named(msgspec.Struct, frozen=True):
    id: str
    name: str


def _sets(m: Monograph) -> Iterable[_Named]:
    return (_Named(id_, known.name) for id_, known in m.value_sets.items())
