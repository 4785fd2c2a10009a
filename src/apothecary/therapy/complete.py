"""The whole review: findings, dose plan, expected exposure, monitoring calendar."""

from datetime import date

import msgspec

from apothecary.kinetics.expected import expected_exposure
from apothecary.knowledge.schema import PhaseName
from apothecary.record import Record
from apothecary.review import Review, Reviewer
from apothecary.therapy.calendar import calendar
from apothecary.therapy.dose_plan import dose_plan


def complete(
    reviewer: Reviewer, record: Record, as_of: date, phase: PhaseName | None = None, indication: str | None = None
) -> Review:
    """The review with dose plan, expected exposure and calendar; the errors are those of `Reviewer.review`."""
    ctx = reviewer.context(record, as_of, phase, indication)
    review = reviewer.answer(ctx)
    plan = dose_plan(ctx, review)
    exposure = expected_exposure(ctx, plan)
    return msgspec.structs.replace(review, dose_plan=plan, exposure=exposure, monitoring=calendar(ctx))
