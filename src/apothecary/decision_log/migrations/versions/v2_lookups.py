"""Cards, feedback and overrides beside the entries, filled from those that are there."""

import sqlalchemy as sa
from alembic import op

from apothecary.decision_log.chain import Row
from apothecary.decision_log.lookups import insert_lookups, lookups, read_body
from apothecary.decision_log.migrations.protect import append_only

revision = "2"
down_revision = "1"
_SOME = 1000


def upgrade() -> None:
    """Makes the tables and fills them."""
    seq = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "cards",
        sa.Column("seq", seq, primary_key=True, autoincrement=False),
        sa.Column("uuid", sa.Text, primary_key=True),
        sa.Column("indicator", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("cards_uuid", "cards", ["uuid"])
    op.create_table(
        "feedback",
        sa.Column("seq", seq, primary_key=True, autoincrement=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("timestamp", sa.Text),
        sa.UniqueConstraint("card", "outcome", "timestamp", name="feedback_once"),
    )
    op.create_table(
        "overrides",
        sa.Column("seq", seq, primary_key=True, autoincrement=False),
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("drug", sa.Text),
        sa.Column("version", sa.Text),
        sa.Column("time", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("overrides_time", "overrides", ["time"])
    _fill()
    for table in ("cards", "feedback", "overrides"):
        append_only(table)


def _fill() -> None:
    connection = op.get_bind()
    last = 0
    names = ", ".join(f'"{name}"' for name in Row._fields)
    while True:
        read = sa.text(f"SELECT {names} FROM entries WHERE seq > :last ORDER BY seq LIMIT {_SOME}")
        rows = [Row(*found) for found in connection.execute(read, {"last": last})]
        if not rows:
            return
        insert_lookups(connection, (lookups(row, read_body(row)) for row in rows))
        last = rows[-1].seq
