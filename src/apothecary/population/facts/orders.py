"""Orders of the drug as numbers that wait only for the body weight, and as answers that hold whatever it is."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec

from apothecary import logic
from apothecary.knowledge import Match, Matcher, Monograph
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.logic import Interval, Truth
from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import Asked, Question
from apothecary.record import Patient, Record, Row, Section
from apothecary.record.facts import SECTIONS
from apothecary.record.fhir_parts import Dosage
from apothecary.review.context import Context
from apothecary.review.index import Hit, Index
from apothecary.review.observed import Known, Number, Open
from apothecary.review.orders import Instruction, Order, Orders, read_order
from apothecary.review.orders_amounts import Converted, convert_amount, strength_of
from apothecary.review.orders_asked import each_number, route, unread
from apothecary.units import factor

_LIMIT = 100_000
_WEIGHT: Final = ("number", "weight", None)  # where the body weight of a review is remembered
_BY_WEIGHT: Final = "ordered-daily-dose-by-weight"
_AMOUNTS: Final = ("ordered-dose", "ordered-daily-dose", _BY_WEIGHT)
_STATES: Final = {Truth.CLEAR: s.CLEAR, Truth.APPLIES: s.APPLIES, Truth.UNKNOWN: s.UNKNOWN}
_SOME_WEIGHT: Final = Known(Interval(1, 1), (), None)


class Step(NamedTuple):
    """One question about one step of an order: the columns of the table that do not depend on the row."""

    question: int
    state: int
    low: float | None = None
    high: float | None = None
    low_open: bool | None = None
    high_open: bool | None = None
    weigh: int = s.NO_WEIGHT
    times_low: float | None = None
    times_high: float | None = None
    as_needed: bool = False
    step: int = 0
    order: str | None = None
    text: str = ""


def empty_context(
    monograph: Monograph,
    matcher: Matcher,
    constants: dict[Any, Any] | None = None,
    who: Patient | None = None,
    day: date = date.min,
) -> Context:
    """A context over a record without rows, for what depends on one row, a day and the knowledge alone."""
    record = Record(who or Patient(), {}, {name: Section("not-supplied") for name in SECTIONS})
    return Context(Index(record, matcher, day), monograph, "considering", "", None, None, constants)


class Steps:
    """Reads orders and remembers what it has read, since the same dosages come again and again."""

    def __init__(self, monograph: Monograph, asked: Asked, matcher: Matcher, constants: dict[Any, Any]) -> None:
        self._monograph = monograph
        self._asked = asked
        self._ctx = (empty_context(monograph, matcher, constants), empty_context(monograph, matcher, constants))
        self._strength = strength_of(monograph)
        self._memo: dict[tuple[bytes, bool], tuple[Step, ...]] = {}

    def of(self, row: Row) -> tuple[Step, ...]:
        """What an order of the drug says to each question, one step after the other."""
        unreadable = row.standing == "unreadable"
        key = (msgspec.json.encode(row.dosages), unreadable)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= _LIMIT:
                self._memo.clear()
            found = self._memo[key] = tuple(self._read(row.dosages, key[0].decode(), unreadable))
        return found

    def _read(self, dosages: tuple[Dosage, ...], order: str, unreadable: bool) -> Iterator[Step]:
        without, weighed = self._ctx
        known = _ordered(without, dosages, Open(()), unreadable)
        _ordered(weighed, dosages, _SOME_WEIGHT, unreadable)
        for number, question in enumerate(self._asked.questions):
            if question.kind == "number":
                found = zip(
                    each_number(without, question.quantity), each_number(weighed, question.quantity), strict=True
                )
                formula = self._monograph.observations[question.quantity].formula or ""
                for at, ((one, light), (_, heavy)) in enumerate(found):
                    parts = _parts(one, formula)[at]
                    made = self._number(question, formula, parts, light, heavy)
                    kept = order if made.state == s.SINGLY else None
                    yield made._replace(question=number, step=at, order=kept, text=_words(parts))
            elif question.route is not None:
                routes = dict.fromkeys(text for dose in known.doses for text in dose.route_texts)
                truth = route(question.route, without).truth
                yield Step(number, _STATES[truth], text=", ".join(routes))
            else:
                for at, (part,) in enumerate(_parts(known, "ordered-dose")):
                    state = _unread(without, known, part, question)
                    if state == s.CLEAR and question.part == "dose" and self._mixed(part):
                        state = s.SINGLY
                    kept = order if state == s.SINGLY else None
                    yield Step(number, state, step=at, order=kept, text=_words((part,)))

    def _number(
        self, question: Question, formula: str, step: tuple[Instruction, ...], light: Number, heavy: Number
    ) -> Step:
        """The number of a step; `light` without a body weight, `heavy` with one."""
        by_weight = formula == _BY_WEIGHT
        if formula in _AMOUNTS and any(self._mixed(one) for one in step):
            return Step(0, s.SINGLY)
        listed = [c for one in step for c in (*one.amounts, *one.most_a_day, *one.most_a_dose)]
        if formula not in _AMOUNTS or all(c.by_weight == by_weight for c in listed):
            if isinstance(light, Open):
                return Step(0, s.UNKNOWN)
            n = light.number
            return Step(0, s.NUMBER, n.low, n.high, n.low_open, n.high_open, s.NO_WEIGHT, 1.0, 1.0)
        if any(one.most_a_day or one.most_a_dose for one in step):
            return Step(0, s.SINGLY)
        if isinstance(heavy, Open):
            return Step(0, s.UNKNOWN)  # not for want of a weight, and no weight changes that
        unit = self._monograph.observations[question.quantity].unit
        if len(step) > 1 or len(step[0].amounts) > 1 or factor(ORDERED_UNITS[formula], unit) != 1:
            return Step(0, s.SINGLY)
        return _simple(step[0], step[0].amounts[0], formula)

    def _mixed(self, one: Instruction) -> bool:
        """Whether an amount by weight stands beside another, so that the weight decides whether they agree."""
        spoken = [convert_amount(amount, self._strength) for amount in one.dose.spoken]
        return len({c.by_weight for c in (*one.amounts, *spoken) if isinstance(c, Converted)}) > 1


def _simple(one: Instruction, amount: Converted, formula: str) -> Step:
    """One amount that only has to be weighed, and then taken so many times a day."""
    times = Interval(1.0, 1.0)
    if one.times is not None and not amount.daily and formula != "ordered-dose":
        times = one.times.per_day
    if amount.daily and formula == "ordered-dose" and (one.times is None or one.times.per_day != times):
        return Step(0, s.SINGLY)  # a day's amount is divided by the doses of the day
    return Step(
        0,
        s.NUMBER,
        amount.number.low,
        amount.number.high,
        False,
        False,
        s.TIMES_WEIGHT if amount.by_weight else s.PER_WEIGHT,
        times.low,
        times.high,
        one.dose.as_needed and formula != "ordered-dose",
    )


def _ordered(ctx: Context, dosages: tuple[Dosage, ...], weight: Number, unreadable: bool = False) -> Order:
    """Dosages as the one order of a review at that body weight."""
    row = Row("", "MedicationRequest", (), (), "unreadable" if unreadable else "current", "", dosages=dosages)
    ctx.memo.clear()
    ctx.memo[_WEIGHT] = weight
    order = read_order(ctx, Hit(row, Match.CODE, row.standing))
    ctx.memo["orders"] = Orders((order,))
    return order


def _parts(order: Order, formula: str) -> list[tuple[Instruction, ...]]:
    """What one number is of: a step, or of a single dose each instruction; as `each_number` tells them apart."""
    if formula == "ordered-dose":
        return [(one,) for step in order.steps for one in step]
    return list(order.steps)


def _unread(ctx: Context, order: Order, one: Instruction, question: Question) -> int:
    assert question.part
    ctx.memo["orders"] = Orders((msgspec.structs.replace(order, steps=((one,),)),))
    state = _STATES[unread(logic.OrderUnread(part=question.part), ctx).truth]
    ctx.memo["orders"] = Orders((order,))
    return state


def _words(step: tuple[Instruction, ...]) -> str:
    return "; ".join(one.dose.words for one in step if one.dose.words)


def worked(
    asked: Asked,
    monograph: Monograph,
    step_row: Mapping[str, Any],
    weight: Interval | None,
    constants: dict[Any, Any] | None = None,
) -> Interval | None:
    """The number of a SINGLY row of the step table at a body weight in kg, or None where it is not known.

    A part of an order that was asked whether it is unread is 0 where it can be read. `constants`: an empty dictionary
    to be given again with the next row of the same monograph.
    """
    question = asked.questions[step_row["question"]]
    dosages = tuple(msgspec.json.decode(step_row["order"], type=list[Dosage]))
    ctx = empty_context(monograph, Matcher({}, ()), constants)
    order = _ordered(ctx, dosages, Open(()) if weight is None else Known(weight, (), None))
    if question.kind == "number":
        number = each_number(ctx, question.quantity)[step_row["step"]][1]
        return number.number if isinstance(number, Known) else None
    (one,) = _parts(order, "ordered-dose")[step_row["step"]]
    return Interval(0, 0) if _unread(ctx, order, one, question) == s.CLEAR else None
