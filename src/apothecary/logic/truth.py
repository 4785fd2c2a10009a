"""Kleene's three-valued logic as literal tables, so that they can be read and judged."""

from collections.abc import Iterable
from enum import StrEnum


class Truth(StrEnum):
    """The three answers a question about a patient can have."""

    APPLIES = "applies"
    CLEAR = "clear"
    UNKNOWN = "unknown"


_T, _F, _U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN

AND: dict[tuple[Truth, Truth], Truth] = {
    (_T, _T): _T, (_T, _F): _F, (_T, _U): _U,
    (_F, _T): _F, (_F, _F): _F, (_F, _U): _F,
    (_U, _T): _U, (_U, _F): _F, (_U, _U): _U,
}  # fmt: skip

OR: dict[tuple[Truth, Truth], Truth] = {
    (_T, _T): _T, (_T, _F): _T, (_T, _U): _T,
    (_F, _T): _T, (_F, _F): _F, (_F, _U): _U,
    (_U, _T): _T, (_U, _F): _U, (_U, _U): _U,
}  # fmt: skip

NOT: dict[Truth, Truth] = {_T: _F, _F: _T, _U: _U}


def all_of(values: Iterable[Truth]) -> Truth:
    """Conjunction; of nothing it applies; one `clear` settles it even beside `unknown`."""
    result = _T
    for value in values:
        result = AND[result, value]
    return result


def any_of(values: Iterable[Truth]) -> Truth:
    """Disjunction; of nothing it is clear; one `applies` settles it even beside `unknown`."""
    result = _F
    for value in values:
        result = OR[result, value]
    return result


def negate(value: Truth) -> Truth:
    """Negation; unknown stays unknown."""
    return NOT[value]
