"""Tables written with pipes over several lines: a cell a line, a rule below the column names."""

import pytest
from reader_strategies import Outline, outline, written_out

from apothecary.audit import read_monograph
from apothecary.audit.document import units

HEAD = ["Drug |", "Comments |", "---|---|"]
COLUMNS = ("columns", "Drug", "Comments")
OTHER_HEAD = ["Routes |", "Strengths |", "Brands |", "---|---|---|"]
OTHER_COLUMNS = ("columns", "Routes", "Strengths", "Brands")


def blocks(*lines: str) -> Outline:
    found = outline(read_monograph(written_out(["Preparations", *lines]).encode()))
    return found[3 : next(n for n, one in enumerate(found) if one[:2] == ("section", ""))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([*HEAD, "Hats |", "Very tall1 |"], [COLUMNS, ("row", "Hats", "Very tall{1}")]),
        ([*HEAD, "Hats |", "|", "Caps |", "Flat |"], [COLUMNS, ("row", "Hats", ""), ("row", "Caps", "Flat")]),
        ([*HEAD, "|", "Tall |"], [COLUMNS, ("row", "", "Tall")]),
        # the last row is short
        ([*HEAD, "Hats |", "Tall |", "Caps |"], [COLUMNS, ("row", "Hats", "Tall"), ("row", "Caps")]),
        ([*HEAD, "Caps |", "More of it.1"], [COLUMNS, ("row", "Caps"), ("paragraph", "", "More of it.{1}")]),
        ([*HEAD, "Caps |", "Hats"], [COLUMNS, ("row", "Caps"), ("section", "Hats", "Preparations", "Hats")]),
        # several paragraphs in a cell, also in the first one of a row
        (
            [*HEAD, "Hats |", "Very tall1", "Not flat |", "Caps", "and bonnets |", "Flat |"],
            [COLUMNS, ("row", "Hats", "Very tall{1} Not flat"), ("row", "Caps and bonnets", "Flat")],
        ),
        ([*HEAD, "Hats |", "Tall.1", "Uses", "-", "Rain.1 |"], [COLUMNS, ("row", "Hats", "Tall.{1} Uses - Rain.{1}")]),
        # several tables
        (
            [*HEAD, "Hats |", "Tall |", *OTHER_HEAD, "Oral |", "1 mg |", "Hats |"],
            [COLUMNS, ("row", "Hats", "Tall"), OTHER_COLUMNS, ("row", "Oral", "1 mg", "Hats")],
        ),
        (
            [*HEAD, "Hats |", "Hats Sodium", "One table more.1", *OTHER_HEAD, "Oral |"],
            [
                COLUMNS, ("row", "Hats"), ("section", "Hats Sodium", "Preparations", "Hats Sodium"),
                ("paragraph", "", "One table more.{1}"), OTHER_COLUMNS, ("row", "Oral"),
            ],
        ),
        ([*HEAD, *OTHER_HEAD], [COLUMNS, OTHER_COLUMNS]),
        # other ways to write the same
        (["Drug | Comments |", "---|---|", "Hats | Tall |"], [COLUMNS, ("row", "Hats", "Tall")]),
        (["Drug |", "", "Comments |", "---|---|", "", "Hats |", "", "Tall |"], [COLUMNS, ("row", "Hats", "Tall")]),
        (["Drug|", "Comments|", ":---|---:|", "Hats|", "Tall|"], [COLUMNS, ("row", "Hats", "Tall")]),
        (["Drug |", "Comments |", "---|---", "Hats |", "Tall |"], [COLUMNS, ("row", "Hats", "Tall")]),
        (["Compatible |", "---|", "Hats |", "Caps |"], [("columns", "Compatible"), ("row", "Hats"), ("row", "Caps")]),
        (["|", "|", "---|---|", "Hats |", "Tall |"], [("columns", "", ""), ("row", "Hats", "Tall")]),
        # a heading that asks for a paragraph first
        (["Not tall.1", *HEAD, "Hats |"], [("paragraph", "", "Not tall.{1}"), COLUMNS, ("row", "Hats")]),
        # what only looks like a table
        (["Hats |", "Caps |"], [("paragraph", "", "Hats |"), ("paragraph", "", "Caps |")]),
        (["Hats.1", "---|---|"], [("paragraph", "", "Hats.{1}"), ("paragraph", "", "---|---|")]),
        ([*HEAD, "Only one |", "---|---|"], [COLUMNS, ("columns", "Only one")]),
        (["Drug |", "Comments |", "---|---", "Hats.1"], [COLUMNS, ("paragraph", "", "Hats.{1}")]),
        (["Only one |", "---|---|", "Hats |"], [("columns", "Only one"), ("row", "Hats")]),
    ],
)  # fmt: skip
def test_a_table_is_read(lines: list[str], expected: Outline) -> None:
    assert expected == blocks(*lines)


@pytest.mark.parametrize(("lines", "rows"), [(60, [("row", "Hats " * 60 + "Caps")]), (61, [])])
def test_a_cell_has_an_end(lines: int, rows: Outline) -> None:
    found = blocks("Drug |", "---|", *["Hats"] * lines, "Caps |")
    assert rows == [one for one in found if one[0] == "row"]


def test_a_row_is_a_statement_at_its_first_line() -> None:
    lines = ["Preparations", *HEAD, "Hats |", "Tall", "and black1 |", "|", "|", "Caps |"]
    found = [
        (unit.kind, unit.ordinal, unit.text, unit.line) for unit in units(read_monograph(written_out(lines).encode()))
    ]
    assert [
        ("columns", 1, "Drug | Comments", 3),
        ("row", 2, "Hats | Tall and black", 6),
        ("row", 3, "Caps", 11),
    ] == found[:3]
