"""Rows that belong to a value set, or do not say what they are, as bits; and the day from which a row stands."""

from collections.abc import Mapping
from datetime import date
from typing import Final, NamedTuple

from apothecary.knowledge import Hits, Match, Matcher
from apothecary.population.facts.schema import ALWAYS, BITS
from apothecary.record import Row, Span
from apothecary.record.standing import standing_on

_EPOCH: Final = date(1970, 1, 1).toordinal()
Days = tuple[int | None, int | None]


class Masks(NamedTuple):
    """What a row says about the value sets of its section: for each word the sure bits, then those in doubt."""

    words: tuple[int, ...]
    opaque: bool = False
    past: bool = False  # in words a thing of the past


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def days_of(span: Span | None) -> Days:
    """The first and the last day of a span."""
    return (None, None) if span is None else (day_number(span.start), day_number(span.end))


def first_day(row: Row) -> int:
    """The first day of a review on which the row stands; ALWAYS where it does whatever the day.

    A row begins to stand only on a day it names, so those are the days on which `standing_on` is asked.
    """
    recorded, when = row.recorded, row.when
    if recorded is None and when is None:
        return ALWAYS
    if standing_on(row, date.min) is not None:
        return ALWAYS
    if recorded is None or when is None:
        return ((recorded or when).start.toordinal()) - _EPOCH  # type: ignore[union-attr]  # one of them is a span
    early, late = sorted((recorded.start, when.start))
    return day_number(late if early == late or standing_on(row, early) is None else early)


def masks_of(
    bits: Mapping[str, int], words: int, matcher: Matcher, found: Hits, systems: frozenset[str] | None
) -> tuple[Masks, ...]:
    """The table rows of one row; a row of the past in words for some sets is one more of those."""
    now = {id_: level for id_, level in found.items() if level is not Match.PAST}
    made = [Masks(_masks(bits, words, now))] if now else []
    if len(now) < len(found):
        past = {id_: Match.COARSE for id_ in found if id_ not in now}
        made.append(Masks(_masks(bits, words, past), past=True))
    if systems is not None:
        maybe = {id_: Match.COARSE for id_ in bits if not matcher.decides(id_, systems)}
        made.append(Masks(_masks(bits, words, maybe), opaque=True))
    return tuple(made)


def _masks(bits: Mapping[str, int], words: int, levels: Mapping[str, Match]) -> tuple[int, ...]:
    masks = [0] * (2 * words)
    for id_, level in levels.items():
        word, bit = divmod(bits[id_], BITS)
        masks[2 * word + (level is Match.COARSE)] |= 1 << bit
    return tuple(masks)
