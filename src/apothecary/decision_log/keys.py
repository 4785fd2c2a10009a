"""The secret key of a log, from a file."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Final

from apothecary.decision_log.address import file_of, parse, shown
from apothecary.decision_log.errors import LogError

SHORTEST: Final = 32  # bytes
_MAKE: Final = (
    "Make one with `head -c 32 /dev/urandom > FILE`, let only the service read it, and keep a copy apart from the log"
)


def read_key(url: str, key_file: Path | None = None, fresh: Callable[[], bytes] | None = None) -> bytes:
    """The key of a log: the bytes of its key file, for an SQLite log without one those of `<log>.key`.

    `fresh` gives the bytes for that file where a new SQLite log is begun; without it no file is made. LogError where
    there is no key, or it is shorter than 32 bytes.
    """
    address = parse(url)
    where, log = shown(address), file_of(address)
    path = key_file
    if path is None:
        if log is None:
            message = f"The decision log {where} needs a key file. {_MAKE}, and name it with the log."
            raise LogError("log-key", message)
        if fresh is None and not log.exists():
            raise LogError("log-missing", f"There is no decision log {where}. Check the path.")
        path = log.with_name(log.name + ".key")
        begun = log.exists() and log.stat().st_size > 0  # asked first: another process makes the key, then the log
        if not path.exists() and fresh is not None:
            if begun:
                message = (
                    f"The decision log {where} is there, but its key {path} is not. Put the file back: the log can be "
                    "neither checked nor continued without it."
                )
                raise LogError("log-key", message)
            _make_once(path, fresh())
    try:
        key = path.read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        message = f"The key {path} of the decision log {where} cannot be read: {reason}. Name the log's key file."
        raise LogError("log-key", message) from error
    if len(key) < SHORTEST:
        message = f"The key {path} has {len(key)} bytes, and {SHORTEST} are needed. {_MAKE}."
        raise LogError("log-key", message)
    return key


def _make_once(path: Path, key: bytes) -> None:
    """Writes the file whole or not at all; of two processes the first one's key counts."""
    try:
        file, whole = mkstemp(prefix=f"{path.name}.", dir=path.parent)  # for its owner alone
        try:
            os.write(file, key)
            os.fsync(file)
            with suppress(FileExistsError):
                os.link(whole, path)
        finally:
            os.close(file)
            os.unlink(whole)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        message = f"The key {path} cannot be made: {reason}. Let the service write to that folder, or name a key file."
        raise LogError("log-key", message) from error
