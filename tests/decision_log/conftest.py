from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from databases import Server, server
from log_samples import KEY, Opened

from apothecary.decision_log.store import DecisionLog


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server for all tests of this process."""
    with server() as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a log that is not there yet, on each database."""
    if request.param == "sqlite":
        return str(tmp_path / "log.db")
    found: str = request.getfixturevalue("postgresql").new()
    return found


@pytest.fixture
def opened() -> Iterator[Opened]:
    """Opens logs that are closed after the test."""
    with ExitStack() as stack:

        def open_(url: str, key: bytes = KEY, existing: bool = False) -> DecisionLog:
            log = DecisionLog.open(url, key, existing=existing)
            stack.callback(log.close)
            return log

        yield open_


@pytest.fixture
def log(address: str, opened: Opened) -> DecisionLog:
    """A new log on each database."""
    return opened(address)
