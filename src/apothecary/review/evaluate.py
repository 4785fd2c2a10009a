"""The literal evaluator: one function a kind of condition, Kleene logic, evidence and needs carried along."""

from collections.abc import Callable
from typing import Any

from apothecary import logic
from apothecary.knowledge.schema import MonitoringPlan
from apothecary.review import answers, monitored, orders_asked, results, rows
from apothecary.review.context import Context
from apothecary.review.outcome import NONE, F, Outcome, T, U, joined
from apothecary.review.result import Evidence, Need

_SURE = Outcome(T)


def evaluate(node: logic.Condition, ctx: Context) -> Outcome:
    """The outcome of a condition for one patient; what takes more than a look-up is remembered for the review."""
    kind = type(node)
    if kind in _LOOKED_UP:
        return _BY_KIND[kind](node, ctx)
    found: Outcome | None = ctx.memo.get(id(node))
    if found is None:
        found = ctx.memo[id(node)] = _BY_KIND[kind](node, ctx)
        ctx.kept.append(node)  # so that no other condition gets its id during the review
    return found


def _all(node: logic.All, ctx: Context) -> Outcome:
    """The first clear part settles it; when it is open, the parts already settled are shown too."""
    outcomes = []
    open_ = []
    for child in node.of:
        outcome = evaluate(child, ctx)
        if outcome.truth is F:
            return outcome
        outcomes.append(outcome)
        if outcome.truth is U:
            open_.append(outcome)
    return _open(outcomes, open_) if open_ else joined(T, outcomes)


def _any(node: logic.AnyOf, ctx: Context) -> Outcome:
    """All parts that apply are shown, since each is a reason of its own."""
    seen: list[Outcome] = []
    applying: list[Outcome] = []
    open_: list[Outcome] = []
    for child in node.of:
        outcome = evaluate(child, ctx)
        if outcome is NONE:
            continue
        seen.append(outcome)
        if outcome.truth is T:
            applying.append(outcome)
        elif outcome.truth is U:
            open_.append(outcome)
    if applying:
        return applying[0] if len(applying) == 1 else joined(T, applying)
    if open_:
        return _open(seen, open_)
    return joined(F, seen) if seen else NONE


def _open(outcomes: list[Outcome], open_: list[Outcome]) -> Outcome:
    return Outcome(U, joined(U, outcomes).because, joined(U, open_).needs)


def _not(node: logic.Not, ctx: Context) -> Outcome:
    inner = evaluate(node.of, ctx)
    if inner is NONE:
        return _SURE
    return Outcome(logic.negate(inner.truth), inner.because, inner.needs)


def _started(node: logic.Started, ctx: Context) -> Outcome:
    if ctx.phase == "considering":
        return Outcome(F)
    truth = ctx.in_window(ctx.start, node.within)
    if truth is not U:
        return Outcome(truth, (Evidence("start of therapy", ctx.start.text() if ctx.start else ""),))
    return Outcome(U, (), (Need("start of therapy", "missing", "Supply the date on which the therapy started."),))


def _overdue(node: logic.Overdue, ctx: Context) -> Outcome:
    plan = ctx.monograph.monitoring[node.of]
    return monitored.overdue(plan, ctx, plan_use(plan, ctx))


def plan_use(plan: MonitoringPlan, ctx: Context) -> Outcome:
    """Whether the only use that a monitoring plan is for is documented; it applies where the plan is for every use."""
    return evaluate(logic.Indication(equals=plan.indication), ctx) if plan.indication is not None else _SURE


def _sex(node: logic.Sex, ctx: Context) -> Outcome:
    sex = ctx.index.record.patient.sex
    if sex is None:
        return Outcome(U, (), (ctx.absent("patient", "sex", "Record the sex (female or male)."),))
    return Outcome(T if sex == node.equals else F, (Evidence("sex", sex, "", "", "Patient"),))


def _phase(node: logic.Phase, ctx: Context) -> Outcome:
    return Outcome(T if ctx.phase == node.equals else F)


def _indication(node: logic.Indication, ctx: Context) -> Outcome:
    """A documented use, or the one the reviewer was asked about."""
    if node.equals == ctx.indication:
        return Outcome(T, (Evidence("indication", node.equals, note="as asked"),))
    return evaluate(ctx.monograph.indications[node.equals].when, ctx)


_BY_KIND: dict[type, Callable[[Any, Context], Outcome]] = {
    logic.All: _all,
    logic.AnyOf: _any,
    logic.Not: _not,
    logic.HasCondition: rows.condition,
    logic.Takes: rows.takes,
    logic.HasAllergy: rows.allergy,
    logic.HasVaccine: rows.vaccine,
    logic.HasProcedure: rows.procedure,
    logic.HasResult: answers.result,
    logic.Compare: results.compare,
    logic.Missing: results.missing,
    logic.SourcesDisagree: results.disagree,
    logic.OrderedRoute: orders_asked.route,
    logic.OrderUnread: orders_asked.unread,
    logic.Started: _started,
    logic.Overdue: _overdue,
    logic.Sex: _sex,
    logic.Phase: _phase,
    logic.Indication: _indication,
}
_LOOKED_UP = frozenset((logic.HasCondition, logic.HasAllergy, logic.HasProcedure, logic.Phase, logic.Sex))
