"""`apothecary audit` as a person runs it: exit codes, messages, taking an edition over, beginning a monograph."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from apothecary.knowledge import load
from support import MADE_UP

FILE = MADE_UP.parent / f"{MADE_UP.name}.txt"
TEXT = FILE.read_text(encoding="utf-8")
DRUG = MADE_UP.name


def run(*arguments: str | Path, data: bytes = b"") -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "apothecary"), "audit", *map(str, arguments)]
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return subprocess.CompletedProcess(command, done.returncode, done.stdout.decode(), done.stderr.decode())


def audited(*arguments: str | Path, text: str = TEXT) -> subprocess.CompletedProcess[str]:
    return run(DRUG, "--knowledge", MADE_UP, "--source", "-", *arguments, data=text.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the made-up drug's monograph."""
    return Path(shutil.copytree(MADE_UP, tmp_path / "copy"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file to write an edited text to."""
    return tmp_path / "source.txt"


def test_a_covered_text_ends_with_0() -> None:
    done = audited()
    assert (0, "") == (done.returncode, done.stderr)
    assert "COVERED" in done.stdout
    assert "55 of 55" in done.stdout


def test_a_text_that_differs_ends_with_5_and_says_what_to_read_again() -> None:
    done = audited(text=TEXT.replace("below 30 mL/min", "below 40 mL/min"))
    assert 5 == done.returncode
    assert all(word in done.stdout for word in ("DIFFERS", "dosage.2", "renal-severe", "crcl-severe", "54 of 55"))


def test_json_is_one_document() -> None:
    done = audited("--format", "json", text=TEXT.replace("below 30 mL/min", "below 40 mL/min"))
    found = json.loads(done.stdout)
    assert (5, False, 98.1) == (done.returncode, found["complete"], found["coverage"]["percent"])
    assert [("edited", "dosage.2", ["30"], ["40"])] == [
        (c["kind"], c["what"], c["numbers_gone"], c["numbers_new"]) for c in found["changes"]
    ]


def test_html_is_one_page() -> None:
    done = audited("--format", "html")
    assert (0, 1) == (done.returncode, done.stdout.count("<html"))


@pytest.mark.parametrize(
    ("data", "exit_code", "code", "said"),
    [
        (b"", 3, "empty", "is empty"),
        (b" \n\n", 3, "empty", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 3, "not-text", "not UTF-8 text"),
        (b"%PDF-1.7\n", 3, "not-text", "not UTF-8 text"),
        (TEXT.encode("utf-16"), 3, "not-text", "not UTF-8 text"),
        (TEXT.encode("latin-1", "replace"), 3, "not-text", "not UTF-8 text"),
        (b"<!DOCTYPE html><html></html>", 3, "not-text", "HTML"),
        (b"A letter to nobody.\n", 3, "not-a-monograph", "not a monograph"),
        (TEXT[: len(TEXT) // 2].encode(), 3, "incomplete", "incomplete"),
        (TEXT[: TEXT.index("16. Nemo B")].encode(), 3, "incomplete", "incomplete"),
        (
            TEXT.replace("Zorvimab (Monograph)", "Norvimab (Monograph)").encode(),
            5,
            "another-drug",
            "of Norvimab, not of",
        ),
    ],
    ids=["empty", "blank", "image", "pdf", "utf-16", "latin-1", "html", "letter", "half", "cut list", "another drug"],
)
def test_a_text_that_cannot_be_audited(data: bytes, exit_code: int, code: str, said: str) -> None:
    done = run(DRUG, "--knowledge", MADE_UP, "--source", "-", data=data)
    assert (exit_code, "") == (done.returncode, done.stdout)
    assert done.stderr.startswith("apothecary: -: ")
    assert said in done.stderr
    assert 1 == done.stderr.count("\n")
    as_json = run(DRUG, "--knowledge", MADE_UP, "--source", "-", "--format", "json", data=data)
    error = json.loads(as_json.stderr)["error"]
    assert (exit_code, code, exit_code) == (as_json.returncode, error["code"], error["exit_code"])


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (["no-such-drug", "--source", FILE], 2, "There is no monograph 'no-such-drug'."),
        ([DRUG], 2, "Missing option '--source'"),
        (["other", "--knowledge", MADE_UP, "--source", FILE], 2, "not of other"),
        (["--source", "no-such-file.txt"], 3, "The source text no-such-file.txt cannot be read"),
        ([DRUG, "--knowledge", "no-such-folder", "--source", FILE], 4, "there is no monograph.yaml here"),
        ([DRUG, "--new", DRUG, "--source", FILE], 2, "--new takes --source, --into and --format only"),
        ([DRUG, "--source", FILE, "--into", "x"], 2, "--into belongs to --new"),
        (["--new", "norvimab", "--source", FILE], 5, "is the monograph of Zorvimab, not of norvimab"),
        (["--new", DRUG, "--source", FILE, "--into", MADE_UP], 2, "exists and holds something"),
        ([DRUG, "--knowledge", MADE_UP, "--source", "-", "--accept", "all"], 2, "Give it as a file"),
        ([DRUG, "--knowledge", MADE_UP, "--source", FILE, "--accept", "dosage.2"], 2, "no change of the text"),
    ],
)
def test_wrong_usage(arguments: list[str | Path], exit_code: int, said: str) -> None:
    done = run(*arguments)
    assert (exit_code, "") == (done.returncode, done.stdout)
    assert said in done.stderr


# --- a new edition ---------------------------------------------------------------------------------------------------


def accepted(folder: Path, source: Path, text: str, *ids: str) -> subprocess.CompletedProcess[str]:
    source.write_text(text, encoding="utf-8")
    chosen = [part for id_ in ids for part in ("--accept", id_)]
    return run(DRUG, "--knowledge", folder, "--source", source, *chosen)


def test_a_statement_that_was_read_again_is_taken_over(folder: Path, source: Path) -> None:
    text = TEXT.replace("serum sickness occurs", "serum sickness begins")
    assert 5 == accepted(folder, source, text).returncode
    before = load(folder).statements["cautions.2"]
    assert 0 == accepted(folder, source, text, "cautions.2").returncode
    after = load(folder).statements["cautions.2"]
    assert before.encoded_by == after.encoded_by
    assert before.fingerprint != after.fingerprint


def test_what_was_not_named_stays_open(folder: Path, source: Path) -> None:
    text = TEXT.replace("serum sickness occurs", "serum sickness begins").replace(
        "an active infection", "any infection"
    )
    done = accepted(folder, source, text, "cautions.2")
    assert 5 == done.returncode
    assert "cautions.3" in done.stdout
    assert "cautions.2" not in done.stdout


def test_a_value_whose_number_changed_must_be_changed_first(folder: Path, source: Path) -> None:
    """Taking the sentence over alone would leave a stated value that its sentence no longer states."""
    before = (folder / "statements.yaml").read_bytes()
    done = accepted(folder, source, TEXT.replace("below 30 mL/min", "below 40 mL/min"), "dosage.2")
    assert 4 == done.returncode
    assert "value crcl-severe is stated as 30" in done.stderr
    assert before == (folder / "statements.yaml").read_bytes()


def test_a_new_statement_gets_an_id_and_is_left_to_do(folder: Path, source: Path) -> None:
    done = accepted(folder, source, TEXT.replace("Do not freeze.1", "Do not freeze.1 Never thaw.1"), "new")
    assert 5 == done.returncode
    new = load(folder).statements["stability.3"]
    assert ((), None, True) == (new.encoded_by, new.background, bool(new.to_do))
    assert "stability.3" in done.stdout


def test_a_statement_that_is_gone_is_dropped_when_nothing_rests_on_it(folder: Path, source: Path) -> None:
    assert 0 == accepted(folder, source, TEXT.replace(" Do not freeze.1", ""), "stability.2").returncode
    assert "stability.2" not in load(folder).statements


def test_a_statement_that_is_gone_stays_while_something_rests_on_it(folder: Path, source: Path) -> None:
    done = accepted(
        folder, source, TEXT.replace("Halve the dose when creatinine clearance is below 30 mL/min.1 ", ""), "all"
    )
    assert 4 == done.returncode
    assert "dosage.2" in done.stderr
    assert "dosage.2" in load(folder).statements


def test_taking_over_keeps_the_file_as_it_was_written(folder: Path, source: Path) -> None:
    """What `--accept` writes is the one form of the file: taken over and back again, not a byte differs."""
    before = (folder / "statements.yaml").read_bytes()
    assert (
        0 == accepted(folder, source, TEXT.replace("serum sickness occurs", "serum sickness begins"), "all").returncode
    )
    assert before != (folder / "statements.yaml").read_bytes()
    assert 0 == accepted(folder, source, TEXT, "all").returncode
    assert before == (folder / "statements.yaml").read_bytes()


def test_the_previous_text_shows_both_wordings(source: Path) -> None:
    source.write_text(TEXT.replace("serum sickness occurs", "serum sickness begins"), encoding="utf-8")
    done = run(DRUG, "--knowledge", MADE_UP, "--source", source, "--previous", FILE)
    shown = " ".join(done.stdout.split())
    assert "when serum sickness [-occurs-] during treatment." in shown
    assert "when serum sickness {+begins+} during treatment." in shown


# --- a new drug ------------------------------------------------------------------------------------------------------


def test_a_begun_monograph_loads_and_says_what_is_left(tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    done = run("--new", DRUG, "--source", FILE, "--into", folder)
    assert (0, "") == (done.returncode, done.stderr)
    m = load(folder)
    left = [id_ for id_, one in m.statements.items() if one.to_do]
    assert (55, f"{len(left)} to do") == (len(m.statements), done.stdout.split(" statements, ")[1].split(",")[0])
    assert ("zorvimab", ("Zorvex",), "2026-01-15") == (m.drug.id, m.drug.brands, m.drug.edition.revised.isoformat())
    assert ("label", "https://papers.example/nemo") == (m.sources["1"].kind, m.sources["3"].url)
    listed = (folder / "TODO.md").read_text(encoding="utf-8")
    assert left == [line.split("`")[1] for line in listed.splitlines() if line.startswith("- [ ] `") and " (" in line]


def test_a_begun_monograph_passes_check_and_is_not_covered(tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    run("--new", DRUG, "--source", FILE, "--into", folder)
    command = [str(Path(sys.executable).parent / "apothecary"), "check", str(folder)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (0, True) == (checked.returncode, "50 to do" in checked.stdout)
    done = run("--knowledge", folder, "--source", FILE)
    assert (5, False) == (done.returncode, "100 %" in done.stdout)


def test_a_begun_monograph_holds_no_sentence_of_the_text(tmp_path: Path) -> None:
    folder = tmp_path / "begun"
    run("--new", DRUG, "--source", FILE, "--into", folder)
    written = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file())
    body = TEXT[TEXT.index("Introduction\n") : TEXT.index("Made-up Drug Information™")]
    sentences = [line for line in body.splitlines() if line.endswith((".1", ".2", "."))]
    assert len(sentences) > 20
    assert [] == [line for line in sentences if line[:30] in written]


def test_the_name_of_the_folder_is_the_drug(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).parent / "apothecary"), "audit", "--new", "Zorvimab", "--source", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert 0 == done.returncode
    assert (
        "zorvimab"
        == yaml.safe_load((tmp_path / "zorvimab" / "monograph.yaml").read_text(encoding="utf-8"))["drug"]["id"]
    )


def test_a_begun_monograph_can_be_reported_as_json(tmp_path: Path) -> None:
    done = run("--new", DRUG, "--source", FILE, "--into", tmp_path / "begun", "--format", "json")
    assert {"folder": str(tmp_path / "begun"), "statements": 55, "to_do": 50} == json.loads(done.stdout)
