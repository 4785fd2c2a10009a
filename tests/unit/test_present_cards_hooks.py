"""Which cards a hook gets: silence never means consent, and no question is asked too early or twice."""

import msgspec
import pytest
from test_present_cards_samples import (
    DRUG,
    DRUGS,
    about,
    daily,
    draft,
    info,
    known,
    occasion,
    of_status,
    review,
    severe_kidneys,
    shown,
)

from apothecary.logic import Truth
from apothecary.record import Problem
from apothecary.review import Review
from support import PNEUMONIA, condition, order, patient, search

ORDERING = ("order-select", "order-sign")


def settled(found: Review, status: Truth = Truth.CLEAR, but: tuple[str, ...] = ()) -> Review:
    """The review with every finding clear, but for those named."""
    changed = (f if f.id in but else msgspec.structs.replace(f, status=status, needs=()) for f in found.findings)
    return msgspec.structs.replace(found, findings=tuple(changed), monitoring=(), verdict="go", to_get=())


# --- the info card --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", ORDERING)
@pytest.mark.parametrize("drug", DRUGS)
def test_an_order_without_a_finding_gets_a_visible_answer(drug: str, hook: str) -> None:
    found = settled(review(patient(), drug=drug))
    (only,) = shown(found, known(drug), occasion(hook))
    assert "info" == only.card.indicator
    assert "GO" in only.card.summary
    count = len(found.findings)
    assert f"{count} of {count} questions do not apply" in only.card.detail


def test_the_info_card_says_the_usual_dose_and_what_is_next() -> None:
    found = severe_kidneys()
    detail = info(shown(found, known(DRUG), occasion())).card.detail
    assert "**Usual dose of the monograph** for Rheumatoid arthritis: 100 mg once a day" in detail
    assert "Absolute neutrophil count: due now" in detail
    assert "every other day" in detail


def test_the_info_card_says_why_there_is_no_dose() -> None:
    detail = info(shown(review(patient(), search("Condition")), known(DRUG), occasion())).card.detail
    assert "**Dose:** none to show" in detail


def test_info_findings_share_the_one_info_card() -> None:
    found = severe_kidneys()
    rules = {f.id for f in found.findings if f.severity == "info" and f.status is Truth.APPLIES}
    assert rules
    assert rules == set(info(shown(found, known(DRUG), occasion())).rules)
    assert len(rules) == info(shown(found, known(DRUG), occasion())).card.detail.count("(info,")


def test_an_opened_chart_stays_quiet_where_nothing_is_to_be_said() -> None:
    assert () == shown(settled(review(patient())), known(DRUG), occasion("patient-view"))


def test_an_opened_chart_says_which_examination_is_due() -> None:
    taking = review(patient(), search("MedicationRequest", order(DRUG, authoredOn="2026-05-31")), phase="on-therapy")
    due = msgspec.structs.replace(settled(taking), monitoring=taking.monitoring)
    owed = tuple(msgspec.structs.replace(one, status="overdue") for one in taking.monitoring[:1])
    (only,) = shown(msgspec.structs.replace(due, monitoring=owed), known(DRUG), occasion("patient-view"))
    assert "is overdue" in only.card.summary
    missed = tuple(msgspec.structs.replace(one, missed=True) for one in owed)
    assert () == shown(msgspec.structs.replace(due, monitoring=missed), known(DRUG), occasion("patient-view"))


def test_problems_of_the_record_are_named() -> None:
    listed = tuple(Problem("bad-date", f"Observation/{n}", "The date is no date.") for n in range(7))
    detail = info(
        shown(msgspec.structs.replace(severe_kidneys(), problems=listed), known(DRUG), occasion())
    ).card.detail
    assert "Observation/4: The date is no date." in detail
    assert "and 2 more" in detail


# --- what cannot be told --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hook", ["patient-view", *ORDERING])
@pytest.mark.parametrize("drug", DRUGS)
def test_without_any_data_it_says_what_it_needs(drug: str, hook: str) -> None:
    found = review(drug=drug)
    (one,) = of_status(shown(found, known(drug), occasion(hook)), "unknown")
    assert "warning" == one.card.indicator
    assert "cannot tell, needs" in one.card.summary
    for get in found.to_get[:3]:
        assert get.fact in one.card.summary
        assert get.how in one.card.detail


