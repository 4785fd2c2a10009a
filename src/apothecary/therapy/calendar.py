"""The monitoring calendar of one patient."""

from datetime import date

import msgspec

from apothecary.knowledge.schema import MonitoringPlan
from apothecary.review.context import Context
from apothecary.review.evaluate import plan_use
from apothecary.review.monitored import entries
from apothecary.review.plan import Due, Point, Trend
from apothecary.review.series import readings


def calendar(ctx: Context) -> tuple[Due, ...]:
    """Every entry of the monitoring plans that concern this patient, in the order of their days; open ones first."""
    found: list[Due] = []
    for plan in ctx.monograph.monitoring.values():
        listed = entries(ctx, plan, plan_use(plan, ctx))
        if listed:
            found += [msgspec.structs.replace(listed[0], trend=trend(ctx, plan)), *listed[1:]]
    return tuple(sorted(found, key=lambda one: one.due or date.min))


def trend(ctx: Context, plan: MonitoringPlan) -> Trend | None:
    """The results of the observation over time; None where the plan has none or none is recorded."""
    if plan.observation is None:
        return None
    listed = readings(ctx, plan.observation)
    if not listed:
        return None
    points = [
        Point(one.when.start, one.number.low, one.evidence.source)
        for one in listed
        if one.when is not None and one.when.start == one.when.end and one.number is not None and one.number.exact
    ]
    seen = ctx.monograph.observations[plan.observation]
    unit = seen.unit or ""
    limit = ctx.number_in(plan.limit, unit) if plan.limit is not None else None
    return Trend(seen.name, unit, tuple(points), limit, len(listed) - len(points))
