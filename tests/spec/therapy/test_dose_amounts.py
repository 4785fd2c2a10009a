"""Start, steps, maximum and what a dose takes from the product, at every limit."""

from typing import Any

import pytest
from doses import BY_WEIGHT, dosed, of_weight, plan

from apothecary.knowledge import Monograph
from apothecary.therapy.dose_amounts import in_words


def fixed(mg: float, **more: Any) -> Monograph:
    return dosed(**({"start": (mg, "mg"), "interval": 24} | more))


def test_fifteen_kilograms() -> None:
    found = of_weight(dosed(**BY_WEIGHT), 15)
    assert ("applies", (15, 30), (7.5, 15), 120, 24) == (
        found.status, found.start_mg, found.step_mg, found.max_mg_per_day, found.interval_h
    )  # fmt: skip
    assert found.volume_mL == pytest.approx((0.1005, 0.201))
    assert ((1, 1), (28, 28), (70, 85)) == (
        found.syringes_per_dose, found.syringes_per_28_days, found.discarded_mg_per_dose
    )  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "start", "step", "dose_of_maximum"),
    [(12, (7.5, 15), (3.75, 7.5), 60), (24, (15, 30), (7.5, 15), 120), (48, (30, 60), (15, 30), 240)],
)
def test_a_dose_holds_what_its_interval_needs(hours: float, start: Any, step: Any, dose_of_maximum: float) -> None:
    found = of_weight(dosed(**(BY_WEIGHT | {"interval": hours})), 15)
    assert (start, step, 120, dose_of_maximum) == (
        found.start_mg, found.step_mg, found.max_mg_per_day, found.ladder[-1].mg_per_dose
    )  # fmt: skip
    assert 120 == found.ladder[-1].mg_per_day


@pytest.mark.parametrize(("unit", "factor"), [("g/kg/d", 1e-3), ("ug/kg/d", 1e3), ("mg/kg/h", 1 / 24)])
def test_other_units_of_an_amount(unit: str, factor: float) -> None:
    found = of_weight(dosed(start=((1 * factor, 2 * factor), unit), interval=24), 15)
    assert found.start_mg == pytest.approx((15, 30))


@pytest.mark.parametrize(
    ("mg", "count", "left"), [(99.99, 1, 0.01), (100, 1, 0), (100.01, 2, 99.99), (200, 2, 0), (200.01, 3, 99.99)]
)
def test_a_container_serves_one_dose(mg: float, count: int, left: float) -> None:
    found = of_weight(fixed(mg), 60)
    assert ((count, count), (28 * count, 28 * count), (left, left)) == (
        found.syringes_per_dose, found.syringes_per_28_days, found.discarded_mg_per_dose
    )  # fmt: skip


@pytest.mark.parametrize(("hours", "count"), [(12, 56), (24, 28), (48, 14), (168, 4), (672, 1), (120, 6), (1344, 1)])
def test_containers_in_28_days(hours: float, count: int) -> None:
    assert (count, count) == of_weight(fixed(100, interval=hours), 60).syringes_per_28_days


@pytest.mark.parametrize(
    ("mg", "expected"),
    [
        (19.99, False), (20, True), (99.99, True), (100, True), (119.99, False), (120, True), (200, True), (205, False),
    ],
)  # fmt: skip
def test_what_the_marks_reach(mg: float, expected: bool) -> None:
    """Above one container the rest beyond the full ones has to be measured."""
    found = of_weight(fixed(mg), 60)
    assert expected is found.measurable
    assert expected is not any("ask the pharmacy" in note for note in found.notes)


def test_marks_that_end_below_the_whole_container() -> None:
    assert (True, False, True) == tuple(of_weight(fixed(mg, marks=(20, 80)), 60).measurable for mg in (80, 80.01, 100))


def test_a_dose_beyond_a_full_container_can_often_be_divided() -> None:
    notes = of_weight(fixed(105), 60).notes
    assert any("2 parts of 52.5 mg" in note for note in notes)


def test_no_word_of_marks() -> None:
    found = of_weight(fixed(10, marks=None), 60)
    assert found.measurable is None
    assert not any("mark" in note for note in found.notes)


def test_a_start_above_the_maximum_is_cut() -> None:
    found = of_weight(dosed(start=(100, "mg"), maximum=2, interval=24), 20)
    assert ((40, 40), 40) == (found.start_mg, found.max_mg_per_day)
    assert any("cut to the maximum" in note for note in found.notes)


def test_a_limit_of_benefit() -> None:
    assert 100 == of_weight(fixed(100, benefit_limit=100), 60).benefit_limit_mg_per_day


def test_no_ladder_without_steps() -> None:
    assert () == of_weight(fixed(100), 60).ladder


def test_the_ladder() -> None:
    found = of_weight(dosed(**BY_WEIGHT), 15).ladder
    assert [(1 + n / 2, 15 + 7.5 * n) for n in range(15)] == [(step.mg_per_kg_day, step.mg_per_day) for step in found]


def test_the_highest_start_and_the_maximum_are_rungs_too() -> None:
    found = of_weight(dosed(start=(1, 2), step=(0.75, 1.5), maximum=3, interval=24), 10).ladder
    assert [10, 17.5, 20, 25, 30] == [step.mg_per_day for step in found]


def test_a_divided_dose() -> None:
    found = of_weight(dosed(**BY_WEIGHT, split=2), 30)
    assert found.split_allowed is True
    assert any("2 doses a day: 15 to 30 mg each time, 56 pens in 28 days. Not every" in note for note in found.notes)


def test_a_weight_recorded_in_pounds() -> None:
    found = plan(dosed(**BY_WEIGHT), {"age": "30 a", "weight": "33 lb", "conditions": ["migraine"]})
    assert found.start_mg == pytest.approx((14.9685, 29.9371), abs=1e-4)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0, "0"), (15.0, "15"), (7.5, "7.5"), (119.748, "119.74"), (0.30000000000000004, "0.3"),
     (14.999999999999998, "15"), (0.00268, "0.0026"), (0.1, "0.1"), (1e-7, "0.0000001"), (1234.5, "1234.5")],
)  # fmt: skip
def test_an_amount_in_words(number: float, shown: str) -> None:
    assert shown == in_words(number)


def test_a_volume_in_words_is_rounded_to_the_nearest() -> None:
    assert ("0.3", "0.29") == (in_words(0.2979, nearest=True), in_words(0.2979))
