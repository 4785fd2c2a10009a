"""Feedback on cards: checked, kept once, joined to the rules of the card. Ids are those of the checklist."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import caller, cards_of, request, service_of
from sqlalchemy import create_engine, text
from starlette.testclient import TestClient

from apothecary.service.settings import Log

FEEDBACK = f"{service_of('order-sign')}/feedback"
CARD = "0b6a3f0e-6f0a-4c6e-9d5e-2f6f3f0c1a77"
GOOD = {"card": CARD, "outcome": "overridden", "outcomeTimestamp": "2026-06-30T10:00:00Z"}
ACCEPTED = {**GOOD, "outcome": "accepted", "acceptedSuggestions": [{"id": CARD}]}
REASON = {"reason": {"code": "will-monitor", "system": "urn:apothecary:override-reason", "display": "Will monitor"}}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    with caller(log=Log(url=str(tmp_path / "log.db"))) as made:
        yield made


def rows(tmp_path: Path, kind: str) -> list[Any]:
    engine = create_engine(f"sqlite:///{tmp_path / 'log.db'}")
    with engine.connect() as connection:
        found = list(
            connection.execute(text("select body from entries where kind = :kind order by seq"), {"kind": kind})
        )
    engine.dispose()
    return found


def send(client: TestClient, *items: Any) -> Any:
    return client.post(FEEDBACK, json={"feedback": list(items)})


@pytest.mark.parametrize("item", [GOOD, ACCEPTED, {**GOOD, "overrideReason": REASON}], ids=["plain", "accepted", "why"])
def test_B_1_feedback_is_taken(client: TestClient, tmp_path: Path, item: dict[str, Any]) -> None:
    assert 200 == send(client, item).status_code
    assert 1 == len(rows(tmp_path, "feedback"))


@pytest.mark.parametrize(
    ("item", "named"),
    [
        ({**GOOD, "card": "7"}, "card"),
        ({k: v for k, v in GOOD.items() if k != "card"}, "card"),
        ({**GOOD, "outcome": "ignored"}, "outcome"),
        ({k: v for k, v in GOOD.items() if k != "outcome"}, "outcome"),
        ({**GOOD, "outcomeTimestamp": "2026-06-30"}, "outcomeTimestamp"),
        ({**GOOD, "outcomeTimestamp": "2026-06-30T10:00:00+02:00"}, "outcomeTimestamp"),
        ({**GOOD, "outcomeTimestamp": "2026-13-45T99:00:00Z"}, "outcomeTimestamp"),
        ({**GOOD, "outcomeTimestamp": "2026-02-30T10:00:00Z"}, "outcomeTimestamp"),
        ({**GOOD, "outcome": "accepted"}, "acceptedSuggestions"),
        ({**ACCEPTED, "acceptedSuggestions": []}, "acceptedSuggestions"),
        ({**ACCEPTED, "acceptedSuggestions": [{}]}, "id"),
        ({**ACCEPTED, "outcome": "overridden"}, "acceptedSuggestions"),
    ],
    ids=str,
)  # fmt: skip
def test_B_2_what_is_not_right_is_named_and_nothing_is_kept(
    client: TestClient, tmp_path: Path, item: dict[str, Any], named: str
) -> None:
    answer = send(client, GOOD, item)
    assert 400 == answer.status_code
    assert named in answer.json()["issue"][0]["diagnostics"]
    assert [] == rows(tmp_path, "feedback")


@pytest.mark.parametrize("reason", [{"reason": REASON["reason"]}, {"userComment": "because"}], ids=["code", "words"])
def test_B_3_a_reason_is_a_code_or_words(client: TestClient, reason: dict[str, Any]) -> None:
    assert 200 == send(client, {**GOOD, "overrideReason": reason}).status_code


def test_B_3_an_empty_reason_is_refused(client: TestClient) -> None:
    assert 400 == send(client, {**GOOD, "overrideReason": {}}).status_code


def test_B_4_the_same_feedback_twice_is_kept_once(client: TestClient, tmp_path: Path) -> None:
    assert 200 == send(client, GOOD, {**GOOD, "outcomeTimestamp": "2026-06-30T11:00:00Z"}).status_code
    assert 200 == send(client, GOOD).status_code
    assert 2 == len(rows(tmp_path, "feedback"))


def test_feedback_is_joined_to_the_rules_and_the_version_of_its_card(client: TestClient, tmp_path: Path) -> None:
    import json

    card = cards_of(client, request())[0]
    assert 200 == send(client, {**GOOD, "card": card["uuid"]}).status_code
    review, kept = (json.loads(rows(tmp_path, kind)[-1].body) for kind in ("review", "feedback"))
    logged = next(one for one in review["cards"] if one["uuid"] == card["uuid"])
    assert logged["rules"] == kept["rules"]
    assert kept["rules"]


def test_a_comment_is_not_kept_unless_patient_data_may_be(client: TestClient, tmp_path: Path) -> None:
    send(client, {**GOOD, "overrideReason": {"userComment": "Mrs Miller insists"}})
    assert "Miller" not in (tmp_path / "log.db").read_bytes().decode("latin-1")


def test_an_empty_list_is_refused(client: TestClient) -> None:
    assert 400 == send(client).status_code


def test_feedback_without_a_log_is_counted(tmp_path: Path) -> None:
    with caller() as client:
        assert 200 == send(client, GOOD).status_code
        assert 'outcome="overridden"' in client.get("/metrics").text
