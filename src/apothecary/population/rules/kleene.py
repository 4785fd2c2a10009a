"""Three-valued logic in a query: SQL's AND, OR and NOT over nullable booleans are Kleene's, its aggregates are not.

A truth is a boolean that is null where it is unknown. Over rows truths become scores, whose maximum is Kleene's "any":
an aggregate over booleans would drop the unknown ones, and CASE and filters take unknown as no.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import ibis

from apothecary.logic.interval import Op
from apothecary.population.findings import WHYS
from apothecary.review.result import Why

Expr = Any  # an expression of Ibis, whose classes say nothing to a type checker

WHY: Final = {why: number for number, why in enumerate(WHYS, 1)}  # what an unknown needs, as a code
SECTION_UNREADABLE: Final = len(WHYS) + 1  # the code where not a row but its whole section cannot be read
SURE: Final = 10  # the score of a row that applies; below it the code of what is needed; 0 is clear


def bit(why: Why) -> int:
    """One reason in a set of reasons."""
    return 1 << (WHY[why] - 1)


def unknown() -> Expr:
    """The truth that is not known."""
    return ibis.null("boolean")


def truth(applies: Expr, open_: Expr) -> Expr:
    """Applies, else unknown, else clear; both conditions must be known themselves."""
    return ibis.cases((applies, True), (open_, unknown()), else_=False)


def both(parts: Iterable[Expr]) -> Expr:
    """Kleene's "all"; of nothing it applies."""
    found = ibis.literal(True)
    for number, part in enumerate(parts):
        found = part if number == 0 else found & part
    return found


def either(parts: Iterable[Expr]) -> Expr:
    """Kleene's "any"; of nothing it is clear."""
    found = ibis.literal(False)
    for number, part in enumerate(parts):
        found = part if number == 0 else found | part
    return found


def surely(part: Expr) -> Expr:
    """Whether a truth applies, as a boolean that is never null."""
    return part.fill_null(False)


def of_score(score: Expr) -> Expr:
    """The truth of a score; without any row it is clear."""
    given = score.fill_null(0)
    return truth(given == SURE, given > 0)


def compare(low: Expr, high: Expr, low_open: Expr, high_open: Expr, op: Op, limit: float) -> Expr:
    """`logic.compare_interval` on columns: unknown where the interval straddles the limit, or is null."""
    if op == "above":
        return ~compare(low, high, low_open, high_open, "at_most", limit)
    if op == "at_least":
        return ~compare(low, high, low_open, high_open, "below", limit)
    missing = low.isnull() | high.isnull()
    if op == "below":
        yes, no = (high < limit) | ((high == limit) & high_open), low >= limit
    else:
        yes, no = high <= limit, (low > limit) | ((low == limit) & low_open)
    return ibis.cases((missing, unknown()), (yes, True), (no, False), else_=unknown())


def code_of(whys: Expr, order: Sequence[Why] = WHYS) -> Expr:
    """The first reason of a set as its code; 0 for an empty set."""
    return ibis.cases(*[((whys & bit(why)) != 0, WHY[why]) for why in order], else_=0).cast("int8")


_DIGITS: Final = 12


def round_digits(value: Expr) -> Expr:
    """`logic.interval.round_digits` on a column: 12 significant digits, so that 0.1 x 3 is 0.3 on every engine."""
    size = value.abs()
    plain = (size > 0) & (size < 1e300)
    safe = ibis.ifelse(plain, size, 1.0)
    power = (_DIGITS - 1) - safe.log10().floor().cast("int32")
    up, down = _ten(power), _ten(-power)
    small = (safe * up + 0.5).floor().cast("float64") / up
    large = (safe / down + 0.5).floor().cast("float64") * down
    found = ibis.ifelse(power >= 0, small, large) * ibis.ifelse(value < 0, -1.0, 1.0)
    return ibis.ifelse(plain, found, value)


def _ten(power: Expr) -> Expr:
    return ibis.literal(10.0) ** ibis.greatest(power, 0).cast("float64")
