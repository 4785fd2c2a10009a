"""A count and a percentage are different things; a count may be derived from a total and a share, and says so."""

from typing import Any

import pytest

from support import ALC, answer, coded, finding, result, whole

LOW = {"compare": {"quantity": "alc", "below": "alc-hold"}}  # 500/uL
WBC, SHARE = coded("loinc", "6690-2"), coded("loinc", "736-9")


def parts(total: float, share: float, day: str = "2026-06-01", other: str | None = None) -> list[dict[str, Any]]:
    return [result(WBC, total, "10*3/uL", day), result(SHARE, share, "%", other or day)]


@pytest.mark.parametrize(
    ("total", "share", "expected"), [(4, 12, "applies"), (4, 12.5, "clear"), (4, 13, "clear"), (0.4, 100, "applies")]
)
def test_a_derived_count(total: float, share: float, expected: str) -> None:
    """Leukocytes times the share of lymphocytes, both of one day, give the count."""
    assert expected == answer(LOW, whole(*parts(total, share)))


def test_it_is_labeled() -> None:
    """A derived count is labeled as derived, with the parts and rows it was made from."""
    total, share = parts(4, 12)
    fact = finding(LOW, whole({**total, "id": "w"}, {**share, "id": "s"})).because[0]
    assert ("480", "/uL", "derived", "2026-06-01") == (fact.value, fact.unit, fact.match, fact.date)
    assert "leukocyte count x lymphocytes, share of leukocytes" == fact.note
    assert "Observation/w + Observation/s" == fact.source


def test_a_percentage_is_no_count() -> None:
    """A percentage alone leaves the question unknown."""
    assert "unknown" == answer(LOW, whole(parts(4, 12)[1]))


def test_a_percentage_under_the_code_of_the_count() -> None:
    """A percentage recorded under the code of the count is not usable, and is not replaced by a derived count."""
    assert "unknown" == answer(LOW, whole(result(ALC, 12, "%"), *parts(4, 12)))


def test_parts_of_different_days() -> None:
    """A total and a share of different days give no count."""
    assert "unknown" == answer(LOW, whole(*parts(4, 12, "2026-06-01", "2026-06-02")))


def test_a_share_as_a_fraction() -> None:
    """A share may be written as a fraction of one."""
    assert "applies" == answer(LOW, whole(parts(4, 12)[0], result(SHARE, 0.12, "1")))


@pytest.mark.parametrize(
    ("direct", "derived", "expected"),
    [
        ("2026-06-02", "2026-06-01", "clear"),
        ("2026-06-01", "2026-06-02", "applies"),
        ("2026-06-01", "2026-06-01", "clear"),
    ],
)
def test_beside_a_reported_count(direct: str, derived: str, expected: str) -> None:
    """The later of a reported and a derived count counts; of one day, the reported one."""
    assert expected == answer(LOW, whole(result(ALC, 900, "/uL", direct), *parts(4, 12, derived)))


def test_a_window_holds_for_the_parts() -> None:
    """A derived count is as old as its parts."""
    when = {"compare": {"quantity": "alc", "below": "alc-hold", "within": "alc-window"}}
    assert "unknown" == answer(when, whole(*parts(4, 12, "2026-03-29")))
    assert "applies" == answer(when, whole(*parts(4, 12, "2026-03-30")))


@pytest.mark.parametrize("share", [-1, 101])
def test_an_impossible_share(share: float) -> None:
    """A share of less than nothing or more than all gives no count."""
    assert "unknown" == answer(LOW, whole(*parts(4, share)))


def test_conflicting_parts() -> None:
    """Two shares of one day give a count that is known only within limits."""
    rows = [*parts(4, 12), result(SHARE, 30, "%")]
    assert "unknown" == answer(LOW, whole(*rows))
    assert "applies" == answer(LOW, whole(*parts(4, 12), result(SHARE, 11, "%")))
