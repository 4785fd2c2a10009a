"""What concentration to expect, as frozen results that a review carries."""

from typing import Literal

import msgspec

from apothecary.review.result import Evidence, Need


class Regimen(msgspec.Struct, frozen=True):
    """One regimen at steady state in the typical patient: dose and interval, then concentrations in mg/L.

    `average_90`: the range of the average that holds 90 % of such patients, None where no variability of clearance is
    published. `reaches_target` is None where there is no target. `rule`: the rule that offers this interval.
    """

    what: str
    dose_mg: float
    interval_h: float
    average_mg_L: float
    maximum_mg_L: float
    time_of_maximum_h: float
    trough_mg_L: float
    auc_mg_h_L: float
    accumulation: float
    average_90_mg_L: tuple[float, float] | None = None
    above_target_h: float | None = None
    reaches_target: bool | None = None
    rule: str | None = None


class TargetShown(msgspec.Struct, frozen=True):
    """A concentration somebody proposed to reach, for whom, and where."""

    text: str
    value: float
    unit: str
    population: str
    references: tuple[str, ...]


class Typical(msgspec.Struct, frozen=True):
    """The typical patient of the model with this patient's covariates: rates per hour, L/h, L.

    `clearance_log_sd`: how far clearance differs between patients, the standard deviation of its logarithm, or None.
    """

    absorption_rate: float
    clearance: float
    volume: float
    bioavailability: float
    clearance_log_sd: float | None = None


class Exposure(msgspec.Struct, frozen=True):
    """Expected exposure under the plan, or unknown and why.

    `why`: how the model was chosen. `warnings`: what lies outside the model or could not be checked. `assumed`: the
    numbers that we put together, each with its reason. `references`: where model and target come from.
    """

    status: Literal["applies", "unknown"]
    why: str
    model: str | None = None
    name: str | None = None
    population: str | None = None
    half_life_h: float | None = None
    regimens: tuple[Regimen, ...] = ()
    target: TargetShown | None = None
    warnings: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    because: tuple[Evidence, ...] = ()
    references: tuple[str, ...] = ()
    typical: Typical | None = None
