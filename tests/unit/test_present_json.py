"""The JSON format: the public contract's keys in its order, then our additions."""

import json
from typing import Any

import msgspec
import pytest
from test_present_samples import EXPIRED, U, empty, hostile, monograph, review

from apothecary.present import render
from apothecary.review.result import Finding, IndicationFound, Review


def read(made: Review) -> Any:
    return json.loads(render(made, monograph(), "json"))


RICH = read(review())
CONTRACT = [
    "contract",
    "drug",
    "knowledge",
    "patient",
    "as_of",
    "phase",
    "verdict",
    "indications",
    "findings",
    "dose_plan",
    "monitoring",
    "problems",
]
EVIDENCE = ["fact", "value", "unit", "date", "source", "match", "note"]
FINDING = [
    "id",
    "status",
    "severity",
    "topic",
    "title",
    "action",
    "because",
    "needs",
    "basis",
    "interpretation",
    "exception",
]
MEASURE = ["value", "unit", "date", "source", "method", "why", "text"]


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ([*CONTRACT, "exposure", "phase_from", "to_get"], RICH),
        (["version", "revised", "hash", "expires", "expired"], RICH["knowledge"]),
        (["id", "age", "sex", "weight", "creatinine_clearance"], RICH["patient"]),
        (MEASURE, RICH["patient"]["weight"]),
        (MEASURE, RICH["patient"]["creatinine_clearance"]),
        (["id", "status", "labeled", "name", "because", "needs"], RICH["indications"][0]),
        (FINDING, RICH["findings"][0]),
        (EVIDENCE, RICH["findings"][0]["because"][0]),
        (EVIDENCE, RICH["indications"][0]["because"][0]),
        (["fact", "why", "how"], RICH["findings"][1]["needs"][0]),
        (["statement", "section", "references", "kind"], RICH["findings"][0]["basis"][0]),
        (["code", "where", "message"], RICH["problems"][0]),
        (["fact", "why", "how", "severity", "settles"], RICH["to_get"][0]),
    ],
)
def test_keys_and_their_order(expected: list[str], found: dict[str, Any]) -> None:
    assert expected == list(found)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("contract", 1),
        ("drug", "fictamab"),
        (
            "knowledge",
            {
                "version": "2025.4.1",
                "revised": "2025-04-10",
                "hash": "0f3a9c1e",
                "expires": "2027-04-10",
                "expired": False,
            },
        ),
        ("as_of", "2026-11-22"),
        ("phase", "considering"),
        ("verdict", "stop"),
        ("dose_plan", None),
        ("monitoring", []),
        ("exposure", None),
    ],
)
def test_top_level_values(name: str, expected: object) -> None:
    assert expected == RICH[name]


def test_an_edition_past_its_limit_says_so() -> None:
    found = read(review(knowledge=EXPIRED))["knowledge"]
    assert ("2027-04-10", True) == (found["expires"], found["expired"])


def test_every_finding_is_there_in_the_order_of_the_review() -> None:
    expected = [(finding.id, str(finding.status)) for finding in review().findings]
    assert expected == [(found["id"], found["status"]) for found in RICH["findings"]]


def test_an_empty_field_of_evidence_is_there() -> None:
    expected = dict(zip(EVIDENCE, ["age", "71 a", "", "", "Patient", "", ""], strict=True))
    assert [expected] == RICH["findings"][3]["because"]


def test_nothing_the_review_says_is_lost() -> None:
    for finding, found in zip(review().findings, RICH["findings"], strict=True):
        assert finding == msgspec.convert(found, type=Finding)


def test_a_use_that_is_not_known_says_what_it_lacks() -> None:
    use = IndicationFound("skin", "Skin disease", U, False, (), review().indications[1].needs)
    assert "allergies" == read(review(indications=(use,)))["indications"][0]["needs"][0]["fact"]


def test_what_is_not_known_is_null() -> None:
    found = read(empty())["patient"]
    assert (None, None, None, None) == (found["id"], found["age"], found["sex"], found["weight"]["value"])


def test_it_is_indented_by_two_spaces() -> None:
    assert render(review(), monograph(), "json").startswith('{\n  "contract": 1,\n  "drug": "fictamab",\n')


def test_a_damaged_string_is_marked_and_the_rest_kept() -> None:
    found = read(hostile())["patient"]["id"]
    assert found.startswith("<script>alert('x')</script> [click](https://evil.example)")
    assert found.endswith("≥ 10³ ?")


def test_control_characters_are_escaped() -> None:
    assert "\x1b" not in render(hostile(), monograph(), "json")
