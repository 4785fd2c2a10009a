"""The exposure to expect under a dose plan: which model, which regimens, what concentrations."""

import math
from collections.abc import Iterator
from typing import Final

import msgspec

from apothecary import logic
from apothecary.kinetics.choose import Choice, choose
from apothecary.kinetics.course import Dose
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.measures import at_steady_state, measure
from apothecary.kinetics.parameters import Covariates, individual, number
from apothecary.knowledge.kinetics import Model, OnDialysis, Parameter, Route
from apothecary.knowledge.schema import Monograph
from apothecary.logic import Truth
from apothecary.review import quantities as q
from apothecary.review.context import Context
from apothecary.review.evaluate import evaluate
from apothecary.review.exposure import Exposure, Regimen, TargetShown, Typical
from apothecary.review.observed import Known, Open
from apothecary.review.plan import DosePlan
from apothecary.review.result import Evidence, Need

_ROUTE: Final[Route] = "subcutaneous"
_90 = 1.6448536269514722  # of the normal distribution, 90 % lie within so many standard deviations


def expected_exposure(ctx: Context, plan: DosePlan | None) -> Exposure | None:
    """What to expect of each regimen of the plan and of the order; None where the monograph has no model.

    `unknown`, with what would settle it, where weight, age, clearance or dose are not known, and where the patient
    lies outside every model. Nothing is assumed for them.
    """
    m = ctx.monograph
    if not m.models:
        return None
    known, because, needs = _covariates(ctx)
    against, conflicts = _ruled_out(ctx)
    left = {id_: model for id_, model in m.models.items() if id_ not in against}
    choice = choose(left, known, (_ROUTE,), must_know=("age", "weight"))
    why = " ".join((choice.why, *against.values())) if left else " ".join(against.values())
    model = choice.model
    if model is None:
        lacking = {need.fact: need for name, need in needs.items() if name in choice.needs}
        return Exposure("unknown", why, needs=(*lacking.values(), *conflicts), because=because)
    doses = _regimens(ctx, plan)
    if not doses:
        why = "There is no dose to compute it for: the dose plan gives none, and no order could be read."
        needed = plan.needs if plan is not None else ()
        return Exposure("unknown", why, model.id, model.name, needs=needed, because=because)
    choice = msgspec.structs.replace(choice, why=why, warnings=(*choice.warnings, *_open_rules(ctx, model)))
    try:
        return _computed(m, choice, model, known, because, doses)
    except KineticsError as error:  # a number that no model can be computed with
        return Exposure("unknown", error.message, model.id, model.name, because=because)


class RegimenAsked(msgspec.Struct, frozen=True):
    """A regimen to compute: mg a dose, hours between doses, and the rule that offers it."""

    what: str
    dose_mg: float
    interval_h: float
    rule: str | None = None


def _computed(
    m: Monograph,
    choice: Choice,
    model: Model,
    known: Covariates,
    because: tuple[Evidence, ...],
    doses: tuple[RegimenAsked, ...],
) -> Exposure:
    patient = individual(model, known)
    target = _target(m)
    spread = next((v for v in model.variability if (v.parameter, v.between) == ("clearance", "subjects")), None)
    sd = None if spread is None else number(spread.log_sd, "1")
    regimens = tuple(at_steady_state_in(patient, dose, target, sd) for dose in doses)
    places = [place.source for place in model.population.places]
    places += [place.source for parameter in model.parameters.values() for place in parameter.places]
    return Exposure(
        "applies",
        choice.why,
        model.id,
        model.name,
        model.population.text,
        float(patient.half_life),
        regimens,
        target,
        choice.warnings,
        tuple(_assumed(model)),
        (*model.notes, *model.missing),
        (),
        because,
        tuple(dict.fromkeys((*places, *(target.references if target is not None else ())))),
        Typical(patient.absorption_rate, patient.clearance, patient.volume, patient.bioavailability, sd),
    )


def at_steady_state_in(
    patient: Individual, asked: RegimenAsked, target: TargetShown | None, sd: float | None
) -> Regimen:
    """One regimen at steady state in a patient; `sd` as `Typical.clearance_log_sd`."""
    one = (Dose(0.0, asked.dose_mg),)
    steady = at_steady_state(patient, one, asked.interval_h, None if target is None else target.value)
    first = measure(patient, one, 0.0, asked.interval_h)
    return Regimen(
        asked.what,
        asked.dose_mg,
        asked.interval_h,
        steady.average,
        steady.maximum,
        steady.time_of_maximum_h,
        steady.trough,
        steady.auc,
        steady.auc / first.auc,
        None if sd is None else (steady.average * math.exp(-_90 * sd), steady.average * math.exp(_90 * sd)),
        steady.time_above_h,
        None if target is None else bool(steady.average >= target.value),
        asked.rule,
    )