def test_critical_questions_come_first_and_are_all_named() -> None:
    found = review(patient())
    (one,) = of_status(shown(found, known(DRUG), occasion()), "unknown")
    severities = {finding.id: finding.severity for finding in found.findings}
    listed = [severities[id_] for id_ in one.rules]
    assert sorted(listed, key=["critical", "warning"].index) == listed
    assert {f.id for f in found.findings if f.status is Truth.UNKNOWN and f.severity != "info"} == set(one.rules)


def test_opposite_advice_is_never_silent() -> None:
    problem = Problem("opposite-advice", "rules", "Two rules say the opposite.")
    found = msgspec.structs.replace(settled(review(patient())), problems=(problem,))
    (one,) = of_status(shown(found, known(DRUG), occasion("patient-view")), "unknown")
    assert "opposite advice" in one.card.summary
    assert problem.message in one.card.detail


@pytest.mark.parametrize("hook", ["patient-view", *ORDERING])
def test_a_review_without_questions_is_no_all_clear(hook: str) -> None:
    nothing = msgspec.structs.replace(review(patient()), findings=(), to_get=(), monitoring=())
    (one,) = of_status(shown(nothing, known(DRUG), occasion(hook)), "unknown")
    assert "no all-clear" in one.card.detail


# --- asked at signing -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("drug", DRUGS)
def test_what_is_still_being_written_is_asked_when_it_is_signed(drug: str) -> None:
    found = review(patient(), drug=drug, drafts=(draft(drug),))
    waiting = {f.id for f in found.findings if f.status is Truth.UNKNOWN} & set(known(drug).cards.at_sign)
    assert waiting
    select, sign = (shown(found, known(drug), occasion(hook)) for hook in ORDERING)
    asked = [set(of_status(cards, "unknown")[0].rules) for cards in (select, sign)]
    assert [set(), waiting] == [rules & waiting for rules in asked]
    assert "when it is signed" in info(select).card.detail
    assert "when it is signed" not in info(sign).card.detail


def test_what_surely_applies_is_said_at_once() -> None:
    found = severe_kidneys(draft(DRUG, dosageInstruction=daily()))
    assert about(shown(found, known(DRUG), occasion("order-select")), "dose-interval-renal")


# --- overridden before ----------------------------------------------------------------------------------------------


def test_a_warning_that_was_overridden_is_one_line_of_the_info_card() -> None:
    found = severe_kidneys()
    again = shown(found, known(DRUG), occasion(answered=frozenset({"renal-severe"})))
    assert not any("renal-severe" in one.rules for one in of_status(again, "applies"))
    assert "overridden before: " in info(again).card.detail
    assert "`renal-severe`" in info(again).card.detail


def test_an_overridden_warning_is_still_said_when_the_chart_is_opened() -> None:
    found = settled(severe_kidneys(), but=("renal-severe",))
    (only,) = shown(found, known(DRUG), occasion("patient-view", answered=frozenset({"renal-severe"})))
    assert "`renal-severe`" in only.card.detail


def test_a_critical_finding_stays_and_says_so() -> None:
    found = review(patient(), search("Condition", condition(PNEUMONIA)))
    again = shown(found, known(DRUG), occasion(answered=frozenset({"active-infection"})))
    assert "Overridden before in this session" in about(again, "active-infection").card.detail


def test_open_warnings_are_not_asked_twice_and_open_critical_questions_are() -> None:
    found = review(patient())
    everything = frozenset(finding.id for finding in found.findings)
    (one,) = of_status(shown(found, known(DRUG), occasion(answered_open=everything)), "unknown")
    severities = {finding.id: finding.severity for finding in found.findings}
    assert {"critical"} == {severities[id_] for id_ in one.rules}
    assert "set aside before" in one.card.detail


def test_a_question_set_aside_while_open_is_asked_once_it_applies() -> None:
    found = severe_kidneys()
    again = shown(found, known(DRUG), occasion(answered_open=frozenset({"renal-severe"})))
    assert about(again, "renal-severe")
