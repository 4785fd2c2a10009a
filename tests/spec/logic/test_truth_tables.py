"""Three-valued logic: a question about a patient applies, is clear, or is unknown."""

import pytest

from apothecary.logic import AND, NOT, OR, Truth, all_of, any_of, negate

T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN

ALL = [
    (T, T, T), (T, F, F), (T, U, U),
    (F, T, F), (F, F, F), (F, U, F),
    (U, T, U), (U, F, F), (U, U, U),
]  # fmt: skip
ANY = [
    (T, T, T), (T, F, T), (T, U, T),
    (F, T, T), (F, F, F), (F, U, U),
    (U, T, T), (U, F, U), (U, U, U),
]  # fmt: skip
NEGATED = [(T, F), (F, T), (U, U)]


@pytest.mark.parametrize(("left", "right", "both"), ALL)
def test_all(left: Truth, right: Truth, both: Truth) -> None:
    """`all` applies when every part applies; one clear part makes it clear, whatever else is unknown."""
    assert both == all_of([left, right])


@pytest.mark.parametrize(("left", "right", "either"), ANY)
def test_any(left: Truth, right: Truth, either: Truth) -> None:
    """`any` applies when one part applies; it is clear only when every part is clear."""
    assert either == any_of([left, right])


@pytest.mark.parametrize(("value", "negated"), NEGATED)
def test_not(value: Truth, negated: Truth) -> None:
    """`not` turns applies and clear around; unknown stays unknown."""
    assert negated == negate(value)


def test_the_tables_hold_every_row() -> None:
    """Each table has a row for every combination, and no other."""
    assert {(a, b): c for a, b, c in ALL} == AND
    assert {(a, b): c for a, b, c in ANY} == OR
    assert dict(NEGATED) == NOT


def test_all_of_nothing_applies() -> None:
    """`all` of no parts applies."""
    assert all_of([]) == T


def test_any_of_nothing_is_clear() -> None:
    """`any` of no parts is clear."""
    assert any_of([]) == F


@pytest.mark.parametrize(
    ("values", "all_", "any_"),
    [((T, T, U), U, T), ((F, F, U), F, U), ((U, T, F), F, T), ((T, T, T), T, T), ((U, U, U), U, U)],
)
def test_more_than_two_parts(values: tuple[Truth, ...], all_: Truth, any_: Truth) -> None:
    """With more than two parts the tables are applied one after the other, and the order does not matter."""
    assert (all_, any_) == (all_of(values), any_of(values))
    assert (all_, any_) == (all_of(reversed(values)), any_of(reversed(values)))


@pytest.mark.parametrize("left", [T, F, U])
@pytest.mark.parametrize("right", [T, F, U])
def test_de_morgan(left: Truth, right: Truth) -> None:
    """Not all is the same as any not, in three values too."""
    assert negate(all_of([left, right])) == any_of([negate(left), negate(right)])
