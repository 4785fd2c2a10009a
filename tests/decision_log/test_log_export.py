"""The whole log as a file: every entry, its head at the end, and never half a file."""

import csv
import json
import os
from pathlib import Path

import pytest
from log_samples import Opened, answer, review, rows, tamper

from apothecary.decision_log.errors import LogError
from apothecary.decision_log.export import export
from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.verify import read_anchor, verify


@pytest.fixture
def full(log: DecisionLog) -> DecisionLog:
    log.append([review(1), review(2, body={"comment": 'a "b", c\nd'}), answer()])
    return log


def test_ndjson_holds_every_entry_and_ends_with_the_head(full: DecisionLog, tmp_path: Path) -> None:
    found = export(full, tmp_path / "log.ndjson", "ndjson")
    lines = [json.loads(line) for line in (tmp_path / "log.ndjson").read_text(encoding="utf-8").splitlines()]
    expected = [{**row._asdict(), "body": json.loads(row.body)} for row in rows(full)]
    assert [*expected, {"head": found.head, "count": 3}] == lines
    assert [tmp_path / "log.ndjson"] == [path for path in tmp_path.iterdir() if "ndjson" in path.name]


def test_csv_holds_every_entry_with_the_head_beside_it(full: DecisionLog, tmp_path: Path) -> None:
    found = export(full, tmp_path / "log.csv", "csv")
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    expected = [
        {name: "" if value is None else str(value) for name, value in row._asdict().items()} for row in rows(full)
    ]
    assert expected == lines
    assert f"{found.anchor}\n" == (tmp_path / "log.csv.head").read_text(encoding="ascii")


def test_the_head_is_an_anchor_for_verify(full: DecisionLog, tmp_path: Path) -> None:
    found = export(full, tmp_path / "log.ndjson", "ndjson")
    assert verify(full).anchor == found.anchor
    assert verify(full, read_anchor(found.anchor)).difference is None


def test_an_empty_log_is_a_file_with_a_head_alone(log: DecisionLog, tmp_path: Path) -> None:
    export(log, tmp_path / "log.ndjson", "ndjson")
    assert {"head": log.chain.start, "count": 0} == json.loads((tmp_path / "log.ndjson").read_text(encoding="utf-8"))


def test_a_body_that_was_tampered_with_stays_readable(full: DecisionLog, tmp_path: Path) -> None:
    tamper(full, "UPDATE entries SET body = '{oops' WHERE seq = 2")
    export(full, tmp_path / "log.ndjson", "ndjson")
    lines = (tmp_path / "log.ndjson").read_text(encoding="utf-8").splitlines()
    assert "{oops" == json.loads(lines[1])["body"]


def test_no_half_file_is_left(full: DecisionLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", failing)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "log.csv").write_text("before")
    with pytest.raises(LogError, match="cannot be written: No space left on device"):
        export(full, tmp_path / "x" / "log.csv", "csv")
    assert ["log.csv"] == [path.name for path in (tmp_path / "x").iterdir()]
    assert "before" == (tmp_path / "x" / "log.csv").read_text()


def test_a_folder_that_is_not_there(full: DecisionLog, tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be written: No such file or directory") as caught:
        export(full, tmp_path / "nowhere" / "log.csv", "csv")
    assert "log-export" == caught.value.code


def test_many_entries_are_streamed(tmp_path: Path, opened: Opened) -> None:
    log = opened(str(tmp_path / "log.db"))
    log.append([review(number) for number in range(2500)])
    assert 2500 == export(log, tmp_path / "log.ndjson", "ndjson").count
    assert 2501 == len((tmp_path / "log.ndjson").read_bytes().splitlines())
