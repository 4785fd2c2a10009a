"""Bad input to the engine is refused in words that say what is wrong and what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest
from tests.kinetics.models import PATIENT, by_id

from apothecary.kinetics import (
    Dose,
    Individual,
    KineticsError,
    Occasion,
    OutsideDomain,
    individual,
    measure,
    profile,
    regimen,
    steady_state,
)
from apothecary.kinetics.amounts import stages
from apothecary.kinetics.course import checked
from apothecary.kinetics.domain import refuse_outside
from apothecary.knowledge.kinetics import Model
from support import mistakes

DAILY = Dose(0.0, 100.0)
ADULTS, CHILDREN = by_id("anakinra", "adults-renal"), by_id("anakinra", "children-autoinflammatory")
ONE = Individual(0.2, 3.0, 20.0)
NAN, INFINITE = float("nan"), float("inf")


@dataclass(frozen=True)
class Bad:
    """A call that is refused, and the words of the message: what is wrong, and what to do."""

    call: Callable[[], object]
    what: str
    then: str


def doses(*times: float, mg: float = 100.0) -> list[Dose]:
    return [Dose(time, mg) for time in times]


def changed(model: Model, **fields: float | None) -> Callable[[], object]:
    return lambda: individual(model, msgspec.structs.replace(PATIENT, **fields))


def refused(model: Model, routes: Sequence[str] = ("subcutaneous",), **fields: float) -> Callable[[], object]:
    return lambda: refuse_outside(model, msgspec.structs.replace(PATIENT, **fields), routes)


BAD = {
    "negative clearance": Bad(lambda: Individual(0.2, -3.0, 20.0), "The clearance is -3;", "above zero"),
    "zero clearance": Bad(lambda: Individual(0.2, 0.0, 20.0), "The clearance is 0;", "Check the model"),
    "clearance that is no number": Bad(lambda: Individual(0.2, NAN, 20.0), "The clearance is nan", "above zero"),
    "endless clearance": Bad(lambda: Individual(0.2, INFINITE, 20.0), "The clearance is inf", "finite"),
    "zero volume": Bad(lambda: Individual(0.2, 3.0, 0.0), "The volume is 0;", "above zero"),
    "negative absorption": Bad(lambda: Individual(-0.2, 3.0, 2.0), "The absorption rate is -0.2;", "above zero"),
    "bioavailability in percent": Bad(lambda: Individual(0.2, 3.0, 2.0, 95.0), "bioavailability is above 1", "0 to 1"),
    "no weight": Bad(changed(CHILDREN, weight=None), "The weight is not known", "nothing is assumed"),
    "no creatinine clearance": Bad(
        changed(ADULTS, creatinine_clearance=None), "The creatinine clearance is not known", "nothing is assumed"
    ),
    "weight of zero": Bad(changed(ADULTS, weight=0.0), "The weight is not above zero", "give it in kg"),
    "negative weight": Bad(changed(CHILDREN, weight=-20.0), "The weight is not above zero", "give it in kg"),
    "weight that is no number": Bad(changed(CHILDREN, weight=NAN), "The weight is not above zero", "give it in kg"),
    "negative creatinine clearance": Bad(
        changed(ADULTS, creatinine_clearance=-5.0), "The creatinine clearance is below zero", "in mL/min"
    ),
    "too young": Bad(refused(CHILDREN, age=0.5), "The age is 6 months", "choose another with --model"),
    "too old": Bad(refused(CHILDREN, age=22.0), "8 months to 21 years", "choose another with --model"),
    "a child in the adults' model": Bad(refused(ADULTS, age=17.9), "made from adults", "choose another with --model"),
    "kidneys in the children's model": Bad(
        refused(CHILDREN, creatinine_clearance=49.0), "knows nothing of the kidneys", "choose another with --model"
    ),
    "dose of the wrong route": Bad(
        refused(ADULTS, ["intravenous"]), "for subcutaneous doses only, not for intravenous", "Choose another model"
    ),
    "route that does not exist": Bad(
        lambda: checked([Dose(0.0, 1.0, "oral")]), "Dose 1 has the route 'oral'", "intravenous can be simulated"
    ),
    "no dose": Bad(lambda: checked([]), "There is no dose", "Give at least one"),
    "negative dose": Bad(lambda: profile(ONE, doses(0.0, mg=-1.0), [0.0]), "Dose 1", "leave a missed dose out"),
    "dose that is no number": Bad(lambda: measure(ONE, doses(0.0, mg=NAN), 0.0, 1.0), "Dose 1", "above zero"),
    "dose before the start": Bad(lambda: profile(ONE, doses(0.0, -1.0), [0.0]), "Dose 2 is given at -1 h", "or later"),
    "dose at no time": Bad(lambda: profile(ONE, doses(NAN), [0.0]), "Dose 1 is given at nan h", "0 or later"),
    "empty grid": Bad(lambda: profile(ONE, [DAILY], []), "The time grid is empty", "give at least one time"),
    "falling grid": Bad(lambda: profile(ONE, [DAILY], [2.0, 1.0]), "(1 h) comes before time 1 (2 h)", "sort the times"),
    "negative grid": Bad(lambda: profile(ONE, [DAILY], [-1.0]), "Time 1 of the grid is -1 h", "0 or later"),
    "grid that is no number": Bad(lambda: profile(ONE, [DAILY], [0.0, NAN]), "Time 2 of the grid is nan", "0 or later"),
    "window without length": Bad(lambda: measure(ONE, [DAILY], 24.0, 24.0), "has no length", "end it after its start"),
    "level of zero": Bad(lambda: measure(ONE, [DAILY], 0.0, 24.0, 0.0), "The level is 0", "above zero"),
    "missed dose out of range": Bad(lambda: regimen(100.0, 24.0, 72.0, missed=[4]), "no dose 4", "numbered from 1"),
    "missed dose zero": Bad(lambda: regimen(100.0, 24.0, 72.0, missed=[0]), "no dose 0", "numbered from 1"),
    "all doses missed": Bad(lambda: regimen(100.0, 24.0, 24.0, missed=[1]), "Every dose is missed", "Leave one out"),
    "late dose out of range": Bad(lambda: regimen(100.0, 24.0, 72.0, late={9: 1.0}), "no dose 9", "has 3"),
    "early dose": Bad(lambda: regimen(100.0, 24.0, 72.0, late={2: -1.0}), "Dose 2 is late by -1 h", "0 or more"),
    "both missed and late": Bad(
        lambda: regimen(100.0, 24.0, 72.0, missed=[2], late={2: 1.0}), "both missed and late", "name it once"
    ),
    "interval of zero": Bad(lambda: regimen(100.0, 0.0, 72.0), "interval between doses is 0 h", "such as 24 h"),
    "course of no length": Bad(lambda: regimen(100.0, 24.0, -1.0), "length of the course is -1 h", "such as 24 h"),
    "course with a mistaken unit": Bad(lambda: regimen(1.0, 1e-6, 24.0), "24000000 doses", "Check the units"),
    "dose after its cycle": Bad(lambda: steady_state(ONE, doses(30.0), 24.0), "after the 24 h", "make the cycle"),
    "no occasion at the start": Bad(
        lambda: profile((Occasion(5.0, ONE),), [DAILY], [0.0]), "No occasion begins", "give one from hour 0"
    ),
    "occasions out of order": Bad(
        lambda: list(stages((Occasion(0.0, ONE), Occasion(9.0, ONE), Occasion(5.0, ONE)), [], 0.0, 24.0)),
        "do not follow one another", "give them in order",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_bad_input_is_refused_with_what_and_what_next(bad: Bad) -> None:
    with pytest.raises(KineticsError) as error:
        bad.call()
    assert bad.what in str(error.value)
    assert bad.then in str(error.value)
    assert error.value.code


@pytest.mark.parametrize("name", ["too young", "too old", "dose of the wrong route"])
def test_outside_the_domain_is_an_error_of_its_own(name: str) -> None:
    with pytest.raises(OutsideDomain) as error:
        BAD[name].call()
    assert "outside-domain" == error.value.code


def test_one_bad_patient_among_many_is_refused() -> None:
    with pytest.raises(KineticsError, match="The clearance is not positive in at least one patient"):
        Individual(0.2, np.asarray([3.0, -1.0]), 20.0)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('value: 0.15\n    unit: "L/d"', "value: 0.15", "missing required field `unit`"),
        ('value: 0.15\n    unit: "L/d"', 'value: 0.15\n    unit: "kg"', "kg"),
    ],
)
def test_a_parameter_without_a_unit_or_in_a_wrong_one_does_not_load(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    found = mistakes(tmp_path, "kinetics/adults.yaml", old, new)
    assert any(said in mistake and "kinetics/adults.yaml" in mistake for mistake in found), found
