"""Opening a log: made once, brought up to date, and refused in a sentence."""

import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from databases import Server
from log_samples import KEY, Opened, answer, note, review, rows, table, tamper, without_privileges
from sqlalchemy import text

from apothecary.decision_log import schema
from apothecary.decision_log.address import parse, shown
from apothecary.decision_log.engine import Engines
from apothecary.decision_log.errors import LogError
from apothecary.decision_log.keys import read_key
from apothecary.decision_log.migrate import upgrade
from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.verify import verify

MEANINGLESS = [
    ("", "no place"), (":memory:", "no place"), ("sqlite://", "in memory"), ("mysql://u@h/d", "cannot be kept in"),
    ("://", "cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), MEANINGLESS)
def test_what_is_no_place_for_a_log(given: str, said: str) -> None:
    with pytest.raises(LogError, match=said) as caught:
        parse(given)
    assert "log-address" == caught.value.code


def test_a_password_is_never_shown() -> None:
    assert "postgresql://u:***@h/d" == shown(parse("postgresql://u:secret@h/d"))


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path, opened: Opened) -> None:
    opened(str(tmp_path / "log.db")).append([review(1)])
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}


def test_a_log_goes_on_after_closing(address: str, opened: Opened) -> None:
    opened(address).append([review(1)])
    log = opened(address)
    assert [2] == log.append([review(2)])
    assert 2 == verify(log).count


def test_another_key_is_refused(address: str, opened: Opened) -> None:
    opened(address).append([review(1)])
    with pytest.raises(LogError, match="another one") as caught:
        opened(address, b"x" * 32)
    assert "log-wrong-key" == caught.value.code


def test_another_key_is_refused_for_an_empty_log(address: str, opened: Opened) -> None:
    opened(address)
    with pytest.raises(LogError, match="another one"):
        opened(address, b"x" * 32)


def test_tables_of_a_newer_version_are_refused(address: str, opened: Opened) -> None:
    tamper(opened(address), "UPDATE log_version SET version_num = '77'")
    with pytest.raises(LogError, match="version 77, this program knows 1 to 2: a newer") as caught:
        opened(address)
    assert "log-newer" == caught.value.code


def test_reading_never_makes_a_log(address: str, opened: Opened) -> None:
    with pytest.raises(LogError, match="There is no decision log") as caught:
        opened(address, existing=True)
    assert "log-missing" == caught.value.code
    assert not Path(address).exists()


def test_a_log_of_version_1_is_brought_up_to_date(address: str, opened: Opened, tmp_path: Path) -> None:
    """The entries of a newer log are put into tables of version 1: what stands beside them is made from them."""
    source = opened(str(tmp_path / "source.db"))
    source.append([review(1, ("hives", "renal")), note(says="x"), answer(), answer("card-7")])
    engines = Engines(parse(address))
    with engines.writing.begin() as connection:
        upgrade(connection, "1")
        connection.execute(schema.entries.insert(), [row._asdict() for row in rows(source)])
        connection.execute(schema.meta.insert().values(name=schema.KEY_CHECK, value=source.chain.check))
    engines.close()
    log = opened(address, existing=True)
    found = verify(log)
    assert (4, None) == (found.count, found.difference)
    assert all(table(source, name) == table(log, name) != [] for name in ("cards", "feedback", "overrides"))
    assert [5] == log.append([review(2)])


def test_the_steps_lead_to_the_tables_that_the_program_uses(log: DecisionLog) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with log.snapshot() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert [] == compare_metadata(context, schema.metadata)
        assert schema.CURRENT == context.get_current_revision()


# --- rights and servers ---------------------------------------------------------------------------------------------


def test_a_folder_that_may_not_be_written(opened: Opened) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o555)
        with without_privileges(), pytest.raises(LogError, match="cannot be opened: the file cannot be opened"):
            opened(f"{folder}/log.db")


def test_a_file_that_is_no_database(tmp_path: Path, opened: Opened) -> None:
    (tmp_path / "log.db").write_text("Some notes about a patient, long enough to be read as the head of a file.\n" * 9)
    with pytest.raises(LogError, match="not an SQLite database"):
        opened(str(tmp_path / "log.db"))


def test_a_database_of_another_program(tmp_path: Path, opened: Opened) -> None:
    other = sqlite3.connect(tmp_path / "log.db")
    other.execute("CREATE TABLE x (y)")
    other.close()
    with pytest.raises(LogError, match="There is no decision log in"):
        opened(str(tmp_path / "log.db"), existing=True)


