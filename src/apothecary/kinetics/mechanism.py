"""Competitive antagonism: how many times more drug than agonist there is, and what that does to the agonist.

Concentrations of the drug far above its dissociation constants bind nearly all receptors all day, whatever the regimen,
so occupancy alone says nothing. What counts is the excess over the agonist (Arunlakshana and Schild 1959: with a
competitive antagonist at concentration C, 1 + C/K times more agonist is needed for the same binding).
"""

from collections.abc import Mapping

import msgspec

from apothecary.kinetics.course import Dose
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.measures import Measures, at_steady_state
from apothecary.kinetics.namespace import Array
from apothecary.kinetics.parameters import number
from apothecary.kinetics.summary import Number, summarized
from apothecary.knowledge.kinetics import Mechanism, Parameter, Route
from apothecary.units import NotEvaluable, convert, factor


class Levels(msgspec.Struct, frozen=True):
    """A quantity at the highest, the average and the lowest concentration of a dosing interval at steady state."""

    maximum: Number
    average: Number
    trough: Number


class DoseRatio(msgspec.Struct, frozen=True):
    """How many times more agonist gives the same binding, by one dissociation constant of the drug."""

    name: str
    constant: Parameter
    ratio: Levels


class Antagonism(msgspec.Struct, frozen=True):
    """What a regimen means at the receptor, at steady state; every constant is in `knowledge` with its source.

    `level` of the drug in pmol/L. `kept_up_to`: the agonist concentration in pmol/L up to which the stated excess is
    kept, which needs no assumption on the agonist. With a given `agonist` (pmol/L): `fold` excess over it, the drug
    concentration `wanted` for the stated excess (mg/L), and the hours a day above that.
    """

    knowledge: Mechanism
    level: Levels
    kept_up_to: Levels
    dose_ratios: tuple[DoseRatio, ...]
    agonist: float | None = None
    fold: Levels | None = None
    wanted: float | None = None
    hours_above_per_day: Number | None = None


def antagonism(
    knowledge: Mechanism,
    patient: Individual,
    amount_mg: Array,
    every_h: float,
    route: Route = "subcutaneous",
    agonist: float | None = None,
) -> Antagonism:
    """The regimen at the receptor; `agonist` in pmol/L, None where not known. KineticsError for a level not above 0."""
    if agonist is not None and not agonist > 0:
        raise KineticsError("level", f"The agonist is {agonist:g} pmol/L; give a concentration above zero.")
    mass = number(knowledge.molar_mass, "g/mol")
    excess = number(knowledge.excess, "1")
    picomolar = factor("mg/L", "pmol/L", mass)
    if isinstance(picomolar, NotEvaluable):
        raise KineticsError("parameter", f"The molar mass cannot be used: {picomolar.message}.")
    wanted = None if agonist is None else agonist * excess / picomolar
    steady = at_steady_state(patient, (Dose(0.0, amount_mg, route),), every_h, wanted)
    ratios = [
        DoseRatio(name, constant, _levels(steady, picomolar / dissociation(constant, mass), 1.0))
        for name, constant in knowledge.binding.items()
    ]
    level, kept = _levels(steady, picomolar), _levels(steady, picomolar / excess)
    if agonist is None:
        return Antagonism(knowledge, level, kept, tuple(ratios))
    hours: Array = steady.time_above_h
    above = summarized(hours * (24.0 / every_h))
    return Antagonism(
        knowledge, level, kept, tuple(ratios), agonist, _levels(steady, picomolar / agonist), wanted, above
    )


def dissociation(constant: Parameter, molar_mass: float) -> float:
    """A dissociation constant of the drug in pmol/L; one given as a mass concentration is converted."""
    if isinstance(constant.value, tuple):
        return number(constant, "pmol/L")
    found = convert(constant.value, constant.unit, "pmol/L", molar_mass)
    if isinstance(found, NotEvaluable) or not found > 0:
        raise KineticsError("parameter", f"{constant.value:g} {constant.unit} is no dissociation constant.")
    return found


def _levels(steady: Measures, times: float, plus: float = 0.0) -> Levels:
    found: Mapping[str, Array] = {name: getattr(steady, name) for name in ("maximum", "average", "trough")}
    return Levels(**{name: summarized(level * times + plus) for name, level in found.items()})
