"""Checks the files on dosing and monitoring, and the values of products."""

from collections.abc import Iterator

from apothecary import logic
from apothecary.knowledge import limits
from apothecary.knowledge import schema as s
from apothecary.knowledge.limits import Mistake, bases
from apothecary.units import Duration, NotEvaluable, factor, parse_duration, same_dimension

PER_DOSE, PER_WEIGHT, PER_DAY = "mg", "mg/kg/d", "mg/d"


def wrong(m: s.Monograph) -> Iterator[Mistake]:
    """Every mistake in dosing, monitoring and products."""
    for dosing in m.dosing.values():
        yield from _dosing(m, dosing, f"dosing/{dosing.indication}.yaml")
    for plan in m.monitoring.values():
        yield from _monitoring(m, plan, f"monitoring/{plan.id}.yaml")
    yield from _leaves(m)
    for number, product in enumerate(m.products.values()):
        where = f".products[{number}]"
        yield from _unit(m, product.measurable, (PER_DOSE,), "products.yaml", where)
        yield from _unit(m, product.doses_per_container, ("{doses}",), "products.yaml", where)


def _dosing(m: s.Monograph, dosing: s.Dosing, file: str) -> Iterator[Mistake]:
    if dosing.indication not in m.indications:
        yield Mistake(file, ".indication", f"there is no indication {dosing.indication!r} in monograph.yaml.")
    if not dosing.statements:
        yield Mistake(file, ".indication", f"the dosing of {dosing.indication} rests on no statement.")
    yield from bases(m, file, ".statements", dosing.statements, (), None)
    yield from _unit(m, dosing.start, (PER_DOSE, PER_WEIGHT), file, ".start")
    yield from _unit(m, dosing.step, (PER_DOSE, PER_WEIGHT), file, ".step")
    yield from _unit(m, dosing.maximum, (PER_DAY, PER_WEIGHT), file, ".maximum")
    yield from _unit(m, dosing.benefit_limit, (PER_DAY, PER_WEIGHT), file, ".benefit_limit")
    yield from _unit(m, dosing.split, ("{doses}/d",), file, ".split")
    yield from _unit(m, dosing.interval, ("h",), file, ".interval")
    if dosing.from_age is not None and dosing.from_age in m.values:
        yield from limits.age(m, dosing.from_age, file, ".from_age")
    elif dosing.from_age is not None:
        yield Mistake(file, ".from_age", f"there is no value {dosing.from_age!r} in values.yaml or policy.yaml.")
    for number, one in enumerate(dosing.adjustments):
        where = f".adjustments[{number}]"
        if one.rule not in m.rules:
            yield Mistake(file, where, f"there is no rule {one.rule!r}.")
        yield from _unit(m, one.interval, ("h",), file, where)
        yield from bases(m, file, where, one.statements, (), None)
    for number, population in enumerate(dosing.without):
        yield from bases(m, file, f".without[{number}]", population.statements, (), None)


def _monitoring(m: s.Monograph, plan: s.MonitoringPlan, file: str) -> Iterator[Mistake]:
    if not plan.statements:
        yield Mistake(file, ".id", f"the monitoring {plan.id} rests on no statement.")
    yield from bases(m, file, ".statements", plan.statements, (), None)
    yield from bases(m, file, ".interpretation", (), (), plan.interpretation)
    if plan.observation is not None and plan.observation not in m.observations:
        yield Mistake(file, ".observation", f"there is no observation {plan.observation!r} in observations.yaml.")
    if plan.indication is not None and plan.indication not in m.indications:
        yield Mistake(file, ".indication", f"there is no indication {plan.indication!r} in monograph.yaml.")
    if not (plan.stages or plan.watch):
        yield Mistake(file, ".id", f"the monitoring {plan.id} has neither stages nor a watch.")
    if plan.stages and not (plan.observation and plan.tolerance):
        yield Mistake(file, ".stages", f"the stages of {plan.id} need an observation and a tolerance.")
    if plan.limit is not None:
        yield from _limit(m, plan, file)
    named = [(".gap", plan.gap), (".before", plan.before), (".tolerance", plan.tolerance), (".watch", plan.watch)]
    for number, stage in enumerate(plan.stages):
        named += [(f".stages[{number}]", stage.every), (f".stages[{number}]", stage.until)]
    for where, name in named:
        if name is not None:
            yield from limits.duration(m, name, file, where)
    yield from _stages(m, plan, file)


