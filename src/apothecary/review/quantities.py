"""The number a question is about: the latest usable result, an age, a derived value, or why there is none."""

from typing import Literal

import msgspec

from apothecary.knowledge import Observation
from apothecary.logic import Interval, Truth, compare_interval
from apothecary.logic.interval import round_digits
from apothecary.record import Row, Span
from apothecary.record.dates import moment_key
from apothecary.record.renal import bedside_schwartz, cockcroft_gault
from apothecary.review.context import Context
from apothecary.review.result import Evidence, Need
from apothecary.units import NotEvaluable, age_on, factor, parse_duration

_NO_RESULT = frozenset(("void", "history", "planned"))
_UNDATED = 10**9


class Known(msgspec.Struct, frozen=True, gc=False):
    """A usable number in the unit of its observation, with what it rests on."""

    number: Interval
    evidence: tuple[Evidence, ...]
    when: Span | None


class Open(msgspec.Struct, frozen=True, gc=False):
    """No usable number, and why."""

    needs: tuple[Need, ...]
    evidence: tuple[Evidence, ...] = ()


Number = Known | Open


def resolve(ctx: Context, name: str, within: str | None = None) -> Number:
    """The number of an observation as of the review, remembered for the review; `within` overrules its expiry."""
    key = ("number", name, within)
    found = ctx.memo.get(key)
    if found is None:
        seen = ctx.monograph.observations[name]
        if seen.formula == "age":
            found = _age(ctx, seen)
        elif seen.formula == "creatinine-clearance":
            found = next((n for n in clearances(ctx, name) if isinstance(n, Known)), None) or _all_open(ctx, name)
        else:
            found = _latest(ctx, name, seen, within)
            if seen.product_of is not None:
                found = _newer(found, _product(ctx, name, seen, within))
        ctx.memo[key] = found
    return found


def clearances(ctx: Context, name: str) -> tuple[Number, ...]:
    """The sources of creatinine clearance: the reported one first, then the estimate from creatinine."""
    key = ("clearances", name)
    found = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = (_latest(ctx, name, ctx.monograph.observations[name], None), _estimate(ctx, name))
    return found


def _all_open(ctx: Context, name: str) -> Open:
    """Neither reported nor estimated: what would be needed, the estimate's inputs first."""
    reported, estimate = clearances(ctx, name)
    needs: list[Need] = []
    evidence: list[Evidence] = []
    for number in (estimate, reported):
        if isinstance(number, Open):
            needs += number.needs
            evidence += number.evidence
    return Open(tuple(dict.fromkeys(needs)), tuple(dict.fromkeys(evidence)))


def cross_checks(ctx: Context, name: str) -> tuple[tuple[str, Known], ...]:
    """Usable results of the observations that may contradict a quantity but never stand in for it."""
    found = ((other, resolve(ctx, other)) for other in ctx.monograph.observations[name].cross_check)
    return tuple((other, number) for other, number in found if isinstance(number, Known))


def _latest(ctx: Context, name: str, seen: Observation, within: str | None) -> Number:
    if seen.value_set is None:
        return Open(())
    rows, when = _newest(ctx, seen.value_set)
    if not rows:
        return Open((ctx.absent("observation", seen.name, seen.how),))
    values = [value_of(ctx, seen, row) for row in rows]
    readable = [value for value in values if isinstance(value, Interval)]
    shown = tuple(_evidence(ctx, seen, row, value) for row, value in zip(rows, values, strict=True))
    unread = next((value for value in values if isinstance(value, str)), None)
    if unread is not None:
        return Open((Need(seen.name, "unreadable", f"{unread} {seen.how}"),), shown)
    fresh = ctx.in_window(when, within or _expiry(ctx, seen))
    if fresh is not Truth.APPLIES:
        how = "The result has no date." if when is None else f"The last result is of {when.text()}."
        return Open((Need(seen.name, "stale", f"{how} {seen.how}"),), shown)
    return Known(readable[0] if len(readable) == 1 else _hull(readable), shown, when)


def _hull(values: list[Interval]) -> Interval:
    """The smallest interval that holds several results of one moment."""
    low = min(values, key=lambda v: v.low)
    high = max(values, key=lambda v: v.high)
    return Interval(low.low, high.high, low.low_open, high.high_open)


