"""What the readable formats say of the monitoring calendar, in which order and in which words; they only lay it out."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.present import words
from apothecary.present.trend import Chart, chart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from apothecary.knowledge.schema import Monograph
    from apothecary.review.plan import Due
    from apothecary.review.result import Evidence

STATUSES: Final = {
    "done": "done",
    "due": "due now",
    "overdue": "overdue",
    "upcoming": "upcoming",
    "unknown": "not known",
}
_WATCH_STATUSES: Final = {"done": "over", "due": "watch now", "upcoming": "upcoming", "unknown": "not known"}
_WHEN: Final = {"before-start": "before the start", "watch": "from the start", "": "the whole schedule"}
_UNITS: Final = {"mo": "month", "wk": "week", "d": "day"}
_NO_DAY: Final = "no day known"


class Line(msgspec.Struct, frozen=True):
    """One examination. `status` is the id, `said` the word; `detail` is the result, what is lacking and notes."""

    when: str
    day: str
    window: str
    status: str
    said: str
    detail: tuple[str, ...]


class PlanShown(msgspec.Struct, frozen=True):
    """One plan with its examinations."""

    id: str
    name: str
    text: str
    lines: tuple[Line, ...]
    notes: tuple[str, ...]
    trend: Chart | None


class MonitoringShown(msgspec.Struct, frozen=True):
    """The calendar in strings, plan by plan."""

    plans: tuple[PlanShown, ...]
    references: tuple[str, ...]
    statements: str


def monitoring_shown(listed: tuple[Due, ...], monograph: Monograph) -> MonitoringShown | None:
    """What to show of a calendar; None where nothing is monitored."""
    if not listed:
        return None
    places = {id_: number for number, id_ in enumerate(dict.fromkeys(one.id for one in listed))}
    ordered = sorted(listed, key=lambda one: places[one.id])
    basis = [basis for one in ordered for basis in one.basis]
    return MonitoringShown(
        tuple(_plan(tuple(group), monograph) for _, group in groupby(ordered, key=lambda one: one.id)),
        tuple(dict.fromkeys(reference for one in basis for reference in one.references)),
        ", ".join(dict.fromkeys(one.statement for one in basis)),
    )


def _plan(listed: tuple[Due, ...], monograph: Monograph) -> PlanShown:
    first = listed[0]
    trend = next((one.trend for one in listed if one.trend is not None), None)
    shared = _shared(one.note for one in listed) if len(listed) > 1 else ""
    reading = monograph.interpretations.get(first.interpretation or "")
    ours = f"Our reading of the monograph: {reading.title} ({reading.id} in INTERPRETATIONS.md)." if reading else ""
    return PlanShown(
        first.id,
        first.name,
        first.text,
        tuple(_line(one, shared) for one in listed),
        tuple(note for note in (shared, ours) if note),
        chart(trend, _limit(first.id, monograph)) if trend is not None else None,
    )


def _shared(notes: Iterable[str]) -> str:
    """What every entry says, so that it is said once."""
    listed = [tuple(note.split(". ")) for note in notes]
    last = {note[-1] for note in listed}
    return last.pop() if len(last) == 1 else ""


def _line(one: Due, shared: str) -> Line:
    watch = one.occurrence == "watch"
    note = one.note.removesuffix(shared).strip() if shared else one.note
    needs = [f"{need.fact} ({words.WHYS[need.why]}): {need.how}" for need in one.needs]
    return Line(
        when=when(one.occurrence),
        day=_day(one),
        window=_window(one),
        status=one.status,
        said=(_WATCH_STATUSES if watch else STATUSES)[one.status],
        detail=tuple(part for part in (_result(one.result) if one.result else "", *needs, note) if part),
    )


def _result(evidence: Evidence) -> str:
    """The number, its day and where it stands; the plan already says what was measured."""
    return words.fact(evidence).removeprefix(f"{evidence.fact}: ")


def _day(one: Due) -> str:
    if one.due is None:
        return _NO_DAY
    return f"{one.due.isoformat()} to {one.until.isoformat()}" if one.until is not None else one.due.isoformat()


def _window(one: Due) -> str:
    """The days on which it may be done, where they are more than one."""
    if one.earliest is None or one.latest is None or one.earliest == one.latest:
        return ""
    return f"{one.earliest.isoformat()} to {one.latest.isoformat()}"


def when(occurrence: str) -> str:
    """The place of an examination in words: `3 months after the start`."""
    if occurrence in _WHEN:
        return _WHEN[occurrence]
    parts = [part.split(" ") for part in occurrence.split(" + ")]
    named = [f"{number} {_UNITS[unit]}{'' if number == '1' else 's'}" for number, unit in parts]
    return f"{' and '.join(named)} after the start"


def _limit(plan_id: str, monograph: Monograph) -> str:
    plan = monograph.monitoring.get(plan_id)
    value = monograph.values.get(plan.limit) if plan is not None and plan.limit is not None else None
    return f"{value.value:g} {value.unit}" if value is not None and not isinstance(value.value, tuple) else ""
