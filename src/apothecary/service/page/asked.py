"""What is asked of one review page, carried from request to request in hidden fields: nothing is stored."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NotRequired, TypedDict, get_args

import msgspec

from apothecary.knowledge.schema import PhaseName
from apothecary.record import Record, RecordError, Span, parse_span, read_record
from apothecary.record.merge import empty, merged
from apothecary.review import Review, Reviewer
from apothecary.review.index import Index
from apothecary.service.state import State
from apothecary.therapy.complete import complete

STARTED = "typed start of therapy"  # the source of the entry that stands for a typed start
NAMES = ("drug", "record", "answers", "as_of", "indication", "phase")
_GIVEN_KINDS = ("MedicationAdministration", "MedicationDispense")


class NotAsked(ValueError):
    """A form that asks nothing that can be answered: an unknown drug, a day that is none."""


class Result(TypedDict):
    """A result as the short form has it."""

    value: str
    date: str
    loinc: NotRequired[str]


class Answers(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What a person typed, in the words of the short form.

    `form`: whole sections and facts about the patient. `also` and `results`: single answers, which say nothing about
    what else there is. `start`: the day the therapy started. `struck`: sources of rows of the record that do not hold.
    """

    form: dict[str, str | list[str | dict[str, str]]] = {}
    also: dict[str, list[str | dict[str, str]]] = {}
    results: dict[str, list[Result]] = {}
    start: str = ""
    struck: tuple[str, ...] = ()


class Asked(msgspec.Struct, frozen=True):
    """One question: which drug, the record as it came (may be empty), the answers as JSON, the day, use and phase."""

    drug: str
    record: str
    answers: str
    as_of: date
    indication: str | None = None
    phase: PhaseName | None = None

    def hidden(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the hidden fields that ask the same again."""
        return (
            ("drug", self.drug),
            ("record", self.record),
            ("answers", self.answers),
            ("as_of", self.as_of.isoformat()),
            ("indication", self.indication or ""),
            ("phase", self.phase or ""),
        )

    @classmethod
    def from_form(cls, form: Mapping[str, Any], state: State, today: date) -> "Asked":
        """What the hidden fields of a form ask; NotAsked where a field holds what it cannot."""
        said = {name: value if isinstance(value := form.get(name), str) else "" for name in NAMES}
        drug = said["drug"] or next(iter(state.reviewers), "")
        if drug not in state.reviewers:
            raise NotAsked(f"There is no monograph {drug!r}. Choose one of: {', '.join(state.reviewers)}.")
        uses = state.reviewers[drug].monograph.indications
        if said["indication"] and said["indication"] not in uses:
            raise NotAsked(f"There is no use {said['indication']!r} in this monograph. Choose one from the list.")
        phase: Any = said["phase"] or None
        if phase not in (None, *get_args(PhaseName)):
            raise NotAsked(f"There is no phase {phase!r}. Choose one of: {', '.join(get_args(PhaseName))}.")
        try:
            as_of = date.fromisoformat(said["as_of"]) if said["as_of"] else today
        except ValueError as error:
            message = f"The day of the review is {said['as_of']!r}. Write a whole date, such as {today.isoformat()}."
            raise NotAsked(message) from error
        asked = cls(drug, said["record"], said["answers"], as_of, said["indication"] or None, phase)
        asked.answered()
        return asked

    def answered(self) -> Answers:
        """The accumulated answers; NotAsked when they are not what this page writes."""
        try:
            return msgspec.json.decode(self.answers, type=Answers) if self.answers else Answers()
        except (msgspec.MsgspecError, RecursionError) as error:
            raise NotAsked(f"The answers given so far cannot be read: {error}. Start a new review.") from error

    def patient(self, reviewer: Reviewer) -> Record:
        """The record with the answers in it; RecordError where it must not be reviewed."""
        base = read_record(self.record.encode("utf-8", "surrogatepass")) if self.record.strip() else empty()
        said = self.answered()
        whole = merged(base, _form({**said.form}), self.as_of)
        single: dict[str, Any] = {**said.also, "labs": said.results} if said.results else {**said.also}
        record = merged(whole, _form(single), self.as_of, whole=False)
        lost = sorted(set(said.struck) - {row.source for rows in record.tables.values() for row in rows})
        if lost:
            message = f"The record has no entry {lost[0]}, which was said not to hold. Start a new review."
            raise RecordError("unreadable", message)
        record = merged(record, empty(), self.as_of, struck=said.struck) if said.struck else record
        return _begun(record, reviewer, self.as_of, said.start) if said.start else record

    def review(self, reviewer: Reviewer) -> tuple[Record, Review]:
        """The record as reviewed, and its review; the errors of `patient` and of `Reviewer.review`."""
        record = self.patient(reviewer)
        return record, complete(reviewer, record, self.as_of, self.phase, self.indication)


def _form(form: dict[str, Any]) -> Record:
    return read_record(msgspec.json.encode(form)) if form else empty()


def _begun(record: Record, reviewer: Reviewer, as_of: date, start: str) -> Record:
    """The record with the day the therapy started.

    It dates the drug's entries that hold now and have no date or only part of one; without such an entry it adds one.
    """
    day = parse_span(start)
    if day is None:
        raise RecordError("unreadable", f"The start of the therapy {start!r} is not a date. Write one such as {as_of}.")
    m = reviewer.monograph
    hits = Index(record, reviewer.matcher, as_of).hits("medication", m.drug.value_set)
    taken = [h.row for h in hits if h.match > 1 and h.standing == "current" and h.row.kind not in _GIVEN_KINDS]
    if not taken:
        row = _form({"medications": [{"name": m.drug.name, "start": start}]}).tables["medication"][0]
        rows = (*record.tables.get("medication", ()), msgspec.structs.replace(row, source=STARTED))
        return msgspec.structs.replace(record, tables={**record.tables, "medication": rows})
    undated = {id(row) for row in taken if row.when is None or _within(day, row.when)}
    rows = tuple(
        msgspec.structs.replace(row, when=day) if id(row) in undated else row for row in record.tables["medication"]
    )
    return msgspec.structs.replace(record, tables={**record.tables, "medication": rows})


def _within(day: Span, when: Span) -> bool:
    return when.start != when.end and when.start <= day.start and day.end <= when.end
