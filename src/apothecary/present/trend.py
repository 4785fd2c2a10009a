"""Results over time as a small chart: for HTML as lines and labels, for a terminal as a row of bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from apothecary.review.plan import Point, Trend

WIDTH: Final = 640
HEIGHT: Final = 220
LEFT: Final = 64  # room for the numbers of the axis
RIGHT: Final = 16
TOP: Final = 34
BOTTOM: Final = 36
BARS: Final = "▁▂▃▄▅▆▇█"
PLAIN_BARS: Final = "12345678"
_STEPS: Final = (1, 2, 2.5, 5, 10)
_TICKS: Final = 4


class Label(msgspec.Struct, frozen=True):
    """A text at a place of the chart."""

    x: float
    y: float
    text: str


class Chart(msgspec.Struct, frozen=True):
    """The chart in the units of its view box. `line` joins the dots; `limit` is the height of the limit, if any."""

    title: str
    description: str
    unit: str
    line: str
    dots: tuple[Label, ...]
    across: tuple[Label, ...]
    along: tuple[Label, ...]
    limit: float | None
    limit_text: str
    levels: tuple[int, ...]
    summary: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM


def chart(trend: Trend, limit_text: str = "") -> Chart | None:
    """The chart of a trend; None where no result has a day and one number. `limit_text` names the limit."""
    if not trend.points:
        return None
    highest = max((*(point.value for point in trend.points), trend.limit or 0))
    step = mark_step(highest)
    top = step * max(1, -int(-highest // step))
    first, last = trend.points[0].date.toordinal(), trend.points[-1].date.toordinal()

    def x(point: Point) -> float:
        share = (point.date.toordinal() - first) / (last - first) if last > first else 0.5
        return round(LEFT + 10 + share * (WIDTH - RIGHT - LEFT - 20), 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP), 1)

    dots = tuple(Label(x(p), y(p.value), f"{p.date.isoformat()}: {p.value:g} {trend.unit}") for p in trend.points)
    ticks = [number * step for number in range(round(top / step) + 1)]
    ends = [trend.points[0]] if first == last else [trend.points[0], trend.points[-1]]
    return Chart(
        title=f"Trend: {trend.name}",
        description="; ".join(dot.text for dot in dots) + (f"; limit {limit_text}" if limit_text else ""),
        unit=trend.unit,
        line=" ".join(f"{dot.x:g},{dot.y:g}" for dot in dots),
        dots=dots,
        across=tuple(Label(LEFT, y(tick), f"{tick:g}") for tick in ticks),
        along=tuple(Label(x(end), HEIGHT - BOTTOM + 22, end.date.isoformat()) for end in ends),
        limit=y(trend.limit) if trend.limit is not None else None,
        limit_text=limit_text,
        levels=tuple(min(7, int(point.value / top * 8)) for point in trend.points),
        summary=_summary(trend, limit_text),
    )


def bars(levels: tuple[int, ...], encoding: str) -> str:
    """A row of bars, or digits from 1 to 8 where the terminal has no bars."""
    try:
        BARS.encode(encoding)
    except UnicodeEncodeError:
        return "".join(PLAIN_BARS[level] for level in levels)
    return "".join(BARS[level] for level in levels)


def mark_step(highest: float) -> float:
    """The distance of the marks: a round number, about four to the top."""
    raw = max(highest, 1e-9) / _TICKS
    power = 1.0
    while power * 10 <= raw:
        power *= 10
    while power > raw:
        power /= 10
    return next(power * factor for factor in _STEPS if power * factor >= raw - 1e-12)


def _summary(trend: Trend, limit_text: str) -> str:
    """First, last and lowest result in words, and how many lie below the limit."""
    first, last = trend.points[0], trend.points[-1]
    lowest = min(trend.points, key=lambda point: (point.value, point.date))
    said = [f"{first.value:g} ({first.date.isoformat()})"]
    if last is not first:
        said.append(f"to {last.value:g} ({last.date.isoformat()})")
    text = f"{' '.join(said)} {trend.unit}, lowest {lowest.value:g} ({lowest.date.isoformat()})"
    if trend.limit is not None:
        below = sum(point.value < trend.limit for point in trend.points)
        text += f"; {below or 'none'} of {len(trend.points)} below {limit_text}"
    if trend.left_out:
        plural = "result" if trend.left_out == 1 else "results"
        text += f"; {trend.left_out} {plural} without a day or a plain number not drawn"
    return f"{text}."
