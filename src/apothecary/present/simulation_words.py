"""How the numbers of a simulation are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from apothecary.kinetics.summary import Percentiles

if TYPE_CHECKING:
    from apothecary.kinetics.asked import Given, Request
    from apothecary.kinetics.summary import Number
    from apothecary.knowledge.kinetics import Parameter
    from apothecary.knowledge.source_text import Place

DAYS_FROM: Final = 72.0  # hours; a longer time is written in days


def plain(value: float) -> str:
    """Three digits, without an exponent from a millionth to a thousand million."""
    size = abs(value)
    if size >= 99.95:
        return f"{value:.0f}" if size < 1e9 else f"{value:.3g}"
    return f"{value:.3g}" if size >= 1e-4 or size == 0 else _small(value)


def _small(value: float) -> str:
    return f"{value:.6f}" if abs(value) >= 1e-6 else f"{value:.1e}"


def middle(number: Number) -> str:
    """The number, or the median."""
    return plain(number.p50 if isinstance(number, Percentiles) else number)


def spread(number: Number) -> str:
    """The middle 90 % of virtual patients; nothing for one number, or where all are alike."""
    if not isinstance(number, Percentiles):
        return ""
    low, high = plain(number.p5), plain(number.p95)
    return "" if low == high == plain(number.p50) else f"{low}–{high}"


def said(number: Number, unit: str = "") -> str:
    """The number, or the median and the middle 90 %, with the unit."""
    behind = f" {unit}" if unit else ""
    return f"{middle(number)}{behind}{f' ({spread(number)})' if spread(number) else ''}"


def hours(value: float) -> str:
    """A time in hours, from three days on in days."""
    if value <= DAYS_FROM:
        return f"{value:g} h"
    return f"{plain(value / 24)} days"


def given(value: Given | None, unit: str) -> str:
    """A covariate, a range of it, or that it is not known."""
    if value is None:
        return "not given"
    if isinstance(value, int | float):
        return f"{plain(value)} {unit}"
    return f"{plain(value.low)} to {plain(value.high)} {unit}, spread evenly"


def patient(asked: Request) -> str:
    """For whom the simulation is."""
    parts = [
        f"age {given(asked.age, 'years')}",
        f"weight {given(asked.weight, 'kg')}",
        "on dialysis"
        if asked.on_dialysis and asked.creatinine_clearance is None
        else f"creatinine clearance {given(asked.creatinine_clearance, 'mL/min')}",
    ]
    if asked.on_dialysis and asked.creatinine_clearance is not None:
        parts.append("on dialysis")
    who = "The typical patient" if asked.count is None else f"{asked.count} virtual patients (seed {asked.seed})"
    return f"{who}: {', '.join(parts)}"


def value_of(parameter: Parameter) -> str:
    """A number of the knowledge with its unit; the unit 1 is not written."""
    number = parameter.value
    text = f"{number[0]:g} to {number[1]:g}" if isinstance(number, tuple) else f"{number:g}"
    return text if parameter.unit == "1" else f"{text} {parameter.unit}"


def origin(places: tuple[Place, ...], statements: tuple[str, ...] = ()) -> str:
    """The sources in brackets, and the statements of the monograph."""
    said = "".join(f"[{source}]" for source in dict.fromkeys(place.source for place in places))
    return " ".join([*([said] if said else []), *(f"[statement {name}]" for name in statements)])
