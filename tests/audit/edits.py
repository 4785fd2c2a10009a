"""Edits of a monograph text, each with the changes an audit has to name: these, and nothing else."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from apothecary.audit import audit, read_monograph
from apothecary.audit.document import Document, Sentence, Unit, units
from apothecary.audit.reader import EDITION, HEADER
from apothecary.knowledge import Monograph, load

ROOT = Path(__file__).resolve().parents[2]
Named = tuple[str, str]  # kind and what it names


class Text(NamedTuple):
    """A monograph with the text it was made from."""

    monograph: Monograph
    text: str
    document: Document
    ids: list[str]
    found: list[Unit]

    def start(self, unit: Unit) -> int:
        """Where the first line of a statement begins in the text."""
        return sum(len(line) + 1 for line in self.text.split("\n")[: unit.line - 1])


class Edit(NamedTuple):
    """An edited text and what the audit has to say of it."""

    name: str
    text: str
    expected: list[Named]


def text_of(folder: Path, file: Path) -> Text:
    """The text in a file beside the monograph in a folder."""
    text = file.read_text(encoding="utf-8")
    monograph = load(folder)
    document = read_monograph(text.encode())
    return Text(monograph, text, document, list(monograph.statements), list(units(document)))


def wrong(of: Text, edits: Iterator[Edit]) -> list[str]:
    """The edits that were not named as they should be, each with what was said instead; fails when there was none."""
    found, number = [], 0
    for edit in edits:
        number += 1
        result = audit(of.monograph, edit.text.encode())
        said = sorted((change.kind, change.what) for change in result.changes)
        if said != sorted(edit.expected) or result.complete:
            found.append(f"{edit.name}: {said}, complete {result.complete}")
    assert number > 0
    return found


def _replaced(of: Text, begin: int, old: str, new: str) -> str:
    at = of.text.index(old, begin)
    return of.text[:at] + new + of.text[at + len(old) :]


def _encoded(of: Text) -> Iterator[tuple[str, Unit]]:
    """Statements that an editor may touch one by one: all but the column names and the edition line."""
    for id_, unit in zip(of.ids, of.found, strict=True):
        if unit.kind != "columns" and unit.section != EDITION:
            yield id_, unit


def _sentences(of: Text) -> Iterator[tuple[str, Unit]]:
    for id_, unit in _encoded(of):
        if unit.kind == "sentence" and unit.section != HEADER:
            yield id_, unit


def changed_numbers(of: Text) -> Iterator[Edit]:
    """Every number of every statement, one at a time."""
    for id_, unit in _encoded(of):
        for sentence in unit.sentences:
            for part in sentence.parts:
                for match in re.finditer(r"(?<![\w.^-])\d+(?:\.\d+)?", part.text):
                    new = "40" if match.group() != "40" else "41"
                    text = part.text[: match.start()] + new + part.text[match.end() :]
                    edited = _replaced(of, of.start(unit), part.text, text)
                    yield Edit(f"{id_}: {match.group()} to {new}", edited, [("edited", id_)])


def deleted_sentences(of: Text) -> Iterator[Edit]:
    """Every sentence, one at a time."""
    for id_, unit in _sentences(of):
        written = unit.sentences[0].written
        at = of.text.index(written, of.start(unit))
        before, after = of.text[:at], of.text[at + len(written) :]
        if before.endswith(" "):
            text = before[:-1] + after
        elif after.startswith(" "):
            text = before + after[1:]
        else:
            text = before.removesuffix("-\n") + after[1:]
        yield Edit(id_, text, [("gone", id_)])


def added_sentences(of: Text, new: str) -> Iterator[Edit]:
    """A new sentence behind every other, one at a time."""
    for id_, unit in _sentences(of):
        written = unit.sentences[0].written
        edited = _replaced(of, of.start(unit), written, f"{written} {new}")
        yield Edit(f"after {id_}", edited, [("new", f"{unit.section}, {unit.ordinal + 1}")])


def swapped_sentences(of: Text, far: int) -> Iterator[Edit]:
    """Every sentence with the next one, and with the one `far` places on."""
    listed = list(_sentences(of))
    for step in (1, far):
        for (one_id, one), (other_id, other) in zip(listed, listed[step:], strict=False):
            a, b = one.sentences[0].written, other.sentences[0].written
            if one.text == other.text:
                continue
            first = of.text.index(a, of.start(one))
            second = of.text.index(b, max(first + len(a), of.start(other)))
            text = of.text[:first] + b + of.text[first + len(a) : second] + a + of.text[second + len(b) :]
            yield Edit(f"{one_id} and {other_id}", text, [("moved", one_id), ("moved", other_id)])


def cited_anew(of: Text, other: str) -> Iterator[Edit]:
    """Every citation with another reference, with one more, with one less."""
    for id_, unit in _encoded(of):
        begin = of.start(unit)
        for sentence in unit.sentences:
            for n, part in enumerate(sentence.parts):
                options = {(*part.citations[:-1], other), part.citations[:-1], (*part.citations, other)}
                for citations in sorted(options - {part.citations}) if part.citations else ():
                    if len(set(citations)) == len(citations):
                        new = _cited(sentence, n, citations)
                        text = _replaced(of, begin, sentence.written, new)
                        yield Edit(f"{id_}: {part.citations} to {citations}", text, [("citation-changed", id_)])


def _cited(sentence: Sentence, n: int, citations: tuple[str, ...]) -> str:
    cited = ((part.text, citations if k == n else part.citations) for k, part in enumerate(sentence.parts))
    return "".join(text + " ".join(numbers) for text, numbers in cited)


def changed_rows(of: Text, change: Callable[[str], str]) -> Iterator[Edit]:
    """Every cell that is not empty, one at a time; column names too."""
    for id_, unit in zip(of.ids, of.found, strict=True):
        if unit.kind in ("row", "columns"):
            for sentence in unit.sentences:
                at = of.text.index(f"{sentence.written} |", of.start(unit))
                new = change(sentence.parts[0].text) + sentence.written[len(sentence.parts[0].text) :]
                text = of.text[:at] + new + of.text[at + len(sentence.written) :]
                yield Edit(f"{id_}: {sentence.text}", text, [("edited", id_)])


def changed_references(of: Text) -> Iterator[Edit]:
    """Every reference deleted, and with another letter."""
    for reference in of.document.references:
        line = next(ln for ln in of.text.split("\n") if ln.startswith(f"{reference.number}. "))
        entry = of.text[of.text.index(f"\n{line}\n") + 1 :]
        following = re.search(r"\n(?=\d+\. |[A-Z])", entry)
        entry = entry[: following.start()] if following else line
        number = reference.number
        yield Edit(f"{number} deleted", of.text.replace(f"\n{entry}\n", "\n"), [("reference-gone", number)])
        other = entry[:8] + ("x" if entry[8] != "x" else "y") + entry[9:]
        yield Edit(
            f"{number} changed", of.text.replace(f"\n{entry}\n", f"\n{other}\n"), [("reference-changed", number)]
        )
