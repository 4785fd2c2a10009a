"""Reads tables written with pipes over several lines: a cell a line, a rule below the column names.

The rule says how many columns there are, so the column names are known by counting back from it. The rows last as long
as lines with pipes follow that are not the column names of the next table: pipes stand nowhere else. The paragraphs of
a cell stand on lines of their own, and only the last has the pipe; the last row may lack its last cells.
"""

import re
from typing import NamedTuple

from apothecary.audit.citations import Known
from apothecary.audit.document import Row, Sentence, Table
from apothecary.audit.sentences import sentences

_RULE = re.compile(r"(?:\s*:?-{3,}:?\s*\|)+(?:\s*:?-{3,}:?)?")
_COLUMN = re.compile(r"-{3,}")
_MOST_LINES = 60  # of a cell before the one with its pipe
Cell = tuple[Sentence, ...]


class Place(NamedTuple):
    """Where a table stands: its first line, its rule, and the line behind it."""

    begin: int
    rule: int
    end: int


def find_tables(lines: list[str]) -> dict[int, Place]:
    """The tables of a text by their first lines."""
    heads: list[tuple[int, int]] = []
    for at, line in enumerate(lines):
        if _RULE.fullmatch(line):
            begin = _first_name(lines, at, heads[-1][1] + 1 if heads else 0)
            if begin < at:
                heads.append((begin, at))
    limits = [*[begin for begin, _ in heads][1:], len(lines)]
    found = (Place(*head, _end(lines, head[1] + 1, limit)) for head, limit in zip(heads, limits, strict=False))
    return {place.begin: place for place in found}


def _first_name(lines: list[str], rule: int, lowest: int) -> int:
    """The line of the first column name: as many cells before the rule as it has columns."""
    missing, begin = len(_COLUMN.findall(lines[rule])), rule
    for at in range(rule - 1, lowest - 1, -1):
        if missing <= 0 or not (lines[at].endswith("|") or not lines[at]):
            break
        if lines[at]:
            begin = at
            missing -= lines[at].count("|")
    return begin


def _end(lines: list[str], begin: int, limit: int) -> int:
    """The line behind the last line with a pipe."""
    end = begin
    for at in range(begin, limit):
        if lines[at].endswith("|"):
            end = at + 1
        elif at - end >= _MOST_LINES:
            break
    return end


def read_table(lines: list[str], place: Place, known: Known) -> Table:
    """The table at a place."""
    names = [line for line in lines[place.begin : place.rule] if line]
    columns = [cell for line in names for cell in _cells([line], known)]
    rows: list[Row] = []
    row: list[Cell] = []
    pending: list[str] = []  # the paragraphs of a cell whose pipe has not come yet
    begun = 0
    for at in range(place.rule + 1, place.end):
        line = lines[at]
        if not line:
            continue
        if not row and not pending:
            begun = at
        pending.append(line)
        if not line.endswith("|"):
            continue
        for cell in _cells(pending, known):
            row.append(cell)
            if len(row) == len(columns):
                rows.append(Row(tuple(row), begun + 1))
                row, begun = [], at
        pending = []
    if row:
        rows.append(Row(tuple(row), begun + 1))
    return Table(Row(tuple(columns), place.begin + 1), lines[place.rule], tuple(rows))


def _cells(lines: list[str], known: Known) -> list[Cell]:
    """The cells on lines of which the last one ends with a pipe."""
    found: list[list[str]] = [[]]
    for line in lines:
        first, *others = line.removesuffix("|").split("|")
        found[-1].append(first)
        found += [[text] for text in others]
    return [
        tuple(sentence for text in cell for sentence in sentences(text.strip(), known, cell=True)) for cell in found
    ]
