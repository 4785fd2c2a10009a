"""What a plot of a simulation shows, as plain rows: lines, band, doses, target; thinned to what can be seen."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from apothecary.present import simulation_words as w
from apothecary.present import words

if TYPE_CHECKING:
    from apothecary.kinetics.simulation import Simulation
    from apothecary.knowledge.schema import Monograph

BREAK: Final = "|"  # where a label has its next line
MOST: Final = 2000  # points of a line; more cannot be told apart
_LINE: Final = 130  # characters of a line below the title
_HOURS_BETWEEN: Final = (1, 2, 3, 4, 6, 12)
_DAYS_BETWEEN: Final = (1, 2, 7, 14, 28, 56, 91, 182, 364)
_MOST_TICKS: Final = 15
STATUSES: Final = {"given": "given", "late": "given late", "missed": "missed"}


class PlotData(msgspec.Struct, frozen=True):
    """The rows of each layer; times in `unit`, levels in mg/L. `lines` names the regimens in the order drawn."""

    title: str
    subtitle: tuple[str, ...]
    description: str
    unit: str
    end: float
    ticks: tuple[float, ...]
    lines: tuple[str, ...]
    line_rows: tuple[dict[str, Any], ...]
    band_rows: tuple[dict[str, Any], ...]
    dose_rows: tuple[dict[str, Any], ...]
    target_rows: tuple[dict[str, Any], ...]


def plot_data(found: Simulation, m: Monograph) -> PlotData:
    """The layers of the plot; ValueError for a simulation without a profile."""
    if found.bands is None:
        raise ValueError("The simulation was made without a profile; ask for one.")
    asked, model = found.request, found.model
    scale, unit = (24.0, "days") if asked.for_h > w.DAYS_FROM else (1.0, "hours")
    many = len(found.bands.levels) > 1
    drawn = [(asked.regimen.text(), found.bands.times_h, found.bands.levels[1 if many else 0])]
    for one in found.compared[1:]:
        if one.curve is not None and one.regimen.text() not in (name for name, _, _ in drawn):
            drawn.append((one.regimen.text(), one.curve.times_h, one.curve.levels[0]))
    rows = [
        {"time": times[at] / scale, "level": levels[at], "regimen": name}
        for name, times, levels in drawn
        for at in kept((levels,))
    ]
    band: list[dict[str, Any]] = []
    if many:
        low, _, high = found.bands.levels
        band = [{"time": found.bands.times_h[at] / scale, "low": low[at], "high": high[at]} for at in kept((low, high))]
    doses = [
        {"time": (one.planned_h if one.given_h is None else one.given_h) / scale, "dose": STATUSES[one.status]}
        for one in found.taken
        if one.given_h is None or one.given_h <= asked.for_h
    ]
    end = asked.for_h / scale
    targets = [
        {"level": one.level, "time": end, "label": f"target{BREAK}{w.plain(one.level)} mg/L{BREAK}on average"}
        for one in found.targets
    ]
    who = w.patient(asked) + ("; line: median, band: middle 90 %" if many else "")
    about = (f"Model: {model.name} ({model.id}). Population: {model.population.text}", who)
    subtitle = tuple(line for text in about for line in textwrap.wrap(text, _LINE, break_on_hyphens=False))
    title = f"{words.capital(m.drug.name)}: {asked.regimen.text()}, {asked.route}"
    peak = max(drawn[0][2])
    reached = f"{title}. Concentration over {w.hours(asked.for_h)}: highest {'median ' if many else ''}{w.plain(peak)}"
    description = f"{reached} mg/L. {'. '.join(about)}."
    description += "".join(f" Target: {w.plain(one.level)} mg/L on average." for one in found.targets)
    return PlotData(
        title,
        subtitle,
        description,
        unit,
        end,
        _ticks(end, _DAYS_BETWEEN if unit == "days" else _HOURS_BETWEEN),
        tuple(name for name, _, _ in drawn),
        tuple(rows),
        tuple(band),
        tuple(doses),
        tuple(targets),
    )


def kept(curves: Sequence[Sequence[float]]) -> list[int]:
    """The points to draw: all of a short curve; of a long one, from each stretch the ends, the lowest, the highest."""
    count = len(curves[0])
    if count <= MOST:
        return list(range(count))
    each = -(-count * 2 * len(curves) // MOST)
    found = {0, count - 1}
    for start in range(0, count, each):
        stretch = range(start, min(start + each, count))
        for curve in curves:
            found |= {min(stretch, key=curve.__getitem__), max(stretch, key=curve.__getitem__)}
    return sorted(found)


def _ticks(end: float, between: Sequence[int]) -> tuple[float, ...]:
    step = next((one for one in between if end / one <= _MOST_TICKS), between[-1])
    if end / step > _MOST_TICKS:
        step *= -int(-end // (step * _MOST_TICKS))
    return tuple(float(number * step) for number in range(int(end / step + 1e-9) + 1))
