"""Results as numbers in the unit of their observation and as answers of it, by the functions of the review."""

from typing import NamedTuple

from apothecary.logic import Interval
from apothecary.population.facts.asked import Asked
from apothecary.record import Row
from apothecary.record.facts import Answer, Standing
from apothecary.review.answers import as_test
from apothecary.review.context import Context
from apothecary.review.observed import as_recorded, value_of

_LIMIT = 100_000


class Result(NamedTuple):
    """What a row says as one observation; `low` None: no number, `answer` None: no answer."""

    observation: int
    low: float | None
    high: float | None
    low_open: bool | None
    high_open: bool | None
    answer: int | None
    doubtful: bool


class Results:
    """Reads results and remembers what it has read, since the same numbers come again and again."""

    def __init__(self, ctx: Context, asked: Asked) -> None:
        self._ctx = ctx
        self._asked = asked
        self._memo: dict[tuple[tuple[int, ...], Answer | None, Standing], tuple[str, tuple[Result, ...]]] = {}

    def of(self, observations: tuple[int, ...], row: Row) -> tuple[str, tuple[Result, ...]]:
        """The answer as recorded, and what it comes to as each of these observations."""
        key = (observations, row.answer, row.standing)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) >= _LIMIT:
                self._memo.clear()
            found = self._memo[key] = as_recorded(row), tuple(self._read(number, row) for number in observations)
        return found

    def _read(self, number: int, row: Row) -> Result:
        name = self._asked.observations[number]
        value = value_of(self._ctx, self._ctx.monograph.observations[name], row)
        test = as_test(self._ctx, name, row)
        answer = None if test.answer is None else self._asked.answers[name].index(test.answer)
        if isinstance(value, Interval):
            return Result(number, value.low, value.high, value.low_open, value.high_open, answer, test.doubtful)
        return Result(number, None, None, None, None, answer, test.doubtful)
