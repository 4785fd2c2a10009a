"""Many patients, some thousands at a time: their numbers then stay in the cache of the processor."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from apothecary.kinetics.amounts import Amounts, Patient, first_occasion
from apothecary.kinetics.course import Dose
from apothecary.kinetics.individual import Individual, Occasion
from apothecary.kinetics.namespace import is_float, is_numpy

BLOCK: Final = 16384


def blocks(patient: Patient) -> Iterator[slice]:
    """The places of the patients, a block at a time; one block where another library or a device does the work."""
    clearance = first_occasion(patient).clearance
    count = clearance.shape[0]
    size = BLOCK if is_numpy(clearance) else max(1, count)
    for low in range(0, count, size):
        yield slice(low, min(count, low + size))


def many(patient: Patient) -> bool:
    """Whether the patients are worth cutting into blocks."""
    clearance = first_occasion(patient).clearance
    return not is_float(clearance) and len(clearance.shape) == 1 and is_numpy(clearance) and clearance.shape[0] > BLOCK


def block_of(
    patient: Patient, doses: Sequence[Dose], begin: Amounts | None, part: slice
) -> tuple[Patient, tuple[Dose, ...], Amounts | None]:
    """The patients of one block with their doses and what their bodies hold."""
    given = tuple(
        dose if is_float(dose.amount_mg) else Dose(dose.time_h, dose.amount_mg[part], dose.route) for dose in doses
    )
    return some_of(patient, part), given, None if begin is None else Amounts(begin.site[part], begin.central[part])


def some_of(patient: Patient, part: Any) -> Patient:
    """Some of the patients: a stretch of them, or those at the places of an array."""
    if isinstance(patient, Individual):
        return Individual(*(getattr(patient, name)[part] for name in patient.__struct_fields__))
    return tuple(Occasion(one.from_h, some_of(one.patient, part)) for one in patient)  # type: ignore[arg-type]  # of one
