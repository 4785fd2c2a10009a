"""Every model of every monograph: a dose changes something, a covariate acts the right way, bad input is refused."""

import msgspec
import pytest
from tests.kinetics.models import MODELS, MONOGRAPHS, PATIENT, PATIENTS, Known, by_id, typical

from apothecary.kinetics import (
    Covariates,
    Dose,
    at_steady_state,
    individual,
    measure,
    profile,
    regimen,
)
from apothecary.kinetics.domain import refuse_outside
from apothecary.kinetics.parameters import needed
from apothecary.knowledge.kinetics import (
    COVARIATE_UNITS,
    PARAMETER_UNITS,
    Model,
    OnDialysis,
    Power,
    PowerOfTen,
    Proportional,
)
from apothecary.knowledge.kinetics_links import parameters
from apothecary.units import NotEvaluable, convert, parse_unit

HOURS = [0.0, 0.5, 3.0, 24.0, 100.0]
EVERY = pytest.mark.parametrize("one", MODELS, ids=lambda one: one.id)
DAILY = Dose(0.0, 100.0)
ADULTS, CHILDREN = by_id("anakinra", "adults-renal"), by_id("anakinra", "children-autoinflammatory")


def average(model: Model, **known: float | bool) -> float:
    """The average at steady state of 100 mg a day."""
    changed = msgspec.structs.replace(PATIENT, **known)
    return float(at_steady_state(individual(model, changed), [DAILY], 24.0).average)


# --- a dose must change something -----------------------------------------------------------------------------------


def test_there_are_models_of_the_packaged_and_of_the_made_up_drug() -> None:
    assert {m.drug.id for m in MONOGRAPHS} == {one.monograph.drug.id for one in MODELS}


@EVERY
def test_a_dose_raises_the_concentration_above_zero(one: Known) -> None:
    for route in one.model.routes:
        levels = profile(typical(one.model), [Dose(0.0, 100.0, route)], HOURS)
        assert all(level > 0 for level in levels[1:])
        assert (levels[0] > 0) == (route == "intravenous")


@EVERY
def test_without_a_dose_there_is_nothing(one: Known) -> None:
    assert (0.0,) * len(HOURS) == profile(typical(one.model), [], HOURS)


@EVERY
def test_a_doubled_dose_doubles_the_concentration(one: Known) -> None:
    for route in one.model.routes:
        single, double = (profile(typical(one.model), [Dose(0.0, mg, route)], HOURS) for mg in (100.0, 200.0))
        assert tuple(2 * level for level in single) == double


@EVERY
def test_a_dose_more_often_raises_the_average_at_steady_state(one: Known) -> None:
    patient = typical(one.model)
    assert at_steady_state(patient, [DAILY], 24.0).average == pytest.approx(
        2 * at_steady_state(patient, [DAILY], 48.0).average
    )


@EVERY
def test_a_missed_dose_lowers_the_exposure(one: Known) -> None:
    patient = typical(one.model)
    whole, missed = (
        measure(patient, regimen(100.0, 24.0, 96.0, missed=left_out), 0.0, 96.0).auc for left_out in ((), (3,))
    )
    assert missed < whole


# --- covariates -----------------------------------------------------------------------------------------------------


@EVERY
def test_every_covariate_of_a_model_changes_its_parameter(one: Known) -> None:
    """By the sign of its relation; a relation that changed nothing would be a number nobody reads."""
    for relation in one.model.covariates:
        name = relation.parameter.replace("-", "_")
        if isinstance(relation, OnDialysis):
            low, high = PATIENT, msgspec.structs.replace(PATIENT, on_dialysis=True)
            rises = None
        else:
            by = relation.by.replace("-", "_")
            low, high = (
                msgspec.structs.replace(PATIENT, **{by: PATIENT.of(relation.by) * share}) for share in (0.5, 1)
            )
            number = {
                Proportional: lambda r: 1.0,
                Power: lambda r: r.exponent.value,
                PowerOfTen: lambda r: r.slope.value,
            }
            rises = number[type(relation)](relation) > 0
        before, after = (getattr(individual(one.model, known), name) for known in (low, high))
        assert before != after
        assert rises is None or (after > before) == rises


@EVERY
def test_a_covariate_that_no_relation_names_changes_no_parameter(one: Known) -> None:
    used = needed(one.model)
    for covariate in COVARIATE_UNITS:
        if covariate not in used:
            changed = msgspec.structs.replace(PATIENT, **{covariate.replace("-", "_"): None})
            assert typical(one.model) == individual(one.model, changed)


def kidneys() -> list[Known]:
    return [one for one in MODELS if "creatinine-clearance" in needed(one.model)]


