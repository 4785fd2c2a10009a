"""`apothecary population` as a person or a script runs it: what is printed, what is written, what an option changes."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import omop_worlds as w
import pyarrow.parquet as pq
import pytest
from cohort_reading import planned
from population_runs import FILES, OURS, Ended, call, export, of, rows, visible

from apothecary.population.cohort import write_cohort
from support import MADE_UP, bundle, order, patient

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis calls it
PATIENTS = 400
DRUG = "zorvimab"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("population") / "cohort"
    write_cohort(planned(DRUG, 3, 0), PATIENTS, out)
    return out / "export"


@pytest.fixture(scope="module")
def plain(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A run over the export with nothing but what it needs, as JSON."""
    out = tmp_path_factory.mktemp("plain")
    return out, call(cohort, "--out", out, "--format", "json")


@pytest.fixture(scope="module")
def full(plain: tuple[Path, Ended], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """A run over the facts of the first with other options, as text."""
    folder = tmp_path_factory.mktemp("full")
    more = ("--suppress", "0", "--everyone", "--first", "3", "--sql", folder / "q.sql")
    return folder / "out", call(plain[0], "--out", folder / "out", *more)


def test_the_groups_are_told_with_their_verdicts(full: tuple[Path, Ended]) -> None:
    out, done = full
    people = rows(out, "patients")
    told = [
        f"{sum(row['group'] == group for row in people):,} {words}: "
        + ", ".join(
            f"{name} {sum((row['group'], row['verdict']) == (group, name) for row in people)}"
            for name in ("stop", "cannot-tell", "caution", "go")
        )
        + "."
        for group, words in (("on-therapy", "on therapy"), ("about-to-start", "about to start"))
    ]
    assert [f"As of 2026-11-22: {PATIENTS} patients read.", *told] == done.out.splitlines()[:3]
    assert "Not clinically validated; see SAFETY.md." == done.out.splitlines()[-1]
    assert (0, "") == (done.code, done.err)


def test_small_numbers_are_not_told(plain: tuple[Path, Ended], full: tuple[Path, Ended], tmp_path: Path) -> None:
    hidden = call(plain[0], "--out", tmp_path)
    assert [number for number in full[1].numbers() if 0 < number < 11] != []
    assert [] == [number for number in hidden.numbers() if 0 < number < 11]


def test_json_holds_the_summary_and_names_nobody(plain: tuple[Path, Ended], cohort: Path) -> None:
    out, done = plain
    said = done.said
    written = pq.read_table(out / "summary.parquet").to_pylist()
    assert [{**row, "as_of": str(row["as_of"])} for row in written] == said["summary"]
    assert {
        "contract": 1, "drug": DRUG, "as_of": "2026-11-22", "days": ["2026-11-22"], "suppressed_below": 11,
        "files": {name: str(out / name) for name in FILES},
    } == {name: said[name] for name in ("contract", "drug", "as_of", "days", "suppressed_below", "files")}  # fmt: skip
    assert {"version", "revised", "hash", "expires", "expired"} == set(said["knowledge"])
    told = said["input"]
    assert ("lines", str(cohort), str(out / "facts")) == (told["kind"], told["source"], told["facts"])
    assert sum(file.read_bytes().count(b"\n") for file in cohort.iterdir()) == told["lines"]
    assert not any(row["id"] in done.out for row in rows(out, "patients"))


def test_what_was_set_aside_is_told_by_reason(plain: tuple[Path, Ended]) -> None:
    out, done = plain
    listed = (out / "facts/rejects.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(listed) == sum(done.said["input"]["rejected"].values()) > 0


def test_every_file_is_written_and_nothing_else(full: tuple[Path, Ended]) -> None:
    assert visible(full[0]) == FILES


def test_facts_again_give_the_same_as_their_source(plain: tuple[Path, Ended], tmp_path: Path) -> None:
    """A folder of results stands for its facts."""
    again = call(plain[0], "--out", tmp_path, "--format", "json")
    assert plain[1].said["input"] == again.said["input"]
    for name in ("findings", "patients", "summary", "first"):
        assert rows(plain[0], name) == rows(tmp_path, name)


def test_a_second_run_reads_nothing_again(cohort: Path, plain: tuple[Path, Ended]) -> None:
    facts = plain[0] / "facts"
    before = {path: path.stat().st_mtime_ns for path in facts.rglob("*") if path.is_file()}
    assert 0 == call(cohort, "--out", plain[0]).code
    assert before == {path: path.stat().st_mtime_ns for path in facts.rglob("*") if path.is_file()}


def test_days_and_months(plain: tuple[Path, Ended], tmp_path: Path) -> None:
    more = ("--months", "2", "--as-of", "2026-03-05", "--format", "json")
    said = call(plain[0], "--out", tmp_path, *more).said
    days = ["2026-03-05", "2026-09-22", "2026-10-22", "2026-11-22"]
    assert ("2026-11-22", days) == (said["as_of"], said["days"])
    assert set(days) == {row["as_of"] for row in said["summary"]}


def test_a_day_of_the_past_has_what_was_dated_by_then(tmp_path: Path) -> None:
    """And the report says with what the past is reviewed."""
    source = export(tmp_path / "in", patient(), order(DRUG, authoredOn="2026-10-30"))
    more = ("--as-of", "2026-10-01", "--suppress", "0", "--format", "json")
    said = call(source, "--out", tmp_path / "out", *more).said
    counts = {(row["as_of"], row["status"]): row["count"] for row in said["summary"] if row["measure"] == "patients"}
    assert (0, 1) == (counts["2026-10-01", "on-therapy"], counts["2026-11-22", "on-therapy"])
    report = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "Each day is reviewed without rows dated later, but with the knowledge and the statuses of today" in report


def test_everyone_has_findings(plain: tuple[Path, Ended], full: tuple[Path, Ended]) -> None:
    assert {"on-therapy", "about-to-start"} == {row["group"] for row in rows(plain[0], "findings")}
    assert {row["patient"] for row in rows(full[0], "patients")} == {
        row["patient"] for row in rows(full[0], "findings")
    }


def test_how_many_to_look_at_first(full: tuple[Path, Ended]) -> None:
    assert [1, 2, 3] == [row["rank"] for row in pq.read_table(full[0] / "first.parquet").to_pylist()]


def test_the_queries_are_written_as_they_were_run(full: tuple[Path, Ended]) -> None:
    text = (full[0].parent / "q.sql").read_text(encoding="utf-8")
    queries = text.removesuffix(";\n\n").split(";\n\n")
    assert [] == [query for query in queries if not re.match(r"-- \w+\n(SELECT|WITH)\b", query)]
    assert {"people", "reviewed", "evidence_values"} <= {query.split()[1] for query in queries}


def test_records_one_a_file(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for id_ in ("a", "b"):
        one = bundle(of(id_, patient()), of(id_, order(DRUG)), kind="searchset")
        (folder / f"{id_}.json").write_text(json.dumps(one))
    said = call(folder, "--out", tmp_path / "out", "--format", "json").said
    assert "records" == said["input"]["kind"]
    assert [("a", "on-therapy"), ("b", "on-therapy")] == sorted(
        (row["id"], row["group"]) for row in rows(tmp_path / "out", "patients")
    )


def test_a_database_with_what_it_does_not_supply(tmp_path: Path) -> None:
    path = _database(tmp_path, "drop table condition_occurrence")
    done = call(path, "--out", tmp_path / "out", "--format", "json")
    said = done.said["input"]
    assert ("omop", "omop.duckdb") == (said["kind"], said["source"])
    told = {note["about"]: note["says"] for note in said["notes"]}
    assert "the database has no table condition_occurrence" == told["Condition not supplied"]
    assert "the database has no table condition_occurrence" in (tmp_path / "out/report.html").read_text()


def test_rows_of_strangers_are_counted(tmp_path: Path) -> None:
    path = _database(tmp_path, "delete from person where person_id = (select min(person_id) from measurement)")
    said = call(path, "--out", tmp_path / "out", "--format", "json").said["input"]
    assert 0 < said["rejected"]["rows of persons whom the table person does not list"] <= said["lines"]


def _database(folder: Path, change: str) -> Path:
    world = w.World(MADE_UP.name, 1, persons=10)
    path = w.write_duckdb(folder / "omop.duckdb", world.rows, world.concepts)
    with duckdb.connect(str(path)) as con:
        con.execute(change)
    return path


def test_a_terminal_shows_how_far_and_how_fast(cohort: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "140"}
    run = "from apothecary.cli import main; main.run()"
    command = [sys.executable, "-c", run, "population", *OURS, str(cohort), "--out", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=env) as started:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # the other end was closed
            pass
    os.close(ours)
    text = re.sub(r"\x1b\[[\d;?]*\w", "", shown.decode())
    assert 0 == started.returncode
    assert re.search(r"Reading .*100 % [\d,]+ lines, \d+ set aside", text)
    assert re.search(r"Reviewing .*\d %.*as of 2026-11-22: [a-z ]+ \d:\d\d:\d\d left \d:\d\d:\d\d", text)
