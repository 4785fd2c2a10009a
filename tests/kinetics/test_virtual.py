"""Virtual patients: the same number and seed are the same patient, and the spread is the model's."""

import math
from typing import Any

import msgspec
import numpy as np
import pytest

from apothecary.kinetics import Covariates, Dose, Individual, KineticsError, individual, profile
from apothecary.kinetics.amounts import begun_by_doses
from apothecary.kinetics.virtual import Cohort, Empirical, Uniform, VirtualPatients, virtual_patients
from apothecary.knowledge import PACKAGED, load
from support import made_up

MODEL = made_up().models["adults"]
SPREAD = Cohort(age=Uniform(20, 60), weight=Uniform(50, 110), creatinine_clearance=100.0)
FIXED = Cohort(age=40.0, weight=70.0)
WEEKS_8 = 8 * 7 * 24.0  # two occasions of 28 days
MANY = 40_000
PARAMETERS = Individual.__struct_fields__


def at_occasion(drawn: VirtualPatients, place: int) -> Individual:
    assert isinstance(drawn.patient, tuple)
    return drawn.patient[place].patient


def one(drawn: VirtualPatients) -> Individual:
    assert isinstance(drawn.patient, Individual)
    return drawn.patient


def log_ratio(actual: Any, typical: Any) -> Any:
    return np.log(actual / typical)


# --- the same patient every time ------------------------------------------------------------------------------------


def numbers(drawn: VirtualPatients) -> list[Any]:
    """Everything that was drawn, covariates and parameters of every occasion."""
    found = [drawn.covariates.age, drawn.covariates.weight, drawn.covariates.creatinine_clearance]
    assert isinstance(drawn.patient, tuple)
    return found + [getattr(each.patient, name) for each in drawn.patient for name in PARAMETERS]


def test_one_seed_draws_the_same_patients_again() -> None:
    once, again = (numbers(virtual_patients(MODEL, SPREAD, 50, 7, course_h=WEEKS_8)) for _ in range(2))
    assert [x.tolist() for x in once] == [x.tolist() for x in again]


@pytest.mark.parametrize(("first", "count"), [(0, 1), (1, 1), (2, 3), (3, 4), (499, 1), (0, 500)])
def test_a_patient_is_the_same_however_the_cohort_is_cut(first: int, count: int) -> None:
    whole = numbers(virtual_patients(MODEL, SPREAD, 500, 7, course_h=WEEKS_8))
    part = numbers(virtual_patients(MODEL, SPREAD, count, 7, first, WEEKS_8))
    assert [x[first : first + count].tolist() for x in whole] == [x.tolist() for x in part]


@pytest.mark.parametrize("other", [8, 2**32, 2**64, 7 + 2**32])
def test_another_seed_draws_other_patients(other: int) -> None:
    mine, others = (one(virtual_patients(MODEL, FIXED, 50, seed)) for seed in (7, other))
    assert not np.any(mine.clearance == others.clearance)


def test_a_longer_course_only_adds_occasions() -> None:
    short, long = (virtual_patients(MODEL, FIXED, 20, 7, course_h=hours) for hours in (WEEKS_8, 2 * WEEKS_8))
    expected = [at_occasion(short, place).absorption_rate.tolist() for place in range(2)]
    assert expected == [at_occasion(long, place).absorption_rate.tolist() for place in range(2)]


def test_the_numbers_of_a_seed_do_not_change_between_versions() -> None:
    """A published figure names its seed: these numbers may change only with an entry in CHANGELOG.md."""
    drawn = virtual_patients(MODEL, SPREAD, 2, 20261122)
    assert [62.59538787353092, 107.76499570712176] == pytest.approx(drawn.covariates.weight.tolist(), rel=1e-14)
    assert [0.00658010229524275, 0.00746376515128583] == pytest.approx(one(drawn).clearance.tolist(), rel=1e-13)


def test_an_occasion_begins_with_its_first_dose() -> None:
    drawn: Any = virtual_patients(MODEL, FIXED, 5, 7, course_h=4 * 672.0).patient
    doses = [Dose(0.0, 1.0), Dose(700.0, 1.0), Dose(720.0, 1.0), Dose(2016.0, 1.0)]
    begun = begun_by_doses(drawn, doses)
    assert isinstance(begun, tuple)
    assert [0.0, 700.0, 2016.0] == [one.from_h for one in begun]
    assert [drawn[place].patient for place in (0, 1, 3)] == [one.patient for one in begun]


