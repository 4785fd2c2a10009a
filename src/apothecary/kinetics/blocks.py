"""Many patients, some thousands at a time: their numbers then stay in the cache of the processor."""

from collections.abc import Iterator, Sequence
from typing import Final

from apothecary.kinetics.amounts import Amounts, Patient
from apothecary.kinetics.course import Dose
from apothecary.kinetics.individual import Individual, Occasion
from apothecary.kinetics.namespace import Array, is_float, is_numpy

BLOCK: Final = 16384


def clearance_of(patient: Patient) -> Array:
    """The clearance a course begins with: its shape and kind are those of all numbers of the patients."""
    return (patient if isinstance(patient, Individual) else patient[0].patient).clearance


def blocks(patient: Patient) -> Iterator[slice]:
    """The places of the patients, a block at a time; one block where another library or a device does the work."""
    clearance = clearance_of(patient)
    count = clearance.shape[0]
    size = BLOCK if is_numpy(clearance) else max(1, count)
    for low in range(0, count, size):
        yield slice(low, min(count, low + size))


def many(patient: Patient) -> bool:
    """Whether the patients are worth cutting into blocks."""
    clearance = clearance_of(patient)
    return not is_float(clearance) and len(clearance.shape) == 1 and is_numpy(clearance) and clearance.shape[0] > BLOCK


def block_of(
    patient: Patient, doses: Sequence[Dose], begin: Amounts | None, part: slice
) -> tuple[Patient, tuple[Dose, ...], Amounts | None]:
    """The patients of one block with their doses and what their bodies hold."""
    some: Patient
    if isinstance(patient, Individual):
        some = _some(patient, part)
    else:
        some = tuple(Occasion(one.from_h, _some(one.patient, part)) for one in patient)
    given = tuple(
        dose if is_float(dose.amount_mg) else Dose(dose.time_h, dose.amount_mg[part], dose.route) for dose in doses
    )
    return some, given, None if begin is None else Amounts(begin.site[part], begin.central[part])


def _some(patient: Individual, part: slice) -> Individual:
    return Individual(*(getattr(patient, name)[part] for name in patient.__struct_fields__))
