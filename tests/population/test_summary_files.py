"""Findings, patients and whom to look at first as files: whole or not there."""

from pathlib import Path

import ibis
import pyarrow.parquet as pq
import pytest
from wide_tables import leaves_of, wide

from apothecary.knowledge import Monograph
from apothecary.population.findings import Leaf, NotWritten, answer_code, rule_column, save, whole, write
from apothecary.population.first import first, write_first

LEAVES = (Leaf(0, "lymphocytes", ("lymphopenia",)), Leaf(1, "lymphocytes", ("lymphopenia",)))
STOP = {"group": "on-therapy", "verdict": "stop"}
LOW = rule_column("lymphopenia")


def test_findings_are_one_row_a_patient_and_rule_asked(made_up: Monograph, tmp_path: Path) -> None:
    patients = [{LOW: 2, "need_0": 2, "need_1": 3}, {**STOP, LOW: 1}, {"group": "neither"}]
    write(wide(made_up, LEAVES, patients), LEAVES, made_up, tmp_path)
    rows = pq.read_table(tmp_path / "findings.parquet").to_pylist()
    asked = {p: sum(p in rule.phases for rule in made_up.rules.values()) for p in ("considering", "on-therapy")}
    assert [asked["considering"], asked["on-therapy"], 0] == [sum(r["patient"] == n for r in rows) for n in range(3)]
    low = {row["id"]: row for row in rows if row["rule"] == "lymphopenia"}
    assert ["lymphocytes: missing", "lymphocytes: stale"] == low["p0"]["needs"]
    assert ("unknown", "critical", "monitoring", "about-to-start", "considering", "a") == tuple(
        low["p0"][name] for name in ("status", "severity", "topic", "group", "phase", "export")
    )
    assert ("applies", []) == (low["p1"]["status"], low["p1"]["needs"])


def test_everyone_can_be_asked_for(made_up: Monograph, tmp_path: Path) -> None:
    write(wide(made_up, LEAVES, [{"group": "neither"}]), LEAVES, made_up, tmp_path, everyone=True)
    assert {"clear"} == set(pq.read_table(tmp_path / "findings.parquet").column("status").to_pylist())


def test_patients_say_how_much_applies_and_is_open(made_up: Monograph, tmp_path: Path) -> None:
    answers = {LOW: 2, rule_column("active-infection"): 1, rule_column("triptan"): 1, rule_column("child"): 1}
    use = next(iter(made_up.indications))
    write(wide(made_up, LEAVES, [{**answers, f"use_{use}": 2}]), LEAVES, made_up, tmp_path)
    (row,) = pq.read_table(tmp_path / "patients.parquet").to_pylist()
    names = ("critical_applies", "critical_unknown", "warning_applies", "warning_unknown", f"use_{use}")
    assert (1, 1, 2, 0, "unknown") == tuple(row[name] for name in names)


def test_a_file_is_replaced_and_leaves_nothing_beside_it(made_up: Monograph, tmp_path: Path) -> None:
    for count in (1, 2):
        write(wide(made_up, LEAVES, [{}] * count), LEAVES, made_up, tmp_path)
    assert 2 == pq.read_table(tmp_path / "patients.parquet").num_rows
    assert ["findings.parquet", "patients.parquet"] == sorted(path.name for path in tmp_path.iterdir())


def test_an_interrupted_write_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "x.parquet").write_text("old")

    def interrupted() -> None:
        with whole(tmp_path / "x.parquet") as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [("x.parquet", "old")] == [(path.name, path.read_text()) for path in tmp_path.iterdir()]


