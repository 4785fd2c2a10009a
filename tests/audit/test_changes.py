"""What an audit says of one change of the made-up text, in full."""

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apothecary.audit import Audit, SourceError, audit
from support import MADE_UP, made_up

FILE = MADE_UP.parent / f"{MADE_UP.name}.txt"


@cache
def text() -> str:
    return FILE.read_text(encoding="utf-8")


def edited(*pairs: tuple[str, str]) -> str:
    """The text with each of the wordings, which stand in it once, replaced."""
    result = text()
    for old, new in pairs:
        assert 1 == result.count(old), f"{old!r} stands {result.count(old)} times in the text"
        result = result.replace(old, new)
    return result


def audited(*pairs: tuple[str, str], previous: bool = False) -> Audit:
    return audit(made_up(), edited(*pairs).encode(), text().encode() if previous else None)


def named(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    return [(change.kind, change.what) for change in audited(*pairs).changes]


ROW = "Plasma exchange |\nWithin 2 weeks it removes the drug1 |\nSeen in 1 study1 |\n"
OTHER_ROW = "Other antibodies against migraine |\nMust not be given within 5 months; no data on safety16 |\n|\n"
OTHER_WARNINGS = "Cautions / Warnings/Precautions / Other Warnings and Precautions"
LYMPHOPENIA = f"{OTHER_WARNINGS} / Lymphopenia"
LAST_LINE = "Inform patients of other important precautions.1"
FIRST_OF_TWO = "No data are available.1\nLactation"
STORAGE = "Stability / Storage / Parenteral / Injection"


@pytest.mark.parametrize(
    ("pairs", "expected"),
    [
        # nothing that a reader would call a change
        ([("Zorvimab prevents", "Zorvimab  prevents")], []),
        ([("2–17 years", "2-17 years")], []),
        ([("More about zorvimab\n", "More about this\n- Something else\n")], []),
        ([("References\n1.", "References\n\n1.")], []),
        # wording
        ([("below 30 mL/min", "below 40 mL/min")], [("edited", "dosage.2")]),
        ([("below 30 mL/min", "above 30 mL/min")], [("edited", "dosage.2")]),
        ([("1–2 mg/kg", "1–2 mcg/kg")], [("edited", "dosage.8")]),
        ([("(≥5%)", "(>5%)")], [("edited", "adverse-effects.1")]),
        ([("× 10³/mm3", "× 10²/mm3")], [("edited", "cautions.11")]),
        ([("headache† [off-label]", "headache")], [("edited", "uses.2")]),
        ([("migraine in adults", "migraine† [off-label] in adults")], [("edited", "uses.1")]),
        ([("Brand name: Zorvex", "Brand name: Zorvix")], [("edited", "header.1")]),
        ([("made-up agency approved", "made-up agency did not approve")], [("edited", "edition.4")]),
        # a sentence that comes or goes
        ([(" Do not freeze.1", "")], [("gone", "stability.2")]),
        ([("Do not freeze.1", "Do not freeze.1 Do not thaw.1")], [("new", f"{STORAGE}, 3")]),
        (
            [("Lymphopenia\nHold", "Lymphopenia\nDo not freeze\nHold")],
            [("section-new", f"{OTHER_WARNINGS} / Do not freeze"), ("moved", "cautions.5"), ("moved", "cautions.11")],
        ),
        (
            [("Constipation is most frequent in the first weeks.1", "Do not freeze")],
            [("gone", "cautions.9"), ("new", f"{OTHER_WARNINGS} / Do not freeze, 1")],
        ),
        # place
        (
            [("500/mm3.1 Counts fell", "500/mm3.1 Protect the dog.2 Counts fell")],
            [("new", f"{LYMPHOPENIA}, 2")],
        ),
        (
            [(f"-\n{LAST_LINE}\n", ""), (FIRST_OF_TWO, f"No data are available.1 {LAST_LINE}\nLactation")],
            [("moved", "advice.2")],
        ),
        # citations
        ([("first dose.1", "first dose.1 3")], [("citation-changed", "cautions.6")]),
        ([("1 2 16 constipation,1", "1 2 constipation,1 16")], [("citation-changed", "adverse-effects.1")]),
        ([("muscle cramps,2 and", "muscle cramps, and")], [("citation-changed", "adverse-effects.1")]),
        ([("away after use.", "away after use.16")], [("citation-changed", "dosage.7")]),
        (
            [("first dose.1", "next dose.1 3")],
            [("edited", "cautions.6"), ("citation-changed", "cautions.6")],
        ),
        # tables
        ([(ROW, "")], [("gone", "interactions.4")]),
        ([(OTHER_ROW + ROW, ROW + OTHER_ROW)], [("moved", "interactions.4"), ("moved", "interactions.1")]),
        ([(ROW, ROW + "Dark bread |\nNone known1 |\n|\n")], [("new", "Drug Interactions / Specific Drugs, 4")]),
        ([("Interaction |\nComments |", "Effect |\nComments |")], [("edited", "interactions.6")]),
        (
            [("safety16 |\n|\n", "safety16 |\nReally1 |\n")],
            [("edited", "interactions.1"), ("citation-changed", "interactions.1")],
        ),
        ([("safety16 |\n|\n", "safety16 |\nReally |\n")], [("edited", "interactions.1")]),
        # headings
        ([("\nLymphopenia\n", "\nFew Lymphocytes\n")], [("section-renamed", LYMPHOPENIA)]),
        ([("\nStability\nStorage\n", "\nStability\nKeeping\n")], [("section-renamed", "Stability / Storage")]),
        # references
        ([("5. Nemo C. On hats. J Made-up Med. 2019; 1:77.\n", "")], [("reference-gone", "5")]),
        ([("2019; 1:77", "2019; 1:78")], [("reference-changed", "5")]),
        ([("papers.example/nemo", "papers.example/nobody")], [("reference-changed", "3")]),
        ([("1:77.\n", "1:77.\n6. Nemo D. On caps. 2020.\n")], [("reference-new", "6")]),
        ([("5. Nemo C.", "6. Nemo C.")], [("reference-new", "6"), ("reference-gone", "5")]),
        ([("1:77.\n", "1:77.\n5. Nemo D. On caps. 2020.\n")], [("reference-new", "5"), ("reference-changed", "5")]),
        # edition
        (
            [("Copyright 2026, Selected Revisions January 15, 2026", "Copyright 2027, Selected Revisions May 2, 2027")],
            [("edition-changed", "edition")],
        ),
        ([("Copyright 2026,", "Copyright 2027,")], [("edited", "edition.2")]),
    ],
)  # fmt: skip
def test_a_change_is_named_and_nothing_else_is(pairs: list[tuple[str, str]], expected: list[tuple[str, str]]) -> None:
    assert sorted(expected) == sorted(named(*pairs))


def test_an_edit_says_all_an_editor_needs() -> None:
    [change] = audited(("below 30 mL/min", "below 40 mL/min"), previous=True).changes
    rests = {one.link: one.says for one in change.rests}
    line = 1 + text()[: text().index("Halve the dose")].count("\n")
    assert ("edited", "dosage.2", line) == (change.kind, change.what, change.line)
    assert (("30",), ("40",)) == (change.numbers_gone, change.numbers_new)
    assert {"rule:renal-severe", "rule:renal-disagree", "value:crcl-severe"} <= rests.keys()
    assert "30 mL/min" == rests["value:crcl-severe"]
    assert 0.7 < (change.similarity or 0) < 1
    assert "Halve the dose when creatinine clearance is below 40 mL/min." == change.text
    assert "Halve the dose when creatinine clearance is below 30 mL/min." == change.previous


def test_readings_rest_on_a_statement_too() -> None:
    [change] = audited(("in adults", "in grown-ups")).changes
    assert {"rule:child", "value:adult-age", "interpretation:which-age"} <= {one.link for one in change.rests}


def test_without_the_previous_text_the_wording_before_is_not_shown() -> None:
    assert [""] == [change.previous for change in audited(("below 30 mL/min", "below 40 mL/min")).changes]


def test_a_sentence_that_is_gone_is_shown_from_the_previous_text() -> None:
    [change] = audited((" Do not freeze.1", ""), previous=True).changes
    assert ("Do not freeze.", "", None) == (change.previous, change.text, change.line)


def test_a_previous_text_that_is_not_the_encoded_one_is_noted() -> None:
    other = edited(("below 30 mL/min", "below 35 mL/min"))
    result = audit(made_up(), text().encode(), other.encode())
    assert () == result.changes
    assert "1 of its 55 statements" in result.notes[0]


@pytest.mark.parametrize(
    ("pair", "note"),
    [
        (("headache† [off-label]", "headache"), "the off-label mark is gone"),
        (("migraine in adults", "migraine† in adults"), "the off-label mark is new"),
        (("From 30 to 60 mL/min", "From 60 to 30 mL/min"), "its numbers stand in another order"),
    ],
)
def test_an_edit_that_looks_small_is_noted(pair: tuple[str, str], note: str) -> None:
    assert [(note,)] == [change.notes for change in audited(pair).changes]


def test_a_citation_of_no_reference_is_unresolved() -> None:
    result = audited(("first dose.1", "first dose.1 99"))
    assert ("99, cited by cautions.6",) == result.unresolved
    assert not result.complete


def test_a_reference_that_is_gone_leaves_its_citations_unresolved() -> None:
    result = audited(("4. Nobody A. Receptors that do not exist.J Made-up Med2023; 1:4.\n", ""))
    assert [("reference-gone", "4", ("cited by actions.1",))] == [(c.kind, c.what, c.notes) for c in result.changes]
    assert ("4, cited by actions.1",) == result.unresolved


def test_a_reference_with_a_new_number_says_which_it_was() -> None:
    new, _ = audited(("5. Nemo C.", "6. Nemo C.")).changes
    assert ("it was number 5",) == new.notes


def test_every_unchanged_statement_stays_accounted_for() -> None:
    result = audited(("below 30 mL/min", "below 40 mL/min"), (" Do not freeze.1", ""))
    assert (54, 53, 98.1) == (len(result.statements), result.accounted, result.percent)


def test_percent_is_100_only_when_nothing_is_missing() -> None:
    one = audited().statements[0]
    many = msgspec.structs.replace(audited(), statements=(one,) * 9999)
    short = msgspec.structs.replace(many, statements=(*many.statements, msgspec.structs.replace(one, state="new")))
    assert (100.0, 99.9) == (many.percent, short.percent)


def with_statement(id_: str, **fields: Any) -> Any:
    m = made_up()
    changed = msgspec.structs.replace(m.statements[id_], **fields)
    return msgspec.structs.replace(m, statements={**m.statements, id_: changed})


def test_a_statement_still_to_do_is_open() -> None:
    result = audit(with_statement("actions.2", background=None, to_do="encode it"), text().encode())
    assert ((), 54, False) == (result.changes, result.accounted, result.complete)
    assert [1] == [section.open for section in result.sections if section.open]


def test_a_thing_that_rests_on_nothing_is_an_orphan() -> None:
    m = made_up()
    advice = {**m.advice, "new": msgspec.structs.replace(m.advice["keep-cold"], id="new", statements=())}
    result = audit(msgspec.structs.replace(m, advice=advice), text().encode())
    assert (("advice:new",), False) == (result.orphans, result.complete)


def test_each_reference_says_what_uses_it() -> None:
    used = {one.number: one for one in audited().references}
    assert ((), ()) == (used["5"].cited_by, used["5"].used_by)
    assert ("dosage.5", "dosage.9", "adverse-effects.1", "interactions.5", "interactions.1") == used["16"].cited_by
    assert ("adverse-effect:common-migraine",) == used["16"].used_by


def test_another_drug_is_refused() -> None:
    with pytest.raises(SourceError) as error:
        audited(("Zorvimab (Monograph)", "Norvimab (Monograph)"))
    assert "another-drug" == error.value.code
    assert "is the monograph of Norvimab, not of zorvimab." in error.value.message


def test_the_edition_and_what_was_left_out_are_told() -> None:
    result = audited()
    assert ("Zorvimab (Monograph)", "2026-01-15") == (result.title, result.revised.isoformat())
    assert "- Reviews (0)" in result.ignored


def test_a_new_section_is_named_with_what_it_takes_along(tmp_path: Path) -> None:
    result = audited(("Counts fell", "X"), ("Constipation\nConstipation is", "Constipation\nNausea\nConstipation is"))
    kinds = [change.kind for change in result.changes]
    assert {"section-new", "moved", "edited"} >= set(kinds)
    assert "moved" in kinds
