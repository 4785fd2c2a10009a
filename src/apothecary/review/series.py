"""Every result of an observation over time: those that can be read, and those that may be one but cannot."""

import msgspec

from apothecary.knowledge import Observation
from apothecary.logic import Interval
from apothecary.logic.interval import round_digits
from apothecary.record import Row, Span
from apothecary.review.context import Context
from apothecary.review.index import shown
from apothecary.review.observed import as_recorded, results, value_of
from apothecary.review.result import Evidence
from apothecary.units import NotEvaluable, factor

_MAY_COUNT = ("current", "uncertain", "unreadable")


class Reading(msgspec.Struct, frozen=True, gc=False):
    """One result; without a number, why it has none."""

    when: Span | None
    number: Interval | None
    evidence: Evidence
    why: str = ""


def readings(ctx: Context, name: str) -> tuple[Reading, ...]:
    """The results as of the review, made of a total and a share too, in an order of their own; for the review kept."""
    key = ("readings", name)
    found: tuple[Reading, ...] | None = ctx.memo.get(key)
    if found is None:
        seen = ctx.monograph.observations[name]
        every = [*_own(ctx, seen), *_products(ctx, seen), *_opaque(ctx, seen)]
        found = ctx.memo[key] = tuple(sorted(every, key=_order))
    return found


def _order(one: Reading) -> tuple[int, int, str]:
    if one.when is None:
        return 0, 0, one.evidence.source
    return one.when.start.toordinal(), one.when.end.toordinal(), one.evidence.source


def _own(ctx: Context, seen: Observation) -> list[Reading]:
    return [_reading(ctx, seen, row) for row in results(ctx, seen.value_set)]


def _reading(ctx: Context, seen: Observation, row: Row) -> Reading:
    value, when = value_of(ctx, seen, row), ctx.index.when(row)
    day = when.text() if when else ""
    if isinstance(value, str):
        return Reading(when, None, Evidence(seen.name, as_recorded(row), "", day, row.source, "", value), value)
    unit = (row.answer.unit or "") if row.answer else ""
    note = "" if unit.split("\n")[0] == seen.unit else f"as recorded: {as_recorded(row)}"
    match = "code" if row.codes else "name"
    return Reading(when, value, Evidence(seen.name, value.text(), seen.unit or "", day, row.source, match, note))  # type: ignore[arg-type]  # one of two words


def _products(ctx: Context, seen: Observation) -> list[Reading]:
    """Counts from the totals and shares of one day; a day on which only one of them can be read leaves a doubt."""
    if seen.product_of is None:
        return []
    total, share = (ctx.monograph.observations[name] for name in seen.product_of)
    by = factor(total.unit, seen.unit or "")
    shares: dict[Span, list[Reading]] = {}
    for one in _own(ctx, share):
        if one.when is not None:
            shares.setdefault(one.when, []).append(one)
    totals: dict[Span, list[Reading]] = {}
    for one in _own(ctx, total):
        if one.when in shares:
            totals.setdefault(one.when, []).append(one)
    if isinstance(by, NotEvaluable):
        return []
    return [_product(seen, day, totals[day], shares[day], by) for day in totals]


def _product(seen: Observation, day: Span, totals: list[Reading], shares: list[Reading], by: float) -> Reading:
    sources = " + ".join(sorted({one.evidence.source for one in (*totals, *shares)}))
    parts = f"{totals[0].evidence.fact} x {shares[0].evidence.fact}"
    products = [
        (a.number.low * b.number.low / 100 * by, a.number.high * b.number.high / 100 * by)
        for a in totals
        for b in shares
        if a.number is not None and b.number is not None
    ]
    if not products:
        why = next(one.why for one in sorted((*totals, *shares), key=_order) if one.why)
        return Reading(day, None, Evidence(seen.name, "", "", day.text(), sources, "derived", why), why)
    low, high = min(low for low, _ in products), max(high for _, high in products)
    number = Interval(round_digits(low), round_digits(high))
    shown_as = Evidence(seen.name, number.text(), seen.unit or "", day.text(), sources, "derived", parts)
    return Reading(day, number, shown_as)


def _opaque(ctx: Context, seen: Observation) -> list[Reading]:
    """Results that do not say what they are, so that each may be one of these."""
    found = []
    for hit in ctx.index.opaque.get("observation", ()):
        row = hit.row
        if hit.standing in _MAY_COUNT and ctx.index.may_belong(row, seen.value_set or ""):
            when = ctx.index.when(row)
            why = f"{row.source} does not say what it is, so it may be this."
            day = when.text() if when else ""
            found.append(Reading(when, None, Evidence(seen.name, shown(row), "", day, row.source, "", why), why))
    return found
