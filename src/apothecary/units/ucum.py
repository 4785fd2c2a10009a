"""Strict reading of UCUM unit expressions, case-sensitive symbols only.

Source: The Unified Code for Units of Measure, version 2.1. Scales are exact integer ratios, so a
conversion is rounded once and a value that sits on a limit stays on it.

Two departures from UCUM keep clinical quantities apart that physics would let cancel:
- a mass (or amount) above the line and one below it do not cancel, so a dose in mg/kg is not a
  fraction and an HbA1c in mmol/mol is not a percentage;
- `{1.73_m2}` is a dimension of its own, so an indexed clearance is never read as mL/min.
"""

import re
from math import gcd
from typing import Final, Literal

import msgspec

Reason = Literal["no-unit", "unknown-unit", "wrong-dimension", "not-a-number", "ambiguous-unit"]
Dimension = tuple[int, ...]
Term = tuple[str, int]


class NotEvaluable(msgspec.Struct, frozen=True):
    """Why a quantity cannot be used: a reason to branch on and a message to show."""

    reason: Reason
    message: str


class Unit(msgspec.Struct, frozen=True):
    """A unit that was understood.

    `text` is the canonical UCUM spelling; `factor` converts to base units (m, s, g, mol, 1, and each
    arbitrary unit for itself); `dimension` holds one exponent for each of `DIMENSIONS`; `scale` is
    `factor` as an exact ratio (numerator, denominator).
    """

    text: str
    factor: float
    dimension: Dimension
    scale: tuple[int, int]


DIMENSIONS: Final = (
    "length",
    "time",
    "mass",
    "divided mass",  # mass below the line: positive exponents
    "amount",
    "divided amount",  # amount below the line: positive exponents
    "international units",
    "arbitrary units",
    "equivalents",
    "1.73 m2 index",
    "temperature",
)
LENGTH, TIME, MASS, PER_MASS, AMOUNT, PER_AMOUNT, IU, ARBITRARY, EQUIVALENTS, INDEX, TEMPERATURE = range(11)

INDEX_SYMBOL: Final = "{1.73_m2}"
LONGEST: Final = 100  # characters; real unit expressions stay well below
_WIDEST = 340  # bits of a scale's numerator or denominator, about 10**102: products stay finite

# symbol: (numerator, denominator, ((dimension, power), ...))
_METRIC: Final[dict[str, tuple[int, int, tuple[tuple[int, int], ...]]]] = {
    "m": (1, 1, ((LENGTH, 1),)),
    "s": (1, 1, ((TIME, 1),)),
    "g": (1, 1, ((MASS, 1),)),
    "L": (1, 1000, ((LENGTH, 3),)),
    "mol": (1, 1, ((AMOUNT, 1),)),
    "eq": (1, 1, ((EQUIVALENTS, 1),)),  # apart from mol: the charge of the ion is not known here
    "U": (1, 60_000_000, ((AMOUNT, 1), (TIME, -1))),  # enzyme unit, 1 umol/min
    "kat": (1, 1, ((AMOUNT, 1), (TIME, -1))),
    "[IU]": (1, 1, ((IU, 1),)),
}
_OTHER: Final[dict[str, tuple[int, int, tuple[tuple[int, int], ...]]]] = {
    "Cel": (1, 1, ((TEMPERATURE, 1),)),  # the only temperature known here, so its zero point does not matter
    "10*": (10, 1, ()),
    "%": (1, 100, ()),
    "min": (60, 1, ((TIME, 1),)),
    "h": (3600, 1, ((TIME, 1),)),
    "d": (86_400, 1, ((TIME, 1),)),
    "wk": (604_800, 1, ((TIME, 1),)),
    "mo": (2_629_800, 1, ((TIME, 1),)),  # 30.4375 d
    "a": (31_557_600, 1, ((TIME, 1),)),  # 365.25 d
    "[in_i]": (254, 10_000, ((LENGTH, 1),)),
    "[ft_i]": (3048, 10_000, ((LENGTH, 1),)),
    "[lb_av]": (45_359_237, 100_000, ((MASS, 1),)),
    "[oz_av]": (45_359_237, 1_600_000, ((MASS, 1),)),
    "[stone_av]": (14 * 45_359_237, 100_000, ((MASS, 1),)),
    "[arb'U]": (1, 1, ((ARBITRARY, 1),)),
    INDEX_SYMBOL: (1, 1, ((INDEX, 1),)),
}
_ALIASES: Final = {"l": "L", "[iU]": "[IU]"}
_PREFIXES: Final = {
    "Y": 24, "Z": 21, "E": 18, "P": 15, "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1,
    "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15, "a": -18, "z": -21, "y": -24,
}  # fmt: skip

_COMPONENT = re.compile(
    r"(?:(?P<base>10[*^])(?P<ten>[+-]?[0-9]{1,2})?"
    r"|(?P<integer>[0-9]{1,9})(?![A-Za-z\[%])"
    r"|(?P<symbol>[A-Za-z]*\[[A-Za-z0-9_']{1,12}\]|[A-Za-z]{1,12}|%)(?P<power>[+-]?[0-9]{1,2})?)?"
    r"(?P<note>\{[^{}]*\})?"
)
_DECIMAL = re.compile(r"[0-9]\.(?!10[*^])[0-9]")


