"""Triggers by which the database itself refuses to change or remove what was written."""

from alembic import op

_REFUSED = "the decision log is append-only"


def append_only(table: str) -> None:
    """Refuses UPDATE, DELETE and, on PostgreSQL, TRUNCATE of a table."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION decision_log_append_only()"
    )


def at_the_end(table: str, key: str) -> None:
    """Refuses, on SQLite, a row that is not the last one: INSERT OR REPLACE goes around the others."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_at_the_end BEFORE INSERT ON {table} "
            f"WHEN NEW.{key} <= (SELECT max({key}) FROM {table}) BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        )


def function() -> None:
    """The function that the triggers of PostgreSQL call."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION decision_log_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"
        )
