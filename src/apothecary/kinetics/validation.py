"""The models against what was published: every observation computed, the difference, and a verdict that hides nothing.

A verdict says how far the model is from the paper. Against a range: `within` inside it, else `miss`. Against a mean
with its standard deviation: `within` one, `within 2 sd` two, else `miss`. Against a mean alone: `close` up to 20 % of
it, else `miss`. An observation that the model was made from proves nothing, whatever the difference: `built from`.
"""

from typing import Final, Literal

import msgspec

from apothecary.kinetics.course import Dose, regimen
from apothecary.kinetics.domain import outside, refuse_outside
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.measures import Measures, measure
from apothecary.kinetics.parameters import Covariates, individual, quantity
from apothecary.knowledge import Monograph
from apothecary.knowledge.kinetics import COVARIATE_UNITS, MEASURE_UNITS, Covariate, Model, Observed, Subject
from apothecary.knowledge.value import Quantity as Written
from apothecary.knowledge.value import Value
from apothecary.units import NotEvaluable, convert

Verdict = Literal["within", "within 2 sd", "close", "miss", "built from"]
CLOSE_PERCENT: Final = 20.0  # of a mean published without its standard deviation
_ENOUGH: Final = 60.0  # half-lives of the slower step: what comes later is less than the last digit
_ROUNDING: Final = 1e-9  # a bound of a range is inside it, whatever the last digits of a conversion


class Row(msgspec.Struct, frozen=True):
    """One observation: the paper's number or range, the model's in the same unit, and what that comes to.

    `difference` is the model minus the paper, `percent` the same in percent of the paper; for a range from its nearest
    end, and 0 inside. `outside` are the limits of the model's domain that the subject does not keep.
    """

    id: str
    text: str
    role: Literal["builds", "tests"]
    published: float | tuple[float, float]
    sd: float | None
    unit: str
    computed: float
    difference: float
    percent: float
    verdict: Verdict
    outside: tuple[str, ...] = ()

    @property
    def missed(self) -> bool:
        """Whether the model misses what tests it."""
        return self.verdict == "miss"


def validate(monograph: Monograph, model: Model) -> tuple[Row, ...]:
    """Every observation of a model, in its order; KineticsError where one cannot be computed."""
    return tuple(_row(model, seen, _published(monograph, model, seen)) for seen in model.observed)


def judged(found: float, published: float | tuple[float, float], sd: float | None) -> tuple[float, float, Verdict]:
    """The difference from a published number or range, in percent too, and the verdict on a test."""
    if isinstance(published, tuple):
        low, high = published
        inside = low * (1 - _ROUNDING) <= found <= high * (1 + _ROUNDING)
        nearest = low if found < low else high
        difference = 0.0 if inside else found - nearest
        return difference, 100.0 * difference / nearest, "within" if inside else "miss"
    difference = found - published
    percent = 100.0 * difference / published
    off = abs(difference) * (1 - _ROUNDING)
    if sd is None:
        return difference, percent, "close" if off <= abs(published) * CLOSE_PERCENT / 100.0 else "miss"
    return difference, percent, "within" if off <= sd else "within 2 sd" if off <= 2 * sd else "miss"


def _published(monograph: Monograph, model: Model, seen: Observed) -> Value:
    number = seen.found if seen.value is None else monograph.values.get(seen.value)
    if number is None:
        message = f"The observation {seen.id} of the model {model.id} has no published number; give found or value."
        raise KineticsError("observed", message)
    return number


def _row(model: Model, seen: Observed, published: Value) -> Row:
    computed = convert(_computed(model, seen), MEASURE_UNITS[seen.measure], published.unit)
    if isinstance(computed, NotEvaluable):
        message = f"The observation {seen.id} of the model {model.id} is in {published.unit}: {computed.message}."
        raise KineticsError("observed", message)
    sd = getattr(published, "sd", None)
    difference, percent, verdict = judged(computed, published.value, sd)
    breaks = tuple(one.text for one in outside(model, _known(seen.subject)) if one.status == "outside")
    return Row(
        seen.id, seen.text, seen.role, published.value, sd, published.unit, computed, difference, percent,
        "built from" if seen.role == "builds" else verdict, breaks,
    )  # fmt: skip


def _computed(model: Model, seen: Observed) -> float:
    """What the model says of one observation, in the unit of its measure."""
    one = _patient(model, seen.subject)
    if seen.measure == "half-life":
        return float(one.half_life)
    if seen.measure == "clearance":
        return float(one.clearance / one.bioavailability)  # apparent
    last = _exposure(model, seen, seen.subject, seen.doses)
    if seen.measure == "auc-ratio":
        if seen.other is None:
            raise KineticsError("observed", f"The observation {seen.id} compares two subjects; give the other one.")
        return float(last.auc / _exposure(model, seen, seen.other, seen.doses).auc)
    if seen.measure == "accumulation":
        return float(last.auc / _exposure(model, seen, seen.subject, 1).auc)
    if seen.measure == "average":
        _interval(seen)
    return float({"time-of-maximum": last.time_of_maximum_h, "maximum": last.maximum, "average": last.average,
                  "auc": last.auc}[seen.measure])  # fmt: skip


def _exposure(model: Model, seen: Observed, subject: Subject, doses: int) -> Measures:
    """Exposure over the last of so many intervals, or without end after a single dose that is not repeated."""
    one = _patient(model, subject)
    amount, route = _amount(seen, subject), model.routes[0]
    if seen.every is None:
        if seen.doses != 1:
            raise KineticsError("observed", f"The observation {seen.id} has several doses; say how far apart they are.")
        return measure(one, (Dose(0.0, amount, route),), 0.0, _ENOUGH * float(one.half_life))
    every = _interval(seen)
    return measure(one, regimen(amount, every, doses * every, route), (doses - 1) * every, doses * every)


def _interval(seen: Observed) -> float:
    if seen.every is None:
        message = f"The observation {seen.id} is about an interval between doses; say how long it is."
        raise KineticsError("observed", message)
    return _number(seen.every, "h")


def _patient(model: Model, subject: Subject) -> Individual:
    known = _known(subject)
    refuse_outside(model, known, model.routes[:1])
    return individual(model, known)


def _known(subject: Subject) -> Covariates:
    def of(written: Written | None, name: Covariate) -> float | None:
        return None if written is None else _number(written, COVARIATE_UNITS[name])

    return Covariates(
        of(subject.age, "age"), of(subject.weight, "weight"),
        of(subject.creatinine_clearance, "creatinine-clearance"), subject.on_dialysis,
    )  # fmt: skip


def _amount(seen: Observed, subject: Subject) -> float:
    """The dose in mg, worked out from the weight where it is per kilogram."""
    found = convert(_single(seen.dose), seen.dose.unit, "mg/kg")
    if isinstance(found, NotEvaluable):
        return _number(seen.dose, "mg")
    return found * _number(subject.weight, "kg")


def _single(written: Written) -> float:
    return quantity(written.value, written.unit, written.unit)


def _number(written: Written, unit: str) -> float:
    return quantity(written.value, written.unit, unit)
