"""The expected exposure on the page: the planned regimens beside others, also such as a person typed."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from apothecary.kinetics.typical import also
from apothecary.knowledge import Monograph
from apothecary.present.cited import Cited, cited
from apothecary.present.exposure_chart import Chart, chart
from apothecary.present.exposure_content import ExposureShown, exposure_shown
from apothecary.present.safe import clean, mapped
from apothecary.review import Review
from apothecary.review.exposure import Exposure
from apothecary.service.page.asked import Asked
from apothecary.units import NotEvaluable, convert, parse_quantity, same_dimension

DOSE: Final = "regimen-dose"
EVERY: Final = "regimen-every"
MOST: Final = 4  # typed regimens
_LONGEST: Final = 40  # characters of a field
_MOST_MG: Final = 10_000.0
_MOST_H: Final = 672.0  # 28 days
_TYPED: Final = "typed here"
_HALF: Final = "half the dose, only to compare"
_LONGER: Final = "twice the interval, only to compare"
Typed = tuple[str, str]  # a dose and how often, as typed


class Field(msgspec.Struct, frozen=True):
    """One line of the form: what was typed, and what is wrong with it."""

    number: int
    dose: str = ""
    every: str = ""
    dose_error: str = ""
    every_error: str = ""


class ExposurePart(msgspec.Struct, frozen=True):
    """What the page shows of the expected exposure. `chart` and `fields` are empty where nothing was computed.

    `assumed`: the numbers that we put together, each with its reason; `notes`: what else the model says of itself.
    """

    shown: ExposureShown
    chart: Chart | None
    fields: tuple[Field, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[Cited, ...]

    @property
    def wrong(self) -> bool:
        """Whether something typed could not be used."""
        return any(one.dose_error or one.every_error for one in self.fields)


def typed(form: Mapping[str, Sequence[str]]) -> tuple[Typed, ...]:
    """The regimens of a form (names to their values in order) that were begun to be typed."""
    texts = [[text.strip()[:_LONGEST] for text in form.get(name, ())] for name in (DOSE, EVERY)]
    longest = max(map(len, texts))
    doses, intervals = ([*some, *[""] * (longest - len(some))] for some in texts)
    return tuple(pair for pair in zip(doses, intervals, strict=True) if any(pair))[:MOST]


def exposure_part(
    review: Review, monograph: Monograph, asked: Asked, regimens: Sequence[Typed] = ()
) -> ExposurePart | None:
    """The exposure of the review with what it is compared with; None where the monograph has no kinetic model.

    Without a typed regimen the first one is compared with half its dose and with twice its interval. What is typed and
    cannot be used is said beside its field, and the rest is shown.
    """
    found = review.exposure
    if found is None:
        return None
    fields, extra = _read(regimens, review)
    if found.status == "applies":
        found = also(found, extra or _halves(found))
    shown = mapped(exposure_shown(found), clean)
    applies = found.status == "applies"
    drawn = chart(found) if applies else None
    return ExposurePart(
        shown,
        None if drawn is None else mapped(drawn, clean),
        fields if applies else (),
        mapped(found.assumed, clean),
        mapped(found.notes, clean),
        cited(found.references, monograph),
    )


def _halves(found: Exposure) -> list[tuple[str, float, float]]:
    first = found.regimens[0]
    longer = 2 * first.interval_h
    others = [(_HALF, first.dose_mg / 2, first.interval_h)]
    return others + ([(_LONGER, first.dose_mg, longer)] if longer <= _MOST_H else [])


def _read(regimens: Sequence[Typed], review: Review) -> tuple[tuple[Field, ...], list[tuple[str, float, float]]]:
    """The fields with what is wrong in them, one empty one at the end, and the regimens that can be computed."""
    fields, extra = [], []
    for number, (dose, every) in enumerate(regimens[:MOST], 1):
        amount, hours = _dose(dose, review), _hours(every)
        wrong = [one if isinstance(one, str) else "" for one in (amount, hours)]
        fields.append(Field(number, dose, every, *wrong))
        if isinstance(amount, float) and isinstance(hours, float):
            extra.append((_TYPED, amount, hours))
    if len(fields) < MOST:
        fields.append(Field(len(fields) + 1))
    return tuple(fields), extra


def _dose(text: str, review: Review) -> float | str:
    """The dose in mg, or why it cannot be used."""
    how = "Write mg or mg/kg, such as 100 mg or 1 mg/kg."
    if not text:
        return f"The dose is missing. {how}"
    found = parse_quantity(text)
    if isinstance(found, NotEvaluable):
        return f"“{text}” is no dose with a unit. {how}"
    by_weight = same_dimension(found.unit, "mg/kg")
    value = convert(found.value, found.unit, "mg/kg" if by_weight else "mg")
    if isinstance(value, NotEvaluable):
        return f"“{text}” is no dose by mass. {how}"
    weight = review.patient.weight.value
    if by_weight and weight is None:
        return "The weight is not known, so a dose by weight is not either. Write mg, or enter the weight."
    mg = value * weight if by_weight and weight is not None else value
    if not 0 < mg <= _MOST_MG:
        return f"The dose is {mg:g} mg; give one above 0 and up to {_MOST_MG:g} mg."
    return float(mg)


def _hours(text: str) -> float | str:
    """The interval in hours, or why it cannot be used."""
    how = "Write hours or days, such as 24 h or 2 d."
    if not text:
        return f"The time between doses is missing. {how}"
    found = parse_quantity(text)
    if isinstance(found, NotEvaluable):
        return f"“{text}” is no time with a unit. {how}"
    value = convert(found.value, found.unit, "h")
    if isinstance(value, NotEvaluable):
        return f"“{text}” is no length of time. {how}"
    if not 1 <= value <= _MOST_H:
        return f"The time between doses is {value:g} h; give 1 h to {_MOST_H / 24:g} days."
    return float(value)