@pytest.mark.parametrize("one", kidneys(), ids=lambda one: one.id)
def test_a_lower_creatinine_clearance_means_a_higher_average(one: Known) -> None:
    averages = [average(one.model, creatinine_clearance=clearance) for clearance in (10.0, 30.0, 50.0, 80.0, 85.0)]
    assert sorted(averages, reverse=True) == averages
    assert len(set(averages)) == 5


@pytest.mark.parametrize("one", kidneys(), ids=lambda one: one.id)
def test_dialysis_needs_no_creatinine_clearance_and_means_more_than_healthy_kidneys(one: Known) -> None:
    assert average(one.model, creatinine_clearance=None, on_dialysis=True) > average(one.model)


@EVERY
def test_a_deviation_multiplies_its_parameter(one: Known) -> None:
    plain, varied = typical(one.model), individual(one.model, PATIENT, {"clearance": 0.3, "volume": -0.2})
    assert pytest.approx(1.3498588075760032) == varied.clearance / plain.clearance
    assert pytest.approx(0.8187307530779818) == varied.volume / plain.volume
    assert plain.absorption_rate == varied.absorption_rate


@EVERY
def test_every_unit_is_one_and_every_parameter_converts(one: Known) -> None:
    numbers = [p for file, _, p in parameters(one.monograph) if file == f"kinetics/{one.model.id}.yaml"]
    assert numbers
    assert [] == [p.unit for p in numbers if isinstance(parse_unit(p.unit), NotEvaluable)]
    by = {relation.parameter: relation.by for relation in one.model.covariates if isinstance(relation, Proportional)}
    for name, parameter in one.model.parameters.items():
        unit = PARAMETER_UNITS[name] + (f"/{COVARIATE_UNITS[by[name]]}" if name in by else "")
        assert not isinstance(convert(parameter.value, parameter.unit, unit), NotEvaluable)


# --- hand arithmetic ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weight", "clearance", "volume"),
    [
        (70.0, 6.24, 65.2),
        (20.0, 3.4635, 25.1622),  # 6.24 x (2/7)^0.47 = 6.24 x 0.55503; 65.2 x (2/7)^0.76 = 65.2 x 0.38592
        (10.0, 2.5004, 14.8590),  # 6.24 x (1/7)^0.47 = 6.24 x 0.40069; 65.2 x (1/7)^0.76 = 65.2 x 0.22789
    ],
)
def test_children_by_weight(weight: float, clearance: float, volume: float) -> None:
    one = individual(CHILDREN, Covariates(age=8.0, weight=weight))
    assert (pytest.approx(clearance, rel=2e-4), pytest.approx(volume, rel=2e-4), 0.38, 1.0) == (
        one.clearance, one.volume, one.absorption_rate, one.bioavailability,
    )  # fmt: skip


def test_the_average_of_a_child_is_the_dose_over_the_clearance() -> None:
    """20 kg, 2 mg/kg a day: 40 mg / (3.4635 L/h x 24 h)."""
    one = individual(CHILDREN, Covariates(age=8.0, weight=20.0))
    assert pytest.approx(0.4812, rel=2e-4) == at_steady_state(one, [Dose(0.0, 40.0)], 24.0).average


@pytest.mark.parametrize(
    ("creatinine_clearance", "expected"),  # mL/min on both sides
    [
        (0.001, 44.67),  # 10^1.65
        (20.0, 59.43),  # 10^1.774
        (30.0, 68.55),  # 10^1.836
        (50.0, 91.20),  # 10^1.96
        (80.0, 139.96),  # 10^2.146
        (93.62, 170.0),
        (120.0, 170.0),  # no further rise
        (300.0, 170.0),
    ],
)
def test_adults_by_creatinine_clearance(creatinine_clearance: float, expected: float) -> None:
    one = individual(ADULTS, Covariates(weight=70.0, creatinine_clearance=creatinine_clearance))
    assert pytest.approx(expected * 0.06, rel=2e-4) == one.clearance
    assert (pytest.approx(9.94), 0.1746) == (one.volume, one.absorption_rate)


@pytest.mark.parametrize("creatinine_clearance", [None, 5.0, 90.0])
def test_adults_on_dialysis_have_the_clearance_of_that_group(creatinine_clearance: float | None) -> None:
    one = individual(ADULTS, Covariates(None, 70.0, creatinine_clearance, on_dialysis=True))
    assert pytest.approx(42.7 * 0.06) == one.clearance


@pytest.mark.parametrize("known", PATIENTS, ids=["60 kg", "80 kg"])
@EVERY
def test_the_patients_of_these_tests_are_refused_by_no_model(one: Known, known: Covariates) -> None:
    assert isinstance(refuse_outside(one.model, known, one.model.routes), tuple)
