"""The coverage report as JSON: its keys are a contract, its values those of the audit."""

import json
from typing import Any

import msgspec
import pytest
from test_present_audit_samples import ALL, EDITS, NUMBER, audited, complete, differing, empty, hostile, to_do

from apothecary.audit import Audit
from apothecary.present.audit import render_audit
from support import made_up


def rendered(audit: Audit, encoding: str = "utf-8", source: str = "new.txt") -> str:
    return render_audit(audit, made_up(), "json", encoding=encoding, source=source)


def data(audit: Audit) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(rendered(audit))
    return found


KEYS = {
    "": ["contract", "drug", "knowledge", "source", "complete", "coverage", "statements", "changes", "resting",
         "references", "unresolved", "orphans", "ignored", "notes"],
    "knowledge": ["version", "hash"],
    "source": ["file", "title", "publisher", "revised"],
    "coverage": ["statements", "accounted", "encoded", "background", "open", "percent", "sections"],
}  # fmt: skip


@pytest.mark.parametrize("made", ALL)
@pytest.mark.parametrize("name", KEYS)
def test_every_key_is_always_there(name: str, made: Audit) -> None:
    found = data(made)
    assert KEYS[name] == list(found[name] if name else found)


ROWS = {
    "sections": ["section", "statements", "encoded", "background", "open"],
    "statements": ["id", "section", "ordinal", "line", "references", "off_label", "state", "accounted", "encoded_by",
                   "background", "to_do"],
    "changes": ["kind", "what", "section", "line", "before", "after", "similarity", "numbers_gone", "numbers_new",
                "notes", "rests", "text", "previous"],
    "resting": ["link", "kind", "statements", "sources"],
    "references": ["number", "citation", "cited_by", "used_by"],
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_every_key(name: str) -> None:
    found = data(differing())
    rows = found["coverage"]["sections"] if name == "sections" else found[name]
    assert {tuple(ROWS[name])} == {tuple(row) for row in rows}


def test_the_head() -> None:
    found = data(differing())
    expected = {
        "contract": 1,
        "drug": "zorvimab",
        "knowledge": {"version": made_up().version, "hash": made_up().hash},
        "source": {
            "file": "new.txt",
            "title": "Zorvimab (Monograph)",
            "publisher": "Society of Made-up Drugs",
            "revised": "2026-03-01",
        },
        "complete": False,
    }
    assert expected == {key: found[key] for key in expected}


@pytest.mark.parametrize("made", [complete(), differing(), to_do(), empty()])
def test_the_counts_add_up(made: Audit) -> None:
    found = data(made)["coverage"]
    total = len(made.statements)
    assert (total, made.accounted, made.percent) == (found["statements"], found["accounted"], found["percent"])
    assert found["accounted"] == found["encoded"] + found["background"]
    assert total == found["accounted"] + found["open"]
    for key in ("statements", "encoded", "background", "open"):
        assert found[key] == sum(section[key] for section in found["sections"])


@pytest.mark.parametrize(("made", "expected"), [(complete(), True), (to_do(), False), (empty(), False)])
def test_complete_is_said(made: Audit, expected: bool) -> None:
    assert expected is data(made)["complete"]


def test_a_change_is_whole() -> None:
    [found] = data(audited(NUMBER, True))["changes"]
    rests = found.pop("rests")
    expected = {
        "kind": "edited",
        "what": "dosage.2",
        "section": "Dosage and Administration / Special Populations / Renal Impairment",
        "line": 32,
        "before": "",
        "after": "",
        "similarity": round(audited(NUMBER).changes[0].similarity or 0, 2),
        "numbers_gone": ["30"],
        "numbers_new": ["40"],
        "notes": [],
        "text": "Halve the dose when creatinine clearance is below 40 mL/min.",
        "previous": "Halve the dose when creatinine clearance is below 30 mL/min.",
    }
    assert expected == found
    assert {"link": "rule:renal-severe", "says": "Creatinine clearance below 30 mL/min"} in rests


def test_what_is_not_known_is_null() -> None:
    [gone] = [change for change in data(audited(EDITS))["changes"] if change["kind"] == "gone"]
    assert (None, None) == (gone["line"], gone["similarity"])


def test_similarity_has_two_digits() -> None:
    [change] = audited(NUMBER).changes
    change = msgspec.structs.replace(change, similarity=0.98765)
    [found] = data(msgspec.structs.replace(complete(), changes=(change,)))["changes"]
    assert 0.99 == found["similarity"]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (0, {"id": "header.1", "state": "same", "accounted": True, "background": "", "to_do": "", "line": 2}),
        (1, {"id": "header.2", "encoded_by": [], "background": "drug class of the publisher", "accounted": True}),
    ],
)
def test_a_statement_says_what_accounts_for_it(where: int, expected: dict[str, Any]) -> None:
    found = data(complete())["statements"][where]
    assert expected == {key: found[key] for key in expected}


def test_a_new_statement_has_no_id() -> None:
    expected = [("", 20, False, [])]
    new = [one for one in data(differing())["statements"] if one["state"] == "new"]
    assert expected == [(one["id"], one["line"], one["accounted"], one["encoded_by"]) for one in new]


def test_the_other_direction_is_there() -> None:
    rule = {"link": "rule:lymphopenia", "kind": "stated", "statements": ["cautions.5"], "sources": []}
    assert rule in data(complete())["resting"]


def test_references_and_errors_are_there() -> None:
    found = data(differing())
    assert [[]] == [one["cited_by"] for one in found["references"] if one["number"] == "5"]
    assert ["77, cited by cautions.9"] == found["unresolved"]
    assert list(complete().ignored) == found["ignored"]


@pytest.mark.parametrize("encoding", ["utf-8", "UTF8", "ascii", "cp1252"])
@pytest.mark.parametrize("made", ALL)
def test_the_data_is_the_same_in_every_encoding(made: Audit, encoding: str) -> None:
    shown = rendered(made, encoding)
    assert shown.encode(encoding).decode(encoding) == shown
    assert data(made) == json.loads(shown)


def test_a_hostile_text_is_kept_and_cannot_command_a_terminal() -> None:
    shown = rendered(hostile())
    assert "\x1b[31mred\x1b[0m" in "".join(change["text"] for change in json.loads(shown)["changes"])
    assert [] == [character for character in shown.replace("\n", "") if not character.isprintable()]


def test_a_character_outside_the_basic_plane_is_escaped_as_a_pair() -> None:
    made = msgspec.structs.replace(complete(), notes=("\U0001d54f",))
    assert '"\\ud835\\udd4f"' in rendered(made, "ascii")


def test_a_file_name_that_is_no_unicode_is_shown() -> None:
    assert "a?.txt" == json.loads(rendered(complete(), source="a\udcff.txt"))["source"]["file"]


def test_it_ends_with_one_newline() -> None:
    assert "}\n" == rendered(complete())[-2:]
