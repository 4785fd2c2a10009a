"""Observations that the monograph asks about: panels again and again, in the units laboratories write."""

import math
from collections.abc import Sequence
from itertools import pairwise

from apothecary.population.cohort import draws as d
from apothecary.population.cohort import lines
from apothecary.population.cohort import schema as s
from apothecary.population.cohort.chart import Chart, iso
from apothecary.population.cohort.plan import Measured, Round

_JITTER = 0.2  # of the time between two results


class Latest:
    """The latest result of an observation: how many days ago; its number in the observation's unit, or its answer."""

    __slots__ = ("answer", "days", "number", "unreadable")

    def __init__(self, days: int, number: float | None, answer: str, unreadable: bool) -> None:
        self.days = days
        self.number = number
        self.answer = answer
        self.unreadable = unreadable


def draw_weight(chart: Chart) -> None:
    """The body weight that doses go by, from the item of that name."""
    for one in chart.plan.panels:
        for measured in one.items:
            if measured.item.observation == "weight":
                chart.weight = _level(chart, measured)
                return


def add_results(chart: Chart) -> None:
    """Writes the panels a patient has, and claims what the latest results settle."""
    found: dict[str, Latest] = {}
    for one in chart.plan.panels:
        panel = one.panel
        if panel.sex not in (None, chart.sex) or not panel.ages[0] <= chart.age < panel.ages[1]:
            continue
        if "observation" not in chart.missing and chart.chance(one.shares[chart.place]):
            _panel(chart, one, found)
    for one in chart.plan.panels:
        for measured in one.items:
            latest = found.get(measured.item.observation)
            for judged in measured.item.truth:
                if (
                    _holds(judged, latest)
                    and chart.planted_none_of(judged.unless)
                    and found.keys().isdisjoint(judged.without)
                ):
                    chart.judged.append(judged)


def _panel(chart: Chart, one: Round, found: dict[str, Latest]) -> None:
    u, panel, as_of = chart.u, one.panel, chart.plan.as_of
    late = panel.late is not None and chart.chance(one.late[chart.place])
    oldest = int(chart.age * 365.25) - 1
    last = d.whole(u, panel.late.last if late and panel.late is not None else panel.last)
    if last > oldest:
        return
    days = [last]
    while len(days) < 60:
        next_ = days[-1] + max(1, int(panel.every * (1 + _JITTER * (2 * u() - 1))))
        if next_ > min(panel.reach, oldest):
            break
        days.append(next_)
    days = [last, *(day for day in days[1:] if u() >= panel.missed)]
    for measured in one.items:
        if not chart.chance(measured.shares[chart.place]):
            continue
        level = chart.weight if measured.item.observation == "weight" else _level(chart, measured)
        written = d.pick(u, measured.unit_shares, measured.units) if measured.units else None
        code = d.one_of(u, written.codes if written is not None else measured.codes).json
        for day in reversed(days):
            moment = f"{iso(as_of - day)}T{8 + int(u() * 9):02d}:{int(u() * 60):02d}:00+00:00"
            value, latest = _value(chart, measured, level, day)
            found[measured.item.observation] = latest
            line = lines.observation(chart.id, chart.new_id(), code, panel.category, moment, value)
            chart.add("Observation", line)


def _value(chart: Chart, measured: Measured, level: float, day: int) -> tuple[str, Latest]:
    """A result as JSON, and what it says."""
    u, item = chart.u, measured.item
    if measured.answers:
        answer, texts = d.pick(u, measured.answer_shares, measured.answers)
        unread = answer == "unreadable"
        return d.one_of(u, texts), Latest(day, None, "" if unread else answer, unread)
    written = d.pick(u, measured.unit_shares, measured.units)
    number = level * math.exp(item.within * d.normal(u))
    text = f"{number * written.by:.{written.unit.digits}f}"
    unit = lines.quantity(text, written.unit.unit, written.unit.printed)
    for sign, beyond in (("<", item.less_than), (">", item.more_than)):
        if beyond is not None and (number < beyond[1]) == (sign == "<") and chart.chance(beyond[0]):
            limit = f"{beyond[1] * written.by:.{written.unit.digits}f}"
            return lines.quantity(limit, written.unit.unit, written.unit.printed, sign), Latest(day, None, "", False)
    unread = written.unit.like is not None
    return unit, Latest(day, None if unread else float(text) / written.by, "", unread)


def _level(chart: Chart, measured: Measured) -> float:
    """A patient's own typical value, in the observation's unit."""
    item, u = measured.item, chart.u
    for shares, tail in measured.tails:
        if chart.chance(shares[chart.place]):
            return tail.median * math.exp(tail.spread * d.normal(u))
    if item.median is None:
        return 0.0
    median = item.median if isinstance(item.median, float) else _between(item.median, chart.age)
    return median * (item.male if chart.sex == "male" else 1.0) * math.exp(item.spread * d.normal(u))


def _between(knots: Sequence[tuple[float, float]], age: float) -> float:
    """The value at an age, on straight lines between the knots."""
    if age <= knots[0][0]:
        return knots[0][1]
    for (low, before), (high, after) in pairwise(knots):
        if age < high:
            return before + (after - before) * (age - low) / (high - low)
    return knots[-1][1]


def _holds(judged: s.Judged, latest: Latest | None) -> bool:
    """Whether the latest result is as a truth asks for; close to a limit it is not, since rounding may cross it."""
    if latest is None or judged.none:
        return latest is None and judged.none
    if judged.newer_than is not None and latest.days > judged.newer_than:
        return False
    if judged.older_than is not None and latest.days < judged.older_than:
        return False
    if judged.unreadable or latest.unreadable:
        return judged.unreadable and latest.unreadable
    if judged.answer is not None:
        return latest.answer == judged.answer
    if judged.below is None and judged.at_least is None:
        return True
    number = latest.number
    return (
        number is not None
        and (judged.below is None or number < 0.98 * judged.below)
        and (judged.at_least is None or number > 1.02 * judged.at_least)
    )
