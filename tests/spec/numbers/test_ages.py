"""Age is counted in completed months on the day of the review; a partial date of birth gives a range."""

from datetime import date

import pytest

from apothecary.record import read_record
from apothecary.review import Reviewer
from support import AS_OF, answer, finding, patient, whole

CHILD = {"compare": {"quantity": "age", "below": "adult-age"}}  # 18 years


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2008-07-01", "applies"),
        ("2008-06-30", "clear"),
        ("2008-06-29", "clear"),
        ("2008-07", "applies"),
        ("2008-06", "clear"),
        ("2009", "applies"),
        ("2008", "unknown"),
        ("2007", "clear"),
    ],
)
def test_a_limit_of_age(birth: str, expected: str) -> None:
    """A patient is 18 on the eighteenth birthday; a birth date on both sides of it leaves the question unknown."""
    assert expected == answer(CHILD, whole(who=patient(birth)))


@pytest.mark.parametrize(("day", "expected"), [(date(2026, 2, 28), "applies"), (date(2026, 3, 1), "clear")])
def test_born_on_a_leap_day(day: date, expected: str) -> None:
    """A person born on 29 February is a year older on 1 March."""
    assert expected == answer(CHILD, whole(who=patient("2008-02-29")), as_of=day)


@pytest.mark.parametrize(
    ("birth", "shown"),
    [
        ("1980-05-05", "46 a"),
        ("2024-07-01", "23 mo"),
        ("2024-06-30", "2 a"),
        ("2026-06-30", "0 mo"),
        ("1980", "45-46 a"),
        ("2026", "0-5 mo"),
        (None, None),
    ],
)
def test_how_an_age_is_shown(reviewer: Reviewer, birth: str | None, shown: str | None) -> None:
    """Ages are shown in completed years, below two years in months, and as a range when the birth date is partial."""
    assert shown == reviewer.review(whole(who=patient(birth)), AS_OF).patient.age


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("17 a", "applies"), ("17 years", "applies"), ("18 a", "clear"), ("18 y", "clear"),
        ("215 mo", "applies"), ("216 mo", "clear"), ("20 wk", "applies"), ("100 d", "applies"),
    ],
)  # fmt: skip
def test_a_typed_age(typed: str, expected: str) -> None:
    """In the short form an age is a number with its unit, and means completed years or months."""
    assert expected == answer(CHILD, read_record(f"age: {typed}".encode()))


def test_a_missing_age_is_asked_for() -> None:
    """Without a date of birth the need is to supply it."""
    need = finding(CHILD, whole(who=patient(None))).needs[0]
    assert ("age", "missing", "Supply the date of birth.") == (need.fact, need.why, need.how)
