"""Tells where a heading stands in the tree of sections: the text marks neither headings nor their levels.

A standard heading stands where headings.yaml has it, below the innermost open section that may hold it. A heading of
the text's own stands below the innermost open section that holds such ones, else below the chapter, beside the others
there. So no level is guessed from what stands around a heading: a sentence more or less moves no section.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from apothecary.knowledge.yamlfile import read_yaml

_FILE = Path(__file__).with_name("headings.yaml")
_LONGEST, _MOST_WORDS = 120, 16
_NO_HEADING = re.compile(r"[.;:,!?][)\]”’\"]*$|[;?!] |^[-•*–|]|^[\W\d_]*$|\|$|™|©")
_BEGINS = re.compile(r"[^\W_a-z]|[a-z]{1,3}[A-Z]|[<>≤≥†(]")
_IN_BRACKETS = re.compile(r" \([^()]*\)$")


class Level(NamedTuple):
    """What may stand below a heading: standard headings by their folded title, ends of titles, any other heading."""

    named: dict[str, tuple[str, "Level"]]
    ending: tuple[tuple[str, "Level"], ...]
    own: "Level | None"


_LAST = Level({}, (), None)  # nothing is known to stand below


class Open(NamedTuple):
    """A heading whose section is still open: its name in the path and what may stand below it."""

    name: str
    level: Level


@cache
def _standard() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(_FILE, _FILE.name)
    return found


@lru_cache(maxsize=8)
def standard(drug: str) -> Level:
    """The headings of the standard layout for a drug, whose name stands in some of them."""
    return _level(_standard(), {drug, _IN_BRACKETS.sub("", drug)})


def _level(below: dict[str, Any] | None, drugs: set[str]) -> Level:
    named: dict[str, tuple[str, Level]] = {}
    ending = []
    own = None
    for title, its in (below or {}).items():
        level = _level(its, drugs)
        if title == "*":
            own = level
        elif title.startswith("* "):
            ending.append((title.removeprefix("*").casefold(), level))
        else:
            name = title.replace(" for {drug}", "").replace("{drug} ", "")
            named |= {title.replace("{drug}", drug).casefold(): (name, level) for drug in drugs}
    return Level(named, tuple(ending), own)


def looks_like_one(line: str) -> bool:
    """Whether a line that cites nothing can be a heading: short, begun like a title, not ended like a sentence."""
    if len(line) > _LONGEST or len(line.split()) > _MOST_WORDS:
        return False
    return _BEGINS.match(line) is not None and not _NO_HEADING.search(line)


def place(title: str, opened: tuple[Open, ...], top: Level) -> tuple[Open, ...] | None:
    """The open headings down to a standard heading; None where it is none of those that may stand here."""
    for depth in range(len(opened), -1, -1):
        level = opened[depth - 1].level if depth else top
        found = level.named.get(title.casefold())
        if found:
            return (*opened[:depth], Open(*found))
        if looks_like_one(title):
            for end, below in level.ending:
                if title.casefold().endswith(end):
                    return (*opened[:depth], Open(title, below))
    return None


def place_own(title: str, opened: tuple[Open, ...], sections: frozenset[str] = frozenset()) -> tuple[Open, ...]:
    """The open headings down to one of the text's own; of `sections`, known by their paths, the deepest that fits."""
    names = [one.name for one in opened]
    for depth in range(len(opened), 0, -1):
        if " / ".join((*names[:depth], title)) in sections:
            return (*opened[:depth], Open(title, opened[depth - 1].level.own or _LAST))
    for depth in range(len(opened), 0, -1):
        own = opened[depth - 1].level.own
        if own is not None:
            return (*opened[:depth], Open(title, own))
    return (*opened[:1], Open(title, _LAST))  # the chapters are a closed list
