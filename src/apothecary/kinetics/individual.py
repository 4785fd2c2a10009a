"""The parameters of one patient or of many, checked."""

import math
from typing import Final

import msgspec

from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.namespace import Array, is_float, namespace

_LN_2: Final = math.log(2.0)


class Individual(msgspec.Struct, frozen=True):
    """Kinetic parameters: floats for one patient, or arrays of one number a patient.

    `clearance` in L/h and `volume` in L; both apparent, that is over bioavailability, where `bioavailability` is 1 for
    want of a number. `absorption_rate` per hour. ValueError (KineticsError) for anything that is not positive.
    """

    absorption_rate: Array
    clearance: Array
    volume: Array
    bioavailability: Array = 1.0

    def __post_init__(self) -> None:
        arrays = [one for one in (getattr(self, name) for name in self.__struct_fields__) if not is_float(one)]
        if arrays:  # the standard mixes no floats with arrays in a function of two arguments
            zero = sum((one * 0.0 for one in arrays[1:]), arrays[0] * 0.0)
            for name in self.__struct_fields__:
                msgspec.structs.force_setattr(self, name, zero + getattr(self, name))
        for name in self.__struct_fields__:
            _positive(name, getattr(self, name))
        xp = namespace(self.bioavailability)
        if not bool(xp.all(self.bioavailability <= 1)):
            message = "The bioavailability is above 1; give the share of a dose that reaches the circulation, 0 to 1."
            raise KineticsError("parameter", message)

    @property
    def elimination_rate(self) -> Array:
        """Clearance over volume, per hour."""
        return self.clearance / self.volume

    @property
    def half_life(self) -> Array:
        """Half-life of the last part of the curve, h: that of the slower of absorption and elimination."""
        return _LN_2 / namespace(self.clearance).minimum(self.absorption_rate, self.elimination_rate)


class Occasion(msgspec.Struct, frozen=True):
    """From which hour on a patient has which parameters; it lasts until the next one."""

    from_h: float
    patient: Individual


def _positive(name: str, number: Array) -> None:
    xp = namespace(number)
    good = xp.isfinite(number) & (number > 0)
    if not bool(xp.all(good)):
        said = f"{number:g}" if is_float(number) else "not positive in at least one patient"
        label = name.replace("_", " ")
        message = f"The {label} is {said}; it must be a finite number above zero. Check the model and the patient."
        raise KineticsError("parameter", message)
