"""What `apothecary population` says to bad input and to wrong calls."""

from pathlib import Path
from unittest.mock import patch

import pyarrow.parquet as pq
import pytest
from population_runs import DRUG, call, export, of, people, refused, rows, visible

from apothecary.cli.population_input import without_secrets
from apothecary.population import run as running
from support import condition, order, patient


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return export(tmp_path / "in", *people("a", "b"))


@pytest.fixture
def facts(source: Path, tmp_path: Path) -> Path:
    with patch.object(running, "review_days", side_effect=KeyboardInterrupt):  # read and not reviewed
        assert 130 == call(source, "--out", tmp_path / "made").code
    return tmp_path / "made/facts"


# --- wrong calls -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["none"], 3, "none does not exist. Give a folder with an export or with records."),
        ([""], 2, "INPUT is empty"),
        (["empty"], 3, "empty holds nothing that can be read. Expected is a FHIR bulk export"),
        (["none.duckdb"], 3, "There is no file none.duckdb. Give a DuckDB file"),
        (["in", "--engine", "duck"], 2, "--engine is 'duck'; it is duckdb, spark,"),
        (["in", "--memory", "lots"], 2, "--memory is 'lots'; write a size with its unit, such as 4GB."),
        (["in", "--as-of", "soon"], 2, "--as-of is 'soon'"),
        (["in", "--drug", "other"], 2, "holds the monograph of zorvimab, not of other"),
        (["in", "--months", "-1"], 2, "Invalid value for '--months'"),
        (["in", "--out", "in"], 2, "--out in lies in the input in, which is only read. Name a folder outside of it."),
        (["in", "--out", "in/out"], 2, "--out in/out lies in the input in"),
        (["in", "--out", "in/all.ndjson"], 2, "'in/all.ndjson' is a file"),
        (["in", "--knowledge", "empty"], 4, "The knowledge is invalid"),
    ],
)
def test_a_wrong_call_says_what_to_do_and_writes_nothing(
    arguments: list[str], code: int, said: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    (source.parent / "empty").mkdir()
    refused(call("--out", "out", *arguments), code, said)
    assert (set(), {"all.ndjson"}) == (visible(source.parent / "out"), visible(source))


@pytest.mark.parametrize("arguments", [["none"], ["in", "--engine", "duck"], ["in", "--as-of", "soon"]])
def test_a_refusal_under_json_is_one_object(arguments: list[str], tmp_path: Path) -> None:
    done = call("--out", tmp_path / "out", *arguments, "--format", "json")
    assert "" == done.out
    assert {"code", "message", "exit_code"} == set(done.error)
    assert done.code == done.error["exit_code"] > 0


def test_memory_that_does_not_suffice(facts: Path, tmp_path: Path) -> None:
    done = call(facts, "--out", tmp_path / "out", "--memory", "1MB")
    refused(done, 3, "The memory of the engine ran out", "Give more with --memory")
    assert set() == visible(tmp_path / "out")


# --- facts -----------------------------------------------------------------------------------------------------------


def test_facts_that_are_not_whole(facts: Path, tmp_path: Path) -> None:
    (facts / "facts.json").unlink()
    for given in (facts, facts.parent):
        refused(call(given, "--out", tmp_path / "out"), 3, "holds no facts.json, so its facts are not whole")


@pytest.mark.parametrize("table", ["row", "result", "step", "patient"])
def test_a_table_that_is_gone_is_not_taken_for_an_empty_one(table: str, facts: Path, tmp_path: Path) -> None:
    for part in (facts / table).iterdir():
        part.unlink()
    refused(call(facts, "--out", tmp_path / "out"), 3, f"{facts / table}", "Make the facts again.")


def test_a_part_that_is_gone_is_not_taken_for_absence(tmp_path: Path) -> None:
    source = export(export(tmp_path / "in", *people("a"), name="a.ndjson"), *people("b"), name="b.ndjson")
    with patch.object(running, "review_days", side_effect=KeyboardInterrupt):
        call(source, "--out", tmp_path / "made")
    parts = sorted((tmp_path / "made/facts/row").iterdir())
    assert 2 == len(parts)
    parts[0].unlink()
    done = call(tmp_path / "made/facts", "--out", tmp_path / "out")
    refused(done, 3, f"{parts[0]} is not there, though the facts are said to be whole")


def test_a_damaged_part(facts: Path, tmp_path: Path) -> None:
    part = next((facts / "row").iterdir())
    part.write_bytes(part.read_bytes()[:-20])
    refused(call(facts, "--out", tmp_path / "out"), 3, f"{part} is damaged")


def test_patients_that_are_gone(facts: Path, tmp_path: Path) -> None:
    part = next((facts / "patient").iterdir())
    pq.write_table(pq.read_table(part).slice(1), part)
    refused(call(facts, "--out", tmp_path / "out"), 3, "holds 1 patients, though facts.json says 2")


def test_facts_of_other_knowledge(facts: Path, tmp_path: Path) -> None:
    seal = facts / "facts.json"
    seal.write_text(seal.read_text().replace('"fingerprint": "', '"fingerprint": "0'))
    said = "were made with another fingerprint"
    refused(call(facts, "--out", tmp_path / "out"), 3, said, "Give their source, so that they are made again.")


def test_facts_of_another_drug(facts: Path, tmp_path: Path) -> None:
    seal = facts / "facts.json"
    seal.write_text(seal.read_text().replace(f'"drug": "{DRUG}"', '"drug": "other"'))
    refused(call(facts, "--out", tmp_path / "out"), 3, f"were made with another drug (other, now {DRUG})")


def test_facts_with_other_codes_than_asked_for(facts: Path, tmp_path: Path) -> None:
    """With a hierarchy of codes other rows would belong to a value set."""
    more = tmp_path / "more.tsv"
    more.write_text("system\tcode\tparent\nhttp://snomed.info/sct\t1\t37796009\n", encoding="utf-8")
    done = call(facts, "--out", tmp_path / "out", "--terminology", more)
    refused(done, 3, "were made with another fingerprint", "--terminology")
    assert 0 == call(facts.parent.parent / "in", "--out", tmp_path / "new", "--terminology", more).code
    assert 0 == call(tmp_path / "new/facts", "--out", tmp_path / "again", "--terminology", more).code
    refused(call(tmp_path / "new/facts", "--out", tmp_path / "out"), 3, "were made with another fingerprint")


# --- what an export may hold -----------------------------------------------------------------------------------------


def findings(out: Path, rule: str) -> dict[str, str]:
    """The status of a rule by the id of the patient."""
    return {row["id"]: row["status"] for row in rows(out, "findings") if row["rule"] == rule}


def test_a_missing_type_is_unknown_and_said(tmp_path: Path) -> None:
    """Without MedicationRequests nobody is said not to take anything."""
    kept = [one for one in people("a", "b") * 6 if one["resourceType"] != "MedicationRequest"]
    source = export(tmp_path / "in", *(of(f"p{n}", one) for n in range(20) for one in kept[:3]))
    done = call(source, "--out", tmp_path / "out", "--everyone")
    assert "Not supplied for anybody: medication, " in done.out
    assert "Without medications nobody is known to be on therapy." in done.out
    assert {"unknown"} == set(findings(tmp_path / "out", "other-antibody").values())


def test_a_patient_given_twice_is_said(tmp_path: Path) -> None:
    source = export(tmp_path / "in", *people("a", "a", "b"))
    done = call(source, "--out", tmp_path / "out")
    assert "Patients given twice: 1 beside another of the same id; the last one counts." in done.out
    assert ["a", "b"] == sorted(row["id"] for row in rows(tmp_path / "out", "patients"))


def test_two_exports_of_a_patient_are_two(tmp_path: Path) -> None:
    for name in ("north", "south"):
        export(tmp_path / "in" / name, *people("a"))
    call(tmp_path / "in", "--out", tmp_path / "out")
    found = {(row["id"], row["export"]) for row in rows(tmp_path / "out", "patients")}
    assert {("a", "north"), ("a", "south")} == found


def test_lines_of_several_versions_of_fhir(tmp_path: Path) -> None:
    """STU3, R4 and R5 name the medication and write the status of a problem in other ways."""
    concept = {"text": DRUG}
    stu3 = [
        patient(),
        {**order(DRUG), "medicationCodeableConcept": concept},
        {**condition("migraine"), "clinicalStatus": "active", "verificationStatus": "confirmed"},
    ]
    r4 = [patient(), order(DRUG), condition("migraine")]
    r5 = [
        patient(),
        {**order(DRUG, medicationCodeableConcept=None), "medication": {"concept": concept}},
        condition("migraine"),
    ]
    versions = {"stu3": stu3, "r4": r4, "r5": r5}
    lines = [of(id_, one) for id_, listed in versions.items() for one in listed]
    done = call(export(tmp_path / "in", *lines), "--out", tmp_path / "out", "--format", "json")
    assert {} == done.said["input"]["rejected"]
    assert {("stu3", "on-therapy"), ("r4", "on-therapy"), ("r5", "on-therapy")} == {
        (row["id"], row["group"]) for row in rows(tmp_path / "out", "patients")
    }
    found = [{r["rule"]: r["status"] for r in rows(tmp_path / "out", "findings") if r["id"] == id_} for id_ in versions]
    assert found[0] == found[1] == found[2]


def test_rejected_lines_keep_the_questions_of_their_patient_open(tmp_path: Path) -> None:
    """What cannot be read of a patient is unknown; a line of nobody known is counted and said."""
    spoiled = {**of("a", order("erenumab")), "status": 5}
    source = export(tmp_path / "in", *people("a", "b"), spoiled)
    with (source / "all.ndjson").open("a") as more:
        more.write('{"resourceType": "MedicationRequest", "subj\n')
    done = call(source, "--out", tmp_path / "out")
    said = "Set aside of 10 lines"
    assert said in done.out
    assert "MedicationRequest: not as its type asks 1; no JSON object, or cut off 1." in done.out
    assert "Lines of nobody known: 1; what was in them is missing from somebody's record" in done.out
    assert {"a": "unknown", "b": "clear"} == findings(tmp_path / "out", "other-antibody")


def test_reasons_hold_nothing_of_a_record(tmp_path: Path) -> None:
    """The list of rejects quotes lines; what is printed and the report do not."""
    spoiled = {**of("a", condition("migraine")), "id": "very-private", "recordedDate": ["secret"]}
    done = call(export(tmp_path / "in", *people("a"), spoiled), "--out", tmp_path / "out", "--format", "json")
    assert "very-private" in (tmp_path / "out/facts/rejects.ndjson").read_text()
    assert {"Condition: not as its type asks": 1} == done.said["input"]["rejected"]
    report = (tmp_path / "out/report.html").read_text()
    assert "Condition: not as its type asks" in report
    assert "very-private" not in report


# --- passwords -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "nosuch://reader:s3cr3t@localhost:1/clinic",
        "postgresql://reader:s3cr3t@localhost:1/clinic",
        "postgresql://localhost:1/clinic?user=reader&password=s3cr3t",
    ],
)
def test_a_password_is_never_told(address: str, tmp_path: Path) -> None:
    done = call(address, "--out", tmp_path / "out")
    refused(done, 3, "clinic cannot be opened")
    assert "s3cr3t" not in done.err


def test_a_password_is_taken_out_of_what_a_driver_says() -> None:
    address = "postgresql://reader:s3:cr3t@host/clinic?password=other&x=1"
    said = f"cannot connect to {address} with other"
    assert "cannot connect to postgresql://reader:***@host/clinic?password=***&x=1 with ***" == without_secrets(
        said, address
    )
