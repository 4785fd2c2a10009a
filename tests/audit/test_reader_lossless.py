"""The reader loses nothing: what it has read can be written again, and what it cannot read it refuses with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reader_strategies import SETTINGS, Draw, Drawn, monographs, outline

from apothecary.audit import SourceError, read_monograph
from apothecary.audit.document import Document, rebuild, units
from support import MADE_UP

TEXT = MADE_UP.with_suffix(".txt").read_text(encoding="utf-8")
# What the layout gives a meaning to, and what Unicode has that looks like it.
SIGNS = '|-.,;:1239 \n†•—()[]’"%aAαº³½①٣é\t\xa0\u2028\x1c\x85\ufeff\u200b{<'


def squeezed(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


def read(text: str | bytes) -> Document | None:
    """The document, or nothing for a text that is refused."""
    try:
        return read_monograph(text.encode() if isinstance(text, str) else text)
    except SourceError:
        return None


@st.composite
def mangled(draw: Draw, text: str) -> str:
    """A text with lines deleted, doubled and exchanged, and with signs put in and letters taken out."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 20))):
        at, to = (draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        change = draw(st.sampled_from(("delete", "double", "exchange", "put in", "put in", "take out")))
        column = draw(st.integers(0, len(lines[at])))
        if change == "delete" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(to, lines[at])
        elif change == "exchange":
            lines[at], lines[to] = lines[to], lines[at]
        elif change == "put in":
            lines[at] = lines[at][:column] + draw(st.text(SIGNS, max_size=4)) + lines[at][column:]
        else:
            lines[at] = lines[at][: column // 2] + lines[at][column:]
    return "\n".join(lines)


@SETTINGS
@given(monographs())
def test_a_generated_text_is_written_again(drawn: Drawn) -> None:
    assert squeezed(drawn.text) == squeezed(rebuild(read_monograph(drawn.text.encode())))


@SETTINGS
@given(mangled(TEXT))
def test_a_mangled_text_is_written_again_or_refused(text: str) -> None:
    document = read(text)
    assert document is None or squeezed(text.removeprefix("\ufeff")) == squeezed(rebuild(document))


@SETTINGS
@given(monographs().flatmap(lambda drawn: mangled(drawn.text)))
def test_a_mangled_generated_text_is_written_again_or_refused(text: str) -> None:
    document = read(text)
    assert document is None or squeezed(text.removeprefix("\ufeff")) == squeezed(rebuild(document))


@SETTINGS
@given(st.binary() | st.text().map(str.encode) | st.text(SIGNS + "References (Monograph) ").map(str.encode))
def test_what_is_no_monograph_is_refused(data: bytes) -> None:
    assert read(data) is None


@SETTINGS
@given(st.binary(max_size=8), st.integers(0, len(TEXT.encode())))
def test_bytes_inside_a_monograph_are_read_or_refused(data: bytes, at: int) -> None:
    whole = TEXT.encode()
    document = read(whole[:at] + data + whole[at:])
    assert document is None or list(units(document))


def test_line_ends_and_blank_lines_change_nothing() -> None:
    expected = outline(read_monograph(TEXT.encode()))
    assert expected == outline(read_monograph(TEXT.replace("\n", "\r\n").encode()))
    assert expected == outline(read_monograph(TEXT.replace("\n", " \n\n").encode()))
    assert expected == outline(read_monograph(TEXT.replace(" ", "\xa0").encode()))


def test_a_text_cut_off_anywhere_is_refused_until_nothing_of_the_monograph_is_missing() -> None:
    data = TEXT.encode()
    whole = read_monograph(data)
    read_from = [at for at in range(len(data)) if read(data[:at]) is not None]
    assert read_from == list(range(read_from[0], len(data)))
    assert data[: read_from[0]].decode() == TEXT.partition("Biological Products")[0]
    cut = read_monograph(data[: read_from[0]])
    assert (whole.sections, whole.references, whole.edition) == (cut.sections, cut.references, cut.edition)


# Each is a shape that a pattern could go through again and again. Patterns look back over a bounded window only, start
# at the beginning of a word or line, and have no repetition inside a repetition that could match the same text twice;
# so twice the text takes twice the time, and a shape that breaks this would take minutes here.
_REPEATED = [
    "1 ", "77 ", "a", "a1", "ab.1 3 Cd ", "abc1 ", ".", ".)", ")", "e.g. ", "Ab. ", "A. ", "a-", "a'", "1,", "((", "a ",
    "Uses\n", "Hats\n", "General\nDosage\n", "-\n", "|\n", "---|\n", "---|", "a |\n---|\n", "a|", "-", "http://",
    "A |\n---|\na\n", "x (Monograph", "Selected Revisions", "1. a\n", "\n",
]  # fmt: skip


@pytest.mark.parametrize("repeated", _REPEATED)
@pytest.mark.parametrize("before", ["Migraine\n", "4. ", "Zorvimab (Monograph)\n"])
def test_reading_takes_one_pass(repeated: str, before: str) -> None:
    hostile = repeated * (60_000 // len(repeated))
    text = TEXT.replace(before, f"{before}ab.{hostile} x\n", 1)
    document = read(text)
    assert document is None or squeezed(text) == squeezed(rebuild(document))
