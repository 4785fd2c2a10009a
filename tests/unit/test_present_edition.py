"""What each format says of the edition: its date and limit always; past the limit also beside the verdict."""

import pytest
from test_present_samples import EXPIRED, F, T, U, empty, finding, monograph, review

from apothecary.present import render
from apothecary.present.content import content
from apothecary.review.result import Review

READABLE = ["text", "markdown", "html"]
PAST = (
    "The edition of the monograph is out of date (revised 2025-04-10, to be used until 2027-04-10): "
    "look for a newer one before relying on this review."
)
CLEAR = (finding("x", F, "critical"), finding("y", F, "warning"))
MADE = {
    "stop": review(knowledge=EXPIRED),
    "cannot-tell": review(knowledge=EXPIRED, verdict="cannot-tell", findings=(finding("x", U, "critical"),)),
    "caution": review(knowledge=EXPIRED, verdict="caution", findings=(*CLEAR, finding("z", T, "warning"))),
    "only the edition": review(knowledge=EXPIRED, verdict="caution", findings=CLEAR),
}


def shown(made: Review, format: str) -> str:
    """A review as it reads, without line breaks and the escapes of Markdown."""
    return " ".join(render(made, monograph(), format).replace("\\", "").split())  # type: ignore[arg-type]


@pytest.mark.parametrize("format", READABLE)
def test_every_review_says_how_long_its_edition_may_be_used(format: str) -> None:
    said = shown(review(), format)
    assert "Monograph: Fictamab, Example Press, revised 2025-04-10." in said
    assert "an edition may be used for 24 months without a warning, this one until 2027-04-10." in said


@pytest.mark.parametrize("format", READABLE)
def test_inside_the_limit_nothing_is_out_of_date(format: str) -> None:
    said = shown(review(), format)
    assert (False, False) == ("The edition of the monograph" in said, "the edition is out of date" in said)


@pytest.mark.parametrize("format", READABLE)
def test_past_the_limit_it_stands_before_the_first_finding(format: str) -> None:
    assert PAST in shown(MADE["stop"], format).partition("Takes another blocker")[0]


@pytest.mark.parametrize("format", READABLE)
def test_past_the_limit_it_stands_beside_the_knowledge_too(format: str) -> None:
    assert "this one until 2027-04-10. That day has passed: the edition is out of date." in shown(MADE["stop"], format)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_past_the_limit_every_verdict_says_so(made: Review) -> None:
    sentence = content(made, monograph()).sentence
    inside = content(review(verdict=made.verdict, findings=made.findings), monograph()).sentence
    assert f"{inside} {PAST}" == sentence


def test_caution_for_no_other_reason_counts_no_warning() -> None:
    expected = f"No critical finding and no warning applies, and none is open. {PAST}"
    assert expected == content(MADE["only the edition"], monograph()).sentence


def test_a_review_without_questions_says_both() -> None:
    sentence = content(review(knowledge=EXPIRED, findings=empty().findings), monograph()).sentence
    assert f"No question of the monograph was asked, so this is no all-clear. {PAST}" == sentence
