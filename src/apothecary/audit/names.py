"""Ids for statements: the words of their section and a number."""

import re
import unicodedata
from collections.abc import Collection, Iterable


def slug(title: str) -> str:
    """A heading as an id: small letters, digits and hyphens, without what stands in brackets."""
    plain = unicodedata.normalize("NFKD", re.sub(r"\([^)]*\)", " ", title)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "section"


def prefixes(sections: Iterable[str]) -> dict[str, str]:
    """A prefix for each section: its first and last heading, with more of the path where two would be alike."""
    paths = {section: [slug(step) for step in section.split(" / ")] for section in dict.fromkeys(sections)}
    found: dict[str, str] = {}
    for section, steps in paths.items():
        for kept in range(1, len(steps) + 1):
            short = _short(steps, kept)
            if all(_short(other, kept) != short for one, other in paths.items() if one != section):
                break
        else:
            short = _numbered(".".join(steps), found.values())
        found[section] = short
    return found


def _short(steps: list[str], kept: int) -> str:
    """The first heading and the last `kept` ones."""
    return ".".join(dict.fromkeys((steps[0], *steps[1:][-kept:])))


def _numbered(name: str, taken: Collection[str]) -> str:
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}" if name in taken else name


def new_id(section: str, beside: list[str], used: Collection[str]) -> str:
    """An id for a new statement: like those of its section, with the next free number."""
    prefix = beside[0].rpartition(".")[0] if beside else prefixes([section])[section]
    number = 1
    while f"{prefix}.{number}" in used:
        number += 1
    return f"{prefix}.{number}"
