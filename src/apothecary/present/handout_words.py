"""The fixed words of the sheet for patients in each language, and how numbers and days are written in it."""

from __future__ import annotations

import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import yaml

if TYPE_CHECKING:
    from apothecary.therapy.handout import Range, Spot


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What handout_words.yaml says in one language; names in braces are filled in."""

    heading: str
    brands: str
    use: str
    topics: dict[str, str]
    yours: str
    yours_as_of: str
    dose: str
    volume: str
    syringes: str
    often: str
    tests: str
    contact: str
    confirmed: str
    blank: str
    range: str
    amount: str
    milliliters: str
    choose: str
    every: dict[str, str]
    first_talk: str
    not_settled: str
    check: str
    not_measurable: str
    due: str
    overdue: str
    upcoming: str
    plan: str
    plan_how: str
    plan_skin: str
    week: str
    picture: str
    picture_about: str
    front: str
    back: str
    areas: dict[str, str]
    places: dict[str, dict[str, str]]
    outdated: str
    made_from: str
    decimal: str
    date: str
    months: tuple[str, ...]

    def day(self, day: datetime.date) -> str:
        """A day as it is written, such as January 5, 2027."""
        return self.date.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def number(self, number: float) -> str:
        """A number with at most two decimals: a syringe shows no more."""
        return f"{round(number, 2):.10g}".replace(".", self.decimal)

    def between(self, ends: Range) -> str:
        """One number, or the low and the high one."""
        low, high = map(self.number, ends)
        return low if low == high else self.range.format(low=low, high=high)

    def interval(self, hours: float) -> str:
        """How often, in words where the language has them."""
        return self.every.get(self.number(hours)) or self.every["other"].format(number=self.number(hours))

    def place(self, spot: Spot) -> str:
        """A place to inject."""
        return self.places[spot.site][spot.side]


@cache
def all_words() -> dict[str, Words]:
    """The words of every language; msgspec.ValidationError where one is missing or unknown."""
    text = resources.files("apothecary.present").joinpath("handout_words.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, Words])
