"""Numbers known only within limits, such as "<0.5", and the comparisons that such a number can settle."""

import math

import pytest

from apothecary.logic import Interval, Truth, compare_interval

T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN
EXACT_4, EXACT_5, EXACT_6 = Interval(4, 4), Interval(5, 5), Interval(6, 6)
BELOW_5, AT_MOST_5 = Interval(-math.inf, 5, high_open=True), Interval(-math.inf, 5)
ABOVE_5, AT_LEAST_5 = Interval(5, math.inf, low_open=True), Interval(5, math.inf)
FROM_4_TO_6 = Interval(4, 6)


@pytest.mark.parametrize(
    ("number", "below", "at_most", "above", "at_least"),
    [
        (EXACT_4, T, T, F, F),
        (EXACT_5, F, T, F, T),
        (EXACT_6, F, F, T, T),
        (BELOW_5, T, T, F, F),
        (AT_MOST_5, U, T, F, U),
        (ABOVE_5, F, F, T, T),
        (AT_LEAST_5, F, U, U, T),
        (FROM_4_TO_6, U, U, U, U),
    ],
    ids=["4", "5", "6", "<5", "<=5", ">5", ">=5", "4-6"],
)
def test_comparing_with_five(number: Interval, below: Truth, at_most: Truth, above: Truth, at_least: Truth) -> None:
    """A comparison applies when the whole interval satisfies it, is clear when none does, else it is unknown."""
    assert (below, at_most, above, at_least) == (
        compare_interval(number, "below", 5),
        compare_interval(number, "at_most", 5),
        compare_interval(number, "above", 5),
        compare_interval(number, "at_least", 5),
    )


@pytest.mark.parametrize("threshold", [3.0, 4.0, 5.0, 6.0, 7.0])
@pytest.mark.parametrize("number", [EXACT_5, BELOW_5, AT_MOST_5, ABOVE_5, AT_LEAST_5, FROM_4_TO_6])
def test_opposite_relations(number: Interval, threshold: float) -> None:
    """`above` is never the same as `at most`, and `at least` never the same as `below`, unless both are unknown."""
    opposite = {T: F, F: T, U: U}
    assert opposite[compare_interval(number, "at_most", threshold)] == compare_interval(number, "above", threshold)
    assert opposite[compare_interval(number, "below", threshold)] == compare_interval(number, "at_least", threshold)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(EXACT_5, "5"), (BELOW_5, "<5"), (AT_MOST_5, "<=5"), (ABOVE_5, ">5"), (AT_LEAST_5, ">=5"), (FROM_4_TO_6, "4-6")],
)
def test_how_it_is_written(number: Interval, shown: str) -> None:
    """An interval is shown as a laboratory prints it."""
    assert shown == number.text()


def test_a_factor_keeps_open_ends() -> None:
    """Converting the unit of an interval keeps its kind: less than 5 g is less than 5000 mg."""
    assert Interval(-math.inf, 5000, high_open=True) == BELOW_5.map(1000)


def test_unit_noise_is_rounded_away() -> None:
    """Twelve digits count: a product that should be 1000 is 1000, so a value on a limit stays on it."""
    assert 1.1 == Interval(1.1 * 3, 1.1 * 3).map(1 / 3).low
