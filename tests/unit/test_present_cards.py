"""Cards against the CDS Hooks requirements; each test names those it stands for."""

import json
from typing import Any

import msgspec
import pytest
from cds_schema import RESPONSE, absolute, hollow, mistakes
from test_present_cards_samples import (
    AS_OF,
    BASE,
    DRUG,
    DRUGS,
    HOOKS,
    about,
    daily,
    draft,
    ids,
    info,
    known,
    occasion,
    of_status,
    review,
    reviewer,
    sent,
    severe_kidneys,
    shown,
)

from apothecary.knowledge.cards import HL7_REASONS, OWN_REASONS
from apothecary.present.cards import Shown, cannot_tell, encode, not_reviewed
from apothecary.record import read_record
from support import PNEUMONIA, condition, patient, search


def all_sent() -> list[dict[str, Any]]:
    """Cards of every kind."""
    drafts = (draft(DRUG, dosageInstruction=daily()),)
    full = severe_kidneys(*drafts)
    ill = review(patient(), search("Condition", condition(PNEUMONIA)), drafts=drafts)
    note = occasion("patient-view", note="Not logged.")
    plain = [
        not_reviewed(known(DRUG), "The patient has died.", ids(), BASE),
        cannot_tell(known(DRUG), "x", ids(), BASE),
    ]
    found = [shown(one, known(DRUG), occasion(hook, *drafts)) for one in (full, ill) for hook in HOOKS]
    found += [shown(full, known(DRUG), note)]
    return [card for one in (*found, tuple(plain)) for card in sent(one)]


def test_J_1_S_1_the_answer_is_an_object_with_cards() -> None:
    assert {"cards": []} == json.loads(encode(()))
    assert ["cards"] == list(json.loads(encode(shown(severe_kidneys(), known(DRUG), occasion()))))


def test_J_2_J_3_nothing_is_null_or_empty() -> None:
    assert [] == [said for card in all_sent() for said in hollow(card)]


def test_C_1_to_C_14_the_schema_of_the_specification_accepts_every_card() -> None:
    assert [] == [said for card in all_sent() for said in mistakes({"cards": [card]}, RESPONSE)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"summary": "x" * 140}, "too long"),
        ({"summary": None}, "None"),
        ({"indicator": "fatal"}, "not one of"),
        ({"source": {}}, "'label'"),
        ({"selectionBehavior": None}, "None"),
        ({"overrideReasons": [{"code": "a", "system": "b"}]}, "'display'"),
        ({"suggestions": [{"label": "x", "actions": [{"type": "delete", "description": "x"}]}]}, "'resourceId'"),
        ({"suggestions": [{"label": "x", "actionSelectionBehavior": "any"}]}, "actionSelectionBehavior"),
        ({"links": [{"label": "x", "url": "https://x.y", "type": "absolute", "appContext": "x"}]}, "'smart'"),
        ({"extension": ["x"]}, "object"),
        ({"detail": ""}, "''"),
    ],
)
def test_the_schema_would_find_it(change: dict[str, Any], said: str) -> None:
    card = next(card for card in all_sent() if "suggestions" in card)
    assert [] == mistakes({"cards": [card]}, RESPONSE)
    assert any(said in one for one in mistakes({"cards": [card | change]}, RESPONSE))


def test_C_1_a_summary_is_one_sentence_of_at_most_139_characters() -> None:
    for card in all_sent():
        assert len(card["summary"]) <= 139
        assert "\n" not in card["summary"]


@pytest.mark.parametrize("drug", DRUGS)
def test_C_1_no_title_is_ever_cut(drug: str) -> None:
    """Whatever applies, the summary of its card has the whole title of its first rule."""
    whole = reviewer(drug).review(read_record(b'{"resourceType": "Patient", "id": "p1"}'), AS_OF)
    yes = tuple(msgspec.structs.replace(f, status=type(f.status).APPLIES, needs=()) for f in whole.findings)
    found = shown(msgspec.structs.replace(whole, findings=yes), known(drug), occasion())
    decided = of_status(found, "applies")
    assert len(decided) > 5
    for one in decided:
        assert known(drug).rules[one.rules[0]].title in one.card.summary


