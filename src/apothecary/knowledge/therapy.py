"""What the files on dosing and monitoring may say: they name values, so that each number keeps its unit and source."""

from collections.abc import Iterable

from apothecary.knowledge.source_text import Strict


class Adjustment(Strict, frozen=True):
    """Another interval to consider for the patients to whom a rule applies."""

    rule: str
    interval: str
    text: str
    statements: tuple[str, ...]


class NoRecommendation(Strict, frozen=True):
    """A population for which the source text says that it has no dose of its own."""

    population: str
    text: str
    statements: tuple[str, ...]


class Dosing(Strict, frozen=True):
    """How one use is dosed; every field but the texts is the id of a value.

    `start`: an amount a dose (mg) or an amount by weight a day (mg/kg/d), one number or a range. `step`: one titration
    step. `maximum`: the largest daily amount. `benefit_limit`: the daily amount beyond which nothing is gained.
    `split`: the doses a day into which the daily amount may be divided. `from_age`: the age below which there is none.
    """

    indication: str
    start: str
    interval: str
    step: str | None = None
    maximum: str | None = None
    benefit_limit: str | None = None
    split: str | None = None
    from_age: str | None = None
    adjustments: tuple[Adjustment, ...] = ()
    without: tuple[NoRecommendation, ...] = ()
    notes: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()

    @property
    def all_statements(self) -> tuple[str, ...]:
        """Every statement it rests on, those of its parts too, each once."""
        adjusted = (one.statements for one in self.adjustments)
        own = (self.statements, *adjusted, *(one.statements for one in self.without))
        return tuple(dict.fromkeys(id_ for some in own for id_ in some))


class Stage(Strict, frozen=True):
    """Examinations at one interval up to a time from the start of the therapy; both are ids of values."""

    every: str
    until: str


class MonitoringPlan(Strict, frozen=True):
    """What is watched from before the start on, as ids of values and of an observation.

    `gap`: after how long a break the therapy begins anew. `before`: how old a result may be at the start. `stages`:
    when it is repeated. `tolerance`: how far from its day an examination may be done. `limit`: the number that the
    trend is shown against. `watch`: how long the patient is watched more closely. `indication`: only in this use.
    """

    id: str
    name: str
    text: str
    statements: tuple[str, ...]
    gap: str
    observation: str | None = None
    before: str | None = None
    stages: tuple[Stage, ...] = ()
    tolerance: str | None = None
    limit: str | None = None
    watch: str | None = None
    indication: str | None = None
    interpretation: str | None = None


def named_values(dosing: Iterable[Dosing], monitoring: Iterable[MonitoringPlan]) -> set[str]:
    """The ids of all values that dosing and monitoring read."""
    names: set[str | None] = set()
    for one in dosing:
        names |= {one.start, one.interval, one.step, one.maximum, one.benefit_limit, one.split, one.from_age}
        names |= {adjustment.interval for adjustment in one.adjustments}
    for plan in monitoring:
        names |= {plan.gap, plan.before, plan.tolerance, plan.limit, plan.watch}
        names |= {name for stage in plan.stages for name in (stage.every, stage.until)}
    return {name for name in names if name is not None}
