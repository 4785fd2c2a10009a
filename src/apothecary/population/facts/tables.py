"""Gathers the facts of records: row by row, in Python lists, until they are asked for as tables."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

import pyarrow as pa

from apothecary.knowledge import Match, Matcher, Monograph
from apothecary.knowledge.schema import Domain
from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import Asked
from apothecary.population.facts.orders import Steps, empty_context
from apothecary.population.facts.record import patient_row
from apothecary.population.facts.results import Results
from apothecary.population.facts.rows import Days, Masks, days_of, first_day, masks_of
from apothecary.record import Record, Row, Span
from apothecary.record.dates import moment_key
from apothecary.record.facts import SECTIONS, SectionName
from apothecary.review.index import shown

_LIMIT = 200_000  # kinds of rows remembered in a section
_NO_RESULT = frozenset(("void", "history", "planned"))
_ORDERS = frozenset((s.ORDER, s.STATEMENT, s.DRAFT))
_DOMAINS: dict[SectionName, Domain] = {name: name for name in SECTIONS if name != "patient"}
Key = tuple[tuple[tuple[str, str], ...], tuple[str, ...], tuple[str, ...]]


class _Found(NamedTuple):
    """What is asked of rows with the same codes and texts."""

    masks: tuple[Masks, ...] = ()
    drug: Match | None = None
    observations: tuple[int, ...] = ()
    maybe: tuple[int, ...] = ()  # observations that an opaque row may be


class Maker:
    """Turns rows into facts for one monograph; holds what was gathered until `clear`."""

    def __init__(
        self,
        monograph: Monograph,
        asked: Asked,
        ancestors: Mapping[tuple[str, str], frozenset[str]] | None = None,
    ) -> None:
        self._monograph = monograph
        self._asked = asked
        self._matcher = Matcher(monograph.value_sets, monograph.codes, ancestors)
        constants: dict[Any, Any] = {}
        self._results = Results(empty_context(monograph, self._matcher, constants), asked)
        self._steps = Steps(monograph, asked, self._matcher, constants)
        self._sets = [monograph.observations[name].value_set or "" for name in asked.observations]
        self._found: dict[SectionName, dict[Key, _Found | None]] = {name: {} for name in SECTIONS}
        self._schemas = s.schemas(asked.words)
        self._gathered: dict[str, list[tuple[Any, ...]]] = {name: [] for name in self._schemas}

    def add(self, patient: int, section: SectionName, row: Row, undated: Span | None = None) -> int:
        """Gathers what the monograph asks of a row; the first day on which the row stands, ALWAYS without a date.

        `undated`: the day that rows without a date are of, where a person typed what holds on the day.
        """
        first = first_day(row)
        known = self._found[section]
        key = (row.codes, row.texts, row.route)
        try:
            found = known[key]
        except KeyError:
            if len(known) >= _LIMIT:
                known.clear()
            found = known[key] = self._find(section, row)
        if found is not None:
            from_day = None if first == s.ALWAYS else first
            head = (patient, s.STANDING[row.standing], from_day)
            days = days_of(row.when or undated)
            if section == "observation":
                self._add_result(head, row, days, found)
            else:
                self._add_row(head, section, row, days, found)
        return first

    def add_record(self, patient: int, record: Record, export: str = "", day: date | None = None) -> None:
        """Gathers a record; `day`: the one that undated rows of a short form are of."""
        undated = Span(day, day) if day is not None and record.undated_is_current else None
        first: dict[SectionName, int] = {}
        for section, rows in record.tables.items():
            if rows:
                first[section] = min([self.add(patient, section, row, undated) for row in rows])
        self._gathered["patient"].append(
            patient_row(patient, record.patient, record.sections, first, export, self._monograph, self._matcher)
        )

    def tables(self) -> dict[str, pa.Table]:
        """What was gathered, by the name of its table."""
        return {name: _table(schema, self._gathered[name]) for name, schema in self._schemas.items()}

    def clear(self) -> None:
        """Forgets what was gathered, not what was learned."""
        for rows in self._gathered.values():
            rows.clear()

    def _find(self, section: SectionName, row: Row) -> _Found | None:
        hits, systems = self._matcher.match(_DOMAINS[section], row.codes, row.texts, row.route)
        if not hits and systems is None:
            return None
        if section != "observation":
            masks = masks_of(self._asked.bits[section], self._asked.words, self._matcher, hits, systems)
            drug = hits.get(self._monograph.drug.value_set) if section == "medication" else None
            return _Found(masks, drug)
        observations = tuple(number for number, id_ in enumerate(self._sets) if id_ in hits)
        maybe: tuple[int, ...] = ()
        if systems is not None:
            maybe = tuple(n for n, id_ in enumerate(self._sets) if not self._matcher.decides(id_, systems))
            maybe += () if self._matcher.decides("", systems) else (s.ANYTHING,)
        return _Found((), None, observations, maybe) if observations or maybe else None

    def _add_row(self, head: tuple[Any, ...], section: SectionName, row: Row, days: Days, found: _Found) -> None:
        kind = s.KIND.get(row.kind, s.OTHER)
        until, dated, text = days_of(row.until), row.when is not None, shown(row)
        patient, _, from_day = head
        rows = self._gathered["row"]
        for masks in found.masks:
            own, ends = head, until
            if masks.past and row.standing in ("current", "history"):  # so in words, whatever its status and end
                own, ends = (patient, s.STANDING["history"], from_day), (None, None)
            rows.append(
                (
                    *own, s.SECTION[section], kind, *days, *ends, dated, masks.opaque, *masks.words,
                    row.source, text,
                )
            )  # fmt: skip
        if found.drug is None or kind not in _ORDERS or row.standing == "void":
            return
        if row.standing == "history" and row.until is None:
            return  # it can no longer come to hold
        coarse, dosed = found.drug is Match.COARSE, bool(row.dosages)
        self._gathered["step"] += [
            (*head, kind, *until, coarse, dosed, *step[:-1], row.source, step.text) for step in self._steps.of(row)
        ]

    def _add_result(self, head: tuple[Any, ...], row: Row, days: Days, found: _Found) -> None:
        if row.standing in _NO_RESULT:
            return
        moment = moment_key(row.moment) if row.moment else None
        rows = self._gathered["result"]
        if found.observations and not (row.answer is not None and row.answer.absent):
            text, results = self._results.of(found.observations, row)
            for one in results:
                rows.append(
                    (
                        *head, one[0], *days, moment, *one[1:], False, row.source, text or row.status,
                    )
                )  # fmt: skip
        for observation in found.maybe:
            rows.append(
                (
                    *head, observation, *days, moment, None, None, None, None, None, False, True,
                    row.source, shown(row),
                )
            )  # fmt: skip


def _table(schema: pa.Schema, rows: list[tuple[Any, ...]]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    return pa.Table.from_arrays(
        [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)], schema=schema
    )
