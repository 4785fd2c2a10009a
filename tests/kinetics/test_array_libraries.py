"""One answer from every array library, and from plain floats: profile, measures, time above a level."""

import importlib
from collections.abc import Callable
from typing import Any

import array_api_strict
import numpy as np
import pytest

from apothecary.kinetics import (
    Amounts,
    Dose,
    Individual,
    Measures,
    Occasion,
    at_steady_state,
    concentrations,
    measure,
    profile,
)
from apothecary.kinetics.amounts import Patient
from apothecary.kinetics.bands import bands

# Absorption slower, faster, equal, all but equal; each row one patient: ka, CL, V, F
ROWS = [(0.38, 6.0, 65.0, 1.0), (0.17, 10.0, 10.0, 0.9), (0.2, 2.0, 10.0, 0.8), (0.2, 2.0 + 1e-13, 10.0, 1.0)]
LATER = [(ka, clearance, volume * 1.3, share) for ka, clearance, volume, share in ROWS]
TIMES = [0.0, 0.5, 3.0, 23.0, 24.0, 24.5, 48.0, 60.0, 72.0, 100.0]
LEVELS = [0.05, 0.5, 1.5, 50.0]
AMOUNTS = [100.0, 80.0, 60.0, 120.0]
MEASURES = Measures.__struct_fields__
Maker = Callable[[list[float]], Any]


def numpy() -> Maker:
    return lambda numbers: np.asarray(numbers, dtype=np.float64)


def strict() -> Maker:
    return lambda numbers: array_api_strict.asarray(numbers, dtype=array_api_strict.float64)


def pytorch() -> Maker:
    torch = pytest.importorskip("torch")
    return lambda numbers: torch.asarray(numbers, dtype=torch.float64)


def jax() -> Maker:
    pytest.importorskip("jax")
    importlib.import_module("jax").config.update("jax_enable_x64", True)
    jnp = importlib.import_module("jax.numpy")
    return lambda numbers: jnp.asarray(numbers, dtype=jnp.float64)


@pytest.fixture(params=[numpy, strict, pytorch, jax], ids=lambda library: library.__name__)
def make(request: pytest.FixtureRequest) -> Maker:
    found: Maker = request.param()
    return found


def many(make: Maker, rows: list[tuple[float, ...]] = ROWS) -> Individual:
    return Individual(*(make(list(column)) for column in zip(*rows, strict=True)))


def one(place: int, rows: list[tuple[float, ...]] = ROWS) -> Individual:
    return Individual(*rows[place])


def doses(amount: Any) -> list[Dose]:
    """One amount for all or one a patient: under the skin, into the vein, and both at once."""
    return [Dose(0.0, amount), Dose(24.0, amount, "intravenous"), Dose(48.0, amount), Dose(48.0, 5.0, "intravenous")]


def listed(numbers: Any) -> list[float]:
    return [float(numbers[place]) for place in range(numbers.shape[0])]


def same(expected: list[float], actual: Any) -> bool:
    assert expected == pytest.approx(listed(actual), rel=1e-12, abs=0)
    return True


@pytest.mark.parametrize("each", [False, True], ids=["one amount", "an amount a patient"])
@pytest.mark.parametrize("occasions", [False, True], ids=["the same throughout", "two occasions"])
def test_the_profile_is_that_of_each_patient(make: Maker, each: bool, occasions: bool) -> None:
    patient: Patient = many(make)
    if occasions:
        patient = (Occasion(0.0, many(make)), Occasion(36.0, many(make, LATER)))
    found = profile(patient, doses(make(AMOUNTS) if each else 100.0), TIMES)
    assert (len(TIMES), len(ROWS)) == tuple(found.shape)
    for place in range(len(ROWS)):
        single: Patient = one(place)
        if occasions:
            single = (Occasion(0.0, one(place)), Occasion(36.0, one(place, LATER)))
        expected = profile(single, doses(AMOUNTS[place] if each else 100.0), TIMES)
        assert same(list(expected), found[:, place])


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("level", LEVELS)
def test_the_measures_of_a_course_are_those_of_each_patient(make: Maker, name: str, level: float) -> None:
    found = measure(many(make), doses(make(AMOUNTS)), 12.0, 90.0, level)
    expected = [
        getattr(measure(one(place), doses(AMOUNTS[place]), 12.0, 90.0, level), name) for place in range(len(ROWS))
    ]
    assert same(expected, getattr(found, name))


@pytest.mark.parametrize("name", MEASURES)
@pytest.mark.parametrize("level", LEVELS)
def test_the_measures_at_steady_state_are_those_of_each_patient(make: Maker, name: str, level: float) -> None:
    found = at_steady_state(many(make), doses(100.0), 72.0, level)
    expected = [getattr(at_steady_state(one(place), doses(100.0), 72.0, level), name) for place in range(len(ROWS))]
    assert same(expected, getattr(found, name))


def test_a_course_goes_on_from_what_the_body_holds(make: Maker) -> None:
    held = Amounts(make([1.0, 2.0, 3.0, 4.0]), make([5.0, 6.0, 7.0, 8.0]))
    rows = list(concentrations(many(make), doses(100.0), TIMES, held))
    for place in range(len(ROWS)):
        alone = Amounts(1.0 + place, 5.0 + place)
        assert list(concentrations(one(place), doses(100.0), TIMES, alone)) == pytest.approx(
            [float(row[place]) for row in rows], rel=1e-12, abs=0
        )


def test_bands_are_those_of_numpy(make: Maker) -> None:
    expected = bands(many(numpy()), doses(100.0), TIMES)
    for mine, other in zip(expected.levels, bands(many(make), doses(100.0), TIMES).levels, strict=True):
        assert mine == pytest.approx(other, rel=1e-12, abs=0)


def test_an_array_of_another_library_is_not_mixed_in() -> None:
    with pytest.raises(TypeError):
        profile(many(strict()), doses(np.asarray(AMOUNTS)), TIMES)
