"""What the report on a population shows, as text and as places of drawings."""

from __future__ import annotations

from typing import Literal

import msgspec


class Segment(msgspec.Struct, frozen=True):
    """A piece of a bar that is 100 wide."""

    kind: str
    x: float
    width: float


class Bar(msgspec.Struct, frozen=True):
    """A bar and what it says."""

    segments: tuple[Segment, ...]
    label: str


class Part(msgspec.Struct, frozen=True):
    """A count and its share."""

    count: str
    share: str


class Total(msgspec.Struct, frozen=True):
    """A line with a number and what belongs to it."""

    name: str
    count: str
    share: str = ""


class Answered(msgspec.Struct, frozen=True):
    """A rule in a group; `weight` orders, 0 where it is clear in all."""

    id: str
    title: str
    severity: str
    applies: Part
    unknown: Part
    clear: Part
    asked: str
    bar: Bar
    weight: int


class Measured(msgspec.Struct, frozen=True):
    """How complete a screening is."""

    name: str
    text: str
    complete: str
    incomplete: str
    unknown: str
    bar: Bar


class Load(msgspec.Struct, frozen=True):
    """Cards of a severity; `length` is that of the bar, in cards a patient."""

    label: str
    severity: str
    cards: str
    rate: str
    patients: str
    length: float


class Lack(msgspec.Struct, frozen=True):
    """A fact that open questions lack; `length` in percent of the patients, 0 where it is hidden."""

    fact: str
    why: str
    patients: str
    rules: tuple[str, ...]
    length: float


class Group(msgspec.Struct, frozen=True):
    """All figures of a group; `too_small`: its size is hidden and so is everything about it."""

    id: str
    name: str
    size: str
    too_small: bool
    traits: tuple[Total, ...]
    uses: tuple[Total, ...]
    verdict: Bar
    verdicts: tuple[Total, ...]
    rules: tuple[Answered, ...]
    clear: tuple[str, ...]
    measured: tuple[Measured, ...]
    loads: tuple[Load, ...]
    carded: str
    lacks: tuple[Lack, ...]


class Mark(msgspec.Struct, frozen=True):
    """A text at a place of a drawing."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "middle", "end"] = "middle"


class Line(msgspec.Struct, frozen=True):
    """A line of a drawing, broken where a number is hidden."""

    name: str
    number: int
    paths: tuple[str, ...]
    dots: tuple[Mark, ...]


class Trend(msgspec.Struct, frozen=True):
    """Shares over the days as a drawing and as a table."""

    title: str
    label: str
    lines: tuple[Line, ...]
    across: tuple[Mark, ...]
    along: tuple[Mark, ...]
    width: int
    height: int
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Day(msgspec.Struct, frozen=True):
    """A line of three texts."""

    first: str
    second: str
    third: str


class Shown(msgspec.Struct, frozen=True):
    """The whole page."""

    title: str
    headline: str
    about: tuple[tuple[str, str], ...]
    small: str
    totals: tuple[Total, ...]
    groups: tuple[Group, ...]
    trends: tuple[Trend, ...]
    unread: tuple[Total, ...]
    sections: tuple[Day, ...]
    definitions: tuple[tuple[str, str], ...]
    disclaimer: str
