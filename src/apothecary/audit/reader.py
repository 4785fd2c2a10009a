"""Reads a monograph in the published text layout into a document; nothing of the text is lost."""

import re
from collections.abc import Iterator
from datetime import date

from apothecary.audit import headings
from apothecary.audit.citations import Known, known
from apothecary.audit.document import Document, Edition, Paragraph, Reference, Section, Sentence, Table, walk
from apothecary.audit.sentences import sentences
from apothecary.audit.tables import find_tables, read_table

HEADER, EDITION = "Header", "Edition and Notes"
BIBLIOGRAPHY = "References"
_TITLE = re.compile(r"(?P<drug>\S.*?) \(Monograph\)")
_EDITION_LINE = re.compile(r"Selected Revisions?\b")
_REVISED = re.compile(
    r"Selected Revisions? (?P<month>[A-Z][a-z]+) (?P<day>[0-9]{1,2}), (?P<year>[0-9]{4})\b\.?(?: (?P<publisher>[^,]+))?"
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_NUMBERED = re.compile(r"(?P<number>[0-9]{1,4}|[a-z]|HID)\. (?P<text>\S.*)")
_BEGUN_NUMBER = re.compile(r"(?:[0-9]{1,4}|[a-z]|HI?D?)\.?")
_BULLETS = frozenset("-–•*·o")
_INLINE_BULLET = re.compile(r"([-–•*·]) (\S.*)")
_AGAIN = "save the whole page again"
_NO_TEXT = {
    b"%pdf": "a PDF",
    b"{\\rtf": "RTF",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
    b"<?xml": "XML",
    b"<": "a web page in HTML",
}


class SourceError(Exception):
    """A file that cannot be audited: a stable code and one sentence that says why and what next."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def read_monograph(data: bytes, also: frozenset[str] = frozenset(), sections: frozenset[str] = frozenset()) -> Document:
    """The document of a file; SourceError says why there is none.

    `also` are numbers of references and `sections` paths of sections known from elsewhere: they decide where the text
    can be read in two ways.
    """
    text = _text(data)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    title_at, edition_at, last_at = _places(lines)
    references, trailing = _references(lines, last_at + 1)
    told = known(lines[title_at:last_at], also.union(reference.number for reference in references))
    drug = lines[title_at].removesuffix(" (Monograph)")
    notes = _notes(lines, edition_at, last_at, told)
    document = Document(
        title=lines[title_at],
        drug=drug,
        edition=_edition(lines[edition_at]),
        sections=(*_Body(lines[:edition_at], title_at + 1, told, drug, sections).sections(), notes),
        bibliography=lines[last_at],
        references=references,
        leading=tuple(line for line in lines[:title_at] if line),
        trailing=trailing,
    )
    _refuse_a_part(document, line_ended=(text + ".").splitlines()[-1].strip() == ".")
    return document


def _text(data: bytes) -> str:
    """The file as text; SourceError for a file that is none."""
    again = "save the text of the monograph's page again, as plain text in UTF-8"
    if not data.strip(b" \t\r\n\f\v\0\xef\xbb\xbf"):
        raise SourceError("empty", f"The file is empty: {again}.")
    other = _other_kind(data)
    if other:
        raise SourceError("not-text", f"The file is not UTF-8 text but {other}: {again}.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            message = f"The monograph is incomplete, the file ends inside a character: {_AGAIN}."
            raise SourceError("incomplete", message) from error
        message = f"The file is not UTF-8 text, its byte {error.start + 1} cannot be read: {again}."
        raise SourceError("not-text", message) from error
    if not text.strip():
        raise SourceError("empty", f"The file is empty: {again}.")
    return text


def _other_kind(data: bytes) -> str:
    """What a file is that is plainly no text in UTF-8, or nothing."""
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for begin, kind in _NO_TEXT.items():
        if head.startswith(begin):
            return kind
    if head[:1] in (b"{", b"[") and data.rstrip()[-1:] in (b"}", b"]"):
        return "JSON"
    if b"\0" in data:  # every second byte is 0 where Latin letters are written in UTF-16
        return "binary" if data[::2].strip(b"\0") and data[1::2].strip(b"\0") else "UTF-16"
    return ""


def _places(lines: list[str]) -> tuple[int, int, int]:
    """The lines of the title, the edition and the heading of the references; SourceError where one is lacking."""
    title_at = next((n for n, line in enumerate(lines) if _TITLE.fullmatch(line)), None)
    if title_at is None:
        lacks = "it has no line such as “Name (Monograph)”"
        message = f"This is not a monograph, {lacks}: give the whole published text of a monograph."
        raise SourceError("not-a-monograph", message)
    edition_at = next((n for n, line in enumerate(lines) if n > title_at and _EDITION_LINE.search(line)), None)
    if edition_at is None:
        lacks = "the line with the date of its last revision"
        raise SourceError("incomplete", f"The monograph is incomplete, it ends before {lacks}: {_AGAIN}.")
    last_at = next((n for n, line in enumerate(lines) if n > edition_at and line == BIBLIOGRAPHY), None)
    if last_at is None:
        raise SourceError("incomplete", f"The monograph is incomplete, it ends before its references: {_AGAIN}.")
    return title_at, edition_at, last_at


def _edition(line: str) -> Edition:
    """What the edition line says; SourceError for a date that is none."""
    match = _REVISED.search(line)
    try:
        if match is None:
            raise ValueError
        day = date(int(match["year"]), _MONTHS.index(match["month"]) + 1, int(match["day"]))
    except ValueError as error:
        said = " ".join(_EDITION_LINE.split(line)[1].partition(". ")[0].split()[:3]).rstrip(".")
        wrong = f"“{said}” is no date such as “April 10, 2025”" if said else "it has no date"
        message = f"The line of the last revision cannot be read, {wrong}: correct the line, or {_AGAIN}."
        raise SourceError("no-edition-date", message) from error
    return Edition(day, (match["publisher"] or "").strip())


def _references(lines: list[str], begin: int) -> tuple[tuple[Reference, ...], tuple[str, ...]]:
    """The numbered entries, then the lines of the page behind them. A wrapped entry is put together again."""
    found: list[tuple[str, list[str], int]] = []
    for at in range(begin, len(lines)):
        line = lines[at]
        match = _NUMBERED.fullmatch(line)
        if match:
            found.append((match["number"], [match["text"]], at + 1))
        elif line and found and not _is_finished(found[-1][1][-1]) and not _INLINE_BULLET.fullmatch(line):
            found[-1][1].append(line)
        elif line:
            break
    else:
        at = len(lines)
    references = tuple(Reference(number, " ".join(text), line) for number, text, line in found)
    return references, tuple(line for line in lines[at:] if line)


def _is_finished(text: str) -> bool:
    """Whether an entry of the bibliography can end with this line: a full stop, a bracket or an address is its end."""
    return text.endswith((".", ")", "]")) or text.rpartition(" ")[2].startswith(("http://", "https://"))


def _notes(lines: list[str], edition_at: int, last_at: int, told: Known) -> Section:
    """The part without heading that names the edition."""
    content = [Paragraph(sentences(lines[n], told), n + 1) for n in range(edition_at, last_at) if lines[n]]
    return Section(None, (EDITION,), edition_at + 1, tuple(content))


def _refuse_a_part(document: Document, line_ended: bool) -> None:
    """Refuses a text of which a part is missing.

    A text that goes on behind its references has them all. One that ends with them ends with a whole line and with an
    entry that is finished, and it cites nothing behind the last one.
    """
    if not any(section.title for section in document.sections):
        raise SourceError("incomplete", f"The monograph is incomplete, it has no section: {_AGAIN}.")
    if not document.references:
        raise SourceError("incomplete", f"The monograph is incomplete, its list of references is empty: {_AGAIN}.")
    goes_on = document.trailing if line_ended else document.trailing[:-1]
    if goes_on or (document.trailing and not _BEGUN_NUMBER.fullmatch(document.trailing[-1])):
        return
    last = document.references[-1]
    if document.trailing or not line_ended or not _is_finished(last.text):
        message = f"the file breaks off in the line of reference {last.number}: {_AGAIN}, with its last line end."
        raise SourceError("incomplete", f"The monograph is incomplete, {message}")
    listed = [int(reference.number) for reference in document.references if reference.number.isdecimal()]
    behind = [number for number in _cited(document) if number > max(listed, default=0)]
    if behind and listed:
        message = f"the references end with number {max(listed)}, but the text cites {max(behind)}: {_AGAIN}."
        raise SourceError("incomplete", f"The monograph is incomplete, {message}")


def _cited(document: Document) -> Iterator[int]:
    """Every number that the text cites."""
    for section in walk(document.sections):
        for block in section.content:
            for sentence in _sentences(block):
                for part in sentence.parts:
                    yield from (int(number) for number in part.citations if number.isdecimal())


def _sentences(block: Paragraph | Table) -> Iterator[Sentence]:
    if isinstance(block, Paragraph):
        yield from block.sentences
        return
    for row in (block.columns, *block.rows):
        for cell in row.cells:
            yield from cell


class _Node:
    """A section while it is being read."""

    def __init__(self, title: str | None, path: tuple[str, ...], line: int) -> None:
        self.title, self.path, self.line = title, path, line
        self.content: list[Paragraph | Table] = []
        self.below: list[_Node] = []

    def frozen(self) -> Section:
        return Section(self.title, self.path, self.line, tuple(self.content), tuple(n.frozen() for n in self.below))


class _Body:
    """Reads the lines between the title and the edition line into sections."""

    def __init__(self, lines: list[str], begin: int, told: Known, drug: str, sections: frozenset[str]) -> None:
        self._lines, self._begin, self._told, self._sections = lines, begin, told, sections
        self._top = headings.standard(drug)
        self._tops = [_Node(None, (HEADER,), begin)]
        self._nodes = [self._tops[0]]  # the open sections, the outermost first
        self._opened: tuple[headings.Open, ...] = ()

    def sections(self) -> tuple[Section, ...]:
        """Every section; the header only where something stands in it."""
        tables = find_tables(self._lines)
        at, bullet = self._begin, ""
        while at < len(self._lines):
            line, line_number = self._lines[at], at + 1
            if bullet and (at in tables or line in _BULLETS or self._standard(line)):
                self._add(Paragraph((), line_number - 1, bullet))
                bullet = ""
            if at in tables:
                self._add(read_table(self._lines, tables[at], self._told))
                at = tables[at].end
                continue
            if line in _BULLETS:
                bullet = line
            elif line and (bullet or not self._heading(line, line_number)):
                self._paragraph(line, line_number, bullet)
                bullet = ""
            at += 1
        if bullet:
            self._add(Paragraph((), len(self._lines), bullet))
        return tuple(node.frozen() for node in self._tops if node.title is not None or node.content)

    def _add(self, block: Paragraph | Table) -> None:
        self._nodes[-1].content.append(block)

    def _paragraph(self, line: str, line_number: int, bullet: str) -> None:
        inline = None if bullet else _INLINE_BULLET.fullmatch(line)
        if inline:
            bullet, line = inline[1], inline[2]
        self._add(Paragraph(sentences(line, self._told), line_number, bullet))

    def _standard(self, line: str) -> tuple[headings.Open, ...] | None:
        return headings.place(line, self._opened, self._top)

    def _heading(self, line: str, line_number: int) -> bool:
        """Opens the section of a heading; says whether the line is one."""
        opened = self._standard(line)
        if opened is None:
            if not self._opened or not self._is_own(line):
                return False
            opened = headings.place_own(line, self._opened, self._sections)
        node = _Node(line, tuple(one.name for one in opened), line_number)
        depth = len(opened) - 1
        if depth:
            self._nodes[depth - 1].below.append(node)
        else:
            self._tops.append(node)
        self._nodes[depth:] = [node]
        self._opened = opened
        return True

    def _is_own(self, line: str) -> bool:
        """Whether the line can be a heading of the text's own: one sentence that cites nothing."""
        if not headings.looks_like_one(line):
            return False
        found = sentences(line, self._told)
        return len(found) == 1 and not any(part.citations for part in found[0].parts)
