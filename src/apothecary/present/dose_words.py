"""Amounts and intervals of a dose plan in words."""

from __future__ import annotations

from typing import Final

from apothecary.therapy.dose_amounts import in_words as amount

__all__ = ["amount", "every", "span"]

_USUAL: Final = {12.0: "twice a day", 24.0: "once a day", 48.0: "every other day", 168.0: "once a week"}


def span(ends: tuple[float, float], unit: str = "", nearest: bool = False) -> str:
    """`15 to 30 mg`, or one number where both ends read the same."""
    low, high = (amount(end, nearest) for end in ends)
    return f"{low if low == high else f'{low} to {high}'} {unit}".strip()


def every(hours: float | None) -> str:
    """How often a dose is given: once a day, every other day, every 28 days, every 36 hours."""
    if hours is None:
        return ""
    if hours in _USUAL:
        return _USUAL[hours]
    return f"every {amount(hours / 24)} days" if hours % 24 == 0 else f"every {amount(hours)} hours"
