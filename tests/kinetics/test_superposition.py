"""Concentrations and measures against a literal sum over the doses at 50 digits, for any course and any grid."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.kinetics import courses
from tests.kinetics.oracle import Course, exact, relative_error

from apothecary.kinetics import Dose, Individual, concentrations, measure, profile

_CLOSE = 1e-12  # measured: 5e-14; the exponents of 400 h at 5 /h carry their rounding into the exponential
ONE = Individual(0.38, 6.24, 65.2)
MIXED = (
    Dose(0.0, 100.0), Dose(0.0, 50.0), Dose(7.3, 20.0, "intravenous"),
    Dose(24.0, 100.0), Dose(24.0, 10.0, "intravenous"),
)  # fmt: skip


def worst(course: Course, times: list[float], levels: list[float]) -> float:
    """The largest relative error of concentrations that floats can still tell from zero."""
    expected = [course.concentration(time) for time in times]
    return max(
        (relative_error(e, a) for e, a in zip(expected, levels, strict=True) if e == 0 or e > 1e-250), default=0.0
    )


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.GRIDS)
def test_every_concentration_is_the_sum_over_the_doses(
    patient: Individual, doses: list[Dose], times: list[float]
) -> None:
    assume(any(time < 300 for time in times))
    assert worst(Course(patient, doses), times, list(concentrations(patient, doses, times))) < _CLOSE


@courses.SETTINGS
@given(st.lists(courses.individuals(), min_size=1, max_size=4), courses.DOSES, courses.GRIDS, st.data())
def test_every_column_of_a_profile_is_the_sum_over_the_doses(
    patients: list[Individual], doses: list[Dose], times: list[float], data: st.DataObject
) -> None:
    """With amounts of their own for the patients."""
    factors = data.draw(st.lists(courses.between(0.1, 3.0), min_size=len(patients), max_size=len(patients)))
    names = Individual.__struct_fields__
    together = Individual(*(np.asarray([getattr(one, name) for one in patients]) for name in names))
    given_ = [Dose(dose.time_h, dose.amount_mg * np.asarray(factors), dose.route) for dose in doses]
    found = profile(together, given_, times)
    assert (len(times), len(patients)) == found.shape
    for number, patient in enumerate(patients):
        own = [Dose(dose.time_h, float(dose.amount_mg[number]), dose.route) for dose in given_]
        assert worst(Course(patient, own), times, [float(level) for level in found[:, number]]) < _CLOSE


def test_a_grid_point_is_after_an_intravenous_dose_given_then_and_repeated_points_agree() -> None:
    one = Individual(1.0, 1.0, 10.0)
    dose = [Dose(5.0, 100.0, "intravenous")]
    assert (0.0, 0.0, 10.0, 10.0) == profile(one, dose, [0.0, 4.999, 5.0, 5.0])


def test_the_order_in_which_doses_are_written_is_no_matter() -> None:
    times = [float(hour) for hour in range(60)]
    assert profile(ONE, MIXED, times) == profile(ONE, MIXED[::-1], times)


@pytest.mark.parametrize("length", [1e-3, 0.1, 1.0, 24.0])
def test_a_long_regular_grid_does_not_drift(length: float) -> None:
    """A row is worked out from the one before it: after 2,000 rows the error is still that of a single step."""
    times = [length * n for n in range(2000)]
    course = Course(ONE, MIXED)
    levels = profile(ONE, MIXED, times)
    sample = [*range(0, 2000, 97), 1999]
    assert worst(course, [times[n] for n in sample], [levels[n] for n in sample]) < 1e-11


# --- measures -------------------------------------------------------------------------------------------------------

CASES = (courses.individuals(), courses.DOSES, courses.WINDOWS)


def meets(course: Course, window: tuple[float, float]) -> bool:
    """Whether there is drug enough in a window for its measures to have digits."""
    return course.concentration(window[1], before=True) > 1e-25


@courses.SETTINGS
@given(*CASES)
def test_the_area_the_average_and_the_trough_are_sums_over_the_doses(
    patient: Individual, doses: list[Dose], window: tuple[float, float]
) -> None:
    course = Course(patient, doses)
    assume(meets(course, window))
    found = measure(patient, doses, *window)
    area = course.area(window[1]) - course.area(window[0])
    assert relative_error(area, found.auc) < _CLOSE
    assert relative_error(area / (exact(window[1]) - exact(window[0])), found.average) < _CLOSE
    assert relative_error(course.concentration(window[1], before=True), found.trough) < _CLOSE


@courses.SETTINGS
@given(*CASES)
def test_the_highest_and_the_lowest_are_those_of_the_exact_curve(
    patient: Individual, doses: list[Dose], window: tuple[float, float]
) -> None:
    course = Course(patient, doses)
    assume(meets(course, window))
    found = measure(patient, doses, *window)
    highest, _ = course.maximum(*window)
    assert relative_error(highest, found.maximum) < _CLOSE
    assert relative_error(course.minimum(*window), found.minimum) < _CLOSE


@courses.SETTINGS
@given(*CASES)
def test_the_time_of_the_highest_is_a_root_of_the_slope(
    patient: Individual, doses: list[Dose], window: tuple[float, float]
) -> None:
    """Of two peaks that are equal to the last digits either may be named."""
    course = Course(patient, doses)
    assume(meets(course, window))
    found = measure(patient, doses, *window).time_of_maximum_h
    tops = [(course.at(peak, high), peak - exact(window[0])) for _, high, _, _, peak in course.pieces(*window)]
    highest = max(level for level, _ in tops)
    assert min(abs(when - exact(found)) for level, when in tops if level > highest * (1 - exact("1e-13"))) < 1e-9


@courses.SETTINGS
@given(*CASES, courses.between(0.02, 0.98))
def test_the_time_above_a_level_lies_between_roots_of_the_curve(
    patient: Individual, doses: list[Dose], window: tuple[float, float], share: float
) -> None:
    course = Course(patient, doses)
    assume(meets(course, window))
    low, high = float(course.minimum(*window)), float(course.maximum(*window)[0])
    level = low + share * (high - low)
    assume(low < level < high)
    found = measure(patient, doses, *window, above=level).time_above_h
    expected = course.time_above(*window, level)
    assert abs(float(expected) - found) < 1e-7  # h; where the curve is flat, the last digit of a level is that long


@pytest.mark.parametrize("level", [0.05, 0.3, 0.8, 1.0, 1.4])
def test_measures_agree_with_a_fine_grid(level: float) -> None:
    """By brute force, with no formula but the concentration's."""
    start, end, count = 3.0, 51.0, 480_000
    grid = np.linspace(start, end, count + 1)
    levels = np.asarray(profile(ONE, MIXED, list(grid)))
    found = measure(ONE, MIXED, start, end, above=level)
    step = (end - start) / count
    assert levels.max() == pytest.approx(found.maximum, rel=1e-8)
    assert grid[levels.argmax()] - start == pytest.approx(found.time_of_maximum_h, abs=2 * step)
    assert levels.min() == pytest.approx(found.minimum, rel=1e-4)
    assert levels[-1] == pytest.approx(found.trough, rel=1e-12)
    assert sum(step for a, b in pairwise(levels) if a > level or b > level) == pytest.approx(
        found.time_above_h, abs=6 * step
    )


def test_the_area_agrees_with_numerical_integration() -> None:
    pieces = [0.0, 7.3, 24.0, 51.0]
    total = 0.0
    for low, high in pairwise(pieces):
        hours = np.linspace(low, high, 20_001)
        levels = np.asarray(profile(ONE, MIXED, [*hours[:-1], np.nextafter(high, 0)]))
        total += np.trapezoid(levels, hours)
    assert measure(ONE, MIXED, 0.0, 51.0).auc == pytest.approx(total, rel=1e-7)
