"""Conditions on results: a number against a threshold, sources that disagree, the answer of a test, a missing one."""

from typing import Any, Literal

import msgspec

from apothecary import logic
from apothecary.logic import compare_interval
from apothecary.logic.interval import Op
from apothecary.review import quantities as q
from apothecary.review.context import Context
from apothecary.review.outcome import F, Outcome, T, U
from apothecary.review.result import Evidence, Need


def compare(node: logic.Compare, ctx: Context) -> Outcome:
    """A number against a named value; open when there is none or it lies on both sides."""
    seen = ctx.monograph.observations[node.quantity]
    op, name = node.relation
    limit = ctx.months(name) if seen.formula == "age" else ctx.number_in(name, seen.unit or "")
    if seen.formula == "creatinine-clearance":
        return _compare_clearance(node, ctx, op, limit)
    number = q.resolve(ctx, node.quantity, node.within)
    if isinstance(number, q.Open):
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
    known = [number for number in q.clearances(ctx, node.quantity) if isinstance(number, q.Known)]
    checks = [number for _, number in q.cross_checks(ctx, node.quantity)]
    evidence = tuple(dict.fromkeys(e for number in (*known, *checks) for e in number.evidence))
    if not known:
        found = q.resolve(ctx, node.quantity)
        needs = found.needs if isinstance(found, q.Open) else ()
        return Outcome(U, tuple(dict.fromkeys((*evidence, *found.evidence))), needs)
    truths = [compare_interval(number.number, op, limit) for number in (*known, *checks)]
    if len(set(truths)) > 1 or truths[0] is U:
        how = f"The sources stand on both sides of {limit:g} {seen.unit}: decide which one holds, or measure it."
        return Outcome(U, evidence, (Need(seen.name, "conflicting", how),))
    return Outcome(truths[0], evidence)


def disagree(node: logic.SourcesDisagree, ctx: Context) -> Outcome:
    """Unknown where a source exists that cannot be used; clear where the usable ones agree."""
    seen = ctx.monograph.observations[node.quantity]
    limit = ctx.number_in(node.at, seen.unit or "")
    numbers = (*q.clearances(ctx, node.quantity), *(number for _, number in q.cross_checks(ctx, node.quantity)))
    known = [number for number in numbers if isinstance(number, q.Known)]
    sides = {compare_interval(number.number, "below", limit) for number in known}
    evidence = tuple(dict.fromkeys(e for number in known for e in number.evidence))
    if {T, F} <= sides:
        return Outcome(T, evidence)
    half_open = [n for n in numbers if isinstance(n, q.Open) and (n.evidence or not known)]
    unsupplied = ctx.index.section("observation").state != "supplied"
    if U in sides or unsupplied or any(n.evidence for n in half_open):
        needs = tuple(dict.fromkeys(need for n in half_open for need in n.needs))
        return Outcome(U, evidence, needs or (ctx.absent("observation", seen.name, seen.how),))
    return Outcome(F, evidence)


def result(node: logic.HasResult, ctx: Context) -> Outcome:
    """Whether the latest result of a test is the answer asked for."""
    seen = ctx.monograph.observations[node.of]
    tests = _tests(ctx, node.of)
    if not tests:
        return Outcome(U, (), (ctx.absent("observation", seen.name, seen.how),))
    latest = tests[0]
    same_day = [test for test in tests if test.when == latest.when]
    evidence = tuple(test.evidence for test in same_day)
    answers = {test.answer for test in same_day}
    if answers == {None}:
        how = f"The result “{latest.evidence.value}” gives no answer. {seen.how}"
        return Outcome(U, evidence, (Need(seen.name, "unreadable", how),))
    if len(answers) > 1:
        return Outcome(U, evidence, (Need(seen.name, "conflicting", f"Results of one day differ. {seen.how}"),))
    if ctx.in_window(latest.when, node.within) is not T:
        dated = f"The last result is of {latest.when.text()}." if latest.when else "The result has no date."
        return Outcome(U, evidence, (Need(seen.name, "stale", f"{dated} {seen.how}"),))
    return Outcome(T if answers == {node.answer} else F, evidence)


