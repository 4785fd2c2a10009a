"""SciPy's solver of differential equations, started anew at every dose and every change, gives the same curve."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from tests.kinetics import courses
from tests.kinetics.models import MODELS, PATIENTS, Known, typical

from apothecary.kinetics import Covariates, Dose, Individual, Occasion, individual, measure, profile, regimen

TIGHT = {"rtol": 1e-12, "atol": 1e-13, "method": "DOP853"}
GRID = [float(hour) for hour in range(0, 121, 3)] + [120.5]
Patient = Individual | tuple[Occasion, ...]


def _slope(_: float, amounts: Sequence[float], ka: float, ke: float) -> list[float]:
    """Of the amount at the site, the central amount and its integral."""
    return [-ka * amounts[0], ka * amounts[0] - ke * amounts[1], amounts[1]]


def solved(patient: Patient, doses: Sequence[Dose], times: Sequence[float]) -> tuple[list[float], float]:
    """Concentrations after the doses given at each time, and the area under the curve up to the last time."""
    occasions = (Occasion(0.0, patient),) if isinstance(patient, Individual) else patient
    events = {0.0, *times, *(dose.time_h for dose in doses), *(one.from_h for one in occasions)}
    state, now, levels, area = np.zeros(2), 0.0, {}, 0.0
    for event in sorted(event for event in events if event <= times[-1]):
        one = [each.patient for each in occasions if each.from_h <= now][-1]
        if event > now:
            ka, ke = one.absorption_rate, one.clearance / one.volume
            end = solve_ivp(_slope, (now, event), [*state, 0.0], args=(ka, ke), **TIGHT).y[:, -1]
            state, area, now = end[:2], area + end[2] / one.volume, event
        one = [each.patient for each in occasions if each.from_h <= now][-1]
        for dose in doses:
            if dose.time_h == event:
                absorbed = dose.route == "subcutaneous"
                state[0 if absorbed else 1] += dose.amount_mg * (one.bioavailability if absorbed else 1.0)
        levels[event] = state[1] / one.volume
    return [levels[time] for time in times], area


def check(patient: Patient, doses: Sequence[Dose], times: Sequence[float] = GRID) -> None:
    expected, area = solved(patient, doses, times)
    np.testing.assert_allclose(profile(patient, doses, times), expected, rtol=1e-8, atol=1e-10)
    assert measure(patient, doses, 0.0, times[-1]).auc == pytest.approx(area, rel=1e-8)


DAILY = regimen(100.0, 24.0, 120.0)
COURSES = {
    "one dose": (Dose(0.0, 100.0),),
    "daily": DAILY,
    "twice daily": regimen(50.0, 12.0, 120.0),
    "every other day": regimen(100.0, 48.0, 120.0),
    "missed and late": regimen(100.0, 24.0, 120.0, missed=[3], late={4: 7.5}),
    "irregular": (Dose(1.7, 30.0), Dose(1.7, 70.0), Dose(50.01, 5.0), Dose(119.0, 400.0)),
}


@pytest.mark.parametrize("doses", COURSES.values(), ids=COURSES)
@pytest.mark.parametrize("known", PATIENTS, ids=["60 kg", "80 kg"])
@pytest.mark.parametrize("one", MODELS, ids=lambda one: one.id)
def test_every_model_under_every_regimen(one: Known, known: Covariates, doses: tuple[Dose, ...]) -> None:
    check(typical(one.model, known), doses)


@pytest.mark.parametrize("one", [one for one in MODELS if "intravenous" in one.model.routes], ids=lambda one: one.id)
def test_a_model_that_takes_intravenous_doses(one: Known) -> None:
    check(typical(one.model), (Dose(0.0, 100.0, "intravenous"), Dose(30.0, 50.0), Dose(60.0, 20.0, "intravenous")))


def test_a_patient_whose_two_rates_are_equal() -> None:
    """On dialysis with a weight of their own, absorption and elimination can be the same: V = CL / ka."""
    check(Individual(0.25, 2.5, 10.0), (Dose(0.0, 100.0), Dose(24.0, 40.0, "intravenous"), Dose(24.0, 60.0)))


def test_bioavailability_lowers_what_is_absorbed_and_leaves_an_intravenous_dose_whole() -> None:
    check(Individual(0.2, 3.0, 20.0, 0.6), (Dose(0.0, 100.0), Dose(48.0, 100.0, "intravenous")))


@pytest.mark.parametrize("one", MODELS, ids=lambda one: one.id)
def test_occasions_change_the_parameters_and_carry_the_amounts_on(one: Known) -> None:
    deviations = [{}, {"volume": 0.6}, {"clearance": -0.5}, {"volume": -0.4, "clearance": 0.7}]
    days = tuple(Occasion(24.0 * day, individual(one.model, PATIENTS[0], eta)) for day, eta in enumerate(deviations))
    check(days, DAILY)


@settings(courses.SETTINGS, max_examples=15)
@given(courses.occasions(), courses.DOSES, st.lists(courses.TIMES, min_size=1, max_size=6).map(sorted))
def test_any_occasions_with_any_doses(patient: tuple[Occasion, ...], doses: list[Dose], times: list[float]) -> None:
    check(patient, doses, [*times, 125.0])
