"""Numbers of key values in words, as the review of one patient writes them."""

import math
from collections.abc import Callable
from typing import Final

from apothecary.knowledge import Monograph
from apothecary.logic import Interval
from apothecary.population.rules.scope import span
from apothecary.review.quantities import age_text

AGE, DAY, FIRST = range(3)  # how a number is written; from FIRST on: that of an observation
MADE: Final = 1  # added to the style of an observation where the number is made of others


def style_of(m: Monograph, name: str, made: int = 0) -> int:
    """The style of the numbers of an observation."""
    return FIRST + 2 * list(m.observations).index(name) + made


def words_of(m: Monograph) -> Callable[[int, float, float, bool, bool], str]:
    """How to write a number of a style."""
    units = [seen.unit or "" for seen in m.observations.values()]
    rounded = [seen.formula is not None for seen in m.observations.values()]

    def words(style: int, low: float, high: float, low_open: bool, high_open: bool) -> str:
        if style == AGE:
            return age_text(Interval(low, high))
        if style == DAY:
            when = span(int(low), int(high))
            return when.text() if when is not None else ""
        place, made = divmod(style - FIRST, 2)
        number = Interval(low, high, low_open, high_open)
        if low == math.inf:
            return "no second dose"
        if made and rounded[place] and number.exact:
            number = Interval(round(low, 1), round(high, 1))
        return f"{number.text()} {units[place]}".strip()

    return words
