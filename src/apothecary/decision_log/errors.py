"""Why the log cannot be opened, read or written: one sentence each, and a stable code."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

# SQLite names its errors; what each means for whoever runs the service
_SQLITE: Final = {
    "SQLITE_FULL": ("the disk, or the size allowed for the file, is full", "Free space, or move the log"),
    "SQLITE_READONLY": ("the file or its folder may not be written", "Give the service the right to write there"),
    "SQLITE_PERM": ("the file may not be accessed", "Give the service the right to write there"),
    "SQLITE_AUTH": ("the file may not be accessed", "Give the service the right to write there"),
    "SQLITE_CANTOPEN": (
        "the file cannot be opened",
        "Check that its folder exists and may be written, also by reading alone",
    ),
    "SQLITE_NOTADB": ("the file is not an SQLite database", "Check the path"),
    "SQLITE_CORRUPT": ("the file is damaged", "Keep a copy of it, and go on with a backup or a new log"),
    "SQLITE_BUSY": ("another process has held the log for too long", "See which process it is, and try again"),
    "SQLITE_LOCKED": ("another process has held the log for too long", "See which process it is, and try again"),
    "SQLITE_IOERR": ("the disk failed", "Check the disk, and try again"),
}  # fmt: skip
# PostgreSQL has numbers for them, of which the longest prefix that is listed counts
_POSTGRESQL: Final = {
    "28": ("the server does not accept this user or password", "Check the address of the log"),
    "3D000": ("there is no such database on the server", "Create it (createdb), or check the address of the log"),
    "42501": ("this user lacks the rights", "Grant it the tables, and making them at the first start"),
    "42P01": ("its tables are not there", "Check the address and the search path"),
    "25006": ("the server takes no changes now (a standby, or set to read-only)", "Connect to the primary server"),
    "53100": ("the disk of the server is full", "Free space there"),
    "53": ("the server lacks memory, disk or connections", "See its own log"),
    "55P03": ("another process has held the log for too long", "See pg_locks for which one it is, and try again"),
    "57014": ("the server took too long", "See what keeps it busy, and try again"),
    "57P": ("the server is stopping or starting", "Try again when it is up"),
    "08": ("the server cannot be reached", "Check that it runs and that the address is right"),
}  # fmt: skip


class LogError(Exception):
    """The log cannot do what was asked; `code` is stable, the message says what, where, why and what to do next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@contextmanager
def faults(where: str, doing: str) -> Iterator[None]:
    """Turns what a database raises into a LogError; `doing` is `opened`, `read` or `written`."""
    try:
        yield
    except LogError:
        raise
    except Exception as error:
        found = _explained(error, where, doing)
        if found is None:
            raise
        raise found from error


def _explained(error: Exception, where: str, doing: str) -> LogError | None:
    """The sentence for an error of a database; None for anything else, which is a fault of the program.

    Only the database's own words are used: SQLAlchemy's would repeat the statement with its values.
    """
    origin = getattr(error, "orig", None) or error
    maker = type(origin).__module__.partition(".")[0]
    if maker == "sqlite3":
        name = getattr(origin, "sqlite_errorname", None) or ""
        matched = next((said for key, said in _SQLITE.items() if name.startswith(key)), None)
    elif maker == "psycopg":
        state = getattr(origin, "sqlstate", None) or "08"
        matched = next((_POSTGRESQL[state[:n]] for n in (5, 3, 2) if state[:n] in _POSTGRESQL), None)
    elif maker == "sqlalchemy":
        matched = None
    else:
        return None
    said = " ".join(str(origin).split("\n", 1)[0].split())
    why, next_step = matched or (said, "See the log of the database")
    detail = f" ({said})" if matched and maker == "psycopg" else ""
    return LogError(f"log-not-{doing}", f"The decision log {where} cannot be {doing}: {why}{detail}. {next_step}.")
