"""What a model is held against: each verdict, each measure, each thing that cannot be computed."""

import math
from typing import Any

import msgspec
import pytest
from tests.kinetics.models import MODELS, MONOGRAPHS, Known

from apothecary.kinetics import KineticsError, OutsideDomain
from apothecary.kinetics.validation import Row, judged, validate
from apothecary.knowledge.kinetics import Model, Observed

FOUND = {"meaning": "Mean", "unit": "h", "kind": "fixed", "places": [{"source": "1", "locator": "p. 1"}]}
ADULT = {"weight": {"value": 70, "unit": "kg"}, "age": {"value": 40, "unit": "a"}}
HEAVY = {**ADULT, "weight": {"value": 140, "unit": "kg"}}
SEEN = {"id": "seen", "text": "Seen", "role": "tests", "subject": ADULT, "dose": {"value": 120, "unit": "mg"}}
DAILY = {"every": {"value": 24, "unit": "h"}, "doses": 3}
# CL 2 L/h per 70 kg, V 20 L and ka 1 /h at any weight: the half-life is ln 2 / 0.1 = 6.93 h, the peak ln 10 / 0.9 h
SIMPLE: dict[str, Any] = {
    "id": "simple", "name": "Simple", "structure": "one-compartment, first-order absorption",
    "routes": ["subcutaneous"], "domain": [
        {"quantity": "age", "low": {"value": 18, "unit": "a"},
         "outside": "refuse", "text": "adults only", "places": []},
        {"quantity": "weight", "high": {"value": 120, "unit": "kg"},
         "outside": "warn", "text": "to 120 kg", "places": []},
    ],
    "population": {"text": "Nobody", "places": []},
    "parameters": {
        "absorption-rate": {"meaning": "ka", "value": 1, "unit": "/h", "kind": "fixed"},
        "clearance": {"meaning": "CL", "value": 2, "unit": "L/h", "kind": "fixed"},
        "volume": {"meaning": "V", "value": 20, "unit": "L", "kind": "fixed"},
    },
    "covariates": [{
        "relation": "power", "parameter": "clearance", "by": "weight", "reference": {"value": 70, "unit": "kg"},
        "exponent": {"meaning": "exponent", "value": 1, "unit": "1", "kind": "fixed"},
    }],
}  # fmt: skip
PEAK = math.log(10) / 0.9


def row(measure: str, value: Any, unit: str, sd: float | None = None, **more: Any) -> Row:
    found = {**FOUND, "value": value, "unit": unit, "sd": sd}
    seen = msgspec.convert({**SEEN, "measure": measure, "found": found, **more}, Observed)
    model = msgspec.structs.replace(msgspec.convert(SIMPLE, Model), observed=(seen,))
    (only,) = validate(MONOGRAPHS[0], model)
    return only


@pytest.mark.parametrize(
    ("found", "published", "sd", "difference", "percent", "verdict"),
    [
        (5.0, (4.0, 6.0), None, 0.0, 0.0, "within"),
        (4.0, (4.0, 6.0), None, 0.0, 0.0, "within"),
        (6.0, (4.0, 6.0), None, 0.0, 0.0, "within"),
        (3.0, (4.0, 6.0), None, -1.0, -25.0, "miss"),
        (3.99, (4.0, 6.0), None, -0.01, -0.25, "miss"),
        (9.0, (4.0, 6.0), None, 3.0, 50.0, "miss"),
        (11.0, 10.0, 2.0, 1.0, 10.0, "within"),
        (12.0, 10.0, 2.0, 2.0, 20.0, "within"),
        (8.0, 10.0, 2.0, -2.0, -20.0, "within"),
        (12.1, 10.0, 2.0, 2.1, 21.0, "within 2 sd"),
        (6.0, 10.0, 2.0, -4.0, -40.0, "within 2 sd"),
        (14.1, 10.0, 2.0, 4.1, 41.0, "miss"),
        (12.0, 10.0, None, 2.0, 20.0, "close"),
        (8.0, 10.0, None, -2.0, -20.0, "close"),
        (12.1, 10.0, None, 2.1, 21.0, "miss"),
        (7.9, 10.0, None, -2.1, -21.0, "miss"),
    ],
)
def test_a_verdict(
    found: float, published: Any, sd: float | None, difference: float, percent: float, verdict: str
) -> None:
    assert (pytest.approx(difference), pytest.approx(percent), verdict) == judged(found, published, sd)


