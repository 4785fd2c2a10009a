"""Broken files: one mistake each, and the message that names its file, its line and what to do."""

from pathlib import Path

import pytest

from apothecary.knowledge import KnowledgeError, load
from support import MADE_UP, mistakes, placed

TRIPTAN = "rules/interactions/triptan.yaml"
FILES = [path.relative_to(MADE_UP).as_posix() for path in MADE_UP.rglob("*.yaml") if path.parent.parent.name != "rules"]
OPTIONAL = ("dosing/", "monitoring/", "kinetics/", "cards", "cohort", "population")
FILES = [name for name in FILES if not name.startswith(OPTIONAL)]


def test_the_made_up_drug_is_whole() -> None:
    """Unchanged, the knowledge loads: each test below is about its own change only."""
    assert "zorvimab" == load(MADE_UP).drug.id


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as error:
        load(tmp_path)
    assert [f"{tmp_path}: there is no monograph.yaml here, so this is not a monograph folder."] == error.value.mistakes


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError) as error:
        load(tmp_path / "nowhere")
    assert "there is no monograph.yaml here" in error.value.mistakes[0]


@pytest.mark.parametrize("file", [name for name in FILES if name != "monograph.yaml"] + ["value_sets/codes.tsv"])
def test_a_missing_file(tmp_path: Path, file: str) -> None:
    assert [f"{file}: the file is missing."] == mistakes(tmp_path, file, "", None)


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        ("severity: warning", "severity: warning\nurgency: high", "id:", "Object contains unknown field `urgency`."),
        ("severity: warning\n", "", "id:", "Object missing required field `severity`."),
        ("severity: warning", "severity: mild", "severity:", "Invalid enum value 'mild' (at severity)."),
        ("topic: interactions", "topic: 7", "topic:", "Expected `str`, got `int` (at topic)."),
        ("phases: [considering, on-therapy]", "phases: [later]", "phases:",
         "Invalid enum value 'later' (at phases[0])."),
        ("severity: warning", "severity: warning\nseverity: info", "id:", "the key 'severity' is given twice."),
    ],
    ids=["unknown key", "missing key", "unknown word", "wrong kind", "unknown phase", "key twice"],
)  # fmt: skip
def test_a_rule_that_does_not_fit(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    found = mistakes(tmp_path, TRIPTAN, old, new)
    assert [placed(tmp_path, TRIPTAN, mark, message)] == found


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        ("values.yaml", 'value: 30\n    unit: "mL/min"', 'value: thirty\n    unit: "mL/min"', "value: thirty",
         "Expected `float | array`, got `str` (at values.crcl-severe.value)."),
        ("values.yaml", "    meaning: Creatinine clearance up", "    note: x\n    meaning: Creatinine clearance up",
         "crcl-mild:", "Object contains unknown field `note` (at values.crcl-mild)."),
        ("sources.yaml", '  cited: true\n- id: monograph', '  cited: perhaps\n- id: monograph', "cited: perhaps",
         "Expected `bool`, got `str` (at sources[6].cited)."),
        ("monograph.yaml", "labeled: true", "labelled: true", "id: migraine",
         "Object contains unknown field `labelled` (at indications[0])."),
        ("observations.yaml", "formula: age", "formula: guess", "formula: guess",
         "Invalid enum value 'guess' (at observations.age.formula)."),
        ("value_sets/sets.yaml", "coarse: true", "coarse: very", "coarse: very",
         "Expected `bool`, got `str` (at value_sets.cond-fever.coarse)."),
        ("products.yaml", "role: active", "role: actor", "role: actor",
         "Invalid enum value 'actor' (at products[0].ingredients[0].role)."),
    ],
    ids=["value", "key of a value", "source", "indication", "observation", "value set", "product"],
)  # fmt: skip
def test_another_file_that_does_not_fit(tmp_path: Path, file: str, old: str, new: str, mark: str, message: str) -> None:
    found = mistakes(tmp_path, file, old, new)
    assert [placed(tmp_path, file, mark, message)] == found


def test_a_file_that_is_no_yaml(tmp_path: Path) -> None:
    found = mistakes(tmp_path, TRIPTAN, "topic: interactions", "topic: [interactions")
    assert 1 == len(found)
    assert found[0].startswith(f"{TRIPTAN}:3: ")


