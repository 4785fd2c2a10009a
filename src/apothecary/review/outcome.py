"""What a condition comes to for one patient."""

from collections.abc import Iterable

import msgspec

from apothecary.logic import Truth
from apothecary.review.result import Evidence, Need

T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """Its truth, the facts that decided it, and what would settle it when it is open."""

    truth: Truth
    because: tuple[Evidence, ...] = ()
    needs: tuple[Need, ...] = ()


NONE = Outcome(F)  # a known no without any evidence


def joined(truth: Truth, parts: Iterable[Outcome]) -> Outcome:
    """One outcome out of several: their evidence and needs without repeats, in order."""
    because: tuple[Evidence, ...] = ()
    needs: tuple[Need, ...] = ()
    for part in parts:
        facts, lacking = part.because, part.needs
        if facts:
            because = tuple(dict.fromkeys(because + facts)) if because else facts
        if lacking:
            needs = tuple(dict.fromkeys(needs + lacking)) if needs else lacking
    return Outcome(truth, because, needs) if because or needs or truth is not F else NONE
