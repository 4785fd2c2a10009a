"""Calendars for the tests of every format, and what makes them up."""

from datetime import date
from typing import Any

from test_present_samples import HOSTILE

from apothecary.knowledge import Monograph
from apothecary.review import Reviewer
from apothecary.review.plan import Due, Point, Trend
from apothecary.review.result import Basis, Evidence, Need
from support import made_up

START = date(2026, 1, 31)
AS_OF = date(2026, 5, 14)
COUNT = Evidence("absolute lymphocyte count", "1500", "/uL", "2026-02-15", "Observation/c1", "code")
BASIS = (Basis("cautions.5", "Cautions / Lymphopenia", ("1",), "interpreted"),)


def due(day: str | None, status: str, occurrence: str, **more: Any) -> Due:
    """An examination with a tolerance of three days."""
    when = None if day is None else date.fromisoformat(day)
    window = {} if when is None else {"earliest": date.fromordinal(when.toordinal() - 3),
                                      "latest": date.fromordinal(when.toordinal() + 3)}  # fmt: skip
    known = {"occurrence": occurrence, "basis": BASIS, "interpretation": "when-to-count", **window, **more}
    return Due("lymphocytes", "Lymphocyte count", when, status, "Order a blood count.", **known)  # type: ignore[arg-type]


def trend(*values: float, **more: Any) -> Trend:
    """One result a month, from the first of January."""
    points = tuple(Point(date(2026, n, 1), value, f"Observation/{n}") for n, value in enumerate(values, 1))
    return Trend("absolute lymphocyte count", "/uL", points, **{"limit": 500, **more})


def listed() -> tuple[Due, ...]:
    """One entry of every status, and a watch."""
    watch = Due(
        "constipation", "Watch for constipation", START, "done", "Ask at every visit.", "watch",
        until=date(2026, 3, 14), note="The period is over.", basis=BASIS,
    )  # fmt: skip
    need = Need("absolute lymphocyte count", "unreadable", "Observation/c2 gives no number. Order a blood count.")
    return (
        due("2026-01-31", "overdue", "before-start", trend=trend(1500, 900, 400), note="No result is recorded."),
        watch,
        due("2026-02-14", "done", "2 wk", result=COUNT),
        due("2026-02-28", "unknown", "4 wk", needs=(need,)),
        due("2026-05-12", "due", "2 mo + 6 wk"),
        due("2026-07-12", "upcoming", "4 mo + 6 wk"),
    )


def hostile() -> tuple[Due, ...]:
    """Every string that a record can carry is an attack."""
    bad = Evidence(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE, "name", HOSTILE)
    need = Need(HOSTILE, "unreadable", HOSTILE)
    return (due("2026-02-14", "done", "2 wk", result=bad, needs=(need,), note=HOSTILE),)


def monograph() -> Monograph:
    """The made-up drug."""
    return made_up()


def reviewer() -> Reviewer:
    """A reviewer of the made-up drug."""
    return Reviewer(made_up())
