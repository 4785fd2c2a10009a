"""The exit codes of the contract, and that a failure never looks like a review."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from blocks import ROOT

from apothecary.knowledge import PACKAGED, packaged

PATIENT = "birth_date: 1980-05-05\nsex: male\nmedications: [adalimumab]\n"
TWO = json.dumps(
    {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": {"resourceType": "Patient", "id": id_}} for id_ in ("a", "b")],
    }
)
DEAD = json.dumps({"resourceType": "Patient", "id": "a", "deceasedBoolean": True})
OTHER = json.dumps(
    {
        "hook": "patient-view",
        "context": {"patientId": "a"},
        "prefetch": {"patient": {"resourceType": "Patient", "id": "b"}},
    }
)
SABOTAGED = """
import sys
from apothecary.cli import main
from apothecary.review.reviewer import Reviewer
def broken(*_, **__):
    raise ZeroDivisionError("a fault")
Reviewer.answer = broken
sys.argv = ["apothecary", "review", "-", *sys.argv[1:]]
main.run()
"""


def run(*arguments: str, record: str = "") -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "apothecary"), *arguments]
    return subprocess.run(command, input=record, capture_output=True, text=True, encoding="utf-8", check=False)


FAILURES = [
    (2, ["review", "-", "--as-of", "tomorrow"], PATIENT),
    (2, ["review", "-", "--indication", "gout"], PATIENT),
    (2, ["review", "-", "--drug", "no-such-drug"], PATIENT),
    (2, ["review", "-", "--phase", "later"], PATIENT),
    (2, ["review"], ""),
    (2, ["no-such-command"], ""),
    (2, ["explain", "no-such-rule", "-"], PATIENT),
    (3, ["review", "no-such-file.yaml"], ""),
    (3, ["review", "-"], ""),
    (3, ["review", "-"], "{not json"),
    (3, ["review", "-"], "weigth: 70 kg"),
    (3, ["review", "-"], TWO),
    (3, ["review", "-"], DEAD),
    (3, ["review", "-"], OTHER),
    (3, ["explain", "neutropenia", "-"], DEAD),
    (4, ["review", "-", "--knowledge", str(ROOT / "docs")], PATIENT),
    (2, ["population", "no-such-folder"], ""),
    (2, ["population", "no-such-folder", "--out", "results", "--engine", "abacus"], ""),
    (3, ["population", "no-such-folder", "--out", "results"], ""),
    (4, ["population", "no-such-folder", "--out", "results", "--knowledge", str(ROOT / "docs")], ""),
]


@pytest.mark.parametrize(("code", "arguments", "record"), FAILURES)
def test_a_failure_has_its_exit_code_and_prints_no_review(code: int, arguments: list[str], record: str) -> None:
    done = run(*arguments, record=record)
    assert (code, "") == (done.returncode, done.stdout)
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("code", "arguments", "record"), [x for x in FAILURES if len(x[1]) > 1 and x[1][0] in ("review", "population")]
)
def test_a_failure_under_json_is_one_json_object(code: int, arguments: list[str], record: str) -> None:
    done = run(*arguments, "--format", "json", record=record)
    assert code == json.loads(done.stderr)["error"]["exit_code"]
    assert "" == done.stdout


REFUSED = """values:
  edition-refused:
    meaning: Age from which an edition is refused
    value: 36
    unit: mo
    kind: assumed
    statements: [edition.2]
    reason: The site wants it so.
"""
AFTER_ALL = """
import sys
from pathlib import Path
from apothecary import knowledge
from apothecary.cli import main
from apothecary.knowledge import loader
knowledge.PACKAGED = loader.PACKAGED = Path(sys.argv[1])
sys.argv = ["apothecary", "demo", *sys.argv[2:]]
main.run()
"""


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a packaged monograph whose site refuses its edition after 36 months, and a later demo."""
    folder = tmp_path_factory.mktemp("site") / packaged()[0]
    shutil.copytree(PACKAGED / packaged()[0], folder)
    policy = folder / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("values:\n", REFUSED, 1), encoding="utf-8")
    (folder / "example.as-of").write_text("2028-04-11\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("arguments", [["review", "-"], ["explain", "neutropenia", "-"]], ids=["review", "explain"])
@pytest.mark.parametrize("format", ["text", "json"])
def test_an_edition_that_the_site_refuses(refusing: Path, arguments: list[str], format: str) -> None:
    """On the last day it is reviewed, with a warning; on the next it ends with exit code 4 and no review."""
    ask = [*arguments, "--knowledge", str(refusing), "--format", format]
    inside, past = (run(*ask, "--as-of", day, record=PATIENT) for day in ("2028-04-10", "2028-04-11"))
    assert (0, "") == (inside.returncode, inside.stderr)
    assert "edition-expired" in inside.stdout
    assert (4, "") == (past.returncode, past.stdout)
    assert "must not be used for more than 36 months, after 2028-04-10" in past.stderr
    assert format == "text" or "edition-expired" == json.loads(past.stderr)["error"]["code"]


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_demo_of_an_edition_that_the_site_refuses(refusing: Path, format: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", AFTER_ALL, str(refusing.parent), "--format", format],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (4, "") == (done.returncode, done.stdout)
    assert "must not be used for more than 36 months" in done.stderr


def test_invalid_knowledge_is_found_by_check(tmp_path: Path) -> None:
    assert 4 == run("check", str(tmp_path)).returncode


@pytest.mark.parametrize(
    ("code", "fail_on", "record"),
    [
        (10, "critical", PATIENT),
        (10, "warning", PATIENT),
        (10, "unknown", PATIENT),
        (0, "critical", "medications: none"),
        (10, "unknown", "medications: none"),
    ],
)
def test_fail_on(code: int, fail_on: str, record: str) -> None:
    done = run("review", "-", "--as-of", "2026-11-22", "--fail-on", fail_on, record=record)
    assert code == done.returncode
    assert done.stdout.startswith("Anakinra (Kineret): ")


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_fault_of_the_program_is_no_review(format: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SABOTAGED, "--format", format],
        input=PATIENT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (1, "") == (done.returncode, done.stdout)
    assert "No review was made" in done.stderr
