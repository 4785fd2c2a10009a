"""Competitive antagonism: how much more drug than agonist there is, for how long, and what that does."""

import msgspec
import numpy as np
import pytest
from tests.kinetics.simulations import ADULT, found, text

from apothecary.kinetics import KineticsError
from apothecary.kinetics.course import Dose
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.measures import at_steady_state
from apothecary.kinetics.mechanism import antagonism, dissociation
from apothecary.kinetics.summary import Percentiles
from apothecary.knowledge.kinetics import Mechanism
from support import made_up

ONE = Individual(0.05, 0.008, 7.0, 0.8)
EVERY = 672.0


def mechanism() -> Mechanism:
    exposure = made_up().exposure
    assert exposure is not None
    assert exposure.mechanism is not None
    return exposure.mechanism


def test_concentrations_become_amounts_by_the_molar_mass() -> None:
    level = antagonism(mechanism(), ONE, 120.0, EVERY).level
    steady = at_steady_state(ONE, (Dose(0.0, 120.0),), EVERY)
    # 1 mg/L of 147 kg/mol is 1e-3 / 147e3 mol/L
    picomolar = 1e-3 / 147e3 * 1e12
    assert (steady.maximum * picomolar, steady.average * picomolar, steady.trough * picomolar) == pytest.approx(
        (level.maximum, level.average, level.trough)
    )


def test_the_excess_is_kept_up_to_the_level_over_it_without_any_agonist() -> None:
    made = antagonism(mechanism(), ONE, 120.0, EVERY)
    assert made.level.trough == pytest.approx(50 * made.kept_up_to.trough)
    assert (None, None, None) == (made.fold, made.wanted, made.hours_above_per_day)


def test_the_fold_excess_is_the_level_over_the_agonist() -> None:
    made = antagonism(mechanism(), ONE, 120.0, EVERY, agonist=20.0)
    assert made.fold is not None
    assert made.level.average / 20 == pytest.approx(made.fold.average)


def test_the_level_for_the_excess_is_the_agonist_times_the_excess() -> None:
    wanted = antagonism(mechanism(), ONE, 120.0, EVERY, agonist=20.0).wanted
    assert 20e-12 * 50 * 147e3 * 1e3 == pytest.approx(wanted)


@pytest.mark.parametrize(("agonist", "hours"), [(1.0, 24.0), (1e6, 0.0)])
def test_an_agonist_out_of_reach_has_all_day_or_none_of_it(agonist: float, hours: float) -> None:
    assert hours == pytest.approx(antagonism(mechanism(), ONE, 120.0, EVERY, agonist=agonist).hours_above_per_day)


def test_the_hours_above_are_those_of_an_average_day() -> None:
    made = antagonism(mechanism(), ONE, 120.0, EVERY, agonist=2500.0)
    steady = at_steady_state(ONE, (Dose(0.0, 120.0),), EVERY, above=made.wanted)
    assert 0 < steady.time_above_h < EVERY
    assert steady.time_above_h / 28 == pytest.approx(made.hours_above_per_day)


def test_the_dose_ratio_is_one_and_the_level_over_each_constant() -> None:
    made = antagonism(mechanism(), ONE, 120.0, EVERY)
    found = {one.name: one.ratio.trough for one in made.dose_ratios}
    trough = made.level.trough
    assert {"receptor-of-mice": 1 + trough / 300, "receptor-of-people": 1 + trough / 200} == pytest.approx(found)


def test_a_constant_given_as_a_mass_is_converted() -> None:
    constant = msgspec.structs.replace(mechanism().binding["receptor-of-mice"], value=44.1, unit="ng/mL")
    assert 300 == pytest.approx(dissociation(constant, 147e3))


def test_a_constant_of_another_kind_is_refused() -> None:
    constant = msgspec.structs.replace(mechanism().binding["receptor-of-mice"], unit="mL/min")
    with pytest.raises(KineticsError) as error:
        dissociation(constant, 147e3)
    assert "parameter" == error.value.code


@pytest.mark.parametrize("agonist", [0.0, -1.0, float("nan")])
def test_an_agonist_that_is_not_above_zero_is_refused(agonist: float) -> None:
    with pytest.raises(KineticsError) as error:
        antagonism(mechanism(), ONE, 120.0, EVERY, agonist=agonist)
    assert "level" == error.value.code


def test_more_drug_gives_more_of_everything() -> None:
    less, more = (antagonism(mechanism(), ONE, dose, EVERY, agonist=2500.0) for dose in (60.0, 120.0))
    assert (less.level.trough * 2, less.kept_up_to.trough * 2) == pytest.approx(
        (more.level.trough, more.kept_up_to.trough)
    )
    assert isinstance(less.hours_above_per_day, float)
    assert isinstance(more.hours_above_per_day, float)
    assert less.hours_above_per_day < more.hours_above_per_day


def test_many_patients_have_percentiles() -> None:
    many = Individual(0.05, np.asarray([0.006, 0.008, 0.011]), 7.0, 0.8)
    middle = antagonism(mechanism(), many, 120.0, EVERY).level.average
    one = antagonism(mechanism(), ONE, 120.0, EVERY).level.average
    assert isinstance(middle, Percentiles)
    assert one == pytest.approx(middle.p50)


def test_every_constant_is_shown_with_value_unit_and_source() -> None:
    page = text(*ADULT)
    for said in ("17300 g/mol [1]", "100 [arend-1990]", "150 pmol/L [dripps-1991]", "70 pmol/L [svenson-1993]"):
        assert said in page


def test_the_notes_of_the_monograph_are_shown() -> None:
    assert "Plasma concentrations are not those in the joint or the skin." in text(*ADULT)


def test_no_bare_occupancy_is_shown() -> None:
    assert "occupan" not in text(*ADULT, "--agonist", "5pmol/L").casefold()


def test_the_json_has_every_constant_with_its_places() -> None:
    made = found(*ADULT)["mechanism"]
    constants = [made["molar_mass"], made["excess"], *(one["constant"] for one in made["dose_ratios"])]
    assert [1, 1, 1, 1] == [len(one["places"]) for one in constants]
    assert [150, 70] == [one["constant"]["value"] for one in made["dose_ratios"]]
