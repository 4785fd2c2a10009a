"""Conditions on numbers: one against a threshold, sources that disagree, a missing one."""

from typing import Literal

from apothecary import logic
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.logic import compare_interval
from apothecary.logic.interval import Op
from apothecary.review import answers, orders_asked
from apothecary.review import quantities as q
from apothecary.review.context import Context
from apothecary.review.observed import Known, Open, results
from apothecary.review.outcome import F, Outcome, T, U
from apothecary.review.result import Need


def compare(node: logic.Compare, ctx: Context) -> Outcome:
    """A number against a named value; open when there is none or it lies on both sides."""
    seen = ctx.monograph.observations[node.quantity]
    op, name = node.relation
    limit = ctx.months(name) if seen.formula == "age" else ctx.number_in(name, seen.unit or "")
    if seen.formula == "creatinine-clearance":
        return _compare_clearance(node, ctx, op, limit)
    if seen.formula in ORDERED_UNITS:
        return orders_asked.compare(node, ctx, op, limit)
    number = q.resolve(ctx, node.quantity, node.within)
    if isinstance(number, Open):
        return Outcome(U, number.evidence, number.needs)
    truth = compare_interval(number.number, op, limit)
    if truth is not U:
        return Outcome(truth, number.evidence)
    why: Literal["conflicting", "missing"] = "conflicting" if len(number.evidence) > 1 else "missing"
    how = f"{number.number.text()} {seen.unit} lies on both sides of {limit:g} {seen.unit}. {seen.how}"
    return Outcome(U, number.evidence, (Need(seen.name, why, how),))


def _compare_clearance(node: logic.Compare, ctx: Context, op: Op, limit: float) -> Outcome:
    """Sources that stand on both sides leave the question open; an indexed estimate can contradict, never answer."""
    seen = ctx.monograph.observations[node.quantity]
    found = q.sources(ctx, node.quantity, node.within)
    if not found.known:
        number = q.resolve(ctx, node.quantity, node.within)
        needs = number.needs if isinstance(number, Open) else ()
        return Outcome(U, tuple(dict.fromkeys((*found.evidence, *number.evidence))), needs)
    truths = {compare_interval(number.number, op, limit) for number in (*found.known, *found.checks)}
    if len(truths) > 1 or U in truths:
        how = f"The sources stand on both sides of {limit:g} {seen.unit}: decide which one holds, or measure it."
        return Outcome(U, found.evidence, (Need(seen.name, "conflicting", how),))
    hidden = [number for number in found.open if number.may_conflict]
    if hidden:
        return Outcome(U, found.evidence, tuple(dict.fromkeys(need for number in hidden for need in number.needs)))
    return Outcome(truths.pop(), found.evidence)


def disagree(node: logic.SourcesDisagree, ctx: Context) -> Outcome:
    """Unknown where a source exists that cannot be used; clear where the usable ones agree."""
    seen = ctx.monograph.observations[node.quantity]
    limit = ctx.number_in(node.at, seen.unit or "")
    found = q.sources(ctx, node.quantity)
    sides = {compare_interval(number.number, "below", limit) for number in (*found.known, *found.checks)}
    if {T, F} <= sides:
        return Outcome(T, found.evidence)
    half_open = [number for number in found.open if number.evidence or not sides]
    unsupplied = ctx.index.section("observation").state != "supplied"
    if U in sides or unsupplied or any(number.evidence for number in half_open):
        needs = tuple(dict.fromkeys(need for number in half_open for need in number.needs))
        return Outcome(U, found.evidence, needs or (ctx.absent("observation", seen.name, seen.how),))
    return Outcome(F, found.evidence)


def missing(node: logic.Missing, ctx: Context) -> Outcome:
    """Whether no usable number is recorded; one that cannot be read or dated leaves it open."""
    if ctx.monograph.observations[node.of].answers:
        return answers.missing(node, ctx)
    number = q.resolve(ctx, node.of, node.within)
    if isinstance(number, Known):
        return Outcome(F, number.evidence)
    whys = {need.why for need in number.needs}
    if whys <= {"missing"} or (whys <= {"missing", "stale"} and _dated_out(ctx, node)):
        return Outcome(T, number.evidence)
    return Outcome(U, number.evidence, number.needs)


def _dated_out(ctx: Context, node: logic.Missing) -> bool:
    """Whether every result is surely older than the window, not merely undated."""
    seen = ctx.monograph.observations[node.of]
    window = node.within or seen.expires
    return all(ctx.in_window(ctx.index.when(row), window) is F for row in results(ctx, seen.value_set))
