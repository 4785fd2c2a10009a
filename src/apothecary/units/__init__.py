"""Clinical units: read a spelling, convert a value, count calendar time.

Whatever cannot be read or converted is a `NotEvaluable` value with a reason, never an exception and
never a guess.
"""

from apothecary.units.duration import Duration, add_duration, age_on, parse_duration
from apothecary.units.quantity import (
    Quantity,
    convert,
    factor,
    parse_quantity,
    parse_unit,
    same_dimension,
)
from apothecary.units.ucum import NotEvaluable, Unit

__all__ = [
    "Duration",
    "NotEvaluable",
    "Quantity",
    "Unit",
    "add_duration",
    "age_on",
    "convert",
    "factor",
    "parse_duration",
    "parse_quantity",
    "parse_unit",
    "same_dimension",
]
