"""What the verbs share: reading input, loading knowledge, failing with a sentence."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

if TYPE_CHECKING:
    from apothecary.knowledge import Monograph
    from apothecary.record import Record
    from apothecary.review import Reviewer


FORMATS = ("text", "json", "markdown", "html")
PHASES = ("considering", "on-therapy")

record_argument = click.argument("record", metavar="RECORD")
drug_option = click.option("--drug", help="Which monograph; needed only when there are several.")
as_of_option = click.option("--as-of", help="Day of the review, such as 2026-11-22; else today.")
indication_option = click.option("--indication", help="The use the question is about.")
phase_option = click.option("--phase", type=click.Choice(PHASES), help="Else read from the medication list.")
format_option = click.option(
    "--format", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print the result."
)
plain_format_option = click.option(
    "--format", type=click.Choice(FORMATS[:2]), default="text", show_default=True, help="How to print the result."
)
terminology_option = click.option(
    "--terminology",
    type=click.Path(path_type=Path),
    help="A ValueSet expansion, or a table of system, code, parent.",
)
knowledge_option = click.option(
    "--knowledge", type=click.Path(path_type=Path), help="A monograph folder of your own instead of a packaged one."
)


class Terminal(TypedDict):
    """What the readable formats ask about the output."""

    width: int
    color: bool
    encoding: str


class Failure(Exception):
    """Ends a command: a stable code, one sentence with the next step, an exit code, and how to print it."""

    def __init__(self, code: str, message: str, exit_code: int, as_json: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.exit_code = exit_code
        self.as_json = as_json

    def show(self) -> None:
        """Prints to standard error: one JSON object where JSON was asked for, else the sentence."""
        if self.as_json:
            import msgspec

            said = {"error": {"code": self.code, "message": self.message, "exit_code": self.exit_code}}
            print(msgspec.json.encode(said).decode(), file=sys.stderr)
        else:
            print(f"apothecary: {self.message}", file=sys.stderr)


def read_input(path: str, as_json: bool = False, what: str = "record") -> bytes:
    """The bytes of a record or a source text; Failure with exit code 3 when there is nothing to read."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        message = f"The {what} {path} cannot be read: {reason}. Give a path, or - for standard input."
        raise Failure("unreadable", message, 3, as_json) from error


def parse_day(text: str | None, as_json: bool = False) -> date:
    """The day of the review; today when none was given."""
    if text is None:
        return date.today()  # noqa: DTZ011  the day at the reader's desk is meant
    return whole_day(text, "--as-of", "2026-11-22", as_json)


def whole_day(text: str, option: str, example: str, as_json: bool = False) -> date:
    """The date given with an option; Failure with exit code 2, and an example, for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"{option} is {text!r}; write a whole date, such as {example}."
        raise Failure("usage", message, 2, as_json) from error


def packaged_folder(drug: str | None, as_json: bool = False) -> Path:
    """The folder of a packaged monograph; Failure with exit code 2 for an unknown drug."""
    from apothecary.knowledge import PACKAGED, packaged

    known = packaged()
    chosen = drug or (known[0] if len(known) == 1 else None)
    if chosen not in known:
        asked = f"There is no monograph {drug!r}." if drug else "Say which drug."
        raise Failure("usage", f"{asked} Monographs: {', '.join(known)}.", 2, as_json)
    return PACKAGED / chosen


def folder_of(drug: str | None, knowledge: Path | None, as_json: bool = False) -> Path:
    """The monograph folder to use: the site's own where one is given."""
    return knowledge if knowledge is not None else packaged_folder(drug, as_json)


def load_named(folder: Path, drug: str | None, as_json: bool = False) -> "Monograph":
    """The monograph of a folder; Failure with exit code 2 when it is of another drug than the one named."""
    monograph = load_monograph(folder, as_json)
    if drug not in (None, monograph.drug.id):
        message = f"{folder} holds the monograph of {monograph.drug.id}, not of {drug}. Name one of them."
        raise Failure("usage", message, 2, as_json)
    return monograph


