"""The monitoring plans for one patient: what was done, what is due, what is overdue, what cannot be told."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import BasisKind, MonitoringPlan
from apothecary.review import results
from apothecary.review.context import Context
from apothecary.review.course import Course, course
from apothecary.review.outcome import NONE, F, Outcome, T, U
from apothecary.review.plan import Due
from apothecary.review.result import Evidence, Need, bases
from apothecary.review.schedule import Matched, Occurrence, Taken, before_start, length, matched, occurrences
from apothecary.review.series import Reading, readings
from apothecary.units import Duration, add_duration

BEFORE, WATCH = "before-start", "watch"
_NO_OTHER = Outcome(T)


def entries(ctx: Context, plan: MonitoringPlan, use: Outcome = _NO_OTHER) -> tuple[Due, ...]:
    """The calendar of one plan, remembered for the review; `use` says whether its indication is documented.

    None where the use is not. One open entry where the use or the start of the therapy is not known. Before the start
    only what is to be done before it.
    """
    key = ("monitoring", plan.id)
    found: tuple[Due, ...] | None = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = _with_missed(tuple(_entries(ctx, plan, use)))
    return found


def _with_missed(listed: tuple[Due, ...]) -> tuple[Due, ...]:
    """The entries with those marked that were missed while a later one was done: nobody can make up for them."""
    last = max((n for n, one in enumerate(listed) if one.status == "done"), default=0)
    return tuple(
        msgspec.structs.replace(one, missed=True, note=f"{one.note} Missed; a later one was done.".strip())
        if one.status == "overdue" and n < last
        else one
        for n, one in enumerate(listed)
    )


def overdue(plan: MonitoringPlan, ctx: Context, use: Outcome = _NO_OTHER) -> Outcome:
    """Whether an examination after the start is overdue; open while one that may be is not known.

    One that was missed does not count once a later one was done.
    """
    if ctx.phase == "considering":
        return NONE
    if use.truth is F:
        return Outcome(F, use.because)
    listed = [one for one in entries(ctx, plan, use) if one.occurrence not in (BEFORE, WATCH)]
    lacking = [one for one in listed if one.status == "overdue" and not one.missed]
    late = (*(_late(one) for one in lacking), *(_start(ctx, plan) if lacking else ()))
    if late:
        return Outcome(T, late)
    needs = tuple(dict.fromkeys(need for one in listed if one.status == "unknown" for need in one.needs))
    if needs:
        return Outcome(U, (), needs)
    return Outcome(F, tuple(one.result for one in listed[::-1] if one.result is not None)[:1])


def _late(one: Due) -> Evidence:
    day = f"due on {one.due.isoformat()}" if one.due else "its day is past whenever the therapy started"
    return Evidence(f"{one.name} at {one.occurrence}", "no result", note=day)


def _start(ctx: Context, plan: MonitoringPlan) -> Iterator[Evidence]:
    for span in course(ctx, ctx.duration(plan.gap)).starts:
        yield Evidence("start of therapy", span.text())


def _entries(ctx: Context, plan: MonitoringPlan, use: Outcome) -> Iterator[Due]:
    if use.truth is F:
        return
    if ctx.phase == "considering":
        if plan.observation is not None and plan.before is not None:
            yield _before_therapy(ctx, plan, plan.observation, plan.before)
        return
    now = course(ctx, ctx.duration(plan.gap))
    if use.truth is U or not now.starts:
        needs = (*(use.needs if use.truth is U else ()), *(() if now.starts else now.needs))
        yield _due(ctx.monograph, plan, None, "unknown", needs=needs, note=now.note)
        return
    if plan.observation is not None:
        yield from _schedule(ctx, plan, plan.observation, now)
    if plan.watch is not None:
        yield _watch(ctx, plan, ctx.duration(plan.watch), now)


def _due(m: Monograph, plan: MonitoringPlan, day: date | None, status: str, **more: object) -> Due:
    kind: BasisKind = "interpreted" if plan.interpretation else "stated"
    known = {"basis": bases(m.statements, plan.statements, kind), "interpretation": plan.interpretation, **more}
    return Due(plan.id, plan.name, day, status, plan.text, **known)  # type: ignore[arg-type]  # by name, each of its own kind


def _before_therapy(ctx: Context, plan: MonitoringPlan, observation: str, before: str) -> Due:
    """The examination before a start that is being considered: a usable result of the window that ends today."""
    outcome = results.missing(logic.Missing(of=observation, within=before), ctx)
    status = {T: "due", F: "done", U: "unknown"}[outcome.truth]
    shown = outcome.because[0] if outcome.truth is F and outcome.because else None
    return _due(ctx.monograph, plan, None, status, occurrence=BEFORE, result=shown, needs=outcome.needs)


# --- on therapy -----------------------------------------------------------------------------------------------------


class _Row(msgspec.Struct, frozen=True):
    """One occurrence under one possible start."""

    label: str
    one: Occurrence
    found: Matched


def _schedule(ctx: Context, plan: MonitoringPlan, observation: str, now: Course) -> Iterator[Due]:
    """Every occurrence under every possible start; where they come to different things it is not known."""
    listed = readings(ctx, observation)
    taken = tuple(Taken(r.when, r.number is not None, r.evidence.source, n) for n, r in enumerate(listed))
    section = ctx.index.section("observation")
    complete = section.state == "supplied" and not section.present_only
    rows = [_rows(ctx, plan, start, taken, complete) for start in _days(now)]
    if len({tuple(row.label for row in some) for some in rows}) > 1:
        yield _due(ctx.monograph, plan, None, "unknown", needs=now.needs, note=now.note)
        return
    lacking = () if complete else (_not_supplied(ctx, observation),)
    for under in zip(*rows, strict=True):
        yield _merged(ctx, plan, under, listed, now, lacking)


def _days(now: Course) -> Iterator[date]:
    """Every day on which the course may have begun."""
    seen = set()
    for span in now.starts:
        for number in range((span.end - span.start).days + 1):
            seen.add(span.start + timedelta(days=number))
    yield from sorted(seen)


def _rows(
    ctx: Context, plan: MonitoringPlan, start: date, taken: tuple[Taken, ...], complete: bool
) -> tuple[_Row, ...]:
    listed = laid_out(ctx, plan, start)
    return tuple(_Row(label, one, matched(one, taken, ctx.index.as_of, complete)) for label, one in listed)


def laid_out(ctx: Context, plan: MonitoringPlan, start: date) -> list[tuple[str, Occurrence]]:
    """Every examination of a plan for one day of the start, with its place in the plan; asks no record."""
    stages = [(ctx.duration(stage.every), ctx.duration(stage.until)) for stage in plan.stages]
    tolerance = ctx.duration(plan.tolerance) if plan.tolerance else Duration(0, 0)
    listed = [(length(one.after), one) for one in occurrences(start, stages, tolerance)]
    if plan.before is not None:
        listed.insert(0, (BEFORE, before_start(start, ctx.duration(plan.before))))
    return listed


def _merged(
    ctx: Context,
    plan: MonitoringPlan,
    under: tuple[_Row, ...],
    listed: tuple[Reading, ...],
    now: Course,
    lacking: tuple[Need, ...],
) -> Due:
    """One occurrence: what all possible starts agree on."""
    first = under[0]
    statuses = {row.found.status for row in under}
    status = first.found.status if len(statuses) == 1 else "unknown"
    by = {row.found.by.number for row in under if row.found.by is not None}
    chosen = listed[first.found.by.number] if first.found.by is not None and len(by) == 1 else None
    same = len({row.one.day for row in under}) == 1
    needs: tuple[Need, ...] = ()
    if len(statuses) > 1:
        needs = now.needs
    elif status == "unknown":
        doubts = [listed[number] for number in sorted(by)]
        needs = tuple(_doubt(ctx, plan, doubt) for doubt in doubts) or lacking
    elif status == "due":
        needs = lacking
    return _due(
        ctx.monograph,
        plan,
        first.one.day if same else None,
        status,
        occurrence=first.label,
        earliest=first.one.earliest if same else None,
        latest=first.one.latest if same else None,
        result=chosen.evidence if chosen is not None and status == "done" else None,
        note=" ".join(part for part in (_note(under, status, chosen), now.note) if part),
        needs=needs,
    )


def _note(under: tuple[_Row, ...], status: str, chosen: Reading | None) -> str:
    """What a reader should know beyond the status: an inexact day, a late or early result, a missed one."""
    days = [row.one.day for row in under]
    if min(days) != max(days):
        return f"Between {min(days).isoformat()} and {max(days).isoformat()}: the start is not known to the day."
    one, label = under[0].one, under[0].label
    if status == "overdue" and label == BEFORE:
        return "No result from before the start is recorded."
    if status == "done" and chosen is not None and chosen.when is not None and label != BEFORE:
        if chosen.when.start > one.latest:
            return "Done later than planned."
        if chosen.when.end < one.earliest:
            return "Done earlier than planned."
    return ""


def _doubt(ctx: Context, plan: MonitoringPlan, doubt: Reading) -> Need:
    seen = ctx.monograph.observations[plan.observation or ""]
    if doubt.number is None:
        return Need(seen.name, "unreadable", f"{doubt.why} {seen.how}")
    if doubt.when is None:
        return Need(seen.name, "missing", f"{doubt.evidence.source} has no date: supply it.")
    how = f"{doubt.evidence.source} is dated {doubt.when.text()} only: supply the day."
    return Need(seen.name, "missing", how)


def _not_supplied(ctx: Context, observation: str) -> Need:
    seen = ctx.monograph.observations[observation]
    return ctx.absent("observation", seen.name, seen.how)


def _watch(ctx: Context, plan: MonitoringPlan, lasts: Duration, now: Course) -> Due:
    """A period of closer watching from the start on: due while it lasts, done with when it is over."""
    today = ctx.index.as_of
    periods = [(start, add_duration(start, lasts)) for start in _days(now)]
    statuses = {"upcoming" if today < a else "due" if today <= b else "done" for a, b in periods}
    status = statuses.pop() if len(statuses) == 1 else "unknown"
    start, until = periods[0] if len(periods) == 1 else (None, None)
    over = "The period is over." if status == "done" else ""
    return _due(
        ctx.monograph,
        plan,
        start,
        status,
        occurrence=WATCH,
        until=until,
        note=" ".join(part for part in (over, now.note) if part),
        needs=now.needs if status == "unknown" else (),
    )
