"""Several processes write to one log, and one that is killed has lost nothing that it acknowledged."""

import subprocess
import sys
from pathlib import Path

import pytest
from log_samples import Opened, rows

from apothecary.decision_log.verify import verify

WORKER = str(Path(__file__).with_name("log_worker.py"))


def started(address: str, name: str, count: int, at_once: int) -> "subprocess.Popen[str]":
    command = [sys.executable, WORKER, address, name, str(count), str(at_once)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")


def read(lines: list[str]) -> list[tuple[int, str]]:
    """Number and process of each entry that was acknowledged; a line cut off by the kill says nothing."""
    whole = [line.split() for line in lines if line.endswith("\n")]
    return [(int(seq), name) for seq, name, _ in whole]


def test_processes_write_one_chain(address: str, opened: Opened) -> None:
    log = opened(address)
    running = [started(address, name, 400, 16) for name in ("one", "two", "three")]
    said = [read(process.communicate()[0].splitlines(keepends=True)) for process in running]
    assert [0, 0, 0] == [process.returncode for process in running]
    found = verify(log)
    assert (3 * 480, None) == (found.count, found.difference)
    assert list(range(1, 3 * 480 + 1)) == sorted(seq for part in said for seq, _ in part)
    by_hook = {row.seq: row.hook for row in rows(log) if row.hook is not None}
    assert by_hook.items() <= {item for part in said for item in part}


@pytest.mark.parametrize("acknowledged", [1, 300])
def test_nothing_acknowledged_is_lost_when_a_process_is_killed(address: str, opened: Opened, acknowledged: int) -> None:
    log = opened(address)
    killed, other = started(address, "killed", 1_000_000, 32), started(address, "other", 400, 16)
    assert killed.stdout is not None
    lines = [killed.stdout.readline() for _ in range(acknowledged)]
    killed.kill()
    lines += killed.stdout.readlines()
    killed.stdout.close()
    killed.wait()
    said = read(lines)
    said += read(other.communicate()[0].splitlines(keepends=True))
    assert 0 == other.returncode  # the log goes on for the other process
    assert len(said) >= acknowledged + 480
    found = verify(log)
    assert found.difference is None
    there = {row.seq: row.hook for row in rows(log)}
    missing = [(seq, name) for seq, name in said if seq not in there or there[seq] not in (name, None)]
    assert [] == missing