def load_monograph(folder: Path, as_json: bool = False) -> "Monograph":
    """The monograph of a folder; Failure with exit code 4 for knowledge that is broken."""
    from apothecary.knowledge import load

    with knowledge_failures(as_json):
        return load(folder)


def load_reviewer(
    drug: str | None, knowledge: Path | None = None, terminology: Path | None = None, as_json: bool = False
) -> "Reviewer":
    """The monograph made ready; Failure with exit code 2 for an unknown drug, 4 for knowledge that is broken."""
    from apothecary.knowledge import extend
    from apothecary.review import Reviewer

    monograph = load_monograph(folder_of(drug, knowledge, as_json), as_json)
    if terminology is None:
        return Reviewer(monograph)
    with knowledge_failures(as_json):
        return Reviewer(*extend(monograph, terminology))


@contextmanager
def knowledge_failures(as_json: bool) -> Iterator[None]:
    """Turns the mistakes of knowledge files into a Failure that names the first and counts the rest."""
    from apothecary.knowledge import KnowledgeError

    try:
        yield
    except KnowledgeError as error:
        more = f" (and {len(error.mistakes) - 1} more; see `apothecary check`)" if len(error.mistakes) > 1 else ""
        raise Failure("knowledge", f"The knowledge is invalid: {error.mistakes[0]}{more}", 4, as_json) from error


def read_patient(path: str, as_json: bool = False) -> "Record":
    """The record; Failure with exit code 3 and the reason when it cannot be reviewed."""
    from apothecary.record import read_record

    with failures(as_json):
        return read_record(read_input(path, as_json))


@contextmanager
def failures(as_json: bool) -> Iterator[None]:
    """Turns what a record or a question may be refused for into a Failure with its exit code."""
    from apothecary.record import RecordError
    from apothecary.review import ExpiredEdition, UnknownUse

    try:
        yield
    except RecordError as error:
        raise Failure(error.code, error.message, 3, as_json) from error
    except UnknownUse as error:
        raise Failure("usage", str(error), 2, as_json) from error
    except ExpiredEdition as error:
        raise Failure("edition-expired", str(error), 4, as_json) from error


def write(text: str) -> None:
    """Prints a result; what the output cannot show is spelled out in HTML and replaced elsewhere, never a crash."""
    encoding = sys.stdout.encoding or "utf-8"
    if text.startswith("<!DOCTYPE html"):
        from apothecary.present.safe import html_in

        text = html_in(text, encoding)
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    if not text.endswith("\n"):
        sys.stdout.write("\n")
    sys.stdout.flush()


def implausible(m: "Monograph", name: str, value: float, unit: str) -> str | None:
    """Why a typed number of an observation cannot be right; None where it can, or where no limits are known."""
    from apothecary.units import NotEvaluable, convert

    seen = m.observations.get(name)
    limits = m.values.get(seen.plausible) if seen is not None and seen.plausible else None
    if limits is None or not isinstance(limits.value, tuple):
        return None
    low, high = (convert(end, limits.unit, unit) for end in limits.value)
    if isinstance(low, NotEvaluable) or isinstance(high, NotEvaluable) or low <= value <= high:
        return None
    return f"{value:.6g} {unit} is outside the plausible limits {low:g} to {high:g} {unit}"


@contextmanager
def working(what: str) -> Iterator[None]:
    """Shows on a terminal that something long goes on; on standard error, so that the result stays as it is."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(what):
        yield


def terminal() -> Terminal:
    """How to print for the output at hand: its width, whether it shows color, what it can encode."""
    return {
        "width": width(),
        "color": sys.stdout.isatty() and "NO_COLOR" not in os.environ,
        "encoding": sys.stdout.encoding or "utf-8",
    }


def width() -> int:
    """Columns of the terminal; 80 where the output is no terminal, at most 100 so that lines stay readable."""
    import shutil

    return min(100, shutil.get_terminal_size((80, 24)).columns) if sys.stdout.isatty() else 80
