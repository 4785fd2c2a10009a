"""`apothecary log`: whether the decision log is whole, the log as a file, and what it tells about the rules."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.decision_log.store import DecisionLog
    from apothecary.present.log_report import ReportFormat

REPORT_FORMATS = ("text", "json", "html")
EXPORT_FORMATS = ("ndjson", "csv")
_UNREADABLE = 3
_DIFFERS = 5
_USAGE = ("log-address", "log-anchor", "log-export")  # codes for what was asked, not for the log

log_option = click.option(
    "--log", "url", required=True, help="Where the log is: the path of an SQLite file, or postgresql://USER@HOST/DB."
)
key_option = click.option(
    "--key", type=click.Path(path_type=Path), help="The key file of the log; else LOG.key beside an SQLite file."
)


@click.group("log", no_args_is_help=True)
def command() -> None:
    """Check, export and summarize the decision log of the service."""


@command.command("verify")
@log_option
@key_option
@click.option("--expect", metavar="HEAD:COUNT", help="What an earlier verify printed: finds entries cut off since.")
@c.plain_format_option
def verify_command(url: str, key: Path | None, expect: str | None, format: str) -> None:
    """Check that every entry is as it was written, and none is missing, added or moved.

    Exit code 0 when the log is whole, 5 at the first difference, 3 when it cannot be read. Keep the anchor that it
    prints outside the log: without one, entries cut off at the end leave no trace.
    """
    as_json = format == "json"
    with _failures(as_json):
        from apothecary.decision_log.verify import read_anchor, verify

        anchor = None if expect is None else read_anchor(expect)
        with _opened(url, key) as log, c.working("Checking the log"):
            found = verify(log, anchor)
            where = log.where
    if as_json:
        from msgspec import to_builtins

        from apothecary.present.as_json import indented

        c.write(
            indented({"log": where, "whole": found.difference is None, "anchor": found.anchor, **to_builtins(found)})
        )
    elif found.difference is None:
        entries = "1 entry" if found.count == 1 else f"{found.count} entries"
        c.write(f"The decision log {where} is whole: {entries}.\nKeep this outside the log: {found.anchor}")
    else:
        c.write(
            f"The decision log {where} is not what was written. {found.difference.message} "
            f"The {found.count} entries before it hold. Keep a copy of the log, and find out who could change it."
        )
    if found.difference is not None:
        sys.exit(_DIFFERS)


@command.command("export")
@log_option
@key_option
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The file to write.")
@click.option("--as", "kind", type=click.Choice(EXPORT_FORMATS), help="What to write; else by the name, else ndjson.")
@c.plain_format_option
def export_command(url: str, key: Path | None, out: Path, kind: str | None, format: str) -> None:
    """Write the whole log to a file: one JSON object a line, or CSV.

    The file appears only when it is whole. NDJSON ends with a line of head and count; for CSV they are in FILE.head.
    """
    as_json = format == "json"
    with _failures(as_json):
        from apothecary.decision_log.export import export

        as_csv = kind == "csv" or (kind is None and out.suffix.lower() == ".csv")
        with _opened(url, key) as log, c.working("Writing the log"):
            found = export(log, out, "csv" if as_csv else "ndjson")
    if as_json:
        from apothecary.present.as_json import indented

        c.write(indented({"file": str(out), "count": found.count, "head": found.head}))
    else:
        c.write(f"{found.count} entries are in {out}. Head and count: {found.anchor}")


@command.command("report")
@log_option
@key_option
@click.option("--since", help="First day of the reviews, such as 2026-10-01; else from the beginning.")
@click.option("--until", help="Last day of the reviews; else to the end.")
@click.option("--days", type=click.IntRange(1), help="Instead of --since: so many days up to --until, or to today.")
@click.option(
    "--quiet-days", type=click.IntRange(1), default=7, show_default=True,
    help="A rule that applied earlier and in none of the reviews of so many days has stopped.",
)  # fmt: skip
@click.option(
    "--format", type=click.Choice(REPORT_FORMATS), default="text", show_default=True, help="How to print the result."
)
def report_command(
    url: str,
    key: Path | None,
    since: str | None,
    until: str | None,
    days: int | None,
    quiet_days: int,
    format: "ReportFormat",
) -> None:
    """Summarize the log: override rate per rule and edition, firing rate per day, rules that stopped firing.

    Days are in UTC. Feedback counts for the card it is about, whenever it came.
    """
    as_json = format == "json"
    first, end = _window(since, until, days, as_json)
    with _failures(as_json):
        from msgspec import to_builtins

        from apothecary.decision_log.report import report
        from apothecary.present.log_report import render

        with _opened(url, key) as log, c.working("Reading the log"):
            found = report(log, first, end, quiet_days)
            where = log.where
        plain = to_builtins(found)
        if plain["until"] is not None:
            plain["until"] = until  # the last day itself, as it was given
        c.write(render(plain, format, where, **c.terminal()))


def _window(
    since: str | None, until: str | None, days: int | None, as_json: bool
) -> tuple[datetime | None, datetime | None]:
    """The first moment, and the first moment after the last day."""
    if since is not None and days is not None:
        raise c.Failure("usage", "--since and --days exclude each other. Give one of them.", 2, as_json)
    first = None if since is None else c.whole_day(since, "--since", "2026-10-01", as_json)
    last = None if until is None else c.whole_day(until, "--until", "2026-10-31", as_json)
    if days is not None:
        first = (last or datetime.now(UTC).date()) - timedelta(days=days - 1)
    if first is not None and last is not None and first > last:
        raise c.Failure("usage", f"--since {first} is after --until {last}. Swap them.", 2, as_json)
    return None if first is None else _midnight(first), None if last is None else _midnight(last + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@contextmanager
def _opened(url: str, key: Path | None) -> "Iterator[DecisionLog]":
    """The log, never made by reading it; closed afterwards."""
    from apothecary.decision_log.keys import read_key
    from apothecary.decision_log.store import DecisionLog

    log = DecisionLog.open(url, read_key(url, key), existing=True)
    try:
        yield log
    finally:
        log.close()


@contextmanager
def _failures(as_json: bool) -> Iterator[None]:
    """Turns what the log may refuse into a Failure with its exit code; says what to install where something lacks."""
    try:
        from apothecary.decision_log.errors import LogError
    except ModuleNotFoundError as error:
        raise _lacking(error, as_json) from error
    try:
        yield
    except ModuleNotFoundError as error:
        raise _lacking(error, as_json) from error
    except LogError as error:
        raise c.Failure(error.code, error.message, 2 if error.code in _USAGE else _UNREADABLE, as_json) from error


def _lacking(error: ModuleNotFoundError, as_json: bool) -> c.Failure:
    message = (
        f"The decision log needs {error.name}, which is not installed. "
        "Install it with: pip install sqlalchemy alembic 'psycopg[binary]'"
    )
    return c.Failure("not-installed", message, 2, as_json)
