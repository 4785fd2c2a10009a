"""The orders under review, each read as a dose: which rows they are, what of them is known, what is not."""

import msgspec

from apothecary.knowledge import Match
from apothecary.logic import Interval
from apothecary.logic.interval import round_digits
from apothecary.record import Row
from apothecary.record.dosage import Dose, read_dose
from apothecary.record.dosage_times import Times
from apothecary.review.context import Context
from apothecary.review.index import Hit
from apothecary.review.observed import Known, Number, Open, observed
from apothecary.review.orders_amounts import Converted, Strength, convert_amount, strength_of
from apothecary.review.result import Need

DOSE, TIMING, ROUTE = "ordered dose", "ordered timing", "ordered route"
_ORDERS = ("MedicationRequest", "MedicationStatement", "DraftOrder")
_CLOSE, _ROUNDED = 0.01, 0.1  # how far apart one dose may be written; by weight it is rounded to what can be drawn up


class Instruction(msgspec.Struct, frozen=True):
    """One dosage of an order: its amounts in mg, its times; `no_amount`, `no_times`: why there are none."""

    dose: Dose
    amounts: tuple[Converted, ...]
    most_a_day: tuple[Converted, ...]
    most_a_dose: tuple[Converted, ...]
    times: Times | None
    no_amount: Need | None
    no_times: Need | None


class Order(msgspec.Struct, frozen=True):
    """An order with its steps, each a group of instructions that hold together; `doubt`: why it may not count."""

    row: Row
    steps: tuple[tuple[Instruction, ...], ...]
    doses: tuple[Dose, ...]
    doubt: Need | None = None


class Orders(msgspec.Struct, frozen=True):
    """What is under review; `needs`: why there may be more."""

    orders: tuple[Order, ...]
    needs: tuple[Need, ...] = ()


def orders(ctx: Context) -> Orders:
    """The orders under review, remembered for the review.

    An order being written right now stands for all others; otherwise everything that is ordered, planned or taken.
    """
    found: Orders | None = ctx.memo.get("orders")
    if found is None:
        found = ctx.memo["orders"] = _orders(ctx)
    return found


def _orders(ctx: Context) -> Orders:
    drug = ctx.monograph.drug
    hits = [hit for hit in ctx.index.hits("medication", drug.value_set) if _counts(hit)]
    maybe = [hit for hit in ctx.index.opaque.get("medication", ()) if _counts(hit)]
    maybe = [hit for hit in maybe if ctx.index.may_belong(hit.row, drug.value_set)]
    needs: list[Need] = []
    if any(hit.row.kind == "DraftOrder" for hit in hits):
        hits = [hit for hit in hits if hit.row.kind == "DraftOrder"]
        maybe = [hit for hit in maybe if hit.row.kind == "DraftOrder"]
    elif ctx.index.section("medication").state != "supplied" and not maybe:
        needs.append(ctx.absent("medication", drug.name, ""))
    for hit in maybe:
        how = f"{hit.row.source} does not say what it is: supply its name or a known code."
        needs.append(Need(drug.name, "unreadable", how))
    if any(hit.row.dosages and hit.standing == "current" for hit in hits):
        # a statement without a dose says that the drug is taken; how, the dosed order says
        hits = [hit for hit in hits if hit.row.dosages or hit.row.kind != "MedicationStatement"]
    return Orders(tuple(read_order(ctx, hit) for hit in hits), tuple(dict.fromkeys(needs)))


def _counts(hit: Hit) -> bool:
    return hit.row.kind in _ORDERS and hit.match > Match.PAST and hit.standing not in ("void", "history")


def read_order(ctx: Context, hit: Hit) -> Order:
    """One row as an order; the body weight only decides whether amounts by weight and others agree."""
    row, doubt = hit.row, None
    if hit.standing == "unreadable":
        how = f"{row.source} cannot be read: correct it at its source."
        needs = Need(DOSE, "unreadable", how), Need(TIMING, "unreadable", how)
        return Order(row, ((Instruction(Dose(), (), (), (), None, *needs),),), (), Need(ROUTE, "unreadable", how))
    if hit.standing == "uncertain":
        doubt = Need(DOSE, "unconfirmed", f"{row.source} is {row.status}: confirm whether it holds.")
    elif hit.match is Match.COARSE:
        doubt = Need(DOSE, "coarse-code", f"{row.source} may or may not be {ctx.monograph.drug.name}: confirm which.")
    doses = tuple(read_dose(dosage, _names(ctx)) for dosage in row.dosages)
    own = [dose for dose in doses if not dose.idle]
    if not own:
        said = " and ".join(f"“{dose.text}”" for dose in doses if dose.text)
        why = f"{row.source} says {said}, which is no dose" if said else f"{row.source} gives no dose"
        no_amount = Need(DOSE, "missing", f"{why}: order the amount with its unit.")
        no_times = Need(TIMING, "missing", f"{row.source} does not say how often: order it.")
        return Order(row, ((Instruction(Dose(), (), (), (), None, no_amount, no_times),),), doses, doubt)
    strength, weighed = _strength(ctx), body_weight(ctx)
    weight = weighed.number if isinstance(weighed, Known) else None
    steps = tuple(tuple(_read(row, dose, strength, weight) for dose in step) for step in _steps(own))
    return Order(row, steps, doses, doubt)


