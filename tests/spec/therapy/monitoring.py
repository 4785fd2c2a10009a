"""What the tests of monitoring share: a woman with migraine on the made-up drug, and her calendar."""

from datetime import date
from typing import Any

from apothecary.record import Record
from apothecary.review import Reviewer
from apothecary.review.plan import Due
from apothecary.therapy import complete
from support import ALC, MIGRAINE, ZORVIMAB, condition, made_up, order, resource, result, whole

AS_OF = date(2026, 6, 30)
FIRST_WEEKS = ("2 wk", "4 wk", "6 wk")


def on(start: str | None, **fields: Any) -> dict[str, Any]:
    """An active order of the made-up drug, written and begun on a day."""
    return order(ZORVIMAB, authoredOn=start, **fields)


def past(start: str | None, end: str | None, status: str = "completed") -> dict[str, Any]:
    """A statement that the drug was taken, from a day to a day."""
    period = {key: day for key, day in (("start", start), ("end", end)) if day is not None}
    return resource(
        "MedicationStatement", status=status, medicationCodeableConcept=ZORVIMAB, effectivePeriod=period or None
    )


def count(when: str | None, value: float | None = 1500, unit: str | None = "/uL", **fields: Any) -> dict[str, Any]:
    """A lymphocyte count."""
    return result(ALC, value, unit, when, **fields)


def calendar(*resources: dict[str, Any], as_of: date = AS_OF, phase: Any = None, **more: Any) -> tuple[Due, ...]:
    """The calendar of a record in which every section was asked for; `plan` chooses one plan."""
    plan = more.pop("plan", "lymphocytes")
    record = whole(condition(MIGRAINE), *resources, **more)
    return of(record, as_of, phase, plan)


def of(record: Record, as_of: date = AS_OF, phase: Any = None, plan: str = "lymphocytes") -> tuple[Due, ...]:
    """The entries of one plan for a record."""
    listed = complete(Reviewer(made_up()), record, as_of, phase).monitoring
    return tuple(one for one in listed if one.id == plan)


def statuses(listed: tuple[Due, ...]) -> dict[str, str]:
    """What each occurrence has come to."""
    return {one.occurrence: one.status for one in listed}