@pytest.mark.parametrize(
    ("measure", "unit", "expected", "more"),
    [
        ("half-life", "h", math.log(2) / 0.1, {}),
        ("half-life", "min", 60 * math.log(2) / 0.1, {}),
        ("half-life", "h", math.log(2) / 0.2, {"subject": HEAVY}),
        ("clearance", "mL/min", 2000 / 60, {}),
        ("time-of-maximum", "h", PEAK, {}),
        ("maximum", "ng/mL", 6e3 * math.exp(-0.1 * PEAK), {}),
        ("maximum", "mg/L", 3.5 * math.exp(-0.1 * PEAK), {"dose": {"value": 1, "unit": "mg/kg"}}),
        ("auc", "mg.h/L", 60.0, {}),
        ("average", "mg/L", 60.0 / 24 * (1 - math.exp(-7.2) / 0.9), DAILY),
        ("auc-ratio", "1", 0.5, {"subject": HEAVY, "other": ADULT}),
        ("auc-ratio", "1", 1.0, {"subject": HEAVY, "other": ADULT, "dose": {"value": 1, "unit": "mg/kg"}}),
    ],
)
def test_a_measure_is_computed_in_the_unit_of_the_paper(measure: str, unit: str, expected: float, more: Any) -> None:
    assert pytest.approx(expected, rel=1e-12) == row(measure, 1.0, unit, **more).computed


def test_a_clearance_is_the_apparent_one() -> None:
    """Over bioavailability, as a paper without intravenous doses finds it."""
    share = {"bioavailability": {"meaning": "F", "value": 80, "unit": "%", "kind": "fixed"}}
    found = {**FOUND, "value": 2.5, "unit": "L/h"}
    written = {**SIMPLE, "parameters": {**SIMPLE["parameters"], **share}}
    seen = msgspec.convert({**SEEN, "measure": "clearance", "found": found}, Observed)
    (only,) = validate(MONOGRAPHS[0], msgspec.structs.replace(msgspec.convert(written, Model), observed=(seen,)))
    assert pytest.approx(2.5) == only.computed


def test_accumulation_is_the_last_interval_over_the_first() -> None:
    """By superposition the area of the third interval is that of one dose over three intervals."""
    first = 1 / 0.1 * (1 - math.exp(-2.4)) - (1 - math.exp(-24)) / 1
    third = 1 / 0.1 * (1 - math.exp(-7.2)) - (1 - math.exp(-72)) / 1
    assert pytest.approx(third / first) == row("accumulation", 1.0, "1", **DAILY).computed


def test_what_built_the_model_proves_nothing_however_far_off() -> None:
    assert ("built from", False) == (lambda one: (one.verdict, one.missed))(row("half-life", 50.0, "h", role="builds"))


def test_a_miss_counts_as_one() -> None:
    found = row("half-life", 50.0, "h", sd=1.0)
    assert ("miss", True, 50.0, 1.0, "h", "tests") == (
        found.verdict, found.missed, found.published, found.sd, found.unit, found.role,
    )  # fmt: skip


def test_a_subject_outside_a_soft_limit_is_named() -> None:
    assert ("The weight is 140 kg: to 120 kg.",) == row("half-life", 5.0, "h", subject=HEAVY).outside
    assert () == row("half-life", 5.0, "h").outside


def test_a_subject_outside_a_hard_limit_is_refused() -> None:
    with pytest.raises(OutsideDomain, match="adults only"):
        row("half-life", 5.0, "h", subject={**ADULT, "age": {"value": 10, "unit": "a"}})


def test_a_number_of_the_monograph_is_found_by_its_id() -> None:
    values = {"range": msgspec.convert({**FOUND, "value": [5, 8]}, type(next(iter(MONOGRAPHS[0].values.values()))))}
    seen = msgspec.convert({**SEEN, "measure": "half-life", "value": "range"}, Observed)
    model = msgspec.structs.replace(msgspec.convert(SIMPLE, Model), observed=(seen,))
    (only,) = validate(msgspec.structs.replace(MONOGRAPHS[0], values=values), model)
    assert ((5.0, 8.0), "within") == (only.published, only.verdict)


@pytest.mark.parametrize(
    ("measure", "unit", "more", "said"),
    [
        ("half-life", "mg", {}, "The observation seen of the model simple is in mg"),
        ("average", "mg/L", {}, "say how long it is"),
        ("auc", "mg.h/L", {"doses": 3}, "say how far apart they are"),
        ("auc-ratio", "1", {}, "give the other one"),
    ],
)
def test_what_cannot_be_computed_is_an_error_that_says_why(measure: str, unit: str, more: Any, said: str) -> None:
    with pytest.raises(KineticsError, match=said):
        row(measure, 1.0, unit, **more)


def test_an_observation_without_a_published_number_is_an_error() -> None:
    seen = msgspec.convert({**SEEN, "measure": "half-life", "value": "no-such"}, Observed)
    model = msgspec.structs.replace(msgspec.convert(SIMPLE, Model), observed=(seen,))
    with pytest.raises(KineticsError, match="no published number; give found or value"):
        validate(MONOGRAPHS[0], model)


@pytest.mark.parametrize("one", [one for one in MODELS if one.model.observed], ids=lambda one: one.id)
def test_every_observation_of_every_model_can_be_computed(one: Known) -> None:
    rows = validate(one.monograph, one.model)
    assert [seen.id for seen in one.model.observed] == [row.id for row in rows]
    assert all(math.isfinite(row.computed) and row.computed > 0 for row in rows)