def test_without_a_dose_no_concentration_jumps() -> None:
    model = load(PACKAGED / "anakinra").models["children-autoinflammatory"]  # the volume differs between days
    drawn: Any = virtual_patients(model, Cohort(weight=20.0), 20, 7, course_h=72.0).patient
    doses, times = [Dose(0.0, 40.0), Dose(48.0, 40.0)], [24.0 - 1e-6, 24.0 + 1e-6]
    before, after = np.asarray(profile(begun_by_doses(drawn, doses), doses, times))
    assert after == pytest.approx(before, rel=1e-6)
    before, after = np.asarray(profile(drawn, doses, times))
    assert np.max(np.abs(after / before - 1)) > 0.1  # as it is, it jumps


# --- between subjects, between occasions ----------------------------------------------------------------------------


def test_what_varies_between_subjects_stays_on_every_occasion() -> None:
    drawn = virtual_patients(MODEL, FIXED, 20, 7, course_h=WEEKS_8)
    for name in ("clearance", "volume"):
        assert getattr(at_occasion(drawn, 0), name).tolist() == getattr(at_occasion(drawn, 1), name).tolist()
        assert len(set(getattr(at_occasion(drawn, 0), name).tolist())) == 20


def test_what_varies_between_occasions_differs_on_each() -> None:
    drawn = virtual_patients(MODEL, FIXED, 20, 7, course_h=WEEKS_8)
    assert not np.any(at_occasion(drawn, 0).absorption_rate == at_occasion(drawn, 1).absorption_rate)


def test_what_does_not_vary_is_typical() -> None:
    drawn = virtual_patients(MODEL, FIXED, 20, 7, course_h=WEEKS_8)
    assert [0.82] == pytest.approx(sorted(set(at_occasion(drawn, 1).bioavailability.tolist())))


@pytest.mark.parametrize(("course_h", "starts"), [(1.0, [0.0]), (672.0, [0.0]), (673.0, [0.0, 672.0])])
def test_occasions_fill_the_course(course_h: float, starts: list[float]) -> None:
    drawn = virtual_patients(MODEL, FIXED, 2, 7, course_h=course_h)
    assert isinstance(drawn.patient, tuple)
    assert starts == [each.from_h for each in drawn.patient]


@pytest.mark.parametrize(
    ("model", "course_h"),
    [(MODEL, 0.0), (msgspec.structs.replace(MODEL, occasion=None), WEEKS_8), (made_up().models["kidneys"], WEEKS_8)],
    ids=["no course", "no length of an occasion", "nothing varies between occasions"],
)
def test_without_occasions_a_patient_keeps_the_typical_absorption(model: Any, course_h: float) -> None:
    drawn = virtual_patients(model, SPREAD, 3, 7, course_h=course_h)
    assert [0.8 / 24] * 3 == pytest.approx(one(drawn).absorption_rate.tolist())


# --- the distributions ----------------------------------------------------------------------------------------------


def close(expected: float, spread: float, actual: float) -> bool:
    """Whether a mean of MANY numbers lies within five standard errors; it does but once in two million."""
    return abs(actual - expected) < 5 * spread / math.sqrt(MANY)


@pytest.mark.parametrize(
    ("name", "log_sd"), [("clearance", 0.3), ("volume", 0.2), ("absorption_rate", 0.4)], ids=lambda x: str(x)
)
def test_the_logarithm_of_a_parameter_is_spread_as_the_model_says(name: str, log_sd: float) -> None:
    drawn = at_occasion(virtual_patients(MODEL, FIXED, MANY, 7, course_h=WEEKS_8), 1)
    deviation = log_ratio(getattr(drawn, name), getattr(individual(MODEL, Covariates(weight=70.0)), name))
    assert close(0.0, log_sd, deviation.mean())
    assert close(log_sd, log_sd / math.sqrt(2), deviation.std())
    for level, share in ((-1.0, 0.158655), (0.0, 0.5), (1.0, 0.841345), (2.0, 0.977250)):
        assert close(share, math.sqrt(share * (1 - share)), np.mean(deviation <= level * log_sd))


