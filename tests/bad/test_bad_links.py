"""Broken links between the files: ids that point nowhere, things that nothing uses, directions that are missing."""

from pathlib import Path

import pytest

from support import mistakes, placed

TRIPTAN = "rules/interactions/triptan.yaml"
WOMEN = "rules/population/women.yaml"
CHILD = "rules/population/child.yaml"
LONG = "A triptan is taken, " + "and so on " * 13


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        (TRIPTAN, "[interactions.2]", "[interactions.2, interactions.9]", "statements:",
         "there is no statement 'interactions.9' in statements.yaml."),
        (TRIPTAN, "[interactions.2]", "[]", "id:", "rule triptan rests on no statement and no other source."),
        (TRIPTAN, "title: A triptan is taken", f"title: {LONG}", "title:",
         f"the title has {len(LONG.strip())} characters; at most 139 fit a card."),
        (TRIPTAN, "severity: warning", "severity: warning\ninterpretation: guess", "interpretation:",
         "there is no interpretation 'guess' in interpretations.yaml."),
        (CHILD, "interpretation: which-age", "", "kind:", "rule child is interpreted, so it needs an interpretation."),
        (WOMEN, 'source: "1"', 'source: "99"', "places:", "there is no source '99' in sources.yaml."),
        ("rules/infections/active-infection.yaml", "statements: [cautions.4]", "statements: [cautions.44]", "- label:",
         "there is no statement 'cautions.44' in statements.yaml."),
        ("monograph.yaml", "statements: [uses.2]", "statements: [uses.2, uses.3]", "- id: cluster-headache",
         "there is no statement 'uses.3' in statements.yaml."),
        ("monograph.yaml", "interpretation: which-headache", "interpretation: what", "- id: cluster-headache",
         "there is no interpretation 'what' in interpretations.yaml."),
        ("monograph.yaml", "value_set: drug-zorvimab", "value_set: drug-zorvex", "value_set:",
         "there is no value set 'drug-zorvex'."),
    ],
    ids=[
        "statement", "no basis", "long title", "interpretation", "no interpretation", "place", "exception",
        "indication", "reading of an indication", "value set of the drug",
    ],
)  # fmt: skip
def test_rules_and_indications(tmp_path: Path, file: str, old: str, new: str, mark: str, message: str) -> None:
    found = mistakes(tmp_path, file, old, new)
    assert placed(tmp_path, file, mark, message) in found


@pytest.mark.parametrize(
    ("old", "new", "topic", "name"),
    [
        ("topic: interactions", "topic: renal", "renal", "triptan"),
        ("id: triptan", "id: triptans", "interactions", "triptans"),
    ],
)
def test_a_rule_in_the_wrong_place(tmp_path: Path, old: str, new: str, topic: str, name: str) -> None:
    found = mistakes(tmp_path, TRIPTAN, old, new)
    assert [f"{TRIPTAN}:1: rule {topic}/{name} must stand in rules/{topic}/{name}.yaml."] == found


