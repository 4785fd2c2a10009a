"""Whether a model may be used for a patient: hard limits refuse, soft ones warn, in the reader's words."""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from apothecary.kinetics.errors import OutsideDomain
from apothecary.kinetics.namespace import Array, is_float, namespace
from apothecary.kinetics.parameters import Covariates, quantity
from apothecary.knowledge.kinetics import COVARIATE_UNITS, Covariate, Limit, Model, OnDialysis, Route

_ROUNDING: Final = 1e-9  # 8 months are not the same number of years in every calculation


class Outside(msgspec.Struct, frozen=True):
    """One limit that a patient does not keep, or may not: `unknown` where the quantity is not known."""

    limit: Limit
    status: Literal["outside", "unknown"]
    text: str


def outside(model: Model, known: Covariates) -> tuple[Outside, ...]:
    """The limits of the model's domain that a patient does not keep, or of which it is not known."""
    found = []
    for limit in model.domain:
        covariate = known.of(limit.quantity)
        label = limit.quantity.replace("-", " ")
        if limit.quantity == "creatinine-clearance" and known.on_dialysis:
            if any(isinstance(one, OnDialysis) for one in model.covariates):
                continue
            covariate = 0.0  # no limit above zero is kept on dialysis
        if covariate is None:
            text = (
                f"The {label} is not known, so whether the model {model.id} is for this patient is open: {limit.text}."
            )
            found.append(Outside(limit, "unknown", text))
        elif _breaks(covariate, limit):
            is_ = f"is {_said(limit.quantity, covariate)}" if is_float(covariate) else "of some patients lies outside"
            text = f"The {label} {is_}: {limit.text}."
            found.append(Outside(limit, "outside", text))
    return tuple(found)


def refuse_outside(model: Model, known: Covariates, routes: Sequence[Route]) -> tuple[str, ...]:
    """The warnings that go with using the model; OutsideDomain for a patient or route it must not be used for.

    A quantity that is not known refuses nothing here but is among the warnings; a review asks for it instead.
    """
    for route in routes:
        if route not in model.routes:
            allowed = " and ".join(model.routes)
            message = f"The model {model.id} is for {allowed} doses only, not for {route} ones. Choose another model."
            raise OutsideDomain(message)
    found = outside(model, known)
    for one in found:
        if one.status == "outside" and one.limit.outside == "refuse":
            raise OutsideDomain(f"{one.text} The model {model.id} is not used outside; choose another with --model.")
    return warnings(found)


def warnings(found: Sequence[Outside]) -> tuple[str, ...]:
    """What is to be said of using the model all the same; a soft limit that cannot be checked says nothing."""
    return tuple(dict.fromkeys(one.text for one in found if one.status == "outside" or one.limit.outside == "refuse"))


def _breaks(covariate: Array, limit: Limit) -> bool:
    xp, unit = namespace(covariate), COVARIATE_UNITS[limit.quantity]
    low = None if limit.low is None else quantity(limit.low.value, limit.low.unit, unit)
    high = None if limit.high is None else quantity(limit.high.value, limit.high.unit, unit)
    if limit.quantity == "age" and high is not None:
        high += 1.0  # an age of 21 years lasts until the next birthday
        if bool(xp.any(covariate >= high)):
            return True
        high = None
    below = low is not None and bool(xp.any(covariate < low * (1 - _ROUNDING)))
    return below or (high is not None and bool(xp.any(covariate > high * (1 + _ROUNDING))))


def _said(quantity_: Covariate, value: float) -> str:
    """A covariate as a person would say it: completed years, months below two years."""
    if quantity_ != "age":
        return f"{value:.4g} {COVARIATE_UNITS[quantity_]}"
    return f"{int(value + _ROUNDING)} years" if value >= 2 else f"{int(value * 12 + _ROUNDING)} months"
