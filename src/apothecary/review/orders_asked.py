"""Questions about orders: a number of one against a value, its route, and whether it can be read at all."""

import math
from collections.abc import Callable

from apothecary import logic
from apothecary.knowledge import Match, Observation
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.logic import Interval, compare_interval
from apothecary.logic.interval import Op, round_digits
from apothecary.review.context import Context
from apothecary.review.observed import Known, Number, Open
from apothecary.review.orders import DOSE, ROUTE, Instruction, Order, body_weight, orders, times_
from apothecary.review.orders_amounts import Converted
from apothecary.review.outcome import NONE, F, Outcome, T, U, joined
from apothecary.review.result import Evidence, Need
from apothecary.units import NotEvaluable, factor


class _Open(Exception):
    """A number that is not known, with what would settle it."""

    def __init__(self, *needs: Need, evidence: tuple[Evidence, ...] = ()) -> None:
        super().__init__()
        self.needs = needs
        self.evidence = evidence


def surely_none(ctx: Context) -> bool:
    """Whether the medication list is whole and holds nothing of the drug."""
    return ctx.index.surely_none("medication", ctx.monograph.drug.value_set)


def compare(node: logic.Compare, ctx: Context, op: Op, limit: float) -> Outcome:
    """Applies when it does for one order under review; a range on both sides, or a part not read, leaves it open."""
    if surely_none(ctx):
        return NONE
    seen = ctx.monograph.observations[node.quantity]
    outcomes = [_against(order, number, seen, op, limit) for order, number in each_number(ctx, node.quantity)]
    return _any_of(outcomes, orders(ctx).needs)


def _any_of(outcomes: list[Outcome], needs: tuple[Need, ...]) -> Outcome:
    outcomes = [*outcomes, Outcome(U, (), needs)] if needs else outcomes
    truth = logic.any_of(outcome.truth for outcome in outcomes)
    if truth is F:
        return joined(F, outcomes)
    return joined(truth, (outcome for outcome in outcomes if outcome.truth is truth))


def _against(order: Order, number: Number, seen: Observation, op: Op, limit: float) -> Outcome:
    if isinstance(number, Open):
        return Outcome(U, number.evidence, number.needs)
    truth = compare_interval(number.number, op, limit)
    if truth is T and order.doubt is not None:
        return Outcome(U, number.evidence, (order.doubt,))
    if truth is not U:
        return Outcome(truth, number.evidence)
    how = f"{order.row.source} allows {number.number.text()} {seen.unit}, on both sides of {limit:g}. {seen.how}"
    return Outcome(U, number.evidence, (Need(seen.name, "unconfirmed", how),))


def ordered(ctx: Context, name: str) -> Number:
    """A number of all orders under review together, for whoever asks whether there is one; Open where there is none."""
    seen = ctx.monograph.observations[name]
    found, numbers = orders(ctx), [number for _, number in each_number(ctx, name)]
    known = [number for number in numbers if isinstance(number, Known)]
    needs = [*found.needs, *(need for number in numbers if isinstance(number, Open) for need in number.needs)]
    evidence = tuple(dict.fromkeys(e for number in numbers for e in number.evidence))
    if needs or not known:
        return Open(tuple(dict.fromkeys(needs)) or (Need(seen.name, "missing", seen.how),), evidence)
    return Known(Interval(min(n.number.low for n in known), max(n.number.high for n in known)), evidence, None)


# --- numbers of one order -------------------------------------------------------------------------------------------


def each_number(ctx: Context, name: str) -> list[tuple[Order, Number]]:
    """One number for each step of each order, or of a single dose for each instruction; remembered for the review."""
    found: list[tuple[Order, Number]] | None = ctx.memo.get(("ordered", name))
    if found is None:
        seen = ctx.monograph.observations[name]
        found = ctx.memo["ordered", name] = []
        for order in orders(ctx).orders:
            each = seen.formula == "ordered-dose"
            steps = [(one,) for step in order.steps for one in step] if each else order.steps
            found += [(order, _number(ctx, order, seen, seen.formula or "", step)) for step in steps]
    return found


