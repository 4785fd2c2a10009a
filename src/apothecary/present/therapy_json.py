"""The dose plan, the expected exposure and the monitoring calendar as plain data for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from apothecary.review.exposure import Exposure
    from apothecary.review.plan import DosePlan, Due

_CONTRACT: Final = (
    "status", "indication", "start_mg", "step_mg", "max_mg_per_day", "interval_h", "split_allowed", "volume_mL",
    "syringes_per_dose", "notes", "needs", "basis",
)  # fmt: skip
_EVIDENCE: Final = ("fact", "value", "unit", "date", "source", "match", "note")


def dose_plan(plan: DosePlan) -> dict[str, Any]:
    """The plan with every key, the contract's first; amounts are not rounded."""
    found: dict[str, Any] = msgspec.to_builtins(plan)
    found = {name: found[name] for name in _CONTRACT} | found
    for fact in (*found["because"], *(fact for option in found["options"] for fact in option["because"])):
        for key in _EVIDENCE:
            fact.setdefault(key, "")  # every key is always there
    return found


def exposure(found: Exposure) -> dict[str, Any]:
    """The expected exposure with every key; numbers are not rounded."""
    plain: dict[str, Any] = msgspec.to_builtins(found)
    for fact in plain["because"]:
        for key in _EVIDENCE:
            fact.setdefault(key, "")
    return plain


def due(one: Due) -> dict[str, Any]:
    """One entry of the calendar with every key, the contract's first; `result` is null unless it was done."""
    found: dict[str, Any] = msgspec.to_builtins(one)
    found = {name: found[name] for name in ("id", "due", "status", "result")} | found
    if found["result"] is not None:
        for key in _EVIDENCE:
            found["result"].setdefault(key, "")
    return found
