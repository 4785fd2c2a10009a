"""How old the edition of the text may be: past the policy's limit a review warns; a site may have it refused."""

from datetime import date
from typing import Any

import msgspec
import pytest

from apothecary.knowledge import Monograph, Value
from apothecary.record import Record
from apothecary.review import ExpiredEdition, Review, Reviewer, explain
from support import ALC, CREATININE, HBSAG, MIGRAINE, PNEUMONIA, TRIPTAN, WEIGHT, condition, order, result, whole

REVISED = date(2026, 1, 15)
LAST = date(2026, 7, 15)  # six months later
NEXT = date(2026, 7, 16)
WELL = (
    condition(MIGRAINE),
    result(ALC, 1500, "/uL"),
    result(HBSAG, valueString="negative"),
    result(CREATININE, 0.8, "mg/dL"),
    result(WEIGHT, 60, "kg"),
)
UNTESTED = tuple(row for row in WELL if row["code"] is not HBSAG)


def limited(m: Monograph, revised: date = REVISED, **limits: tuple[float, str]) -> Reviewer:
    """A reviewer of an edition of that day with limits such as `expires=(6, "mo")`."""
    edition = msgspec.structs.replace(m.drug.edition, revised=revised)
    kept = {name: value for name, value in m.values.items() if name != "edition-refused"}
    some = kept["edition-expires"]
    for name, (number, unit) in limits.items():
        kept[f"edition-{name}"] = msgspec.structs.replace(some, value=float(number), unit=unit)
    drug = msgspec.structs.replace(m.drug, edition=edition)
    return Reviewer(msgspec.structs.replace(m, drug=drug, values=kept))


@pytest.fixture(scope="module")
def half_a_year(made_up: Monograph) -> Reviewer:
    """An edition of January 15 that may be used for six months."""
    return limited(made_up, expires=(6, "mo"))


def reviewed(reviewer: Reviewer, as_of: date, *rows: dict[str, Any]) -> Review:
    return reviewer.review(whole(*(rows or WELL)), as_of)


# --- the limit ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "expired"),
    [
        (date(2026, 7, 14), False),
        (LAST, False),
        (NEXT, True),
        (date(2031, 1, 1), True),
        (REVISED, False),
        (date(2025, 6, 1), False),
    ],
    ids=["the day before", "on the day", "the day after", "years after", "on the revision", "before the revision"],
)
def test_the_last_day_of_the_limit_is_inside(half_a_year: Reviewer, as_of: date, expired: bool) -> None:
    """The limit counts from the revision. It is past on the day after it is reached, never before."""
    found = reviewed(half_a_year, as_of)
    assert (LAST, expired) == (found.knowledge.expires, found.knowledge.expired)
    assert expired == ("edition-expired" in {problem.code for problem in found.problems})


@pytest.mark.parametrize(
    ("revised", "limit", "expires"),
    [
        (date(2025, 8, 31), (6, "mo"), date(2026, 2, 28)),
        (date(2027, 8, 31), (6, "mo"), date(2028, 2, 29)),
        (date(2024, 2, 29), (1, "a"), date(2025, 2, 28)),
        (date(2024, 2, 29), (48, "mo"), date(2028, 2, 29)),
        (date(2026, 1, 31), (1, "mo"), date(2026, 2, 28)),
        (date(2026, 1, 31), (4, "wk"), date(2026, 2, 28)),
        (date(2026, 1, 31), (30, "d"), date(2026, 3, 2)),
        (REVISED, (0, "d"), REVISED),
        (REVISED, (99999, "a"), date.max),
    ],
)
def test_months_follow_the_calendar(made_up: Monograph, revised: date, limit: tuple[float, str], expires: date) -> None:
    """A month that is too short ends the limit on its last day; weeks and days are counted."""
    assert expires == reviewed(limited(made_up, revised, expires=limit), REVISED).knowledge.expires


@pytest.mark.parametrize(
    ("limit", "words"),
    [((24, "mo"), "24 months"), ((1, "mo"), "1 month"), ((2, "a"), "2 years"), ((1, "a"), "1 year"),
     ((6, "wk"), "6 weeks"), ((90, "d"), "90 days"), ((48, "h"), "48 h")],
)  # fmt: skip
def test_the_limit_in_words(made_up: Monograph, limit: tuple[float, str], words: str) -> None:
    """The review says the limit as the policy gives it."""
    assert words == reviewed(limited(made_up, expires=limit), REVISED).knowledge.limit


def test_which_edition_and_how_long(reviewer: Reviewer, made_up: Monograph) -> None:
    """Every review names the edition's date, and the limit and the last day that follow from it."""
    found = reviewed(reviewer, REVISED).knowledge
    assert (made_up.drug.edition.revised, "24 months", date(2028, 1, 15)) == (found.revised, found.limit, found.expires)


