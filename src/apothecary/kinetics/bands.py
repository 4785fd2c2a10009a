"""Percentiles of the concentration across patients, time by time."""

from collections.abc import Sequence

import msgspec

from apothecary.kinetics.amounts import Amounts, Patient, first_occasion
from apothecary.kinetics.course import Dose
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.namespace import Array, is_float, namespace
from apothecary.kinetics.profile import concentrations


class Bands(msgspec.Struct, frozen=True):
    """For each of the `quantiles` (shares of patients, 0 to 1) a row of `levels` in mg/L, one a time in hours."""

    times_h: tuple[float, ...]
    quantiles: tuple[float, ...]
    levels: tuple[tuple[float, ...], ...]


def bands(
    patient: Patient,
    doses: Sequence[Dose],
    times_h: Sequence[float],
    quantiles: Sequence[float] = (0.05, 0.5, 0.95),
    start: Amounts | None = None,
) -> Bands:
    """The percentiles across patients at each time, between two patients in proportion; no profile is kept.

    Each time is taken by itself, so a band is no patient's curve. KineticsError for a single patient given as floats,
    for a quantile outside 0 to 1, and as for `concentrations`.
    """
    if is_float(first_occasion(patient).clearance):
        raise KineticsError("count", "One patient has no percentiles; simulate many, with one number a patient.")
    if not quantiles or not all(0 <= share <= 1 for share in quantiles):
        raise KineticsError("quantile", f"The quantiles are {list(quantiles)}; give shares of patients from 0 to 1.")
    rows = [_percentiles(row, quantiles) for row in concentrations(patient, doses, times_h, start)]
    return Bands(tuple(float(time) for time in times_h), tuple(quantiles), tuple(zip(*rows, strict=True)))


def _percentiles(row: Array, quantiles: Sequence[float]) -> tuple[float, ...]:
    ordered, last = namespace(row).sort(row, stable=False), row.shape[0] - 1
    found = []
    for share in quantiles:
        below = int(share * last)
        low, high = float(ordered[below]), float(ordered[min(below + 1, last)])
        found.append(low + (high - low) * (share * last - below))
    return tuple(found)
