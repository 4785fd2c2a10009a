"""Numbers of a patient: the latest result of an observation, a count made of two, a clearance with its sources.

The meaning is that of `review.observed` and `review.quantities`, column by column.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import ibis

from apothecary.logic.interval import Op
from apothecary.population.facts.schema import STANDING
from apothecary.population.rules.kleene import Expr, bit, code_of, compare, round_digits, surely, truth
from apothecary.population.rules.scope import Scope, column

_NEVER: Final = -(2**30)  # before all days
_RESULTS: Final = ("current", "uncertain", "unreadable")


class Number(NamedTuple):
    """A number of each patient: `known` or not, its interval, the reasons of an open one, whether results are shown.

    `first`, `last`: the days of its date, null where it has none of its own. `may_conflict`: as of `observed.Open`.
    """

    known: Expr
    low: Expr
    high: Expr
    low_open: Expr
    high_open: Expr
    whys: Expr
    shown: Expr
    first: Expr
    last: Expr
    may_conflict: Expr


def results(scope: Scope) -> ibis.Table:
    """The results that stand on the day of the review and are or may be results."""
    found = scope.known_by(scope.tables.result)
    return found.filter(found.standing.isin([STANDING[name] for name in _RESULTS]))


def of(scope: Scope, name: str) -> ibis.Table:
    """The results of one observation."""
    found = results(scope)
    return found.filter((found.observation == scope.asked.observations.index(name)) & ~found.opaque)


def keep_latest(scope: Scope, names: Sequence[str]) -> ibis.Table:
    """For each patient and observation with results what those that may be the latest come to."""
    rows = results(scope)
    rows = rows.filter(rows.observation.isin([scope.asked.observations.index(name) for name in names]) & ~rows.opaque)
    last = rows.group_by(_who=rows.patient, _of=rows.observation).aggregate(
        _last=rows.start.max(), _end=rows.end.max(), _undated=rows.start.isnull().cast("int32").sum()
    )
    some = rows.inner_join(last, (rows.patient == last._who) & (rows.observation == last._of)).drop("_who", "_of")
    some = some.filter(some._last.isnull() | some.start.isnull() | (some.end >= some._last))
    some = scope.engine.keep("may_be_latest", some.drop("standing", "from_day", "opaque", "source", "text"))
    timed = some.filter(some.moment.notnull())
    moments = timed.group_by(_who=timed.patient, _of=timed.observation).aggregate(_moment=timed.moment.max())
    some = some.left_join(moments, (some.patient == moments._who) & (some.observation == moments._of))
    some = some.drop("_who", "_of").filter(
        some._last.isnull() | some.moment.isnull() | (some.moment == moments._moment)
    )
    closed_low, closed_high = ~some.low_open, ~some.high_open
    none = ibis.null("float64")
    found = some.group_by("patient", "observation").aggregate(
        unread=some.low.isnull().cast("int8").max(),
        low_in=ibis.ifelse(closed_low, some.low, none).min(),
        low_out=ibis.ifelse(closed_low, none, some.low).min(),
        high_in=ibis.ifelse(closed_high, some.high, none).max(),
        high_out=ibis.ifelse(closed_high, none, some.high).max(),
        undated=some.start.isnull().cast("int8").max(),
        start_min=some.start.min(),
        start_max=some.start.max(),
        end_min=some.end.min(),
        end_max=some.end.max(),
        answer_min=some.answer.min(),
        answer_max=some.answer.max(),
        doubtful=some.doubtful.cast("int8").max(),
        all_end=some._end.max(),
        all_undated=some._undated.max(),
    )
    kept = scope.engine.keep("latest", _told_once(found))
    scope.engine.forget("may_be_latest")
    return kept


def _told_once(found: ibis.Table) -> ibis.Table:
    """What does not depend on the question, worked out here once: the hull, the one day, `since` and `until`.

    `since`: the earliest of the latest, before all days where one is undated; `until`: the last day of all results,
    after all days where one is undated.
    """
    low, low_open = _end(found.low_in, found.low_out, lambda out, inner: out < inner)
    high, high_open = _end(found.high_in, found.high_out, lambda out, inner: out > inner)
    one = (found.undated == 0) & (found.start_min == found.start_max) & (found.end_min == found.end_max)
    one, day = one.fill_null(False), ibis.null("int32")
    return found.select(
        "patient", "observation", "unread", "answer_min", "answer_max", "doubtful",
        low=low, high=high, low_open=low_open, high_open=high_open,
        first=ibis.ifelse(one, found.start_min, day), last=ibis.ifelse(one, found.end_min, day),
        since=ibis.ifelse(found.undated > 0, _NEVER, found.start_min).cast("int32"),
        until=ibis.ifelse(found.all_undated > 0, -_NEVER, found.all_end).cast("int32"),
    )  # fmt: skip


def latest_of(scope: Scope, every: ibis.Table, name: str) -> ibis.Table:
    """Those of one observation, in columns of its own."""
    own = every.filter(every.observation == scope.asked.observations.index(name)).drop("observation")
    return own.rename({column(name, one): one for one in own.columns if one != "patient"})


def columns_of(sheet: ibis.Table, name: str) -> dict[str, Expr]:
    """The columns about an observation by their last part."""
    about = column(name, "")
    return {one.removeprefix(about): sheet[one] for one in sheet.columns if one.startswith(about)}


def stored(sheet: ibis.Table, *key: str) -> Number:
    """A number that stands in the sheet."""
    return Number(*(sheet[column(*key, field)] for field in Number._fields))


def columns_for(numbers: dict[tuple[str, ...], Number]) -> dict[str, Expr]:
    """Numbers as columns by which `stored` finds them again."""
    every = ((key, field, value) for key, n in numbers.items() for field, value in zip(Number._fields, n, strict=True))
    return {column(*key, field): value for key, field, value in every}


def age(sheet: ibis.Table) -> Number:
    """Completed months of age."""
    known, no, day = sheet.months_low.notnull(), ibis.literal(False), ibis.null("int32")
    low, high = sheet.months_low.cast("float64"), sheet.months_high.cast("float64")
    return Number(known, low, high, no, no, ibis.ifelse(known, 0, sheet.absent_person), known, day, day, no)


def missing(scope: Scope, sheet: ibis.Table, name: str, within: str | None, number: Number) -> tuple[Expr, Expr]:
    """`results.missing` of a number: there is none, or all of them are surely too old."""
    seen = scope.monograph.observations[name]
    c, window = columns_of(sheet, name), within or seen.expires
    out = ibis.literal(True)
    if "unread" in c:
        none = c["unread"].isnull()
        old = too_old(scope, c["until"], window)
        out = none | old
    only_missing = (number.whys & ~bit("missing")) == 0
    or_stale = (number.whys & ~(bit("missing") | bit("stale"))) == 0
    yes = ~number.known & (only_missing | (or_stale & out))
    why = ibis.ifelse(number.known | yes, 0, code_of(number.whys))
    return truth(yes, ~number.known), why.cast("int8")


def latest(scope: Scope, sheet: ibis.Table, name: str, within: str | None) -> Number:
    """The latest result; unreadable, undated and out-of-date ones leave it open."""
    seen = scope.monograph.observations[name]
    c = columns_of(sheet, name)
    none, unread = c["unread"].isnull(), (c["unread"] > 0).fill_null(False)
    outside = too_old(scope, c["since"], within or seen.expires)
    if within is None and seen.expires_child is not None:
        outside = ibis.ifelse(surely(sheet.adult), outside, too_old(scope, c["since"], seen.expires_child))
    known = ~none & ~unread & ~outside
    return Number(
        known,
        c["low"],
        c["high"],
        c["low_open"],
        c["high_open"],
        ibis.cases((known, 0), (none, sheet.absent_result), (unread, bit("unreadable")), else_=bit("stale")),
        ~none,
        c["first"],
        c["last"],
        ibis.literal(False),
    )


def too_old(scope: Scope, day: Expr, window: str | None) -> Expr:
    """Whether a day lies before a window; never without one."""
    return ibis.literal(False) if window is None else (day < scope.first_day(window)).fill_null(False)


def _end(inner: Expr, out: Expr, wider: object) -> tuple[Expr, Expr]:
    """One end of the hull: the closed one unless an open one lies further out."""
    open_ = ibis.ifelse(inner.isnull(), True, wider(out, inner).fill_null(False))  # type: ignore[operator]
    return ibis.ifelse(open_, out, inner), open_


def newer(direct: Number, total: Number, share: Number, by: float) -> Number:
    """`observed.observed` of a count: the one recorded, or one made of a total and a share of one day if that is newer.

    `by`: what the unit of the total is times that of the count.
    """
    one_day = (total.first == share.first) & (total.last == share.last)
    made = total.known & share.known & one_day.fill_null(False)
    shown = total.known & ~share.known & share.shown  # a share that cannot be used stands for a missing count
    stands = ~direct.known & (direct.whys == bit("missing")) & shown
    later = direct.known & made & (total.first > direct.last).fill_null(False)
    instead = made & ~direct.known & ((direct.whys & bit("unreadable")) == 0)
    use = later | instead
    low = round_digits(total.low * share.low / 100 * by)
    high = round_digits(total.high * share.high / 100 * by)
    return Number(
        direct.known | use,
        ibis.ifelse(use, low, direct.low),
        ibis.ifelse(use, high, direct.high),
        ibis.ifelse(use, False, direct.low_open),
        ibis.ifelse(use, False, direct.high_open),
        ibis.cases((direct.known | use, 0), (stands, share.whys), else_=direct.whys),
        direct.shown | use | stands,
        ibis.ifelse(use, total.first, direct.first),
        ibis.ifelse(use, total.last, direct.last),
        ibis.literal(False),
    )


def against(number: Number, op: Op, limit: float) -> Expr:
    """A number against a limit; unknown where it is open or straddles the limit."""
    told = compare(number.low, number.high, number.low_open, number.high_open, op, limit)
    return ibis.ifelse(number.known, told, ibis.null("boolean"))