def _number(ctx: Context, order: Order, seen: Observation, formula: str, step: tuple[Instruction, ...]) -> Number:
    day = order.row.when.text() if order.row.when else ""
    words = "; ".join(one.dose.words for one in step if one.dose.words)
    try:
        number, used = _FORMULAS[formula](ctx, step)
    except _Open as open_:
        shown = Evidence(DOSE, words, "", day, order.row.source, "", order.row.status)
        return Open(open_.needs, (shown, *open_.evidence))
    by = factor(ORDERED_UNITS[formula], seen.unit)
    number = number if isinstance(by, NotEvaluable) else number.map(by)
    told = " (read from the text)" if any(one.dose.from_text for one in step) else ""
    notes = [f"ordered: {words}{told}", *dict.fromkeys(c.note for one in step for c in one.amounts if c.note)]
    if formula == "ordered-interval" and len(step) == 1 and step[0].times and step[0].times.between_h:
        low, high = step[0].times.between_h
        notes += [f"on average; {low:g} to {high:g} h between doses"] if low < high < math.inf else []
    text = "no second dose" if number.low == math.inf else number.text()
    unit = "" if number.low == math.inf else seen.unit or ""
    head = Evidence(seen.name, text, unit, day, order.row.source, "derived", "; ".join(notes))
    return Known(number, (head, *used), order.row.when)


Found = tuple[Interval, tuple[Evidence, ...]]


def _per_dose(ctx: Context, step: tuple[Instruction, ...]) -> Found:
    (one,) = step
    used: list[Evidence] = []
    if one.no_amount is not None or not one.amounts:
        raise _Open(*_lacking(one))
    numbers = [_capped(ctx, one, amount, False, used) for amount in one.amounts if not amount.daily]
    for amount in one.amounts:
        if amount.daily:
            by = _doses_of(one, least=False)
            whole = _weighed(ctx, amount.number, amount.by_weight, False, used)
            numbers.append(Interval(round_digits(whole.low / by.high), round_digits(whole.high / by.low)))
    return _hull(numbers), tuple(dict.fromkeys(used))


def _daily(by_weight: bool) -> Callable[[Context, tuple[Instruction, ...]], Found]:
    """The amount of a day, of all instructions of the step together, in mg or in mg/kg."""

    def amount(ctx: Context, step: tuple[Instruction, ...]) -> Found:
        used: list[Evidence] = []
        parts = [_day_of(ctx, one, by_weight, used) for one in step]
        low, high = (round_digits(sum(ends)) for ends in zip(*((p.low, p.high) for p in parts), strict=True))
        return Interval(low, high), tuple(dict.fromkeys(used))

    return amount


def _day_of(ctx: Context, one: Instruction, by_weight: bool, used: list[Evidence]) -> Interval:
    if one.no_amount is not None:
        raise _Open(one.no_amount)
    limits = [_weighed(ctx, most.number, most.by_weight, by_weight, used) for most in one.most_a_day if most.daily]
    if len(limits) < len(one.most_a_day):
        raise _Open(
            Need(DOSE, "unreadable", f"The largest amount of “{one.dose.words}” is of no period. Order it again.")
        )
    numbers = []
    for amount in one.amounts:
        if amount.daily:
            numbers.append(_weighed(ctx, amount.number, amount.by_weight, by_weight, used))
        elif limits and one.dose.as_needed and one.no_times is not None and one.no_times.why == "missing":
            numbers.append(limits[0])
        elif one.no_times is not None:
            raise _Open(one.no_times, *_weight_needs(ctx, amount.by_weight != by_weight))
        else:
            numbers.append(times_(_capped(ctx, one, amount, by_weight, used), _doses_of(one, least=True)))
    number = _hull(numbers or limits)
    for limit in limits:
        if limit.high < number.low * 0.999 and not one.dose.as_needed and not any(a.by_weight for a in one.amounts):
            how = f"“{one.dose.words}” comes to {number.text()} a day, but at most {limit.text()} are allowed: decide."
            raise _Open(Need(DOSE, "conflicting", how))
        number = Interval(min(number.low, limit.low), min(number.high, limit.high))
    return Interval(0, number.high) if one.dose.as_needed else number


def _capped(ctx: Context, one: Instruction, amount: Converted, by_weight: bool, used: list[Evidence]) -> Interval:
    """One dose, in mg or mg/kg, at most what one dose may be."""
    number = _weighed(ctx, amount.number, amount.by_weight, by_weight, used)
    for most in one.most_a_dose:
        limit = _weighed(ctx, most.number, most.by_weight, by_weight, used)
        if limit.high < number.low * 0.999 and not amount.by_weight:
            how = f"“{one.dose.words}” is {number.text()}, but at most {limit.text()} are allowed: decide which holds."
            raise _Open(Need(DOSE, "conflicting", how))
        number = Interval(min(number.low, limit.low), min(number.high, limit.high))
    return number


def _weighed(ctx: Context, number: Interval, is_by: bool, wanted: bool, used: list[Evidence]) -> Interval:
    """From mg/kg to mg or back, by the body weight; open without one."""
    if is_by == wanted:
        return number
    weight = body_weight(ctx)
    if isinstance(weight, Open):
        raise _Open(*weight.needs, evidence=weight.evidence)
    used += weight.evidence
    if is_by:
        return times_(number, weight.number)
    return Interval(round_digits(number.low / weight.number.high), round_digits(number.high / weight.number.low))


