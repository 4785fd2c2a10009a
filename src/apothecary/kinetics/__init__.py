"""Concentrations over time: models, regimens, exposure. Works on floats without any array library."""

from apothecary.kinetics.amounts import Amounts, steady_state
from apothecary.kinetics.course import Dose, regimen
from apothecary.kinetics.errors import KineticsError, OutsideDomain
from apothecary.kinetics.individual import Individual, Occasion
from apothecary.kinetics.measures import Measures, at_steady_state, measure
from apothecary.kinetics.parameters import Covariates, individual
from apothecary.kinetics.profile import concentrations, profile

__all__ = [
    "Amounts",
    "Covariates",
    "Dose",
    "Individual",
    "KineticsError",
    "Measures",
    "Occasion",
    "OutsideDomain",
    "at_steady_state",
    "concentrations",
    "individual",
    "measure",
    "profile",
    "regimen",
    "steady_state",
]
