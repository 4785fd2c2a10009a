"""A number with its unit, its kind and its source."""

from typing import Literal

from apothecary.knowledge.source_text import Place, Strict

ValueKind = Literal["stated", "derived", "fixed", "assumed"]


class Value(Strict, frozen=True):
    """A number with its unit, its kind and where it comes from; `[low, high]` is a range."""

    meaning: str
    value: float | tuple[float, float]
    unit: str
    kind: ValueKind
    statements: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    reason: str | None = None
    interpretation: str | None = None


class Quantity(Strict, frozen=True):
    """A number or a range with its unit, inside other data."""

    value: float | tuple[float, float]
    unit: str
