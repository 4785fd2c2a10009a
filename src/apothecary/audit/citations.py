"""Tells citation numbers glued to the text from numbers that belong to the sentence.

A run of citations is glued to the character before it and parted by single spaces. Two questions decide:

- Is the first number glued on as a citation? Behind a punctuation mark it is, unless mark and number are a decimal, a
  thousand or a ratio. Behind a word it is, unless the word takes an index (`mm3`, `HER2`): a citation stands behind
  words that also stand alone.
- Where does the run end? From its end on, a number is given back that measures what follows (`.1 100 mg`), that begins
  a sentence which goes on in small letters (`.1 36 patients`), or that is in no bibliography, unless a sentence or the
  line ends with it.

The bibliography decides what the layout leaves open; behind a mark a number that is in none is a citation, too, where
nothing else fits.
"""

import re
from typing import NamedTuple

from apothecary.audit.document import Part

# The beginning of a sentence, seen from the end of the one before.
BEGINNING = r"\s[\"“‘(\[]*(?:[A-ZÀ-ÖØ-ÞΑ-Ωα-ω0-9©†‡≥≤<>≈~±]|[a-z]{1,3}[A-Z])"
_BEGINS = re.compile(BEGINNING)
_PLAIN_WORD = re.compile(r"\s[\"“‘(\[]*(?:[A-ZÀ-ÖØ-ÞΑ-Ω][a-zß-öø-ÿ]|A\s)")
_SMALL_WORD = re.compile(r"\s[a-zß-öø-ÿ]+(?![A-Za-z0-9])")
_LABEL = r"(?:[1-9][0-9]{0,3}|[a-z]|HID)"  # the publisher has a few references with letters
_RUN = re.compile(
    rf"(?:(?<=\S[.,;:?!)\]%”’\"†‡™®]){_LABEL}|(?<=[^\W\d_])[1-9][0-9]{{0,3}})(?: {_LABEL})*(?=[)\]”’\"]*(?:\s|$))"
)
_WORD = re.compile(r"(?:[^\W\d_]+[-/’'])*(?P<last>[^\W\d_]+)$")
_CLOSERS = ')]”’"™®'
# The first part of a decimal, a thousand, a ratio: a number that is no part of a name and has no decimals yet.
_BARE_NUMBER = re.compile(r"(?:^|[\s(\[<>≤≥=≈~±+×,/]|(?<![^\W\d_])[-–−])(?P<number>[0-9]+)$|[<>≤≥=≈~±]$")
_NUMBERING = re.compile(r"\b(?:No|Nos|Fig|Figs|Vol)\.$")
# What a number before it measures, also up to another number.
_MEASURED = re.compile(
    r"\s(?:(?:mg|mcg|µg|μg|ng|pg|g|kg|mL|dL|L|mm|cm|m|km|nm|mmHg|mEq|mmol|µmol|μmol|nmol|mol|mOsm|kcal|kDa|units?|mCi"
    r"|h|hrs?|hours?|min|minutes?|s|sec|seconds?|days?|weeks?|months?|years?|times|percent)\b"
    r"|(?:IU|MIU|U|Units?|L|G|Gy|Bq|MBq|GBq|Ci|Da|J|Hz)(?![\w-]|\.\w)"
    r"|(?:to|or|and|of|of the|out of) [0-9]|[%°×x±+/=](?![a-z]))"
)
_PEOPLES = re.compile(r"\s(?:African|American|Asian|Black|Caucasian|Chinese|European|Hispanic|Japanese|Korean)\b")
# Words that are written with an index, as units with an exponent are.
_INDEXED = re.compile(
    r"(?i:[cdkmn]?m|log|ln|alfa|alpha|beta|gamma|delta|kappa|lambda|omega|interleukin|interferon|factor|type|grade|stage"
    r"|class|phase)"
)
_SHORTEST_SMALL, _SHORTEST_TITLED = 3, 6  # letters of a word that is taken for one although it stands nowhere alone
_WINDOW = 48  # no word is longer; a bounded look back keeps reading linear


class Known(NamedTuple):
    """What the whole text tells: which labels are references, which words stand alone and which carry a number."""

    references: frozenset[str]
    words: frozenset[str]
    numbered: frozenset[str]


