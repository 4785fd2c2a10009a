"""The `apothecary` command: gathers the verbs and turns every failure into one sentence and an exit code."""

import os
import sys
from itertools import pairwise
from typing import NoReturn

import click

from apothecary import __version__
from apothecary.cli import (
    audit,
    check,
    cohort,
    demo,
    dose,
    explain,
    handout,
    log,
    monographs,
    population,
    review,
    schedule,
    serve,
    show,
    simulate,
)
from apothecary.cli.common import Failure


@click.group(no_args_is_help=True)
@click.version_option(__version__, prog_name="apothecary")
def app() -> None:
    """Drug monographs that run: a patient record in, a cited review out. Not clinically validated; see SAFETY.md."""


for verb in (
    review,
    explain,
    dose,
    simulate,
    schedule,
    audit,
    check,
    monographs,
    show,
    handout,
    serve,
    log,
    population,
    cohort,
    demo,
):
    app.add_command(verb.command)


def run() -> None:
    """Runs the command line; a failure prints what, where, why and what next, and never looks like a result."""
    try:
        sys.exit(app(standalone_mode=False))
    except Failure as failure:
        failure.show()
        sys.exit(failure.exit_code)
    except BrokenPipeError:  # the reader of a pipe has left; nothing more can be said to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except click.ClickException as error:
        _wrong_usage(error.format_message())
    except (KeyboardInterrupt, click.Abort):
        print("apothecary: stopped; nothing was reviewed.", file=sys.stderr)
        sys.exit(130)
    except Exception as error:
        if "APOTHECARY_DEBUG" in os.environ:
            raise
        message = (
            f"Internal error ({type(error).__name__}: {error}). No review was made. This is a fault of the program: "
            "report it with the command; APOTHECARY_DEBUG=1 shows where it happened."
        )
        Failure("internal-error", message, 1, _asks_for_json()).show()
        sys.exit(1)


def _wrong_usage(said: str) -> NoReturn:
    if said.startswith("Usage:"):  # no command at all: the message is the help
        print(said, file=sys.stderr)
    else:
        hint = "See `apothecary --help`, or --help after a command."
        Failure("usage", f"{said} {hint}", 2, _asks_for_json()).show()
    sys.exit(2)


def _asks_for_json() -> bool:
    given = sys.argv[1:]
    return "--format=json" in given or ("--format", "json") in pairwise(given)
