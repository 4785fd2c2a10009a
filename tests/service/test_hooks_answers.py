"""When a hook answers with cards, when with none, and what happens from selecting an order to signing it."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import DRAFT, ask, caller, cards_of, request, said, service_of, whole_prefetch
from starlette.testclient import TestClient

from apothecary.service.settings import Log
from support import PNEUMONIA, TRIPTAN, ZORVIMAB, condition, order

HOOKS = ("patient-view", "order-select", "order-sign")
OTHER = order("ibuprofen 400 mg", "draft", id="d2")


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with caller() as made:
        yield made


def empty_places(value: Any, where: str = "") -> Iterator[str]:
    """The places of null and of empty strings, lists and objects."""
    if value is None or value in ("", [], {}):
        yield where
    for name, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from empty_places(inner, f"{where}.{name}")


@pytest.mark.parametrize("hook", HOOKS)
def test_S_1_a_success_is_an_object_with_cards(client: TestClient, hook: str) -> None:
    answer = ask(client, request(hook))
    assert (200, ["cards"]) == (answer.status_code, list(answer.json()))


@pytest.mark.parametrize("hook", HOOKS)
def test_J_2_J_3_nothing_empty_is_sent_but_an_empty_list_of_cards(client: TestClient, hook: str) -> None:
    full = whole_prefetch(condition(PNEUMONIA), order(ZORVIMAB), order(TRIPTAN))
    for prefetch in ({"patient": None, "medications": None}, whole_prefetch(), full):
        assert {".cards"} >= set(empty_places(ask(client, request(hook, prefetch=prefetch)).json()))
    assert [] == list(empty_places(client.get("/cds-services").json()))


@pytest.mark.parametrize("hook", HOOKS)
def test_J_4_what_is_sent_is_plain_json(client: TestClient, hook: str) -> None:
    """No comment and no trailing comma: the strict parser of the standard library reads it, and nothing follows."""
    answer = ask(client, request(hook))
    text = answer.content.decode("utf-8")
    value, end = json.JSONDecoder(strict=True).raw_decode(text)
    assert (len(text), answer.json()) == (end, value)


def test_a_drug_neither_ordered_nor_taken_is_no_concern(client: TestClient) -> None:
    assert [] == cards_of(client, request("patient-view"))
    assert [] == cards_of(client, request("order-sign", drafts=(OTHER,)))


def test_an_order_of_the_drug_always_gets_a_visible_answer(client: TestClient) -> None:
    for hook in ("order-select", "order-sign"):
        assert cards_of(client, request(hook))


def test_a_contraindication_stands_on_a_card_of_its_own_before_the_others(client: TestClient) -> None:
    cards = cards_of(client, request(prefetch=whole_prefetch(condition(PNEUMONIA))))
    assert "critical" == cards[0]["indicator"]
    assert "`active-infection`" in cards[0]["detail"]
    order_of = {"critical": 0, "warning": 1, "info": 2}
    indicators = [order_of[card["indicator"]] for card in cards]
    assert sorted(indicators) == indicators


def test_the_order_of_another_drug_is_judged_in_a_patient_who_takes_this_one(client: TestClient) -> None:
    drafts = (order(TRIPTAN, "draft", id="d3"),)
    cards = cards_of(client, request(drafts=drafts, prefetch=whole_prefetch(order(ZORVIMAB))))
    assert "`triptan`" in said(cards)


def test_the_order_of_a_drug_that_is_no_matter_here_brings_up_no_card(client: TestClient) -> None:
    prefetch = whole_prefetch(order(ZORVIMAB))
    assert [] == cards_of(client, request(drafts=(OTHER,), prefetch=prefetch))
    assert [] == cards_of(client, request(drafts=(), prefetch=prefetch))
    assert cards_of(client, request(drafts=(DRAFT, OTHER), prefetch=prefetch))


def test_an_order_that_may_be_of_the_drug_gets_the_whole_answer_in_a_patient_who_takes_it(client: TestClient) -> None:
    unnamed = order(None, "draft", id="d4")
    unnamed.pop("medicationCodeableConcept", None)
    cards = cards_of(client, request(drafts=(unnamed,), prefetch=whole_prefetch(order(ZORVIMAB))))
    assert "info" in {card["indicator"] for card in cards}


@pytest.mark.parametrize(
    "code",
    [{"text": "Zorvimab injection"}, {"coding": [{"display": "ZORVIMAB, 1 mg"}]}, {"concept": {"text": "zorvimab"}}],
    ids=["text", "display", "as in R5"],
)
def test_the_drug_ordered_as_a_service_is_not_passed_over(client: TestClient, code: dict[str, Any]) -> None:
    service = {"resourceType": "ServiceRequest", "id": "s1", "status": "draft", "intent": "order"}
    service |= {"subject": {"reference": "Patient/p1"}, "code": code}
    (card,) = cards_of(client, request(drafts=(service,)))
    assert "ServiceRequest/s1 names it and is no medication order" in card["detail"]
    taken = cards_of(client, request(drafts=(service,), prefetch=whole_prefetch(order(ZORVIMAB))))
    assert "info" in {card["indicator"] for card in taken}
    service["code"] = {"text": "Glucose", "coding": [None, {"display": 7}]}
    assert [] == cards_of(client, request(drafts=(service,)))


def test_an_opened_chart_of_a_patient_who_takes_the_drug(client: TestClient) -> None:
    cards = cards_of(client, request("patient-view", prefetch=whole_prefetch(order(ZORVIMAB), condition(PNEUMONIA))))
    assert cards


def test_an_order_that_may_be_of_the_drug_is_not_passed_over(client: TestClient) -> None:
    unnamed = order(None, "draft", id="d4")
    unnamed.pop("medicationCodeableConcept", None)
    assert "not known" in said(cards_of(client, request(drafts=(unnamed,))))


def test_selecting_and_signing_say_the_same_under_one_service(client: TestClient) -> None:
    """The client replaces the cards of a service by its new ones, so the same decision is never shown twice."""
    prefetch = whole_prefetch(condition(PNEUMONIA))
    selected, signed = (cards_of(client, request(hook, prefetch=prefetch)) for hook in ("order-select", "order-sign"))
    alerts = [[c["summary"] for c in cards if c["indicator"] == "critical"] for cards in (selected, signed)]
    assert service_of("order-select") == service_of("order-sign")
    assert alerts[0] == alerts[1]


def overriding(client: TestClient, card: dict[str, Any]) -> None:
    item = {"card": card["uuid"], "outcome": "overridden", "outcomeTimestamp": "2026-06-30T10:00:00Z"}
    assert 200 == client.post(f"{service_of('order-sign')}/feedback", json={"feedback": [item]}).status_code


def test_a_warning_overridden_at_selection_is_no_card_again_at_signing(tmp_path: Path) -> None:
    prefetch = whole_prefetch(order(TRIPTAN))
    with caller(log=Log(url=str(tmp_path / "log.db"))) as client:
        selected = cards_of(client, request("order-select", prefetch=prefetch))
        (warning,) = [c for c in selected if "`triptan`" in c["detail"] and c["indicator"] == "warning"]
        overriding(client, warning)
        signed = cards_of(client, request("order-sign", prefetch=prefetch))
        again = [c for c in signed if c["indicator"] == "warning" and c["summary"] == warning["summary"]]
        assert [] == again
        assert "triptan" in said([c for c in signed if c["indicator"] == "info"])


def test_a_critical_card_overridden_before_stands_again(tmp_path: Path) -> None:
    prefetch = whole_prefetch(condition(PNEUMONIA))
    with caller(log=Log(url=str(tmp_path / "log.db"))) as client:
        first = cards_of(client, request("order-select", prefetch=prefetch))[0]
        overriding(client, first)
        assert "critical" == cards_of(client, request("order-sign", prefetch=prefetch))[0]["indicator"]


def test_an_override_counts_for_its_patient_only(tmp_path: Path) -> None:
    prefetch = whole_prefetch(order(TRIPTAN))
    with caller(log=Log(url=str(tmp_path / "log.db"))) as client:
        first = cards_of(client, request("order-select", prefetch=prefetch))
        (warning,) = [c for c in first if "`triptan`" in c["detail"] and c["indicator"] == "warning"]
        overriding(client, warning)
        other = json.loads(json.dumps(request("order-sign", prefetch=prefetch)).replace("p1", "p9"))
        assert warning["summary"] in [c["summary"] for c in cards_of(client, other)]


def test_a_fault_is_an_error_status_and_never_an_empty_list(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apothecary.review import Reviewer

    def fails(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("Mrs Miller")

    monkeypatch.setattr(Reviewer, "answer", fails)
    answer = ask(client, request())
    assert (500, "OperationOutcome") == (answer.status_code, answer.json()["resourceType"])
    assert "Miller" not in answer.text


def test_A_1_no_system_actions(client: TestClient) -> None:
    assert "systemActions" not in ask(client, request()).json()


def test_P_9_an_answer_takes_much_less_than_half_a_second(client: TestClient) -> None:
    sent = request(prefetch=whole_prefetch(condition(PNEUMONIA)))
    ask(client, sent)
    took = []
    for _ in range(20):
        begun = time.perf_counter()
        ask(client, sent)
        took.append(time.perf_counter() - begun)
    assert sorted(took)[10] < 0.5


def test_the_draft_of_the_drug_can_be_taken_back(client: TestClient) -> None:
    cards = cards_of(client, request(drafts=(DRAFT,), prefetch=whole_prefetch(condition(PNEUMONIA))))
    actions = [a for s in cards[0].get("suggestions", ()) for a in s["actions"]]
    assert "MedicationRequest/d1" in [a.get("resourceId") for a in actions if a["type"] == "delete"]


def test_a_question_set_aside_while_open_is_asked_once_it_applies(tmp_path: Path) -> None:
    """Overriding the card that cannot tell is no answer to a warning that later applies."""
    with caller(log=Log(url=str(tmp_path / "log.db"))) as client:
        open_ = cards_of(
            client, request("order-select", prefetch=whole_prefetch(leave_out=("medications", "statements")))
        )
        (unknown,) = [c for c in open_ if "cannot tell" in c["summary"]]
        overriding(client, unknown)
        signed = cards_of(client, request("order-sign", prefetch=whole_prefetch(order(TRIPTAN))))
    assert ["warning"] == [c["indicator"] for c in signed if "`triptan`" in c["detail"]]


def test_a_card_in_place_of_a_review_is_logged_and_can_be_answered(tmp_path: Path) -> None:
    """It is no review in the report, and feedback on it finds its card."""
    from apothecary.decision_log.keys import read_key
    from apothecary.decision_log.store import DecisionLog

    dead = {"resourceType": "Patient", "id": "p1", "deceasedBoolean": True}
    with caller(log=Log(url=str(tmp_path / "log.db"))) as client:
        (card,) = cards_of(client, request(prefetch={**whole_prefetch(), "patient": dead}))
        overriding(client, card)
    log = DecisionLog.open(str(tmp_path / "log.db"), read_key(str(tmp_path / "log.db")))
    with log.snapshot() as connection:
        rows = connection.exec_driver_sql("select kind, patient, body from entries order by seq").all()
    log.close()
    assert ["note", "feedback"] == [row[0] for row in rows]
    assert ("dead", 1) == (json.loads(rows[0][2])["why"], json.loads(rows[1][2])["reviewed"])
    assert "p1" not in rows[0][2]


def test_without_its_log_a_site_that_refuses_gets_no_such_card_either(tmp_path: Path) -> None:
    dead = {"resourceType": "Patient", "id": "p1", "deceasedBoolean": True}
    with caller(log=Log(url=str(tmp_path / "log.db"))) as client:
        (tmp_path / "log.db").rename(tmp_path / "elsewhere.db")
        answer = ask(client, request(prefetch={**whole_prefetch(), "patient": dead}))
    assert (503, "log-unwritable") == (answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"])


def test_a_site_that_flags_says_so_on_such_a_card(tmp_path: Path) -> None:
    dead = {"resourceType": "Patient", "id": "p1", "deceasedBoolean": True}
    with caller(log=Log(url=str(tmp_path / "log.db"), unwritable="flag")) as client:
        (tmp_path / "log.db").rename(tmp_path / "elsewhere.db")
        (card,) = cards_of(client, request(prefetch={**whole_prefetch(), "patient": dead}))
    assert "could not be written to the decision log" in card["detail"]
