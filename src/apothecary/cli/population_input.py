"""What `apothecary population` is given: facts made before, an export, a folder of records, or a database."""

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.knowledge import Monograph
    from apothecary.population.facts.work import Ancestors
    from apothecary.population.run import Facts

_DATABASES = (".duckdb", ".ddb", ".db")
_MEMORY = re.compile(r"\d+(\.\d+)? ?[KMGT]i?B", re.IGNORECASE)
_SECRET = re.compile(r"://[^:/@]*:([^/]+)@|[?&](?:password|passwd|pwd|token|secret|key)=([^&#]+)", re.IGNORECASE)
Show = Callable[[float, float, str], None]


@contextmanager
def refusals(out: Path, as_json: bool) -> Iterator[None]:
    """Turns what the review of many patients refuses into a Failure: exit code 3 for data, 2 for what is missing."""
    from apothecary.review import ExpiredEdition

    try:
        import duckdb

        from apothecary.population.facts.failure import FactsError
        from apothecary.population.findings import NotWritten
        from apothecary.population.rules.questions import CannotCompile
    except ModuleNotFoundError as error:
        said = f"The review of many patients needs {error.name}, which is not installed."
        raise c.Failure("not-installed", f"{said} Install: pip install 'apothecary[population]'", 2, as_json) from error
    try:
        yield
    except FactsError as error:
        raise c.Failure(error.code, error.message, 3, as_json) from error
    except NotWritten as error:
        raise c.Failure("not-written", str(error), 3, as_json) from error
    except CannotCompile as error:
        raise c.Failure("no-query", str(error), 4, as_json) from error
    except ExpiredEdition as error:
        raise c.Failure("edition-expired", str(error), 4, as_json) from error
    except KeyboardInterrupt as error:
        raise _stopped(out, as_json) from error
    except duckdb.OutOfMemoryException as error:
        next_ = f"Give more with --memory, or make room for what does not fit in {out}."
        raise _no_room("memory", "The memory of the engine ran out", error, next_, as_json) from error
    except duckdb.IOException as error:
        next_ = f"Make room or give access; the facts in {out / 'facts'} are kept."
        raise _no_room("file-system", "The engine could not read or write a file", error, next_, as_json) from error
    except RuntimeError as error:
        if "Query interrupted" not in str(error):
            raise
        raise _stopped(out, as_json) from error
    except Exception as error:
        if type(error).__module__.split(".")[0] not in ("pyspark", "py4j"):
            raise
        raise c.Failure("spark", _of_spark(error), 3, as_json) from error


def _stopped(out: Path, as_json: bool) -> c.Failure:
    """What Ctrl-C leaves; the engine tells of it with an error of its own."""
    message = (
        f"Stopped. What was read is kept in {out / 'facts'}: the same command goes on from there. No results were "
        f"written; those of an earlier run in {out}, if there are any, are as they were."
    )
    return c.Failure("stopped", message, 130, as_json)


def _no_room(code: str, what: str, error: Exception, next_: str, as_json: bool) -> c.Failure:
    said = str(error).splitlines()[0].rstrip(".")
    return c.Failure(code, f"{what}: {said}. {next_}", 3, as_json)


def _of_spark(error: Exception) -> str:
    """The line of an error of Spark, which comes with the whole stack of the cluster, that says what it was."""
    told = [
        line.strip() for line in str(error).splitlines() if re.match(r"\s*(Caused by: |\w+(Error|Exception): )", line)
    ]
    said = (told or str(error).splitlines() or [type(error).__name__])[-1][:300].rstrip(".")
    return (
        f"Spark could not go on: {said}. All its workers need the same Python with this program, and must reach INPUT "
        "and --out under the same paths. What is finished is kept."
    )


