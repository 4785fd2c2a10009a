"""What is kept of a source sentence: a fingerprint, a sketch, its numbers. Its text is licensed and is never kept."""

import hashlib
import re
import struct
import unicodedata

# Compatibility folding would glue these to the digit before them: 10³ would read 103, and 1½ would read 11/2.
_GLUED_BY_FOLDING = ("<super>", "<sub>", "<fraction>")
_SAME = str.maketrans("‐‑‒–—―−’‘“”", "-------''\"\"")
# A sign or decimal point directly before a digit is part of the number, not punctuation around the sentence.
_STARTS_A_NUMBER = re.compile(r"[-.]\d")
# A percent or per-mille sign is a unit although Unicode files it under punctuation; a dagger marks an off-label use.
_KEPT_SIGNS = "%\u2030†"
_SHINGLE = 4
_SLOTS = 64
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_WORD_NUMBERS = {
    word: str(number)
    for number, words in enumerate(
        ("one once single", "two twice", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1
    )
    for word in words.split()
}
_WORD = re.compile(r"[a-z]+")


def normalize(text: str) -> str:
    """Reduce a sentence to what its fingerprint compares; the text is licensed and the result is never stored.

    The caller passes the sentence without its citation numbers. White space, compatibility forms, the kinds of dashes
    and quotes and the punctuation at either end are dropped; case, digits, units and comparators stay.
    """
    folded = unicodedata.normalize("NFKC", _with_glue_marked(text)).translate(_SAME)
    return _strip_ends(" ".join(folded.split()))


def fingerprint(text: str) -> str:
    """Give the first 16 hex digits of the SHA-256 of the normalized text: equal for the same wording only."""
    return hashlib.sha256(normalize(text).encode("utf-8")).hexdigest()[:16]


def sketch(text: str) -> str:
    """Give 64 hex digits by which two wordings can be compared; see `similarity`. The text cannot be made from it.

    Each digit is the low four bits of the smallest of many hashes of the four-letter pieces (minwise hashing with few
    bits: Li and König, Communications of the ACM 2011; 54:101-9).
    """
    plain = f"  {normalize(text).casefold()}  "
    pieces = {plain[n : n + _SHINGLE] for n in range(len(plain) - _SHINGLE + 1)}
    return "".join(f"{min(slot) & 15:x}" for slot in zip(*map(_hashes, pieces), strict=True))


def similarity(one: str, other: str) -> float:
    """Estimate from two sketches which share of their pieces two wordings have in common: 0 to 1, within about 0.1."""
    equal = sum(a == b for a, b in zip(one, other, strict=True)) / _SLOTS
    return max(0.0, (equal - 1 / 16) / (1 - 1 / 16))


def numbers(text: str) -> tuple[str, ...]:
    """Give the numbers of a sentence in their order, thousands without comma, small number words as digits.

    A number inside a name (a cytokine, a gene, a unit with an exponent) is none.
    """
    plain = normalize(text)
    found = [
        (match.start(), match.group().replace(",", "")) for match in _NUMBER.finditer(plain) if _free(plain, match)
    ]
    words = _WORD.finditer(plain.casefold())
    found += [(word.start(), _WORD_NUMBERS[word.group()]) for word in words if word.group() in _WORD_NUMBERS]
    return tuple(number for _, number in sorted(found))


def _free(text: str, match: re.Match[str]) -> bool:
    before = text[: match.start()]
    if before[-1:].isalpha() or before[-1:] in ("_", "^"):
        return False
    return not (before[-1:] == "-" and before[-2:-1].isalpha())


def _hashes(piece: str) -> tuple[int, ...]:
    digests = (hashlib.blake2b(piece.encode("utf-8"), salt=salt).digest() for salt in (b"a", b"b"))
    return struct.unpack(f">{_SLOTS}H", b"".join(digests))


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
    return char.isspace() or (unicodedata.category(char).startswith("P") and char not in _KEPT_SIGNS)
