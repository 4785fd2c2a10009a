"""Broken dosing: values that are missing or measured in something else, and what rests on nothing."""

from pathlib import Path

import pytest

from support import mistakes, placed

FILE = "dosing/migraine.yaml"
OPTION = "adjustments:\n- rule: {rule}\n  interval: {interval}\n  text: Wait.\n  statements: [dosage.1]\n"


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        ("start: dose\n", "start: dos\n", "start", "there is no value 'dos' in values.yaml or policy.yaml."),
        ("start: dose\n", "", "indication", "Object missing required field `start`."),
        ("start: dose\n", "start: dose-interval\n", "start",
         "the value 'dose-interval' is in d; mg or mg/kg/d is due."),
        ("start: dose\n", "start: dose\nmaximum: dose\n", "maximum",
         "the value 'dose' is in mg; mg/d or mg/kg/d is due."),
        ("start: dose\n", "start: dose\nsplit: dose\n", "split", "the value 'dose' is in mg; {doses}/d is due."),
        ("interval: dose-interval\n", "interval: dose\n", "interval", "the value 'dose' is in mg; h is due."),
        ("notes:\n", OPTION.format(rule="renal", interval="dose-interval") + "notes:\n", "- rule",
         "there is no rule 'renal'."),
        ("notes:\n", OPTION.format(rule="renal-severe", interval="dose") + "notes:\n", "- rule",
         "the value 'dose' is in mg; h is due."),
        ("statements: [dosage.1, cautions.6]\n", "", "indication", "the dosing of migraine rests on no statement."),
        ("statements: [dosage.1, cautions.6]", "statements: [dosage.1, dosage.99]", "statements",
         "there is no statement 'dosage.99' in statements.yaml."),
        ("start: dose\n", "start: dose\nfrom_age: adult\n", "from_age",
         "there is no value 'adult' in values.yaml or policy.yaml."),
        ("start: dose\n", "start: dose\nfrom_age: dose\n", "from_age",
         "the value 'dose' is not an age in whole months or years."),
        ("start: dose\n", "start: dose\nloading: dose\n", "loading", "Object contains unknown field `loading`."),
    ],
)  # fmt: skip
def test_a_dosing_that_cannot_be_used(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    found = mistakes(tmp_path, FILE, old, new)
    assert message in {one.split(": ", 1)[1] for one in found}
    lines = [one for one in found if one.endswith(message)]
    assert all(one.startswith("dosing/") for one in lines)
    if "Object" not in message:
        assert placed(tmp_path, FILE, mark, message) in lines


def test_a_dosing_under_the_name_of_another_use(tmp_path: Path) -> None:
    found = mistakes(tmp_path, FILE, "indication: migraine", "indication: headache")
    assert any(one.endswith("dosing of headache must stand in dosing/headache.yaml.") for one in found)


def test_marks_in_another_unit(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "products.yaml", "measurable: pen-marks", "measurable: dose-interval")
    assert any(one.endswith("the value 'dose-interval' is in d; mg is due.") for one in found)


def test_a_statement_that_names_no_dosing(tmp_path: Path) -> None:
    found = mistakes(tmp_path, FILE, "statements: [dosage.1, cautions.6]", "statements: [dosage.1]")
    assert any("statement cautions.6 names 'dosing:migraine', which does not name the statement." in x for x in found)
