"""Splits a line into sentences, each with the references cited in it."""

import re

from apothecary.audit.citations import BEGINNING, Known, parts
from apothecary.audit.document import Part, Sentence

# The end of a sentence, perhaps inside a closing bracket or quote, then the beginning of another.
_CLOSING = r"[)\]”’\"™®]*"
_END = re.compile(rf"[.?!]{_CLOSING}(?={BEGINNING})")
_CLOSED = re.compile(rf"[.?!]{_CLOSING}$")
_CLOSERS = re.compile(r"[)\]”’\"]+(?=\s|$)")
_BEGINS = re.compile(BEGINNING)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\[“\"/])(?:e\.g|i\.e|vs|cf|ca|approx|al|Inc|Ltd|Co|Corp|St|Dr|Mr|Mrs|Ms|Prof|spp|sp|subsp|var"
    r"|[A-Z](?:\.[A-Z])+|(?P<numbering>Nos?|Figs?|Vol))\.$"
)
# A single capital is the initial of a name behind another name, else the last word of a sentence: hepatitis B.
_INITIAL = re.compile(r"(?:^|\.\s|\s[A-Z][\w’'-]*\.?\s|^[A-Z][\w’'-]*\.?\s)[A-Z]\.$")
_LETTERED = re.compile(r"(?i:hepatitis|vitamins?|influenza|class|type|group|grade|category|pugh) [A-Z]\.$")
_WINDOW = 32  # what stands before a full stop is looked at no farther than this


def sentences(line: str, known: Known, cell: bool = False) -> tuple[Sentence, ...]:
    """The sentences of a line; nothing but the white space between them is left out."""
    found: list[Sentence] = []
    current: list[Part] = []
    closed = False  # behind the citations of a whole sentence, where only closing brackets still belong to it
    for part in parts(line, known, cell):
        text = part.text
        if closed:
            closers = _CLOSERS.match(text)
            doubtful = closers or _abbreviated(current[-1].text[-_WINDOW:])
            if closers:
                current.append(Part(closers.group()))
                text = text[closers.end() :]
            closed = not (doubtful and text and not _BEGINS.match(text))
        if closed:
            found.append(Sentence(tuple(current)))
            current = []
        *whole, last = _split(text)
        for sentence in whole:
            found.append(Sentence((*current, Part(sentence if current else sentence.lstrip()))))
            current = []
        if last.strip() or part.citations:
            current.append(Part(last if current else last.lstrip(), part.citations))
        closed = bool(part.citations) and _CLOSED.search(part.text, max(0, len(part.text) - _WINDOW)) is not None
    if current:
        found.append(Sentence(tuple(current)))
    return tuple(found)


def _abbreviated(text: str, digit_follows: bool = False) -> bool:
    """Whether the full stop at the end of a text belongs to an abbreviation before it."""
    match = _ABBREVIATION.search(text)
    if match:
        return digit_follows or match["numbering"] is None
    return _INITIAL.search(text) is not None and not _LETTERED.search(text)


def _split(text: str) -> list[str]:
    """A stretch without citations, cut behind each sentence that ends in it."""
    cuts, begun = [], 0
    for match in _END.finditer(text):
        at = match.end()
        if not _abbreviated(text[max(0, at - _WINDOW) : at], text[at + 1 : at + 2].isdecimal()):
            cuts.append(text[begun:at])
            begun = at
    return [*cuts, text[begun:]]
