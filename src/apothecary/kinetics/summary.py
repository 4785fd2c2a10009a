"""What is said of a number: itself for one patient, its median and 5th and 95th percentile for many."""

from collections.abc import Mapping

import msgspec

from apothecary.kinetics.measures import Measures
from apothecary.kinetics.namespace import Array, is_float


class Percentiles(msgspec.Struct, frozen=True):
    """The median of virtual patients and the bounds of the middle 90 % of them."""

    p5: float
    p50: float
    p95: float


Number = float | Percentiles


class Window(msgspec.Struct, frozen=True):
    """Exposure from one hour to another, mg/L, mg.h/L and h; `time_above_h` None where there is no level."""

    start_h: float
    end_h: float
    maximum: Number
    time_of_maximum_h: Number
    minimum: Number
    average: Number
    trough: Number
    auc: Number
    time_above_h: Number | None = None


def summarized(number: Array) -> Number:
    """A float as it is, an array of one number a patient as percentiles."""
    if is_float(number):
        return float(number)
    import numpy as np

    low, middle, high = (float(one) for one in np.quantile(number, (0.05, 0.5, 0.95)))
    return Percentiles(low, middle, high)


def window(found: Measures, start_h: float, end_h: float) -> Window:
    """The measures of a window, summarized."""
    numbers: Mapping[str, Array] = {name: getattr(found, name) for name in found.__struct_fields__}
    kept = {name: None if number is None else summarized(number) for name, number in numbers.items()}
    return Window(start_h, end_h, **kept)  # type: ignore[arg-type]  # only the time above may be None


def middle(number: Number) -> float:
    """The number itself, or the median."""
    return number.p50 if isinstance(number, Percentiles) else number
