"""Broken domains, observations, targets and mechanisms: each mistake is named with its file and line."""

import shutil
from pathlib import Path

import pytest

from apothecary.knowledge import KnowledgeError, load
from support import MADE_UP, mistakes, only, placed

ADULTS, KIDNEYS, EXPOSURE = "kinetics/adults.yaml", "kinetics/kidneys.yaml", "exposure.yaml"


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        ('  low: {value: 18, unit: "a"}\n', "", "- quantity: age", "the limit of age has neither low nor high."),
        ("value: 45", "value: 120", "- quantity: weight",
         "the limit of weight has a low end that is not below its high end."),
        ("value: 45", "value: 121", "- quantity: weight",
         "the limit of weight has a low end that is not below its high end."),
        ('low: {value: 45, unit: "kg"}', 'low: {value: 45, unit: "cm"}', "low: {value: 45", "low is in cm; kg is due."),
        ('{value: 60, unit: "mL/min"}', '{value: 60, unit: "mL/min/{1.73_m2}"}', "low: {value: 60",
         "low is in mL/min/{1.73_m2}; mL/min is due."),
        ('low: {value: 18, unit: "a"}', 'low: {value: [16, 18], unit: "a"}', "low: {value: [16",
         "low is a range; one number is due."),
        ("- quantity: age", "- quantity: height", "- quantity: height",
         "Invalid enum value 'height' (at domain[0].quantity)."),
        ("  outside: warn\n", "", "- quantity: weight", "Object missing required field `outside` (at domain[1])."),
    ],
)  # fmt: skip
def test_a_domain_that_cannot_be_run(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, ADULTS, old, new, mark, message)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("problems: cond-dialysis", "problems: cond-kidneys",
         "there is no value set 'cond-kidneys' in value_sets/sets.yaml."),
        ("procedures: proc-dialysis", "procedures: proc-kidneys",
         "there is no value set 'proc-kidneys' in value_sets/sets.yaml."),
        ("problems: cond-dialysis", "problems: proc-dialysis",
         "the value set 'proc-dialysis' is about procedure, not condition."),
        ("procedures: proc-dialysis", "procedures: cond-dialysis",
         "the value set 'cond-dialysis' is about condition, not procedure."),
        ("within: dialysis-counts", "within: long-ago", "there is no value 'long-ago' in values.yaml or policy.yaml."),
        ("within: dialysis-counts", "within: dose", "the value 'dose' is not a duration."),
        ("  procedures: proc-dialysis\n", "", "within is about procedures, and the relation names none."),
    ],
)  # fmt: skip
def test_how_a_record_says_that_somebody_is_on_dialysis(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = mistakes(tmp_path, KIDNEYS, old, new)
    assert placed(tmp_path, KIDNEYS, "- relation: on-dialysis", message) in found


HALF_LIFE, PEAK, ACCUMULATION = "- id: half-life", "- id: time-to-peak", "- id: accumulation"


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        (ADULTS, "  value: half-life\n", "", HALF_LIFE, "half-life needs exactly one of found and value."),
        (ADULTS, "  value: time-to-peak\n", "  value: time-to-top\n", PEAK,
         "there is no value 'time-to-top' in values.yaml or policy.yaml."),
        (ADULTS, "  value: time-to-peak\n", "  value: pen-marks\n", "value: pen-marks",
         "value pen-marks is in mg; h is due."),
        (ADULTS, '  other: {weight: {value: 70, unit: "kg"}}\n', "", "- id: exposure-by-weight",
         "exposure-by-weight: an auc-ratio, and nothing else, needs the other subject."),
        (ADULTS, '  dose: {value: 2, unit: "mg/kg"}', '  dose: {value: 2, unit: "mg/kg"}\n'
         '  other: {weight: {value: 70, unit: "kg"}}', "- id: maximum-by-weight",
         "maximum-by-weight: an auc-ratio, and nothing else, needs the other subject."),
        (ADULTS, '  every: {value: 28, unit: "d"}\n', "", ACCUMULATION,
         "accumulation: several doses need every, and one dose has none."),
        (ADULTS, '  every: {value: 28, unit: "d"}\n  doses: 6\n', "", ACCUMULATION,
         "accumulation: accumulation needs every and more than one dose."),
        (ADULTS, 'every: {value: 28, unit: "d"}', 'every: {value: 28, unit: "mg"}', "every:",
         "every is in mg; h is due."),
        (ADULTS, 'dose: {value: 2, unit: "mg/kg"}', 'dose: {value: 2, unit: "mg/d"}', "dose: {value: 2,",
         "the dose is in mg/d; mg or mg/kg is due."),
        (ADULTS, 'dose: {value: 2, unit: "mg/kg"}', 'dose: {value: 0, unit: "mg"}', "dose: {value: 0,",
         "the dose is 0; it must be above zero."),
        (ADULTS, 'weight: {value: 110, unit: "kg"}', 'weight: {value: 110, unit: "cm"}',
         "subject: {weight: {value: 110", "the weight is in cm; kg is due."),
        (ADULTS, 'age: {value: 40, unit: "a"}', 'age: {value: 40, unit: "kg"}', "subject: {weight: {value: 60",
         "the age is in kg; a is due."),
        (KIDNEYS, ', creatinine_clearance: {value: 20, unit: "mL/min"}', "", "subject: {",
         "the model needs the creatinine clearance, which the subject has not."),
        (KIDNEYS, "on_dialysis: true", "on_dialysis: false", 'subject: {weight: {value: 70, unit: "kg"}, on_dialysis',
         "the model needs the creatinine clearance, which the subject has not."),
        (ADULTS, "- id: exposure-by-weight", "- id: half-life", "- id: half-life\n  text: Exposure",
         "the id 'half-life' is given twice."),
        (KIDNEYS, 'weight: {value: 70, unit: "kg"}, on_dialysis: true', "on_dialysis: true", "subject: {on_dialysis",
         "Object missing required field `weight` (at observed[1].subject)."),
    ],
)  # fmt: skip
def test_an_observation_that_cannot_be_computed(
    tmp_path: Path, file: str, old: str, new: str, mark: str, message: str
) -> None:
    only(tmp_path, file, old, new, mark, message)


