"""The monitoring calendar of a therapy from its first day: as given, or as the record has it."""

from datetime import date

import msgspec

from apothecary.record import Record, Span
from apothecary.review import Review, Reviewer
from apothecary.review.context import Context
from apothecary.review.course import Course, course, given
from apothecary.therapy.calendar import calendar


class NoSchedule(ValueError):
    """The monograph holds no monitoring plan, so there is no calendar."""


class FromStart(msgspec.Struct, frozen=True):
    """A review on therapy with its calendar, the course it runs from, and that of the record."""

    review: Review
    course: Course
    recorded: Course

    @property
    def begun(self) -> date | None:
        """The first day of the therapy; None where it is not known to the day."""
        starts = self.course.starts
        return starts[0].start if len(starts) == 1 and starts[0].start == starts[0].end else None


def from_start(
    reviewer: Reviewer, record: Record, as_of: date, indication: str | None = None, begun: date | None = None
) -> FromStart:
    """The calendar from `begun`, or from the record's own start without it; the errors are those of a review.

    NoSchedule for a monograph without a monitoring plan.
    """
    m = reviewer.monograph
    if not m.monitoring:
        raise NoSchedule(f"The monograph of {m.drug.id} holds no monitoring plan. Ask for another drug.")
    ctx = reviewer.context(record, as_of, "on-therapy", indication)
    recorded = _course(ctx)
    used = recorded
    if begun is not None:
        used = given(begun)
        ctx.start, ctx.memo = Span(begun, begun), {"course": used}
    review = reviewer.answer(ctx)
    return FromStart(msgspec.structs.replace(review, monitoring=calendar(ctx)), used, recorded)


def _course(ctx: Context) -> Course:
    """The course of the record, with the break that the first plan allows."""
    plan = next(iter(ctx.monograph.monitoring.values()))
    return course(ctx, ctx.duration(plan.gap))
