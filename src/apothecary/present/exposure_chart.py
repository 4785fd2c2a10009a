"""Concentrations over time of several regimens as one small chart: lines and labels in the units of its view box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.kinetics.typical import course, typical
from apothecary.present.dose_words import amount, every
from apothecary.present.exposure_content import level
from apothecary.present.trend import Label, mark_step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from apothecary.review.exposure import Exposure, Regimen

WIDTH: Final = 720
HEIGHT: Final = 310
LEFT: Final = 56  # room for the numbers of the axis
RIGHT: Final = 16
TOP: Final = 34
BOTTOM: Final = 52
STYLES: Final = 8  # lines that can be told apart, by color and dashes
_POINTS: Final = 400
_A_CYCLE: Final = 16  # points, so that each peak is seen
_SHORTEST: Final = 48.0  # h
_LONG: Final = 168.0  # h; a longer interval is drawn once
_HOURS: Final = (6, 12, 24, 48, 96, 168, 336, 672)
_TICKS: Final = 8


class Curve(msgspec.Struct, frozen=True):
    """One regimen: its name, its style from 1 on, the points as a polyline has them."""

    name: str
    style: int
    points: str


class Chart(msgspec.Struct, frozen=True):
    """The chart. `target`: the height of the target line, None without a target."""

    title: str
    description: str
    curves: tuple[Curve, ...]
    across: tuple[Label, ...]
    along: tuple[Label, ...]
    unit: str
    target: float | None
    target_text: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def chart(exposure: Exposure) -> Chart | None:
    """The regimens of an exposure at steady state, at most as many as can be told apart; None where there are none."""
    patient = typical(exposure)
    if patient is None:
        return None
    drawn = exposure.regimens[:STYLES]
    times = _times(drawn)
    lines = [course(patient, one, times) for one in drawn]
    target = exposure.target
    highest = max(*(one.maximum_mg_L for one in drawn), target.value if target is not None else 0.0)
    step = mark_step(highest)
    top = step * -int(-highest // step)
    end = times[-1]

    def x(hours: float) -> float:
        return round(LEFT + hours / end * (WIDTH - RIGHT - LEFT), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP), 1)

    in_days = end > _SHORTEST * 2
    each = next((hours for hours in _HOURS if end / hours <= _TICKS and (hours >= 24 or not in_days)), _HOURS[-1])
    ticks = [float(each * number) for number in range(int(end / each + 1e-9) + 1)]
    return Chart(
        title="Expected concentration over time, at steady state",
        description=_description(drawn, exposure),
        curves=tuple(
            Curve(name(one), number, " ".join(f"{x(t):g},{y(c):g}" for t, c in zip(times, line, strict=True)))
            for number, (one, line) in enumerate(zip(drawn, lines, strict=True), 1)
        ),
        across=tuple(Label(LEFT, y(step * n), f"{step * n:.10g}") for n in range(round(top / step) + 1)),
        along=tuple(Label(x(tick), HEIGHT - BOTTOM, f"{tick / 24 if in_days else tick:g}") for tick in ticks),
        unit="days after a dose" if in_days else "hours after a dose",
        target=None if target is None else y(target.value),
        target_text="" if target is None else f"{target.value:g} {target.unit}, proposed for the average",
    )


def name(one: Regimen) -> str:
    """A regimen in a few words."""
    return f"{amount(one.dose_mg, nearest=True)} mg {every(one.interval_h)}"


def _times(drawn: Sequence[Regimen]) -> tuple[float, ...]:
    """The hours to compute: two of the longest intervals, close enough to show every peak of the shortest."""
    longest, shortest = max(one.interval_h for one in drawn), min(one.interval_h for one in drawn)
    end = longest if longest > _LONG else max(_SHORTEST, 2 * longest)
    count = max(_POINTS, int(end / shortest * _A_CYCLE) + 1)
    return tuple(end * number / count for number in range(count + 1))


def _description(drawn: Sequence[Regimen], exposure: Exposure) -> str:
    said = [
        f"{name(one)}: highest {level(one.maximum_mg_L)} mg/L {one.time_of_maximum_h:.1f} h after a dose, "
        f"{level(one.trough_mg_L)} mg/L before the next one, {level(one.average_mg_L)} mg/L on average"
        for one in drawn
    ]
    target = exposure.target
    said += [] if target is None else [f"target {target.value:g} {target.unit} on average"]
    return f"{'; '.join(said)}."
