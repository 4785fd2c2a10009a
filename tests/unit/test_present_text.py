"""The terminal format: width, order, color, characters a terminal lacks, terminal escapes."""

import os
import subprocess
import sys

import pytest
from rich.cells import cell_len
from test_present_samples import LONG, empty, finding, hostile, monograph, review

from apothecary.logic import Truth
from apothecary.present import render
from apothecary.review.result import Review

ALL = [review(), empty(), hostile()]


@pytest.mark.parametrize("width", [40, 80, 132])
@pytest.mark.parametrize("made", ALL)
def test_no_row_is_wider_than_the_width(made: Review, width: int) -> None:
    rows = render(made, monograph(), "text", width=width).splitlines()
    assert [] == [row for row in rows if cell_len(row) > width]


def test_the_sections_stand_in_their_order() -> None:
    headings = [row for row in render(review(), monograph(), "text").splitlines() if row.isupper()]
    expected = [
        "DO FIRST",
        "GET THESE TO SETTLE THE OPEN QUESTIONS",
        "OPEN QUESTIONS: NOT KNOWN WHETHER THESE APPLY",
        "ALSO APPLIES",
        "DOCUMENTED USES",
        "NUMBERS ABOUT THE PATIENT",
        "CLEAR",
        "PROBLEMS",
        "SOURCES",
        "STATEMENTS OF THE MONOGRAPH BEHIND EACH FINDING",
    ]
    assert expected == headings


def test_the_first_line_names_drug_and_verdict() -> None:
    assert render(review(), monograph(), "text").startswith("Fictamab (Madeupra): STOP. 1 critical finding applies")


def test_the_last_line_says_that_it_is_not_validated() -> None:
    ending = (
        "Not clinically validated; see SAFETY.md. A decision aid for professionals, not a substitute for judgement."
    )
    assert " ".join(render(review(), monograph(), "text").split()).endswith(ending)


def test_references_stand_beside_the_finding() -> None:
    assert "[critical] Takes another blocker (blocker) [1, 9, 10]" in render(review(), monograph(), "text")


@pytest.mark.parametrize("made", ALL)
def test_without_color_there_is_no_terminal_code(made: Review) -> None:
    shown = render(made, monograph(), "text")
    assert all(character.isprintable() for character in shown.replace("\n", ""))


def test_color_adds_codes_and_nothing_else() -> None:
    from apothecary.present.safe import clean

    plain = render(review(), monograph(), "text")
    colored = render(review(), monograph(), "text", color=True)
    assert "\x1b[1;31mSTOP\x1b[0m" in colored
    assert " ".join(plain.split()) == clean(colored)


def test_a_hostile_record_adds_no_color_of_its_own() -> None:
    shown = render(hostile(), monograph(), "text", color=True)
    assert "red link txet" in shown
    assert "\x1b]8" not in shown


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("made", ALL)
def test_every_terminal_can_show_it(made: Review, encoding: str) -> None:
    rows = render(made, monograph(), "text", encoding=encoding).encode(encoding).decode(encoding).splitlines()
    assert [] == [row for row in rows if cell_len(row) > 80]


def test_characters_a_terminal_lacks_are_spelled_out() -> None:
    made = review(findings=(finding("x", Truth.APPLIES, "warning", title="Count ≥ 10³/µL, “low”"),))
    assert 'Count >= 10^3/uL, "low"' in render(made, monograph(), "text", encoding="ascii")


def test_our_own_words_are_ascii() -> None:
    assert render(review(), monograph(), "text").isascii()


def test_a_word_wider_than_the_terminal_is_folded_not_cut() -> None:
    joined = "".join(render(hostile(), monograph(), "text").split())
    assert LONG.split()[0] in joined


def test_the_environment_does_not_change_the_result() -> None:
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from test_present_samples import monograph, review\n"
        "from apothecary.present import render\n"
        "sys.stdout.buffer.write(render(review(), monograph(), 'text', color=True).encode())"
    )
    environment = {"COLUMNS": "30", "NO_COLOR": "1", "TERM": "dumb", "PATH": os.environ["PATH"]}
    paths = [os.path.dirname(__file__), *sys.path]
    done = subprocess.run([sys.executable, "-c", code, *paths], env=environment, capture_output=True, check=True)
    assert render(review(), monograph(), "text", color=True) == done.stdout.decode()


@pytest.mark.parametrize(("format", "unused"), [("json", {"rich", "jinja2"}), ("text", {"jinja2"}), ("html", {"rich"})])
def test_a_format_loads_only_what_it_needs(format: str, unused: set[str]) -> None:
    code = (
        "import sys; form = sys.argv[1]; sys.path[:0] = sys.argv[2:]\n"
        "from test_present_samples import monograph, review\n"
        "from apothecary.present import render\n"
        "render(review(), monograph(), form); print(*{'rich', 'jinja2'} & set(sys.modules))"
    )
    paths = [os.path.dirname(__file__), *sys.path]
    done = subprocess.run([sys.executable, "-c", code, format, *paths], capture_output=True, check=True)
    assert set() == unused & set(done.stdout.decode().split())
