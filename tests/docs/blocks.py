"""Fenced blocks of the pages, and how they are run.

`title="NAME"` after the language makes a block a file; `console` blocks hold commands after `$ ` and what they print.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
GAP = "…"  # on a line of its own any number of lines, inside a line any text
_FENCE = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```$", re.M | re.S)
_TITLE = re.compile(r'title="([^"]+)"')


class Block(NamedTuple):
    """A fenced block: where it stands, its language, the file it is (or nothing), its text."""

    page: str
    line: int
    language: str
    title: str
    text: str


class Step(NamedTuple):
    """A command of a console block and the lines the page shows for it."""

    command: str
    shown: list[str]


def blocks(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    found = []
    for match in _FENCE.finditer(text):
        title = _TITLE.search(match[2])
        line = text.count("\n", 0, match.start()) + 1
        page = path.relative_to(ROOT).as_posix()
        found.append(Block(page, line, match[1], title[1] if title else "", match[3]))
    return found


ALL = [block for path in PAGES for block in blocks(path)]


def steps(block: Block) -> list[Step]:
    """The commands of a console block; text before the first command is a mistake of the page."""
    found: list[Step] = []
    for line in block.text.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:], []))
        elif line.startswith("> "):
            last = found.pop()
            found.append(Step(f"{last.command}\n{line[2:]}", []))
        else:
            found[-1].shown.append(line)
    return found


def prepare(folder: Path, page: str) -> None:
    """A folder as the reader has it: the sources, and every file that the page gives."""
    (folder / "src").symlink_to(ROOT / "src")
    for block in ALL:
        if block.page == page and block.title:
            (folder / block.title).write_text(block.text, encoding="utf-8")


def run(command: str, folder: Path, before: int = 0) -> tuple[int, list[str]]:
    """Exit code and printed lines of a shell command; `before` is what `$?` holds when it starts."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        ["bash", "-c", f"(exit {before}); {command}"],
        cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return done.returncode, [line.rstrip() for line in done.stdout.rstrip("\n").split("\n")]


def differs(shown: list[str], printed: list[str]) -> str | None:
    """The first shown line that is not printed where the page has it; None when everything is there."""
    place, free = 0, False
    for line in shown:
        if line.strip() == GAP:
            free = True
            continue
        pattern = re.compile(".*".join(re.escape(part) for part in line.rstrip().split(GAP)))
        ends = range(place, len(printed)) if free else range(place, min(place + 1, len(printed)))
        found = next((number for number in ends if pattern.fullmatch(printed[number])), None)
        if found is None:
            return line
        place, free = found + 1, False
    return None if free or place == len(printed) or printed[place:] == [""] else f"(more is printed: {printed[place]})"
