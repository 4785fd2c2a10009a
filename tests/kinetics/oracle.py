"""An independent answer to every question about concentrations: the textbook formulas, at 50 digits.

Nothing here is the engine's: the difference of exponentials over the difference of the rates, its limit for equal
rates, one sum over the doses, and roots found by mpmath. It is slow and has no special cases but that
limit. `engine` objects enter only as inputs (doses, parameters), whose floats are taken as exact.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import mpmath

from apothecary.kinetics import Dose, Individual

CONTEXT = mpmath.mp.clone()
CONTEXT.dps = 50
Number = Any  # a number of 50 digits
exact = CONTEXT.mpf


def relative_error(expected: Number, actual: float) -> float:
    """How far a float is off, as a share of the exact number; 0 where both are zero."""
    if expected == 0:
        return 0.0 if actual == 0 else float("inf")
    return float(abs((exact(actual) - expected) / expected))


# --- one dose of one unit -------------------------------------------------------------------------------------------


def decay(k: Number, t: Number) -> Number:
    """exp(-k t)."""
    return CONTEXT.exp(-exact(k) * exact(t))


def transfer(ka: Number, ke: Number, t: Number) -> Number:
    """Bateman: ka / (ka - ke) (exp(-ke t) - exp(-ka t)); ka t exp(-ka t) where both are equal."""
    ka, ke, t = exact(ka), exact(ke), exact(t)
    if ka == ke:
        return ka * t * decay(ka, t)
    return ka / (ka - ke) * (decay(ke, t) - decay(ka, t))


def central_exposure(k: Number, t: Number) -> Number:
    """(1 - exp(-k t)) / k."""
    return (1 - decay(k, t)) / exact(k)


def absorbed_exposure(ka: Number, ke: Number, t: Number) -> Number:
    """The integral of `transfer` from 0 to t."""
    ka, ke, t = exact(ka), exact(ke), exact(t)
    if ka == ke:
        return (1 - decay(ka, t) * (1 + ka * t)) / ka
    return ka / (ka - ke) * (central_exposure(ke, t) - central_exposure(ka, t))


def peak_time(ka: Number, ke: Number, site: Number, central: Number) -> Number:
    """When the central amount is largest: the root of its slope; 0 where it falls from the start."""
    ka, ke, site, central = exact(ka), exact(ke), exact(site), exact(central)

    def slope(t: Number) -> Number:
        there = central * decay(ke, t) + site * transfer(ka, ke, t)
        return (ka * site * decay(ka, t) - ke * there) * CONTEXT.exp(min(ka, ke) * t)

    if slope(exact(0)) <= 0:
        return exact(0)
    end = 1 / max(ka, ke)
    while slope(end) > 0:
        end *= 2
    return root(slope, exact(0), end)


def root(f: Callable[[Number], Number], low: Number, high: Number) -> Number:
    """Where `f` changes its sign between `low` and `high`: halved until the curve is near straight, then mpmath's."""
    at_low, at_high = f(low), f(high)
    assert at_low * at_high <= 0, "no change of sign"
    for _ in range(24):
        middle = (low + high) / 2
        at_middle = f(middle)
        if at_middle * at_high > 0:
            high, at_high = middle, at_middle
        else:
            low, at_low = middle, at_middle
    if at_low == 0 or at_high == 0:
        return low if at_low == 0 else high
    found = CONTEXT.findroot(f, (low, high), solver="illinois", tol=exact("1e-40") * high, verify=False)
    assert f(found * (1 - exact("1e-25"))) * f(found * (1 + exact("1e-25"))) <= 0, "the root was not found"
    return found


# --- any course, by superposition -----------------------------------------------------------------------------------


class Course:
    """Doses of one patient with the same parameters throughout; every quantity is a sum over the doses so far."""

    def __init__(self, patient: Individual, doses: Sequence[Dose]) -> None:
        self.doses = doses
        self.ka, self.volume = exact(patient.absorption_rate), exact(patient.volume)
        self.ke = exact(patient.clearance) / self.volume
        self.share = exact(patient.bioavailability)

    def concentration(self, t: Number, before: bool = False) -> Number:
        """The concentration at t, with a dose given then, or `before` it."""
        t, total = exact(t), exact(0)
        for dose in self.doses:
            since = t - exact(dose.time_h)
            if since < 0 or (before and since == 0):
                continue
            amount = exact(dose.amount_mg)
            if dose.route == "intravenous":
                total += amount * decay(self.ke, since)
            else:
                total += self.share * amount * transfer(self.ka, self.ke, since)
        return total / self.volume

    def area(self, t: Number) -> Number:
        """Area under the curve from 0 to t."""
        t, total = exact(t), exact(0)
        for dose in self.doses:
            since = t - exact(dose.time_h)
            if since <= 0:
                continue
            amount = exact(dose.amount_mg)
            if dose.route == "intravenous":
                total += amount * central_exposure(self.ke, since)
            else:
                total += self.share * amount * absorbed_exposure(self.ka, self.ke, since)
        return total / self.volume

    def slope(self, t: Number, before: bool = False) -> Number:
        """The rise of the concentration per hour, right after t or `before` a dose given then."""
        t, site = exact(t), exact(0)
        for dose in self.doses:
            since = t - exact(dose.time_h)
            if (since > 0 or (since == 0 and not before)) and dose.route != "intravenous":
                site += self.share * exact(dose.amount_mg) * decay(self.ka, since)
        return self.ka * site / self.volume - self.ke * self.concentration(t, before)

    def pieces(self, start: float, end: float) -> list[tuple[Number, Number, Number, Number, Number]]:
        """Between two doses each: from, to, the concentrations there (after and before a dose), time of the peak."""
        inside = sorted({exact(dose.time_h) for dose in self.doses if start < dose.time_h < end})
        found = []
        for low, high in pairwise([exact(start), *inside, exact(end)]):

            def slope(t: Number, high: Number = high) -> Number:
                return self.slope(t, before=t == high)

            peak = low
            if slope(low) > 0:
                peak = root(slope, low, high) if slope(high) < 0 else high
            found.append((low, high, self.concentration(low), self.concentration(high, before=True), peak))
        return found

    def at(self, t: Number, high: Number) -> Number:
        """The concentration at t inside a piece that ends at `high`, where the next dose is not given yet."""
        return self.concentration(t, before=t == high)

    def maximum(self, start: float, end: float) -> tuple[Number, Number]:
        """The highest concentration of a window and when it is reached, from its start."""
        tops = [(self.at(peak, high), peak) for _, high, _, _, peak in self.pieces(start, end)]
        level, when = max(tops, key=lambda top: (top[0], -top[1]))
        return level, when - exact(start)

    def minimum(self, start: float, end: float) -> Number:
        """The lowest concentration of a window: a curve with one peak is lowest at an end."""
        return min(min(first, last) for _, _, first, last, _ in self.pieces(start, end))

    def time_above(self, start: float, end: float, level: float) -> Number:
        """How long the concentration is above a level within a window, by the roots of the difference."""
        total = exact(0)
        for low, high, first, last, peak in self.pieces(start, end):
            if self.at(peak, high) <= level:
                continue

            def over(t: Number, high: Number = high) -> Number:
                return self.at(t, high) - exact(level)

            begins = low if first >= level else root(over, low, peak)
            ends = high if last >= level else root(over, peak, high)
            total += ends - begins
        return total
