"""Runs the steps inside the transaction of whoever opens the log."""

from alembic import context

from apothecary.decision_log.schema import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # for SQLite too: the transaction has been begun already
)
context.run_migrations()
