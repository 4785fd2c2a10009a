"""When the current course of the therapy began: a refill goes on with it, a longer break begins anew."""

from datetime import date

import msgspec

from apothecary.record import Span
from apothecary.record.facts import Standing
from apothecary.review.context import LABELS, Context
from apothecary.review.result import Need
from apothecary.units import Duration, add_duration

_GIVEN_KINDS = ("MedicationAdministration", "MedicationDispense")
_COUNTS = "dose-given-counts"
_FACT = "start of therapy"


class Course(msgspec.Struct, frozen=True):
    """The days on which the current course may have begun; none: not known, and `needs` says what is missing."""

    starts: tuple[Span, ...] = ()
    note: str = ""
    needs: tuple[Need, ...] = ()


class Taking(msgspec.Struct, frozen=True, gc=False):
    """What a row of the drug says of the time it was taken, with what the row is on the day of the review."""

    kind: str
    standing: Standing
    when: Span | None
    until: Span | None
    source: str


class _Piece(msgspec.Struct, frozen=True, gc=False):
    """A row of the drug as a period. `sure`: that it was taken then, and until when, is known."""

    begin: Span | None
    end: Span | None
    sure: bool
    source: str


def given(start: date) -> Course:
    """The course that a person says began on a day."""
    return Course((Span(start, start),))


def course(ctx: Context, gap: Duration) -> Course:
    """The current course on therapy, remembered for the review; a break longer than `gap` separates courses."""
    said: Course | None = ctx.memo.get("course")
    if said is not None:
        return said
    key = ("course", gap)
    found: Course | None = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = _course(ctx, gap)
    return found


def _course(ctx: Context, gap: Duration) -> Course:
    if ctx.start is None:
        return _open("Supply the date on which the therapy started, and every order of the drug with its dates.")
    section = ctx.index.section("medication")
    if section.present_only:
        label, how = LABELS["medication"]
        said = "Only what is active was searched, not the past: an earlier order that goes on would move the start."
        return Course(needs=(Need(label, "not-supplied", f"{said} {how}"),))
    rows = [
        Taking(hit.row.kind, hit.standing, hit.row.when, hit.row.until, hit.row.source)
        for hit in ctx.index.hits("medication", ctx.monograph.drug.value_set)
        if hit.match > 1
    ]
    return starts_of(ctx, rows, ctx.start, gap)


def starts_of(ctx: Context, rows: list[Taking], start: Span | None, gap: Duration) -> Course:
    """The course that the rows of the drug make, given the first day it is known to be taken; asks no record."""
    today = ctx.index.as_of
    begins = [
        row.when
        for row in rows
        if row.standing == "current" and row.kind not in _GIVEN_KINDS and row.when is not None and _begun(row, today)
    ]
    counts = ctx.duration(_COUNTS) if _COUNTS in ctx.monograph.values else Duration(0, 0)
    pieces = [piece for row in rows if (piece := _piece(row, today, counts)) is not None]
    begin = _earliest(begins)
    if begin is None:  # only doses given: the latest of them
        begin = max((p.begin for p in pieces if p.begin is not None), key=lambda span: span.start, default=start)
    if begin is None:
        return _open("Supply the date on which the therapy started.")
    return _walk(begin, pieces, gap)


def _begun(row: Taking, today: date) -> bool:
    return row.when is None or row.when.start <= today


def _piece(row: Taking, today: date, counts: Duration) -> _Piece | None:
    """What a row says of the time the drug was taken; None for plans, mistakes and what is to begin later."""
    if row.standing in ("void", "planned") or not _begun(row, today):
        return None
    if row.kind in _GIVEN_KINDS and row.when is not None:
        end = Span(add_duration(row.when.start, counts), add_duration(row.when.end, counts))
        return _Piece(row.when, end, row.standing != "uncertain", row.source)
    if row.standing == "current":
        return _Piece(row.when, Span(today, date.max), True, row.source)
    return _Piece(row.when, row.until, row.standing == "history" and row.until is not None, row.source)


def _walk(begin: Span, pieces: list[_Piece], gap: Duration) -> Course:
    """Goes back from the current row over every period that joins it; what only may join leaves several starts."""
    sure, _ = _joined(begin, [piece for piece in pieces if piece.sure], gap, surely=True)
    possible, apart = _joined(sure[-1], pieces, gap, surely=False)
    undated = sorted(piece.source for piece in pieces if piece.begin is None and piece not in apart)
    if undated:
        return _open(f"{undated[0]} does not say when it began: supply its dates, so that the start can be told.")
    starts = tuple(dict.fromkeys((sure[-1], *possible)))
    return Course(starts, _earlier(apart), _exact(starts))


def _joined(begin: Span, pieces: list[_Piece], gap: Duration, surely: bool) -> tuple[list[Span], list[_Piece]]:
    """The beginnings reached from one, each earlier than the one before, and the periods that lie apart."""
    reached, left = [begin], list(pieces)
    while True:
        joining = [piece for piece in left if _joins(piece, reached[-1], gap, surely)]
        if not joining:
            return reached, left
        left = [piece for piece in left if piece not in joining]
        for earlier in sorted((p.begin for p in joining if p.begin is not None), key=_latest_first):
            if earlier.start < reached[-1].start or earlier.end < reached[-1].end:
                reached.append(_sooner(earlier, reached[-1]) if surely else earlier)


def _joins(piece: _Piece, begin: Span, gap: Duration, surely: bool) -> bool:
    """Whether a period reaches to within the gap of a beginning, surely or possibly."""
    if piece.end is None:
        return not surely and (piece.begin is None or piece.begin.start <= begin.end)
    if surely:
        return piece.begin is not None and begin.end <= add_duration(piece.end.start, gap)
    return begin.start <= add_duration(piece.end.end, gap)


def _latest_first(span: Span) -> tuple[int, int]:
    return -span.start.toordinal(), -span.end.toordinal()


def _sooner(one: Span, other: Span) -> Span:
    return Span(min(one.start, other.start), min(one.end, other.end))


def _earliest(spans: list[Span]) -> Span | None:
    if not spans:
        return None
    return Span(min(span.start for span in spans), min(span.end for span in spans))


def _earlier(apart: list[_Piece]) -> str:
    """A sentence on courses that had ended before this one began."""
    ends = [piece.end for piece in apart if piece.end is not None]
    if not ends:
        return ""
    last = max(ends, key=lambda span: (span.end, span.start))
    return f"An earlier course ended by {last.text()}; the calendar runs from the start of the current one."


def _exact(starts: tuple[Span, ...]) -> tuple[Need, ...]:
    if len(starts) == 1 and starts[0].start == starts[0].end:
        return ()
    if len(starts) > 1:
        how = "It is not known whether an earlier course ended or went on: supply the dates of every order of the drug."
    else:
        how = f"Only {starts[0].text()} is known: supply the day on which the therapy started."
    return (Need(_FACT, "missing", how),)


def _open(how: str) -> Course:
    return Course(needs=(Need(_FACT, "missing", how),))