def test_C_2_the_indicator_is_that_of_the_most_severe_finding() -> None:
    found = shown(severe_kidneys(draft(DRUG, dosageInstruction=daily())), known(DRUG), occasion())
    severities = {rule.id: rule.severity for rule in known(DRUG).rules.values()}
    for one in of_status(found, "applies"):
        assert one.card.indicator == min((severities[id_] for id_ in one.rules), key=["critical", "warning"].index)


def test_C_3_the_source_is_the_monograph_with_its_edition() -> None:
    monograph = known(DRUG)
    for card in all_sent():
        source = card["source"]
        assert monograph.drug.edition.revised.isoformat() in source["label"]
        assert f"{BASE}/monographs/{DRUG}" == source["url"]
        assert source["topic"]["system"] in ("urn:apothecary:rule", "urn:apothecary:card")


def test_C_5_C_6_suggestions_say_how_many_may_be_taken_and_none_is_preselected() -> None:
    offering = [card for card in all_sent() if "suggestions" in card]
    assert offering
    for card in offering:
        assert card["selectionBehavior"] in ("at-most-one", "any")
        assert not any("isRecommended" in one for one in card["suggestions"])
    assert not any("selectionBehavior" in card for card in all_sent() if "suggestions" not in card)


def test_C_7_O_1_critical_and_warning_cards_offer_reasons_with_code_system_and_display() -> None:
    for card in all_sent():
        assert ("overrideReasons" in card) == (card["indicator"] != "info")
        reasons = card.get("overrideReasons", [])
        assert all({"code", "system", "display"} == set(reason) for reason in reasons)
        if reasons:
            assert {OWN_REASONS, HL7_REASONS} == {reason["system"] for reason in reasons}
            assert {"will-monitor", "tolerated-before"} <= {reason["code"] for reason in reasons}


def test_O_1_a_reason_for_some_decisions_stands_only_there() -> None:
    found = shown(severe_kidneys(), known(DRUG), occasion())
    kidneys = about(found, "renal-severe").card
    use = about(shown(review(patient(), search("Condition")), known(DRUG), occasion()), "no-documented-use").card
    assert "done-elsewhere" in {reason.code for reason in kidneys.override_reasons}
    assert "done-elsewhere" not in {reason.code for reason in use.override_reasons}


def test_C_8_every_card_and_suggestion_has_an_id_of_its_own() -> None:
    found = sent(shown(severe_kidneys(), known(DRUG), occasion("order-sign", draft(DRUG, dosageInstruction=daily()))))
    all_ids = [card["uuid"] for card in found]
    all_ids += [one["uuid"] for card in found for one in card.get("suggestions", [])]
    assert len(all_ids) > len(found)
    assert len(all_ids) == len(set(all_ids))


def test_C_9_C_10_every_suggestion_has_a_label_and_every_action_a_description() -> None:
    offered = [one for card in all_sent() for one in card.get("suggestions", [])]
    assert all(one["label"] and one["actions"] for one in offered)
    assert all(action["description"] for one in offered for action in one["actions"])
    assert {"create", "update", "delete"} == {action["type"] for one in offered for action in one["actions"]}


def test_C_12_C_14_E_1_A_1_nothing_that_needs_an_agreement_is_sent() -> None:
    for card in all_sent():
        text = json.dumps(card)
        assert not any(f'"{word}"' in text for word in ("actionSelectionBehavior", "autolaunchable", "extension"))


def test_C_13_links_are_absolute_and_lead_to_the_rule() -> None:
    found = shown(severe_kidneys(), known(DRUG), occasion())
    links = about(found, "renal-severe").card.links
    assert [f"{BASE}/monographs/{DRUG}#rule-renal-severe"] == [link.url for link in links]
    assert all(absolute(link["url"]) for card in all_sent() for link in card.get("links", []))


