"""A file that is no whole monograph: one sentence that says what is wrong and what to do, with a stable code."""

import pytest
from reader_strategies import written_out

from apothecary.audit import SourceError, read_monograph
from support import MADE_UP

TEXT = MADE_UP.with_suffix(".txt").read_text(encoding="utf-8")
DATE = "Selected Revisions January 15, 2026"
PLAIN = "save the text of the monograph's page again, as plain text in UTF-8."
WHOLE = "save the whole page again."


def refused(data: bytes) -> tuple[str, str]:
    with pytest.raises(SourceError) as found:
        read_monograph(data)
    assert str(found.value) == found.value.message
    return found.value.code, found.value.message


@pytest.mark.parametrize(
    ("data", "code", "message"),
    [
        (b"", "empty", f"The file is empty: {PLAIN}"),
        (b" \r\n\t\n", "empty", f"The file is empty: {PLAIN}"),
        (b"\xef\xbb\xbf\n", "empty", f"The file is empty: {PLAIN}"),
        (b"\0" * 9, "empty", f"The file is empty: {PLAIN}"),
        ("\u2003\n".encode(), "empty", f"The file is empty: {PLAIN}"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not-text", f"The file is not UTF-8 text but binary: {PLAIN}"),
        (b"PK\x03\x04\x14\0\x08" + bytes(range(256)), "not-text", f"The file is not UTF-8 text but binary: {PLAIN}"),
        (b"%PDF-1.7\n%\xe2\xe3", "not-text", f"The file is not UTF-8 text but a PDF: {PLAIN}"),
        (b"{\\rtf1 Hats}", "not-text", f"The file is not UTF-8 text but RTF: {PLAIN}"),
        (TEXT.encode("utf-16"), "not-text", f"The file is not UTF-8 text but UTF-16: {PLAIN}"),
        (b"Hats".decode().encode("utf-16-le"), "not-text", f"The file is not UTF-8 text but UTF-16: {PLAIN}"),
        (b"Hats".decode().encode("utf-16-be"), "not-text", f"The file is not UTF-8 text but UTF-16: {PLAIN}"),
        (b"Hats \xe9t\xe9", "not-text", f"The file is not UTF-8 text, its byte 6 cannot be read: {PLAIN}"),
        (b"\n<!DOCTYPE html>", "not-text", f"The file is not UTF-8 text but a web page in HTML: {PLAIN}"),
        (b"<div>", "not-text", f"The file is not UTF-8 text but a web page in HTML: {PLAIN}"),
        (b'<?xml version="1.0"?>', "not-text", f"The file is not UTF-8 text but XML: {PLAIN}"),
        (b'{"title": "Hats"}\n', "not-text", f"The file is not UTF-8 text but JSON: {PLAIN}"),
        (b'[{"title": "Hats"}]', "not-text", f"The file is not UTF-8 text but JSON: {PLAIN}"),
        (
            b"A letter to nobody.\n",
            "not-a-monograph",
            "This is not a monograph, it has no line such as “Name (Monograph)”: give the whole published text of a "
            "monograph.",
        ),
        (
            b"Hats (Monograph)\n",
            "incomplete",
            f"The monograph is incomplete, it ends before the line with the date of its last revision: {WHOLE}",
        ),
        (
            TEXT.partition("References\n")[0].encode(),
            "incomplete",
            f"The monograph is incomplete, it ends before its references: {WHOLE}",
        ),
        (
            (TEXT.partition("References\n")[0] + "References\n").encode(),
            "incomplete",
            f"The monograph is incomplete, its list of references is empty: {WHOLE}",
        ),
        (
            TEXT.partition("16. Nemo")[0].encode(),
            "incomplete",
            f"The monograph is incomplete, the references end with number 5, but the text cites 2003: {WHOLE}",
        ),
        (
            TEXT.partition(" headaches that")[0].encode(),
            "incomplete",
            "The monograph is incomplete, the file breaks off in the line of reference 2003: "
            "save the whole page again, with its last line end.",
        ),
        (
            (TEXT.partition(" that do not hurt")[0] + "\n").encode(),
            "incomplete",
            "The monograph is incomplete, the file breaks off in the line of reference 2003: "
            "save the whole page again, with its last line end.",
        ),
        (
            (TEXT.partition("2003. Society")[0] + "2003.").encode(),
            "incomplete",
            "The monograph is incomplete, the file breaks off in the line of reference 16: "
            "save the whole page again, with its last line end.",
        ),
        (
            written_out(["Brand name: Hats"]).encode(),
            "incomplete",
            f"The monograph is incomplete, it has no section: {WHOLE}",
        ),
        (
            "Hats (Monograph)\nUses\nHeadaches”".encode()[:-1],
            "incomplete",
            f"The monograph is incomplete, the file ends inside a character: {WHOLE}",
        ),
    ],
)
def test_a_file_is_refused_with_a_reason_and_a_remedy(data: bytes, code: str, message: str) -> None:
    assert (code, message) == refused(data)


@pytest.mark.parametrize(
    ("date", "wrong"),
    [
        ("Selected Revisions June 31, 2026", "“June 31, 2026” is no date such as “April 10, 2025”"),
        ("Selected Revisions Smarch 1, 2026", "“Smarch 1, 2026” is no date such as “April 10, 2025”"),
        ("Selected Revisions May 1, 0000", "“May 1, 0000” is no date such as “April 10, 2025”"),
        ("Selected Revisions May ١, 2026", "“May ١, 2026” is no date such as “April 10, 2025”"),
        ("Selected Revision 2026-01-15", "“2026-01-15” is no date such as “April 10, 2025”"),
    ],
)
def test_a_date_that_is_none_is_said(date: str, wrong: str) -> None:
    message = f"The line of the last revision cannot be read, {wrong}: correct the line, or {WHOLE}"
    assert ("no-edition-date", message) == refused(TEXT.replace(DATE, date).encode())


def test_an_edition_line_that_says_nothing_has_no_date() -> None:
    before, _, after = TEXT.partition(DATE)
    code, message = refused((before + "Selected Revisions\n" + after.partition("\n")[2]).encode())
    assert "no-edition-date" == code
    assert "cannot be read, it has no date: correct the line" in message


def test_a_whole_text_may_end_with_its_references() -> None:
    whole = read_monograph(TEXT.encode())
    alone = read_monograph(TEXT.partition("Biological Products")[0].encode())
    assert ((), whole.sections, whole.references) == (alone.trailing, alone.sections, alone.references)


def test_an_unresolved_citation_is_no_sign_of_a_cut_where_the_page_goes_on() -> None:
    text = written_out(["Uses", "Hats.77"])
    assert "incomplete" == refused(text.replace("More about hats\n", "").encode())[0]
    assert ("More about hats",) == read_monograph(text.encode()).trailing


@pytest.mark.parametrize("sign", ["\ufeff", "\n\n", "Home\nDrugs A to Z\n", "[Home]\n", "{}"])
def test_what_stands_before_the_title_does_no_harm(sign: str) -> None:
    assert read_monograph(TEXT.encode()).references[0].text == read_monograph((sign + TEXT).encode()).references[0].text
