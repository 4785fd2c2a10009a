"""Numbers, conditions and citations of a monograph in words, for its readable page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from apothecary import logic
from apothecary.review.describe import describe

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph, Quantity, Value

_TIMES: Final = {"a": "years", "mo": "months", "wk": "weeks", "d": "days"}
_UNITS: Final = {"Cel": "°C", "1": "", **_TIMES}
KINDS: Final = {
    "stated": "stated by the source text",
    "derived": "derived from the source text",
    "fixed": "fixed by another source",
    "assumed": "our assumption",
}


def number(value: Value | Quantity) -> str:
    """A value with its unit; a range as `low to high`."""
    ends = value.value if isinstance(value.value, tuple) else (value.value,)
    unit = _UNITS.get(value.unit, value.unit.replace("{", "").replace("}", ""))
    unit = unit[:-1] if ends == (1,) and value.unit in _TIMES else unit
    return f"{' to '.join(f'{end:.10g}' for end in ends)} {unit}".strip()


def named(m: Monograph, name: str | None, absent: str = "") -> str:
    """The number of a value by its id."""
    return number(m.values[name]) if name is not None else absent


def condition(node: logic.Condition, m: Monograph) -> str:
    """A whole condition as one phrase."""
    if isinstance(node, logic.All):
        return " and ".join(_inner(one, m) for one in node.of)
    if isinstance(node, logic.AnyOf):
        return " or ".join(_inner(one, m) for one in node.of)
    if isinstance(node, logic.Not):
        return f"not ({condition(node.of, m)})"
    return describe(node, m)


def _inner(node: logic.Condition, m: Monograph) -> str:
    text = condition(node, m)
    return f"({text})" if isinstance(node, logic.All | logic.AnyOf) else text


def references(m: Monograph, statements: Iterable[str], places: Iterable[str] = ()) -> tuple[str, ...]:
    """The references of statements and of other places, each once, numbers in their order before names."""
    found = {one for id_ in statements if id_ in m.statements for one in m.statements[id_].references}
    return tuple(sorted({*found, *places}, key=_by_number))


def _by_number(reference: str) -> tuple[bool, int, str]:
    plain = reference.isascii() and reference.isdecimal()
    return (not plain, int(reference) if plain else 0, reference)
