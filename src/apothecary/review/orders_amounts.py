"""An ordered amount in mg or mg/kg: masses as they are, volumes and containers by the strength of the product."""

import re

import msgspec

from apothecary.knowledge import Monograph
from apothecary.logic import Interval
from apothecary.record.dosage_amounts import Amount
from apothecary.units import NotEvaluable, factor

_PARTS = re.compile(
    r"(?P<what>.+?)(?P<kg>\s*(?:/|\bper\b)\s*kg)?(?P<dose>\s*(?:/|\bper\b)\s*\{?dose\}?)?"
    r"(?P<period>\s*(?:/|\bper\b)\s*(?:day|d|24\s*\.?h|hour|hr|h|min|week|wk))?",
    re.I,
)
_PER_DAY = {"d": 1.0, "2": 1.0, "h": 24.0, "m": 1440.0, "w": 1 / 7}
_FILLED = frozenset(("prefilled", "pre", "filled", "disposable", "graduated", "single", "use"))
_SAME = 1e-9


class Converted(msgspec.Struct, frozen=True):
    """An amount in mg (`by_weight`: mg/kg), one dose or one day of it, and how it was worked out."""

    number: Interval
    by_weight: bool
    daily: bool
    note: str = ""


class Strength(msgspec.Struct, frozen=True):
    """The one strength of a monograph's products: mg and mL in a container, and the words for that container."""

    mg: float
    mL: float
    container: str


def strength_of(m: Monograph) -> Strength | None:
    """The strength all products share; None where they differ, since the order does not say which it means."""
    found: set[tuple[float, float, str]] = set()
    for product in m.products.values():
        amount, volume = product.strength.amount, product.strength.volume
        mg, ml = factor(amount.unit, "mg"), factor(volume.unit, "mL")
        single = not isinstance(amount.value, tuple) and not isinstance(volume.value, tuple)
        if isinstance(mg, NotEvaluable) or isinstance(ml, NotEvaluable) or not single:
            return None
        found.add((amount.value * mg, volume.value * ml, product.container))  # type: ignore[operator]  # single numbers
    return Strength(*found.pop()) if len(found) == 1 else None


def convert_amount(amount: Amount, strength: Strength | None) -> Converted | str:
    """The amount in mg, or a sentence saying why not; a coded and a printed unit have to mean the same."""
    if not amount.unit:
        return f"“{amount.text}” has no unit, and none is assumed."
    read = [_in(amount.number, unit, strength) for unit in amount.unit.split("\n")]
    known = [one for one in read if isinstance(one, Converted)]
    if not known:
        return f"“{amount.text}” cannot be converted to mg: {read[-1]}"
    first = known[0]
    for other in known[1:]:
        same = (first.by_weight, first.daily) == (other.by_weight, other.daily)
        if not same or abs(first.number.low - other.number.low) > _SAME * first.number.low:
            units = amount.unit.replace("\n", " but printed ")
            return f"The unit of “{amount.text}” is coded {units}; which one holds is not known."
    return first


def _in(number: Interval, unit: str, strength: Strength | None) -> Converted | str:
    parts = _PARTS.fullmatch(unit.strip())
    if parts is None:
        return f"the unit {unit} is not understood."
    period = (parts["period"] or "").strip("/ ").removeprefix("per").strip().casefold()
    per_day = _PER_DAY[period[0]] if period else 1.0
    what = parts["what"].strip()
    flags = (parts["kg"] is not None, bool(period))
    noun = _noun(what, strength)
    if noun:
        assert strength is not None
        return Converted(number.map(strength.mg * per_day), *flags, f"one {noun} holds {strength.mg:g} mg")
    mass = factor(what, "mg")
    if not isinstance(mass, NotEvaluable):
        return Converted(number.map(mass * per_day), *flags, "" if what.casefold() == "mg" else "in mg")
    volume = factor(what, "mL")
    if isinstance(volume, NotEvaluable):
        return f"{mass.message.rstrip('.')}."
    if strength is None:
        return "the products differ in strength, and the order does not say which is meant."
    note = f"{strength.mg:g} mg in {strength.mL:g} mL"
    return Converted(number.map(volume * strength.mg / strength.mL * per_day), *flags, note)


def _noun(what: str, strength: Strength | None) -> str:
    """The container when the unit is the word for it: syringe, {syringe}, prefilled syringes."""
    if strength is None:
        return ""
    own = [word.casefold() for word in re.findall(r"[A-Za-z]+", strength.container)]
    words = [word.casefold().removesuffix("s") for word in re.findall(r"[A-Za-z]+", what)]
    if not words or words[-1] != own[-1] or not set(words) <= {*own, *_FILLED} or re.search(r"[\d/]", what):
        return ""
    return str(own[-1])
