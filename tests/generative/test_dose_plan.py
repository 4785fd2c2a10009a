"""What holds of every dose plan, whatever the weight, the dosing and the product."""

from fractions import Fraction
from itertools import pairwise

from doses import dosed, of_weight
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.knowledge import Monograph
from apothecary.review.plan import DosePlan
from apothecary.therapy.dose_amounts import Amounts, exact, in_words
from apothecary.therapy.dose_ladder import rungs

WEIGHTS = st.one_of(st.integers(4, 4000).map(lambda tenths: tenths / 10), st.floats(0.5, 399))
TENTHS = st.integers(1, 80).map(lambda tenths: tenths / 10)


@st.composite
def dosings(draw: st.DrawFn) -> Monograph:
    """A dosing by weight: a start, a step and a maximum not below the start, with any product."""
    low, more, top = draw(TENTHS), draw(TENTHS), draw(TENTHS)
    step = draw(st.integers(2, 30).map(lambda tenths: tenths / 10))
    parts = {
        "start": (low, round(low + more, 1)),
        "step": (step, round(2 * step, 1)),
        "maximum": round(low + more + top, 1),
        "interval": draw(st.sampled_from([12, 24, 48, 168])),
    }
    strength, volume = draw(st.sampled_from([20, 100, 120, 150.5])), draw(st.sampled_from([0.67, 1, 1.5]))
    return dosed(strength, volume, **parts)


@st.composite
def plans(draw: st.DrawFn) -> DosePlan:
    return of_weight(draw(dosings()), draw(WEIGHTS))


def amounts(plan: DosePlan) -> list[float]:
    """Start, step and maximum of a plan that has them."""
    assert plan.start_mg is not None
    assert plan.step_mg is not None
    assert plan.max_mg_per_day is not None
    return [*plan.start_mg, *plan.step_mg, plan.max_mg_per_day]


@given(dosings(), WEIGHTS, WEIGHTS)
@settings(max_examples=60)
def test_the_dose_is_monotone_in_the_weight(m: Monograph, one: float, other: float) -> None:
    light, heavy = of_weight(m, min(one, other)), of_weight(m, max(one, other))
    assert amounts(light) <= amounts(heavy)
    assert all(lower <= higher for lower, higher in zip(amounts(light), amounts(heavy), strict=True))


@given(plans())
@settings(max_examples=60)
def test_no_dose_is_above_the_maximum(plan: DosePlan) -> None:
    *start, _, _, top = amounts(plan)
    assert plan.interval_h is not None
    doses = [step.mg_per_day for step in plan.ladder] + [start[1] * 24 / plan.interval_h]
    assert all(dose <= top * (1 + 1e-12) for dose in doses)
    assert Fraction(in_words(top)) <= exact(top)


@given(plans())
@settings(max_examples=60)
def test_the_ladder_rises_to_the_maximum(plan: DosePlan) -> None:
    daily = [step.mg_per_day for step in plan.ladder]
    assert sorted(set(daily)) == daily
    low, high, _, _, top = amounts(plan)
    doses = [step.mg_per_dose for step in plan.ladder]
    assert (low, top) == (doses[0], daily[-1])
    assert high in doses


@given(dosings(), WEIGHTS)
@settings(max_examples=60)
def test_what_a_dose_takes_from_the_product(m: Monograph, kg: float) -> None:
    package = m.products["zorvex-pen"].strength
    assert isinstance(package.amount.value, float)
    assert isinstance(package.volume.value, float)
    strength, concentration = exact(package.amount.value), exact(package.amount.value) / exact(package.volume.value)
    for step in of_weight(m, kg).ladder:
        dose = Fraction(step.mg_per_dose)
        assert step.volume_mL is not None
        assert step.syringes_per_dose is not None
        assert abs(Fraction(step.volume_mL) * concentration - dose) <= dose / 10**9
        assert step.syringes_per_dose * strength >= exact(step.mg_per_dose)
        assert (step.syringes_per_dose - 1) * strength < dose * (1 + Fraction(1, 10**9))


@given(dosings(), WEIGHTS)
@settings(max_examples=60)
def test_a_dose_that_cannot_be_measured_says_what_to_do(m: Monograph, kg: float) -> None:
    for step in of_weight(m, kg).ladder:
        assert step.measurable is (step.note == "")
        assert ("ask the pharmacy" in step.note) is (step.measurable is False)


@given(st.integers(1, 50), st.integers(0, 50), st.integers(1, 40), st.integers(0, 200))
def test_every_rung_is_reached_by_the_step(low: int, more: int, step: int, rest: int) -> None:
    """Apart from the highest start and the maximum, every rung is a whole number of smallest steps above the start."""
    start, top = (Fraction(low), Fraction(low + more)), Fraction(low + more + rest)
    found = rungs(Amounts(Fraction(24), start, (Fraction(step), Fraction(2 * step)), top, None, None))
    assert all((rung - low) % step == 0 for rung in found if rung not in (start[1], top))
    gaps = [later - earlier for earlier, later in pairwise(found)]
    assert all(0 < gap <= step for gap in gaps)