def body_weight(ctx: Context) -> Number:
    """The body weight of the review; the loader has checked that it is observed where orders are asked about."""
    if "weight" not in ctx.monograph.observations:
        return Open(())
    key = ("number", "weight", None)  # where `quantities.resolve` remembers it
    found: Number | None = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = observed(ctx, "weight")
    return found


def _names(ctx: Context) -> frozenset[str]:
    drug = ctx.monograph.drug
    return frozenset(word.casefold() for name in (drug.name, *drug.brands) for word in name.split())


def _strength(ctx: Context) -> Strength | None:
    if "strength" not in ctx.constants:
        ctx.constants["strength"] = strength_of(ctx.monograph)
    found: Strength | None = ctx.constants["strength"]
    return found


def _steps(doses: list[Dose]) -> list[list[Dose]]:
    """Instructions that hold together: of one sequence number, or without any, unless their periods are apart."""
    if len(doses) == 1:
        return [doses]
    steps: list[list[Dose]] = []
    for dose in doses:
        step = next((s for s in steps if s[0].sequence == dose.sequence and not _apart(s[0], dose)), None)
        if step is None:
            steps.append([dose])
        else:
            step.append(dose)
    return steps


def _apart(one: Dose, other: Dose) -> bool:
    """Whether the period of one surely ends before that of the other begins."""
    return any(
        a.bounds[1] and b.bounds[0] and a.bounds[1].end < b.bounds[0].start for a, b in ((one, other), (other, one))
    )


def _read(row: Row, dose: Dose, strength: Strength | None, weight: Interval | None) -> Instruction:
    times, no_times = dose.times, None
    unread = [one for one in dose.unread if one.of == "timing"]
    if unread:
        times, no_times = None, _unread(row, TIMING, unread[0].name, unread[0].value)
    elif times is None:
        no_times = Need(TIMING, "missing", f"{row.source} does not say how often (“{dose.words}”): order it.")
    no_amount = next((_unread(row, DOSE, one.name, one.value) for one in dose.unread if one.of == "dose"), None)
    groups: list[tuple[Converted, ...]] = []
    for listed in (
        (*dose.amounts, *dose.rates) if not dose.amounts else dose.amounts,
        dose.most_a_period,
        dose.most_a_dose,
    ):
        converted = [convert_amount(amount, strength) for amount in listed]
        wrong = next((one for one in converted if isinstance(one, str)), None)
        if wrong is not None and no_amount is None:
            no_amount = Need(DOSE, "unreadable", f"{row.source}: {wrong}")
        groups.append(tuple(one for one in converted if isinstance(one, Converted)))
    amounts, most_a_day, most_a_dose = groups
    if not dose.amounts and dose.rates and (times is not None or not all(one.daily for one in amounts)):
        no_amount = no_amount or _unread(row, DOSE, "rate without an amount", dose.words)
    if no_amount is None and not amounts and not (dose.as_needed and most_a_day):
        no_amount = Need(DOSE, "missing", f"{row.source} gives no amount (“{dose.words}”): order it with its unit.")
    if no_amount is None:
        no_amount = _disagree(row, dose, amounts, times, strength, weight)
    return Instruction(dose, amounts, most_a_day, most_a_dose, times, no_amount, no_times)


def _unread(row: Row, fact: str, name: str, value: str) -> Need:
    return Need(
        fact, "unreadable", f"{row.source}: {name} cannot be read: {value}. Order it again, or confirm what is meant."
    )


def _disagree(
    row: Row,
    dose: Dose,
    amounts: tuple[Converted, ...],
    times: Times | None,
    strength: Strength | None,
    weight: Interval | None,
) -> Need | None:
    """Amounts of one dosage that are not the same, or a text beside them that says another one."""
    spoken = [one for one in (convert_amount(amount, strength) for amount in dose.spoken) if isinstance(one, Converted)]
    listed = (*amounts, *spoken)
    for other in listed[1:]:
        first, base, number = listed[0], listed[0].number, other.number
        if first.by_weight != other.by_weight:
            if weight is None:
                continue
            base, number = (times_(base, weight), number) if first.by_weight else (base, times_(number, weight))
        if first.daily != other.daily:
            if times is None:
                continue
            by = times.per_day
            base, number = (base, times_(number, by)) if first.daily else (times_(base, by), number)
        close = _CLOSE if first.by_weight == other.by_weight else _ROUNDED
        if any(abs(a - b) > close * max(a, b) for a, b in ((base.low, number.low), (base.high, number.high))):
            texts = " and ".join(dict.fromkeys([a.text for a in dose.amounts] + [f"“{dose.text}”"] * bool(dose.text)))
            return Need(DOSE, "conflicting", f"{row.source} says {texts}, which differ: decide which one holds.")
    return None


def times_(number: Interval, by: Interval) -> Interval:
    """The product of two positive numbers known within limits."""
    return Interval(round_digits(number.low * by.low), round_digits(number.high * by.high))