def test_a_list_where_a_mapping_is_due(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "values.yaml", "values:\n", "numbers:\n")
    assert ["values.yaml:1: the file must hold exactly the key 'values'."] == found


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    mistakes(tmp_path, "advice/en.yaml", "advice:\n", "advices:\n")
    (tmp_path / "advice/en.yaml").write_bytes(b"advice:\n- id: caf\xe9\n")
    with pytest.raises(KnowledgeError) as error:
        load(tmp_path)
    assert "advice/en.yaml: the file is not UTF-8 text (invalid continuation byte)." in error.value.mistakes


def test_a_table_that_is_no_text(tmp_path: Path) -> None:
    mistakes(tmp_path, "advice/en.yaml", "advice:\n", "advices:\n")
    with (tmp_path / "value_sets/codes.tsv").open("ab") as table:
        table.write(b"cond-migraine\t\tmigr\xe4ne\tx\tname\t\n")
    with pytest.raises(KnowledgeError) as error:
        load(tmp_path)
    assert any(said.startswith("value_sets/codes.tsv") and "UTF-8" in said for said in error.value.mistakes)


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("sources.yaml", '- id: "3"', '- id: "2"', "2"),
        ("statements.yaml", "- id: dosage.3", "- id: dosage.2", "dosage.2"),
        ("advice/en.yaml", "- id: tell-about-infections", "- id: keep-cold", "keep-cold"),
        ("interpretations.yaml", "  - id: which-age", "  - id: which-headache", "which-headache"),
        ("monograph.yaml", "  - id: cluster-headache", "  - id: migraine", "migraine"),
    ],
    ids=["source", "statement", "advice", "interpretation", "indication"],
)
def test_an_id_given_twice(tmp_path: Path, file: str, old: str, new: str, name: str) -> None:
    found = mistakes(tmp_path, file, old, new)
    lines = (tmp_path / file).read_text(encoding="utf-8").splitlines()
    second = [number for number, text in enumerate(lines, 1) if text == new][1]
    assert f"{file}:{second}: the id {name!r} is given twice." in found


def test_a_value_given_twice(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "values.yaml", "  crcl-mild:", "  crcl-severe:")
    assert [placed(tmp_path, "values.yaml", "  dose:", "the key 'crcl-severe' is given twice.")] == found[:1]


def test_a_value_in_both_files(tmp_path: Path) -> None:
    again = '  dose:\n    meaning: Dose\n    value: 1\n    unit: "mg"\n    kind: stated\n    statements: [dosage.1]\n'
    found = mistakes(tmp_path, "policy.yaml", "values:\n", f"values:\n{again}")
    assert [placed(tmp_path, "policy.yaml", "  dose:", "the id 'dose' is given twice.")] == found


def test_a_rule_given_twice(tmp_path: Path) -> None:
    """The same rule id in two topics: neither may silently take the place of the other."""
    text = (MADE_UP / TRIPTAN).read_text(encoding="utf-8")
    copy = tmp_path / "rules/safety/triptan.yaml"
    copy.parent.mkdir(parents=True)
    copy.write_text(text.replace("topic: interactions", "topic: safety"), encoding="utf-8")
    found = mistakes(tmp_path, "monograph.yaml", "Zorvimab (Monograph)", "Zorvimab (Monograph, 2nd edition)")
    assert any("'triptan' is given twice" in said for said in found)


@pytest.mark.parametrize("place", ["rules/stray.yaml", "rules/safety/deep/stray.yaml", "rules/safety/stray.yml"])
def test_a_rule_file_that_would_never_be_read(tmp_path: Path, place: str) -> None:
    """A rule file in a place or with a name that is not read is a mistake, or its rule would be lost."""
    text = (MADE_UP / TRIPTAN).read_text(encoding="utf-8").replace("id: triptan", "id: stray")
    (tmp_path / place).parent.mkdir(parents=True)
    (tmp_path / place).write_text(text, encoding="utf-8")
    found = mistakes(tmp_path, "monograph.yaml", "Zorvimab (Monograph)", "Zorvimab (Monograph, 2nd edition)")
    assert any(said.startswith(place) for said in found)


def test_every_mistake_is_named_at_once(tmp_path: Path) -> None:
    """Two broken files give two messages, so that both can be mended in one go."""
    (tmp_path / "advice").mkdir()
    (tmp_path / "rules/interactions").mkdir(parents=True)
    first = mistakes(tmp_path, TRIPTAN, "severity: warning", "severity: mild")
    path = tmp_path / "advice/en.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("topic: storage", "theme: storage"), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load(tmp_path)
    assert [*first, "advice/en.yaml:2: Object contains unknown field `theme` (at advice[0])."] == error.value.mistakes
