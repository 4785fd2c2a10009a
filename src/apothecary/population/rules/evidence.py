"""Key values: what an answer that applies or is open rests on, in words, for the patients whose findings are written.

Rows that count in a question of the rule, the latest results, numbers made of others, age, sex, the start of the
therapy, and what is ordered. Days and numbers get their words from the review's own functions, as small tables of those
that occur, since engines write both in ways of their own.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import ibis
import pyarrow as pa

from apothecary.knowledge import Monograph
from apothecary.population.findings import APPLIES, UNKNOWN, answer_code, rule_column
from apothecary.population.rules.engine import Engine
from apothecary.population.rules.evidence_facts import COLUMNS, Topic, asking, facts, name_of
from apothecary.population.rules.evidence_words import words_of
from apothecary.population.rules.people import people
from apothecary.population.rules.scope import Scope, Tables, span

_NUMBER: Final = ("style", "low", "high", "low_open", "high_open")
_DAYS: Final = ("start", "end")


def evidence(scope: Scope, wide: ibis.Table) -> ibis.Table:
    """For each patient of `wide` and answer that applies or is open its `values`; `answer` as of `answer_code`.

    The facts of these patients alone are looked at again, by the queries of the review itself.
    """
    m, keep = scope.monograph, _Apart(scope.engine).keep
    who = keep("who", wide.select(_key=wide.patient))
    some = Tables(*(keep(name, table.semi_join(who, table.patient == who._key)) for name, table in _named(scope)))
    mine = Scope(_Apart(scope.engine), some, m, scope.asked, scope.as_of, scope.phase)
    topics = {topic: number for number, topic in enumerate(asking(m))}
    told = keep("told", ibis.union(*(_whole(one) for one in facts(mine, people(mine), topics))))
    lines = keep("lines", _lines(mine, told, topics))
    answers = keep("answers", _answers(wide, m))
    listed = lines.inner_join(_asked(mine, topics), "topic").select("patient", "answer", "line")
    found = listed.inner_join(answers, ["patient", "answer"])
    found = found.group_by("patient", "answer").aggregate(values=found.line.collect())
    values: Any = found["values"]
    kept = keep("values", found.mutate(values=values.unique().sort()))  # engines keep no order
    _Apart(scope.engine).forget("who", *Tables._fields, "told", "lines", "answers")
    return kept


class _Apart:
    """An engine whose tables have names of their own, so that those of the review stay as they are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.name, self.statements = engine.name, engine.statements
        self.parquet, self.batches = engine.parquet, engine.batches

    def take(self, name: str, table: pa.Table) -> ibis.Table:
        """As the engine does."""
        return self._engine.take(f"evidence_{name}", table)

    def keep(self, name: str, query: ibis.Table) -> ibis.Table:
        """As the engine does."""
        return self._engine.keep(f"evidence_{name}", query)

    def step(self, name: str, query: ibis.Table) -> ibis.Table:
        """As the engine does."""
        return self._engine.step(f"evidence_{name}", query)

    def forget(self, *names: str) -> None:
        """As the engine does."""
        self._engine.forget(*(f"evidence_{name}" for name in names))


def _named(scope: Scope) -> Iterator[tuple[str, ibis.Table]]:
    return zip(Tables._fields, scope.tables, strict=True)


def _whole(one: ibis.Table) -> ibis.Table:
    """A table of facts with all columns, in one order."""
    more = {name: ibis.null(kind) for name, kind in COLUMNS.items() if name not in one.columns}
    one = one.mutate(**more)
    return one.select(**{name: one[name].cast(kind) for name, kind in COLUMNS.items()})


def _answers(wide: ibis.Table, m: Monograph) -> ibis.Table:
    """The answers of every patient that apply or are open."""
    cells = [
        ibis.cases(
            *((wide[rule_column(rule)] == status, answer_code(place, status)) for status in (APPLIES, UNKNOWN)),
            else_=-1,
        ).cast("int64")
        for place, rule in enumerate(m.rules)
    ]
    return wide.select("patient", answer=ibis.array(cells).filter(lambda one: one >= 0).unnest())


def _asked(scope: Scope, topics: dict[Topic, int]) -> ibis.Table:
    """Which answers rest on which topic."""
    rules = {rule: place for place, rule in enumerate(scope.monograph.rules)}
    pairs = [
        (topics[topic], answer_code(rules[rule], status))
        for topic, some in asking(scope.monograph).items()
        for rule in some
        for status in (APPLIES, UNKNOWN)
    ]
    schema = pa.schema([("topic", pa.int32()), ("answer", pa.int64())])
    return scope.take("asked", {"topic": [one for one, _ in pairs], "answer": [one for _, one in pairs]}, schema)


# --- words ----------------------------------------------------------------------------------------------------------


def _lines(scope: Scope, told: ibis.Table, topics: dict[Topic, int]) -> ibis.Table:
    """The facts as `name: value (day, source)`."""
    named: dict[str, list[Any]] = {
        "topic": list(topics.values()),
        "name": [name_of(scope.monograph, topic) for topic in topics],
    }
    names = scope.take("names", named, pa.schema([("topic", pa.int32()), ("name", pa.string())]))
    numbers = _said(scope, "numbers", told, _NUMBER, words_of(scope.monograph))
    days = _said(scope, "days", told, _DAYS, _day)
    t = told.inner_join(names, "topic")
    t = t.left_join(numbers, [t[name] == numbers[f"_{name}"] for name in _NUMBER])
    t = t.left_join(days, [t[name] == days[f"_{name}"] for name in _DAYS])
    value = ibis.coalesce(t.numbers, t.text, "")
    source = ibis.coalesce(t.source, "")
    dated = t.days.notnull()
    place = ibis.cases(
        (dated & (source != ""), " (" + t.days + ", " + source + ")"),
        (dated, " (" + t.days + ")"),
        (source != "", " (" + source + ")"),
        else_="",
    )
    return t.select("patient", "topic", line=ibis.ifelse(value == "", t.name, t.name + ": " + value) + place).distinct()


def _said(scope: Scope, name: str, told: ibis.Table, columns: tuple[str, ...], say: Callable[..., str]) -> ibis.Table:
    """The words for every combination of the columns that occurs, in the column `name`."""
    seen = told.select(*columns).filter([told[one].notnull() for one in columns]).distinct()
    batches = [batch for batch in scope.engine.batches(seen) if batch.num_rows]
    schema = told.select(*columns).schema().to_pyarrow()
    found = pa.Table.from_batches([batch.cast(schema) for batch in batches], schema)
    said = pa.array([say(*row) for row in _rows(found)], pa.string())
    renamed = found.rename_columns([f"_{one}" for one in columns])
    return scope.engine.take(f"words_{name}", renamed.append_column(name, said))


def _rows(found: pa.Table) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in found.columns), strict=True)


def _day(start: int, end: int) -> str:
    when = span(start, end)
    return when.text() if when is not None else ""
