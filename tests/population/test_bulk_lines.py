"""Lines of an export give the facts that one record a patient gives, however they are cut into blocks and parts."""

import gzip
import json
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
from bulk_exports import TABLES, Facts, facts_in, json_of, lines_of, literal, write
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DRUGS, SETTINGS, monograph

from apothecary.population.facts import blocks, tasks, work
from apothecary.population.facts import schema as s
from apothecary.population.facts.make import make_facts
from apothecary.record.bulk import ROW_TYPES
from support import made_up

MADE_UP = made_up()


@settings(SETTINGS, max_examples=50)
@given(
    st.sampled_from(DRUGS),
    st.integers(0, 2**32),
    st.sampled_from((0.0, 0.1, 0.5)),
    st.sampled_from((300, 5000, 1 << 19)),
)
def test_lines_give_the_facts_of_one_record_a_patient(drug: str, seed: int, odd: float, block: int) -> None:
    rng = Random(seed)
    exports = {f"e{n}/": lines_of(rng, drug, rng.randint(1, 4), 12, odd) for n in range(rng.randint(1, 2))}
    names = ("a.ndjson", "b.ndjson")
    files = {f"{e}{name}": lines[n::2] for e, lines in exports.items() for n, name in enumerate(names)}
    with (
        TemporaryDirectory() as made,
        patch.object(blocks, "BLOCK", block),
        patch.object(tasks, "SIZE", rng.choice((700, 3000, 1 << 26))),
        patch.object(work, "SIZE", rng.choice((1000, 1 << 26))),
    ):
        source = write(Path(made) / "in", files)
        out = Path(made) / "out"
        make_facts(source, out, monograph(drug))
        expected, found = literal(source, monograph(drug)), facts_in(out)
        for table in TABLES:
            assert expected[table] == found[table], table


def test_the_generated_lines_are_of_every_kind() -> None:
    lines = [line for seed in range(300) for line in lines_of(Random(seed), DRUGS[0], 2, 12, 0.3)]
    kinds = [json_of(line).get("resourceType") for line in lines]
    assert {"Encounter", "List", "Medication", "Patient"} | ROW_TYPES <= set(map(str, kinds))
    assert any(b"\xff" in line for line in lines)
    assert any(not line.strip() for line in lines)


def about(kind: str, **fields: Any) -> dict[str, Any]:
    return {"resourceType": kind, "subject": {"reference": "Patient/p"}, **fields}


