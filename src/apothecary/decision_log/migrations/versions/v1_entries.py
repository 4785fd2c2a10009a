"""Entries, and what is known about the log itself."""

import sqlalchemy as sa
from alembic import op

from apothecary.decision_log.migrations.protect import append_only, at_the_end, function

revision = "1"
down_revision = None


def upgrade() -> None:
    """Makes the tables; an entry can be added and never changed."""
    op.create_table("meta", sa.Column("name", sa.Text, primary_key=True), sa.Column("value", sa.Text, nullable=False))
    op.create_table(
        "entries",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=False),
        sa.Column("time", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("drug", sa.Text),
        sa.Column("version", sa.Text),
        sa.Column("hook", sa.Text),
        sa.Column("patient", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("entries_time", "entries", ["time"])
    function()
    append_only("entries")
    append_only("meta")
    at_the_end("entries", "seq")
