"""The closed form against the textbook at 50 digits: down to equal rates, over ten orders of time.

Left out are only exact numbers below 1e-290, where floats underflow on the way (they are bounded instead), and the
time of a peak whose first slope cancels to less than a thousandth, since it is then near 0.
"""

import itertools
import math

import numpy as np
import pytest
from tests.kinetics import grids, oracle

from apothecary.kinetics import closed_form as c

ORDERED = 1e-10  # what is promised
# What holds: 3.2e-14 at worst (an exponent of some hundreds carries its rounding into the exponential)
BOUNDS = {"decay": 1e-13, "transfer": 1e-13, "central_exposure": 1e-15, "absorbed_exposure": 1e-13}
HUGE = [(1e2, 1e-4), (1e-4, 1e2), (1e2, 1e2), (1e2, math.nextafter(1e2, 0)), (1e280, 1.0), (1.0, 1e280)]
TINY = [5e-324, 1e-310, 1e-300, 1e-200]


@pytest.mark.parametrize(("name", "bound"), BOUNDS.items())
def test_it_agrees_with_fifty_digits(name: str, bound: float) -> None:
    worst, row = max(grids.errors(name))
    assert worst < bound, row


def test_the_time_of_the_peak_agrees_where_one_rate_is_up_to_a_thousand_times_the_other() -> None:
    worst, row = max(found for found in grids.errors("peak_time") if 1e-3 <= found[1][0] / found[1][1] <= 1e3)
    assert worst < 1e-12, row


def test_the_time_of_the_peak_loses_no_more_at_a_million_times() -> None:
    worst, row = max(grids.errors("peak_time"))
    assert worst < ORDERED / 10, row


@pytest.mark.parametrize("name", [*BOUNDS, "peak_time"])
def test_the_grid_is_wide(name: str) -> None:
    """Guards the tests above: an empty grid would pass them all."""
    assert len(grids.errors(name)) > (200 if name in ("decay", "central_exposure") else 1000)


def test_the_grid_reaches_equality_and_both_sides_of_it() -> None:
    gaps = {ka / ke - 1 for ka, ke in grids.pairs()}
    assert {0.0} < {gap for gap in gaps if abs(gap) < 1e-15}
    assert min(gaps) < -0.999
    assert max(gaps) > 1e5
    assert {sign for gap in gaps if 0 < abs(gap) < 1e-14 for sign in [gap > 0]} == {True, False}


@pytest.mark.parametrize("name", ["transfer", "decay"])
def test_what_underflows_stays_small_and_is_never_negative(name: str) -> None:
    ours, theirs = getattr(c, name), getattr(oracle, name)
    rows = [row for row in grids.GRIDS[name]() if theirs(*row) <= grids.SMALLEST]
    assert rows
    assert all(0 <= ours(*row) <= 2 * grids.SMALLEST for row in rows)


@pytest.mark.parametrize("ka", grids.RATES)
def test_it_is_continuous_where_the_rates_meet(ka: float) -> None:
    """Neighbouring floats give neighbouring answers: no jump where a special case might begin."""
    around = [c.transfer(ka, ke, 24.0) for ke in (math.nextafter(ka, 0), ka, math.nextafter(ka, math.inf))]
    spread = 4e-16 * (4 + 24 * ka)
    assert all(abs(a - b) <= spread * abs(b) for a, b in itertools.pairwise(around))


@pytest.mark.parametrize(("ka", "ke"), HUGE)
@pytest.mark.parametrize("t", [1e-6, 1.0, 1e4, 1e8])
def test_a_huge_exponent_neither_overflows_nor_is_not_a_number(ka: float, ke: float, t: float) -> None:
    found = [c.transfer(ka, ke, t), c.absorbed_exposure(ka, ke, t), c.decay(ka, t), c.central_exposure(ke, t)]
    assert all(math.isfinite(number) and number >= 0 for number in found)


@pytest.mark.parametrize("t", TINY)
def test_in_the_first_instant_the_share_is_its_tangent(t: float) -> None:
    assert (0.5 * t, t, 1.0) == (c.transfer(0.5, 2.0, t), c.central_exposure(0.5, t), c.decay(2.0, t))


@pytest.mark.parametrize("rate", TINY)
def test_a_denormal_rate_moves_next_to_nothing(rate: float) -> None:
    assert pytest.approx(rate, rel=1e-12) == c.transfer(rate, rate, 1.0)
    assert c.decay(rate, 1.0) == 1.0
    assert c.central_exposure(rate, 3.0) == 3.0


def test_nothing_has_happened_at_time_zero() -> None:
    assert (0.0, 0.0, 0.0, 1.0) == (
        c.transfer(0.3, 0.3, 0.0), c.absorbed_exposure(0.3, 0.4, 0.0), c.central_exposure(0.3, 0.0), c.decay(1.0, 0.0)
    )  # fmt: skip


@pytest.mark.parametrize(("ka", "ke"), [(0.38, 0.0957), (0.2, 0.2000001), (1e-4, 1e2)])
def test_exchanged_rates_give_the_curve_that_only_the_volume_tells_apart(ka: float, ke: float) -> None:
    """Flip-flop: ka times the same function of both rates, so that transfer / ka does not change."""
    for t in grids.TIMES:
        assert c.transfer(ka, ke, t) / ka == pytest.approx(c.transfer(ke, ka, t) / ke, rel=1e-14)


@pytest.mark.parametrize(
    ("ka", "ke", "site", "central"),
    [(0.2, 5.0, 0.0, 10.0), (0.2, 5.0, 1.0, 10.0), (5.0, 0.2, 0.0, 1.0), (1.0, 1.0, 0.0, 0.0), (1.0, 1.0, 1.0, 1.0)],
)
def test_a_curve_that_only_falls_has_its_peak_at_once(ka: float, ke: float, site: float, central: float) -> None:
    assert 0.0 == c.peak_time(ka, ke, site, central)
    one = np.asarray
    assert [0.0] == list(c.peak_time(one([ka]), one([ke]), one([site]), one([central])))


@pytest.mark.parametrize("name", grids.GRIDS)
def test_arrays_give_what_floats_give(name: str) -> None:
    rows = grids.GRIDS[name]()[::7]
    function = getattr(c, name)
    together = function(*(np.asarray(column) for column in zip(*rows, strict=True)))
    one_by_one = np.asarray([function(*row) for row in rows])
    np.testing.assert_allclose(together, one_by_one, rtol=1e-13, atol=1e-300)