def _stages(m: s.Monograph, plan: s.MonitoringPlan, file: str) -> Iterator[Mistake]:
    """An interval of no time, and a stage that ends before it can begin."""
    ended = Duration(0, 0)
    for number, stage in enumerate(plan.stages):
        every, until = _duration(m, stage.every), _duration(m, stage.until)
        where = f".stages[{number}]"
        if every is not None and not _days(every):
            yield Mistake(file, where, f"the value {stage.every!r} is no time, so nothing would ever be repeated.")
        elif every is not None and until is not None and _days(until) < _days(ended) + _days(every):
            yield Mistake(file, where, f"the stage ends ({stage.until}) before its first examination ({stage.every}).")
        ended = until if until is not None else ended


def _duration(m: s.Monograph, name: str) -> Duration | None:
    value = m.values.get(name)
    if value is None or isinstance(value.value, tuple):
        return None
    found = parse_duration(value.value, value.unit)
    return None if isinstance(found, NotEvaluable) else found


def _days(duration: Duration) -> float:
    """About how many days, to compare durations that are far apart."""
    return duration.months * 30.4 + duration.days


def _limit(m: s.Monograph, plan: s.MonitoringPlan, file: str) -> Iterator[Mistake]:
    value, seen = m.values.get(plan.limit or ""), m.observations.get(plan.observation or "")
    if value is None:
        yield Mistake(file, ".limit", f"there is no value {plan.limit!r} in values.yaml or policy.yaml.")
    elif (
        seen is None or isinstance(value.value, tuple) or isinstance(factor(value.unit, seen.unit or ""), NotEvaluable)
    ):
        unit = seen.unit if seen is not None else "an observation, which the plan does not name"
        yield Mistake(file, ".limit", f"the value {plan.limit!r} is not a number in {unit}.")


def _leaves(m: s.Monograph) -> Iterator[Mistake]:
    """Conditions that ask for a monitoring plan which is not there or has no schedule."""
    asked = [
        (node, f"rules/{rule.topic}/{rule.id}.yaml", where)
        for rule in m.rules.values()
        for when, where in (
            (rule.when, ".when"),
            *((e.when, f".exceptions[{n}]") for n, e in enumerate(rule.exceptions)),
        )
        for node in logic.leaves(when)
    ]
    for number, use in enumerate(m.indications.values()):
        asked += [(node, "monograph.yaml", f".indications[{number}]") for node in logic.leaves(use.when)]
    for node, file, where in asked:
        if isinstance(node, logic.Overdue):
            plan = m.monitoring.get(node.of)
            if plan is None:
                yield Mistake(file, where, f"there is no monitoring plan {node.of!r}.")
            elif not plan.stages:
                yield Mistake(file, where, f"the monitoring plan {node.of!r} has no stages, so nothing can be overdue.")


def _unit(m: s.Monograph, name: str | None, units: tuple[str, ...], file: str, where: str) -> Iterator[Mistake]:
    """A value that is missing or measured in something else."""
    if name is None:
        return
    value = m.values.get(name)
    if value is None:
        yield Mistake(file, where, f"there is no value {name!r} in values.yaml or policy.yaml.")
    elif not any(same_dimension(value.unit, unit) for unit in units):
        yield Mistake(file, where, f"the value {name!r} is in {value.unit}; {' or '.join(units)} is due.")
