"""Regimens side by side for the same patients."""

from typing import Any

import msgspec
import numpy as np
import pytest

from apothecary.kinetics import Covariates, Dose, KineticsError, Occasion
from apothecary.kinetics.asked import Amount, Regimen, Request
from apothecary.kinetics.compare import attained, compare
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.measures import at_steady_state
from apothecary.kinetics.simulation import simulate
from apothecary.kinetics.summary import Percentiles
from apothecary.knowledge import PACKAGED, load
from support import made_up

ONE = Individual(0.17, 3.6, 10.0)
KNOWN = Covariates(weight=70.0)
DAILY, OTHER, TWICE = (Regimen(Amount(mg), h) for mg, h in ((100.0, 24.0), (100.0, 48.0), (50.0, 12.0)))


def sides(*regimens: Regimen, **more: Any) -> Any:
    return compare(ONE, KNOWN, regimens, **more)


def test_they_come_in_the_order_given() -> None:
    assert (OTHER, DAILY, TWICE) == tuple(one.regimen for one in sides(OTHER, DAILY, TWICE))


def test_every_other_day_is_half_the_average_and_the_daily_amount() -> None:
    daily, other = sides(DAILY, OTHER)
    assert (0.5, daily.daily_mg / 2) == pytest.approx((other.ratio, other.daily_mg))


def test_twice_a_day_is_the_same_average_with_a_lower_peak_and_a_higher_trough() -> None:
    daily, twice = sides(DAILY, TWICE)
    assert daily.average == pytest.approx(twice.average)
    assert twice.maximum < daily.maximum
    assert daily.trough < twice.trough


def test_the_ratio_is_to_the_first() -> None:
    assert 2 == pytest.approx(sides(OTHER, DAILY)[1].ratio)


def test_a_dose_by_weight_needs_the_weight() -> None:
    with pytest.raises(KineticsError) as error:
        compare(ONE, Covariates(), [Regimen(Amount(1.0, True), 24.0)])
    assert "missing-covariate" == error.value.code


def test_a_dose_by_weight_is_that_of_the_patient() -> None:
    assert 140 == pytest.approx(sides(Regimen(Amount(2.0, True), 24.0))[0].daily_mg)


def test_the_hours_above_are_those_of_an_average_day() -> None:
    (other,) = sides(OTHER, above=0.4)
    steady = at_steady_state(ONE, (Dose(0.0, 100.0),), 48.0, above=0.4)
    assert steady.time_above_h / 2 == pytest.approx(other.hours_above_per_day)


def test_without_a_level_there_are_no_hours_above() -> None:
    assert (None, None) == tuple((one.hours_above_per_day, one.attained)[0] for one in sides(DAILY, OTHER))


@pytest.mark.parametrize(("average", "reached"), [(0.4, True), (0.4 * (1 - 1e-15), True), (0.39999, False)])
def test_an_average_of_the_target_reaches_it(average: float, reached: bool) -> None:
    assert reached is attained(average, 0.4).typical


def test_the_share_is_that_of_the_patients_at_or_above_the_target() -> None:
    found = attained(np.asarray([0.1, 0.4, 0.5, 0.3]), 0.4)
    assert (None, 0.5) == (found.typical, found.share)


def test_the_ratio_is_taken_patient_by_patient() -> None:
    many = Individual(0.17, np.asarray([2.0, 3.6, 7.0]), 10.0)
    half = compare(many, KNOWN, (DAILY, OTHER))[1].ratio
    assert isinstance(half, Percentiles)
    assert (0.5, 0.5, 0.5) == pytest.approx((half.p5, half.p50, half.p95))


def test_a_course_of_occasions_is_compared_by_its_first() -> None:
    course = (Occasion(0.0, ONE), Occasion(24.0, Individual(0.17, 9.0, 10.0)))
    assert sides(DAILY)[0].average == compare(course, KNOWN, (DAILY,))[0].average


def test_curves_are_made_only_where_they_are_asked_for() -> None:
    assert sides(DAILY)[0].curve is None
    (daily,) = sides(DAILY, grid=(0.0, 12.0, 24.0), for_h=24.0)
    assert ((0.0, 12.0, 24.0), 1, 3) == (daily.curve.times_h, len(daily.curve.levels), len(daily.curve.levels[0]))


def ask(**more: Any) -> Request:
    asked = Request(Regimen(Amount(120.0), 672.0), 2016.0, 40.0, 70.0, 90.0)
    return msgspec.structs.replace(asked, **more)


def test_a_simulation_with_nothing_to_compare_compares_nothing() -> None:
    assert () == simulate(made_up(), ask()).compared


def test_a_simulation_compares_its_own_regimen_first() -> None:
    found = simulate(made_up(), ask(versus=(OTHER,))).compared
    assert (Regimen(Amount(120.0), 672.0), OTHER) == tuple(one.regimen for one in found)


def test_missed_doses_change_the_course_and_not_the_steady_state() -> None:
    whole, missed = (simulate(made_up(), ask(missed=numbers)) for numbers in ((), (2,)))
    assert whole.steady == missed.steady
    assert missed.course.auc < whole.course.auc


def test_the_mechanism_of_a_monograph_without_one_is_refused() -> None:
    made = made_up()
    assert made.exposure is not None
    bare = msgspec.structs.replace(made, exposure=msgspec.structs.replace(made.exposure, mechanism=None))
    assert simulate(bare, ask()).antagonism is None
    with pytest.raises(KineticsError) as error:
        simulate(bare, ask(agonist=5.0))
    assert "mechanism" == error.value.code


def test_a_monograph_without_a_model_simulates_nothing() -> None:
    with pytest.raises(KineticsError) as error:
        simulate(msgspec.structs.replace(made_up(), models={}), ask())
    assert "no-model" == error.value.code


def test_a_target_from_the_population_of_the_model_says_so() -> None:
    (target,) = simulate(made_up(), ask()).targets
    (other,) = simulate(made_up(), ask(model="kidneys")).targets
    assert (True, False) == (target.same_population, other.same_population)


def test_another_regimen_has_the_occasions_of_its_own_doses() -> None:
    """The volume of this model changes from day to day: without a dose on the second day nothing may jump."""
    other = Regimen(Amount(2.0, per_kg=True), 48.0)
    asked = Request(
        Regimen(Amount(2.0, per_kg=True), 24.0), 96.0, age=5.0, weight=20.0, count=1, versus=(other,), profile="all"
    )
    curve = simulate(load(PACKAGED / "anakinra"), asked).compared[1].curve
    assert curve is not None
    before, at, after = curve.levels[0][23:26]
    assert at / before == pytest.approx(after / at, rel=0.01)
