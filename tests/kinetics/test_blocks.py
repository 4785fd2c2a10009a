"""Many patients are worked on in blocks: where one ends changes nothing; and short numbers end the search early."""

import numpy as np
import pytest

from apothecary.kinetics import Dose, Individual, Occasion, measure, profile, steady_state
from apothecary.kinetics import blocks as b
from apothecary.kinetics import crossing as c
from apothecary.kinetics.measures import Measures

COUNT = 11
DOSES = (Dose(0.0, np.linspace(50.0, 150.0, COUNT)), Dose(24.0, 80.0), Dose(30.0, 20.0, "intravenous"))


def patients(scale: float = 1.0, kind: type = np.float64) -> Individual:
    rates = np.geomspace(0.05, 2.0, COUNT).astype(kind)
    return Individual(rates, np.linspace(2.0, 12.0, COUNT).astype(kind) * kind(scale), (rates * 0 + 30).astype(kind))


COURSES = {"the same throughout": patients(), "two occasions": (Occasion(0.0, patients()), Occasion(24.0, patients(2)))}


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("size", [1, 3, 10])
def test_measures_do_not_depend_on_the_size_of_a_block(course: str, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = measure(COURSES[course], DOSES, 0.0, 72.0, 0.5)  # type: ignore[arg-type]  # one of the two kinds
    monkeypatch.setattr(b, "BLOCK", size)
    cut = measure(COURSES[course], DOSES, 0.0, 72.0, 0.5)  # type: ignore[arg-type]  # one of the two kinds
    for name in Measures.__struct_fields__:
        assert getattr(whole, name) == pytest.approx(getattr(cut, name), rel=1e-12), name


def test_a_block_goes_on_from_what_its_bodies_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    begin = steady_state(patients(), DOSES[:1], 24.0)
    whole = measure(patients(), DOSES[:1], 0.0, 24.0, begin=begin)
    monkeypatch.setattr(b, "BLOCK", 4)
    assert whole.auc.tolist() == pytest.approx(measure(patients(), DOSES[:1], 0.0, 24.0, begin=begin).auc.tolist())
    assert whole.minimum.min() > 0


def test_a_profile_does_not_depend_on_the_size_of_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = profile(patients(), DOSES, range(0, 73, 3))
    monkeypatch.setattr(b, "BLOCK", 4)
    assert np.array_equal(whole, profile(patients(), DOSES, range(0, 73, 3)))


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_the_search_for_a_crossing_is_short(kind: type, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    original = c.after
    monkeypatch.setattr(c, "after", lambda *given: asked.append(1) or original(*given))  # type: ignore[func-returns-value]
    found = measure(patients(kind=kind), [Dose(0.0, 100.0)], 0.0, 24.0, 0.5)
    assert found.auc.dtype == kind
    assert len(asked) < 40
    exact = measure(patients(), [Dose(0.0, 100.0)], 0.0, 24.0, 0.5)
    assert exact.time_above_h == pytest.approx(found.time_above_h, abs=1e-12 if kind is np.float64 else 1e-3)
