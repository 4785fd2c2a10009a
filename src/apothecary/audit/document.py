"""What a monograph text is made of: a tree of sections with sentences, bullets and tables, and its references.

Nothing is dropped in reading: `rebuild` writes the text again, equal to what was read but for white space.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec


class Part(msgspec.Struct, frozen=True):
    """A stretch of a sentence and the references cited at its end; `text` keeps its own spaces."""

    text: str
    citations: tuple[str, ...] = ()


class Sentence(msgspec.Struct, frozen=True):
    """One statement: its parts in order. Only a sentence with citations inside has several."""

    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The wording without citation numbers."""
        return "".join(part.text for part in self.parts)

    @property
    def written(self) -> str:
        """The wording as it stands in the source, citation numbers included."""
        return "".join(part.text + " ".join(part.citations) for part in self.parts)


class Paragraph(msgspec.Struct, frozen=True):
    """The sentences of one line; `bullet` is the mark on the line before it, or empty."""

    sentences: tuple[Sentence, ...]
    line: int
    bullet: str = ""


class Row(msgspec.Struct, frozen=True):
    """One row of a table: a cell is a tuple of sentences, empty where the cell is. The last row may be short."""

    cells: tuple[tuple[Sentence, ...], ...]
    line: int


class Table(msgspec.Struct, frozen=True):
    """A table: the row of column names, the rule below it as written, the rows."""

    columns: Row
    rule: str
    rows: tuple[Row, ...]


class Reference(msgspec.Struct, frozen=True):
    """One entry of the bibliography under its own number."""

    number: str
    text: str
    line: int


class Section(msgspec.Struct, frozen=True):
    """A heading with what stands directly below it, then its subsections. A title of None is a part without heading."""

    title: str | None
    path: tuple[str, ...]
    line: int
    content: tuple[Paragraph | Table, ...] = ()
    sections: tuple["Section", ...] = ()


class Edition(msgspec.Struct, frozen=True):
    """What the edition line says: the day of the revision and who publishes it."""

    revised: date
    publisher: str


class Document(msgspec.Struct, frozen=True):
    """A monograph text. `leading` and `trailing` are lines of the web page around it, kept and not interpreted."""

    title: str
    drug: str
    edition: Edition
    sections: tuple[Section, ...]
    bibliography: str
    references: tuple[Reference, ...]
    leading: tuple[str, ...] = ()
    trailing: tuple[str, ...] = ()


Kind = Literal["sentence", "row", "columns", "heading"]


class Unit(msgspec.Struct, frozen=True):
    """One thing that knowledge accounts for: a sentence, a table row, the column names, a heading with nothing."""

    section: str
    ordinal: int
    kind: Kind
    sentences: tuple[Sentence, ...]
    text: str
    line: int


def walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    """Every section in the order of the text."""
    for section in sections:
        yield section
        yield from walk(section.sections)


def units(document: Document) -> Iterator[Unit]:
    """Every statement of the text in its order, with its section and its place in it."""
    for section in walk(document.sections):
        name = " / ".join(section.path)
        ordinal = 0
        for block in section.content:
            for kind, sentences, text, line in _of_block(block):
                if text:  # a row of empty cells states nothing
                    ordinal += 1
                    yield Unit(name, ordinal, kind, sentences, text, line)
        if ordinal == 0 and not section.sections and section.title is not None:
            yield Unit(name, 1, "heading", (Sentence((Part(section.title),)),), section.title, section.line)


def _of_block(block: Paragraph | Table) -> Iterator[tuple[Kind, tuple[Sentence, ...], str, int]]:
    if isinstance(block, Paragraph):
        for sentence in block.sentences:
            yield "sentence", (sentence,), sentence.text, block.line
        return
    yield "columns", *_row(block.columns)
    for row in block.rows:
        yield "row", *_row(row)


def _row(row: Row) -> tuple[tuple[Sentence, ...], str, int]:
    cells = [" ".join(sentence.text for sentence in cell) for cell in row.cells]
    while cells and not cells[-1]:  # the layout leaves the last empty cell of a table out
        cells.pop()
    return tuple(sentence for cell in row.cells for sentence in cell), " | ".join(cells), row.line


def rebuild(document: Document) -> str:
    """The text again: equal to what was read but for white space and line ends."""
    lines = [*document.leading, document.title]
    for section in walk(document.sections):
        if section.title is not None:
            lines.append(section.title)
        for block in section.content:
            lines += _lines(block)
    lines.append(document.bibliography)
    lines += [f"{reference.number}. {reference.text}" for reference in document.references]
    return "\n".join([*lines, *document.trailing]) + "\n"


def _lines(block: Paragraph | Table) -> Iterator[str]:
    if isinstance(block, Paragraph):
        if block.bullet:
            yield block.bullet
        yield " ".join(sentence.written for sentence in block.sentences)
        return
    yield from _cells(block.columns)
    yield block.rule
    for row in block.rows:
        yield from _cells(row)


def _cells(row: Row) -> Iterator[str]:
    for cell in row.cells:
        yield f"{' '.join(sentence.written for sentence in cell)} |".lstrip()
