"""The file that says who is in a cohort: every mistake has its line, and it is no part of the knowledge."""

import shutil
from pathlib import Path

import pytest
from tests.population.cohort_reading import AS_OF, FOLDERS, monograph

from apothecary.knowledge import KnowledgeError, load
from apothecary.population.cohort import plan, read_mix
from support import MADE_UP

MADE = (MADE_UP / "cohort.yaml").read_text()


def mistakes(folder: Path, text: str) -> list[str]:
    (folder / "cohort.yaml").write_text(text)
    m = monograph(MADE_UP)
    with pytest.raises(KnowledgeError) as caught:
        plan(m, read_mix(folder, m), 1, AS_OF)
    return caught.value.mistakes


EDITS = [
    ("about:", "aboot:", "cohort.yaml:2: Object contains unknown field `aboot`."),
    ("order: taking", "order: takes", "cohort.yaml:4: Invalid enum value 'takes'"),
    ("id: other, share: 0.4", "id: other, share: 0.5", "cohort.yaml:3: the shares of the groups come to 1.1"),
    ("id: about-to-start, share", "id: on-therapy, share", "cohort.yaml:5: the id 'on-therapy' is taken"),
    ("uses: {migraine: 1}", "uses: {cough: 1}", "cohort.yaml:6: there is no use 'cough'"),
    ("set: cond-migraine", "set: cond-cough", "cohort.yaml:10: 'cond-cough' is no value set about condition"),
    ("says: {no-documented-use: clear}", "says: {no-rule: clear}", "cohort.yaml:13: there is no rule 'no-rule'"),
    ("{share: 0.7, amount: 140", "{share: 0.8, amount: 140", "cohort.yaml:14: the shares of the doses of migraine"),
    ("ages: [12, 40, 80]", "ages: [12, 90, 80]", "cohort.yaml:11: ages are low, mode and high"),
    ("amount: 140, unit: mg, period: 1, period_unit: mo, route: route-elsewhere", "unit: mg, route: route-elsewhere",
     "cohort.yaml:24: a dose has an amount, an amount per kg or a text"),
    ("route: route-elsewhere", "route: drug-triptan", "cohort.yaml:24: 'drug-triptan' is no value set about route"),
    ("doses: [{share: 1, amount: 140, unit: mg, period: 1, period_unit: mo, route: route-elsewhere}]", "doses: []",
     "cohort.yaml:19: about-to-start orders the drug for this use"),
    ("share: {other: 0.1, else: 0.5}", "share: {others: 0.1, else: 0.5}", "cohort.yaml:32: there is no group 'others'"),
    ("share: {other: 0.1, else: 0.5}", "share: {other: 0.1, else: 1.5}", "cohort.yaml:32: the share 1.5 is not"),
    ("id: triptan-past,", "id: triptan,", "cohort.yaml:34: the id 'triptan' is given twice"),
    ("unless: [triptan]", "unless: [later]", "cohort.yaml:35: there is no fact 'later' before this one"),
    ("applies: [plasma-exchange]", "applies: [exchange]", "cohort.yaml:52: there is no rule 'exchange'"),
    ("allergy-zorvimab, standing: void", "allergy-zorvimab, standing: history",
     "cohort.yaml:48: a row of allergy cannot be history; it can be current, void"),
    ("- observation: alc", "- observation: alk", "cohort.yaml:62: 'alk' is no observation with codes"),
    ("median: 1800", "answers: {negative: 1}", "cohort.yaml:63: 'negative' is no answer of alc"),
    ("like: \"10*3/uL\"", "like: mg/dL", "cohort.yaml:70: mg/dL is a mass concentration"),
    ("codes: [\"5195-3\"]", "codes: [\"1-1\"]", "cohort.yaml:90: the code 1-1 stands in no value set"),
    ("rule: lymphopenia, status: applies, below", "rule: lympho, status: applies, below",
     "cohort.yaml:72: there is no rule"),
    ("below: 500, newer_than: 15}", "below: 500, without: [odd]}", "cohort.yaml:72: 'odd' is neither a fact nor an"),
    ("rule: child, status: applies", "rule: kid, status: applies", "cohort.yaml:92: there is no rule 'kid'"),
    ("[I10, Essential (primary) hypertension]", "[G43.1, Migraine with aura]",
     "cohort.yaml:122: Migraine with aura belongs to cond-migraine."),
    ("code: \"8867-4\"", "code: \"29463-7\"", "cohort.yaml:121: Heart rate belongs to vital-weight."),
    ("set: cond-fever, coarse: true", "set: cond-pneumonia, coarse: true",
     "cohort.yaml: fever: cond-pneumonia has no code"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), EDITS, ids=[said for _, _, said in EDITS])
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in MADE
    found = mistakes(tmp_path, MADE.replace(old, new, 1))
    assert any(one.startswith(said) for one in found), found


def test_a_key_given_twice_is_a_mistake(tmp_path: Path) -> None:
    found = mistakes(tmp_path, MADE.replace("groups:", "about: x\ngroups:", 1))
    assert ["cohort.yaml:2: the key 'about' is given twice."] == found


def test_a_monograph_without_a_mix_says_so(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match=r"there is no cohort\.yaml beside the monograph of zorvimab"):
        read_mix(tmp_path, monograph(MADE_UP))


@pytest.mark.parametrize("name", FOLDERS)
def test_it_is_no_part_of_the_knowledge(name: str, tmp_path: Path) -> None:
    copy = tmp_path / name
    shutil.copytree(FOLDERS[name], copy)
    (copy / "cohort.yaml").unlink()
    assert monograph(FOLDERS[name]).hash == load(copy).hash
