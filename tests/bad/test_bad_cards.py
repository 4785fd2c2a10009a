"""Broken cards.yaml: each mistake with its place."""

import shutil
from pathlib import Path

import pytest

from apothecary.knowledge import load
from apothecary.knowledge.cards import HL7_REASONS, Cards
from apothecary.knowledge.cards_links import HL7_CODES
from support import MADE_UP, mistakes, only

CARDS = "cards.yaml"
HIGH = "rules: [dose-high, dose-often]"
LOINC = "http://loinc.org"


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        (HIGH, "rules: [dose-high, dose-oft]", "rules: [dose-high", "there is no rule 'dose-oft'."),
        (HIGH, "rules: [dose-high, dose-often, hepatitis-b]", "rules: [dose-high",
         "the rule 'hepatitis-b' already belongs to the decision hepatitis."),
        (HIGH, "rules: [dose-high, dose-high]", "rules: [dose-high",
         "the rule 'dose-high' already belongs to the decision ordered."),
        (HIGH, "rules: []", "- id: ordered", "the decision ordered names no rule."),
        ("- id: kidneys", "- id: counting", "- id: counting\n  name: Kidneys",
         "the id 'counting' is given twice."),
        ("name: Kidneys\n", "name: Kidneys\n  change_interval: true\n", "change_interval",
         "no dosing has an adjustment for a rule of kidneys, so there is no interval to offer."),
        ("observation: alc\n", "observation: anc\n", "- observation: anc",
         "there is no observation 'anc' in observations.yaml."),
        ("code: 731-0,", "code: 6690-2,", "- observation: alc",
         f"6690-2 of {LOINC} is no code of the value set of alc."),
        ("surface Ag [Presence] in Serum", "surface Ag in Serum", "- observation: hbv-test",
         "5195-3 is called 'Hepatitis B virus surface Ag [Presence] in Serum' in the value set, not "
         "'Hepatitis B virus surface Ag in Serum'."),
        ("when: [hepatitis-b-untested]", "when: [dose-high]", "- observation: hbv-test",
         "the rule 'dose-high' is none of the decision hepatitis."),
        ("dose-route, dose-unread]", "dose-route, dose-unreadable]", "at_sign",
         "there is no rule 'dose-unreadable'."),
        ("dose-route, dose-unread]", "dose-route, dose-route]", "at_sign", "the rule 'dose-route' is given twice."),
        ("code: counted-elsewhere,", "code: will-monitor,", '- {system: "urn:apothecary:override-reason", '
         "code: will-monitor, display: Counted", "the reason 'will-monitor' is given twice."),
        ("decisions: [counting]}", "decisions: [counts]}", '- {system: "urn:apothecary:override-reason", code: counted',
         "there is no decision 'counts'."),
        ("code: risk-benefit-ratio", "code: risk-ratio", '- system: "http://terminology',
         f"'risk-ratio' of {HL7_REASONS} is none of its codes."),
        ("display: Recipient assessment of risk/benefit ratio", "display: Risk", '- system: "http://terminology',
         f"'risk-benefit-ratio' of {HL7_REASONS} is called 'Recipient assessment of risk/benefit ratio' there."),
        ("code: counted-elsewhere,", 'code: "",', '- {system: "urn:apothecary:override-reason", code: "",',
         "a reason needs a code and a display."),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, CARDS, old, new, mark, message)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("at_sign:", "at_signing:", "at_signing"),
        ("- id: kidneys", "- id: kidneys\n  title: x", "title"),
        ('- {system: "urn:apothecary:override-reason", code: will', "- {system: mine, code: will", "mine"),
        ("  name: Kidneys\n", "", "name"),
    ],
)
def test_an_unknown_or_missing_key_or_system_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = mistakes(tmp_path, CARDS, old, new)
    assert any(one.startswith(f"{CARDS}:") and said in one for one in found)


def test_a_reason_has_a_system_of_ours_or_of_hl7_and_no_code_twice_there() -> None:
    assert len(HL7_CODES) == 35
    assert all(HL7_CODES.values())


def test_a_monograph_may_do_without_the_file(tmp_path: Path) -> None:
    shutil.copytree(MADE_UP, tmp_path, dirs_exist_ok=True)
    (tmp_path / CARDS).unlink()
    assert Cards() == load(tmp_path).cards
    assert load(tmp_path).hash != load(MADE_UP).hash
