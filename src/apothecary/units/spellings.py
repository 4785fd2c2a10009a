"""Everyday clinical spellings of units, rewritten as UCUM.

Only spellings with one clinical meaning are rewritten; those with two are named, not chosen between.
"""

import re
from typing import Final

from apothecary.units import ucum

# UCUM unit: everyday words, read in any mix of capitals (single letters only as written here)
_EVERYDAY: Final = {
    "kg": "kg, kgs, kilo, kilos, kilogram, kilograms, kilogramme, kilogrammes",
    "g": "gm, gms, gram, grams, gramme, grammes",
    "mg": "mg, mgs, milligram, milligrams, milligramme, milligrammes",
    "ug": "ug, mcg, mcgs, microgram, micrograms, microgramme, microgrammes",
    "ng": "ng, nanogram, nanograms",
    "pg": "pg, picogram, picograms",
    "[lb_av]": "lb, lbs, pound, pounds, [lb_av]",
    "[oz_av]": "oz, ounce, ounces, [oz_av]",
    "[stone_av]": "stone, stones",
    "m": "meter, meters, metre, metres",
    "cm": "cm, cms, centimeter, centimeters, centimetre, centimetres",
    "mm": "mm, millimeter, millimeters, millimetre, millimetres",
    "[in_i]": "in, inch, inches, [in_i]",
    "[ft_i]": "ft, foot, feet, [ft_i]",
    "m2": "m2, sqm, sq m, sq. m",
    "mm3": "mm3, cu mm, cu. mm, cu.mm, cumm, cmm, c.mm",
    "L": "liter, liters, litre, litres",
    "dL": "dl, deciliter, deciliters, decilitre, decilitres, 100ml, 100 ml",
    "mL": "ml, mls, cc, milliliter, milliliters, millilitre, millilitres",
    "uL": "ul, mcl, microliter, microliters, microlitre, microlitres",
    "a": "y, yr, yrs, year, years, annum",
    "mo": "mo, mos, mth, mths, month, months",
    "wk": "w, wk, wks, week, weeks",
    "d": "day, days, 24h, 24 h, 24hr, 24 hr, 24hrs, 24 hrs, 24hours, 24 hours",
    "h": "hr, hrs, hour, hours",
    "min": "min, mins, minute, minutes",
    "s": "sec, secs, second, seconds",
    "mol": "mol, mole, moles",
    "mmol": "mmol, mmols, millimol, millimole, millimoles",
    "umol": "umol, umols, mcmol, micromol, micromols, micromole, micromoles",
    "nmol": "nmol, nanomol, nanomole, nanomoles",
    "pmol": "pmol, picomol, picomole, picomoles",
    "meq": "meq",
    "[IU]": "iu, [iu]",
    "u[IU]": "uiu",
    "k[IU]": "kiu",
    "%": "percent, pct",
}
_WORDS: Final = {word: unit for unit, words in _EVERYDAY.items() for word in words.split(", ")}
# Read exactly as written: capitals decide the meaning.
_EXACT: Final = {"mIU": "m[IU]"}
_WHOLE: Final = {
    "mg%": "mg/dL", "mg %": "mg/dL", "g%": "g/dL", "g %": "g/dL", "ug%": "ug/dL", "ug %": "ug/dL",
    "mM": "mmol/L", "uM": "umol/L", "nM": "nmol/L",
}  # fmt: skip
_COUNTED: Final = frozenset(("cell", "cells", "{cells}", "#", "{#}", "count"))
_MULTIPLES: Final = {
    "thou": "10*3", "thous": "10*3", "thousand": "10*3", "thousands": "10*3", "tsd": "10*3",
    "mill": "10*6", "mio": "10*6", "million": "10*6", "millions": "10*6",
    "gpt": "10*9", "giga": "10*9", "tpt": "10*12", "tera": "10*12",
}  # fmt: skip
# Bare letters stand for a count only over the volumes laboratories use them with.
_COUNT_LETTERS: Final = {
    ("K", "uL"): "10*3", ("k", "uL"): "10*3", ("K", "mm3"): "10*3", ("k", "mm3"): "10*3",
    ("M", "uL"): "10*6", ("M", "mm3"): "10*6", ("G", "L"): "10*9", ("T", "L"): "10*12",
}  # fmt: skip
_TWO_MEANINGS: Final = {
    "Mg": "megagram in UCUM, but often mg (milligram) with a stray capital",
    "ML": "megalitre in UCUM, but often mL (millilitre) with a stray capital",
    "Mmol": "megamole in UCUM, but often mmol (millimole) with a stray capital",
    "Mm": "megametre in UCUM, but often mm (millimetre) with a stray capital",
    "Gm": "gigametre in UCUM, but often g (gram)",
    "Meq": "megaequivalent in UCUM, but often meq (milliequivalent) with a stray capital",
    "MU": "million units in UCUM, but often mU (thousandths of a unit) in capitals",
    "MIU": "million or thousandths of [IU]",
    "Pg": "petagram in UCUM, but often pg (picogram) with a stray capital",
    "Pmol": "petamole in UCUM, but often pmol (picomole) with a stray capital",
    "gr": "grain or gram",
    "unit": "the enzyme unit U or the international unit [IU]",
    "units": "the enzyme unit U or the international unit [IU]",
    "mil": "thousand or million",
    "#": "pounds or a number of things",
    "G": "gauss, gram or giga (10*9)",
    "K": "kelvin or thousand (10*3)",
    "M": "million, mega, molar or month",
    "T": "tesla, tera (10*12) or tonne",
}

