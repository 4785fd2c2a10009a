"""The sheet for a patient as one HTML file: no script, nothing loaded from anywhere, ready to print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.present import body
from apothecary.present.as_html import environment
from apothecary.present.handout_words import Words, all_words
from apothecary.present.safe import clean
from apothecary.present.words import capital

if TYPE_CHECKING:
    from apothecary.therapy.handout import Dose, Part, Personal, Sheet

_WEEK: Final = 7


class Row(msgspec.Struct, frozen=True):
    """One line about the treatment of this patient.

    `blanks`: how many lines to fill in by hand follow the texts. `wide`: it takes the whole width.
    """

    name: str
    texts: tuple[str, ...]
    blanks: int = 0
    wide: bool = False


class Yours(msgspec.Struct, frozen=True):
    """The part about the treatment of this patient, or its empty lines."""

    as_of: str
    notes: tuple[str, ...]
    rows: tuple[Row, ...]


class Shown(msgspec.Struct, frozen=True):
    """Everything that the template lays out."""

    language: str
    heading: str
    large: bool
    words: Words
    outdated: bool
    yours: Yours
    parts: tuple[Part, ...]
    weeks: tuple[tuple[tuple[int, str], ...], ...]
    marks: tuple[body.Mark, ...]
    figures: tuple[tuple[int, str], ...]
    picture_about: str
    made_from: str
    width: int = body.WIDTH
    height: int = body.HEIGHT


def render(sheet: Sheet, *, large: bool = False) -> str:
    """The sheet as a self-contained HTML page, ending with one newline; `large`: in large type.

    KeyError for a language without words.
    """
    return environment().get_template("handout.html").render(shown=shown(sheet, large))


def shown(sheet: Sheet, large: bool = False) -> Shown:
    """What to show of a sheet."""
    words = all_words()[sheet.language]
    name = capital(sheet.drug)
    brands = words.brands.format(text=", ".join(sheet.brands)) if sheet.brands else ""
    places = [(number, words.place(spot)) for number, spot in enumerate(sheet.plan, 1)]
    made_from = words.made_from.format(
        title=clean(sheet.title), publisher=clean(sheet.publisher), text=words.day(sheet.revised), version=sheet.hash
    )
    return Shown(
        language=sheet.language,
        heading=words.heading.format(name=clean(name), brands=clean(brands) and f" {clean(brands)}"),
        large=large,
        words=words,
        outdated=sheet.outdated,
        yours=_yours(sheet.personal, sheet, words),
        parts=sheet.parts,
        weeks=tuple(tuple(places[i : i + _WEEK]) for i in range(0, len(places), _WEEK)),
        marks=body.marks(sheet.spots, words),
        figures=body.figures(words),
        picture_about=words.picture_about.format(
            text=", ".join(dict.fromkeys(words.areas[spot.site] for spot in sheet.spots))
        ),
        made_from=made_from,
    )


def _yours(personal: Personal | None, sheet: Sheet, words: Words) -> Yours:
    if personal is None:
        names = (words.dose, words.volume, words.syringes, words.often, words.tests, words.contact)
        return Yours("", (), tuple(Row(name, (), 1) for name in names))
    dose = personal.dose
    notes = [words.first_talk] if "stop" in dose.open else [] if personal.settled else [words.not_settled]
    notes += [words.check] if dose.mg is not None else []
    notes += [words.not_measurable] if "not-measurable" in dose.open else []
    rows = [] if "stop" in dose.open else _dose(dose, words)
    said = {"overdue": words.overdue, "due": words.due, "upcoming": words.upcoming}
    days = tuple(said[test.status].format(text=words.day(test.due)) for test in personal.tests)
    rows.append(Row(words.tests, days, 0 if days else 1, len(days) > 1))
    rows += [Row(words.contact, (), 1), Row(words.confirmed, (), 1)]
    return Yours(words.yours_as_of.format(text=words.day(personal.as_of)), tuple(notes), tuple(rows))


def _dose(dose: Dose, words: Words) -> list[Row]:
    """Amount, volume, syringes and interval; what somebody has to choose or find out is a line to fill in."""
    choose = "range" in dose.open
    mg = words.amount.format(number=words.between(dose.mg)) if dose.mg else ""
    volume = words.milliliters.format(number=words.between(dose.volume_mL)) if dose.volume_mL else ""
    syringes = words.between(dose.syringes) if dose.syringes else ""
    often = words.interval(dose.interval_h) if dose.interval_h is not None else ""
    return [
        _row(words.dose, mg, choose, words),
        _row(words.volume, volume, choose, words),
        _row(words.syringes, syringes, choose and dose.syringes is not None and len({*dose.syringes}) > 1, words),
        _row(words.often, often, False, words),
    ]


def _row(name: str, text: str, choose: bool, words: Words) -> Row:
    if not text:
        return Row(name, (), 1)
    return Row(name, (words.choose.format(text=text),), 1) if choose else Row(name, (text,))
