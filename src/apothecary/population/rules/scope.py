"""What one set of queries works with: facts, knowledge, the day; and the sheet with one row a patient."""

from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

import ibis
import pyarrow as pa

from apothecary.knowledge import Matcher, Monograph
from apothecary.knowledge.schema import PhaseName
from apothecary.logic import Interval
from apothecary.population.facts.asked import Asked
from apothecary.population.facts.orders import empty_context
from apothecary.population.facts.rows import day_number
from apothecary.population.facts.schema import BITS, STANDING
from apothecary.population.rules.engine import Engine
from apothecary.population.rules.kleene import Expr
from apothecary.record import Span
from apothecary.record.facts import SectionName

EPOCH: Final = date(1970, 1, 1)


def day_of(number: int) -> date:
    """The day of a number of the facts."""
    return EPOCH + timedelta(days=number)


def column(*parts: str) -> str:
    """The name of a column about something, in letters that every engine takes."""
    return "__".join(part.replace("-", "_") for part in parts)


class Tables(NamedTuple):
    """The tables of facts on an engine."""

    row: ibis.Table
    result: ibis.Table
    step: ibis.Table
    patient: ibis.Table


class Scope:
    """Facts, knowledge and the day of the review; `ctx` holds no patient and gives what the knowledge says that day."""

    def __init__(
        self, engine: Engine, tables: Tables, monograph: Monograph, asked: Asked, as_of: date, phase: PhaseName | None
    ) -> None:
        self.engine = engine
        self.tables = tables
        self.monograph = monograph
        self.asked = asked
        self.as_of = as_of
        self.day = day_number(as_of)
        self.phase = phase
        self.ctx = empty_context(monograph, Matcher({}, ()), day=as_of)

    def first_day(self, within: str) -> int:
        """The first day of a window that ends with the review."""
        return day_number(self.ctx.first_day(within))

    def known_by(self, table: ibis.Table) -> ibis.Table:
        """The rows that stand on the day of the review."""
        return table.filter(table.from_day.isnull() | (table.from_day <= self.day))

    def standing(self, table: ibis.Table) -> Expr:
        """`record.standing_on` of rows that stand: an end before or after the day overrules the status."""
        now = table.standing
        ended = (table.until_end < self.day) & now.isin([STANDING["current"], STANDING["uncertain"]])
        lasts = (table.until_start > self.day) & (now == STANDING["history"])
        return ibis.cases(
            (ended.fill_null(False), STANDING["history"]), (lasts.fill_null(False), STANDING["current"]), else_=now
        ).cast("int8")

    def member(self, table: ibis.Table, section: SectionName, set_id: str, how: str) -> Expr:
        """Whether a row of a section belongs to a value set: `sure` or `coarse`; the rows are those of the section."""
        number = self.asked.bits[section].get(set_id)
        if number is None:
            return ibis.literal(False)
        word, place = divmod(number, BITS)
        return (table[f"{how}_{word}"] & (1 << place)) != 0

    def window(self, table: Any, within: str | None) -> tuple[Expr, Expr]:
        """Whether a date is surely in a window, and whether that is open, as two booleans that are never null."""
        if within is None:
            return ibis.literal(True), ibis.literal(False)
        first = self.first_day(within)
        sure = (table.start >= first).fill_null(False)
        out = (table.end < first).fill_null(False)
        return sure, ~sure & ~out

    def take(self, name: str, columns: dict[str, list[Any]], schema: pa.Schema) -> ibis.Table:
        """A small table of ours on the engine."""
        return self.engine.take(name, pa.table(columns, schema=schema))


@lru_cache(maxsize=65536)
def span(start: int | None, end: int | None) -> Span | None:
    """The days of a date of the facts."""
    return None if start is None or end is None else Span(day_of(start), day_of(end))


def interval(low: float | None, high: float | None) -> Interval | None:
    """A number of the facts."""
    return None if low is None or high is None else Interval(low, high)


def joined(sheet: ibis.Table, *more: ibis.Table) -> ibis.Table:
    """The sheet with the columns of tables that have at most one row a patient; null where they have none."""
    keys = [f"_key_{number}" for number in range(len(more))]
    for key, table in zip(keys, more, strict=True):
        right = table.rename({key: "patient"})
        sheet = sheet.left_join(right, sheet.patient == right[key])
    return sheet.drop(*keys)
