"""Monographs of known structure: drawn part by part, written in the published layout, to be found again by the reader.

A text is drawn together with its outline. Citations stand in braces in an outline: `pain,{1 3} and nausea.{1}`.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from hypothesis import settings
from hypothesis import strategies as st
from reader_words import (
    CELLS,
    CLOSINGS,
    DRUGS,
    FURNITURE,
    HEADER_LINES,
    MIDDLES,
    MONTHS,
    OPENINGS,
    OWN_HEADINGS,
    PUBLISHER,
    SECTIONS,
    Heading,
)

from apothecary.audit.document import Document, Paragraph, Sentence, Table, walk

SETTINGS = settings(derandomize=True, deadline=None, max_examples=60)
Draw = Callable[[st.SearchStrategy[Any]], Any]
Outline = list[tuple[str, ...]]


class Drawn(NamedTuple):
    """A text and what stands in it."""

    text: str
    outline: Outline


def outline(document: Document) -> Outline:
    """What the reader has found in a text, in the form in which it was drawn."""
    found: Outline = [("title", document.title, document.drug)]
    found.append(("edition", document.edition.revised.isoformat(), document.edition.publisher))
    for section in walk(document.sections):
        found.append(("section", section.title or "", *section.path))
        for block in section.content:
            found += _block(block)
    found += [("reference", reference.number, reference.text) for reference in document.references]
    return [*found, ("around", *document.leading, *document.trailing)]


def _block(block: Paragraph | Table) -> Outline:
    if isinstance(block, Paragraph):
        return [("paragraph", block.bullet, *map(marked, block.sentences))]
    cells = [(" ".join(map(marked, cell)) for cell in row.cells) for row in (block.columns, *block.rows)]
    return [("columns", *cells[0]), *(("row", *row) for row in cells[1:])]


def marked(sentence: Sentence) -> str:
    """A sentence with its citations in braces."""
    return "".join(part.text + cited(part.citations) for part in sentence.parts)


def cited(numbers: Iterable[str]) -> str:
    """Citations as they stand in an outline."""
    joined = " ".join(numbers)
    return f"{{{joined}}}" if joined else ""


def written(text: str) -> str:
    """A marked sentence as it stands in the layout."""
    return text.replace("{", "").replace("}", "")


def written_out(lines: Iterable[str], numbers: Iterable[str] = "1") -> str:
    """A whole monograph: its title, lines of it, its edition and the references of these numbers."""
    edition = f"© Copyright 2026, Selected Revisions January 15, 2026. {PUBLISHER}, Utopia."
    references = (f"{number}. Nemo B. On hats. J Made-up Med. 2019; 1:77." for number in numbers)
    return "\n".join(["Norvimab (Monograph)", *lines, edition, "References", *references, "More about hats"]) + "\n"


class _Writer:
    """Draws the parts of one monograph and keeps the lines and the outline."""

    def __init__(self, draw: Draw) -> None:
        self.draw = draw
        self.drug = draw(st.sampled_from(DRUGS))
        low = draw(st.sets(st.integers(2, 60), max_size=8))
        years = draw(st.sets(st.integers(2001, 2030), max_size=2))
        self.numbers = [str(number) for number in sorted({1, *low, *years})]
        self.lines: list[str] = []
        self.outline: Outline = []

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def one_of(self, options: Iterable[Any]) -> Any:
        return self.draw(st.sampled_from(tuple(options)))

    def run(self, least: int = 0) -> str:
        """A run of citations in braces: in order, as the publisher has them."""
        numbers = self.draw(st.sets(st.sampled_from(self.numbers), min_size=least, max_size=4))
        return cited(sorted(numbers, key=int))

    def filled(self, text: str) -> str:
        """A piece of text with citations in its places for them."""
        while "#" in text:
            text = text.replace("#", self.run(least=1), 1)
        return text

    def sentence(self) -> str:
        middle = "".join(" " + self.filled(self.one_of(MIDDLES)) for _ in range(self.draw(st.integers(0, 2))))
        return f"{self.one_of(OPENINGS)}{middle} {self.ending()}"

    def ending(self) -> str:
        text = self.one_of(CLOSINGS)
        # A company or a country with its full stop ends a sentence only where citations follow it.
        run = self.run(least=text.endswith((" Inc.", " U.S.")))
        return f"{text}{run}"

    def paragraph(self) -> None:
        bullet = self.one_of(("", "", "-", "•"))
        sentences = [self.sentence() for _ in range(self.draw(st.integers(1, 3)))]
        self.lines += [bullet] if bullet else []
        self.lines.append(written(" ".join(sentences)))
        self.outline.append(("paragraph", bullet, *sentences))

    def cell(self) -> list[str]:
        """The lines of a cell."""
        return [self.filled(self.one_of(CELLS)) for _ in range(self.one_of((0, 1, 1, 1, 2)))]

    def table(self) -> None:
        width = self.draw(st.integers(1, 4))
        names = [self.one_of(("Drug", "Interaction", "Comments (Grade 3)", "Dose 1", "")) for _ in range(width)]
        rows = [[self.cell() for _ in range(width)] for _ in range(self.draw(st.integers(1, 3)))]
        if self.chance():
            while len(rows[-1]) > 1 and not rows[-1][-1]:
                rows[-1].pop()
        self.lines += [f"{name} |".lstrip() for name in names]
        self.lines.append("---|" * width)
        for row in rows:
            for cell in row:
                *whole, last = cell or [""]
                self.lines += [written(line) for line in whole] + [f"{written(last)} |".lstrip()]
        self.outline.append(("columns", *names))
        self.outline += [("row", *map(" ".join, row)) for row in rows]

    def section(self, heading: Heading, above: tuple[str, ...]) -> None:
        """A heading, what stands below it, its subsections; a heading may stand alone."""
        title = heading.title.replace("{drug}", self.drug)
        path = (*above, heading.name or title)
        self.lines.append(title)
        self.outline.append(("section", title, *path))
        for block in self.draw(st.lists(st.sampled_from((self.paragraph, self.paragraph, self.table)), max_size=2)):
            block()
        for below in heading.below:
            if self.chance():
                self.section(below, path)
        if heading.own is not None:
            for own in self.draw(st.lists(st.sampled_from(OWN_HEADINGS), unique=True, max_size=2)):
                self.section(Heading(own, below=heading.own), path)

    def edition(self) -> tuple[str, ...]:
        day = self.draw(st.dates(date(1990, 1, 1), date(2060, 12, 31)))
        said = f"© Copyright {day.year}, Selected Revisions {MONTHS[day.month - 1]} {day.day}, {day.year}."
        self.lines += [f"Made-up Drug Information™. {said} {PUBLISHER}, 1 Nowhere Road, Utopia 12345."]
        self.lines += ["† Off-label: no agency approved it for DIRA."]
        self.outline.append(("section", "", "Edition and Notes"))
        publisher = f"{PUBLISHER}, 1 Nowhere Road, Utopia 12345."
        self.outline.append(("paragraph", "", "Made-up Drug Information™.", said, publisher))
        self.outline.append(("paragraph", "", "† Off-label: no agency approved it for DIRA."))
        return ("edition", day.isoformat(), PUBLISHER.partition(",")[0])

    def references(self) -> None:
        self.lines.append("References")
        for number in self.numbers:
            begun = self.one_of(("Nemo B. On hats", "Nobody A, Nemo B et al. Dogs, 1987: a list"))
            end = self.one_of(
                ("J Made-up Med. 2019; 1:77.", "2017;69(4):8-62.", "Utopia; 2016. https://papers.example/1")
            )
            wrapped = self.chance()
            self.lines += [f"{number}. {begun}", end] if wrapped else [f"{number}. {begun}. {end}"]
            self.outline.append(("reference", number, f"{begun} {end}" if wrapped else f"{begun}. {end}"))


@st.composite
def monographs(draw: Draw) -> Drawn:
    """A monograph and its outline."""
    w = _Writer(draw)
    title = f"{w.drug} (Monograph)"
    leading = draw(st.lists(st.sampled_from(FURNITURE), max_size=1))
    header = draw(st.lists(st.sampled_from(HEADER_LINES), max_size=3))
    w.lines += [*leading, title, *header]
    if header:
        w.outline.append(("section", "", "Header"))
        w.outline += [("paragraph", "", line) for line in header]
    for heading in SECTIONS:
        if heading.title == "Introduction" or w.chance():
            w.section(heading, ())
    edition = w.edition()
    w.references()
    trailing = draw(st.lists(st.sampled_from(FURNITURE), max_size=2))
    end = "" if trailing and w.chance() else "\n"
    found = [("title", title, w.drug), edition, *w.outline, ("around", *leading, *trailing)]
    return Drawn("\n".join([*w.lines, *trailing]) + end, found)