def _regimens(ctx: Context, plan: DosePlan | None) -> tuple[RegimenAsked, ...]:
    """The order under review and the regimens of the plan, each amount and interval once."""
    ordered = _ordered(ctx)
    asked = [] if ordered is None else [RegimenAsked("as ordered", *ordered)]
    if plan is not None and plan.status == "applies" and plan.start_mg is not None and plan.interval_h is not None:
        low, high = plan.start_mg
        asked.append(RegimenAsked("start" if low == high else "lowest start", low, plan.interval_h))
        asked.append(RegimenAsked("highest start", high, plan.interval_h))
        if plan.max_mg_per_day is not None:
            asked.append(RegimenAsked("maximum", plan.max_mg_per_day * plan.interval_h / 24, plan.interval_h))
        # an option that is open would be taken in other patients than the model is computed for
        for option in (one for one in plan.options if one.status == "applies"):
            asked += [RegimenAsked("option", dose, option.interval_h, option.rule) for dose in plan.start_mg]
    found: dict[tuple[float, float], RegimenAsked] = {}
    for one in asked:
        if one.dose_mg > 0 and one.interval_h > 0:
            found.setdefault((one.dose_mg, one.interval_h), one)
    return tuple(found.values())


def _ordered(ctx: Context) -> tuple[float, float] | None:
    """The dose in mg and the interval in h of the order under review, where both are one number."""
    names = {seen.formula: name for name, seen in ctx.monograph.observations.items() if seen.formula}
    daily, interval = names.get("ordered-daily-dose"), names.get("ordered-interval")
    if daily is None or interval is None:
        return None
    amount, hours = q.one_number(ctx, daily), q.one_number(ctx, interval)
    if isinstance(amount, Open) or isinstance(hours, Open):
        return None
    every = hours.number.low
    return amount.number.low * every / 24, every


def _covariates(ctx: Context) -> tuple[Covariates, tuple[Evidence, ...], dict[str, Need]]:
    """What is known of the patient, where it comes from, and what each unknown one needs."""
    needs: dict[str, Need] = {}
    because: list[Evidence] = []
    numbers: dict[str, float] = {}
    for name in ("weight", "creatinine-clearance"):
        if name not in ctx.monograph.observations:
            continue
        found = q.one_number(ctx, name)
        if isinstance(found, Known):
            numbers[name] = found.number.low
            because += found.evidence[:1]
        else:
            seen = ctx.monograph.observations[name]
            needs[name] = found.needs[0] if found.needs else Need(seen.name, "missing", seen.how)
    months = ctx.age_months()
    if months is not None and months.low // 12 == months.high // 12:
        because.append(Evidence("age", q.age_text(months), "", "", "Patient"))
    else:
        needs["age"] = Need("age", "missing", "Supply the whole date of birth: the model is chosen by age.")
        months = None
    known = Covariates(
        None if months is None else months.low / 12,
        numbers.get("weight"),
        numbers.get("creatinine-clearance"),
        any(_dialysis(ctx, model) is Truth.APPLIES for model in ctx.monograph.models.values()),
    )
    return known, tuple(because), needs


def _dialysis(ctx: Context, model: Model) -> Truth:
    """Whether the record says that the patient is on dialysis, where a model asks for it."""
    asked: list[logic.Condition] = []
    for one in model.covariates:
        if isinstance(one, OnDialysis):
            if one.problems is not None:
                asked.append(logic.HasCondition(set=one.problems, supplementary=True))
            if one.procedures is not None:
                asked.append(logic.HasProcedure(set=one.procedures, within=one.within, supplementary=True))
    return logic.any_of(evaluate(node, ctx).truth for node in asked)


def _ruled_out(ctx: Context) -> tuple[dict[str, str], tuple[Need, ...]]:
    """The models that a rule which applies speaks against, in words, and what would settle a conflict among them."""
    said: dict[str, str] = {}
    needs: list[Need] = []
    for id_, model in ctx.monograph.models.items():
        for name in model.unless:
            rule = ctx.monograph.rules[name]
            if evaluate(rule.when, ctx).truth is Truth.APPLIES:
                said[id_] = f"{model.name}: not used, because: {rule.title}."
                asked = [one for one in logic.leaves(rule.when) if isinstance(one, logic.SourcesDisagree)]
                needs += [Need(ctx.monograph.observations[a.quantity].name, "conflicting", rule.action) for a in asked]
    return said, tuple(dict.fromkeys(needs))


def _open_rules(ctx: Context, model: Model) -> tuple[str, ...]:
    open_ = [
        ctx.monograph.rules[rule].title
        for rule in model.unless
        if evaluate(ctx.monograph.rules[rule].when, ctx).truth is Truth.UNKNOWN
    ]
    return tuple(f"The model is not used where this applies, and it is not known whether it does: {t}." for t in open_)


def _target(m: Monograph) -> TargetShown | None:
    """The first target of the monograph, in mg/L."""
    if m.exposure is None or not m.exposure.targets:
        return None
    target = m.exposure.targets[0]
    places = (*target.value.places, *target.population.places)
    references = tuple(dict.fromkeys(place.source for place in places))
    return TargetShown(target.text, number(target.value, "mg/L"), "mg/L", target.population.text, references)


def _assumed(model: Model) -> Iterator[str]:
    """The numbers of a model that were put together by us, in words."""
    listed: list[Parameter] = [*model.parameters.values(), *(varied.log_sd for varied in model.variability)]
    for relation in model.covariates:
        fields = (getattr(relation, name) for name in relation.__struct_fields__)
        listed += [one for one in fields if isinstance(one, Parameter)]
    for one in listed:
        if one.kind == "assumed":
            yield f"{one.meaning}, {one.value} {one.unit}: {(one.reason or '').strip()}."
