"""Rates and times wide enough to hold every place where the closed form could lose digits."""

import math
from collections.abc import Callable
from functools import cache

from tests.kinetics import oracle

from apothecary.kinetics import closed_form

RATES = [10 ** (half / 2) for half in range(-8, 5)]  # 1e-4 to 1e2 per hour
TIMES = [10 ** (half / 2) for half in range(-12, 9)]  # 1e-6 to 1e4 h
NEAR = [0.0, *(sign * 10.0**-n for n in range(1, 17) for sign in (1, -1))]  # ka / ke - 1
FAR = [10.0**n for n in range(-6, 7) if n] + [0.3, 0.5, 2.0, 3.0]  # ke / ka
SMALLEST = 1e-290  # below, floats run out of digits on the way: products of two small numbers underflow

Row = tuple[float, ...]


def pairs() -> list[tuple[float, float]]:
    """Pairs of ka and ke: equal, one float apart, ever closer, far apart, either one the slower."""
    near = {(ke * (1 + delta), ke) for ke in RATES for delta in NEAR}
    next_to = {(math.nextafter(ke, to), ke) for ke in RATES for to in (0.0, math.inf)}
    far = {(ka, ka * ratio) for ka in RATES for ratio in FAR if 0.99e-4 <= ka * ratio <= 1.01e2}
    return sorted(near | next_to | far)


def two_rates() -> list[Row]:
    """ka, ke and t."""
    return [(ka, ke, t) for ka, ke in pairs() for t in TIMES]


def one_rate() -> list[Row]:
    """k and t."""
    return [(k, t) for k in RATES for t in TIMES]


def peaks() -> list[Row]:
    """ka, ke, the amount at the site and the central one, where the curve rises clearly or not at all.

    Where the two terms of the first slope cancel, ka site = ke central, the peak is at 0 and has no relative error.
    """
    amounts = [(1.0, 0.0), (1.0, 0.1), (1.0, 100.0)]
    rows = [(ka, ke, site, central) for ka, ke in pairs() for site, central in amounts]
    return [row for row in rows if abs(1 - row[1] * row[3] / (row[0] * row[2])) > 1e-3]


GRIDS: dict[str, Callable[[], list[Row]]] = {
    "decay": one_rate,
    "transfer": two_rates,
    "central_exposure": one_rate,
    "absorbed_exposure": two_rates,
    "peak_time": peaks,
}


@cache
def errors(name: str) -> tuple[tuple[float, Row], ...]:
    """The relative error of a closed form at each row of its grid, but where the exact number is below SMALLEST."""
    ours, theirs = getattr(closed_form, name), getattr(oracle, name)
    exact = ((theirs(*row), row) for row in GRIDS[name]())
    return tuple(
        (oracle.relative_error(expected, ours(*row)), row)
        for expected, row in exact
        if expected == 0 or expected > SMALLEST
    )
