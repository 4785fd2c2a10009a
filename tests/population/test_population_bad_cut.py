"""What `apothecary population` says when it is cut off, and what it leaves behind."""

import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from bulk_exports import die
from population_runs import FILES, call, export, people, refused, rows, visible

from apothecary.cli import main
from apothecary.population import run as running
from apothecary.population.facts import pool, tasks
from apothecary.population.facts import work as working
from apothecary.population.rules.engine import DuckDB
from support import MADE_UP


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return export(tmp_path / "in", *people("a", "b"))


@pytest.fixture
def facts(source: Path, tmp_path: Path) -> Path:
    with patch.object(running, "review_days", side_effect=KeyboardInterrupt):  # read and not reviewed
        assert 130 == call(source, "--out", tmp_path / "made").code
    return tmp_path / "made/facts"


@pytest.fixture
def many(tmp_path: Path) -> Iterator[Path]:
    """An export that is read in several tasks."""
    for number in range(5):
        export(tmp_path / "in", *people(f"a{number}", f"b{number}"), name=f"{number}.ndjson")
    with patch.object(tasks, "SIZE", 1000):
        yield tmp_path / "in"


def test_ctrl_c_while_reading_keeps_what_was_read(many: Path, tmp_path: Path) -> None:
    write_entry, left = working.write_entry, iter(range(3))

    def interrupted(*arguments: Any) -> None:
        write_entry(*arguments)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGINT)

    out = tmp_path / "out"
    with patch.object(working, "write_entry", interrupted):
        done = call(many, "--out", out)
    refused(done, 130, f"Stopped. What was read is kept in {out / 'facts'}: the same command goes on from there.")
    assert {"facts"} == visible(out)
    assert not (out / "facts/facts.json").exists()
    kept = {path: path.stat().st_mtime_ns for path in (out / "facts/row").iterdir()}
    assert 3 <= len(kept) < 5
    assert 0 == call(many, "--out", out).code
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    assert 10 == len(rows(out, "patients"))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("Query interrupted")])
def test_ctrl_c_while_reviewing_leaves_the_results_of_before(
    error: BaseException, source: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    call(source, "--out", out)
    before = {name: (out / name).read_bytes() for name in FILES}
    export(tmp_path / "in", *people("a", "b", "c"))
    with patch.object(DuckDB, "batches", side_effect=error):
        done = call(source, "--out", out, "--format", "json")
    assert (130, "stopped") == (done.code, done.error["code"])
    assert before == {name: (out / name).read_bytes() for name in FILES}
    assert visible(out) == {"facts", *FILES}


def test_a_killed_worker_is_named(many: Path, tmp_path: Path) -> None:
    with patch.object(pool, "_do", die):
        done = call(many, "--out", tmp_path / "out", "--workers", "2")
    refused(done, 3, "A worker process was killed, perhaps because memory ran out. Start again")
    assert set() == visible(tmp_path / "out") - {"facts"}


@pytest.fixture
def full_disk() -> Iterator[None]:
    """No file may grow beyond some bytes, as where a disk is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_while_reading(source: Path, tmp_path: Path, full_disk: None) -> None:
    done = call(source, "--out", tmp_path / "out")
    refused(done, 3, "File too large", "Make room or give access, then start again: what is finished is kept.")
    assert not (tmp_path / "out/facts/facts.json").exists()


def test_a_disk_that_is_full_while_writing_results(facts: Path, tmp_path: Path, full_disk: None) -> None:
    out = tmp_path / "out"
    done = call(facts, "--out", out)
    refused(done, 3, f"findings.parquet could not be written to {out}:", "Make room or choose a folder")
    assert set() == visible(out)


@pytest.mark.parametrize("name", ["findings.parquet", "patients.parquet"])
def test_results_of_an_engine_that_writes_folders_are_replaced_and_replace(name: str, tmp_path: Path) -> None:
    for folder in (True, False, True):
        with running.together(tmp_path) as part:
            (part / ".work").mkdir()
            (part / name).mkdir() if folder else (part / name).write_text("whole")
        assert folder == (tmp_path / name).is_dir()
        assert {name} == visible(tmp_path)


def test_a_folder_without_the_right_to_write(facts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    out = tmp_path / "file/out"
    refused(call(facts.parent.parent / "in", "--out", out), 3, "failed: Not a directory", "give access")
    refused(call(facts, "--out", out), 3, f"could not be written to {out}: Not a directory")


def test_a_fault_names_itself_and_leaves_no_results(facts: Path, tmp_path: Path) -> None:
    with patch.object(DuckDB, "batches", side_effect=ZeroDivisionError("a fault")):
        done = call(facts, "--out", tmp_path / "out")
    assert (1, "") == (done.code, done.out)
    assert "Internal error (ZeroDivisionError: a fault). No review was made." in done.err
    assert set() == visible(tmp_path / "out")


def test_ctrl_c_while_a_cohort_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from apothecary.population import cohort

    given = ["apothecary", "cohort", "--patients", "5", "--knowledge", str(MADE_UP), "--out", str(tmp_path / "made")]
    with (
        patch.object(sys, "argv", given),
        patch.object(cohort, "write_cohort", side_effect=KeyboardInterrupt),
        pytest.raises(SystemExit) as ended,
    ):
        main.run()
    assert 130 == ended.value.code
    assert "appears when everything is written. The same command starts anew." in capsys.readouterr().err
