"""The coverage report for a terminal: verdict, order, totals, references, width, encodings, terminal escapes."""

import msgspec
import pytest
from rich.cells import cell_len
from test_present_audit_samples import (
    ALL,
    EDITS,
    NUMBER,
    Edits,
    audited,
    complete,
    differing,
    empty,
    headings,
    hostile,
    joined,
    line,
    text,
    to_do,
    with_errors,
)

from apothecary.audit import Audit
from apothecary.present.audit import render_audit
from apothecary.present.safe import clean
from support import made_up

# --- verdict ---------------------------------------------------------------------------------------------------------

TOTAL = len(complete().statements)
ACCOUNTED = f"{TOTAL} statements of the text are accounted for"
SHARE = (TOTAL - 1) * 1000 // TOTAL / 10


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (complete(), f"COVERED. {TOTAL} of {ACCOUNTED} (100 %), and knowledge and text do not differ. File"),
        (audited(NUMBER), f"DIFFERS. 1 change; {TOTAL - 1} of {ACCOUNTED} ({SHARE} %). File"),
        (differing(), f"DIFFERS. 10 changes and 1 error; {TOTAL - 2} of {ACCOUNTED} ({differing().percent} %). File"),
        (with_errors(), f"ERRORS. 1 error; {TOTAL} of {ACCOUNTED} (100 %), and knowledge and text do not differ. File"),
        (to_do(), f"INCOMPLETE. {TOTAL - 1} of {ACCOUNTED} ({SHARE} %), and knowledge and text do not differ. File"),
        (empty(), "INCOMPLETE. The text holds no statement, so nothing is accounted for. File"),
    ],
    ids=["complete", "number", "differing", "errors", "to-do", "empty"],
)  # fmt: skip
def test_the_first_line_is_the_verdict(made: Audit, expected: str) -> None:
    assert f"Zorvimab: {expected}" == joined(made)[: len(f"Zorvimab: {expected}")]


@pytest.mark.parametrize(
    ("kept", "accounted", "expected"),
    [
        (1, True, "COVERED. 1 of 1 statement of the text is accounted for (100 %)"),
        (1, False, "INCOMPLETE. 0 of 1 statement of the text are accounted for (0 %)"),
        (2, True, "COVERED. 2 of 2 statements of the text are accounted for (100 %)"),
    ],
)
def test_counts_are_singular_or_plural(kept: int, accounted: bool, expected: str) -> None:
    statements = (complete() if accounted else to_do()).statements[:kept]
    assert expected in joined(msgspec.structs.replace(complete(), statements=statements))


def test_the_percentage_is_never_rounded_up_to_100() -> None:
    many = complete().statements[1:] * 40
    almost = msgspec.structs.replace(to_do(), statements=(to_do().statements[0], *many))
    assert f"{len(many)} of {len(many) + 1} statements of the text are accounted for (99.9 %)" in joined(almost)


def test_file_edition_and_knowledge_are_named() -> None:
    version = f"version {made_up().version}, hash {made_up().hash}"
    expected = (
        "File: new.txt. Edition: Zorvimab (Monograph), Society of Made-up Drugs, revised 2026-03-01. "
        f"Knowledge: {version}, made from the edition revised 2026-01-15."
    )
    assert expected in joined(differing())


def test_notes_of_the_audit_are_shown() -> None:
    noted = msgspec.structs.replace(complete(), notes=("The previous file is older.",))
    assert "Note: The previous file is older. TOTALS" in joined(noted)


# --- order -----------------------------------------------------------------------------------------------------------


def test_a_complete_audit_has_no_section_about_differences() -> None:
    assert ["TOTALS BY SECTION", "REFERENCES"] == headings(complete())


def test_the_sections_stand_in_their_order() -> None:
    expected = [
        "ANOTHER EDITION",
        "EDITED STATEMENTS (1)",
        "NEW STATEMENTS (1)",
        "STATEMENTS THAT ARE GONE (1)",
        "MOVED STATEMENTS (2)",
        "CHANGED CITATIONS (2)",
        "REFERENCES (1)",
        "SECTIONS (1)",
        "ERRORS (1)",
        "STATEMENTS NOT ACCOUNTED FOR (2)",
        "TOTALS BY SECTION",
        "REFERENCES",
        "EACH STATEMENT AND WHAT ENCODES IT",
        "EACH THING OF THE KNOWLEDGE AND WHAT IT RESTS ON",
        "NEXT STEPS",
    ]
    assert expected == headings(differing(), details=True)


# --- totals and references -------------------------------------------------------------------------------------------


def table(audit: Audit, **more: object) -> list[str]:
    rows = text(audit, **more).splitlines()  # type: ignore[arg-type]
    begin = rows.index("TOTALS BY SECTION")
    return rows[begin + 1 : rows.index("", begin)]


def test_a_chapter_stands_for_its_sections_that_have_nothing_open() -> None:
    expected = [
        "Total  Encoded  Background  Open              Section",
        "    2        0           1     1  ▒▒▒▒▒░░░░░  Header",
        "    1        1           0     0  ██████████  Introduction",
        "    2        2           0     0  ██████████  Uses",
    ]
    assert expected == table(to_do())[:4]


def test_details_show_every_section() -> None:
    expected = [
        "    2        2           0     0  ██████████  Uses",
        "    1        1           0     0  ██████████    Migraine",
        "    1        1           0     0  ██████████    Cluster Headache",
    ]
    assert expected == table(complete(), details=True)[3:6]


def test_a_section_with_something_open_is_shown() -> None:
    assert [
        "    2        1           0     1  █████░░░░░    Special Populations / Renal",
        "                                                Impairment",
    ] == [row for row in table(audited(NUMBER)) if "Renal" in row or "Impairment" in row]


