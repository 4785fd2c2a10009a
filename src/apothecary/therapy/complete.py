"""The whole review: findings, dose plan, expected exposure, monitoring calendar."""

from datetime import date

import msgspec

from apothecary.kinetics.expected import expected_exposure
from apothecary.knowledge.schema import PhaseName
from apothecary.record import Record
from apothecary.review import Review, Reviewer
from apothecary.review.context import Context
from apothecary.therapy.calendar import calendar
from apothecary.therapy.dose_plan import dose_plan


def complete(
    reviewer: Reviewer, record: Record, as_of: date, phase: PhaseName | None = None, indication: str | None = None
) -> Review:
    """The review with dose plan, expected exposure and calendar; the errors are those of `Reviewer.review`."""
    ctx = reviewer.context(record, as_of, phase, indication)
    review = planned(reviewer, ctx)
    return msgspec.structs.replace(review, exposure=expected_exposure(ctx, review.dose_plan))


def planned(reviewer: Reviewer, ctx: Context) -> Review:
    """The review of what `Reviewer.context` has prepared, with dose plan and calendar, without the exposure."""
    review = reviewer.answer(ctx)
    return msgspec.structs.replace(review, dose_plan=dose_plan(ctx, review), monitoring=calendar(ctx))
