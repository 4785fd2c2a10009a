"""The whole review: findings, dose plan, monitoring calendar."""

from datetime import date

import msgspec

from apothecary.knowledge.schema import PhaseName
from apothecary.record import Record
from apothecary.review import Review, Reviewer
from apothecary.therapy.calendar import calendar
from apothecary.therapy.dose_plan import dose_plan


def complete(
    reviewer: Reviewer, record: Record, as_of: date, phase: PhaseName | None = None, indication: str | None = None
) -> Review:
    """The review with its dose plan and calendar; the errors are those of `Reviewer.review`."""
    ctx = reviewer.context(record, as_of, phase, indication)
    review = reviewer.answer(ctx)
    return msgspec.structs.replace(review, dose_plan=dose_plan(ctx, review), monitoring=calendar(ctx))