def test_an_unknown_topic(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "monograph.yaml", "  - population\n", "")
    assert placed(tmp_path, CHILD, "topic:", "there is no topic 'population' in monograph.yaml.") in found


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        ("  background: where the name comes from\n", "", "- id: history.1",
         "statement history.1 needs one of encoded_by, a background reason, or a to_do."),
        ("  background: where the name comes from\n",
         "  background: where the name comes from\n  encoded_by: [\"advice:keep-cold\"]\n", "- id: history.1",
         "statement history.1 needs one of encoded_by, a background reason, or a to_do."),
        ('["rule:rebound"]', '["rule:rebound", "rule:reboundd"]', "- id: cautions.10",
         "statement cautions.10 names 'rule:reboundd', which does not exist."),
        ('["rule:rebound"]', '["rule:rebound", "guess:rebound"]', "- id: cautions.10",
         "statement cautions.10 names 'guess:rebound', which does not exist."),
        ('["rule:rebound"]', '["rule:rebound", "rule:triptan"]', "- id: cautions.10",
         "statement cautions.10 names 'rule:triptan', which does not name the statement."),
        ('["rule:rebound"]', '["rule:rebound", "value:dose"]', "- id: cautions.10",
         "statement cautions.10 names 'value:dose', which does not name the statement."),
        ('ordinal: 1\n  references: ["1", "2003"]', 'ordinal: 1\n  references: ["1", "77"]', "- id: introduction.1",
         "statement introduction.1 cites '77', not a source."),
        ('{words: 8, references: ["2"]}', '{words: 8, references: ["3"]}', "- id: adverse-effects.1",
         "statement adverse-effects.1 has references that are not those of its cited_at."),
    ],
    ids=[
        "neither", "both", "no such rule", "no such kind", "rule does not name it", "value does not name it",
        "reference", "cited elsewhere",
    ],
)  # fmt: skip
def test_statements(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    found = mistakes(tmp_path, "statements.yaml", old, new)
    assert placed(tmp_path, "statements.yaml", mark, message) in found


def test_a_rule_that_its_statement_does_not_name(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "statements.yaml", ', "rule:earlier-antibody"', "")
    file = "rules/interactions/earlier-antibody.yaml"
    message = "rule earlier-antibody rests on interactions.1, which does not name rule:earlier-antibody."
    assert [placed(tmp_path, file, "statements:", message)] == found


@pytest.mark.parametrize(
    ("old", "new", "file", "name"),
    [
        ('  - "value:doses-in-a-year"\n', "", "values.yaml", "doses-in-a-year"),
        ('"advice:keep-cold"', '"product:zorvex-pen"', "advice/en.yaml", "keep-cold"),
        ('["product:zorvex-pen", "advice:keep-cold"]', '["advice:keep-cold"]', "products.yaml", "zorvex-pen"),
        ('["adverse-effect:common-migraine", ', "[", "adverse_effects.yaml", "common-migraine"),
        ('"indication:cluster-headache", ', "", "monograph.yaml", "cluster-headache"),
        ('["drug:identity", ', "[", "monograph.yaml", "identity"),
    ],
    ids=["value", "advice", "product", "adverse effects", "indication", "drug"],
)
def test_a_thing_that_its_statement_does_not_name(tmp_path: Path, old: str, new: str, file: str, name: str) -> None:
    """Both directions hold for everything that rests on a statement, not for rules only."""
    found = mistakes(tmp_path, "statements.yaml", old, new)
    assert any(said.startswith(f"{file}:") and name in said for said in found)


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        ("2019; 1:77.\"\n  cited: false", "2019; 1:77.\"\n  cited: true", '- id: "5"',
         "source '5' says cited: true, but the source text does not cite it."),
        ("2024; 1:1-9.\"\n  cited: true", "2024; 1:1-9.\"\n  cited: false", '- id: "2"',
         "source '2' says cited: false, but the source text cites it."),
        ("sources:\n", "sources:\n- {id: nobody-2020, kind: article, citation: x, cited: false}\n", "nobody-2020",
         "source 'nobody-2020' is used by nothing."),
    ],
    ids=["not cited", "cited", "orphan"],
)  # fmt: skip
def test_sources(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    found = mistakes(tmp_path, "sources.yaml", old, new)
    assert [placed(tmp_path, "sources.yaml", mark, message)] == found


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("advice/en.yaml", "statements: [advice.1]", "statements: [advice.1, advice.9]", "advice.9"),
        ("products.yaml", "statements: [header.1,", "statements: [header.9, header.1,", "header.9"),
        ("products.yaml", "{name: sucrose, role: excipient, source: \"1\"}",
         "{name: sucrose, role: excipient, source: \"98\"}", "98"),
        ("adverse_effects.yaml", "indication: migraine", "indication: gout", "gout"),
        ("adverse_effects.yaml", "threshold: common-from", "threshold: common-to", "common-to"),
        ("adverse_effects.yaml", "{name: constipation, references: [\"1\"]}",
         "{name: constipation, references: [\"97\"]}", "97"),
        ("adverse_effects.yaml", "statements: [", "statements: [adverse-effects.9, ", "adverse-effects.9"),
        ("interpretations.yaml", "statements: [uses.1]", "statements: [uses.1, uses.9]", "uses.9"),
        ("monograph.yaml", "statements: [header.1, ", "statements: [header.1, header.9, ", "header.9"),
        ("monograph.yaml", "source: monograph", "source: monografh", "monografh"),
    ],
    ids=[
        "advice", "product", "ingredient", "indication of effects", "threshold of effects", "reference of an effect",
        "statement of effects", "statement of a reading", "statement of the drug", "source of the edition",
    ],
)  # fmt: skip
def test_ids_that_point_nowhere(tmp_path: Path, file: str, old: str, new: str, name: str) -> None:
    """Every id in every file points to something; the message names the file and the id."""
    found = mistakes(tmp_path, file, old, new)
    assert any(said.startswith(f"{file}:") and repr(name) in said for said in found)


def test_a_stated_number_that_no_statement_holds(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "values.yaml", '    value: 30\n    unit: "mL/min"', '    value: 40\n    unit: "mL/min"')
    message = (
        "value crcl-severe is stated as 40, but none of its statements holds that number; correct it, or give its kind "
        "as derived with a reason."
    )
    assert [placed(tmp_path, "values.yaml", "crcl-severe:", message)] == found


@pytest.mark.parametrize(
    ("file", "old", "said"),
    [
        ("advice/en.yaml", "statements: [stability.1]", "keep-cold rests on no statement."),
        ("adverse_effects.yaml", "statements: [adverse-effects.1]", "common-migraine rests on no statement."),
        (
            "products.yaml",
            "statements: [header.1, stability.1, dosage.6, preparations.3]",
            "zorvex-pen rests on no statement.",
        ),
        ("monograph.yaml", "statements: [uses.1]", "indication migraine rests on no statement."),
    ],
)
def test_what_rests_on_nothing(tmp_path: Path, file: str, old: str, said: str) -> None:
    found = mistakes(tmp_path, file, old, "statements: []")
    assert any(one.startswith(f"{file}:") and one.endswith(said) for one in found)
