"""A page of HTML reads the same in every output encoding."""

import io
import os
import subprocess
import sys
from html import unescape

import pytest

from apothecary.cli import common

RECORD = """{"id": "x", "allergies": [{"name": "Pénicilline, anaphylaxie à l'œuf", "status": "active"}],
 "conditions": [{"name": "latent tuberculosis – ½ treated"}]}"""
COMMANDS = {
    "review": ["review", "-", "--as-of", "2026-11-22"],
    "show": ["show", "anakinra"],
    "simulate": ["simulate", "--dose", "100mg", "--every", "24h", "--for", "7d", "--weight", "70kg", "--age", "20a"],
    "handout": ["handout", "--lang", "es", "--as-of", "2026-11-22"],
}


def printed(arguments: list[str], encoding: str) -> str:
    page = [] if arguments[0] == "handout" else ["--format", "html"]
    command = [sys.executable, "-c", "from apothecary.cli.main import run; run()", *arguments, *page]
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    return subprocess.run(command, env=env, input=RECORD.encode(), capture_output=True, check=True).stdout.decode(
        encoding
    )


@pytest.mark.parametrize("verb", COMMANDS)
def test_html_in_ascii_reads_as_in_utf_8(verb: str) -> None:
    plain, full = (printed(COMMANDS[verb], encoding) for encoding in ("ascii", "utf-8"))
    assert not full.isascii()
    assert unescape(full) == unescape(plain)


def test_long_work_shows_on_a_terminal_and_leaves_the_result_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", shown)
    with common.working("Simulating 9000 virtual patients"):
        pass
    assert "Simulating 9000 virtual patients" in shown.getvalue()


def test_long_work_shows_nothing_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    with common.working("Simulating 9000 virtual patients"):
        pass
    assert ("", "") == tuple(capsys.readouterr())
