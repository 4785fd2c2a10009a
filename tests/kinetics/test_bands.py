"""Percentile bands: what NumPy says of the full profile, without keeping it."""

import tracemalloc
from typing import Any

import numpy as np
import pytest

from apothecary.kinetics import Covariates, Dose, Individual, KineticsError, individual, profile, regimen, steady_state
from apothecary.kinetics.bands import bands
from apothecary.kinetics.virtual import Cohort, Uniform, virtual_patients
from support import made_up

MODEL = made_up().models["adults"]
COHORT = Cohort(age=40.0, weight=Uniform(50, 110))
DOSES = regimen(120.0, 672.0, 3 * 672.0)
TIMES = [float(hours) for hours in range(0, 2000, 37)]


@pytest.mark.parametrize("count", [1, 2, 3, 20, 501])
@pytest.mark.parametrize("quantiles", [(0.05, 0.5, 0.95), (0.0, 1.0), (0.37,)])
def test_bands_are_the_percentiles_of_the_profile(count: int, quantiles: tuple[float, ...]) -> None:
    patient = virtual_patients(MODEL, COHORT, count, 7, course_h=3 * 672.0).patient
    expected = np.quantile(profile(patient, DOSES, TIMES), quantiles, axis=1)
    actual = bands(patient, DOSES, TIMES, quantiles)
    assert (tuple(TIMES), quantiles) == (actual.times_h, actual.quantiles)
    np.testing.assert_allclose(np.asarray(actual.levels), expected, rtol=1e-13, atol=0)


def test_bands_start_from_what_the_body_holds() -> None:
    patient = virtual_patients(MODEL, COHORT, 20, 7).patient
    assert isinstance(patient, Individual)
    start = steady_state(patient, [Dose(0.0, 120.0)], 672.0)
    found = bands(patient, [Dose(0.0, 120.0)], [0.0, 672.0], start=start)
    assert found.levels[1][0] == pytest.approx(found.levels[1][1], rel=1e-12)
    assert found.levels[1][0] > 0


def test_bands_never_hold_the_profile() -> None:
    patient = virtual_patients(MODEL, COHORT, 10_000, 7).patient
    times = [float(hours) for hours in range(1000)]
    tracemalloc.start()
    bands(patient, DOSES, times)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 0.05 * 10_000 * 1000 * 8


@pytest.mark.parametrize(
    ("code", "words", "change"),
    [
        ("count", "One patient", {"patient": individual(MODEL, Covariates(weight=70.0))}),
        ("quantile", "1.5", {"quantiles": (0.5, 1.5)}),
        ("quantile", "nan", {"quantiles": (float("nan"),)}),
        ("quantile", r"\[\]", {"quantiles": ()}),
        ("grid", "empty", {"times_h": ()}),
    ],
)
def test_what_has_no_percentiles_is_refused(code: str, words: str, change: dict[str, Any]) -> None:
    given = {"patient": virtual_patients(MODEL, COHORT, 3, 7).patient, "doses": DOSES, "times_h": TIMES, **change}
    with pytest.raises(KineticsError, match=words) as error:
        bands(**given)
    assert code == error.value.code
