"""When examinations are due and which results belong to them: dates only, no record and no knowledge."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Literal

import msgspec

from apothecary.record import Span
from apothecary.units import Duration, add_duration

Status = Literal["done", "due", "overdue", "upcoming", "unknown"]
_DAY = timedelta(days=1)


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """One examination: how long after the start, its day, and the days whose results belong to it.

    `earliest` to `latest` it may be done in time.
    """

    after: Duration
    day: date
    earliest: date
    latest: date
    first: date
    last: date


class Taken(msgspec.Struct, frozen=True, gc=False):
    """A result: the days on which it may have been taken (None: undated), whether it can be read, where it stands."""

    when: Span | None
    usable: bool
    source: str
    number: int  # of the caller's list


class Matched(msgspec.Struct, frozen=True, gc=False):
    """What became of an occurrence; `by` is the result that settles it, or the first that leaves it open."""

    status: Status
    by: Taken | None = None


def days(start: date, stages: Iterable[tuple[Duration, Duration]]) -> Iterator[tuple[Duration, date]]:
    """The days of a schedule of stages (every, until), each reckoned from the start and later than the one before.

    A stage begins where the one before it ends. Months follow the calendar: from 31 January to the end of February,
    then 31 March. Days past the end of the calendar are left out. An interval that is no time gives nothing.
    """
    last, begun = start, Duration(0, 0)
    for every, until in stages:
        end = add_duration(start, until)
        after = begun
        while every.months or every.days:
            after = Duration(after.months + every.months, after.days + every.days)
            day = add_duration(start, after)
            if day > end or day == date.max:
                break
            if day > last:
                yield after, day
                last = day
        begun = until


def occurrences(
    start: date, stages: Iterable[tuple[Duration, Duration]], tolerance: Duration
) -> tuple[Occurrence, ...]:
    """The schedule with the days whose results belong to each occurrence: those nearer to it than to any other.

    The start counts as a neighbor, and a day halfway belongs to the earlier one. After the last there is no end.
    """
    found = list(days(start, stages))
    firsts = []
    before = start
    for _, day in found:
        firsts.append(before + (day - before) // 2 + _DAY)
        before = day
    lasts = [first - _DAY for first in firsts[1:]] + [date.max]
    return tuple(
        Occurrence(after, day, add_duration(day, tolerance, -1), add_duration(day, tolerance), first, last)
        for (after, day), first, last in zip(found, firsts, lasts, strict=True)
    )


def before_start(start: date, window: Duration) -> Occurrence:
    """The examination before the start: a result of the window that ends on the day of the start."""
    first = add_duration(start, window, -1)
    return Occurrence(Duration(0, 0), start, first, start, first, start)


def matched(one: Occurrence, taken: Sequence[Taken], as_of: date, complete: bool) -> Matched:
    """What an occurrence has come to by a day, given all results of that day and whether there can be no others.

    One readable result that surely belongs to it settles it. One that only may belong to it, or that cannot be read,
    leaves it open. Without any it is upcoming, due within the tolerance, then overdue, or unknown where results may be
    missing. The order of the results plays no part.
    """
    spans = [(_by(result.when, as_of), result) for result in taken]
    sure = [
        result
        for span, result in spans
        if result.usable and span is not None and one.first <= span.start and span.end <= one.last
    ]
    if sure:
        return Matched("done", min(sure, key=lambda result: _nearness(result, one.day)))
    maybe = [result for span, result in spans if _may_belong(span, one, as_of)]
    if maybe:
        return Matched("unknown", min(maybe, key=lambda result: result.source))
    if as_of < one.earliest:
        return Matched("upcoming")
    if as_of <= one.latest:
        return Matched("due")
    return Matched("overdue" if complete else "unknown")


def _by(when: Span | None, as_of: date) -> Span | None:
    """The days of a result that are not after the day of the review: a result of that day is there."""
    return when if when is None or when.end <= as_of else Span(when.start, max(when.start, as_of))


def _may_belong(span: Span | None, one: Occurrence, as_of: date) -> bool:
    if span is None:
        return one.first <= as_of
    return span.start <= one.last and one.first <= span.end


def _nearness(result: Taken, day: date) -> tuple[int, int, str]:
    """The nearest first; of two as near the later, whose source comes first."""
    when = result.when.start if result.when is not None else day
    return abs((when - day).days), -when.toordinal(), result.source


def length(after: Duration) -> str:
    """A time from the start in UCUM, such as 3 mo, 2 wk or 1 mo + 3 d."""
    parts = [f"{after.months} mo"] if after.months else []
    if after.days:
        parts.append(f"{after.days // 7} wk" if after.days % 7 == 0 else f"{after.days} d")
    return " + ".join(parts)
