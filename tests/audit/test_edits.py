"""Every small edit of a text is found and named, and nothing else is: on the made-up text and on the licensed one."""

from functools import cache
from pathlib import Path

import edits
import pytest

from apothecary.knowledge import PACKAGED, packaged
from support import MADE_UP

SHARED = edits.ROOT.parent / "shared" / "source"


def sources(drug: str) -> list[Path]:
    """The licensed texts of a drug, which are not part of the project."""
    return sorted(SHARED.glob(f"{drug}-monograph-*.txt"))


CASES = [
    pytest.param(MADE_UP, MADE_UP.parent / f"{MADE_UP.name}.txt", id=MADE_UP.name),
    *(pytest.param(PACKAGED / drug, (sources(drug) or [None])[-1], id=drug) for drug in packaged()),
]


@cache
def text_of(folder: Path, file: Path | None) -> edits.Text:
    if file is None:
        pytest.skip(f"the licensed source text of {folder.name} is not at hand")
    return edits.text_of(folder, file)


pytestmark = pytest.mark.parametrize(("folder", "file"), CASES)


def test_the_text_as_it_is_has_no_change_and_is_covered(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    result = edits.audit(of.monograph, of.text.encode())
    assert ((), 100.0, True) == (result.changes, result.percent, result.complete)
    assert len(of.ids) == len(result.statements) == result.accounted


def test_a_changed_number_is_an_edit(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.changed_numbers(of))


def test_a_changed_number_is_named(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    id_, unit = next((i, u) for i, u in zip(of.ids, of.found, strict=True) if "30 mL/min" in u.text)
    edited = of.text.replace("30 mL/min", "45 mL/min")
    [change] = edits.audit(of.monograph, edited.encode()).changes
    assert (id_, ("30",), ("45",)) == (change.what, change.numbers_gone, change.numbers_new)
    values = [one for one in change.rests if one.link.startswith("value:")]
    assert "30 mL/min" in {one.says for one in values}
    assert unit.line == change.line


def test_a_deleted_sentence_is_gone(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.deleted_sentences(of))


@pytest.mark.parametrize("new", ["Watch for zebras on the ward every 3 hours.1", "Avoid in severe heart failure."])
def test_an_added_sentence_is_new(folder: Path, file: Path | None, new: str) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.added_sentences(of, new))


@pytest.mark.parametrize("far", [2, 7, 23])
def test_two_swapped_sentences_are_moved(folder: Path, file: Path | None, far: int) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.swapped_sentences(of, far))


def test_a_citation_that_changed_is_named(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.cited_anew(of, of.document.references[-1].number))


def test_a_changed_cell_is_an_edit(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.changed_rows(of, lambda text: f"Not {text}"))


def test_a_changed_reference_is_named(folder: Path, file: Path | None) -> None:
    of = text_of(folder, file)
    assert [] == edits.wrong(of, edits.changed_references(of))