# --- past the limit -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inside", "past", "rows"),
    [
        ("go", "caution", WELL),
        ("caution", "caution", (*WELL, order(TRIPTAN))),
        ("cannot-tell", "cannot-tell", UNTESTED),
        ("stop", "stop", (*WELL, condition(PNEUMONIA))),
    ],
    ids=["go", "caution", "cannot-tell", "stop"],
)
def test_no_go_past_the_limit(half_a_year: Reviewer, inside: str, past: str, rows: tuple[dict[str, Any], ...]) -> None:
    """`go` becomes `caution`; a verdict that is worse stays as it is."""
    assert inside == reviewed(half_a_year, LAST, *rows).verdict
    assert past == reviewed(half_a_year, NEXT, *rows).verdict


def test_the_warning(half_a_year: Reviewer) -> None:
    """It says what is wrong, where, why, and what to do next."""
    (problem,) = reviewed(half_a_year, NEXT).problems
    assert ("edition-expired", "monograph") == (problem.code, problem.where)
    assert "revised 2026-01-15, was to be used for 6 months, until 2026-07-15" in problem.message
    assert "edition-expires in policy.yaml" in problem.message
    assert "Bring the knowledge up to a newer edition" in problem.message


def test_the_warning_comes_before_other_problems(half_a_year: Reviewer) -> None:
    """It is about every finding, so it stands before what is wrong in the record."""
    found = reviewed(half_a_year, NEXT, *WELL, condition(MIGRAINE, onsetDateTime=17))
    assert ["edition-expired", "malformed"] == [problem.code for problem in found.problems]


def test_nothing_else_changes(half_a_year: Reviewer, made_up: Monograph) -> None:
    """The same patient on the same day has the same findings with an edition inside its limit."""
    past, inside = reviewed(half_a_year, NEXT), reviewed(limited(made_up, expires=(7, "mo")), NEXT)
    same = {"knowledge": inside.knowledge, "verdict": inside.verdict, "problems": inside.problems}
    assert inside == msgspec.structs.replace(past, **same)


def test_explaining_a_rule_past_the_limit(half_a_year: Reviewer) -> None:
    """An explanation carries the same warning, and none inside the limit."""
    record: Record = whole(*WELL)
    (problem,) = explain("triptan", half_a_year.context(record, NEXT)).problems
    assert "edition-expired" == problem.code
    assert () == explain("triptan", half_a_year.context(record, LAST)).problems


# --- refused --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict(made_up: Monograph) -> Reviewer:
    """A site that warns after six months and refuses after nine."""
    return limited(made_up, expires=(6, "mo"), refused=(9, "mo"))


@pytest.mark.parametrize("as_of", [REVISED, LAST, date(2026, 10, 14), date(2026, 10, 15)])
def test_until_the_last_day_it_is_not_refused(strict: Reviewer, as_of: date) -> None:
    """On the last day of the second limit there is still a review, with the warning."""
    assert (as_of > LAST) == reviewed(strict, as_of).knowledge.expired


@pytest.mark.parametrize("as_of", [date(2026, 10, 16), date(2030, 1, 1)])
def test_after_it_the_edition_is_refused(strict: Reviewer, as_of: date) -> None:
    """Later there is neither a review nor an explanation, but a reason and a next step."""
    record = whole(*WELL)
    with pytest.raises(ExpiredEdition, match="Nothing was reviewed") as refused:
        strict.review(record, as_of)
    with pytest.raises(ExpiredEdition):
        strict.context(record, as_of)
    said = str(refused.value)
    assert "revised 2026-01-15, must not be used for more than 9 months, after 2026-10-15" in said
    assert "edition-refused in policy.yaml" in said
    assert "Bring the knowledge up to a newer edition" in said


def test_one_limit_for_both(made_up: Monograph) -> None:
    """A site that gives both limits the same length never warns, it refuses."""
    both = limited(made_up, expires=(6, "mo"), refused=(6, "mo"))
    assert not reviewed(both, LAST).knowledge.expired
    with pytest.raises(ExpiredEdition):
        reviewed(both, NEXT)


def test_without_a_second_limit_nothing_is_refused(half_a_year: Reviewer) -> None:
    """However old the edition, it only warns where the site has not asked for more."""
    assert "caution" == reviewed(half_a_year, NEXT).verdict
    assert "cannot-tell" == reviewed(half_a_year, date.max).verdict  # every result is out of date by then


def test_values_are_durations(made_up: Monograph) -> None:
    """The limits of a monograph are policy: assumed by us, for a site to change."""
    value: Value = made_up.values["edition-expires"]
    assert ("assumed", True) == (value.kind, "edition-expires" in made_up.policy)
