"""The glossary and the code use the same words."""

import re
from typing import Any, get_args

import pytest
from blocks import ROOT

from apothecary.knowledge.schema import BasisKind, PhaseName, Severity, ValueKind
from apothecary.logic import Truth
from apothecary.record.facts import SECTIONS, Standing
from apothecary.review.result import Verdict, Why

TEXT = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
ROOMS, WORDS = TEXT.split("## Words\n")
ENTRIES = re.findall(r"^\*\*(.+?)\*\* — ", WORDS, re.M)


def entry(word: str) -> str:
    return WORDS.split(f"**{word}** — ")[1].split("\n\n")[0]


def test_there_is_one_entry_for_each_room() -> None:
    rooms = {path.name for path in (ROOT / "src" / "apothecary").iterdir() if path.is_dir()} - {"__pycache__"}
    assert rooms == set(re.findall(r"^### (\w+)$", ROOMS, re.M))


def test_every_paragraph_is_an_entry_in_alphabetical_order() -> None:
    assert len(WORDS.strip().split("\n\n")) == len(ENTRIES)
    assert sorted(ENTRIES, key=str.casefold) == ENTRIES


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("basis", BasisKind),
        ("need", Why),
        ("phase", PhaseName),
        ("severity", Severity),
        ("standing", Standing),
        ("value", ValueKind),
        ("verdict", Verdict),
    ],
)
def test_an_entry_names_every_word_of_its_type(word: str, kind: Any) -> None:
    assert set(get_args(kind)) <= set(re.findall(r"`([\w-]+)`", entry(word)))


def test_the_entry_on_status_names_the_three_answers() -> None:
    assert {truth.value for truth in Truth} == set(re.findall(r"`([\w-]+)`", entry("status")))


def test_the_entry_on_sections_names_them_all() -> None:
    assert set(SECTIONS) <= set(re.findall(r"\w+", entry("section")))
