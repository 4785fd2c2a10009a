"""Numbers known only within limits: a result "<0.5", a range, an age from a year of birth."""

import math
from typing import Literal

import msgspec

from apothecary.logic.truth import Truth, negate

Op = Literal["below", "at_most", "above", "at_least"]


class Interval(msgspec.Struct, frozen=True, gc=False):
    """A number between `low` and `high`; an open end is not itself reached; infinite ends are allowed."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    @property
    def exact(self) -> bool:
        """Whether one number is known."""
        return self.low == self.high

    def map(self, factor: float) -> "Interval":
        """The interval times a positive factor, rounded to 12 significant digits against unit noise."""
        if factor == 1.0:
            return self
        low = round_digits(self.low * factor)
        high = low if self.high == self.low else round_digits(self.high * factor)
        return Interval(low, high, self.low_open, self.high_open)

    def text(self) -> str:
        """How a person would write it: 5, <5, >=5, 4-6."""
        if self.exact:
            return f"{self.low:.6g}"
        if self.low == -math.inf or (self.low == 0 and self.high_open):
            return f"{'<' if self.high_open else '<='}{self.high:.6g}"
        if self.high == math.inf:
            return f"{'>' if self.low_open else '>='}{self.low:.6g}"
        return f"{self.low:.6g}-{self.high:.6g}"


def round_digits(value: float) -> float:
    """Round to 12 significant digits, so that 0.9999999999999999 thousand is one thousand."""
    return float(f"{value:.12g}")


def compare_interval(number: Interval, op: Op, threshold: float) -> Truth:
    """Whether a number stands in the relation to the threshold; unknown when the interval straddles it."""
    if op == "above":
        return negate(compare_interval(number, "at_most", threshold))
    if op == "at_least":
        return negate(compare_interval(number, "below", threshold))
    if op == "below":
        if number.high < threshold or (number.high == threshold and number.high_open):
            return Truth.APPLIES
        return Truth.CLEAR if number.low >= threshold else Truth.UNKNOWN
    if number.high <= threshold:
        return Truth.APPLIES
    if number.low > threshold or (number.low == threshold and number.low_open):
        return Truth.CLEAR
    return Truth.UNKNOWN
