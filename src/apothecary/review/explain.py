"""Why one rule says what it says of one record, and the smallest changes of input that would change the answer."""

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import msgspec

from apothecary import logic
from apothecary.logic import Truth
from apothecary.record import Problem
from apothecary.review.context import Context
from apothecary.review.describe import describe
from apothecary.review.evaluate import evaluate
from apothecary.review.index import shown
from apothecary.review.result import Evidence, Need

_MOST_CHANGED = 2


class Step(msgspec.Struct, frozen=True):
    """One condition of the tree with its answer, the facts it saw and what it lacks."""

    text: str
    truth: Truth
    because: tuple[Evidence, ...]
    needs: tuple[Need, ...]
    children: tuple["Step", ...]


class Change(msgspec.Struct, frozen=True):
    """A smallest set of facts that would change the answer, each as (what is asked, the answer it would need)."""

    to: Truth
    facts: tuple[tuple[str, Truth], ...]


class Explanation(msgspec.Struct, frozen=True):
    """The whole reasoning of one rule on one record; `problems`: what is to be said of the knowledge used."""

    rule: str
    status: Truth
    phase: str
    asked: bool
    tree: Step
    changes: tuple[Change, ...]
    ignored: tuple[Evidence, ...]
    statements: tuple[str, ...]
    interpretation: str | None
    problems: tuple[Problem, ...] = ()


def explain(rule_id: str, ctx: Context) -> Explanation:
    """The evaluation tree, the smallest changes, and the rows left out; KeyError for an unknown rule."""
    rule = ctx.monograph.rules[rule_id]
    tree = _step(rule.when, ctx)
    return Explanation(
        rule_id,
        tree.truth,
        ctx.phase,
        ctx.phase in rule.phases,
        tree,
        tuple(_changes(rule.when, ctx)),
        tuple(_ignored(rule.when, ctx)),
        rule.statements,
        rule.interpretation,
        ctx.problems,
    )


def _children(node: logic.Condition, ctx: Context) -> tuple[logic.Condition, ...]:
    """A documented use is itself a condition, so its tree is shown below it."""
    if isinstance(node, logic.Indication) and node.equals != ctx.indication:
        return (ctx.monograph.indications[node.equals].when,)
    return logic.children(node)


def _step(node: logic.Condition, ctx: Context) -> Step:
    outcome = evaluate(node, ctx)
    below = tuple(_step(child, ctx) for child in _children(node, ctx))
    facts = ((), ()) if below else (outcome.because, outcome.needs)
    return Step(describe(node, ctx.monograph), outcome.truth, *facts, below)


def _changes(root: logic.Condition, ctx: Context) -> Iterator[Change]:
    """Tries every one, then every two leaves with other answers; only the smallest sets for each answer are given."""
    leaves = list(dict.fromkeys(_leaves(root, ctx)))
    now = _truth(root, ctx, {})
    for target in Truth:
        if target is now or target is Truth.UNKNOWN:
            continue
        found: list[dict[logic.Condition, Truth]] = []
        for size in range(1, _MOST_CHANGED + 1):
            for chosen in combinations(leaves, size):
                for answers in product((Truth.APPLIES, Truth.CLEAR), repeat=size):
                    change = dict(zip(chosen, answers, strict=True))
                    if all(evaluate(leaf, ctx).truth is not answer for leaf, answer in change.items()) and (
                        _truth(root, ctx, change) is target
                    ):
                        found.append(change)
            if found:
                break
        for change in found:
            facts = tuple((describe(leaf, ctx.monograph), answer) for leaf, answer in change.items())
            yield Change(target, facts)


def _leaves(node: logic.Condition, ctx: Context) -> Iterator[logic.Condition]:
    below = _children(node, ctx)
    if not below and not isinstance(node, logic.Phase):
        yield node
    for child in below:
        yield from _leaves(child, ctx)


def _truth(node: logic.Condition, ctx: Context, changed: dict[logic.Condition, Truth]) -> Truth:
    below = _children(node, ctx)
    if not below:
        return changed.get(node) or evaluate(node, ctx).truth
    truths = [_truth(child, ctx, changed) for child in below]
    if isinstance(node, logic.All):
        return logic.all_of(truths)
    if isinstance(node, logic.AnyOf):
        return logic.any_of(truths)
    return logic.negate(truths[0]) if isinstance(node, logic.Not) else truths[0]


def _ignored(root: logic.Condition, ctx: Context) -> Iterator[Evidence]:
    """Rows that match what is asked but are no facts: mistaken, refuted, stopped, or stored drafts."""
    seen: set[tuple[str, str]] = set()
    for node in _leaves(root, ctx):
        set_id: Any = getattr(node, "set", None)
        if set_id is None:
            continue
        for section in ctx.index.record.tables:
            for hit in ctx.index.hits(section, set_id):
                if hit.standing in ("void", "history", "planned") and (set_id, hit.row.source) not in seen:
                    if hit.row.source in {e.source for e in evaluate(node, ctx).because}:
                        continue
                    seen.add((set_id, hit.row.source))
                    when = ctx.index.when(hit.row)
                    name = ctx.monograph.value_sets[set_id].name
                    yield Evidence(
                        name, shown(hit.row), "", when.text() if when else "", hit.row.source, "", hit.row.status
                    )
