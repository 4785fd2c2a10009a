"""Connections to either database, set so that what is committed stays."""

from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event

from apothecary.decision_log.address import file_of

PATIENCE: Final = 3  # seconds that one process waits for another; who asks for an answer waits as long
_LOCK: Final = 0x61706F74_68656361  # advisory lock of PostgreSQL: one log in a database
_BEGIN: Final = "decision_log_begin"


class Engines:
    """Three ways to one database: writing in turn, reading one moment, and one quick question."""

    def __init__(self, url: URL) -> None:
        if file_of(url) is not None:
            self.writing = _sqlite(url)
            self.reading = self.writing.execution_options(**{_BEGIN: "BEGIN"})
            self.asking = self.writing.execution_options(**{_BEGIN: ""})
        else:
            self.writing = _postgresql(url)
            self.reading = self.writing.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            self.asking = self.writing.execution_options(isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Gives every connection back."""
        self.writing.dispose()


def take_lock(connection: Connection) -> None:
    """Lets this transaction alone write until it ends; SQLite has done so at its beginning."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _sqlite(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=4,
        max_overflow=12,
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions begin where this module says so
        connection.text_factory = _text
        connection.execute("PRAGMA synchronous = FULL")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        how = connection.get_execution_options().get(_BEGIN, "BEGIN IMMEDIATE")
        if how:
            connection.exec_driver_sql(how)

    return engine


def _text(data: bytes) -> str:
    """Text of the file; bytes that are none become a sign that no hash fits, so that `verify` finds them."""
    return data.decode("utf-8", "replace")


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=4,
        max_overflow=12,
        pool_pre_ping=True,  # a restarted server is met by a new connection, not by an error
        isolation_level="READ COMMITTED",  # what is read after the lock must be what the last writer left
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": PATIENCE * 1000,
            "prepare_threshold": None,  # connection poolers between us and the server would lose prepared statements
            "application_name": "apothecary",
        },
    )

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: Any) -> None:
        with connection.cursor() as cursor:
            found = cursor.execute("SHOW synchronous_commit").fetchone()
            if found[0] == "off":
                cursor.execute("SET synchronous_commit = on")
            cursor.execute(f"SET lock_timeout = '{PATIENCE}s'")
        connection.commit()

    return engine
