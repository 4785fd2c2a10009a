"""Brings the tables of a log to the version that this program writes."""

from typing import Final

from sqlalchemy import Connection, inspect, text

from apothecary.decision_log.errors import LogError
from apothecary.decision_log.schema import CURRENT, VERSION_TABLE, VERSIONS

_SCRIPTS: Final = "apothecary.decision_log:migrations"


def version_of(connection: Connection, where: str) -> str | None:
    """The version of the tables, None where there are none; LogError for one that this program does not know."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
    if found is not None and found not in VERSIONS:
        message = (
            f"The decision log {where} has tables of version {found}, this program knows {VERSIONS[0]} to {CURRENT}: "
            "a newer Apothecary wrote it. Use that one or a later one."
        )
        raise LogError("log-newer", message)
    return found


def upgrade(connection: Connection, version: str = CURRENT) -> None:
    """Runs the steps that are missing, all in the transaction at hand."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _SCRIPTS)
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, version)