def test_C_13_the_app_is_linked_only_where_it_can_be_launched() -> None:
    for smart in (True, False):
        found = shown(severe_kidneys(), known(DRUG), occasion(smart=smart))
        assert all(("smart" in [link.type for link in one.card.links]) is smart for one in found)
    launched = shown(severe_kidneys(), known(DRUG), occasion(smart=True))[0].card.links[-1]
    assert f"{BASE}/smart/launch?drug={DRUG}" == launched.url


# --- what a card says -----------------------------------------------------------------------------------------------


def test_the_detail_has_numbers_dates_sources_action_statements_references_and_knowledge() -> None:
    found = shown(severe_kidneys(), known(DRUG), occasion())
    detail = about(found, "renal-severe").card.detail
    rule = known(DRUG).rules["renal-severe"]
    for part in ("20 mL/min", "2026-06-01", "Observation/Observation-0", rule.action, "`renal-severe`", "Reference 1"):
        assert part in detail
    assert all(f"`{statement}`" in detail for statement in rule.statements)
    assert f"Knowledge version `{known(DRUG).version}`, hash `{known(DRUG).hash}`" in detail
    assert "Not clinically validated" in detail


def test_an_edition_out_of_date_is_said_on_every_card() -> None:
    old = severe_kidneys()
    used = msgspec.structs.replace(old.knowledge, expired=True)
    for hook in HOOKS:
        found = shown(msgspec.structs.replace(old, knowledge=used), known(DRUG), occasion(hook))
        assert all("out of date" in one.card.detail for one in found)
    quiet = msgspec.structs.replace(old, knowledge=used, findings=old.findings[:0], monitoring=())
    assert "out of date" in info(shown(quiet, known(DRUG), occasion("patient-view"))).card.detail


def test_a_note_stands_on_every_card_or_on_one_of_its_own() -> None:
    full = severe_kidneys()
    found = shown(full, known(DRUG), occasion(note="This answer was not logged."))
    assert all(one.card.detail.startswith("**This answer was not logged.**") for one in found)
    clear = msgspec.structs.replace(
        full,
        findings=tuple(msgspec.structs.replace(f, status=type(f.status).CLEAR, needs=()) for f in full.findings),
        monitoring=(),
    )
    assert () == shown(clear, known(DRUG), occasion("patient-view"))
    (alone,) = shown(clear, known(DRUG), occasion("patient-view", note="This answer was not logged."))
    assert ("warning", "This answer was not logged.") == (alone.card.indicator, alone.card.summary)


@pytest.mark.parametrize("make", [not_reviewed, cannot_tell])
@pytest.mark.parametrize("message", ["The record says that the patient has died.", "word " * 60, "<b>x</b> [a](b)"])
def test_what_was_not_reviewed_is_a_warning_card_and_no_all_clear(make: Any, message: str) -> None:
    one: Shown = make(known(DRUG), message, ids(), BASE)
    assert [] == mistakes({"cards": sent((one,))}, RESPONSE)
    assert "warning" == one.card.indicator
    assert "no all-clear" in one.card.detail
    assert "<b>" not in one.card.detail
    assert () == one.rules


def test_rules_of_one_decision_share_a_card() -> None:
    found = shown(severe_kidneys(draft(DRUG, dosageInstruction=daily())), known(DRUG), occasion())
    one = about(found, "dose-interval-renal")
    assert {"dose-interval-renal", "renal-severe"} == set(one.rules)
    assert "(and 1 more on this)" in one.card.summary


def test_a_card_names_no_file_that_its_reader_does_not_have() -> None:
    for one in all_sent():
        assert ".md" not in one["detail"]
    reviewed = [one["detail"] for one in all_sent() if "Knowledge version" in one["detail"]]
    assert reviewed
    assert all("Not clinically validated" in detail for detail in reviewed)
