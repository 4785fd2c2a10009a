"""Which tokens were used before, known to all workers of one host: a token opens one call."""

import os
import sqlite3
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

RUN_FOLDER: Final = "APOTHECARY_RUN_FOLDER"  # environment variable that `serve` sets for its workers
_FILE: Final = "replay.sqlite"
_PURGE_SECONDS: Final = 60.0
_WAIT_SECONDS: Final = 2.0


class ReplayError(Exception):
    """It cannot be known whether a token was used before."""


class Replay:
    """Remembers until they expire the keys that it has seen.

    `folder`: where the workers of one host share the memory, in a file that only the service's user can read; when not
    given it is the one that `serve` has made for its workers, and without one the memory is this process's alone. Only
    a hash of each key is kept.
    """

    def __init__(self, folder: Path | None = None, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._next_purge = 0.0
        self._seen: dict[bytes, float] = {}
        shared = folder or os.environ.get(RUN_FOLDER)
        self._path = Path(shared) / _FILE if shared else None
        self._file: sqlite3.Connection | None = None
        self._pid = 0

    def first_time(self, key: str, expires: float) -> bool:
        """Whether this key is seen for the first time; remembers it until `expires` (seconds since the epoch).

        ReplayError when the shared memory cannot be read or written: then nothing may be let in.
        """
        digest = sha256(key.encode("utf-8", "surrogatepass")).digest()
        if self._path is None:
            return self._first_here(digest, expires)
        try:
            return self._first_shared(self._path, digest, expires)
        except sqlite3.Error as error:
            raise ReplayError("The memory of used tokens cannot be written.") from error

    def _first_here(self, digest: bytes, expires: float) -> bool:
        now = self._now()
        if now >= self._next_purge:
            self._next_purge = now + _PURGE_SECONDS
            self._seen = {seen: until for seen, until in self._seen.items() if until >= now}
        if digest in self._seen:
            return False
        self._seen[digest] = expires
        return True

    def _first_shared(self, path: Path, digest: bytes, expires: float) -> bool:
        file = self._connection(path)
        now = self._now()
        if now >= self._next_purge:
            self._next_purge = now + _PURGE_SECONDS
            file.execute("DELETE FROM seen WHERE expires < ?", (now,))
        added = file.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, expires))
        return added.rowcount == 1

    def _connection(self, path: Path) -> sqlite3.Connection:
        """This process's own connection: one must not be carried over into a forked worker."""
        if self._file is None or self._pid != os.getpid():
            if not path.exists():
                os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
            file = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False)
            # Lost with the machine, as are the tokens that were under way; it need not reach the disk.
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("PRAGMA synchronous=OFF")
            file.execute("CREATE TABLE IF NOT EXISTS seen (key BLOB PRIMARY KEY, expires REAL) WITHOUT ROWID")
            self._file, self._pid = file, os.getpid()
        return self._file

    def close(self) -> None:
        """Lets go of the file; what was seen stays in it."""
        if self._file is not None and self._pid == os.getpid():
            self._file.close()
        self._file = None
