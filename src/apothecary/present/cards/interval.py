"""A draft order with another interval: only where the whole dosage is understood, so that nothing in it disagrees."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from apothecary.present.dose_words import amount, every
from apothecary.present.safe import clean

if TYPE_CHECKING:
    from apothecary.present.cards.occasion import Draft

REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64}")
_DOSAGE: Final = frozenset(("id", "sequence", "text", "timing", "route", "site", "method", "doseAndRate"))
_TIMING: Final = frozenset(("repeat", "code"))
_REPEAT: Final = frozenset(("frequency", "period", "periodUnit", "boundsPeriod", "boundsDuration", "boundsRange"))
_AMOUNT: Final = frozenset(("type", "doseQuantity"))
_HOURS: Final = {"h": 1, "d": 24, "wk": 168}


class Changed(msgspec.Struct, frozen=True):
    """The whole order with the new interval, and in words what it says now and what to look at."""

    resource: dict[str, Any]
    words: str
    look_at: str


def changed(draft: Draft, hours: float) -> Changed | None:
    """The order with this many hours between two doses; None where it is not one plain, structured dosage.

    The text of the dosage is written anew and the narrative of the order left out: both may name the old interval.
    """
    order = draft.resource
    listed = order.get("dosageInstruction")
    if order.get("resourceType") != "MedicationRequest" or draft.reference != f"MedicationRequest/{order.get('id')}":
        return None
    if REFERENCE.fullmatch(draft.reference) is None or "modifierExtension" in order or not isinstance(listed, list):
        return None
    if len(listed) != 1 or not isinstance(listed[0], dict) or not set(listed[0]) <= _DOSAGE:
        return None
    now, dose = _hours(listed[0].get("timing")), _dose(listed[0].get("doseAndRate"))
    repeat = _repeat(hours)
    if now is None or dose is None or repeat is None or now >= hours or not _sendable(order):
        return None
    said = f"{dose} {every(hours)}"
    timing = {"repeat": {**_bounds(listed[0]["timing"]["repeat"]), **repeat}}
    dosage = {**listed[0], "text": said, "timing": timing}
    left = {key: value for key, value in order.items() if key not in ("text", "renderedDosageInstruction")}
    look_at = "the quantity to dispense and " if "dispenseRequest" in order else ""
    return Changed(
        {**left, "dosageInstruction": [dosage]}, said, f"Check {look_at}any note on the order: they stay as they are."
    )


def _hours(timing: Any) -> float | None:
    """The hours between two doses of a plain timing: one dose in so many hours, days or weeks."""
    if not isinstance(timing, dict) or not set(timing) <= _TIMING or not isinstance(timing.get("repeat"), dict):
        return None
    repeat = timing["repeat"]
    period, unit, often = repeat.get("period"), repeat.get("periodUnit"), repeat.get("frequency", 1)
    if not set(repeat) <= _REPEAT or type(often) is not int or often != 1 or not isinstance(unit, str):
        return None
    if type(period) not in (int, float) or not 0 < period < 10_000 or unit not in _HOURS:
        return None
    return float(period * _HOURS[unit])


def _dose(listed: Any) -> str | None:
    """The one amount at one time, as ordered."""
    if not isinstance(listed, list) or len(listed) != 1 or not isinstance(listed[0], dict):
        return None
    quantity = listed[0].get("doseQuantity")
    if not set(listed[0]) <= _AMOUNT or not isinstance(quantity, dict) or "comparator" in quantity:
        return None
    value, unit = quantity.get("value"), quantity.get("unit", quantity.get("code"))
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(unit, str):
        return None
    unit = clean(unit)
    return f"{amount(value)} {unit}" if 0 < value < 1_000_000 and 0 < len(unit) <= 40 else None


def _repeat(hours: float) -> dict[str, Any] | None:
    unit, size = ("d", 24) if hours % 24 == 0 else ("h", 1)
    return {"frequency": 1, "period": int(hours / size), "periodUnit": unit} if hours % size == 0 else None


def _bounds(repeat: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in repeat.items() if key.startswith("bounds")}


def _sendable(value: Any) -> bool:
    """Whether all of it may be sent back: no null and nothing empty in it, and it can be written as JSON."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if part is None or (isinstance(part, str | list | dict) and not part):
            return False
        if isinstance(part, dict):
            waiting += [*part, *part.values()]
        elif isinstance(part, list):
            waiting += part
    try:
        msgspec.json.encode(value)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError, TypeError):
        return False
    return True
