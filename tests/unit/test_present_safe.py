"""Strings made harmless: terminal escapes, control characters, characters a terminal lacks, addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apothecary.present.safe import clean, encodable, web_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("µg ≥ 10³ é 漢字", "µg ≥ 10³ é 漢字"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[1;38;5;200mred\x1b[K", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://evil.example\x1b\\text\x1b]8;;\x1b\\", "text"),
        ("\x1bcreset", "reset"),
        ("a\x1b]never ended", "anever ended"),
        ("end\x1b", "end"),
        ("a\x00\x07\x08b\x7f", "ab"),
        ("a\x9bb", "ab"),
        ("one\ntwo\r\nthree\tfour\u2028five\u0085six", "one two three four five six"),
        ("  many   spaces\u00a0here ", "many spaces here"),
        ("\u202eright to left\u202c", "right to left"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("broken\ud800", "broken\ufffd"),
        ("", ""),
    ],
)
def test_clean(text: str, expected: str) -> None:
    assert expected == clean(text)


@given(st.text(st.characters(codec=None)))
def test_cleaned_text_is_one_line_that_stays_as_it_is(text: str) -> None:
    found = clean(text)
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in found)
    assert found == clean(found)
    found.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10³/µL", "10^3/uL"),
        ("10⁻³", "10^-3"),
        ("1½ tablets", "1 1/2 tablets"),
        ("≥ 2 – “low” …", '>= 2 - "low" ...'),
        ("naïve Ångström", "naive Angstrom"),
        ("IL-1β", "IL-1beta"),
        ("37 °C", "37 deg C"),
        ("漢", "\\u6f22"),
        ("5 ①", "5 \\u2460"),
        ("plain", "plain"),
    ],
)
def test_ascii_spelling_keeps_the_meaning(text: str, expected: str) -> None:
    assert expected == encodable(text, "ascii")


@given(st.text().map(clean), st.sampled_from(["ascii", "latin-1", "cp1252", "cp437", "utf-8"]))
def test_every_text_can_be_encoded(text: str, encoding: str) -> None:
    encodable(text, encoding).encode(encoding)


def test_what_a_terminal_has_is_left_alone() -> None:
    assert "10³/µL" == encodable("10³/µL", "latin-1")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/a?b=1&c=%20", "https://example.org/a?b=1&c=%20"),
        ("http://example.org/", "http://example.org/"),
        ("https://example.org/<b>\"'()[] \n", "https://example.org/%3Cb%3E%22%27%28%29%5B%5D%20%0A"),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//evil.example", None),
        ("", None),
        (None, None),
    ],
)
def test_web_address(url: str | None, expected: str | None) -> None:
    assert expected == web_address(url)
