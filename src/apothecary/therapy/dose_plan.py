"""The dose that the monograph gives for this patient and this use."""

from fractions import Fraction

import msgspec

from apothecary.knowledge.schema import Dosing
from apothecary.logic import Truth, compare_interval
from apothecary.review import Review
from apothecary.review import quantities as q
from apothecary.review.context import Context
from apothecary.review.evaluate import evaluate
from apothecary.review.observed import Number, Open
from apothecary.review.plan import DosePlan, Option
from apothecary.review.result import Basis, Evidence, Need, bases
from apothecary.therapy import dose_notes as say
from apothecary.therapy.dose_amounts import Amounts, amounts, by_weight, exact, interval_hours
from apothecary.therapy.dose_ladder import ladder
from apothecary.therapy.dose_package import Package, doses_in_28_days, packages
from apothecary.therapy.dose_uses import Chosen, chosen_use

_WHOLE_BIRTH = Need("age", "missing", "Supply the whole date of birth: whether there is a dose depends on it.")


def dose_plan(ctx: Context, review: Review) -> DosePlan | None:
    """The plan for the documented use; None where the monograph doses nothing.

    `unknown`, without any amount, where the use or the weight is not known or the monograph gives no dose. Critical
    findings, applying or open, do not hide the plan; its first note says that they come first.
    """
    plan = plan_of_use(ctx, review)
    if plan is None:
        return None
    return _headed(plan, say.findings_first(review))


def plan_without_record(ctx: Context, review: Review) -> DosePlan | None:
    """The same for facts that a person typed: its notes say what else was not asked, and name what applies."""
    plan = plan_of_use(ctx, review)
    if plan is None:
        return None
    shown = {option.rule for option in plan.options}
    return _headed(plan, say.no_record(review, shown))


def _headed(plan: DosePlan, first: tuple[str, ...]) -> DosePlan:
    return msgspec.structs.replace(plan, notes=(*first, *plan.notes), read_first=first)


def plan_of_use(ctx: Context, review: Review) -> DosePlan | None:
    """The plan without a word on the findings."""
    if not ctx.monograph.dosing:
        return None
    chosen = chosen_use(ctx, review)
    if isinstance(chosen, DosePlan):
        return chosen
    return _plan(ctx, ctx.monograph.dosing[chosen.use], chosen)


def _plan(ctx: Context, dosing: Dosing, chosen: Chosen) -> DosePlan:
    m = ctx.monograph
    options, seen = _options(ctx, dosing)
    common = DosePlan(
        "unknown",
        dosing.indication,
        interval_h=float(interval_hours(m, dosing.interval)),
        split_allowed=dosing.split is not None,
        options=options,
        because=seen,
        basis=_basis(ctx, dosing),
        references=say.references(m, dosing),
    )
    texts = (*chosen.notes, *say.by_weight(m, dosing))
    young, age = _too_young(ctx, dosing)
    if young is Truth.APPLIES or (young is Truth.UNKNOWN and age):
        notes = (*texts, *say.too_young(m, dosing, young is Truth.APPLIES), *say.of_the_text(m, dosing))
        needs = () if young is Truth.APPLIES else (_WHOLE_BIRTH,)
        none = msgspec.structs.replace(common, interval_h=None, split_allowed=None, options=())
        return msgspec.structs.replace(none, notes=notes, needs=needs, because=age)
    if not by_weight(m, dosing):
        return _dosed(ctx, dosing, amounts(m, dosing, None), common, texts)
    number = _weight(ctx)
    if isinstance(number, Open):
        notes = (*texts, "No dose without the body weight.", *say.of_the_text(m, dosing))
        because = tuple(dict.fromkeys((*number.evidence, *seen)))
        return msgspec.structs.replace(common, notes=notes, needs=number.needs, because=because)
    known = msgspec.structs.replace(common, because=tuple(dict.fromkeys((*number.evidence, *seen))))
    return _dosed(ctx, dosing, amounts(m, dosing, exact(number.number.low)), known, texts)


