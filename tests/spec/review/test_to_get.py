"""What to get first: one list of the facts that would settle the open questions."""

from itertools import pairwise

from apothecary.review import Review, Reviewer
from support import (
    ALC,
    AS_OF,
    CREATININE,
    HBSAG,
    MIGRAINE,
    PNEUMONIA,
    SEARCHED,
    WEIGHT,
    condition,
    patient,
    result,
    whole,
)

RANKS = ("critical", "warning", "info")


def bare(reviewer: Reviewer) -> Review:
    return reviewer.review(whole(who=patient(None, None), leave_out=SEARCHED), AS_OF)


def test_order(reviewer: Reviewer) -> None:
    """The list is ordered by the most severe question a fact would settle, then by how many it would settle."""
    keys = [(RANKS.index(get.severity), -len(get.settles)) for get in bare(reviewer).to_get]
    assert sorted(keys) == keys
    assert any(a != b for a, b in pairwise(keys))


def test_every_open_question_is_covered(reviewer: Reviewer) -> None:
    """Every unknown finding is settled by something on the list, and nothing else is on it."""
    review = bare(reviewer)
    unknown = {finding.id for finding in review.findings if finding.status == "unknown"}
    assert unknown == {name for get in review.to_get for name in get.settles}


def test_one_line_for_one_fact(reviewer: Reviewer) -> None:
    """A fact that several questions need stands on the list once, with all of them."""
    review = reviewer.review(whole(leave_out=("MedicationRequest",)), AS_OF)
    lists = [get for get in review.to_get if get.fact == "medication list"]
    assert [("critical", "not-supplied")] == [(get.severity, get.why) for get in lists]
    orders = {"dose-high", "dose-often", "dose-route", "dose-unread"}
    assert {"other-antibody", "live-vaccine", "triptan", "earlier-antibody", *orders} == set(lists[0].settles)


def test_its_severity_is_that_of_the_most_severe_question(reviewer: Reviewer) -> None:
    """A fact needed for a critical question is critical, although an information needs it too."""
    severity = {get.fact: get.severity for get in bare(reviewer).to_get}
    assert ("critical", "warning") == (severity["medication list"], severity["serum creatinine"])


def test_how_to_get_it(reviewer: Reviewer) -> None:
    """Each line says how to get the fact."""
    hows = {get.fact: get.how for get in bare(reviewer).to_get}
    assert hows["hepatitis B surface antigen"].endswith("Test for hepatitis B surface antigen.")
    assert all(hows.values())


def test_nothing_to_get(reviewer: Reviewer) -> None:
    """When nothing is unknown there is nothing to get."""
    rows = (
        condition(MIGRAINE), result(ALC, 1500, "/uL"), result(HBSAG, valueString="negative"),
        result(CREATININE, 0.8, "mg/dL"), result(WEIGHT, 60, "kg"),
    )  # fmt: skip
    assert () == reviewer.review(whole(*rows), AS_OF).to_get


def test_getting_it_settles_the_question(reviewer: Reviewer) -> None:
    """A fact that is got is no longer on the list, and its question is settled."""
    before = reviewer.review(whole(condition(PNEUMONIA)), AS_OF)
    after = reviewer.review(whole(condition(PNEUMONIA), result(HBSAG, valueString="negative")), AS_OF)
    fact = "hepatitis B surface antigen"
    assert (True, False) == (fact in [g.fact for g in before.to_get], fact in [g.fact for g in after.to_get])
