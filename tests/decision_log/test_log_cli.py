"""`apothecary log`: what it prints, and the exit codes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from log_samples import KEY, Opened, answer, note, review, tamper

from apothecary.cli.common import Failure
from apothecary.cli.log import command
from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.verify import verify


@pytest.fixture
def key(tmp_path: Path) -> str:
    (tmp_path / "key").write_bytes(KEY)
    return str(tmp_path / "key")


@pytest.fixture
def full(log: DecisionLog) -> DecisionLog:
    log.append([review(1), review(2), answer("card-2", reason={"code": "x", "display": "Will <b>monitor</b>"})])
    return log


def run(*arguments: str) -> tuple[int, str]:
    """Exit code and what was printed; a Failure as its code and sentence."""
    done = CliRunner().invoke(command, list(arguments), standalone_mode=False)
    if isinstance(done.exception, Failure):
        return done.exception.exit_code, f"{done.stdout}{done.exception.code}: {done.exception.message}"
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout


# --- verify --------------------------------------------------------------------------------------------------------


def test_a_whole_log_and_its_anchor(full: DecisionLog, address: str, key: str) -> None:
    code, said = run("verify", "--log", address, "--key", key)
    assert 0 == code
    assert "is whole: 3 entries.\nKeep this outside the log: " in said
    assert (0, said) == run("verify", "--log", address, "--key", key, "--expect", said.split()[-1])


def test_a_whole_log_as_json(full: DecisionLog, address: str, key: str) -> None:
    code, said = run("verify", "--log", address, "--key", key, "--format", "json")
    found = json.loads(said)
    assert (0, True, 3, verify(full).anchor, None) == (
        code, found["whole"], found["count"], found["anchor"], found["difference"],
    )  # fmt: skip


@pytest.mark.parametrize("format", ["text", "json"])
def test_a_broken_chain_has_exit_code_5(full: DecisionLog, address: str, key: str, format: str) -> None:
    tamper(full, "UPDATE entries SET hook = 'other' WHERE seq = 2")
    code, said = run("verify", "--log", address, "--key", key, "--format", format)
    assert 5 == code
    assert "Entry 2 is not as the service wrote it" in said
    assert format == "text" or ["changed", 2] == [json.loads(said)["difference"][name] for name in ("kind", "seq")]


def test_entries_cut_off_have_exit_code_5(full: DecisionLog, address: str, key: str) -> None:
    anchor = verify(full).anchor
    tamper(full, "DELETE FROM entries WHERE seq = 3", "DELETE FROM feedback", "DELETE FROM overrides")
    assert 0 == run("verify", "--log", address, "--key", key)[0]
    assert 5 == run("verify", "--log", address, "--key", key, "--expect", anchor)[0]


FAILURES = {
    "no log": (3, ["--log", "{folder}/none.db"], "log-missing: There is no decision log"),
    "no key": (3, ["--log", "{log}"], "log-key: The key"),
    "short key": (3, ["--log", "{log}", "--key", "{folder}/short"], "log-key: The key"),
    "wrong key": (3, ["--log", "{log}", "--key", "{folder}/wrong"], "log-wrong-key: The key does not belong"),
    "no database": (3, ["--log", "{folder}/wrong", "--key", "{folder}/key"], "log-not-opened: "),
    "no server": (3, ["--log", "postgresql://h@/x?host={folder}", "--key", "{folder}/key"], "log-not-opened: "),
    "no address": (2, ["--log", "mysql://h/x", "--key", "{folder}/key"], "log-address: "),
}


@pytest.mark.parametrize("verb", ["verify", "report", "export"])
@pytest.mark.parametrize(("code", "arguments", "said"), FAILURES.values(), ids=FAILURES.keys())
def test_failures(
    verb: str, code: int, arguments: list[str], said: str, opened: Opened, tmp_path: Path, key: str
) -> None:
    opened(str(tmp_path / "log.db"))
    (tmp_path / "wrong").write_bytes(b"w" * 4000)
    (tmp_path / "short").write_bytes(b"w")
    filled = [part.format(folder=tmp_path, log=tmp_path / "log.db") for part in arguments]
    out = ["--out", str(tmp_path / "out")] if verb == "export" else []
    before = {path.name for path in tmp_path.iterdir()}
    found, printed = run(verb, *filled, *out)
    assert code == found
    assert printed.startswith(said)
    assert before == {path.name for path in tmp_path.iterdir()}


def test_an_anchor_that_is_none(full: DecisionLog, address: str, key: str) -> None:
    code, said = run("verify", "--log", address, "--key", key, "--expect", "x")
    assert (2, True) == (code, said.startswith("log-anchor: "))


# --- export --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "more", "first"), [
    ("log.csv", [], "seq,time"), ("log.ndjson", [], '{"seq":1,'), ("log.txt", ["--as", "csv"], "seq,time"),
])  # fmt: skip
def test_export(
    full: DecisionLog, address: str, key: str, tmp_path: Path, name: str, more: list[str], first: str
) -> None:
    out = tmp_path / name
    code, said = run("export", "--log", address, "--key", key, "--out", str(out), *more)
    assert (0, True) == (code, out.read_text(encoding="utf-8").startswith(first))
    assert f"3 entries are in {out}. Head and count: {verify(full).anchor}\n" == said


def test_export_as_json(full: DecisionLog, address: str, key: str, tmp_path: Path) -> None:
    out = str(tmp_path / "log.ndjson")
    _, said = run("export", "--log", address, "--key", key, "--out", out, "--format", "json")
    assert {"file": out, "count": 3, "head": verify(full).head} == json.loads(said)


def test_export_to_nowhere(full: DecisionLog, address: str, key: str) -> None:
    code, said = run("export", "--log", address, "--key", key, "--out", "/nowhere/x.csv")
    assert (2, True) == (code, said.startswith("log-export: The file /nowhere/x.csv cannot be written"))


# --- report --------------------------------------------------------------------------------------------------------


def reported(address: str, key: str, *more: str) -> Any:
    code, said = run("report", "--log", address, "--key", key, "--format", "json", *more)
    assert 0 == code
    return json.loads(said)


def test_report_as_text(full: DecisionLog, address: str, key: str) -> None:
    full.append([note(unlogged=4), answer("card-9")])
    code, said = run("report", "--log", address, "--key", key)
    plain = " ".join(said.split())
    assert 0 == code
    assert "Cards: 2 shown, 1 with feedback" in plain
    assert "hives (zorvimab 2026.1): applied in 2 of 2 reviews, open in 0. 2 cards shown: 1 overridden (50 %" in plain
    assert (
        "of those shown, 100 % of those answered), 0 accepted, 1 without feedback. Reasons: Will <b>monitor</b> (1)"
        in plain
    )
    assert "Answers that left without being logged, missing from every number here: 4." in plain
    assert "Feedback to cards that are not in the log: 1." in plain


def test_report_as_json(full: DecisionLog, address: str, key: str) -> None:
    found = reported(address, key)
    assert [2, 2, 1] == [found["reviews"], found["cards"], found["answered"]]
    assert [{"day": "2026-11-01", "reviews": 2, "applied": 2}] == found["firing"][0]["days"]


def test_report_as_a_page(full: DecisionLog, address: str, key: str) -> None:
    code, said = run("report", "--log", address, "--key", key, "--format", "html")
    assert 0 == code
    assert said.startswith("<!DOCTYPE html>")
    assert "<title>2026-11-01: 2 of 2 reviews</title>" in said
    assert "Will &lt;b&gt;monitor&lt;/b&gt; (1)" in said
    assert [] == re.findall(r"(?:src|href)=|<script", said)


def test_report_of_an_empty_log(log: DecisionLog, address: str, key: str) -> None:
    for format in ("text", "html"):
        code, said = run("report", "--log", address, "--key", key, "--format", format)
        assert 0 == code
        assert "No rule applied" in said


def test_windows(full: DecisionLog, address: str, key: str) -> None:
    full.append([review(3, time=review(1).time.replace(day=5))])
    assert 1 == reported(address, key, "--since", "2026-11-02")["reviews"]
    assert 2 == reported(address, key, "--until", "2026-11-01")["reviews"]
    assert 3 == reported(address, key, "--until", "2026-11-05", "--days", "5")["reviews"]
    found = reported(address, key, "--until", "2026-11-05", "--days", "4")
    assert ["2026-11-02", "2026-11-05", 1] == [found["since"], found["until"], found["reviews"]]


def test_rules_that_stopped_are_said(full: DecisionLog, address: str, key: str) -> None:
    full.append([review(n, ("age",), time=review(1).time.replace(day=20)) for n in range(3, 9)])
    _, said = run("report", "--log", address, "--key", key, "--quiet-days", "10")
    plain = " ".join(said.split())
    assert (
        "STOPPED FIRING IN THE LAST 10 DAYS - zorvimab: hives: last applied on 2026-11-01; before, in 2 of 2" in plain
    )
    assert "since in none of 6, where about 6 would be expected." in plain


@pytest.mark.parametrize("more", [
    ["--since", "x"], ["--since", "2026-11-02", "--until", "2026-11-01"], ["--since", "2026-11-02", "--days", "3"],
])  # fmt: skip
def test_windows_that_are_none(more: list[str], tmp_path: Path) -> None:
    code, said = run("report", "--log", str(tmp_path / "log.db"), *more)
    assert (2, True) == (code, said.startswith("usage: --since"))