def _weight_needs(ctx: Context, asked: bool) -> tuple[Need, ...]:
    weight = body_weight(ctx)
    return weight.needs if asked and isinstance(weight, Open) else ()


def _doses_of(one: Instruction, least: bool) -> Interval:
    """Doses a day; taken as needed it may be none (`least`), up to what is said."""
    if one.times is None:
        raise _Open(*_lacking(one, amount=False))
    per_day = one.times.per_day
    return Interval(0, per_day.high) if least and one.dose.as_needed else per_day


def _doses(ctx: Context, step: tuple[Instruction, ...]) -> Found:
    parts = [_doses_of(one, least=True) for one in step]
    return Interval(round_digits(sum(p.low for p in parts)), round_digits(sum(p.high for p in parts))), ()


def _interval(ctx: Context, step: tuple[Instruction, ...]) -> Found:
    """Mean hours between two doses of the step."""
    if len(step) == 1 and step[0].times is not None:
        hours = step[0].times.interval_h
        return (Interval(hours.low, math.inf) if step[0].dose.as_needed else hours), ()
    (doses, used) = _doses(ctx, step)
    low = math.inf if doses.high == 0 else round_digits(24 / doses.high)
    return Interval(low, math.inf if doses.low == 0 else round_digits(24 / doses.low)), used


def _hull(numbers: list[Interval]) -> Interval:
    return Interval(min(n.low for n in numbers), max(n.high for n in numbers))


def _lacking(one: Instruction, amount: bool = True) -> tuple[Need, ...]:
    needs = (one.no_amount, one.no_times) if amount else (one.no_times,)
    return tuple(need for need in needs if need is not None)


_FORMULAS: dict[str, Callable[[Context, tuple[Instruction, ...]], Found]] = {
    "ordered-dose": _per_dose,
    "ordered-daily-dose": _daily(by_weight=False),
    "ordered-daily-dose-by-weight": _daily(by_weight=True),
    "ordered-doses-per-day": _doses,
    "ordered-interval": _interval,
}


# --- route and readability ------------------------------------------------------------------------------------------


def route(node: logic.OrderedRoute, ctx: Context) -> Outcome:
    """Whether an order gives a route of the set; none at all, or one that neither set knows, leaves it open."""
    if surely_none(ctx):
        return NONE
    found = orders(ctx)
    return _any_of([_route(node, ctx, order) for order in found.orders], found.needs)


def _route(node: logic.OrderedRoute, ctx: Context, order: Order) -> Outcome:
    given = [dose for dose in order.doses if dose.route_codes or dose.route_texts]
    day = order.row.when.text() if order.row.when else ""
    outcomes = []
    for dose in given:
        hits = ctx.index.matched("route", dose.route_codes, dose.route_texts)
        words = ", ".join(dict.fromkeys((*dose.route_texts, *(code for _, code in dose.route_codes)))) or "?"
        shown = Evidence(
            ROUTE, words, "", day, order.row.source, "code" if dose.route_codes else "name", order.row.status
        )
        other, allowed = hits.get(node.set, Match.PAST), hits.get(node.allowed, Match.PAST)
        if other > Match.COARSE and allowed == Match.PAST and order.doubt is None:
            outcomes.append(Outcome(T, (shown,)))
        elif allowed > Match.COARSE and other == Match.PAST:
            outcomes.append(Outcome(F, (shown,)))
        else:
            how = f"The route of {order.row.source}, “{words}”, does not say whether it is an allowed one: confirm it."
            outcomes.append(Outcome(U, (shown,), (order.doubt or Need(ROUTE, "unreadable", how),)))
    if not given:
        need = order.doubt if order.doubt is not None and order.doubt.fact == ROUTE else None
        how = f"{order.row.source} gives no route: add it to the order."
        outcomes.append(Outcome(U, (), (need or Need(ROUTE, "missing", how),)))
    return _any_of(outcomes, ())


def unread(node: logic.OrderUnread, ctx: Context) -> Outcome:
    """Open while the dose or the timing of an order cannot be read or is not given, clear otherwise; never applies."""
    if surely_none(ctx):
        return NONE
    found = orders(ctx)
    outcomes = []
    for order in found.orders:
        day = order.row.when.text() if order.row.when else ""
        for one in (instruction for step in order.steps for instruction in step):
            need = one.no_amount if node.part == "dose" else one.no_times
            words = one.dose.words + (" (read from the text)" if one.dose.from_text else "")
            shown = Evidence(DOSE, words, "", day, order.row.source, "", order.row.status)
            outcomes.append(Outcome(F if need is None else U, (shown,), () if need is None else (need,)))
    return _any_of(outcomes, found.needs)
