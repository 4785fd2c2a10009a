"""Laws that hold for every patient and every course, whatever the numbers."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.kinetics import courses
from tests.kinetics.models import by_id

from apothecary.kinetics import (
    Amounts,
    Dose,
    Individual,
    at_steady_state,
    individual,
    measure,
    profile,
    regimen,
    steady_state,
)
from apothecary.kinetics.amounts import nothing, through
from apothecary.kinetics.parameters import Covariates

INTERVALS = st.sampled_from([6.0, 8.0, 12.0, 24.0, 48.0, 168.0])
SHARES = courses.between(0.1, 10.0)
# A cycle of an irregular week, as in "100 mg, 50 mg 10 h later, then nothing until the week is over"
CYCLES = st.lists(st.builds(Dose, courses.between(0.0, 47.0), courses.AMOUNTS, courses.ROUTES), min_size=1, max_size=4)


def close(expected: float, rel: float = 1e-10) -> object:
    return pytest.approx(expected, rel=rel, abs=1e-200)


def same(expected: Sequence[float], actual: Sequence[float], rel: float = 1e-10) -> None:
    np.testing.assert_allclose(actual, expected, rtol=rel, atol=1e-200)


def absorbed(patient: Individual, dose: Dose) -> float:
    """What of a dose reaches the circulation, mg."""
    return float(dose.amount_mg * (1.0 if dose.route == "intravenous" else patient.bioavailability))


def long_enough(patient: Individual) -> float:
    """Hours after which nothing is left that a float could show."""
    return 60.0 * float(patient.half_life)


@courses.SETTINGS
@given(courses.individuals(), courses.AMOUNTS, courses.ROUTES)
def test_the_area_of_one_dose_is_what_is_absorbed_over_the_clearance(
    patient: Individual, amount: float, route: str
) -> None:
    dose = Dose(0.0, amount, route)
    assert close(absorbed(patient, dose) / patient.clearance) == measure(patient, [dose], 0.0, long_enough(patient)).auc


@courses.SETTINGS
@given(courses.individuals(), courses.AMOUNTS, INTERVALS, courses.ROUTES)
def test_the_average_at_steady_state_is_the_dose_rate_over_the_clearance(
    patient: Individual, amount: float, every: float, route: str
) -> None:
    dose = Dose(0.0, amount, route)
    expected = absorbed(patient, dose) / (patient.clearance * every)
    assert close(expected) == at_steady_state(patient, [dose], every).average


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.GRIDS, SHARES)
def test_concentrations_are_proportional_to_the_dose(
    patient: Individual, doses: list[Dose], times: list[float], factor: float
) -> None:
    more = [Dose(dose.time_h, dose.amount_mg * factor, dose.route) for dose in doses]
    same([factor * level for level in profile(patient, doses, times)], profile(patient, more, times))


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.WINDOWS, SHARES)
def test_measures_are_proportional_to_the_dose_and_their_times_are_not(
    patient: Individual, doses: list[Dose], window: tuple[float, float], factor: float
) -> None:
    assume(measure(patient, doses, *window).minimum > 1e-100)
    more = [Dose(dose.time_h, dose.amount_mg * factor, dose.route) for dose in doses]
    level = 0.7 * measure(patient, doses, *window).maximum
    one, other = measure(patient, doses, *window, level), measure(patient, more, *window, level * factor)
    for name in ("maximum", "minimum", "average", "trough", "auc"):
        assert close(factor * getattr(one, name)) == getattr(other, name)
    assert pytest.approx(one.time_above_h, abs=1e-6) == other.time_above_h


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.DOSES, courses.GRIDS)
def test_the_sum_of_two_courses_is_the_course_of_both(
    patient: Individual, doses: list[Dose], others: list[Dose], times: list[float]
) -> None:
    one, other = profile(patient, doses, times), profile(patient, others, times)
    same([a + b for a, b in zip(one, other, strict=True)], profile(patient, [*doses, *others], times))


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.GRIDS, courses.between(0.0, 200.0))
def test_a_course_begun_later_gives_the_same_curve_later(
    patient: Individual, doses: list[Dose], times: list[float], shift: float
) -> None:
    hours = [round(time * 64) / 64 for time in (*times, shift)]  # sums of such hours are exact
    doses = [Dose(round(dose.time_h * 64) / 64, dose.amount_mg, dose.route) for dose in doses]
    later = [Dose(dose.time_h + hours[-1], dose.amount_mg, dose.route) for dose in doses]
    same(profile(patient, doses, hours[:-1]), profile(patient, later, [time + hours[-1] for time in hours[:-1]]))


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.between(0.5, 300.0))
def test_what_was_given_is_at_the_site_in_the_body_or_eliminated(
    patient: Individual, doses: list[Dose], end: float
) -> None:
    """Eliminated is the clearance times the area under the curve."""
    given_ = sum(absorbed(patient, dose) for dose in doses if dose.time_h < end)
    left = through(nothing(patient), patient, doses, 0.0, end)
    eliminated = patient.clearance * measure(patient, doses, 0.0, end).auc
    assert close(given_) == left.site + left.central + eliminated


# --- steady state ---------------------------------------------------------------------------------------------------


@courses.SETTINGS
@given(courses.individuals(), CYCLES)
def test_steady_state_is_where_a_cycle_ends_as_it_began(patient: Individual, cycle: list[Dose]) -> None:
    begin = steady_state(patient, cycle, 48.0)
    end = through(begin, patient, cycle, 0.0, 48.0)
    same([begin.site, begin.central], [end.site, end.central])


@courses.SETTINGS
@given(courses.individuals(), CYCLES)
def test_steady_state_is_what_many_cycles_come_to(patient: Individual, cycle: list[Dose]) -> None:
    now = nothing(patient)
    for _ in range(math.ceil(long_enough(patient) / 48.0)):
        now = through(now, patient, cycle, 0.0, 48.0)
    ready = steady_state(patient, cycle, 48.0)
    same([ready.site, ready.central], [now.site, now.central])


@courses.SETTINGS
@given(courses.individuals(), courses.AMOUNTS, INTERVALS, st.integers(2, 30))
def test_equal_doses_never_lower_the_exposure_from_one_interval_to_the_next(
    patient: Individual, amount: float, every: float, count: int
) -> None:
    doses = regimen(amount, every, count * every)
    first, last = (measure(patient, doses, n * every, (n + 1) * every).auc for n in (0, count - 1))
    final = at_steady_state(patient, [Dose(0.0, amount)], every).auc
    assert first * (1 - 1e-12) <= last <= final * (1 + 1e-12)


# --- two readings of one curve --------------------------------------------------------------------------------------


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.GRIDS)
def test_exchanged_rates_with_another_volume_give_the_same_curve(
    patient: Individual, doses: list[Dose], times: list[float]
) -> None:
    """Flip-flop: V becomes CL / ka; true of absorbed doses alone."""
    doses = [Dose(dose.time_h, dose.amount_mg) for dose in doses]
    volume = patient.clearance / patient.absorption_rate
    other = Individual(patient.elimination_rate, patient.clearance, volume, patient.bioavailability)
    same(profile(patient, doses, times), profile(other, doses, times))


def test_the_packaged_children_s_model_has_the_published_second_reading() -> None:
    """ka 0.0957 /h, V 16.4 L at 70 kg, to the digits printed; the clearance is the same."""
    one = individual(by_id("anakinra", "children-autoinflammatory"), Covariates(age=20.0, weight=70.0))
    assert ("0.0957", "16.4") == (f"{one.elimination_rate:.3g}", f"{one.clearance / one.absorption_rate:.3g}")
    other = Individual(one.elimination_rate, one.clearance, one.clearance / one.absorption_rate)
    doses, hours = regimen(100.0, 24.0, 240.0), [float(hour) for hour in range(240)]
    same(profile(one, doses, hours), profile(other, doses, hours), 1e-12)
    bolus = [Dose(0.0, 100.0, "intravenous")]
    assert profile(other, bolus, [0.0])[0] > 3.9 * profile(one, bolus, [0.0])[0]


# --- grids, windows, arrays -----------------------------------------------------------------------------------------


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.GRIDS, courses.GRIDS)
def test_more_points_on_the_grid_change_no_other(
    patient: Individual, doses: list[Dose], times: list[float], more: list[float]
) -> None:
    finer = sorted([*times, *more])
    levels = dict(zip(finer, profile(patient, doses, finer), strict=True))
    same(profile(patient, doses, times), [levels[time] for time in times])


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.WINDOWS, courses.between(0.05, 0.95))
def test_a_window_cut_in_two_has_the_same_exposure(
    patient: Individual, doses: list[Dose], window: tuple[float, float], share: float
) -> None:
    start, end = window
    cut = start + share * (end - start)
    level = 0.6 * measure(patient, doses, start, end).maximum
    assume(level > 1e-50)
    whole, first, second = (measure(patient, doses, *both, level) for both in ((start, end), (start, cut), (cut, end)))
    assert close(first.auc + second.auc) == whole.auc
    assert pytest.approx(first.time_above_h + second.time_above_h, abs=1e-6) == whole.time_above_h
    assert close(max(first.maximum, second.maximum)) == whole.maximum
    assert close(min(first.minimum, second.minimum)) == whole.minimum
    assert close(second.trough) == whole.trough


@courses.SETTINGS
@given(st.lists(courses.individuals(), min_size=1, max_size=5), courses.DOSES, courses.WINDOWS)
def test_measures_of_arrays_are_those_of_each_float(
    patients: list[Individual], doses: list[Dose], window: tuple[float, float]
) -> None:
    assume(any(dose.time_h < window[1] for dose in doses))
    names = Individual.__struct_fields__
    together = Individual(*(np.asarray([getattr(one, name) for one in patients]) for name in names))
    level = 0.5 * measure(patients[0], doses, *window).maximum + 1e-9
    found = measure(together, doses, *window, level)
    for number, one in enumerate(patients):
        alone = measure(one, doses, *window, level)
        for name in ("maximum", "minimum", "average", "trough", "auc"):
            assert pytest.approx(getattr(alone, name), rel=1e-11, abs=1e-200) == getattr(found, name)[number]
        assert pytest.approx(alone.time_above_h, abs=1e-6) == found.time_above_h[number]


@courses.SETTINGS
@given(courses.individuals(), courses.GRIDS, courses.WINDOWS)
def test_without_drug_there_is_exactly_nothing(
    patient: Individual, times: list[float], window: tuple[float, float]
) -> None:
    late = [Dose(1000.0, 100.0)]
    assert {0.0} == {*profile(patient, [], times), *profile(patient, late, times)}
    found = measure(patient, [], *window, above=0.1)
    assert (0.0, 0.0, 0.0, 0.0, 0.0) == (found.maximum, found.minimum, found.auc, found.trough, found.time_above_h)


@courses.SETTINGS
@given(courses.individuals(), courses.DOSES, courses.GRIDS)
def test_a_course_can_be_taken_up_where_it_stood(patient: Individual, doses: list[Dose], times: list[float]) -> None:
    """Amounts handed over as a start go on as if there had been no break."""
    before = [dose for dose in doses if dose.time_h < 48.0]
    held: Amounts = through(nothing(patient), patient, before, 0.0, 48.0)
    whole = profile(patient, before, [time + 48.0 for time in times])
    same(whole, profile(patient, [], times, held))
