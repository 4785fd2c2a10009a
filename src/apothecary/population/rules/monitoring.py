"""Whether an examination of a monitoring plan is overdue.

The calendar of every possible day of the start comes from the review's own functions, as a small table; so does the
start of a course, worked out from the few rows of the drug. The results of all patients meet it in the query.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import ibis
import pyarrow as pa

from apothecary.knowledge.schema import MonitoringPlan
from apothecary.population.facts.rows import day_number
from apothecary.population.facts.schema import KIND, SECTION, STANDING
from apothecary.population.rules.kleene import WHY, Expr, truth
from apothecary.population.rules.numbers import of, results
from apothecary.population.rules.people import supplied
from apothecary.population.rules.scope import Scope, column, day_of, span
from apothecary.review.course import Taking, starts_of
from apothecary.review.monitored import BEFORE, laid_out
from apothecary.units import add_duration

DONE, UPCOMING, DUE, OVERDUE, OPEN = range(5)
_KINDS: Final = {number: name for name, number in KIND.items()}
_STANDINGS: Final = {number: name for name, number in STANDING.items()}
_DAY: Final = pa.int32()
_TAKING: Final = ("kind", "now", "dated", "start", "end", "until_start", "until_end")


def keep_overdue(scope: Scope, people: ibis.Table, plan: MonitoringPlan) -> ibis.Table:
    """What a plan comes to for those whose start is known: `<plan>__overdue` and `<plan>__open`, 1 or 0."""
    days = _start_days(scope, people, plan)
    starts = scope.engine.take(column("starts", plan.id), days)
    if plan.observation is None:
        nothing = ibis.literal(0, "int8")
        known = starts.select("patient").distinct().mutate(overdue=nothing, open=nothing)
    else:
        known = _judged(scope, people, plan, starts, _calendar(scope, plan, days.column("day").unique().to_pylist()))
    named = known.rename({column(plan.id, "overdue"): "overdue", column(plan.id, "open"): "open"})
    return scope.engine.keep(column("overdue", plan.id), named)


def columns(plans: Sequence[str]) -> list[str]:
    """The columns of what the plans come to."""
    return [column(plan, name) for plan in plans for name in ("overdue", "open")]


def overdue(sheet: ibis.Table, plan: MonitoringPlan, use: Expr) -> tuple[Expr, Expr]:
    """`monitored.overdue`: `use` says whether the only use that the plan is for is documented."""
    late, open_ = sheet[column(plan.id, "overdue")], sheet[column(plan.id, "open")]
    none = late.isnull()  # the start is not known
    asked = sheet.on & use.fill_null(True)
    yes = asked & use.fill_null(False) & (late == 1).fill_null(False)
    maybe = asked & (use.isnull() | none | (open_ == 1).fill_null(False))
    return truth(yes, maybe), ibis.ifelse(yes | ~maybe, 0, WHY["missing"]).cast("int8")


# --- the start ------------------------------------------------------------------------------------------------------


def _start_days(scope: Scope, people: ibis.Table, plan: MonitoringPlan) -> pa.Table:
    """Every day on which the current course of a patient may have begun."""
    asked = people.filter(people.start_first.notnull() & ~people.present_only_medication)
    asked = asked.select(_key=asked.patient, start_first=asked.start_first, start_last=asked.start_last)
    rows = scope.known_by(scope.tables.row)
    rows = rows.filter(rows.section == SECTION["medication"])
    rows = rows.mutate(now=scope.standing(rows))
    rows = rows.filter(scope.member(rows, "medication", scope.monograph.drug.value_set, "sure"))
    rows = rows.inner_join(asked, rows.patient == asked._key)
    query = rows.select("patient", *_TAKING, "start_first", "start_last").order_by("patient")
    patients: list[int] = []
    days: list[int] = []
    gap = scope.ctx.duration(plan.gap)
    for patient, taken in groupby(_rows(scope.engine.batches(query)), itemgetter(0)):
        listed = list(taken)
        found = starts_of(scope.ctx, [_taking(*row[1:-2]) for row in listed], span(*listed[0][-2:]), gap)
        begun = {day for one in found.starts for day in range(day_number(one.start), day_number(one.end) + 1)}
        patients += [patient] * len(begun)
        days += sorted(begun)
    return pa.table({"patient": pa.array(patients, pa.int64()), "day": pa.array(days, _DAY)})


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _taking(
    kind: int, now: int, dated: bool, start: int | None, end: int | None, last: int | None, latest: int | None
) -> Taking:
    when = span(start, end) if dated else None
    return Taking(_KINDS.get(kind, ""), _STANDINGS[now], when, span(last, latest), "")


# --- the calendar ---------------------------------------------------------------------------------------------------


def _calendar(scope: Scope, plan: MonitoringPlan, days: list[int]) -> ibis.Table:
    """The occurrences of the plan for every day of a start: their place, their days, and which labels there are."""
    columns: dict[str, list[Any]] = {
        name: [] for name in ("began", "n", "before", "first", "last", "earliest", "latest", "labels", "over")
    }
    labels: dict[tuple[str, ...], int] = {}
    for number in days:
        start = day_of(number)
        listed = laid_out(scope.ctx, plan, start)
        key = labels.setdefault(tuple(label for label, _ in listed), len(labels))
        for n, (label, one) in enumerate(listed):
            ends = (one.first, one.last, one.earliest, one.latest)
            row = (number, n, label == BEFORE, *map(day_number, ends), key, _over(scope, plan, start))
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    types = {name: pa.bool_() if name in ("before", "over") else _DAY for name in columns}
    return scope.take(column("calendar", plan.id), columns, pa.schema(list(types.items())))


def _over(scope: Scope, plan: MonitoringPlan, start: date) -> bool:
    """Whether a period of watching that the plan also has is over: then nothing before it can be made up for."""
    return plan.watch is not None and add_duration(start, scope.ctx.duration(plan.watch)) < scope.as_of


def _judged(
    scope: Scope, people: ibis.Table, plan: MonitoringPlan, starts: ibis.Table, calendar: ibis.Table
) -> ibis.Table:
    """For each patient whether one is overdue that cannot be made up for by a later one, and whether one is open."""
    complete = supplied(people, "observation") & ~people.present_only_observation
    state = people.select(_key=people.patient, complete=complete)
    due = starts.inner_join(calendar, starts.day == calendar.began).drop("began")
    due = due.inner_join(state, due.patient == state._key).drop("_key")
    met = _met(scope, due, _readings(scope, plan))
    due = due.left_join(met, (due.patient == met._who) & (due.day == met._day) & (due.n == met._n))
    status = ibis.cases(
        ((due.sure == 1).fill_null(False), DONE),
        (due.sure.notnull(), OPEN),
        (due.earliest > scope.day, UPCOMING),
        (due.latest >= scope.day, DUE),
        (due.complete, OVERDUE),
        else_=OPEN,
    ).cast("int8")
    due = due.select("patient", "n", "before", "labels", "over", status=status)
    every = due.group_by("patient", "n").aggregate(
        low=due.status.min(),
        high=due.status.max(),
        before=due.before.cast("int8").max(),
        one=due.labels.min(),
        other=due.labels.max(),
        over=due.over.cast("int8").min(),
    )
    every = every.mutate(status=ibis.ifelse(every.low == every.high, every.low, OPEN))
    whole = every.group_by("patient").aggregate(
        done=ibis.ifelse(every.status == DONE, every.n, 0).max(), several=every.other.max() - every.one.min(),
        past=every.over.min(),
    )  # fmt: skip
    whole = whole.mutate(_who=whole.patient).drop("patient")
    every = every.inner_join(whole, every.patient == whole._who).drop("_who")
    one_way, after = every.several == 0, every.before == 0
    late = one_way & after & (every.status == OVERDUE) & (every.n > every.done) & (every.past == 0)
    return every.group_by("patient").aggregate(
        overdue=late.cast("int8").max(), open=(~one_way | (after & (every.status == OPEN))).cast("int8").max()
    )


def _met(scope: Scope, due: ibis.Table, readings: ibis.Table) -> ibis.Table:
    """The occurrences to which a result belongs, surely (`sure` is 1) or possibly."""
    undated = readings.begin.isnull()
    within = (readings.begin <= due["last"]) & (readings.until >= due["first"])
    belongs = ibis.ifelse(undated, due["first"] <= scope.day, within)
    pairs = due.inner_join(readings, [due.patient == readings.whose, belongs])
    inside = (pairs.begin >= pairs["first"]) & (pairs.until <= pairs["last"])
    sure = (pairs.usable & inside).fill_null(False)
    return pairs.group_by(_who=pairs.patient, _day=pairs.day, _n=pairs.n).aggregate(sure=sure.cast("int8").max())


# --- the results ----------------------------------------------------------------------------------------------------


def _readings(scope: Scope, plan: MonitoringPlan) -> ibis.Table:
    """Every result of the plan's observation: `whose`, its days not after the day of the review, whether it is usable.

    Made of a total and a share of one day too; one that does not say what it is may be one.
    """
    name = plan.observation or ""
    place = scope.asked.observations.index(name)
    own = of(scope, name)
    opaque = results(scope)
    opaque = opaque.filter(opaque.opaque & (opaque.observation == place))
    found = [_reading(own, own.low.notnull()), _reading(opaque, ibis.literal(False))]
    product_of = scope.monograph.observations[name].product_of
    if product_of is not None:
        found.append(_products(scope, *product_of))
    every = ibis.union(*found)
    clipped = ibis.ifelse(
        every.until > scope.day, ibis.greatest(every.begin, ibis.literal(scope.day, "int32")), every.until
    )
    return every.mutate(until=clipped.cast("int32"))


def _reading(rows: ibis.Table, usable: Expr) -> ibis.Table:
    return rows.select(whose=rows.patient, begin=rows.start, until=rows.end, usable=usable)


def _products(scope: Scope, total: str, share: str) -> ibis.Table:
    """A reading for each day with a total and a share, usable where one of each can be read."""
    sides = []
    for name in (total, share):
        rows = of(scope, name)
        rows = rows.filter(rows.start.notnull())
        sides.append(rows.group_by("patient", "start", "end").aggregate(usable=rows.low.notnull().cast("int8").max()))
    one, other = sides
    other = other.rename(_patient="patient", _start="start", _end="end", _usable="usable")
    pairs = one.inner_join(
        other, (one.patient == other._patient) & (one.start == other._start) & (one.end == other._end)
    )
    return _reading(pairs, (pairs.usable == 1) & (pairs._usable == 1))