def known(lines: list[str], references: frozenset[str]) -> Known:
    """Gathers it from all lines of the text."""
    text = "\n".join(lines)
    words = re.findall(r"(?<![\w/’'-])[^\W\d_]+(?:[-/’'][^\W\d_]+)*(?![\w/-])", text)
    joined = re.findall(r"(?<![^\W\d_])[^\W\d_]+[0-9]+(?=[-/+]\w)", text)
    going_on = re.findall(r"(?<![^\W\d_])[^\W\d_]+[0-9]+(?= [a-z])", text)
    names = (name for name in going_on if not name.islower())
    return Known(references, frozenset(words), frozenset((*joined, *names)))


def parts(line: str, known: Known, cell: bool = False) -> tuple[Part, ...]:
    """The line as text and the citations in it; joined together again they are the line. A cell may lack full stops."""
    found: list[Part] = []
    begun = 0
    for match in _RUN.finditer(line):
        start, end = match.start(), _end(line, match.start(), match.end(), known)
        if _glued(line, start, end, known, cell):
            found.append(Part(line[begun:start], tuple(line[start:end].split(" "))))
            begun = end
    if begun < len(line):
        found.append(Part(line[begun:]))
    return tuple(found)


def _over(line: str, at: int) -> bool:
    """Whether the line is over, or a bracket that holds the citation."""
    return at == len(line) or line[at] in _CLOSERS


def _closes(line: str, at: int) -> bool:
    """Whether a sentence ends directly before a place, perhaps inside a bracket or quote."""
    return line[max(0, at - _WINDOW) : at].rstrip(_CLOSERS)[-1:] in tuple(".?!")


def _end(line: str, start: int, end: int, known: Known) -> int:
    """Where the run ends once the numbers that belong to what follows are given back; the first one stays."""
    closes = _closes(line, start)
    labels = line[start:end].split(" ")
    while len(labels) > 1 and _belongs_to_the_text(line, labels[-1], end, closes, known):
        end -= len(labels.pop()) + 1
    return end


def _belongs_to_the_text(line: str, label: str, end: int, closes: bool, known: Known) -> bool:
    """Whether a number behind another in a run measures or begins what follows it."""
    if _over(line, end):
        return not label.isdecimal() and label not in known.references
    if _MEASURED.match(line, end):
        return True
    if label in known.references:
        return (closes or not label.isdecimal()) and _SMALL_WORD.match(line, end) is not None
    dangling = closes and _PLAIN_WORD.match(line, end) and not _PEOPLES.match(line, end)
    return not dangling


def _glued(line: str, start: int, end: int, known: Known, cell: bool) -> bool:
    """Whether the first number of a run is a citation."""
    labels = line[start:end].split(" ")
    before = line[max(0, start - _WINDOW) : start]
    word = _WORD.search(before)
    if word:
        return _behind_word(line, word, end, labels, known, cell)
    mark, number = before[-1], _BARE_NUMBER.search(before[:-1]) if before[-1] in ".,:" else None
    over, cited = _over(line, end), labels[0] in known.references
    begins = _BEGINS.match(line, end) is not None and not _MEASURED.match(line, end)
    if number:
        if mark != "." or number["number"] in (None, "0") or not known.references.issuperset(labels):
            return False
        return begins or (end == len(line) and (not cell or len(labels) > 1))
    if not labels[0].isdecimal():
        return cited and (over or begins)
    if cited or over:
        return not _NUMBERING.search(before)
    if mark in ",;:":
        return not _MEASURED.match(line, end)
    return begins and _closes(line, start)


def _behind_word(line: str, match: re.Match[str], end: int, labels: list[str], known: Known, cell: bool) -> bool:
    """Whether a number glued to a word is a citation and not an index of it."""
    word, whole, ahead = match["last"], match.group(), match.string[: match.start()][-1:]
    over, cited = _over(line, end), labels[0] in known.references
    if _INDEXED.fullmatch(word):
        return False
    if over and len(labels) > 1 and known.references.issuperset(labels):
        return True  # a name can have one number, but a second one behind it measures nothing
    if word + labels[0] in known.numbered or ahead.isdecimal():
        return False
    if word.islower() and len(word) >= _SHORTEST_SMALL:
        return cited or over
    spellings = (one for one in (whole, word, word.lower() if word.istitle() else word) if len(one) > 1)
    stands_alone = not known.words.isdisjoint(spellings)
    is_word = stands_alone or ahead == "°" or (len(word) >= _SHORTEST_TITLED and not word.isupper())
    return is_word and cited and (over or (cell and _BEGINS.match(line, end) is not None))
