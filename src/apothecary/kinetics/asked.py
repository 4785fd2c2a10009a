"""What can be asked of a simulation: a regimen, a patient or virtual patients, a model, levels."""

from typing import Literal

import msgspec

from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.namespace import Array
from apothecary.kinetics.parameters import Covariates
from apothecary.knowledge.kinetics import Route

_HOURS = 72.0  # a longer interval is written in days


class Range(msgspec.Struct, frozen=True):
    """A covariate spread evenly over virtual patients."""

    low: float
    high: float


Given = float | Range


class Amount(msgspec.Struct, frozen=True):
    """A dose in mg, or in mg per kg of body weight."""

    value: float
    per_kg: bool = False

    def in_mg(self, known: Covariates) -> Array:
        """The dose in mg, one number or one a patient; KineticsError for a dose by an unknown weight."""
        if not self.per_kg:
            return self.value
        if known.weight is None:
            message = f"The dose is {self.text()}, and the weight is not known; nothing is assumed for it."
            raise KineticsError("missing-covariate", message)
        return self.value * known.weight

    def text(self) -> str:
        """The dose with its unit."""
        return f"{self.value:g} mg{'/kg' if self.per_kg else ''}"


class Regimen(msgspec.Struct, frozen=True):
    """The same dose every so many hours."""

    amount: Amount
    every_h: float

    def text(self) -> str:
        """The regimen in a few words."""
        often = f"{self.every_h:g} h" if self.every_h <= _HOURS else f"{self.every_h / 24:g} days"
        return f"{self.amount.text()} every {often}"


class Request(msgspec.Struct, frozen=True):
    """One simulation: covariates in years, kg and mL/min, None where not known; times in h, levels in mg/L.

    `count` virtual patients from `seed`, or None for the typical patient. `above`: the level for the time above, else
    the target; `target`: instead of the monograph's; `agonist` in pmol/L. `profile` says whether the concentrations
    over time are wanted, for the regimen alone or for those of `versus` too.
    """

    regimen: Regimen
    for_h: float
    age: Given | None = None
    weight: Given | None = None
    creatinine_clearance: Given | None = None
    on_dialysis: bool = False
    route: Route = "subcutaneous"
    model: str | None = None
    count: int | None = None
    seed: int = 1
    missed: tuple[int, ...] = ()
    late: tuple[tuple[int, float], ...] = ()
    target: float | None = None
    above: float | None = None
    agonist: float | None = None
    versus: tuple[Regimen, ...] = ()
    step_h: float = 1.0
    profile: Literal["none", "regimen", "all"] = "regimen"
