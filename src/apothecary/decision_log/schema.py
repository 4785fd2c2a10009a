"""The tables as they are now; how they came about stands in `migrations`."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, Table, Text, UniqueConstraint

VERSION_TABLE: Final = "log_version"
VERSIONS: Final = ("1", "2")  # oldest first
CURRENT: Final = VERSIONS[-1]
KEY_CHECK: Final = "key-check"

_Seq: Final = BigInteger().with_variant(Integer, "sqlite")
metadata: Final = MetaData()

meta: Final = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
entries: Final = Table(
    "entries",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("time", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("drug", Text),
    Column("version", Text),
    Column("hook", Text),
    Column("patient", Text),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("entries_time", "time"),
)
# Everything below can be made anew from the entries; `verify` compares
cards: Final = Table(
    "cards",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("uuid", Text, primary_key=True),
    Column("indicator", Text, nullable=False),
    Column("rules", Text, nullable=False),  # a JSON array
    Column("status", Text, nullable=False),  # of the rules: they apply, are open, or ask for no decision
    Index("cards_uuid", "uuid"),
    sqlite_with_rowid=False,
)
feedback: Final = Table(
    "feedback",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("card", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("timestamp", Text),
    UniqueConstraint("card", "outcome", "timestamp", name="feedback_once"),
)
overrides: Final = Table(
    "overrides",
    metadata,
    Column("seq", _Seq, primary_key=True, autoincrement=False),
    Column("rule", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("patient", Text, nullable=False),
    Column("drug", Text),
    Column("version", Text),
    Column("time", Text, nullable=False),
    Index("overrides_time", "time"),
    sqlite_with_rowid=False,
)
