"""Findings of one patient that say opposite things: both places in the text are shown, and neither is chosen."""

from apothecary.knowledge.schema import LabeledException
from apothecary.logic import Truth
from apothecary.record import Problem
from apothecary.review.context import Context
from apothecary.review.result import Finding


def opposite_advice(findings: tuple[Finding, ...], ctx: Context) -> list[Problem]:
    """Findings that apply and differ on one decision; a labeled exception speaks for its rule."""
    said = [advice for f in findings if f.status is Truth.APPLIES for advice in _advice(f, ctx)]
    found = []
    for i, (where, decision, says) in enumerate(said):
        for other_where, other_decision, other_says in said[i + 1 :]:
            if decision == other_decision and says != other_says:
                message = f"On {decision} one rule says {says}, the other says {other_says}: decide which one holds."
                found.append(Problem("opposite-advice", f"{where}; {other_where}", message))
    return found


def _advice(finding: Finding, ctx: Context) -> list[tuple[str, str, str]]:
    """What a finding says on which decision: (rule with its statements, decision, what it says)."""
    rule = ctx.monograph.rules[finding.id]
    if rule.advice is None:
        return []
    if finding.exception is None:
        return [(f"{rule.id} ({', '.join(rule.statements)})", rule.advice.decision, rule.advice.says)]
    holding: tuple[LabeledException, ...] = ctx.memo["holding", rule.id]
    return [
        (f"{rule.id} ({', '.join(exception.statements)})", rule.advice.decision, exception.says)
        for exception in holding
        if exception.says
    ]
