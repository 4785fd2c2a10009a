"""The latest result of an observation as a number in its unit, or why there is none."""

from typing import Literal

import msgspec

from apothecary.knowledge import Observation
from apothecary.logic import Interval, Truth
from apothecary.logic.interval import round_digits
from apothecary.record import Row, Span
from apothecary.record.dates import moment_key
from apothecary.review.context import Context
from apothecary.review.result import Evidence, Need
from apothecary.units import NotEvaluable, factor

_NO_RESULT = frozenset(("void", "history", "planned"))


class Known(msgspec.Struct, frozen=True, gc=False):
    """A usable number in the unit of its observation, with what it rests on."""

    number: Interval
    evidence: tuple[Evidence, ...]
    when: Span | None


class Open(msgspec.Struct, frozen=True, gc=False):
    """No usable number, and why; `may_conflict`: it lacks only facts of the patient, and may then contradict others."""

    needs: tuple[Need, ...]
    evidence: tuple[Evidence, ...] = ()
    may_conflict: bool = False


Number = Known | Open


def observed(ctx: Context, name: str, within: str | None = None) -> Number:
    """The latest result, or where the monograph allows it a count made of a total and a share, if that is newer."""
    seen = ctx.monograph.observations[name]
    found = latest(ctx, name, within)
    return found if seen.product_of is None else _newer(found, _product(ctx, seen, within))


def latest(ctx: Context, name: str, within: str | None = None) -> Number:
    """The latest result as recorded; unreadable, undated and out-of-date ones leave it open, with the reason."""
    seen = ctx.monograph.observations[name]
    rows = may_be_latest(ctx, results(ctx, seen.value_set))
    if not rows:
        return Open((ctx.absent("observation", seen.name, seen.how),))
    if len(rows) == 1:
        return _only(ctx, seen, rows[0], within)
    values = [value_of(ctx, seen, row) for row in rows]
    readable = [value for value in values if isinstance(value, Interval)]
    shown = tuple(_evidence(ctx, seen, row, value) for row, value in zip(rows, values, strict=True))
    unread = next((value for value in values if isinstance(value, str)), None)
    if unread is not None:
        return Open((Need(seen.name, "unreadable", f"{unread} {seen.how}"),), shown)
    spans = [ctx.index.when(row) for row in rows]
    window = within or _expiry(ctx, seen)
    outside = [span for span in spans if ctx.in_window(span, window) is not Truth.APPLIES]
    if outside:
        return Open((Need(seen.name, "stale", f"{dated(outside[0])} {seen.how}"),), shown)
    number = readable[0] if len(readable) == 1 else _hull(readable)
    return Known(number, shown, spans[0] if len(set(spans)) == 1 else None)


def _only(ctx: Context, seen: Observation, row: Row, within: str | None) -> Number:
    """The common case of `latest`: one row."""
    value = value_of(ctx, seen, row)
    shown = (_evidence(ctx, seen, row, value),)
    if isinstance(value, str):
        return Open((Need(seen.name, "unreadable", f"{value} {seen.how}"),), shown)
    when = ctx.index.when(row)
    if ctx.in_window(when, within or _expiry(ctx, seen)) is not Truth.APPLIES:
        return Open((Need(seen.name, "stale", f"{dated(when)} {seen.how}"),), shown)
    return Known(value, shown, when)


def dated(when: Span | None) -> str:
    """A sentence on the date of the last result."""
    return "The result has no date." if when is None else f"The last result is of {when.text()}."


def _hull(values: list[Interval]) -> Interval:
    """The smallest interval that holds several results of one moment."""
    low, high = min(v.low for v in values), max(v.high for v in values)
    low_open = all(v.low_open for v in values if v.low == low)
    return Interval(low, high, low_open, all(v.high_open for v in values if v.high == high))


def results(ctx: Context, set_id: str | None) -> list[Row]:
    """The rows of a value set that are or may be results: not void, not planned, not without any value."""
    return [
        hit.row
        for hit in ctx.index.hits("observation", set_id or "")
        if hit.standing not in _NO_RESULT and not (hit.row.answer is not None and hit.row.answer.absent)
    ]


def may_be_latest(ctx: Context, rows: list[Row]) -> list[Row]:
    """The rows that may be the latest: several of one day, undated ones, and partial dates that reach that far."""
    if len(rows) < 2:
        return rows
    spans = [ctx.index.when(row) for row in rows]
    last = max((span.start for span in spans if span is not None), default=None)
    if last is None:
        return rows
    found = [row for row, span in zip(rows, spans, strict=True) if span is None or span.end >= last]
    if len(found) < 2:
        return found
    moments = {row.moment: moment_key(row.moment) for row in found if row.moment}
    latest_moment = max(moments.values(), default=0.0)
    return [row for row in found if not row.moment or moments[row.moment] == latest_moment]


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
    by = unit_factor(ctx, seen, answer.unit)
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


def unit_factor(ctx: Context, seen: Observation, unit: str | None) -> float | NotEvaluable:
    """What a recorded unit is times the observation's; a coded and a printed unit that clash are ambiguous."""
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
        unit = row.answer.unit if row.answer else None
        same = (
            row.answer is not None
            and value is row.answer.number
            and unit is not None
            and unit.split("\n")[0] == seen.unit
        )
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


def _product(ctx: Context, seen: Observation, within: str | None) -> Number:
    """A count from a total and its percentage, both of one day; labeled as derived."""
    total_name, share_name = seen.product_of or ("", "")
    if not ctx.index.hits("observation", ctx.monograph.observations[share_name].value_set or ""):
        return Open(())
    total, share = latest(ctx, total_name, within), latest(ctx, share_name, within)
    if isinstance(share, Open):
        return share if isinstance(total, Known) else Open(())
    if isinstance(total, Open) or total.when is None or total.when != share.when:
        return Open(())
    unit = ctx.monograph.observations[total_name].unit
    by = factor(unit, seen.unit or "")
    if isinstance(by, NotEvaluable):
        return Open(())
    low, high = total.number.low * share.number.low / 100 * by, total.number.high * share.number.high / 100 * by
    number = Interval(round_digits(low), round_digits(high))
    day = total.when.text()
    parts = f"{total.evidence[0].fact} x {share.evidence[0].fact}"
    sources = " + ".join((total.evidence[0].source, share.evidence[0].source))
    return Known(
        number, (Evidence(seen.name, number.text(), seen.unit or "", day, sources, "derived", parts),), total.when
    )


def _newer(direct: Number, derived: Number) -> Number:
    if isinstance(derived, Open):
        missing = isinstance(direct, Open) and all(need.why == "missing" for need in direct.needs)
        return derived if missing and derived.evidence else direct
    if isinstance(direct, Open):
        unreadable = any(need.why == "unreadable" for need in direct.needs)
        return direct if unreadable else derived
    later = derived.when and direct.when and derived.when.start > direct.when.end
    return derived if later else direct