def _newest(ctx: Context, set_id: str) -> tuple[list[Row], Span | None]:
    """The newest results, several when they are of one moment; an undated one counts, since it may be the newest."""
    rows: list[Row] = []
    newest = -1
    for hit in ctx.index.hits("observation", set_id):
        row = hit.row
        if hit.standing in _NO_RESULT or (row.answer is not None and row.answer.absent):
            continue
        when = ctx.index.when(row)
        day = when.end.toordinal() if when is not None else _UNDATED
        if day > newest:
            rows, newest = [row], day
        elif day == newest:
            rows.append(row)
    if not rows:
        return rows, None
    last = max((moment_key(row.moment) for row in rows if row.moment), default=0.0) if len(rows) > 1 else 0.0
    same = [row for row in rows if not last or not row.moment or moment_key(row.moment) == last]
    return same, ctx.index.when(same[0])


def _expiry(ctx: Context, seen: Observation) -> str | None:
    if seen.expires_child is not None and ctx.adult() is not Truth.APPLIES:
        return seen.expires_child
    return seen.expires


def value_of(ctx: Context, seen: Observation, row: Row) -> Interval | str:
    """The number of a row in the observation's unit, or a sentence saying why it has none."""
    if row.standing == "unreadable":
        return f"{row.source} cannot be read."
    if row.standing == "uncertain":
        return f"The status of {row.source} is {row.status}."
    answer = row.answer
    if answer is None or answer.number is None:
        return f"{row.source} gives no number."
    if seen.unit is None:
        return f"{seen.name} is not a number."
    by = _factor(ctx, seen, answer.unit)
    if isinstance(by, NotEvaluable):
        return by.message if by.message.endswith(".") else f"{by.message}."
    number = answer.number.map(by)
    if seen.plausible is not None:
        low, high = ctx.range_in(seen.plausible, seen.unit)
        if number.exact and not low <= number.low <= high:
            return f"{number.text()} {seen.unit} is outside the plausible limits {low:g} to {high:g}."
        if not number.exact:
            number = Interval(max(number.low, low), min(number.high, high), number.low_open, number.high_open)
        if number.low > number.high:
            return f"{answer.number.text()} {answer.unit} is outside the plausible limits {low:g} to {high:g}."
    return number


def _factor(ctx: Context, seen: Observation, unit: str | None) -> float | NotEvaluable:
    molar = ctx.number(seen.molar_mass) if seen.molar_mass else None
    if unit is not None and "\n" in unit:
        code, printed = unit.split("\n")
        by_code, by_print = _factor_to(seen, code, molar), _factor_to(seen, printed, molar)
        if isinstance(by_code, NotEvaluable):
            if by_code.reason == "unknown-unit" and not isinstance(by_print, NotEvaluable):
                return by_print
            return by_code
        if not isinstance(by_print, NotEvaluable) and abs(by_code / by_print - 1) > 1e-9:
            message = f"The unit is coded {code} but printed {printed}; which one holds is not known."
            return NotEvaluable("ambiguous-unit", message)
        if isinstance(by_print, NotEvaluable) and by_print.reason == "wrong-dimension":
            message = f"The unit is coded {code} but printed {printed}, which measures something else."
            return NotEvaluable("ambiguous-unit", message)
        return by_code
    return _factor_to(seen, unit, molar)


def _factor_to(seen: Observation, unit: str | None, molar: float | None) -> float | NotEvaluable:
    by = factor(unit, seen.unit or "", molar)
    for other in seen.also_units:
        if not isinstance(by, NotEvaluable):
            break
        by = factor(unit, other, molar)
    return by


def _evidence(ctx: Context, seen: Observation, row: Row, value: Interval | str) -> Evidence:
    when = ctx.index.when(row)
    date = when.text() if when else ""
    if isinstance(value, Interval):
        same = row.answer is not None and value is row.answer.number and row.answer.unit == seen.unit
        note = "" if same else f"as recorded: {as_recorded(row)}"
        match: Literal["code", "name"] = "code" if row.codes else "name"
        return Evidence(seen.name, value.text(), seen.unit or "", date, row.source, match, note)
    return Evidence(seen.name, as_recorded(row), "", date, row.source, "", value)


def as_recorded(row: Row) -> str:
    """The answer of a row as the record gives it."""
    if row.answer is None:
        return ""
    if row.answer.number is None:
        return ", ".join(row.answer.texts) or ", ".join(code for _, code in row.answer.codes)
    unit = (row.answer.unit or "(no unit)").split("\n")[0]
    return f"{row.answer.number.text()} {unit}"


