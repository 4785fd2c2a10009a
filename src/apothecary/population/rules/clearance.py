"""The clearance of a patient: reported, estimated from creatinine, and what contradicts it.

The meaning is that of `review.quantities` and `review.results`, column by column.
"""

from typing import NamedTuple

import ibis

from apothecary.logic.interval import Op
from apothecary.population.facts.schema import FEMALE
from apothecary.population.rules.kleene import Expr, bit, both, round_digits, surely
from apothecary.population.rules.numbers import Number, against
from apothecary.population.rules.people import supplied
from apothecary.population.rules.scope import Scope


def estimate(scope: Scope, sheet: ibis.Table, creatinine: Number, weight: Number, height: Number) -> Number:
    """Cockcroft-Gault for adults, bedside Schwartz for children, of the numbers that are known."""
    adult = surely(sheet.adult)
    child = surely(~sheet.adult)
    old_enough = (sheet.months_low >= scope.ctx.months("schwartz-lowest-age")).fill_null(False)
    sexed = sheet.sex.notnull()
    by_weight = adult & creatinine.known & weight.known & sexed
    by_height = child & old_enough & creatinine.known & height.known
    low, high = _cockcroft_gault(sheet, weight, creatinine)
    child_low, child_high = _schwartz(height, creatinine)
    measure = ibis.ifelse(adult, weight.whys, height.whys)
    whys = ibis.cases(
        (by_weight | by_height, 0),
        (~adult & ~child, creatinine.whys | sheet.absent_person),
        (child & ~old_enough, bit("missing")),
        (adult & ~sexed, creatinine.whys | measure | sheet.absent_person),
        else_=creatinine.whys | measure,
    )
    unaged = ~adult & ~child & creatinine.known & (weight.known | height.known)
    return Number(
        by_weight | by_height,
        ibis.ifelse(adult, low, child_low),
        ibis.ifelse(adult, high, child_high),
        creatinine.high_open,
        creatinine.low_open,
        whys,
        creatinine.shown,
        creatinine.first,
        creatinine.last,
        unaged | (adult & ~sexed & creatinine.known & weight.known),
    )


def over(amount: Expr, divisor: Expr) -> Expr:
    """A quotient; infinite over nothing, since engines differ on a division by zero."""
    some = divisor > 0
    return ibis.ifelse(some, amount / ibis.ifelse(some, divisor, 1.0), float("inf"))


def _cockcroft_gault(sheet: ibis.Table, weight: Number, creatinine: Number) -> tuple[Expr, Expr]:
    """`record.renal.cockcroft_gault` in its own order of operations, so that the doubles are the same."""
    sex = ibis.ifelse(sheet.sex == FEMALE, 0.85, 1.0)
    oldest = ibis.greatest(0, 140 - (sheet.months_high // 12)).cast("float64")
    youngest = ibis.greatest(0, 140 - (sheet.months_low // 12)).cast("float64")
    low = over(oldest * weight.low * sex, 72 * creatinine.high)
    high = over(youngest * weight.high * sex, 72 * creatinine.low)
    return round_digits(low), round_digits(high)


def _schwartz(height: Number, creatinine: Number) -> tuple[Expr, Expr]:
    return (
        round_digits(over(0.413 * height.low, creatinine.high)),
        round_digits(over(0.413 * height.high, creatinine.low)),
    )


class Sources(NamedTuple):
    """The sources of a clearance: reported, estimated, and others that may only contradict them."""

    own: tuple[Number, Number]
    checks: tuple[Number, ...]


def first_known(one: Number, other: Number) -> Number:
    """The first of two numbers that is known; where neither is, what both need."""
    chosen = [ibis.ifelse(one.known, a, b) for a, b in zip(one, other, strict=True)]
    whys = ibis.ifelse(one.known | other.known, 0, one.whys | other.whys)
    shown = ibis.ifelse(one.known | other.known, True, one.shown | other.shown)
    found = Number(*chosen)._replace(known=one.known | other.known, whys=whys, shown=shown)
    return found._replace(may_conflict=ibis.literal(False))


def compare_sources(sources: Sources, op: Op, limit: float) -> Expr:
    """`results._compare_clearance`: all sources on one side, and none hidden that may contradict."""
    every = (*sources.own, *sources.checks)
    told = [against(number, op, limit) for number in every]
    no_source = ~(sources.own[0].known | sources.own[1].known)
    yes = both(~number.known | surely(one) for number, one in zip(every, told, strict=True))
    no = both(~number.known | surely(~one) for number, one in zip(every, told, strict=True))
    hidden = ibis.literal(False)
    for number in every:
        hidden |= number.may_conflict & ~number.known
    open_ = no_source | hidden | (~yes & ~no)
    return ibis.cases((open_, ibis.null("boolean")), (yes, True), else_=False)


def disagree(sheet: ibis.Table, sources: Sources, limit: float) -> Expr:
    """`results.disagree`: surely on both sides; open while a source cannot be used or more may not be supplied."""
    every = (*sources.own, *sources.checks)
    told = [against(number, "below", limit) for number in every]
    below = both_sides = ibis.literal(False)
    straddles = half_open = ibis.literal(False)
    for number, one in zip(every, told, strict=True):
        below |= surely(one)
        both_sides |= surely(~one)
        straddles |= number.known & one.isnull()
        half_open |= ~number.known & number.shown
    open_ = straddles | half_open | ~supplied(sheet, "observation")
    return ibis.cases((below & both_sides, True), (open_, ibis.null("boolean")), else_=False)
