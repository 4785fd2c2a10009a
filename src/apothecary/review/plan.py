"""What therapy adds to a review: the dose plan and the monitoring calendar, as frozen results."""

from datetime import date
from typing import Literal

import msgspec

from apothecary.review.result import Basis, Evidence, Need


class Option(msgspec.Struct, frozen=True):
    """Another interval to consider, from which rule, and whether that rule applies or is open for this patient."""

    rule: str
    status: Literal["applies", "unknown"]
    interval_h: float
    text: str
    basis: tuple[Basis, ...]
    because: tuple[Evidence, ...] = ()
    needs: tuple[Need, ...] = ()


class Step(msgspec.Struct, frozen=True):
    """One row of the titration ladder: the daily amount, the dose at one time, and what it takes from the product."""

    mg_per_kg_day: float | None
    mg_per_day: float
    mg_per_dose: float
    volume_mL: float | None
    syringes_per_dose: int | None
    measurable: bool | None
    note: str = ""


class DosePlan(msgspec.Struct, frozen=True):
    """How the monograph doses one use in this patient; amounts are in mg, ranges are (low, high).

    `unknown` with `needs` where the weight or the use is not known; with `notes` where the monograph gives no dose.
    `start_mg` and `step_mg` are amounts at one time, given at the usual interval. A dose is `measurable` when the
    container's marks reach it, None where nothing is known of marks. `references`: what else the numbers come from;
    `read_first`: those of the notes that come before the dose.
    """

    status: Literal["applies", "unknown"]
    indication: str | None
    start_mg: tuple[float, float] | None = None
    step_mg: tuple[float, float] | None = None
    max_mg_per_day: float | None = None
    benefit_limit_mg_per_day: float | None = None
    interval_h: float | None = None
    split_allowed: bool | None = None
    options: tuple[Option, ...] = ()
    volume_mL: tuple[float, float] | None = None
    syringes_per_dose: tuple[int, int] | None = None
    syringes_per_28_days: tuple[int, int] | None = None
    discarded_mg_per_dose: tuple[float, float] | None = None
    measurable: bool | None = None
    product: str | None = None
    ladder: tuple[Step, ...] = ()
    notes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    because: tuple[Evidence, ...] = ()
    basis: tuple[Basis, ...] = ()
    references: tuple[str, ...] = ()
    read_first: tuple[str, ...] = ()


class Point(msgspec.Struct, frozen=True):
    """A result with its day and its number in the unit of the trend."""

    date: date
    value: float
    source: str


class Trend(msgspec.Struct, frozen=True):
    """The dated results that are one number, oldest first; `left_out`: how many others there are."""

    name: str
    unit: str
    points: tuple[Point, ...]
    limit: float | None = None
    left_out: int = 0


class Due(msgspec.Struct, frozen=True):
    """One entry of the monitoring calendar. `due` is None where the start of the therapy is not known to the day.

    `occurrence`: its place in the plan (`before-start`, the time from the start such as `3 mo`, `watch`), empty where
    the plan cannot be laid out. `earliest`, `latest`: the days on which the examination may be done. `until`: the last
    day of a period of watching. `result`: the evidence of an examination that was done. `missed`: overdue, but a later
    one was done. `trend`: on the first entry of a plan.
    """

    id: str
    name: str
    due: date | None
    status: Literal["done", "due", "overdue", "upcoming", "unknown"]
    text: str
    occurrence: str = ""
    earliest: date | None = None
    latest: date | None = None
    until: date | None = None
    result: Evidence | None = None
    missed: bool = False
    note: str = ""
    needs: tuple[Need, ...] = ()
    basis: tuple[Basis, ...] = ()
    interpretation: str | None = None
    trend: Trend | None = None