def test_the_totals_add_up() -> None:
    counts = complete().sections
    encoded, background = (sum(getattr(one, name) for one in counts) for name in ("encoded", "background"))
    assert [str(TOTAL), str(encoded), str(background), "0"] == table(complete())[-2].split()[:4]
    assert "All" == table(complete())[-2].split()[-1]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_bars_are_plain_where_the_encoding_lacks_blocks(encoding: str) -> None:
    rows = table(to_do(), encoding=encoding)
    assert "    2        0           1     1  =====.....  Header" == rows[1]
    assert "# encoded, = background, . open" == rows[-1]


def test_a_narrow_table_has_no_bar() -> None:
    assert ["All Enc. Back. Open Section", "  2    0     1    1 Header"] == table(to_do(), width=40)[:2]


def test_a_bar_with_something_open_never_looks_full() -> None:
    counts = msgspec.structs.replace(complete().sections[0], statements=1000, encoded=999, background=0, open=1)
    made = msgspec.structs.replace(to_do(), sections=(counts,))
    assert " 1000      999           0     1  █████████░  Header" == table(made)[1]


def test_references_are_counted_and_the_unused_named() -> None:
    cited = {one.number: len(one.cited_by) for one in complete().references}
    numbers = ", ".join(f"{number} ({count})" for number, count in cited.items() if count)
    expected = (
        "REFERENCES 6 of 7 references are cited by a statement. By number, with how many statements cite it: "
        f"{numbers}. Cited by no statement: [5] Nemo C. On hats. J Made-up Med. 2019; 1:77. 5 lines of the page"
    )
    assert expected in joined(complete())


def test_a_reference_that_only_a_value_uses_says_so() -> None:
    *others, last = complete().references
    only = msgspec.structs.replace(last, cited_by=(), used_by=("value:dose",))
    made = msgspec.structs.replace(complete(), references=(*others, only))
    assert "2003. (used by value:dose) 5 lines of the page around the monograph were ignored." in joined(made)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), "No lines of the page around the monograph were ignored."),
        (("a",), "1 line of the page around the monograph was ignored."),
        (("a", "b"), "2 lines of the page around the monograph were ignored."),
    ],
)
def test_ignored_lines_are_counted(lines: tuple[str, ...], expected: str) -> None:
    assert expected in joined(msgspec.structs.replace(complete(), ignored=lines))


# --- details ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "expected",
    [
        "Uses / Migraine - uses.1 (1; line 8) [1]: indication:migraine, rule:no-documented-use, ",
        "- header.2 (2; line 3): background, drug class of the publisher ",
        f"- new (3; line {line('Keep')}): OPEN, the knowledge does not know it ",
        "; OPEN, edited in the text ",
        "- rule:lymphopenia (stated): cautions.5 ",
        "- rule:women (stated): cautions.8 (gone); sources 1 ",
    ],
)
def test_details_show_both_directions(expected: str) -> None:
    assert expected in joined(differing(), details=True)
    assert expected not in joined(differing())


def test_a_thing_that_rests_on_nothing_says_so() -> None:
    [first, *others] = complete().resting
    bare = msgspec.structs.replace(first, statements=(), sources=())
    made = msgspec.structs.replace(complete(), resting=(bare, *others))
    assert f"- {first.link} ({first.kind}): nothing - " in joined(made, details=True)


# --- the terminal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize("width", [40, 80, 132])
@pytest.mark.parametrize("made", ALL)
def test_no_row_is_wider_than_the_width(made: Audit, width: int, details: bool) -> None:
    rows = text(made, width=width, details=details).splitlines()
    assert [] == [row for row in rows if cell_len(row) > width]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("made", ALL)
def test_every_terminal_can_show_it(made: Audit, encoding: str) -> None:
    text(made, encoding=encoding, details=True).encode(encoding)


@pytest.mark.parametrize("made", ALL)
def test_without_color_there_is_no_terminal_code(made: Audit) -> None:
    shown = text(made, details=True).replace("\n", "")
    assert [] == [character for character in shown if not character.isprintable()]


def test_a_hostile_text_adds_no_terminal_code_of_its_own() -> None:
    shown = text(hostile(), width=200, color=True)
    assert "<script>alert(1)</script> {{ 7*7 }} red link txet ≥" in shown
    assert "\x1b]8" not in shown
    assert "\x1b[31m" not in shown


def test_with_color_the_words_that_differ_are_colored() -> None:
    shown = text(audited(NUMBER, True), width=120, color=True)
    assert "below \x1b[1;31m30\x1b[0m mL/min." in shown
    assert "below \x1b[1;32m40\x1b[0m mL/min." in shown
    assert [] == [mark for mark in ("[-", "-]", "{+", "+}") if mark in clean(shown)]


@pytest.mark.parametrize(
    ("made", "code"),
    [(complete(), "\x1b[1;32mCOVERED"), (audited(NUMBER), "\x1b[1;31mDIFFERS"), (to_do(), "\x1b[1;33mINCOMPLETE")],
)  # fmt: skip
def test_the_verdict_is_colored(made: Audit, code: str) -> None:
    assert code in text(made, color=True)


@pytest.mark.parametrize("edits", [(), EDITS])
def test_it_ends_with_one_newline(edits: Edits) -> None:
    shown = text(audited(edits))
    assert shown.endswith("\n")
    assert not shown.endswith("\n\n")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match=r"There is no format 'pdf'. Ask for one of: text, json, html."):
        render_audit(complete(), made_up(), "pdf")  # type: ignore[arg-type]