def missing(node: logic.Missing, ctx: Context) -> Outcome:
    """Whether no usable result is recorded; one that cannot be read leaves it open."""
    seen = ctx.monograph.observations[node.of]
    if not seen.answers:
        number = q.resolve(ctx, node.of, node.within)
        if isinstance(number, q.Known):
            return Outcome(F, number.evidence)
        whys = {need.why for need in number.needs}
        if whys <= {"missing"} or (whys <= {"missing", "stale"} and _dated_out(ctx, node, number)):
            return Outcome(T, number.evidence)
        return Outcome(U, number.evidence, number.needs)
    tests = _tests(ctx, node.of)
    states = [(ctx.in_window(test.when, node.within), test) for test in tests]
    used = next((test for state, test in states if state is T and test.answer is not None), None)
    if used is not None:
        return Outcome(F, (used.evidence,))
    doubtful = [test for state, test in states if state is not F]
    if doubtful:
        how = f"The result “{doubtful[0].evidence.value}” gives no dated answer. {seen.how}"
        return Outcome(U, tuple(test.evidence for test in doubtful), (Need(seen.name, "unreadable", how),))
    if ctx.index.section("observation").state != "supplied":
        return Outcome(U, (), (ctx.absent("observation", seen.name, seen.how),))
    return Outcome(T, tuple(test.evidence for test in tests[:1]))


def _dated_out(ctx: Context, node: logic.Missing, number: q.Open) -> bool:
    """Whether the last result is surely older than the window, not merely undated."""
    set_id = ctx.monograph.observations[node.of].value_set or ""
    rows = [hit.row for hit in ctx.index.hits("observation", set_id) if hit.standing == "current"]
    window = node.within or ctx.monograph.observations[node.of].expires
    return all(ctx.in_window(ctx.index.when(row), window) is F for row in rows)


class Test(msgspec.Struct, frozen=True, gc=False):
    """One result of a test: its answer (None when it gives none), its date, how to show it."""

    answer: str | None
    when: Any
    evidence: Evidence


def _tests(ctx: Context, name: str) -> list[Test]:
    """The results of a test, newest first; undated ones first, since they may be the newest."""
    key = ("tests", name)
    found: list[Test] | None = ctx.memo.get(key)
    if found is None:
        seen = ctx.monograph.observations[name]
        rows = [
            hit.row
            for hit in ctx.index.hits("observation", seen.value_set or "")
            if hit.standing in ("current", "uncertain", "unreadable") and not (hit.row.answer and hit.row.answer.absent)
        ]
        found = [_test(ctx, name, row) for row in rows]
        found.sort(key=lambda t: t.when.end.toordinal() if t.when else 10**9, reverse=True)
        ctx.memo[key] = found
    return found


def _test(ctx: Context, name: str, row: Any) -> Test:
    seen = ctx.monograph.observations[name]
    hits = ctx.index.answer_hits(row) if row.standing == "current" else {}
    answers = {answer for answer, rule in seen.answers.items() if rule.value_set in hits}
    if not answers and row.standing == "current" and row.answer and row.answer.number is not None:
        value = q.value_of(ctx, seen, row)
        if not isinstance(value, str):
            for answer, rule in seen.answers.items():
                for op, limit in (("at_least", rule.at_least), ("below", rule.below)):
                    if limit and compare_interval(value, op, ctx.number_in(limit, seen.unit or "")) is T:  # type: ignore[arg-type]
                        answers.add(answer)
    when = ctx.index.when(row)
    text = q.as_recorded(row) or row.status
    evidence = Evidence(seen.name, text, "", when.text() if when else "", row.source, "code" if row.codes else "name")
    return Test(next(iter(answers)) if len(answers) == 1 else None, when, evidence)