def check_call(source: str, out: Path, engine: str, memory: str, as_json: bool) -> None:
    """Failure with exit code 2 for a call that cannot be meant."""
    if not source.strip():
        raise c.Failure("usage", "INPUT is empty. Give a folder, a DuckDB file or an address.", 2, as_json)
    if engine != "duckdb" and engine != "spark" and not engine.startswith(("spark://", "local")):
        message = f"--engine is {engine!r}; it is duckdb, spark, local[2] or so, or an address spark://…"
        raise c.Failure("usage", message, 2, as_json)
    if not _MEMORY.fullmatch(memory):
        raise c.Failure("usage", f"--memory is {memory!r}; write a size with its unit, such as 4GB.", 2, as_json)
    read = facts_in(Path(source)) or Path(source)
    if read.is_dir() and (out.resolve() == read.resolve() or read.resolve() in out.resolve().parents):
        message = f"--out {out} lies in the input {read}, which is only read. Name a folder outside of it."
        raise c.Failure("usage", message, 2, as_json)


def facts_in(path: Path) -> Path | None:
    """The folder of facts, whole or not, that was given itself or as the folder of results it belongs to."""
    from apothecary.population.facts.manifest import MANIFEST
    from apothecary.population.facts.tasks import WORK
    from apothecary.population.rules.scope import Tables

    for folder in (path, path / "facts"):
        tables = all((folder / name).is_dir() for name in Tables._fields)
        if (folder / MANIFEST).is_file() or (folder / WORK / "tasks").is_dir() or tables:
            return folder
    return None


def facts_of(source: str, out: Path, m: "Monograph", ancestors: "Ancestors | None", workers: int, session: Any,
             schema: str | None, show: Show) -> "Facts":  # fmt: skip
    """The facts of whatever was given: found where they are, or made in `out`/facts."""
    from apothecary.population.run import open_facts

    path = Path(source)
    if "://" in source or path.suffix in _DATABASES:
        _read_database(source, out / "facts", m, ancestors, schema, show)
    elif (there := facts_in(path)) is not None:
        return open_facts(there, m, ancestors)
    else:
        _read_files(path, out / "facts", m, ancestors, workers, session, show)
    return open_facts(out / "facts", m, ancestors)


def _read_files(path: Path, out: Path, m: "Monograph", ancestors: "Ancestors | None", workers: int, session: Any,
                show: Show) -> None:  # fmt: skip
    from apothecary.population.facts.make import Progress, make_facts

    def tell(at: Progress) -> None:
        show(at.done, at.all, f"{at.lines:,} lines, {at.rejects:,} set aside")

    make_facts(path, out, m, ancestors=ancestors, workers=workers, engine=session or "local", progress=tell)


def _read_database(source: str, out: Path, m: "Monograph", ancestors: "Ancestors | None", schema: str | None,
                   show: Show) -> None:  # fmt: skip
    from apothecary.population.facts.failure import FactsError
    from apothecary.population.omop.make import Progress, make_facts_omop

    def tell(at: Progress) -> None:
        show(at.persons, at.all_persons, f"{at.persons:,} persons, {at.rows:,} rows")

    try:
        make_facts_omop(source, out, m, ancestors=ancestors, progress=tell, schema=schema)
    except FactsError as error:
        raise FactsError(error.code, without_secrets(error.message, source)) from None


def without_secrets(message: str, source: str) -> str:
    """The message without the passwords of an address, which drivers like to repeat."""
    for match in _SECRET.finditer(source):
        secret = match[1] or match[2]
        message = message.replace(secret, "***")
    return message


@contextmanager
def progress(what: str, unit: str) -> Iterator[Show]:
    """Shows on a terminal how far it is, how fast it goes and how long it still takes; nothing elsewhere.

    `unit`: bytes and rows have a rate, queries take too different times for one.
    """
    if not sys.stderr.isatty():
        yield lambda done, total, note: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn(what), BarColumn(20), TextColumn("{task.percentage:>3.0f} %"), TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(), TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("", total=None, note="")

        def show(done: float, total: float, note: str) -> None:
            speed = shown.tasks[0].speed if unit != "queries" else None
            rate = "" if not speed else f", {speed / 1e6:,.0f} MB/s" if unit == "bytes" else f", {speed:,.0f}/s"
            shown.update(task, completed=done, total=total or None, note=note + rate)

        yield show
