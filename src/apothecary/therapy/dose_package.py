"""What one dose takes from the product: volume, containers, what is thrown away, whether the marks reach it."""

from fractions import Fraction
from math import ceil

import msgspec

from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import Product
from apothecary.therapy.dose_amounts import exact, in_unit, in_words, value_ends

DAYS = 28


class Package(msgspec.Struct, frozen=True):
    """One product in exact numbers: `strength` mg in `volume` mL.

    `single_use`: a container holds one dose, and what is left of it is thrown away. `marks`: the doses in mg that its
    scale measures, None where nothing says so.
    """

    product: Product
    strength: Fraction
    volume: Fraction
    single_use: bool
    marks: tuple[Fraction, Fraction] | None

    @property
    def noun(self) -> str:
        """What to call one container: syringe, pen, vial."""
        return self.product.container.split()[-1]

    def volume_of(self, mg: Fraction) -> Fraction:
        """mL that hold the dose."""
        return mg * self.volume / self.strength

    def containers(self, mg: Fraction) -> int | None:
        """Containers that one dose takes, each opened for it alone; None where they may serve several doses."""
        return ceil(mg / self.strength) if self.single_use else None

    def discarded(self, mg: Fraction) -> Fraction | None:
        """mg left over from one dose."""
        count = self.containers(mg)
        return None if count is None else count * self.strength - mg

    def measurable(self, mg: Fraction) -> bool | None:
        """Whether full containers and the marks of one more make up the dose."""
        if self.marks is None:
            return None
        rest = mg % self.strength
        return mg > 0 and (rest == 0 or self.marks[0] <= rest <= self.marks[1])

    def advice(self, mg: Fraction) -> str:
        """What to do about a dose that the marks do not reach; empty for every other dose."""
        if self.marks is None or self.measurable(mg):
            return ""
        low, high = self.marks
        rest = mg % self.strength
        span = f"the marks go from {in_words(low)} to {in_words(high)} mg"
        if mg < self.strength:
            side = "below the lowest" if mg < low else "above the highest"
            return f"{in_words(mg)} mg is {side} mark ({span}): ask the pharmacy how to prepare it."
        count = ceil(mg / self.strength)
        even = mg / count
        head = f"{in_words(rest)} mg beyond full {self.noun}s is not between the marks ({span})"
        if low <= even <= high:
            return f"{head}; {count} parts of {in_words(even)} mg are: ask the pharmacy how to divide it."
        return f"{head}: ask the pharmacy how to prepare it."


def packages(m: Monograph) -> tuple[Package, ...]:
    """Every product of the monograph."""
    return tuple(_package(m, product) for product in m.products.values())


def doses_in_28_days(interval_h: Fraction) -> int:
    """Doses that fall into 28 days when the first is given at their beginning."""
    return ceil(DAYS * 24 / interval_h)


def _package(m: Monograph, product: Product) -> Package:
    amount, volume = product.strength.amount, product.strength.volume
    per_container = value_ends(m, product.doses_per_container, "{doses}")
    return Package(
        product,
        in_unit(_one(amount.value), amount.unit, "mg"),
        in_unit(_one(volume.value), volume.unit, "mL"),
        per_container is not None and per_container[0] == per_container[1] == 1,
        value_ends(m, product.measurable, "mg"),
    )


def _one(value: float | tuple[float, float]) -> Fraction:
    """A strength is one number; of a range the lower end, so that no dose is taken for smaller than it is."""
    return exact(value[0] if isinstance(value, tuple) else value)