_CHARACTERS: Final = str.maketrans(
    "\u00b5\u03bc\u00d7\u00b7\u22c5\u2044\u2215\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207b\u207a",
    "uux..//0123456789-+",
)
_RAISED: Final = "[\u2070\u00b9\u00b2\u00b3\u2074-\u2079\u207a\u207b]"
_RAISED_TEN = re.compile(f"(?<![0-9])10(?={_RAISED})")
_RAISED_AMONG_DIGITS = re.compile(f"[0-9]{_RAISED}|{_RAISED}[0-9]")
_INDEX_BODY = r"1[.,]73[ _.*]*(?:\{[^{}]*\}|sq\.? ?m|qm|m(?:\^|\*{1,2})?2)?"
_INDEX = re.compile(
    rf"\{{[^{{}}]*(?<![0-9])1[.,]73(?![0-9])[^{{}}]*\}}(?: ?m\^?2)?"
    rf"|\( ?{_INDEX_BODY} ?\)|(?<![0-9.,]){_INDEX_BODY}(?![\w.,])",
    re.IGNORECASE,
)
_STRAY_INDEX = re.compile(r"(?<![0-9])1[.,]?73(?![0-9])|\{[^{}]*(?:1[.,]73|m\^?2|bsa|surface)[^{}]*\}", re.IGNORECASE)
_LOST_POWER = re.compile(r"(?<![0-9])10(?:3|6|9|12)(?![0-9])")
_PER = re.compile(r" ?/ ?|(?:^| )per ", re.IGNORECASE)
_SLASH = re.compile(r"/(?![^{}]*\})")
_POWER = re.compile(r"[xX*]? ?10 ?(?:(?:\*{1,2}|[\^eE]|(?<= )) ?([0-9]{1,2})|\(([0-9]{1,2})\))(?=[ /]|$)")
_CARET = re.compile(r"(?<=[A-Za-z])\^(?=[0-9])")


def plain(text: str) -> str:
    """The text in plain characters: one micro sign, no superscripts, one form of `1.73 m2`."""
    text = _RAISED_TEN.sub("10*", text)
    if _RAISED_AMONG_DIGITS.search(text):
        return text  # a power of a number other than ten: not to be run together into one number
    text = text.translate(_CHARACTERS)
    return _INDEX.sub(ucum.INDEX_SYMBOL, " ".join(text.split()))


def mangled(text: str) -> str:
    """How a plain text has lost its meaning on the way, in words; empty where it has not."""
    if _STRAY_INDEX.search(text.replace(ucum.INDEX_SYMBOL, "")):
        return "a value per body surface area, or not; write it as in mL/min/{1.73_m2} or mL/min/m2"
    if _LOST_POWER.search(text):
        return "a plain number, or a power of ten that lost its superscript; write it as in 10*3/uL"
    return ""


def two_meanings(text: str, unit: ucum.Unit | None) -> str:
    """What a symbol of the text could equally stand for, in words; empty where there is no doubt.

    `unit` is what the text reads as, if anything: a letter that was understood in its place (the K of
    K/uL) is not in doubt.
    """
    for part in _SLASH.split(text) if unit is None else ucum.symbols(unit.text):
        if part.strip() in _TWO_MEANINGS:
            return f"{_TWO_MEANINGS[part.strip()]}; spell the unit out in UCUM"
    return ""


def to_ucum(text: str) -> str:
    """A plain everyday spelling rewritten as UCUM; parts without a rewriting stay as they are."""
    if text in _WHOLE:
        return _WHOLE[text]
    text = _PER.sub("/", text)
    power = _POWER.match(text)
    if power is not None:
        text = f"10*{power[1] or power[2]}{text[power.end() :]}"
    # All capitals and not valid as it stands: the case-insensitive form, where MG is milligram.
    shouted = text.replace(ucum.INDEX_SYMBOL, "").isupper()
    above, *below = _SLASH.split(text)
    below = [_unit(part, shouted) for part in below]
    return "/".join((_unit(_number(above.strip(), below), shouted), *below))


def _number(above: str, below: list[str]) -> str:
    """A count's numerator (`thousand cells`, `K`, `#`) as a power of ten, or the text unchanged."""
    if not below:
        return above
    words = above.split(" ")
    if words[-1].casefold() in _COUNTED:
        words.pop()
    rest = " ".join(words)
    letter = _COUNT_LETTERS.get((rest, below[0])) if len(below) == 1 else None
    return letter or _MULTIPLES.get(rest.casefold(), rest)


def _unit(part: str, shouted: bool) -> str:
    """One unit between slashes in UCUM spelling, or unchanged where it has no other."""
    part = _CARET.sub("", part.strip())
    if part in _EXACT:
        return _EXACT[part]
    if not shouted and ucum.read(part) is not None:
        return part
    word = part.rstrip(".")
    return _WORDS.get(word if len(word) == 1 else word.casefold(), part)
