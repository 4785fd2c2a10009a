"""What the coverage report says of changes, errors and open statements, and what to do next."""

import msgspec
import pytest
from test_present_audit_samples import (
    NUMBER,
    audited,
    complete,
    differing,
    joined,
    line,
    to_do,
    with_errors,
)

from apothecary.audit import Audit

SIMILAR = round(100 * (audited(NUMBER).changes[0].similarity or 0))
ROOT = "Dosage and Administration / "

# --- changes ---------------------------------------------------------------------------------------------------------


def test_an_edited_statement_names_what_to_read_again() -> None:
    shown = joined(audited(NUMBER, True))
    place = f"Dosage and Administration / Special Populations / Renal Impairment, line {line('Halve')}"
    wordings = (
        "Was: Halve the dose when creatinine clearance is below [-30-] mL/min. "
        "Is: Halve the dose when creatinine clearance is below {+40+} mL/min. "
    )
    assert f"1. dosage.2 ({place}) About {SIMILAR} % similar; number 30 → 40. {wordings}Read again: - " in shown
    assert "- rule:renal-severe: Creatinine clearance below 30 mL/min " in shown
    assert "- value:crcl-severe: 30 mL/min " in shown


def test_without_the_previous_file_the_wording_is_that_of_now() -> None:
    shown = joined(audited(NUMBER))
    assert "number 30 → 40. Text: Halve the dose when creatinine clearance is below 40 mL/min. Read again:" in shown


@pytest.mark.parametrize(
    "expected",
    [
        "1. Edition 2026-01-15 → 2026-03-01. EDITED",
        f"1. {ROOT}Administration / Sub-Q Administration, 3 (line {line('Keep')}) Text: Keep it in a box with holes.",
        f"1. cautions.8 ({ROOT}General / Pretreatment Screening, 3) Was: Talk with women about pregnancy. Read again",
        f"1. dosage.11 (line {line('240 mg')}) Place 2 → 1 in {ROOT}Dosage / Adults / Cluster Headache / Sub-Q.",
        f"1. uses.1 (Uses / Migraine, line {line('prevents')}) Citations 1 2 → 1. Text: Zorvimab prevents migraine in ",
        f"1. Reference 5 (line {line('5. Nemo')}) Changed; cited by no statement. Was: Nemo C. On [-hats.-] J",
        f"1. {ROOT}Special Populations / Body Weight (line {line('Weight of')}) Renamed. "
        f"Was: {ROOT}Special Populations / Body [-Weight-] Is: {ROOT}Special Populations / {{+Weight of the+}} Body",
    ],
)
def test_each_kind_of_change_says_what_differs(expected: str) -> None:
    assert expected in joined(differing())


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Inject into the thigh or the belly, e.g., beside the navel, after 30 minutes",
         "Inject into the thigh or the belly, e.g., beside the navel, after some minutes", "similar; number 30 gone."),
        ("The pen holds 1 dose.1", "The pen holds 1 dose of 1 mL.1", "similar; number 1 new."),
        ("From 30 to 60 mL/min elimination", "From 20 to 50 mL/min elimination", "similar; numbers 30, 60 → 20, 50."),
        (" 120 mg follow every 28 days.2", "", ", 2) With the numbers 120, 28."),
        (" From 30 to 60 mL/min elimination is slower, but the dose stays the same.1\nBody Weight\nThe effect may be",
         "\nBody Weight\nFrom 30 to 60 mL/min elimination is slower, but the dose stays the same.1 The effect may be",
         f"From {ROOT}Special Populations / Renal Impairment, 2 to {ROOT}Special Populations / Body Weight, 1."),
        ("in cluster headache† [off-label]", "in cluster headache", "the off-label mark is gone."),
    ],
)  # fmt: skip
def test_numbers_places_and_marks_are_named(old: str, new: str, expected: str) -> None:
    assert expected in joined(audited(((old, new),)))


def test_an_edited_statement_is_never_called_wholly_similar() -> None:
    [change] = audited(NUMBER).changes
    made = msgspec.structs.replace(complete(), changes=(msgspec.structs.replace(change, similarity=1.0),))
    assert "About 99 % similar" in joined(made)


def test_a_very_long_wording_is_marked_as_a_whole() -> None:
    [change] = audited(NUMBER).changes
    change = msgspec.structs.replace(change, previous="word " * 501, text="word word")
    assert "Is: {+word word+}" in joined(msgspec.structs.replace(complete(), changes=(change,)))


# --- what is open ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            differing(),
            f"- new ({ROOT}Administration / Sub-Q Administration, 3; line {line('Keep')}): the knowledge does ",
        ),
        (
            differing(),
            f"- dosage.2 ({ROOT}Special Populations / Renal Impairment, 1; line {line('Halve')}): edited in the text",
        ),
        (to_do(), "STATEMENTS NOT ACCOUNTED FOR (1) - header.1 (Header, 1; line 2): still to do: encode the brand TOT"),
    ],
)
def test_an_open_statement_says_why(made: Audit, expected: str) -> None:
    assert expected in joined(made)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (with_errors(), "ERRORS (1) - rule:heavy rests on no statement and no other source. TOTALS"),
        (differing(), "ERRORS (1) - No reference answers citation 77, cited by cautions.9. STATEMENTS"),
    ],
)
def test_errors_are_named(made: Audit, expected: str) -> None:
    assert expected in joined(made)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (audited(NUMBER), "NEXT STEP - Read again what rests on the statements above, then `apothecary audit zorvimab "
                          "--source FILE --accept ID`; for ID also `new` or `all`."),
        (audited((("On hats", "On caps"),)), "NEXT STEP - Do what stands above the changes, then audit again."),
        (to_do(), "NEXT STEP - Encode the statements that are still to do, or name them background with a reason."),
        (with_errors(), "NEXT STEP - Give what rests on nothing a statement or a source, or remove it."),
        (complete(), "--details shows each statement with what encodes it, and what each rule or value rests on."),
    ],
    ids=["edited", "reference", "to-do", "orphan", "complete"],
)  # fmt: skip
def test_the_report_ends_with_the_next_step(made: Audit, expected: str) -> None:
    assert expected == joined(made)[-len(expected) :]
