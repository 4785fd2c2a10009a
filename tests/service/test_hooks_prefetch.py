"""What was sent along, and what was not: the states stay apart to the cards. Ids are those of the checklist."""

from collections.abc import Iterator
from typing import Any

import pytest
from asking import DRAFT, KINDS, application, ask, caller, cards_of, request, said, whole_prefetch
from starlette.testclient import TestClient

from apothecary.service.fhir.client import Access, FhirClient
from support import MIGRAINE, TRIPTAN, ZORVIMAB, condition, order, search

OUTCOME = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "exception", "diagnostics": "The list service is down."}],
}
TOKEN = {"access_token": "s3cr3t-t0k3n", "token_type": "Bearer", "expires_in": 300, "scope": "patient/*.read"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with caller() as made:
        yield made


def with_key(key: str, value: Any) -> dict[str, Any]:
    return {**whole_prefetch(), key: value}


def open_questions(client: TestClient, prefetch: dict[str, Any]) -> str:
    """What the card that cannot tell asks for; empty without such a card."""
    found = [card for card in cards_of(client, request(prefetch=prefetch)) if "cannot tell" in card["summary"]]
    return said(found).casefold()


def test_P_4_a_key_that_answers_its_template_settles_its_section(client: TestClient) -> None:
    assert "problem list" not in open_questions(client, whole_prefetch())


def test_P_4_an_absent_key_leaves_its_section_unknown(client: TestClient) -> None:
    assert "problem list" in open_questions(client, whole_prefetch(leave_out=("conditions",)))


def test_P_4_results_searched_by_code_are_all_that_the_rules_need(client: TestClient) -> None:
    """The answer to our own template is narrowed to the codes asked for; it is whole all the same."""
    link = "https://ehr.example/fhir/Observation?patient=p1&code=731-0,29463-7&_count=500"
    narrowed = {**search("Observation"), "link": [{"relation": "self", "url": link}]}
    assert "searched only" not in open_questions(client, with_key("results", narrowed))


def test_P_4_the_same_search_under_a_key_of_the_client_is_only_part(client: TestClient) -> None:
    link = "https://ehr.example/fhir/Condition?patient=p1&code=G43.9"
    narrowed = {**search("Condition"), "link": [{"relation": "self", "url": link}]}
    prefetch = {**whole_prefetch(leave_out=("conditions",)), "item1": narrowed}
    assert "searched only" in open_questions(client, prefetch)


@pytest.mark.parametrize("value", [None, search("Condition")], ids=["null", "empty bundle"])
def test_P_7_null_and_an_empty_search_are_a_known_no(client: TestClient, value: Any) -> None:
    assert "problem list" not in open_questions(client, with_key("conditions", value))


def test_P_7_all_four_states_stay_apart(client: TestClient) -> None:
    none = cards_of(client, request(prefetch=with_key("conditions", None)))
    absent = cards_of(client, request(prefetch=whole_prefetch(leave_out=("conditions",))))
    failed = cards_of(client, request(prefetch=with_key("conditions", OUTCOME)))
    some = cards_of(client, request(prefetch=with_key("conditions", search("Condition", condition(MIGRAINE)))))
    assert 4 == len({said(found) for found in (none, absent, failed, some)})


def test_P_6_an_error_report_is_unavailable_and_named(client: TestClient) -> None:
    assert "the list service is down" in open_questions(client, with_key("conditions", OUTCOME))


def test_P_8_one_page_of_more_is_not_the_whole(client: TestClient) -> None:
    page = search("Condition", condition("headache"))
    page["link"].append({"relation": "next", "url": "https://ehr.example/fhir?page=2"})
    assert "only one page" in open_questions(client, with_key("conditions", page))


def test_P_5_without_a_medication_list_nothing_can_be_said_of_an_open_chart(client: TestClient) -> None:
    answer = ask(client, request("patient-view", prefetch={}))
    assert (412, "medication-list-needed") == (
        answer.status_code, answer.json()["issue"][0]["details"]["coding"][0]["code"]
    )  # fmt: skip


def test_P_5_an_order_of_the_drug_is_answered_even_without_any_data(client: TestClient) -> None:
    cards = cards_of(client, request(prefetch=None) | {"prefetch": {}})
    assert "cannot tell" in said(cards)


def test_a_medication_list_that_could_not_be_had_is_a_card(client: TestClient) -> None:
    cards = cards_of(client, request("patient-view", prefetch=with_key("medications", OUTCOME)))
    assert ["warning"] == [card["indicator"] for card in cards]
    assert "The list service is down" in said(cards)


class Recording(FhirClient):
    """Answers every query with an empty search, and remembers what was asked with which token."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.asked = answers, []  # type: list[tuple[Access, dict[str, str]]]

    async def fetch(self, access: Access, queries: Any) -> Any:
        import json

        import msgspec

        self.asked.append((access, dict(queries)))
        return {key: msgspec.Raw(json.dumps(self.answers[key]).encode()) for key in queries}

    async def close(self) -> None:
        """Nothing is open."""


def fetching(answers: dict[str, Any], sent: dict[str, Any]) -> tuple[list[dict[str, Any]], Recording]:
    """The cards where the client's server answers so, and what was asked of it."""
    import dataclasses

    from apothecary.service import app as service

    recording = Recording(answers)
    real = service._state
    try:
        service._state = lambda settings, today: dataclasses.replace(real(settings, today), fhir=recording)
        app = application()
    finally:
        service._state = real
    with caller(app) as client:
        return cards_of(client, sent), recording


def asked_with_token(prefetch: dict[str, Any]) -> dict[str, Any]:
    return request(prefetch=prefetch, fhirServer="https://ehr.example/fhir", fhirAuthorization=TOKEN)


def test_P_4_what_is_absent_is_fetched_with_the_token() -> None:
    answers = whole_prefetch(condition(MIGRAINE))
    cards, recording = fetching(answers, asked_with_token(whole_prefetch(leave_out=("conditions", "results"))))
    ((access, queries),) = recording.asked
    assert {"conditions", "results"} == set(queries)
    assert queries["conditions"].startswith("Condition?patient=p1")
    assert ("https://ehr.example/fhir", "s3cr3t-t0k3n") == (access.server.rstrip("/"), access.token)
    assert "problem list" not in said(cards)


def test_P_6_an_error_report_is_not_asked_for_again() -> None:
    _, recording = fetching(whole_prefetch(), asked_with_token(with_key("conditions", OUTCOME)))
    assert [] == recording.asked


def test_P_7_null_is_not_asked_for_again() -> None:
    _, recording = fetching(whole_prefetch(), asked_with_token(with_key("conditions", None)))
    assert [] == recording.asked


def test_what_cannot_be_fetched_stays_unknown_with_the_reason() -> None:
    answers = {**whole_prefetch(), "conditions": OUTCOME}
    cards, _ = fetching(answers, asked_with_token(whole_prefetch(leave_out=("conditions",))))
    assert "The list service is down" in said(cards)


def test_without_a_token_nothing_is_fetched() -> None:
    sent = request(prefetch=whole_prefetch(leave_out=("conditions",)), fhirServer="https://ehr.example/fhir")
    _, recording = fetching(whole_prefetch(), sent)
    assert [] == recording.asked


def test_F_1_the_token_is_never_shown(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    cards, recording = fetching(whole_prefetch(), asked_with_token({"patient": None}))
    assert recording.asked
    out = capfd.readouterr()
    for text in (caplog.text, out.out, out.err, str(cards), repr(recording.asked)):
        assert "s3cr3t-t0k3n" not in text


def test_another_patients_data_are_a_card_and_no_review(client: TestClient) -> None:
    other = order(TRIPTAN, subject={"reference": "Patient/p2"})
    cards = cards_of(client, request(prefetch=with_key("medications", search("MedicationRequest", other))))
    assert 1 == len(cards)
    assert "was not reviewed" in cards[0]["summary"]


def test_a_dead_patient_is_a_card_and_no_review(client: TestClient) -> None:
    dead = {"resourceType": "Patient", "id": "p1", "deceasedBoolean": True}
    cards = cards_of(client, request(prefetch=with_key("patient", dead)))
    assert ["warning"] == [card["indicator"] for card in cards]
    assert "died" in said(cards)


def test_keys_cover_every_resource_type_the_tests_use() -> None:
    assert {"patient", *KINDS} == set(whole_prefetch(order(ZORVIMAB), DRAFT))
