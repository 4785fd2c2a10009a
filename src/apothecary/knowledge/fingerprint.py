"""Fingerprints of source sentences: the source text is licensed, so only its fingerprints are stored."""

import hashlib
import re
import unicodedata

# Compatibility folding would glue these to the digit before them: 10³ would read 103, and 1½ would read 11/2.
_GLUED_BY_FOLDING = ("<super>", "<sub>", "<fraction>")
# A sign or decimal point directly before a digit is part of the number, not punctuation around the sentence.
_STARTS_A_NUMBER = re.compile(r"[-\u2010-\u2015\u2212.]\d")
# A percent or per-mille sign is a unit although Unicode files it under punctuation.
_UNIT_SIGNS = "%\u2030"


def normalize(text: str) -> str:
    """Reduce a sentence to what its fingerprint compares; the text is licensed and the result is never stored.

    The caller passes the sentence without its citation numbers. Case, white space, compatibility forms and
    punctuation at either end are dropped; digits, units and comparators stay.
    """
    folded = unicodedata.normalize("NFKC", _with_glue_marked(text))
    folded = unicodedata.normalize("NFKC", folded.casefold())
    return _strip_ends(" ".join(folded.split()))


def fingerprint(text: str) -> str:
    """Give the first 16 hex digits of the SHA-256 of the normalized text: it is stored, the licensed text never."""
    return hashlib.sha256(normalize(text).encode("utf-8")).hexdigest()[:16]


def _with_glue_marked(text: str) -> str:
    """Put a caret between a digit and a superscript, subscript or fraction that follows it."""
    marked: list[str] = []
    for before, char in zip(" " + text, text, strict=False):
        raised = unicodedata.decomposition(char).startswith(_GLUED_BY_FOLDING)
        glued = raised and before in "0123456789"
        marked.append("^" + char if glued else char)
    return "".join(marked)


def _strip_ends(text: str) -> str:
    """Drop punctuation and space at both ends, but nothing that belongs to a number or a unit."""
    start, end = 0, len(text)
    while start < end and _is_edge(text[start]) and not _STARTS_A_NUMBER.match(text, start):
        start += 1
    while end > start and _is_edge(text[end - 1]):
        end -= 1
    return text[start:end]


def _is_edge(char: str) -> bool:
    """Say whether a character at an end of a sentence carries no meaning."""
    return char.isspace() or (unicodedata.category(char).startswith("P") and char not in _UNIT_SIGNS)
