"""The titration ladder: the daily amounts from the lowest start to the maximum, by the smallest step."""

from fractions import Fraction

from apothecary.review.plan import Step
from apothecary.therapy.dose_amounts import Amounts
from apothecary.therapy.dose_package import Package


def rungs(found: Amounts) -> tuple[Fraction, ...]:
    """mg a day, strictly increasing, from the lowest start to the maximum; nothing without a step and a maximum.

    The highest start and the maximum are rungs too where the steps miss them.
    """
    if found.step is None or found.maximum is None or found.step[0] <= 0:
        return ()
    low, high = found.start
    size, top = found.step[0], found.maximum
    count = max(0, int((top - low) / size))
    steps = {low + number * size for number in range(count + 1)}
    return tuple(sorted(rung for rung in {*steps, high, top} if rung <= top))


def ladder(found: Amounts, package: Package | None) -> tuple[Step, ...]:
    """Each rung with what one dose takes from the product."""
    return tuple(_step(found, package, rung) for rung in rungs(found))


def _step(found: Amounts, package: Package | None, mg_per_day: Fraction) -> Step:
    dose = found.per_dose(mg_per_day)
    return Step(
        float(mg_per_day / found.weight) if found.weight else None,
        float(mg_per_day),
        float(dose),
        float(package.volume_of(dose)) if package else None,
        package.containers(dose) if package else None,
        package.measurable(dose) if package else None,
        package.advice(dose) if package else "",
    )