def test_an_observation_with_a_number_and_a_value(tmp_path: Path) -> None:
    found = mistakes(tmp_path, ADULTS, "  doses: 6\n", "  doses: 6\n  value: time-to-peak\n")
    message = "accumulation needs exactly one of found and value."
    assert placed(tmp_path, ADULTS, ACCUMULATION, message) in found


TARGET = """- id: average-for-rest
  text: x
  measure: average
  value: {meaning: x, value: 1, unit: "mg/L", kind: fixed, places: [{source: nemo-2024, locator: x}]}
  population: {text: x, places: [{source: nemo-2024, locator: x}]}
"""


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        ("[adults, kidneys]", "[adults, kidneys, children]", "models:", "there is no model 'children' in kinetics/."),
        ("[adults, kidneys]", "[adults]", "models:",
         "the model 'kidneys' is not listed, so it has no place in the order of trying."),
        ("[adults, kidneys]", "[adults, kidneys, adults]", "models:", "the model 'adults' is given twice."),
        ("mechanism:\n", TARGET + "mechanism:\n", "- id: average-for-rest\n  text: x",
         "the id 'average-for-rest' is given twice."),
        ("measure: average", "measure: maximum", "  measure:", "Invalid enum value 'maximum' (at targets[0].measure)."),
        ("  agonist: megrimin\n", "", "mechanism:", "Object missing required field `agonist` (at mechanism)."),
    ],
)  # fmt: skip
def test_targets_and_the_order_of_models(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, EXPOSURE, old, new, mark, message)


def test_a_mechanism_without_a_constant(tmp_path: Path) -> None:
    text = (MADE_UP / EXPOSURE).read_text(encoding="utf-8")
    old = text[text.index("  binding:") : text.index("  notes:")]
    only(tmp_path, EXPOSURE, old, "  binding: {}\n", "mechanism:", "the mechanism has no dissociation constant.")


def test_models_without_exposure(tmp_path: Path) -> None:
    assert ["exposure.yaml: the file is missing."] == mistakes(tmp_path, EXPOSURE, "", None)


def test_a_file_beside_the_models(tmp_path: Path) -> None:
    shutil.copytree(MADE_UP, tmp_path, dirs_exist_ok=True)
    (tmp_path / "kinetics" / "notes.txt").write_text("x", encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load(tmp_path)
    assert ["kinetics/notes.txt:1: this file is not read; kinetics holds <id>.yaml."] == error.value.mistakes


@pytest.mark.parametrize(
    ("old", "new", "file", "message"),
    [
        ('["kinetics:kidneys"]', '["value:half-life"]', KIDNEYS,
         "kinetics kidneys rests on kinetics.3, which does not name kinetics:kidneys."),
        ('["drug:mechanism"]', '["drug:identity"]', EXPOSURE,
         "drug mechanism rests on actions.1, which does not name drug:mechanism."),
        ('"kinetics:kidneys"', '"kinetics:children"', "statements.yaml",
         "statement kinetics.3 names 'kinetics:children', which does not exist."),
        ('"kinetics:kidneys"', '"kinetics:adults"', "statements.yaml",
         "statement kinetics.3 names 'kinetics:adults', which does not name the statement."),
        ('"value:half-life", "kinetics:adults"', '"value:half-life"', ADULTS,
         "kinetics adults rests on kinetics.2, which does not name kinetics:adults."),
    ],
)  # fmt: skip
def test_statements_and_models_name_each_other(tmp_path: Path, old: str, new: str, file: str, message: str) -> None:
    found = mistakes(tmp_path, "statements.yaml", old, new)
    assert any(one.startswith(f"{file}:") and one.endswith(message) for one in found)
