"""Numbers drawn for one synthetic patient, from the seed and the patient's number alone.

They come from an extendable hash (SHAKE-256, FIPS 202), so that any worker on any machine makes the same patient.
"""

import math
import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from hashlib import shake_256
from itertools import accumulate, count
from typing import TypeVar

T = TypeVar("T")
Draw = Callable[[], float]  # the next number, 0 included, 1 excluded
_WORDS = 256
_UNPACK = struct.Struct(f"<{_WORDS}Q").unpack


def draws(seed: int, number: int) -> Draw:
    """The stream of one patient."""
    return _stream(seed, number).__next__


def _stream(seed: int, number: int) -> Iterator[float]:
    for block in count():
        for word in _UNPACK(shake_256(f"{seed}-{number}-{block}".encode()).digest(8 * _WORDS)):
            yield (word >> 11) * 2.0**-53


def normal(u: Draw) -> float:
    """A standard normal deviate (Box and Muller 1958)."""
    return math.sqrt(-2.0 * math.log(1.0 - u())) * math.cos(2.0 * math.pi * u())


def whole(u: Draw, span: tuple[int, int]) -> int:
    """A whole number from the first to the last, both included."""
    return span[0] + int(u() * (span[1] - span[0] + 1))


def one_of(u: Draw, items: Sequence[T]) -> T:
    """One of the items, each as likely."""
    return items[int(u() * len(items))]


def triangular(u: Draw, low: float, mode: float, high: float) -> float:
    """A number between two ends with its peak at the mode."""
    share, at = u(), (mode - low) / (high - low)
    if share < at:
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


def cumulated(shares: Sequence[float]) -> tuple[float, ...]:
    """Shares added up, so that the last one is 1 whatever they came to."""
    total = sum(shares)
    return tuple(part / total for part in accumulate(shares))


def pick(u: Draw, cumulated: Sequence[float], items: Sequence[T]) -> T:
    """One of the items by their cumulated shares."""
    return items[min(bisect_right(cumulated, u()), len(items) - 1)]
