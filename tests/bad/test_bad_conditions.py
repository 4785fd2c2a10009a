"""Broken conditions: a rule that asks for what is not there, or in a way that cannot be answered."""

from pathlib import Path

import pytest

from support import mistakes, placed

TRIPTAN = "rules/interactions/triptan.yaml"
LYMPHOPENIA = "rules/monitoring/lymphopenia.yaml"
HEPATITIS = "rules/monitoring/hepatitis-b.yaml"
MILD = "rules/renal/renal-mild.yaml"
INFECTION = "rules/infections/active-infection.yaml"
COUNT = "{quantity: alc, below: alc-hold, within: alc-window}"


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (TRIPTAN, "{takes: drug-triptan}", "{eats: drug-triptan}",
         "there is no condition 'eats'; there are all, any, not, condition, takes, allergy, vaccine, procedure, "
         "result, compare, missing, sources-disagree, ordered-route, order-unread, started, overdue, sex, phase, "
         "indication."),
        (TRIPTAN, "{takes: drug-triptan}", "{all: [{takes: drug-triptan}]}",
         "all needs at least two conditions (at when)."),
        (TRIPTAN, "{takes: drug-triptan}", "{any: [{takes: drug-triptan}]}",
         "any needs at least two conditions (at when)."),
        (TRIPTAN, "{takes: drug-triptan}", "{takes: {set: drug-triptan, standing: often}}",
         "Invalid enum value 'often' (at when.standing)."),
        (TRIPTAN, "{takes: drug-triptan}", "{takes: {set: drug-triptan, since: 2020}}",
         "Object contains unknown field `since` (at when)."),
        (TRIPTAN, "{takes: drug-triptan}", "{takes: {standing: ever}}",
         "Object missing required field `set` (at when)."),
        (TRIPTAN, "{takes: drug-triptan}", "{sex: unknown}", "Invalid enum value 'unknown' (at when.equals)."),
        (TRIPTAN, "{takes: drug-triptan}", "{phase: later}", "Invalid enum value 'later' (at when.equals)."),
        (TRIPTAN, "{takes: drug-triptan}", "{vaccine: vax-live}",
         "Object missing required field `standing` (at when)."),
        (LYMPHOPENIA, COUNT, "{quantity: alc, below: alc-hold, at_least: alc-hold}",
         "compare needs exactly one of below, at_most, above, at_least (at when)."),
        (LYMPHOPENIA, COUNT, "{quantity: alc, within: alc-window}",
         "compare needs exactly one of below, at_most, above, at_least (at when)."),
    ],
    ids=[
        "unknown condition", "all of one", "any of one", "unknown option", "unknown key", "no set", "sex", "phase",
        "vaccine without standing", "two relations", "no relation",
    ],
)  # fmt: skip
def test_a_condition_that_does_not_fit(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    found = mistakes(tmp_path, file, old, new)
    assert [placed(tmp_path, file, "when:", message)] == found


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (TRIPTAN, "drug-triptan", "drug-tryptan", "there is no value set 'drug-tryptan' in value_sets/sets.yaml."),
        (LYMPHOPENIA, "quantity: alc,", "quantity: lymphs,", "there is no observation 'lymphs' in observations.yaml."),
        (LYMPHOPENIA, "alc-hold", "alc-stop", "there is no value 'alc-stop' in values.yaml or policy.yaml."),
        (LYMPHOPENIA, "alc-window", "alc-time", "there is no value 'alc-time' in values.yaml or policy.yaml."),
        (LYMPHOPENIA, "alc-window", "plausible-count", "the value 'plausible-count' is not a duration."),
        (LYMPHOPENIA, "alc-window", "alc-hold", "the value 'alc-hold' is not a duration."),
        (LYMPHOPENIA, "alc-hold", "plausible-count",
         "the value 'plausible-count' is a range; a comparison needs one number."),
        (LYMPHOPENIA, "alc-hold", "crcl-mild",
         "the value 'crcl-mild' has the unit mL/min, the observation 'alc' has /uL."),
        (HEPATITIS, "answer: positive", "answer: maybe", "observation 'hbv-test' has no answer 'maybe'."),
        (HEPATITIS, "of: hbv-test", "of: hcv-test", "there is no observation 'hcv-test' in observations.yaml."),
        ("rules/renal/renal-disagree.yaml", "at: crcl-severe", "at: alc-hold",
         "the value 'alc-hold' has the unit /uL, the observation 'creatinine-clearance' has mL/min."),
        ("rules/population/first-weeks.yaml", "early-weeks", "dose", "the value 'dose' is not a duration."),
        ("rules/uses/no-documented-use.yaml", "indication: migraine", "indication: gout",
         "there is no indication 'gout' in monograph.yaml."),
    ],
    ids=[
        "value set", "observation", "value", "window", "window is a range", "window is no time", "threshold is a range",
        "wrong dimension", "answer", "test", "wrong dimension of sources", "start", "indication",
    ],
)  # fmt: skip
def test_a_condition_that_points_nowhere(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    found = mistakes(tmp_path, file, old, new)
    assert placed(tmp_path, file, "when:", message) in found


def test_an_unknown_condition_in_an_exception(tmp_path: Path) -> None:
    found = mistakes(tmp_path, INFECTION, "when: {indication: migraine}", "when: {uses: migraine}")
    assert found[0].startswith(placed(tmp_path, INFECTION, "{uses: migraine}", "there is no condition 'uses'"))


def test_a_value_set_that_is_not_there_in_an_exception(tmp_path: Path) -> None:
    found = mistakes(tmp_path, INFECTION, "when: {indication: migraine}", "when: {condition: cond-migrane}")
    message = "there is no value set 'cond-migrane' in value_sets/sets.yaml."
    assert [placed(tmp_path, INFECTION, "{condition: cond-migrane}", message)] == found


def test_an_unknown_condition_in_an_indication(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "monograph.yaml", "{condition: cond-migraine}", "{diagnosis: cond-migraine}")
    assert found[0].startswith(placed(tmp_path, "monograph.yaml", "{diagnosis:", "there is no condition 'diagnosis'"))


def test_a_value_set_that_is_not_there_in_an_indication(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "monograph.yaml", "{condition: cond-migraine}", "{condition: cond-migrane}")
    message = "there is no value set 'cond-migrane' in value_sets/sets.yaml."
    assert [placed(tmp_path, "monograph.yaml", "- id: migraine", message)] == found


def test_a_quantity_that_has_one_source(tmp_path: Path) -> None:
    """Only a quantity with several sources can have sources that disagree."""
    file = "rules/renal/renal-disagree.yaml"
    found = mistakes(
        tmp_path, file, "{quantity: creatinine-clearance, at: crcl-severe}", "{quantity: alc, at: alc-hold}"
    )
    assert found[0].startswith(placed(tmp_path, file, "when:", ""))


def test_a_result_of_a_quantity_that_has_no_answers(tmp_path: Path) -> None:
    found = mistakes(tmp_path, HEPATITIS, "of: hbv-test", "of: alc")
    assert placed(tmp_path, HEPATITIS, "when:", "observation 'alc' has no answer 'positive'.") in found


def test_a_comparison_of_a_test_that_is_no_number(tmp_path: Path) -> None:
    """A test whose observation has no unit cannot be compared with a number."""
    found = mistakes(
        tmp_path, "observations.yaml", "    unit: /uL\n    plausible: plausible-count\n    product_of", "    product_of"
    )
    assert any(said.startswith(f"{LYMPHOPENIA}:") for said in found)


def test_an_age_limit_that_is_no_age(tmp_path: Path) -> None:
    """Ages are counted in completed months, so a limit in weeks or in half years would be read as another age."""
    for number, (value, unit) in enumerate((("8", "wk"), ("1.5", "a"), ("100", "d"))):
        folder = tmp_path / str(number)
        found = mistakes(folder, "policy.yaml", 'value: 18\n    unit: "a"', f'value: {value}\n    unit: "{unit}"')
        assert any("'adult-age'" in said for said in found)


def test_opposite_advice_on_the_same_condition(tmp_path: Path) -> None:
    """Two rules that ask the same and say opposite things are a mistake that shows both places in the text."""
    file = "rules/monitoring/rebound.yaml"
    found = mistakes(tmp_path, file, "when: {condition: cond-cluster-headache}", f"when: {{compare: {COUNT}}}")
    message = (
        "rules lymphopenia (cautions.5) and rebound (cautions.10) ask the same but say 'hold' and 'give' on next dose; "
        "label an exception in one."
    )
    assert [placed(tmp_path, LYMPHOPENIA, "advice:", message)] == found
