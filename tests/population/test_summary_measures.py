"""population.yaml: what counts as screening and monitoring."""

import shutil
from pathlib import Path

import msgspec
import pytest

from apothecary.knowledge import PACKAGED, KnowledgeError, Monograph, load, packaged
from apothecary.population.measures import Measure, load_measures
from support import MADE_UP


def broken(folder: Path, m: Monograph, old: str, new: str) -> list[str]:
    text = (MADE_UP / "population.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / "population.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load_measures(folder, m)
    return error.value.mistakes


@pytest.mark.parametrize("name", packaged())
def test_every_packaged_monograph_has_measures(name: str) -> None:
    assert load_measures(PACKAGED / name, load(PACKAGED / name))


def test_every_field_and_option_is_used(made_up: Monograph) -> None:
    found = load_measures(MADE_UP, made_up)
    assert {"clear", "applies"} == {one.complete_when for one in found}
    assert {"on-therapy", "about-to-start", "neither"} == {group for one in found for group in one.groups}
    assert all(getattr(one, info.name) for one in found for info in msgspec.structs.fields(Measure))


def test_a_monograph_may_have_none(made_up: Monograph, tmp_path: Path) -> None:
    assert () == load_measures(tmp_path, made_up)


def test_measures_change_no_answer_and_no_hash(made_up: Monograph, tmp_path: Path) -> None:
    shutil.copytree(MADE_UP, tmp_path / "copy")
    (tmp_path / "copy" / "population.yaml").unlink()
    assert made_up.hash == load(tmp_path / "copy").hash


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("rule: hepatitis-b-untested", "rule: hepatitis", "population.yaml:3: there is no rule 'hepatitis'."),
        ("id: lymphocytes", "id: hepatitis-b", "population.yaml:9: the id 'hepatitis-b' is given twice."),
        ("groups: [on-therapy]", "groups: []", "population.yaml:9: the measure lymphocytes is counted in no group."),
        ("groups: [on-therapy]", "groups: [neither]",
         "population.yaml:9: the rule lymphocytes-overdue is not asked in the group neither, only in the phases "
         "on-therapy; name another rule or leave the group out."),
        ("name: Hepatitis B screening", "title: Hepatitis B screening",
         "population.yaml:3: Object contains unknown field `title` (at measures[0])."),
        ("complete_when: applies", "complete_when: unknown",
         "population.yaml:19: Invalid enum value 'unknown' (at measures[2].complete_when)."),
    ],
)  # fmt: skip
def test_mistakes(made_up: Monograph, tmp_path: Path, old: str, new: str, message: str) -> None:
    assert [message] == broken(tmp_path, made_up, old, new)