def test_a_folder_as_an_engine_writes_it_is_replaced(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with whole(tmp_path / "x.parquet") as part:
            part.mkdir()
            (part / name).write_text(name)
    assert ["two"] == [path.name for path in (tmp_path / "x.parquet").iterdir()]


def test_a_place_that_cannot_be_written_to(made_up: Monograph, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(NotWritten, match=r"^x\.parquet could not be written to .*out: .*Make room or choose a folder"):
        save(wide(made_up, LEAVES, [{}]), tmp_path / "out" / "x.parquet")


# --- whom to look at first -----------------------------------------------------------------------------------------


def test_the_order(made_up: Monograph) -> None:
    infection, triptan, route = (rule_column(one) for one in ("active-infection", "triptan", "dose-route"))
    patients = [
        {"id": "fine"},
        {"id": "nobody's", "group": "neither", "verdict": "stop", LOW: 1},
        {"id": "open", LOW: 2},
        {"id": "warned and open", triptan: 1, LOW: 2},
        {"id": "warned", triptan: 1},
        {"id": "two to start", "verdict": "stop", LOW: 1, infection: 1},
        {"id": "one on therapy", **STOP, LOW: 1},
        {"id": "two on therapy", **STOP, LOW: 1, route: 1},
    ]
    found = first(wide(made_up, LEAVES, patients), LEAVES, made_up)
    expected = ["two on therapy", "one on therapy", "two to start", "warned and open", "warned", "open"]
    assert expected == found.column("id").to_pylist()
    assert list(range(1, 7)) == found.column("rank").to_pylist()


def test_only_so_many(made_up: Monograph) -> None:
    found = first(wide(made_up, LEAVES, [{LOW: 1}] * 5), LEAVES, made_up, top=2)
    assert ["p0", "p1"] == found.column("id").to_pylist()


def test_what_applies_and_what_is_lacking(made_up: Monograph, tmp_path: Path) -> None:
    patients = [{LOW: 2, "need_0": 2, "need_1": 2, rule_column("triptan"): 1, rule_column("active-infection"): 1}]
    write_first(first(wide(made_up, LEAVES, patients), LEAVES, made_up), tmp_path)
    (row,) = pq.read_table(tmp_path / "first.parquet").to_pylist()
    assert (["active-infection", "triptan"], ["lymphopenia"], ["lymphocytes: missing"]) == (
        row["applies"], row["unknown"], row["needs"],
    )  # fmt: skip


def test_a_section_is_lacking_where_it_was_not_supplied(made_up: Monograph, tmp_path: Path) -> None:
    leaves = tuple(Leaf(n, f"fact {n}", ("lymphopenia",), "problem list") for n in range(25))  # more than one number's
    needs = {"need_0": 1, "need_1": 1, "need_24": 6}
    write(wide(made_up, leaves, [{LOW: 2, **needs}]), leaves, made_up, tmp_path)
    rows = pq.read_table(tmp_path / "findings.parquet").to_pylist()
    (low,) = (row for row in rows if row["rule"] == "lymphopenia")
    assert ["problem list: not-supplied", "fact 24: coarse-code"] == low["needs"]
    assert [["problem list: not-supplied", "fact 24: coarse-code"]] == first(
        wide(made_up, leaves, [{LOW: 2, **needs}]), leaves, made_up
    ).column("needs").to_pylist()


def test_key_values_stand_beside_what_applies_or_is_open(made_up: Monograph, tmp_path: Path) -> None:
    code = answer_code(list(made_up.rules).index("lymphopenia"), 1)
    values = ibis.memtable({"patient": [0], "answer": [code], "values": [["lymphocytes: 400 /uL (2026-06-01)"]]})
    asked: list[int] = []

    def evidence(some: ibis.Table) -> ibis.Table:
        asked.extend(some.to_pyarrow().column("patient").to_pylist())
        return values

    patients = [{LOW: 1}, {LOW: 1}, {"group": "neither", LOW: 1}]
    write(wide(made_up, LEAVES, patients), LEAVES, made_up, tmp_path, evidence=evidence)
    rows = pq.read_table(tmp_path / "findings.parquet").to_pylist()
    assert {0, 1} == set(asked)
    assert {("lymphopenia", 0): ["lymphocytes: 400 /uL (2026-06-01)"]} == {
        (row["rule"], row["patient"]): row["values"] for row in rows if row["values"]
    }


def test_every_rule_has_its_questions(made_up: Monograph) -> None:
    """The tables that these tests make are as wide as the knowledge."""
    assert set(made_up.rules) == {rule for leaf in leaves_of(made_up) for rule in leaf.rules}
