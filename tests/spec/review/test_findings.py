"""What a review shows of each question: its answer, why, on what it rests, and in which order."""

from itertools import pairwise

from apothecary.knowledge import Monograph
from apothecary.review import Finding, Review, Reviewer
from support import ALC, AS_OF, MIGRAINE, PNEUMONIA, TRIPTAN, condition, order, result, whole


def one(review: Review, name: str) -> Finding:
    return next(finding for finding in review.findings if finding.id == name)


def test_order(reviewer: Reviewer, made_up: Monograph) -> None:
    """Findings are ordered by severity; then those that apply, are unknown, are clear; then by topic."""
    record = whole(condition(PNEUMONIA), order(TRIPTAN), leave_out=("Immunization",))
    keys = [
        (
            ("critical", "warning", "info").index(finding.severity),
            ("applies", "unknown", "clear").index(finding.status),
            made_up.topics.index(finding.topic),
        )
        for finding in reviewer.review(record, AS_OF).findings
    ]
    assert sorted(keys) == keys
    assert any(a[0] < b[0] for a, b in pairwise(keys))


def test_every_rule_answers_once(reviewer: Reviewer) -> None:
    """Each rule of the phase gives exactly one finding, also when it is clear."""
    found = [finding.id for finding in reviewer.review(whole(), AS_OF).findings]
    assert sorted(set(found)) == sorted(found)


def test_what_it_says(reviewer: Reviewer, made_up: Monograph) -> None:
    """A finding has the words of its rule."""
    found, rule = one(reviewer.review(whole(), AS_OF), "triptan"), made_up.rules["triptan"]
    assert (rule.title, rule.action, rule.severity, rule.topic) == (
        found.title,
        found.action,
        found.severity,
        found.topic,
    )


def test_because(reviewer: Reviewer) -> None:
    """A finding that applies shows each fact that made it apply, with its date and the row it came from."""
    rows = (order(TRIPTAN, id="o1"), order("zolmitriptan", id="o2", authoredOn="2026-02"))
    facts = one(reviewer.review(whole(*rows), AS_OF), "triptan").because
    assert [
        ("triptan", "sumatriptan", "2026-01-01", "MedicationRequest/o1", "code"),
        ("triptan", "zolmitriptan", "2026-02", "MedicationRequest/o2", "name"),
    ] == [(fact.fact, fact.value, fact.date, fact.source, fact.match) for fact in facts]


def test_because_of_a_clear_number(reviewer: Reviewer) -> None:
    """A number that made a question clear is shown too."""
    facts = one(reviewer.review(whole(result(ALC, 900, "/uL", id="a1")), AS_OF), "lymphopenia").because
    assert [("900", "/uL", "Observation/a1")] == [(fact.value, fact.unit, fact.source) for fact in facts]


def test_a_clear_list_has_no_evidence(reviewer: Reviewer) -> None:
    """That nothing was found on a list is shown by nothing."""
    assert () == one(reviewer.review(whole(), AS_OF), "triptan").because


def test_needs_only_where_it_is_unknown(reviewer: Reviewer) -> None:
    """A question that is unknown needs something; a settled one needs nothing."""
    record = whole(condition(PNEUMONIA), leave_out=("Immunization", "Observation"))
    for finding in reviewer.review(record, AS_OF).findings:
        assert (finding.status == "unknown") == bool(finding.needs)


def test_basis(reviewer: Reviewer) -> None:
    """A finding names the statements of the text it rests on, their section and their references."""
    basis = one(reviewer.review(whole(), AS_OF), "active-infection").basis
    assert [("cautions.3", "Cautions / Warnings/Precautions / Warnings / Infections", ("1", "2"), "stated")] == [
        (b.statement, b.section, b.references, b.kind) for b in basis
    ]


def test_kind_of_basis(reviewer: Reviewer) -> None:
    """It says whether the text states the rule, or the rule is a reading of the text or a policy of ours."""
    review = reviewer.review(whole(), AS_OF)
    kinds = {name: one(review, name).basis[0].kind for name in ("triptan", "child", "hepatitis-b-untested")}
    assert {"triptan": "stated", "child": "interpreted", "hepatitis-b-untested": "policy"} == kinds


def test_interpretation(reviewer: Reviewer) -> None:
    """A finding that rests on a reading of the text links to it."""
    review = reviewer.review(whole(), AS_OF)
    assert ("which-age", None) == (one(review, "child").interpretation, one(review, "triptan").interpretation)


def test_which_knowledge(reviewer: Reviewer, made_up: Monograph) -> None:
    """A review names the drug, the edition and the hash of the knowledge, its version and its day."""
    review = reviewer.review(whole(), AS_OF)
    assert ("zorvimab", AS_OF, made_up.hash) == (review.drug, review.as_of, review.knowledge.hash)
    assert made_up.drug.edition.revised == review.knowledge.revised


def test_problems_of_the_record_are_passed_on(reviewer: Reviewer) -> None:
    """Problems found while reading stand in the review."""
    record = whole(condition(MIGRAINE, onsetDateTime=17))
    assert ["malformed"] == [problem.code for problem in reviewer.review(record, AS_OF).problems]
