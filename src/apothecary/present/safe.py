"""Strings of a record made harmless for a terminal, a Markdown reader and an old code page."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

Value = TypeVar("Value")

_ESCAPES: Final = re.compile(r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b\[[0-?]*[ -/]*[@-~]|\x1b[ -/]*[0-~]?")
_BREAKS: Final = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]")
_MARKDOWN: Final = re.compile(r"[\\`*_\[\]|~$]")
_LINE_START: Final = re.compile(r"^(?:(?=[#+=-])|(\d+)(?=[.)]))")
_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-")
_SUPERSCRIPT_RUN: Final = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻]+")
_PLAIN: Final = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'",
    "–": "-", "—": "-", "‑": "-", "−": "-", "…": "...", "•": "*", "·": "*", "→": "->",
    "≥": ">=", "≤": "<=", "≠": "not equal to ", "≈": "about ", "±": "+/-", "×": "x", "÷": "/", "⁄": "/",
    "µ": "u", "μ": "u", "°": " deg ", "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "®": "(R)", "™": "(TM)",
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "ß": "ss",
}  # fmt: skip


def clean(text: str) -> str:
    """One line without terminal escapes, control characters, text-direction marks or lone surrogates."""
    if not text.isprintable():
        text = _BREAKS.sub(" ", _ESCAPES.sub("", text))
        text = "".join(map(_visible, text))
    return " ".join(text.split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\N{REPLACEMENT CHARACTER}"
    return "" if category in ("Cc", "Cf") else character


def html_in(page: str, encoding: str) -> str:
    """The same page for an output in `encoding`: as it is in UTF-8, else in ASCII with character references."""
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        return page
    return page.encode("ascii", "xmlcharrefreplace").decode()


def encodable(text: str, encoding: str) -> str:
    """The same text for a terminal that cannot show every character: spelled out, never dropped.

    10³ becomes 10^3 and 1½ becomes 1 1/2: a number must not turn into another one.
    """
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return " ".join(_SUPERSCRIPT_RUN.sub(_power, _spelled(text, encoding)).split())
    return text


def _power(run: re.Match[str]) -> str:
    return "^" + run.group().translate(_SUPERSCRIPTS)


def _spelled(text: str, encoding: str) -> str:
    found = []
    for character in text:
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            if not _SUPERSCRIPT_RUN.match(character):
                character = _PLAIN.get(character) or _letters(character)
        found.append(character)
    return "".join(found)


def _letters(character: str) -> str:
    """A letter or digit without its accents; anything else as its code, so that nothing is silently lost."""
    if unicodedata.category(character)[0] in "LM" or character.isdecimal():
        parts = unicodedata.normalize("NFKD", character)
        ascii_only = "".join(part for part in parts if part.isascii())
        if ascii_only or all(unicodedata.combining(part) for part in parts):
            return ascii_only
    return character.encode("ascii", "backslashreplace").decode()


def markdown(text: str) -> str:
    """Text that Markdown shows as it is: no link, image, markup, list, table cell or HTML comes out of it."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _MARKDOWN.sub(r"\\\g<0>", text)
    text = text.replace("://", r"\://").replace("www.", r"www\.")
    return _LINE_START.sub(lambda start: f"{start.group(1) or ''}\\", text, count=1)


def web_address(url: str | None) -> str | None:
    """A http(s) address safe inside quotes and angle brackets; None for anything else."""
    if url is None or not url.startswith(("https://", "http://")):
        return None
    return quote(url, safe="/:?#@!$&*+,;=%~")


def mapped(value: Value, change: Callable[[str], str]) -> Value:
    """The same structure with every string in it changed; structs, tuples and strings only."""
    return _mapped(value, change)  # type: ignore[no-any-return]  # same type in, same type out


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(item, change) for item in value)
    if isinstance(value, msgspec.Struct):
        return type(value)(**{name: _mapped(getattr(value, name), change) for name in value.__struct_fields__})
    return value
