"""A simulation as plain data: stable names, units in them, every number with its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from apothecary.kinetics.asked import Range
from apothecary.kinetics.summary import Percentiles

if TYPE_CHECKING:
    from apothecary.kinetics.asked import Given, Regimen
    from apothecary.kinetics.compare import Attained, Compared
    from apothecary.kinetics.mechanism import Antagonism, Levels
    from apothecary.kinetics.simulation import Attainment, Simulation
    from apothecary.kinetics.summary import Number, Window
    from apothecary.knowledge.kinetics import Parameter
    from apothecary.knowledge.schema import Monograph
    from apothecary.knowledge.source_text import Place


def document(found: Simulation, m: Monograph) -> dict[str, Any]:
    """The whole simulation. A number is one for the typical patient, and p5, p50 and p95 for virtual patients."""
    asked, model = found.request, found.model
    from apothecary.present.simulation_content import sources

    return {
        "contract": 1,
        "drug": m.drug.id,
        "knowledge": {"version": m.version, "revised": m.drug.edition.revised.isoformat(), "hash": m.hash},
        "warnings": list(found.warnings),
        "model": {
            "id": model.id,
            "name": model.name,
            "structure": model.structure,
            "why": found.why,
            "population": {"text": model.population.text, "places": _places(model.population.places)},
            "parameters": {name: _parameter(one) for name, one in model.parameters.items()},
            "notes": list(model.notes),
            "missing": list(model.missing),
        },
        "patient": {
            "age_a": _given(asked.age),
            "weight_kg": _given(asked.weight),
            "creatinine_clearance_mL_min": _given(asked.creatinine_clearance),
            "on_dialysis": asked.on_dialysis,
            "parameters": {
                name: {"value": _number(number), "unit": _UNITS[name]} for name, number in found.parameters.items()
            },
        },
        "virtual_patients": None if asked.count is None else {"n": asked.count, "seed": asked.seed},
        "regimen": {
            **_regimen(asked.regimen),
            "dose_mg": _number(found.amount_mg),
            "for_h": asked.for_h,
            "route": asked.route,
            "doses": [msgspec.to_builtins(one) for one in found.taken],
        },
        "measures": {
            "first_interval": _window(found.first),
            "last_interval": _window(found.last),
            "course": _window(found.course),
            "steady_state": _window(found.steady),
            "half_life_h": _number(found.half_life),
            "accumulation": _number(found.accumulation),
            "above_mg_L": found.above,
        },
        "targets": [_target(one) for one in found.targets],
        "comparison": [_compared(one) for one in found.compared],
        "mechanism": None if found.antagonism is None else _mechanism(found.antagonism),
        "assumed": [{"of": one.where, **_parameter(one.parameter)} for one in found.assumed],
        "notes": list(found.notes),
        "profile": _profile(found),
        "sources": [
            {"id": id_, "citation": m.sources[id_].citation, "url": m.sources[id_].url}
            for id_ in m.sources
            if id_ in sources(found)
        ],
    }


_UNITS = {"absorption-rate": "/h", "clearance": "L/h", "volume": "L", "bioavailability": "1"}


def _number(number: Number | None) -> Any:
    if isinstance(number, Percentiles):
        return {"p5": number.p5, "p50": number.p50, "p95": number.p95}
    return number


def _given(given: Given | None) -> Any:
    return {"low": given.low, "high": given.high} if isinstance(given, Range) else given


def _window(one: Window) -> dict[str, Any]:
    return {
        "from_h": one.start_h,
        "to_h": one.end_h,
        "maximum_mg_L": _number(one.maximum),
        "time_of_maximum_h": _number(one.time_of_maximum_h),
        "minimum_mg_L": _number(one.minimum),
        "average_mg_L": _number(one.average),
        "trough_mg_L": _number(one.trough),
        "auc_mg_h_L": _number(one.auc),
        "time_above_h": _number(one.time_above_h),
    }


def _regimen(one: Regimen) -> dict[str, Any]:
    return {"dose": one.amount.value, "unit": "mg/kg" if one.amount.per_kg else "mg", "every_h": one.every_h}


def _attained(one: Attained | None) -> dict[str, Any] | None:
    return None if one is None else {"typical": one.typical, "share": one.share}


def _target(one: Attainment) -> dict[str, Any]:
    known = one.target
    return {
        "id": None if known is None else known.id,
        "level_mg_L": one.level,
        "text": None if known is None else known.text,
        "population": None if known is None else known.population.text,
        "places": [] if known is None else _places(known.value.places),
        "same_population_as_model": one.same_population,
        "attained": _attained(one.attained),
        "ratio": _number(one.ratio),
    }


def _compared(one: Compared) -> dict[str, Any]:
    return {
        "regimen": _regimen(one.regimen),
        "text": one.regimen.text(),
        "daily_mg": _number(one.daily_mg),
        "average_mg_L": _number(one.average),
        "maximum_mg_L": _number(one.maximum),
        "trough_mg_L": _number(one.trough),
        "hours_above_per_day": _number(one.hours_above_per_day),
        "ratio_to_first": _number(one.ratio),
        "attained": _attained(one.attained),
    }


def _mechanism(one: Antagonism) -> dict[str, Any]:
    used = one.knowledge
    return {
        "text": used.text,
        "agonist": used.agonist,
        "receptor": used.receptor,
        "molar_mass": _parameter(used.molar_mass),
        "excess": _parameter(used.excess),
        "level_pmol_L": _levels(one.level),
        "excess_kept_up_to_pmol_L": _levels(one.kept_up_to),
        "agonist_pmol_L": one.agonist,
        "fold_excess": None if one.fold is None else _levels(one.fold),
        "level_for_excess_mg_L": one.wanted,
        "hours_above_per_day": _number(one.hours_above_per_day),
        "dose_ratios": [
            {"id": ratio.name, "constant": _parameter(ratio.constant), "ratio": _levels(ratio.ratio)}
            for ratio in one.dose_ratios
        ],
        "notes": list(used.notes),
    }


def _levels(one: Levels) -> dict[str, Any]:
    return {"maximum": _number(one.maximum), "average": _number(one.average), "trough": _number(one.trough)}


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "meaning": one.meaning,
        "value": list(one.value) if isinstance(one.value, tuple) else one.value,
        "unit": one.unit,
        "kind": one.kind,
        "rse_percent": one.rse_percent,
        "reason": one.reason,
        "read": one.read,
        "places": _places(one.places),
        "statements": list(one.statements),
    }


def _places(places: tuple[Place, ...]) -> list[dict[str, str]]:
    return [{"source": place.source, "locator": place.locator} for place in places]


def _profile(found: Simulation) -> dict[str, Any] | None:
    from apothecary.present.simulation_table import columns

    return None if found.bands is None else {name: list(levels) for name, levels in columns(found).items()}
