"""Small numbers and what would give them away are hidden."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.population.suppress import BELOW, Row, suppressed

DAY = date(2026, 6, 30)
STATUSES = ("clear", "applies", "unknown")


def line(*counts: int, measure: str = "rule", group: str = "on-therapy") -> list[Row]:
    """A rule's counts: clear, applies, unknown."""
    return [
        Row(DAY, measure, group, "r", status, count=count, denominator=sum(counts))
        for status, count in zip(STATUSES, counts, strict=True)
    ]


def told(rows: list[Row], below: int = BELOW) -> list[int | str]:
    """Each count, or why it is not there."""
    return [row.hidden if row.count is None else row.count for row in suppressed(rows, below)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((500, 20, 30), [500, 20, 30]),
        ((500, 0, 0), [500, 0, 0]),
        ((500, 11, 0), [500, 11, 0]),
        ((500, 10, 30), ["with", "small", 30]),  # clear is given up: no other figure repeats it
        ((500, 1, 0), ["rest", "small", 0]),
        ((500, 3, 4), ["rest", "small", "small"]),  # 3 and 4 are less than 11 together
        ((500, 6, 6), [500, "small", "small"]),
        ((5, 40, 30), ["small", 40, "with"]),
        ((5, 0, 95), ["small", 0, "rest"]),
        ((4, 3, 3), ["group", "group", "group"]),
    ],
)
def test_a_line(counts: tuple[int, int, int], expected: list[int | str]) -> None:
    assert expected == told(line(*counts))


@pytest.mark.parametrize("below", [0, 1])
def test_it_can_be_switched_off(below: int) -> None:
    assert [500, 1, 0] == told(line(500, 1, 0), below)


def test_another_limit() -> None:
    assert (["with", "small", 30], [500, 5, 30]) == (told(line(500, 4, 30), 5), told(line(500, 5, 30), 5))


@pytest.mark.parametrize(
    ("count", "of", "expected"), [(10, 100, "small"), (11, 100, 11), (90, 100, "rest"), (89, 100, 89), (100, 100, 100)]
)
def test_a_count_that_overlaps_with_others_stands_alone(count: int, of: int, expected: int | str) -> None:
    row = Row(DAY, "missing", "on-therapy", "weight", "missing", count=count, denominator=of)
    assert [expected] == told([row, *line(50, 25, 25)])[:1]


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (9, "small"), (11, 10), (16, 20), (114, 110), (115, 120)])
def test_cards_are_rounded(count: int, expected: int | str) -> None:
    assert [expected] == told([Row(DAY, "cards", "on-therapy", "cards", count=count, denominator=100)])


def verdicts(**counts: int) -> list[Row]:
    total = sum(counts.values())
    return [
        Row(DAY, "verdict", "on-therapy", "", name.replace("_", "-"), count=n, denominator=total)
        for name, n in counts.items()
    ]


def test_a_verdict_of_few_takes_go_with_it() -> None:
    assert ["small", 30, 100, "with"] == told(verdicts(stop=7, cannot_tell=30, caution=100, go=863))


def test_patients_with_a_card_are_rounded_since_those_without_are_go() -> None:
    row = Row(DAY, "carded", "on-therapy", "patients", severity="any", count=137, denominator=1000)
    assert [(140, "rounded")] == [(one.count, one.hidden) for one in suppressed([row])]


def cohort(**sizes: int) -> list[Row]:
    total = sum(sizes.values())
    parts = [
        Row(DAY, "patients", "all", "read", name.replace("_", "-"), count=n, denominator=total)
        for name, n in sizes.items()
    ]
    return [Row(DAY, "patients", "all", "read", count=total, denominator=total), *parts]


def test_a_group_too_small_is_left_out_whole() -> None:
    rows = cohort(on_therapy=200, about_to_start=9, neither=900, dead=40)
    rows += line(180, 20, 0) + line(9, 0, 0, group="about-to-start")
    found = suppressed(rows)
    assert [1149, 200, "small", "with", 40, 180, 20, 0, "group", "group", "group"] == told(rows)
    assert [None] * 3 == [row.denominator for row in found[-3:]]


def test_a_group_given_up_for_another_takes_its_figures_with_it() -> None:
    """Else its size would stand as the denominator of every rule."""
    rows = cohort(on_therapy=200, about_to_start=50, neither=900, dead=3) + line(800, 50, 50, group="neither")
    assert [1153, 200, 50, "with", "small", "group", "group", "group"] == told(rows)


def test_days_are_apart() -> None:
    other = [msgspec.structs.replace(row, as_of=date(2026, 7, 31)) for row in line(500, 20, 30)]
    assert ["with", "small", 30, 500, 20, 30] == told(line(500, 5, 30) + other)


def test_lines_read_are_no_patients() -> None:
    assert [3] == told([Row(DAY, "lines", "all", "not JSON", "rejected", count=3, denominator=1000)])


@given(st.tuples(*[st.integers(0, 40)] * 3), st.integers(2, 20))
def test_nothing_small_can_be_worked_out_of_a_line(counts: tuple[int, int, int], below: int) -> None:
    """Of the hidden counts only the sum is known: it must leave more than one small one possible, or hide none."""
    found = suppressed(line(*counts), below)
    hidden = [count for row, count in zip(found, counts, strict=True) if row.count is None]
    assert all(row.count is None or row.count == 0 or row.count >= below for row in found)
    assert not hidden or len(hidden) > 1 or found[0].denominator is None
    assert not hidden or sum(hidden) >= below or found[0].denominator is None
