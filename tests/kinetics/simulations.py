"""`apothecary simulate` in tests: its usual lines, and ways to run it."""

import json
import subprocess
import sys
from typing import Any

from click.testing import CliRunner, Result

from apothecary.cli import main
from apothecary.cli.common import Failure
from support import MADE_UP

CONTRACT = ("--dose", "100mg", "--every", "24h", "--for", "14d", "--weight", "70kg")
ADULT = (*CONTRACT, "--age", "60a", "--crcl", "20mL/min")
MADE = (
    "--knowledge", str(MADE_UP), "--dose", "120mg", "--every", "28d", "--for", "84d",
    "--weight", "70kg", "--age", "40a", "--crcl", "90mL/min",
)  # fmt: skip
MANY = ("--n", "200")
DAY = ("--as-of", "2026-11-22")


def run(*arguments: str) -> Result:
    """On a day on which the edition is in time, unless another day is given."""
    day = () if "--as-of" in arguments else DAY
    return CliRunner().invoke(main.app, ["simulate", *arguments, *day], standalone_mode=False)


def text(*arguments: str) -> str:
    done = run(*arguments)
    assert done.exception is None, done.exception
    return " ".join(done.stdout.split())


def found(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--format", "json")
    assert done.exception is None, done.exception
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def refused(*arguments: str) -> Failure:
    done = run(*arguments)
    assert isinstance(done.exception, Failure), done.output
    return done.exception


WITHOUT = """
import sys
blocked = sys.argv.pop(1).split(",")
class Block:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in blocked:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Block())
from apothecary.cli.main import run
run()
"""


def without(libraries: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT, libraries, "simulate", *ADULT, *DAY, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)