WATER = {"resourceType": "Medication", "id": "m", "code": {"text": "water"}}
REFERRING = about("MedicationRequest", id="1", status="active", medicationReference={"reference": "Medication/m"})
NONE_KNOWN = about("MedicationStatement", id="1", medicationCodeableConcept={"text": "no known medications"})
PATIENT = {"resourceType": "Patient", "id": "p", "birthDate": "1980-05-05", "gender": "female"}
WEIGHT = about(
    "Observation",
    status="final",
    code={"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    effectiveDateTime="2026-06-01",
    valueQuantity={"value": 60, "code": "kg"},
)
NOBODY = "The line does not say which patient it is about."


def compact(*resources: Any) -> list[bytes]:
    return [json.dumps(one, separators=(",", ":")).encode() for one in resources]


def both(folder: Path, files: dict[str, list[bytes]]) -> tuple[Facts, Facts, list[Any]]:
    """The facts made literally, those of the reader, and what it rejected."""
    source = write(folder / "in", files)
    make_facts(source, folder / "out", MADE_UP)
    rejects = [json.loads(line) for line in (folder / "out" / "rejects.ndjson").read_bytes().splitlines()]
    return literal(source, MADE_UP), facts_in(folder / "out"), rejects


ODD = {
    "two patients of one id: the last counts": compact(PATIENT, {**PATIENT, "gender": "male"}),
    "a patient who does not fit": compact({**PATIENT, "gender": 5}),
    "no patient resource, and no id": compact(WEIGHT),
    "a reference": compact(REFERRING, WATER),
    "a reference in what does not fit: it is not followed": compact({**REFERRING, "status": 5}, WATER),
    "a reference to nothing": compact(REFERRING),
    "a medication inside": compact(
        {**REFERRING, "medicationReference": {"reference": "#m"}, "contained": [WATER]},
    ),
    "none known": compact(NONE_KNOWN),
    "no problems": compact(about("Condition", code={"text": "No known problems."})),
    "spaces before": [b" " + line for line in compact(PATIENT, WEIGHT)],
    "line ends of another system": [line + b"\r" for line in compact(PATIENT, WEIGHT)],
    "a byte order mark": [b"\xef\xbb\xbf" + compact(WEIGHT)[0]],
    "spaces inside": [json.dumps(WEIGHT).encode()],
}


@pytest.mark.parametrize("lines", ODD.values(), ids=ODD)
def test_what_is_odd_means_the_same(lines: list[bytes], tmp_path: Path) -> None:
    expected, found, _ = both(tmp_path, {"all.ndjson": lines})
    assert expected == found
    assert 1 == len(found["patient"])


@pytest.mark.parametrize(
    ("line", "reason", "patient"),
    [
        (b"{", "The line is no JSON object.", None),
        (b"[1]", "The line is no JSON object.", None),
        (b'{"id":"1"}', "The line has no resourceType.", None),
        (compact({**WEIGHT, "subject": {"display": "x"}})[0], NOBODY, None),
        (
            compact({**WEIGHT, "subject": {"reference": "Group/1"}})[0],
            "The line does not say which patient it is about.",
            None,
        ),
        (compact({"resourceType": "Patient"})[0], "The patient has no id.", None),
        (compact({"resourceType": "Bundle", "entry": []})[0], "The line is a bundle.", None),
        (compact({"resourceType": "OperationOutcome"})[0], "The line is an error report of the server.", None),
        (compact({**WEIGHT, "id": "w", "status": 5})[0], "Observation/w cannot be read: ", "p"),
        (compact(WEIGHT)[0].replace(b"final", b"\xff"), "cannot be read: the line is not UTF-8 text", "p"),
    ],
)
def test_what_is_rejected_is_listed_with_its_place(
    line: bytes, reason: str, patient: str | None, tmp_path: Path
) -> None:
    with patch.object(tasks, "SIZE", 100):
        expected, found, rejects = both(
            tmp_path, {"a.ndjson": [*compact(PATIENT, WEIGHT), b"", line, *compact(WEIGHT)]}
        )
    assert expected == found
    assert [("a.ndjson", 4, patient)] == [(one["file"], one["line"], one.get("patient")) for one in rejects]
    assert reason in rejects[0]["reason"]


def test_a_line_that_is_too_long_is_rejected(tmp_path: Path) -> None:
    files = {"a.ndjson": [*compact(PATIENT), b"x" * 5000, *compact(WEIGHT)]}
    with patch.object(blocks, "BLOCK", 300), patch.object(blocks, "LONGEST", 1000):
        _, found, rejects = both(tmp_path, files)
    assert [(2, "The line is too long to be read.")] == [(one["line"], one["reason"]) for one in rejects]
    assert 1 == len(found["result"])


def test_a_packed_file_is_read_alike(tmp_path: Path) -> None:
    lines = lines_of(Random(5), DRUGS[0], 4, 12, 0.1)
    expected, found, _ = both(tmp_path / "plain", {"a.ndjson": lines})
    source = tmp_path / "packed" / "in"
    source.mkdir(parents=True)
    (source / "a.ndjson.gz").write_bytes(gzip.compress(b"\n".join(lines)))
    with patch.object(work, "SIZE", 2000):
        make_facts(source, tmp_path / "packed" / "out", MADE_UP)
    unnamed = {table: {row for row in rows if not any("byte" in str(x) for x in row)} for table, rows in found.items()}
    again = facts_in(tmp_path / "packed" / "out")
    assert unnamed == {
        table: {row for row in rows if not any("byte" in str(x) for x in row)} for table, rows in again.items()
    }
    assert expected == found
    assert unnamed["result"]


def test_two_exports_of_one_patient_are_told_apart(tmp_path: Path) -> None:
    _, found, _ = both(tmp_path, {"one/a.ndjson": compact(PATIENT), "two/a.ndjson": compact(PATIENT, WEIGHT)})
    assert {("p", "one"), ("p", "two")} == {(row[1], row[2]) for row in found["patient"]}
    assert 2 == len({row[0] for row in found["patient"]})


def state(folder: Path, section: str) -> set[int]:
    return {row[s.PATIENT.names.index(f"state_{section}")] for row in facts_in(folder / "out")["patient"]}


def test_a_type_that_is_missing_is_not_supplied_and_one_without_lines_of_a_patient_is(tmp_path: Path) -> None:
    other = {**WEIGHT, "subject": {"reference": "Patient/q"}}
    both(tmp_path, {"a.ndjson": compact(PATIENT, other), "Condition.000.ndjson": []})
    assert {s.SUPPLIED} == state(tmp_path, "observation")
    assert {s.SUPPLIED} == state(tmp_path, "condition")  # the file is there and empty
    assert {s.NOT_SUPPLIED} == state(tmp_path, "procedure")


@pytest.mark.parametrize(
    ("request_", "section", "expected"),
    [
        ("https://x/$export?_type=Patient,Procedure", "procedure", s.SUPPLIED),
        ("https://x/$export?_since=2026-01-01", "observation", s.UNREADABLE),
        ("https://x/$export?_typeFilter=Procedure%3Fcode%3D1", "procedure", s.UNREADABLE),
        ("https://x/$export", "procedure", s.NOT_SUPPLIED),
    ],
)
def test_the_manifest_of_an_export_says_what_was_asked_for(
    request_: str, section: str, expected: int, tmp_path: Path
) -> None:
    manifest = json.dumps({"transactionTime": "x", "request": request_, "output": [{"type": "Patient"}]}).encode()
    source = write(tmp_path / "in", {"run/manifest.json": [manifest], "run/files/a.ndjson": compact(PATIENT, WEIGHT)})
    make_facts(source, tmp_path / "out", MADE_UP)
    assert literal(source, MADE_UP) == facts_in(tmp_path / "out")
    assert {expected} == state(tmp_path, section)
