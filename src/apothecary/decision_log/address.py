"""Where a log is: a PostgreSQL address, an SQLite address, or the path of an SQLite file."""

from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from apothecary.decision_log.errors import LogError

_HOW: Final = "Give the path of an SQLite file, sqlite:///PATH, or postgresql://USER@HOST/DATABASE."
_DRIVERS: Final = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg", "sqlite": "sqlite"}


def parse(address: str) -> URL:
    """The address as SQLAlchemy takes it; LogError for anything that is no place for a log."""
    if "://" not in address:
        if not address.strip() or address == ":memory:":
            raise LogError("log-address", f"{address!r} is no place for a decision log. {_HOW}")
        return URL.create("sqlite", database=address)
    try:
        url = make_url(address)
    except (ArgumentError, ValueError) as error:
        raise LogError("log-address", f"The address of the decision log cannot be read. {_HOW}") from error
    driver = _DRIVERS.get(url.drivername, url.drivername)
    if driver not in ("sqlite", "postgresql+psycopg"):
        raise LogError("log-address", f"A decision log cannot be kept in {url.drivername!r}. {_HOW}")
    if driver == "sqlite" and (url.database or ":memory:") == ":memory:":
        raise LogError("log-address", f"A decision log in memory would be lost. {_HOW}")
    return url.set(drivername=driver)


def file_of(url: URL) -> Path | None:
    """The file of an SQLite log; None for a server."""
    return Path(url.database or "") if url.drivername == "sqlite" else None


def shown(url: URL) -> str:
    """The address for people: the path of a file, or the server without its password."""
    path = file_of(url)
    return str(path) if path is not None else url.render_as_string(hide_password=True).replace("+psycopg", "")
