"""`apothecary cohort` as a person runs it."""

import os
import pty
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from support import MADE_UP

RUN = [sys.executable, "-c", "from apothecary.cli.main import run; run()", "cohort"]
MADE = ["--knowledge", str(MADE_UP), "--as-of", "2026-11-22"]


def cohort(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([*RUN, *arguments], capture_output=True, text=True, check=False)
    assert code == done.returncode, done.stderr
    return done


def test_what_is_written_is_said(tmp_path: Path) -> None:
    out = tmp_path / "made"
    done = cohort("--patients", "30", "--seed", "3", "--out", str(out), *MADE)
    size = sum(path.stat().st_size for path in (out / "export").iterdir() if "Medication." not in path.name)
    assert [
        f"30 patients of seed 3 as of 2026-11-22, {size / 1e6:,.1f} MB before compression.",
        f"{out}/export: FHIR R4, one file a type for every 10,000 patients.",
        f"{out}/truth.parquet: what was planted, and which rules of zorvimab that settles.",
    ] == done.stdout.splitlines()
    assert "" == done.stderr


def test_the_packaged_drug_is_made_without_naming_it(tmp_path: Path) -> None:
    done = cohort("--patients", "5", "--out", str(tmp_path / "made"))
    assert "rules of anakinra" in done.stdout


def test_every_option_changes_what_it_says(tmp_path: Path) -> None:
    made = {
        "plain": [],
        "seed": ["--seed", "2"],
        "day": ["--as-of", "2025-01-31"],
        "clutter": ["--clutter", "0"],
        "workers": ["--workers", "2"],
    }
    texts = {}
    for name, more in made.items():
        cohort("--patients", "20", "--out", str(tmp_path / name), *MADE, *more)
        texts[name] = (tmp_path / name / "export/Condition.000.ndjson").read_bytes()
    assert texts["plain"] == texts.pop("workers")
    assert len(texts) == len(set(texts.values()))
    cohort("--patients", "20", "--out", str(tmp_path / "packed"), *MADE, "--gzip")
    assert (tmp_path / "packed/export/Condition.000.ndjson.gz").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--patients", "0"], 2, "A cohort needs at least 1 patient and 1 worker"),
        (["--patients", "5", "--workers", "0"], 2, "A cohort needs at least 1 patient and 1 worker"),
        (["--patients", "5", "--clutter", "-1"], 2, "The clutter is -1"),
        (["--patients", "5", "--as-of", "soon"], 2, "--as-of is 'soon'"),
        (["--patients", "5", "--drug", "other"], 2, "There is no monograph 'other'"),
        (["--patients", "many"], 2, "'many' is not a valid integer"),
        ([], 2, "Missing option '--patients'"),
    ],
)
def test_a_wrong_call_says_what_to_do(tmp_path: Path, arguments: list[str], code: int, said: str) -> None:
    done = cohort(*arguments, "--out", str(tmp_path / "made"), code=code)
    assert said in done.stderr
    assert [] == list(tmp_path.iterdir())


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("")
    done = cohort("--patients", "5", "--out", str(tmp_path), *MADE, code=2)
    assert "is not an empty folder: give another one, or remove it." in done.stderr


def test_a_monograph_without_a_mix_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MADE_UP, tmp_path / "drug", ignore=shutil.ignore_patterns("cohort.yaml"))
    done = cohort("--patients", "5", "--out", str(tmp_path / "x"), "--knowledge", str(tmp_path / "drug"), code=4)
    assert "there is no cohort.yaml beside the monograph of zorvimab" in done.stderr


def test_a_terminal_shows_how_far_it_is_and_how_fast(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [*RUN, "--patients", "3000", "--out", str(tmp_path / "made"), *MADE, "--workers", "1"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs, env=env) as run:
        os.close(theirs)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError:  # the other end was closed
            pass
    os.close(ours)
    text = shown.decode()
    assert 0 == run.returncode
    assert "Writing patients" in text
    assert re.search(r"[1-9]\d*/3000 [\d,]+/s \d:\d\d:\d\d", re.sub(r"\x1b\[[\d;?]*\w", "", text))


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    command = [*RUN, "--patients", "100000", "--out", str(tmp_path / "made"), *MADE, "--workers", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as run:
        growing = tmp_path / ".made.part/export"
        while run.poll() is None:
            if growing.is_dir() and sum(path.stat().st_size for path in growing.iterdir()):
                break
        os.killpg(run.pid, signal.SIGINT)  # as a terminal does it: to the workers too
        _, said = run.communicate(timeout=60)
    assert 130 == run.returncode, said
    assert b"Traceback" not in said
    assert [] == list(tmp_path.iterdir())
