"""The case runner itself: a wrong expectation must fail, and say what was expected and what was found."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from apothecary.knowledge import PACKAGED, KnowledgeError, load
from apothecary.logic import Truth
from apothecary.review import Reviewer
from apothecary.review.cases import Case, CaseFile, load_cases, run_case

RIGHT: dict[str, Any] = {
    "name": "etanercept",
    "record": {"medications": [{"name": "etanercept", "source": "row 7"}]},
    "expect": Truth.APPLIES,
    "because": ("row 7", "TNF blocker", "etanercept"),
    "action": "Do not combine",
    "verdict": "stop",
}
ASKED = {"name": "nothing", "record": {"sex": "male"}, "expect": Truth.UNKNOWN, "needs": ("not-supplied",)}
REACTION: dict[str, Any] = {
    "name": "anaphylaxis",
    "record": {
        "medications": [{"name": "anakinra", "start": "2026-09-01"}],
        "conditions": [{"name": "anaphylaxis", "onset": "2026-09-02"}],
    },
    "expect": Truth.APPLIES,
    "exception": "severe reaction",
}


@cache
def reviewer() -> Reviewer:
    return Reviewer(load(PACKAGED / "anakinra"))


def differences(case: dict[str, Any], rule: str = "tnf-blocker") -> list[str]:
    built = Case(**case)
    return run_case(reviewer(), CaseFile(rule, date(2026, 11, 22), (built,)), built)


@pytest.mark.parametrize(
    ("case", "rule"),
    [(RIGHT, "tnf-blocker"), (ASKED, "tnf-blocker"), (REACTION, "hypersensitivity-on-therapy")],
)
def test_right_expectations_pass(case: dict[str, Any], rule: str) -> None:
    assert [] == differences(case, rule)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"expect": Truth.CLEAR}, "expected clear, but it is applies (because of TNF blocker, etanercept, row 7"),
        ({"expect": Truth.UNKNOWN}, "expected unknown, but it is applies"),
        ({"because": ("row 8",)}, "expected 'row 8' in because, but it holds TNF blocker, etanercept, row 7."),
        ({"because": ("row",)}, "expected 'row' in because"),
        ({"needs": ("stale",)}, "expected a need that is stale, but the needs are none."),
        ({"action": "Combine"}, "expected 'Combine' in the action, but it is 'Do not combine"),
        ({"exception": "DIRA"}, "expected the exception 'DIRA', but it is None."),
        ({"verdict": "go"}, "expected the verdict go, but it is stop."),
    ],
)
def test_a_wrong_expectation_is_one_sentence(wrong: dict[str, Any], said: str) -> None:
    found = differences({**RIGHT, **wrong})
    assert 1 == len(found)
    assert found[0].startswith("tnf-blocker “etanercept”: ")
    assert said in found[0]


def test_a_wrong_need_names_the_needs_there_are() -> None:
    message = "tnf-blocker “nothing”: expected a need that is stale, but the needs are not-supplied."
    assert [message] == differences({**ASKED, "needs": ("stale",)})


def test_a_wrong_exception_names_the_one_there_is() -> None:
    message = "expected the exception 'DIRA', but it is 'severe reaction'."
    found = differences({**REACTION, "exception": "DIRA"}, "hypersensitivity-on-therapy")
    assert [f"hypersensitivity-on-therapy “anaphylaxis”: {message}"] == found


def test_each_wrong_expectation_is_named() -> None:
    assert 3 == len(differences({**RIGHT, "expect": Truth.CLEAR, "because": ("row 8",), "verdict": "go"}))


def test_a_missing_rule_is_named() -> None:
    message = "no-such-rule “etanercept”: the monograph has no rule 'no-such-rule'; correct `rule` or add the rule."
    assert [message] == differences(RIGHT, "no-such-rule")


def test_a_rule_of_another_phase_is_named() -> None:
    message = "tetanus-vaccine “etanercept”: the rule is asked in on-therapy, but the phase is considering."
    assert [message] == differences({**RIGHT, "phase": "considering"}, "tetanus-vaccine")


def test_without_a_phase_the_first_one_of_the_rule_counts() -> None:
    assert [] == differences({"name": "none", "record": {"vaccines": []}, "expect": Truth.UNKNOWN}, "tetanus-vaccine")


def test_the_phase_may_be_left_to_the_record() -> None:
    message = "active-infection “none”: the rule is asked in considering, but the phase is on-therapy."
    case = {"name": "none", "record": {"medications": ["anakinra"]}, "expect": Truth.CLEAR, "phase": "as-recorded"}
    assert [message] == differences(case, "active-infection")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"medicine": []}, "nothing was reviewed: The short form has no key 'medicine'."),
        ({"resourceType": "Patient", "deceasedBoolean": True}, "nothing was reviewed: The record says"),
    ],
)
def test_a_record_that_is_refused_fails(record: dict[str, Any], said: str) -> None:
    assert said in differences({"name": "refused", "bundle": record, "expect": Truth.UNKNOWN})[0]


def test_an_unknown_indication_fails() -> None:
    assert "nothing was reviewed: There is no indication 'gout'." in differences({**RIGHT, "indication": "gout"})[0]


FILE = """\
rule: tnf-blocker
as_of: "2026-11-22"
cases:
  - name: one
    record: {{}}
    expect: unknown
{more}"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    verdikt: stop\n", "topic/tnf-blocker.yaml:4: Object contains unknown field `verdikt`"),
        ("    expect: clear\n", "topic/tnf-blocker.yaml:4: the key 'expect' is given twice"),
        ("  - {name: two, record: {}, expect: maybe}\n", "topic/tnf-blocker.yaml:7: Invalid enum value 'maybe'"),
        ("  - {name: two, record: {}, expect: clear, needs: [old]}\n", ":7: Invalid enum value 'old'"),
        ("  - {name: two, record: {}, expect: clear, phase: later}\n", ":7: Invalid enum value 'later'"),
        ("  - {name: two, expect: clear}\n", "case “two” needs exactly one of record, fhir and bundle"),
        ("    fhir: []\n", "case “one” needs exactly one of record, fhir and bundle"),
        ("  - {name: one, record: {}, expect: clear}\n", "the case name “one” is given twice"),
        ("extra: 1\n", "topic/tnf-blocker.yaml:1: Object contains unknown field `extra`"),
    ],
)
def test_a_mistake_in_a_case_file_is_named(tmp_path: Path, more: str, said: str) -> None:
    (tmp_path / "topic").mkdir()
    (tmp_path / "topic/tnf-blocker.yaml").write_text(FILE.format(more=more), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load_cases(tmp_path)
    assert said in str(error.value)


def test_a_right_case_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "topic").mkdir()
    (tmp_path / "topic/tnf-blocker.yaml").write_text(FILE.format(more=""), encoding="utf-8")
    [file] = load_cases(tmp_path)
    assert ("tnf-blocker", date(2026, 11, 22), ("one",)) == (file.rule, file.as_of, tuple(c.name for c in file.cases))


def test_fhir_resources_are_put_in_a_collection() -> None:
    case = Case(name="one", expect=Truth.CLEAR, fhir=[{"resourceType": "Patient"}])
    expected = b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient"}}]}'
    assert expected == case.data()