def _product(ctx: Context, name: str, seen: Observation, within: str | None) -> Number:
    """A count from a total and its percentage, both of one day; labeled as derived."""
    total_name, share_name = seen.product_of or ("", "")
    total, share = resolve(ctx, total_name, within), resolve(ctx, share_name, within)
    if isinstance(total, Open) or isinstance(share, Open) or total.when != share.when:
        return Open(())
    unit = ctx.monograph.observations[total_name].unit
    by = factor(unit, seen.unit or "")
    if isinstance(by, NotEvaluable):
        return Open(())
    low, high = total.number.low * share.number.low / 100 * by, total.number.high * share.number.high / 100 * by
    number = Interval(round_digits(low), round_digits(high))
    day = total.when.text() if total.when else ""
    parts = f"{total.evidence[0].fact} x {share.evidence[0].fact}"
    sources = " + ".join((total.evidence[0].source, share.evidence[0].source))
    return Known(
        number, (Evidence(seen.name, number.text(), seen.unit or "", day, sources, "derived", parts),), total.when
    )


def _newer(direct: Number, derived: Number) -> Number:
    if isinstance(derived, Open):
        return direct
    if isinstance(direct, Open):
        unreadable = any(need.why == "unreadable" for need in direct.needs)
        return direct if unreadable else derived
    later = derived.when and direct.when and derived.when.start > direct.when.end
    return derived if later else direct


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


def months_old(ctx: Context) -> Interval | None:
    """Completed months of age on the day of the review; a range when the date of birth is partial."""
    patient, today = ctx.index.record.patient, ctx.index.as_of
    if patient.birth is not None:
        low, high = age_on(patient.birth.end, today), age_on(patient.birth.start, today)
        return Interval(max(0, low), high) if high >= 0 else None
    if patient.age is None:
        return None
    value, unit = patient.age
    duration = parse_duration(value, unit)
    if isinstance(duration, NotEvaluable):
        return None
    if duration.months:
        span = 11 if duration.months == 12 * value else 0
        return Interval(duration.months, duration.months + span)
    return Interval(duration.days // 31, duration.days // 28)


def _estimate(ctx: Context, name: str) -> Number:
    """Cockcroft-Gault for adults, bedside Schwartz for children (assumed to stand for a clearance)."""
    months, adult = ctx.age_months(), ctx.adult()
    creatinine = resolve(ctx, "creatinine")
    if months is None or adult is Truth.UNKNOWN:
        age = ctx.monograph.observations["age"]
        needs = (ctx.absent("patient", age.name, age.how), *_needs(creatinine))
        return Open(needs, creatinine.evidence)
    if adult is Truth.CLEAR:
        return _schwartz(ctx, name, months, creatinine)
    weight = resolve(ctx, "weight")
    sex = ctx.index.record.patient.sex
    needs = (*_needs(creatinine), *_needs(weight))
    if sex is None:
        needs = (*needs, ctx.absent("patient", "sex", "Record the sex (female or male)."))
    if isinstance(creatinine, Open) or isinstance(weight, Open) or sex is None:
        return Open(needs, (*creatinine.evidence, *weight.evidence))
    years = Interval(months.low // 12, months.high // 12)
    number = cockcroft_gault(years, weight.number.low, creatinine.number, sex == "female")
    inputs = (*creatinine.evidence, *weight.evidence, Evidence("age", age_text(months), "", "", "Patient"))
    return _estimated(ctx, name, number, "Cockcroft-Gault, actual body weight", inputs, creatinine.when)


def _schwartz(ctx: Context, name: str, months: Interval, creatinine: Number) -> Number:
    lowest = ctx.months("schwartz-lowest-age")
    if compare_interval(months, "at_least", lowest) is not Truth.APPLIES:
        how = f"Bedside Schwartz is not for a child under {lowest // 12:g} year; obtain a measured clearance."
        return Open((Need(ctx.monograph.observations[name].name, "missing", how),), creatinine.evidence)
    height = resolve(ctx, "height")
    if isinstance(creatinine, Open) or isinstance(height, Open):
        return Open((*_needs(creatinine), *_needs(height)), (*creatinine.evidence, *height.evidence))
    number = bedside_schwartz(height.number.low, creatinine.number)
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


def _needs(number: Number) -> tuple[Need, ...]:
    return number.needs if isinstance(number, Open) else ()
