"""From a source text to entries of statements.yaml: what each of its statements is known by, and the file itself."""

import re
from collections.abc import Iterable

import msgspec

from apothecary.audit.document import Document, Edition, Sentence, Unit, units
from apothecary.audit.fingerprint import fingerprint, numbers, sketch
from apothecary.audit.reader import EDITION
from apothecary.knowledge import Statement
from apothecary.knowledge.schema import CitedAt

_DAGGER = "†"
_LINE = 110


class Found(msgspec.Struct, frozen=True):
    """A statement as it stands in a text, with all that is compared; `compared` is its wording."""

    unit: Unit
    compared: str
    fingerprint: str
    references: tuple[str, ...]
    numbers: tuple[str, ...]
    cited_at: tuple[CitedAt, ...]
    off_label: bool

    @property
    def section(self) -> str:
        """Its section."""
        return self.unit.section

    @property
    def ordinal(self) -> int:
        """Its place in the section."""
        return self.unit.ordinal

    @property
    def sketch(self) -> str:
        """Worked out when it is asked for: most statements are known by their fingerprint alone."""
        return sketch(self.compared)


def seen(document: Document) -> list[Found]:
    """Every statement of a text."""
    return [_found(unit, document.edition) for unit in units(document)]


def entry(found: Found, id_: str) -> Statement:
    """The entry for statements.yaml, with nothing that encodes it yet."""
    return Statement(
        id=id_,
        section=found.section,
        ordinal=found.ordinal,
        references=found.references,
        fingerprint=found.fingerprint,
        sketch=found.sketch,
        numbers=found.numbers,
        cited_at=found.cited_at,
        off_label=found.off_label,
    )


def _found(unit: Unit, edition: Edition) -> Found:
    compared = comparable(unit, edition)
    cited = _cited_at(unit.sentences)
    words = sum(len(sentence.text.split()) for sentence in unit.sentences)
    return Found(
        unit,
        compared,
        fingerprint(compared),
        tuple(dict.fromkeys(number for one in cited for number in one.references)),
        numbers(compared),
        cited if len(cited) > 1 or (cited and cited[0].words != words) else (),
        _DAGGER in unit.text and not unit.text.startswith(_DAGGER),
    )


def comparable(unit: Unit, edition: Edition) -> str:
    """The wording by which a statement is known again: without the date of the edition, which is compared by itself."""
    if unit.section != EDITION:
        return unit.text
    day = edition.revised
    written = rf"{day.strftime('%B')} {day.day}, {day.year}"
    return re.sub(rf"(?<=Copyright ){day.year}\b", "(year)", unit.text.replace(written, "(day)"))


def _cited_at(sentences: tuple[Sentence, ...]) -> tuple[CitedAt, ...]:
    """Where each run of citations stands, counted in words from the beginning of the statement."""
    found, words = [], 0
    for sentence in sentences:
        text = ""
        for part in sentence.parts:
            text += part.text
            if part.citations:
                found.append(CitedAt(words=words + len(text.split()), references=part.citations))
        words += len(text.split())
    return tuple(found)


def written(statements: Iterable[Statement], comment: str) -> str:
    """The whole file statements.yaml, in the one form in which it is kept."""
    lines = [*(f"# {line}".rstrip() for line in comment.splitlines()), "statements:"]
    for one in statements:
        lines += [f"- id: {one.id}", f"  section: {_text(one.section)}", f"  ordinal: {one.ordinal}"]
        lines.append(f"  references: {_list(one.references)}")
        if one.cited_at:
            lines.append("  cited_at:")
            lines += [f"  - {{words: {c.words}, references: {_list(c.references)}}}" for c in one.cited_at]
        if one.numbers:
            lines.append(f"  numbers: {_list(one.numbers)}")
        lines += [f'  fingerprint: "{one.fingerprint}"', f'  sketch: "{one.sketch}"']
        if one.off_label:
            lines.append("  off_label: true")
        lines += _accounted(one)
    return "\n".join(lines) + "\n"


def _accounted(one: Statement) -> list[str]:
    if one.encoded_by:
        short = f"  encoded_by: {_list(one.encoded_by)}"
        if len(short) <= _LINE:
            return [short]
        return ["  encoded_by:", *(f'  - "{link}"' for link in one.encoded_by)]
    key, reason = ("background", one.background) if one.background else ("to_do", one.to_do or "")
    return [f"  {key}: {_text(reason)}"]


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{item}"' for item in items) + "]"


def _text(text: str) -> str:
    """Plain where YAML would read it as the same text, else quoted."""
    if re.fullmatch(r"[A-Za-z][\w ()/,.'’–—™†-]*", text) and not re.search(r" #|: |:$", text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
