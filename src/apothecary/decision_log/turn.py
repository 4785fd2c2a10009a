"""Processes that write to one SQLite file take turns, so that none waits while another goes on and on.

SQLite alone lets a waiting process ask again after ever longer pauses, and whoever has just written asks first.
This is courtesy, not safety: who cannot get a turn in time goes on and relies on SQLite's own lock.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

try:
    import fcntl
except ImportError:  # a system without them; SQLite's own lock remains
    fcntl = None  # type: ignore[assignment]

_NEXT: Final = 0  # byte of the file that only the process next in line may hold
_NOW: Final = 1  # byte that the process writing holds
_PAUSE: Final = 0.0002
_ASKED_AT_MOST: Final = 10_000  # times, about two seconds


class Turn:
    """A place in the line in front of one file."""

    def __init__(self, path: Path) -> None:
        self._sleeper = Event()
        self._file: int | None = None
        if fcntl is not None:
            try:
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError:  # a folder that may not be written: the log itself says so
                self._file = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Waits for the turn and holds it."""
        self._wait(_NEXT)
        self._wait(_NOW)
        self._free(_NEXT)
        try:
            yield
        finally:
            self._free(_NOW)

    def close(self) -> None:
        """Leaves the line."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _wait(self, byte: int) -> None:
        if self._file is None:
            return
        for _ in range(_ASKED_AT_MOST):
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, byte)
            except OSError:
                self._sleeper.wait(_PAUSE)
            else:
                return

    def _free(self, byte: int) -> None:
        if self._file is not None:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, byte)