def shown(value: object) -> str:
    """A value as a message shows it: quoted, and short however long it is."""
    if isinstance(value, int) and value.bit_length() > 128:
        return "(a very large number)"
    text = ascii(value[:60] if isinstance(value, str) else value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def read(text: str) -> Unit | None:
    """The unit a UCUM expression stands for; None where it is not valid or not known here."""
    terms = _terms(text) if text and len(text) <= LONGEST else None
    return None if terms is None else _build(terms)


def symbols(text: str) -> tuple[str, ...]:
    """The prefixed symbols of an expression in canonical spelling, empty where it does not read."""
    return tuple(symbol for symbol, _ in _terms(text) or ())


def _terms(text: str) -> list[Term] | None:
    """Flat (symbol, exponent) terms; `.` and `/` bind left to right, as UCUM has it.

    A point between digits is refused: `mL/min/1.73` means a decimal, where UCUM has 1 times 73.
    """
    terms: list[Term] = []
    enclosing: list[int] = []  # the sign outside each open parenthesis
    outer = 1
    sign, position = (-1, 1) if text.startswith("/") else (1, 0)
    expecting = True
    while position < len(text):
        mark = text[position]
        if expecting and mark == "(":
            enclosing.append(outer)
            outer, sign, position = outer * sign, 1, position + 1
        elif expecting:
            match = _COMPONENT.match(text, position)
            if match is None or match.end() == position or not _append(terms, match, outer * sign):
                return None
            expecting, position = False, match.end()
        elif mark in "./" and not _DECIMAL.match(text, position - 1):
            expecting, sign, position = True, 1 if mark == "." else -1, position + 1
        elif mark == ")" and enclosing:
            outer, position = enclosing.pop(), position + 1
        else:
            return None
    return None if expecting or enclosing else terms


def _append(terms: list[Term], match: re.Match[str], sign: int) -> bool:
    """Add one component's term; False where its symbol is not known."""
    symbol, integer, note = match["symbol"], match["integer"], match["note"]
    if symbol is not None:
        name = _canonical(symbol)
        if name is None:
            return False
        terms.append((name, sign * int(match["power"] or 1)))
    elif integer is not None:
        if int(integer) == 0 or (int(integer) > 999 and integer.strip("0") != "1"):  # 1073/uL: a lost exponent
            return False
        terms.append((str(int(integer)), sign))
    elif match["base"] is not None:
        terms.append(("10*", sign * int(match["ten"] or 1)))
    elif note == INDEX_SYMBOL:
        terms.append((INDEX_SYMBOL, sign))
        return True
    return note != INDEX_SYMBOL  # as a remark on another unit the index has no defined meaning


def _canonical(symbol: str) -> str | None:
    """A symbol in canonical spelling (`ml` is `mL`, `[iU]` is `[IU]`); None where unknown."""
    name = _ALIASES.get(symbol, symbol)
    if name in _METRIC or name in _OTHER:
        return name
    for size in (1, 2):
        prefix, atom = symbol[:size], _ALIASES.get(symbol[size:], symbol[size:])
        if prefix in _PREFIXES and atom in _METRIC:
            return prefix + atom
    return None


def _atom(symbol: str) -> tuple[int, int, tuple[tuple[int, int], ...]]:
    """Scale and powers of a canonical symbol or whole number."""
    if symbol.isdigit():
        return int(symbol), 1, ()
    known = _METRIC.get(symbol) or _OTHER.get(symbol)
    if known is not None:
        return known
    size = 1 if symbol[1:] in _METRIC else 2
    numerator, denominator, powers = _METRIC[symbol[size:]]
    ten = _PREFIXES[symbol[:size]]
    return numerator * 10 ** max(ten, 0), denominator * 10 ** max(-ten, 0), powers


def _build(terms: list[Term]) -> Unit | None:
    """Multiply terms out; None with two plain numbers to multiply, or a scale beyond any use."""
    up, down = 1, 1
    dimension = [0] * len(DIMENSIONS)
    for symbol, exponent in terms:
        numerator, denominator, powers = _atom(symbol)
        if exponent < 0:
            numerator, denominator = denominator, numerator
        up, down = up * numerator ** abs(exponent), down * denominator ** abs(exponent)
        for slot, power in powers:
            total = power * exponent
            if slot in (MASS, AMOUNT) and total < 0:
                dimension[slot + 1] -= total
            else:
                dimension[slot] += total
    numbers = sum(exponent > 0 and symbol.isdigit() for symbol, exponent in terms)
    common = gcd(up, down)
    up, down = up // common, down // common
    if numbers > 1 or max(up.bit_length(), down.bit_length()) > _WIDEST:
        return None
    return Unit(_spell(terms), up / down, tuple(dimension), (up, down))


def _spell(terms: list[Term]) -> str:
    """Canonical text: a number, then factors, then one `/` for each divisor; `1` where nothing is left."""
    above: list[str] = []
    below: list[str] = []
    for symbol, exponent in sorted(terms, key=lambda term: not term[0].isdigit()):
        size = abs(exponent)
        if size and symbol != "1":
            (above if exponent > 0 else below).append(f"{symbol}{size}" if size > 1 or symbol == "10*" else symbol)
    return ".".join(above) + "".join(f"/{part}" for part in below) or "1"