def test_no_such_server(tmp_path: Path, opened: Opened) -> None:
    with pytest.raises(LogError, match=r"the server cannot be reached .* Check that it runs") as caught:
        opened(f"postgresql://u:secret@/log?host={tmp_path}")
    assert "log-not-opened" == caught.value.code
    assert "secret" not in caught.value.message


def test_no_such_database(postgresql: Server, opened: Opened) -> None:
    address = postgresql.new()
    with pytest.raises(LogError, match="cannot be opened"):
        opened(address.replace("/log", "/nolog"))


def test_a_user_without_rights(postgresql: Server, opened: Opened) -> None:
    address = postgresql.new()
    log = opened(address)
    with log.engines.writing.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS nobody_much"))
        connection.execute(text("CREATE ROLE nobody_much LOGIN"))
    with pytest.raises(LogError, match="this user lacks the rights"):
        opened(address.replace("tests@", "nobody_much@"))
    with log.engines.writing.begin() as connection:
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_much"))
    reader = opened(address.replace("tests@", "nobody_much@"), existing=True)
    assert 0 == verify(reader).count
    with pytest.raises(LogError, match="cannot be written: this user lacks the rights"):
        reader.append([review(1)])


# --- keys ----------------------------------------------------------------------------------------------------------


def fresh() -> bytes:
    return KEY


def test_a_new_sqlite_log_gets_a_key_of_its_own(tmp_path: Path) -> None:
    assert KEY == read_key(str(tmp_path / "log.db"), fresh=fresh)
    assert 0o600 == stat.S_IMODE((tmp_path / "log.db.key").stat().st_mode)
    assert KEY == read_key(str(tmp_path / "log.db"), fresh=lambda: b"o" * 32)
    assert ["log.db.key"] == [path.name for path in tmp_path.iterdir()]


def test_a_key_that_another_process_made_meanwhile_counts(tmp_path: Path) -> None:
    def late() -> bytes:
        (tmp_path / "log.db.key").write_bytes(b"o" * 32)
        return KEY

    assert b"o" * 32 == read_key(str(tmp_path / "log.db"), fresh=late)
    assert ["log.db.key"] == [path.name for path in tmp_path.iterdir()]


def test_processes_that_begin_together_have_one_key_and_one_log(tmp_path: Path) -> None:
    address = str(tmp_path / "log.db")
    code = (
        "import os, sys\n"
        "from apothecary.decision_log.keys import read_key\n"
        "from apothecary.decision_log.store import DecisionLog\n"
        "key = read_key(sys.argv[1], fresh=lambda: os.urandom(32))\n"
        "DecisionLog.open(sys.argv[1], key).close()\n"
        "print(key.hex())"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, address], stdout=subprocess.PIPE, text=True) for _ in range(4)
    ]
    said = [process.communicate()[0] for process in running]
    assert [0] * 4 == [process.returncode for process in running]
    assert 1 == len(set(said))


def test_the_lost_key_of_a_log_is_not_made_anew(tmp_path: Path, opened: Opened) -> None:
    opened(str(tmp_path / "log.db"))
    with pytest.raises(LogError, match="Put the file back"):
        read_key(str(tmp_path / "log.db"), fresh=fresh)
    assert not (tmp_path / "log.db.key").exists()


@pytest.mark.parametrize(
    ("address", "content", "said"),
    [
        ("log.db", None, "cannot be read: No such file"),
        ("log.db", b"short", "has 5 bytes, and 32 are needed. Make one with"),
        ("postgresql://h/d", b"short", "has 5 bytes"),
    ],
)
def test_a_key_file_that_is_none(tmp_path: Path, address: str, content: bytes | None, said: str) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(LogError, match=said):
        read_key(address, file, fresh)


def test_postgresql_needs_a_key_file() -> None:
    with pytest.raises(LogError, match=r"needs a key file\. Make one with `head -c 32"):
        read_key("postgresql://h/d", fresh=fresh)


def test_a_key_is_taken_as_it_stands_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"k" * 31 + b"\n")
    assert b"k" * 31 + b"\n" == read_key("postgresql://h/d", tmp_path / "key")


def test_a_key_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(LogError, match=r"cannot be made: No such file or directory\. Let the service write"):
        read_key(str(tmp_path / "nowhere" / "log.db"), fresh=fresh)
