"""Labeled exceptions, and rules that say opposite things about one decision."""

import msgspec

from apothecary.knowledge import Monograph
from apothecary.review import Finding, Review, Reviewer
from support import ALC, AS_OF, MIGRAINE, PNEUMONIA, ZORVIMAB, condition, order, result, whole

CLUSTER = condition("cluster headache")
TREATED = order(ZORVIMAB)


def infection(review: Review) -> Finding:
    return next(finding for finding in review.findings if finding.id == "active-infection")


def test_the_general_rule(reviewer: Reviewer) -> None:
    """Without an exception that applies, a finding gives the action of its rule."""
    found = infection(reviewer.review(whole(condition(PNEUMONIA)), AS_OF))
    assert ("Do not give zorvimab until the infection is over.", None) == (found.action, found.exception)


def test_an_exception(reviewer: Reviewer) -> None:
    """An exception that applies replaces the action and names itself; the answer stays the same."""
    found = infection(reviewer.review(whole(condition(PNEUMONIA), condition(MIGRAINE)), AS_OF))
    assert ("applies", "migraine") == (str(found.status), found.exception)
    assert found.action.startswith("Delay the dose until the infection is over")


def test_its_evidence(reviewer: Reviewer) -> None:
    """The facts that made an exception apply are shown with those of the rule."""
    found = infection(reviewer.review(whole(condition(PNEUMONIA), condition(MIGRAINE)), AS_OF))
    assert ["infection", "migraine"] == [fact.fact for fact in found.because]


def test_its_statements(reviewer: Reviewer) -> None:
    """The statements on which an exception rests are part of the basis of its finding."""
    found = infection(reviewer.review(whole(condition(PNEUMONIA), condition(MIGRAINE)), AS_OF))
    assert "cautions.4" in [basis.statement for basis in found.basis]


def test_an_exception_that_is_not_known(reviewer: Reviewer) -> None:
    """An exception that is unknown does not apply: the general action stands."""
    maybe = condition(MIGRAINE, verified="unconfirmed")
    assert infection(reviewer.review(whole(condition(PNEUMONIA), maybe), AS_OF)).exception is None


def test_an_exception_of_a_rule_that_is_clear(reviewer: Reviewer) -> None:
    """An exception is no finding of its own."""
    found = infection(reviewer.review(whole(condition(MIGRAINE)), AS_OF))
    assert ("clear", None) == (str(found.status), found.exception)


def test_opposite_advice(reviewer: Reviewer) -> None:
    """Two findings that apply and say opposite things on one decision are reported as a problem with both places."""
    review = reviewer.review(whole(TREATED, CLUSTER, result(ALC, 400, "/uL")), AS_OF)
    problems = [problem for problem in review.problems if problem.code == "opposite-advice"]
    assert ["lymphopenia (cautions.5); rebound (cautions.10)"] == [problem.where for problem in problems]
    assert "On next dose one rule says hold, the other says give: decide which one holds." == problems[0].message


def test_the_same_advice_twice(reviewer: Reviewer) -> None:
    """Two findings that say the same are no problem."""
    review = reviewer.review(whole(TREATED, condition(PNEUMONIA), result(ALC, 400, "/uL")), AS_OF)
    assert () == review.problems


def test_opposite_advice_in_another_phase(reviewer: Reviewer) -> None:
    """Rules of different phases never speak together."""
    review = reviewer.review(whole(CLUSTER, result(ALC, 400, "/uL")), AS_OF, "considering")
    assert () == review.problems


def test_advice_that_is_only_possible(reviewer: Reviewer) -> None:
    """A finding that is unknown says nothing yet, so it contradicts nothing."""
    review = reviewer.review(whole(TREATED, CLUSTER, result(ALC, 400, None)), AS_OF)
    assert () == review.problems


def test_the_advice_of_an_exception(reviewer: Reviewer) -> None:
    """An exception may say something on a decision too, and that can contradict another rule as well."""
    review = reviewer.review(whole(TREATED, CLUSTER, condition(PNEUMONIA), condition(MIGRAINE)), AS_OF)
    problems = [problem for problem in review.problems if problem.code == "opposite-advice"]
    assert ["active-infection", "rebound"] == [part.split(" ")[0] for p in problems for part in p.where.split("; ")]


def test_a_label_with_a_comma(made_up: Monograph) -> None:
    """What a label says is text: a comma in it changes nothing about the advice of its exception."""
    rule = made_up.rules["active-infection"]
    exception = msgspec.structs.replace(rule.exceptions[0], label="migraine, any kind")
    rules = {**made_up.rules, rule.id: msgspec.structs.replace(rule, exceptions=(exception,))}
    renamed = Reviewer(msgspec.structs.replace(made_up, rules=rules))
    review = renamed.review(whole(TREATED, CLUSTER, condition(PNEUMONIA), condition(MIGRAINE)), AS_OF)
    assert ["opposite-advice"] == [problem.code for problem in review.problems]


def test_opposite_advice_is_no_go(made_up: Monograph) -> None:
    """While two findings contradict each other the verdict is cannot-tell, also where neither is critical."""
    low = msgspec.structs.replace(made_up.rules["lymphopenia"], severity="info")
    rules = {"lymphopenia": low, "rebound": made_up.rules["rebound"]}
    only = Reviewer(msgspec.structs.replace(made_up, rules=rules))
    assert "go" == only.review(whole(TREATED, result(ALC, 400, "/uL")), AS_OF).verdict
    assert "cannot-tell" == only.review(whole(TREATED, CLUSTER, result(ALC, 400, "/uL")), AS_OF).verdict