def _dosed(ctx: Context, dosing: Dosing, found: Amounts, common: DosePlan, texts: tuple[str, ...]) -> DosePlan:
    m = ctx.monograph
    known = packages(m)
    package = known[0] if len(known) == 1 else None
    low, high = (found.per_dose(end) for end in found.start)
    plan = msgspec.structs.replace(
        common,
        status="applies",
        start_mg=(float(low), float(high)),
        step_mg=_floats(tuple(found.per_dose(end) for end in found.step)) if found.step else None,
        max_mg_per_day=None if found.maximum is None else float(found.maximum),
        benefit_limit_mg_per_day=None if found.benefit_limit is None else float(found.benefit_limit),
        ladder=ladder(found, package),
        notes=(
            *texts,
            *say.of_amounts(m, dosing, found),
            *say.of_the_product(m, dosing, found, known),
            *say.of_the_text(m, dosing),
        ),
    )
    return plan if package is None else _packed(plan, package, low, high, found.interval_h)


def _packed(plan: DosePlan, package: Package, low: Fraction, high: Fraction, interval_h: Fraction) -> DosePlan:
    """The plan with what the lowest and the highest first dose take from the product."""
    few, many = package.containers(low), package.containers(high)
    rests = [rest for rest in (package.discarded(low), package.discarded(high)) if rest is not None]
    doses = doses_in_28_days(interval_h)
    readable = [package.measurable(low), package.measurable(high)]
    counts = None if few is None or many is None else (few, many)
    return msgspec.structs.replace(
        plan,
        product=package.product.id,
        volume_mL=(float(package.volume_of(low)), float(package.volume_of(high))),
        syringes_per_dose=counts,
        syringes_per_28_days=None if counts is None else (counts[0] * doses, counts[1] * doses),
        discarded_mg_per_dose=(float(min(rests)), float(max(rests))) if rests else None,
        measurable=None if None in readable else all(readable),
    )


def _too_young(ctx: Context, dosing: Dosing) -> tuple[Truth, tuple[Evidence, ...]]:
    """Whether the patient is below the age from which the use is dosed; no evidence where no age is known."""
    months = ctx.age_months()
    if dosing.from_age is None:
        return Truth.CLEAR, ()
    if months is None:
        return Truth.UNKNOWN, ()
    age = Evidence("age", q.age_text(months), "", "", "Patient")
    return compare_interval(months, "below", ctx.months(dosing.from_age)), (age,)


def _weight(ctx: Context) -> Number:
    """The one usable weight; bounds and several weights of one moment are no weight to dose by."""
    seen = ctx.monograph.observations.get("weight")
    if seen is None:
        return Open(
            (Need("body weight", "missing", "This monograph names no body weight; add it to observations.yaml."),)
        )
    return q.one_number(ctx, "weight")


def _options(ctx: Context, dosing: Dosing) -> tuple[tuple[Option, ...], tuple[Evidence, ...]]:
    """The other intervals to consider, and the facts behind them, also behind those that do not apply."""
    options: list[Option] = []
    seen: list[Evidence] = []
    for one in dosing.adjustments:
        rule = ctx.monograph.rules[one.rule]
        outcome = evaluate(rule.when, ctx)
        seen += outcome.because
        if outcome.truth is Truth.CLEAR:
            continue
        statements = tuple(dict.fromkeys((*one.statements, *rule.statements)))
        hours = float(interval_hours(ctx.monograph, one.interval))
        basis = bases(ctx.monograph.statements, statements, "stated")
        status = "applies" if outcome.truth is Truth.APPLIES else "unknown"
        options.append(Option(rule.id, status, hours, one.text, basis, outcome.because, outcome.needs))  # type: ignore[arg-type]  # one of the two
    return tuple(options), tuple(dict.fromkeys(seen))


def _basis(ctx: Context, dosing: Dosing) -> tuple[Basis, ...]:
    """The statements behind amounts, product and populations; those of a value with a reading are interpreted."""
    m = ctx.monograph
    populations = (id_ for one in dosing.without for id_ in one.statements)
    ids = dict.fromkeys((*dosing.statements, *say.product_statements(m, dosing), *populations))
    named = (dosing.start, dosing.step, dosing.maximum, dosing.benefit_limit, dosing.interval, dosing.split)
    read = {id_ for name in named if name and m.values[name].interpretation for id_ in m.values[name].statements}
    parts = (bases(m.statements, (id_,), "interpreted" if id_ in read else "stated") for id_ in ids)
    return tuple(one for part in parts for one in part)


def _floats(ends: tuple[Fraction, ...]) -> tuple[float, float]:
    return float(ends[0]), float(ends[1])
