"""Questions about the orders of the drug: one score a step of an order, the highest wins.

What a step says was read when the facts were made; here it meets the day of the review and the body weight.
"""

from collections.abc import Sequence
from typing import Any, Final

import ibis
import pyarrow as pa

from apothecary import logic
from apothecary.logic import Interval, Truth, compare_interval
from apothecary.population.facts.asked import Question
from apothecary.population.facts.orders import worked
from apothecary.population.facts.schema import (
    APPLIES,
    DRAFT,
    NUMBER,
    ORDER,
    PER_WEIGHT,
    SECTION,
    SINGLY,
    STANDING,
    STATEMENT,
    TIMES_WEIGHT,
    UNKNOWN,
    UNREADABLE,
)
from apothecary.population.rules.kleene import (
    SECTION_UNREADABLE,
    SURE,
    WHY,
    Expr,
    code_of,
    compare,
    round_digits,
    truth,
)
from apothecary.population.rules.numbers import Number
from apothecary.population.rules.people import supplied
from apothecary.population.rules.questions import OrderLeaf
from apothecary.population.rules.scope import Scope, interval, joined

_COUNT: Final = (ORDER, STATEMENT, DRAFT)


def question_of(leaf: OrderLeaf) -> Question:
    """The question about a step that a condition asks."""
    if isinstance(leaf, logic.Compare):
        return Question("number", leaf.quantity)
    return Question("route", route=leaf) if isinstance(leaf, logic.OrderedRoute) else Question("unread", part=leaf.part)


def scores(
    scope: Scope, people: ibis.Table, told: ibis.Table, leaves: Sequence[OrderLeaf], weight: Number | None
) -> list[ibis.Table]:
    """By patient with orders the score of every question as `order_0`, `order_1`, …; and who may have more of them.

    `weight`: the body weight in the table `told`.
    """
    steps = steps_of(scope, people, told, weight)
    names = [f"order_{n}" for n in range(len(leaves))]
    found = steps.group_by("patient").aggregate(
        **{name: score(scope, steps, leaf).max().cast("int8") for name, leaf in zip(names, leaves, strict=True)},
        drafts=(steps.kind == DRAFT).cast("int8").max(),
    )
    singly = _singly(scope, steps, leaves)
    if singly.num_rows:
        found = joined(found, scope.engine.take("worked_out", singly).rename({f"_{name}": name for name in names}))
        both = {n: ibis.greatest(found[n].fill_null(0), found[f"_{n}"].fill_null(0)).cast("int8") for n in names}
        found = found.mutate(**both).drop(*(f"_{name}" for name in names))
    return [scope.engine.keep("orders", found), scope.engine.keep("maybe_orders", _maybe(scope))]


def answer(sheet: ibis.Table, place: int) -> tuple[Expr, Expr]:
    """The truth of a question about orders and the code of what it needs."""
    score = ibis.greatest(sheet[f"order_{place}"].fill_null(0), _lacking(sheet))
    return truth(score == SURE, score > 0), ibis.ifelse(score == SURE, 0, score).cast("int8")


def steps_of(scope: Scope, people: ibis.Table, told: ibis.Table, weight: Number | None) -> ibis.Table:
    """The steps of the orders under review, their numbers weighed; `weight` as of `scores`."""
    who = people.select(_key=people.patient)
    if weight is not None:
        who = told.select(
            _key=told.patient, w_known=weight.known, w_low=weight.low, w_high=weight.high, w_why=code_of(weight.whys)
        )
    steps = _under_review(scope, who)
    return scope.engine.keep("steps", steps) if weight is None else _weighed(scope, steps)


def _under_review(scope: Scope, people: ibis.Table) -> ibis.Table:
    """The steps that count: drafts alone where there are any, no statement without a dose beside a dosed order."""
    steps = scope.known_by(scope.tables.step)
    steps = steps.mutate(now=scope.standing(steps))
    steps = steps.filter(steps.kind.isin(_COUNT) & ~steps.now.isin([STANDING["void"], STANDING["history"]]))
    draft = steps.kind == DRAFT
    seen = steps.group_by("patient").aggregate(
        _draft=draft.cast("int8").max(),
        _dosed=(steps.dosed & (steps.now == STANDING["current"])).cast("int8").max(),
    )
    seen = seen.mutate(_who=seen.patient).drop("patient")
    steps = steps.inner_join(seen, steps.patient == seen._who).drop("_who")
    steps = steps.filter((steps._draft == 0) | (steps.kind == DRAFT))
    idle = (steps._draft == 0) & (steps._dosed == 1) & ~steps.dosed & (steps.kind == STATEMENT)
    steps = steps.filter(~idle)
    return steps.inner_join(people, steps.patient == people._key).drop("_key")


def score(scope: Scope, steps: ibis.Table, leaf: OrderLeaf) -> Expr:
    """The score of one step for one question; 0 for the steps of other questions."""
    asked = steps.question == scope.asked.questions.index(question_of(leaf))
    doubt = _doubt(steps)
    applies = ibis.ifelse(doubt > 0, doubt, SURE)
    unread = WHY["unreadable"]
    told = ibis.cases((steps.state == APPLIES, applies), (steps.state == UNKNOWN, unread), else_=0)
    if isinstance(leaf, logic.Compare):
        number = _against(scope, steps, leaf)
        straddles = WHY["unconfirmed"]
        by_number = ibis.cases((number.fill_null(False), applies), ((~number).fill_null(False), 0), else_=straddles)
        if "weighs" in steps.columns:
            by_number = ibis.ifelse(steps.weighs & ~steps.w_known, steps.w_why, by_number)
        told = ibis.cases((steps.state == NUMBER, by_number), (steps.state == SINGLY, 0), else_=told)
    return ibis.ifelse(asked, told, 0)


