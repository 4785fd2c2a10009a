"""Dose plans of the made-up drug with other dosing than its own, and of patients described in a few words."""

import json
from typing import Any

import msgspec

import support
from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import Dosing, Place, Value
from apothecary.record import read_record
from apothecary.review import Reviewer
from apothecary.review.plan import DosePlan
from apothecary.therapy import complete

Number = float | tuple[float, float]
UNITS = {"start": "mg/kg/d", "step": "mg/kg/d", "maximum": "mg/kg/d", "benefit_limit": "mg/d", "interval": "h"}
UNITS |= {"split": "{doses}/d"}
BY_WEIGHT: dict[str, Any] = {"start": (1, 2), "step": (0.5, 1), "maximum": 8, "interval": 24}


def dosed(
    strength: float = 100, volume: float = 0.67, marks: tuple[float, float] | None = (20, 100), **parts: Any
) -> Monograph:
    """The made-up drug with one product and this dosing of migraine; a part is a number, or (number, unit)."""
    m = support.made_up()
    values = dict(m.values)
    for part, given in parts.items():
        number, unit = given if isinstance(given, tuple) and isinstance(given[1], str) else (given, UNITS[part])
        values[f"its-{part}"] = Value("made up", number, unit, "stated", ("dosage.1",))
    place = (Place("kidney-handbook", "chapter on pens"),)
    if marks is not None:
        values["its-marks"] = Value("made up", marks, "mg", "fixed", places=place)
    amount, liquid = (msgspec.structs.replace(q, value=v) for q, v in _strengths(m, strength, volume))
    product = msgspec.structs.replace(
        m.products["zorvex-pen"],
        strength=msgspec.structs.replace(m.products["zorvex-pen"].strength, amount=amount, volume=liquid),
        measurable=None if marks is None else "its-marks",
    )
    dosing = Dosing("migraine", **{part: f"its-{part}" for part in parts}, statements=("dosage.1",))
    products = {product.id: product}
    return msgspec.structs.replace(m, values=values, products=products, dosing={"migraine": dosing})


def _strengths(m: Monograph, strength: float, volume: float) -> list[tuple[Any, float]]:
    own = m.products["zorvex-pen"].strength
    return [(own.amount, float(strength)), (own.volume, float(volume))]


def plan(m: Monograph, form: dict[str, Any], **more: Any) -> DosePlan:
    """The dose plan of a patient in the short form."""
    found = complete(Reviewer(m), read_record(json.dumps(form).encode()), more.pop("as_of", support.AS_OF), **more)
    assert found.dose_plan is not None
    return found.dose_plan


def of_weight(m: Monograph, kg: float) -> DosePlan:
    """The dose plan of somebody with migraine who weighs so much."""
    return plan(m, {"age": "30 a", "weight": f"{kg!r} kg", "conditions": ["migraine"]})
