"""A narrow look at lines: type, patient and what each is about, as bytes that are compared with those seen before."""

from collections.abc import Sequence
from typing import Final

import msgspec

NONE: Final = msgspec.Raw(b"null")  # a field that is not there; one that is null is another object


class Component(msgspec.Struct, gc=False):
    """A part of a panel."""

    code: msgspec.Raw = NONE


class Line(msgspec.Struct, gc=False):
    """The fields that decide whether a resource may say anything that is asked."""

    resourceType: str = ""
    id: msgspec.Raw = NONE
    subject: msgspec.Raw = NONE
    patient: msgspec.Raw = NONE
    code: msgspec.Raw = NONE
    vaccineCode: msgspec.Raw = NONE
    medicationCodeableConcept: msgspec.Raw = NONE
    medicationReference: msgspec.Raw = NONE
    medication: msgspec.Raw = NONE
    contained: msgspec.Raw = NONE
    component: list[Component] | None = None


class Unfit(Line, gc=False):
    """A line that even the narrow look cannot read; it has no type."""


_decoder: Final = msgspec.json.Decoder(Line)


class Block:
    """Whole lines of a file and the narrow look at each; `place`: the byte at which they begin."""

    def __init__(self, data: bytes, place: int, file: str) -> None:
        self._data = data
        self._place = place
        self._file = file
        self._lines: list[bytes] | None = None
        self.count = data.count(b"\n")
        self.items: Sequence[Line] = self._at_once() or [_one(self.line(n)) for n in range(self.count)]

    def line(self, number: int) -> bytes:
        """The bytes of a line."""
        if self._lines is None:
            self._lines = self._data.split(b"\n")
        return self._lines[number]

    def where(self, number: int) -> str:
        """Where a line stands in its file."""
        place = 0
        for _ in range(number):
            place = self._data.index(b"\n", place) + 1
        return f"{self._file} at byte {self._place + place}"

    def by_type(self) -> dict[str, Sequence[int]]:
        """The numbers of the lines of each type, "" where there is none."""
        kinds = {item.resourceType for item in self.items}
        if len(kinds) == 1:
            return {kinds.pop(): range(self.count)}
        found: dict[str, list[int]] = {}
        for number, item in enumerate(self.items):
            found.setdefault(item.resourceType, []).append(number)
        return {**found}

    def _at_once(self) -> list[Line] | None:
        """The lines decoded in one pass; None when a line does not fit, or when lines and resources are not the same.

        As many breaks between two objects as there are resources means that every line is one resource: inside one, a
        comma stands between the end of an object and the beginning of the next.
        """
        data = self._data
        if data.count(b"}\n{") != self.count - 1 or not is_text(data):
            return None
        try:
            items = _decoder.decode_lines(data)
        except (msgspec.MsgspecError, RecursionError):
            return None
        return items if len(items) == self.count else None


def _one(line: bytes) -> Line:
    try:
        return _decoder.decode(line) if is_text(line) else Unfit()
    except (msgspec.MsgspecError, RecursionError):
        return Unfit()


def is_text(data: bytes) -> bool:
    """Whether bytes are UTF-8 throughout: the decoder does not look into what it skips."""
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def own_name(line: Line) -> bool:
    """Whether rows of the line are named by its id alone, not by its place."""
    return line.contained is NONE and len(line.id) > 2 and bytes(line.id).startswith(b'"')


def first_type(data: bytes) -> str:
    """The type of the first resource in a block."""
    return next((item.resourceType for item in Block(data, 0, "").items if item.resourceType), "")
