"""Conditions on tests that answer with a word or a code: positive, negative, pregnant."""

import msgspec

from apothecary import logic
from apothecary.knowledge import Observation
from apothecary.logic import compare_interval
from apothecary.logic.interval import Op
from apothecary.record import Row, Span
from apothecary.review.context import Context
from apothecary.review.observed import as_recorded, dated, may_be_latest, results, unit_factor, value_of
from apothecary.review.outcome import F, Outcome, T, U
from apothecary.review.result import Evidence, Need
from apothecary.units import NotEvaluable


class Test(msgspec.Struct, frozen=True, gc=False):
    """One result of a test: its answer (None when it gives none), its date, how to show it.

    `doubtful`: what it says is not known, so it may say anything; a bare number beside an answer says nothing.
    """

    answer: str | None
    doubtful: bool
    when: Span | None
    evidence: Evidence


def result(node: logic.HasResult, ctx: Context) -> Outcome:
    """Whether the latest result of a test is the answer asked for, or with `ever` whether any was."""
    seen = ctx.monograph.observations[node.of]
    rows = results(ctx, seen.value_set)
    if not rows:
        return Outcome(U, (), (ctx.absent("observation", seen.name, seen.how),))
    if node.ever:
        before = tuple(test.evidence for test in _tests(ctx, node.of, rows) if test.answer == node.answer)
        if before:
            return Outcome(T, before)
        doubtful = [test for test in _tests(ctx, node.of, rows) if test.doubtful]
        if doubtful:
            return _no_answer(ctx, node.of, doubtful)
    latest = _tests(ctx, node.of, may_be_latest(ctx, rows))
    evidence = tuple(test.evidence for test in latest)
    answers = {test.answer for test in latest if test.answer is not None}
    if not answers or any(test.doubtful for test in latest):
        return _no_answer(ctx, node.of, latest)
    if len(answers) > 1:
        return Outcome(U, evidence, (Need(seen.name, "conflicting", f"The latest results differ. {seen.how}"),))
    outside = [test.when for test in latest if ctx.in_window(test.when, node.within) is not T]
    if outside:
        return Outcome(U, evidence, (Need(seen.name, "stale", f"{dated(outside[0])} {seen.how}"),))
    return Outcome(T if answers == {node.answer} else F, evidence)


def _no_answer(ctx: Context, name: str, tests: list[Test]) -> Outcome:
    seen = ctx.monograph.observations[name]
    shown = next((test for test in tests if test.doubtful), tests[0]).evidence.value
    need = Need(seen.name, "unreadable", f"The result “{shown}” gives no answer. {seen.how}")
    return Outcome(U, tuple(test.evidence for test in tests), (need,))


def missing(node: logic.Missing, ctx: Context) -> Outcome:
    """Whether no answer is recorded in the window; one that cannot be read or dated leaves it open."""
    seen = ctx.monograph.observations[node.of]
    tests = sorted(_tests(ctx, node.of, results(ctx, seen.value_set)), key=_newest_first)
    states = [(ctx.in_window(test.when, node.within), test) for test in tests]
    used = next((test for state, test in states if state is T and test.answer is not None), None)
    if used is not None:
        return Outcome(F, (used.evidence,))
    doubtful = [test for state, test in states if state is not F]
    if doubtful:
        how = f"The result “{doubtful[0].evidence.value}” gives no dated answer. {seen.how}"
        return Outcome(U, tuple(test.evidence for test in doubtful), (Need(seen.name, "unreadable", how),))
    need = ctx.absent("observation", seen.name, seen.how)
    if need.why != "missing":
        return Outcome(U, (), (need,))
    return Outcome(T, tuple(test.evidence for test in tests[:1]))


def _newest_first(test: Test) -> tuple[int, int, str]:
    """Undated ones first; of one day in the order of their sources, so that the order of the record plays no part."""
    if test.when is None:
        return (-(10**9), 0, test.evidence.source)
    return (-test.when.end.toordinal(), -test.when.start.toordinal(), test.evidence.source)


def _tests(ctx: Context, name: str, rows: list[Row]) -> list[Test]:
    return [as_test(ctx, name, row) for row in rows]


def as_test(ctx: Context, name: str, row: Row) -> Test:
    """What one row says as a test; only its answer and its standing as recorded decide."""
    seen = ctx.monograph.observations[name]
    hits = ctx.index.answer_hits(row) if row.standing == "current" else {}
    answers = {answer for answer, rule in seen.answers.items() if rule.value_set in hits}
    number = row.standing == "current" and row.answer is not None and row.answer.number is not None
    if not answers and number:
        answers = _by_number(ctx, name, row)
    when = ctx.index.when(row)
    shown = as_recorded(row) or row.status
    evidence = Evidence(seen.name, shown, "", when.text() if when else "", row.source, "code" if row.codes else "name")
    doubtful = len(answers) != 1 and not (number and _says_nothing(ctx, seen, row))
    return Test(next(iter(answers)) if len(answers) == 1 else None, doubtful, when, evidence)


def _says_nothing(ctx: Context, seen: Observation, row: Row) -> bool:
    """Whether a number is none that the test is judged by, as an antigen response beside its interpretation."""
    if seen.unit is None or row.answer is None:
        return True
    by = unit_factor(ctx, seen, row.answer.unit)
    return isinstance(by, NotEvaluable) and by.reason == "wrong-dimension"


def _by_number(ctx: Context, name: str, row: Row) -> set[str]:
    """The answers whose limit a number reaches, as with the diameter of a skin test."""
    seen = ctx.monograph.observations[name]
    value = value_of(ctx, seen, row)
    if isinstance(value, str):
        return set()
    found = set()
    for answer, rule in seen.answers.items():
        limits: tuple[tuple[Op, str | None], ...] = (("at_least", rule.at_least), ("below", rule.below))
        for op, limit in limits:
            if limit and compare_interval(value, op, ctx.number_in(limit, seen.unit or "")) is T:
                found.add(answer)
    return found
