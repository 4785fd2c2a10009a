"""The number a question is about: a result, an age, a clearance with its several sources, or why there is none."""

import msgspec

from apothecary.knowledge import Observation
from apothecary.logic import Interval, Truth, compare_interval
from apothecary.record import Span
from apothecary.record.renal import bedside_schwartz, cockcroft_gault
from apothecary.review.context import Context
from apothecary.review.observed import Known, Number, Open, latest, observed
from apothecary.review.orders_asked import ordered
from apothecary.review.result import Evidence, Need


def resolve(ctx: Context, name: str, within: str | None = None) -> Number:
    """The number of an observation as of the review, remembered for the review; `within` overrules its expiry."""
    key = ("number", name, within)
    found = ctx.memo.get(key)
    if found is None:
        seen = ctx.monograph.observations[name]
        if seen.formula == "age":
            found = _age(ctx, seen)
        elif seen.formula == "creatinine-clearance":
            own = clearances(ctx, name, within)
            found = next((n for n in own if isinstance(n, Known)), None) or _all_open(own)
        elif seen.formula is not None:
            found = ordered(ctx, name)
        else:
            found = observed(ctx, name, within)
        ctx.memo[key] = found
    return found


def one_number(ctx: Context, name: str) -> Number:
    """The number where it is known as one; a range, a bound and several numbers of one moment are none."""
    number, seen = resolve(ctx, name), ctx.monograph.observations[name]
    if isinstance(number, Open) or number.number.exact:
        return number
    several = len(number.evidence) > 1
    said = (
        f"Several numbers ({seen.name}) are of the same day." if several else f"The {seen.name} is a range or a bound."
    )
    return Open((Need(seen.name, "conflicting" if several else "unreadable", f"{said} {seen.how}"),), number.evidence)


def clearances(ctx: Context, name: str, within: str | None = None) -> tuple[Number, ...]:
    """The sources of creatinine clearance: the reported one first, then the estimate from creatinine."""
    key = ("clearances", name, within)
    found: tuple[Number, ...] | None = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = (latest(ctx, name, within), _estimate(ctx, name, within))
    return found


def _all_open(own: tuple[Number, ...]) -> Open:
    """Neither reported nor estimated: what would be needed, the estimate's inputs first."""
    needs: list[Need] = []
    evidence: list[Evidence] = []
    for number in reversed(own):
        needs += _needs(number)
        evidence += number.evidence
    return Open(tuple(dict.fromkeys(needs)), tuple(dict.fromkeys(evidence)))


class Sources(msgspec.Struct, frozen=True):
    """All that is recorded of a quantity: usable sources, others that may only contradict them, unusable ones."""

    known: tuple[Known, ...]
    checks: tuple[Known, ...]
    open: tuple[Open, ...]
    evidence: tuple[Evidence, ...]


def sources(ctx: Context, name: str, within: str | None = None) -> Sources:
    """The sources of a clearance and its cross-checks, remembered for the review."""
    key = ("sources", name, within)
    found: Sources | None = ctx.memo.get(key)
    if found is None:
        own = clearances(ctx, name, within)
        others = tuple(resolve(ctx, other) for other in ctx.monograph.observations[name].cross_check)
        known = tuple(number for number in own if isinstance(number, Known))
        checks = tuple(number for number in others if isinstance(number, Known))
        unusable = tuple(number for number in (*own, *others) if isinstance(number, Open))
        evidence = tuple(dict.fromkeys(e for number in (*known, *checks) for e in number.evidence))
        found = ctx.memo[key] = Sources(known, checks, unusable, evidence)
    return found


def _age(ctx: Context, seen: Observation) -> Number:
    """Age in completed months."""
    months = ctx.age_months()
    if months is None:
        return Open((ctx.absent("patient", seen.name, seen.how),))
    text = age_text(months)
    return Known(months, (Evidence("age", text, "", "", "Patient"),), None)


def age_text(months: Interval) -> str:
    """Completed years, or months below two years; a range when the birth date is partial."""
    low, high = int(months.low), int(months.high)
    if high < 24:
        return f"{low} mo" if low == high else f"{low}-{high} mo"
    return f"{low // 12} a" if low // 12 == high // 12 else f"{low // 12}-{high // 12} a"


def _estimate(ctx: Context, name: str, within: str | None) -> Number:
    """Cockcroft-Gault for adults, bedside Schwartz for children (assumed to stand for a clearance)."""
    months, adult = ctx.age_months(), ctx.adult()
    creatinine = resolve(ctx, "creatinine", within)
    if months is None or adult is Truth.UNKNOWN:
        age = ctx.monograph.observations["age"]
        needs = (ctx.absent("patient", age.name, age.how), *_needs(creatinine))
        measured = isinstance(resolve(ctx, "weight"), Known) or isinstance(resolve(ctx, "height"), Known)
        return Open(needs, creatinine.evidence, measured and isinstance(creatinine, Known))
    if adult is Truth.CLEAR:
        return _schwartz(ctx, name, months, creatinine)
    weight = resolve(ctx, "weight")
    sex = ctx.index.record.patient.sex
    needs = (*_needs(creatinine), *_needs(weight))
    if sex is None:
        needs = (*needs, ctx.absent("patient", "sex", "Record the sex (female or male)."))
    if isinstance(creatinine, Open) or isinstance(weight, Open) or sex is None:
        may_conflict = isinstance(creatinine, Known) and isinstance(weight, Known)
        return Open(needs, _begun(creatinine, weight), may_conflict)
    years = Interval(months.low // 12, months.high // 12)
    number = cockcroft_gault(years, weight.number, creatinine.number, sex == "female")
    inputs = (*creatinine.evidence, *weight.evidence, Evidence("age", age_text(months), "", "", "Patient"))
    return _estimated(ctx, name, number, "Cockcroft-Gault, actual body weight", inputs, creatinine.when)


def _schwartz(ctx: Context, name: str, months: Interval, creatinine: Number) -> Number:
    lowest = ctx.months("schwartz-lowest-age")
    if compare_interval(months, "at_least", lowest) is not Truth.APPLIES:
        how = f"Bedside Schwartz is not for a child under {lowest // 12:g} year; obtain a measured clearance."
        return Open((Need(ctx.monograph.observations[name].name, "missing", how),), creatinine.evidence)
    height = resolve(ctx, "height")
    if isinstance(creatinine, Open) or isinstance(height, Open):
        return Open((*_needs(creatinine), *_needs(height)), _begun(creatinine, height))
    number = bedside_schwartz(height.number, creatinine.number)
    method = "bedside Schwartz (mL/min per 1.73 m2), assumed to stand for a clearance"
    return _estimated(ctx, name, number, method, (*creatinine.evidence, *height.evidence), creatinine.when)


def _estimated(
    ctx: Context, name: str, number: Interval, method: str, inputs: tuple[Evidence, ...], when: Span | None
) -> Known:
    seen = ctx.monograph.observations[name]
    shown = Interval(round(number.low, 1), round(number.high, 1)) if number.exact else number
    day = when.text() if when else ""
    head = Evidence(seen.name, shown.text(), seen.unit or "", day, "", "derived", method)
    return Known(number, (head, *inputs), when)


def _begun(creatinine: Number, measure: Number) -> tuple[Evidence, ...]:
    """What an unfinished estimate rests on; without any creatinine there is no source at all."""
    return (*creatinine.evidence, *measure.evidence) if creatinine.evidence else ()


def _needs(number: Number) -> tuple[Need, ...]:
    return number.needs if isinstance(number, Open) else ()
