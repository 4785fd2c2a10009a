"""The uses the monograph names: which of them the record documents, and which one was asked about."""

from typing import Any

import pytest

from apothecary.review import Reviewer
from apothecary.review.result import IndicationFound
from support import AS_OF, MIGRAINE, answer, condition, whole

NONE = {"not": {"any": [{"indication": "migraine"}, {"indication": "cluster-headache"}]}}


def found(reviewer: Reviewer, *rows: dict[str, Any], **options: Any) -> dict[str, IndicationFound]:
    asked = options.pop("indication", None)
    review = reviewer.review(whole(*rows, **options), AS_OF, indication=asked)
    return {use.id: use for use in review.indications}


@pytest.mark.parametrize(
    ("rows", "migraine", "cluster"),
    [
        ([], "clear", "clear"),
        ([condition(MIGRAINE)], "applies", "clear"),
        ([condition("cluster headache")], "clear", "applies"),
        ([condition("headache")], "clear", "unknown"),
        ([condition(MIGRAINE, verified="provisional")], "unknown", "clear"),
        ([condition(MIGRAINE), condition("cluster headache")], "applies", "applies"),
    ],
)
def test_documented_uses(reviewer: Reviewer, rows: list[dict[str, Any]], migraine: str, cluster: str) -> None:
    """Each use is documented, is not, or is unknown; several may be documented at once."""
    uses = found(reviewer, *rows)
    assert (migraine, cluster) == (str(uses["migraine"].status), str(uses["cluster-headache"].status))


def test_labeled_or_not(reviewer: Reviewer) -> None:
    """Each use says whether it is a labeled one."""
    assert {"migraine": True, "cluster-headache": False} == {k: use.labeled for k, use in found(reviewer).items()}


def test_evidence_and_needs(reviewer: Reviewer) -> None:
    """A documented use shows its evidence, an open one what would settle it."""
    uses = found(reviewer, condition(MIGRAINE), condition("headache"))
    assert ["migraine"] == [fact.fact for fact in uses["migraine"].because]
    assert ["coarse-code"] == [need.why for need in uses["cluster-headache"].needs]


def test_the_use_that_was_asked_about(reviewer: Reviewer) -> None:
    """The use that a person asks about counts as documented, and the evidence says that it was asked."""
    use = found(reviewer, indication="cluster-headache", leave_out=("Condition",))["cluster-headache"]
    assert ("applies", ["as asked"]) == (str(use.status), [fact.note for fact in use.because])


def test_rules_see_the_use_that_was_asked_about() -> None:
    """Rules that ask for a use see the one that was asked about."""
    assert "applies" == answer(NONE, whole())
    assert "clear" == answer(NONE, whole(), indication="migraine")


def test_asking_does_not_hide_what_is_documented(reviewer: Reviewer) -> None:
    """Another use stays documented beside the one that was asked about."""
    uses = found(reviewer, condition(MIGRAINE), indication="cluster-headache")
    assert ["applies", "applies"] == [str(use.status) for use in uses.values()]


def test_a_use_that_the_monograph_does_not_name(reviewer: Reviewer) -> None:
    """Asking about a use that the monograph does not name is an error that lists those it names."""
    with pytest.raises(ValueError, match=r"no indication 'gout'\. Indications: migraine, cluster-headache"):
        reviewer.review(whole(), AS_OF, indication="gout")