def test_the_deviations_have_nothing_to_do_with_each_other() -> None:
    drawn = virtual_patients(MODEL, SPREAD, MANY, 7, course_h=WEEKS_8)
    first, second, known = at_occasion(drawn, 0), at_occasion(drawn, 1), drawn.covariates
    typical = individual(MODEL, known)
    rows = [log_ratio(first.clearance, typical.clearance), log_ratio(first.volume, typical.volume)]
    rows += [np.log(first.absorption_rate), np.log(second.absorption_rate), known.age, known.weight]
    correlations = np.corrcoef(np.asarray(rows))
    assert np.abs(correlations - np.eye(len(rows))).max() < 5 / math.sqrt(MANY)


def test_a_covariate_is_spread_evenly_between_its_bounds() -> None:
    weight = virtual_patients(MODEL, SPREAD, MANY, 7).covariates.weight
    assert 50 < weight.min() < 50.05
    assert 109.95 < weight.max() < 110
    for level in (60, 80, 100):
        share = (level - 50) / 60
        assert close(share, math.sqrt(share * (1 - share)), np.mean(weight <= level))


def test_without_variability_only_covariates_differ() -> None:
    drawn = virtual_patients(MODEL, SPREAD, 20, 7, course_h=WEEKS_8, variability=False)
    typical = individual(MODEL, drawn.covariates)
    assert 20 == len(set(drawn.covariates.weight.tolist()))
    for name in PARAMETERS:
        assert getattr(typical, name).tolist() == getattr(one(drawn), name).tolist()


def test_covariates_are_those_of_the_patients_with_variability() -> None:
    with_, without = (virtual_patients(MODEL, SPREAD, 20, 7, variability=varied) for varied in (True, False))
    assert without.covariates.weight.tolist() == with_.covariates.weight.tolist()


def test_a_covariate_that_is_not_known_stays_so() -> None:
    assert virtual_patients(MODEL, FIXED, 2, 7).covariates.creatinine_clearance is None


def test_real_patients_keep_their_covariates_together() -> None:
    rows = tuple({"age": 20.0 + n, "weight": 50.0 + n} for n in range(5))
    known = virtual_patients(MODEL, Empirical(rows), 500, 7).covariates
    assert [(row["age"], row["weight"]) for row in rows] == sorted(set(zip(known.age, known.weight, strict=True)))


def test_dialysis_is_the_cohorts() -> None:
    drawn = virtual_patients(
        made_up().models["kidneys"], Cohort(weight=70.0, on_dialysis=True), 2, 7, variability=False
    )
    assert [1.8e-3] * 2 == pytest.approx(one(drawn).clearance.tolist())


# --- what cannot be drawn -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words", "draw"),
    [
        ("count", "0 patients", lambda: virtual_patients(MODEL, FIXED, 0, 7)),
        ("seed", "seed is -1", lambda: virtual_patients(MODEL, FIXED, 1, -1)),
        ("seed", "first patient is -1", lambda: virtual_patients(MODEL, FIXED, 1, 7, -1)),
        ("missing-covariate", "weight is not known", lambda: virtual_patients(MODEL, Cohort(age=40.0), 1, 7)),
        ("covariate", "from 60 to 20", lambda: Uniform(60, 20)),
        ("covariate", "from 60 to 60", lambda: Uniform(60, 60)),
        ("covariate", "from -1 to 60", lambda: Uniform(-1, 60)),
        ("covariate", "from 1 to inf", lambda: Uniform(1, math.inf)),
        ("covariate", "age is -1", lambda: virtual_patients(MODEL, Cohort(age=-1.0, weight=70.0), 1, 7)),
        ("covariate", "weight is nan", lambda: virtual_patients(MODEL, Cohort(weight=math.nan), 1, 7)),
        ("covariate", "weight is not above zero", lambda: virtual_patients(MODEL, Cohort(weight=0.0), 1, 7)),
        ("covariate", "no rows", lambda: Empirical(())),
        ("covariate", "Row 2 has age", lambda: Empirical(({"age": 1.0, "weight": 9.0}, {"age": 1.0}))),
        ("covariate", "Row 1 has mass", lambda: Empirical(({"mass": 70.0},))),
        ("covariate", "weight is nan", lambda: Empirical(({"weight": math.nan},))),
        ("regimen", "lasts -1 h", lambda: virtual_patients(MODEL, FIXED, 1, 7, course_h=-1.0)),
        ("regimen", "occasions", lambda: virtual_patients(MODEL, FIXED, 1, 7, course_h=1e9)),
    ],
)
def test_what_cannot_be_drawn_is_refused(code: str, words: str, draw: Any) -> None:
    with pytest.raises(KineticsError, match=words) as error:
        draw()
    assert code == error.value.code