def _doubt(steps: ibis.Table) -> Expr:
    """Why a step may not hold, as a code: it is unconfirmed, or its code may mean another drug."""
    uncertain = steps.now == STANDING["uncertain"]
    return ibis.cases((uncertain, WHY["unconfirmed"]), (steps.coarse, WHY["coarse-code"]), else_=0)


def _weighed(scope: Scope, steps: ibis.Table) -> ibis.Table:
    """The steps with their numbers weighed, then times the doses of a day, each product rounded.

    Every rounding stands in a column of its own, since one inside another would make the query grow as a power.
    """
    keep = scope.engine.keep
    per, by = steps.weigh == PER_WEIGHT, steps.weigh == TIMES_WEIGHT
    w_low, w_high = (ibis.ifelse(end > 0, end, ibis.null("float64")) for end in (steps.w_low, steps.w_high))
    steps = keep(
        "steps_of_weight",
        steps.mutate(
            weighs=per | by,
            low=ibis.cases((per, steps.low / w_high), (by, steps.low * w_low), else_=steps.low),
            high=ibis.cases((per, steps.high / w_low), (by, steps.high * w_high), else_=steps.high),
        ),
    )
    for place, times in enumerate((("times_low", "times_high"), (None, None))):
        ends = {}
        for name, factor in zip(("low", "high"), times, strict=True):
            rounded = round_digits(steps[name])
            ends[name] = ibis.ifelse(steps.weighs, rounded * steps[factor] if factor else rounded, steps[name])
        steps = keep(f"steps_rounded_{place}", steps.mutate(**ends))
    return steps.mutate(low=ibis.ifelse(steps.weighs & steps.as_needed.fill_null(False), 0.0, steps.low))


def _against(scope: Scope, steps: ibis.Table, leaf: logic.Compare) -> Expr:
    """A number of a step against a value."""
    op, name = leaf.relation
    limit = scope.ctx.number_in(name, scope.monograph.observations[leaf.quantity].unit or "")
    return compare(steps.low, steps.high, steps.low_open, steps.high_open, op, limit)


def _singly(scope: Scope, steps: ibis.Table, leaves: Sequence[OrderLeaf]) -> pa.Table:
    """The scores of steps that take the order's own arithmetic, worked out one by one by the review's functions."""
    wanted = steps.filter(steps.state == SINGLY)
    wanted = wanted.mutate(doubt=_doubt(wanted))
    asking: dict[int, list[tuple[int, OrderLeaf]]] = {}
    for n, leaf in enumerate(leaves):
        asking.setdefault(scope.asked.questions.index(question_of(leaf)), []).append((n, leaf))
    known: dict[tuple[Any, ...], Interval | None] = {}
    scores: dict[int, dict[int, int]] = {}
    for batch in scope.engine.batches(wanted):
        for step in batch.to_pylist():
            weight = interval(step["w_low"], step["w_high"]) if step.get("w_known") else None
            key = (step["order"], step["question"], step["step"], step["standing"], weight)
            if key not in known:
                known[key] = worked(scope.asked, scope.monograph, step, weight, scope.ctx.constants)
            for n, leaf in asking.get(step["question"], ()):
                own = scores.setdefault(step["patient"], {})
                own[n] = max(own.get(n, 0), _single(scope, leaf, known[key], step["doubt"]))
    columns = {"patient": pa.array(list(scores), pa.int64())}
    for n in range(len(leaves)):
        columns[f"order_{n}"] = pa.array([own.get(n, 0) for own in scores.values()], pa.int8())
    return pa.table(columns)


def _single(scope: Scope, leaf: OrderLeaf, found: Interval | None, doubt: int) -> int:
    """The score of one number, None where it is open; whether a part is unread is open or clear."""
    if found is None:
        return WHY["unreadable"]
    if not isinstance(leaf, logic.Compare):
        return 0
    op, name = leaf.relation
    limit = scope.ctx.number_in(name, scope.monograph.observations[leaf.quantity].unit or "")
    told = compare_interval(found, op, limit)
    if told is Truth.UNKNOWN:
        return WHY["unconfirmed"]
    return (doubt or SURE) if told is Truth.APPLIES else 0


def _maybe(scope: Scope) -> ibis.Table:
    """For each patient whether a medication that does not say what it is may be an order of the drug."""
    rows = scope.known_by(scope.tables.row)
    rows = rows.mutate(now=scope.standing(rows))
    counts = rows.kind.isin(_COUNT) & ~rows.now.isin([STANDING["void"], STANDING["history"]])
    may_be = scope.member(rows, "medication", scope.monograph.drug.value_set, "coarse")
    rows = rows.filter((rows.section == SECTION["medication"]) & rows.opaque & counts & may_be)
    return rows.group_by("patient").aggregate(maybe=rows.count(), maybe_draft=(rows.kind == DRAFT).cast("int32").sum())


def _lacking(sheet: ibis.Table) -> Expr:
    """`orders.Orders.needs` as a code: an order that cannot be read, or a list that is not whole."""
    some, drafts = (sheet.maybe > 0).fill_null(False), (sheet.drafts == 1).fill_null(False)
    hidden = (sheet.maybe_draft > 0).fill_null(False)
    return ibis.cases(
        (drafts, ibis.ifelse(hidden, WHY["unreadable"], 0)),
        (some, WHY["unreadable"]),
        (sheet.state_medication == UNREADABLE, SECTION_UNREADABLE),
        (~supplied(sheet, "medication"), WHY["not-supplied"]),
        else_=0,
    )
