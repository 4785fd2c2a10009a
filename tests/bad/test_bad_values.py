"""Broken values and observations: numbers without unit, source or reason, and observations that point nowhere."""

from pathlib import Path

import pytest

from support import mistakes, placed


@pytest.mark.parametrize(
    ("file", "old", "new", "name", "message"),
    [
        ("values.yaml", 'value: 30\n    unit: "mL/min"\n', "value: 30\n", "crcl-severe",
         "Object missing required field `unit` (at values.crcl-severe)."),
        ("values.yaml", 'value: 30\n    unit: "mL/min"', 'value: 30\n    unit: "ml per moment"', "crcl-severe",
         "value crcl-severe has the unit 'ml per moment', which is not a UCUM unit."),
        ("values.yaml", 'value: 30\n    unit: "mL/min"', 'value: 30\n    unit: ""', "crcl-severe",
         "value crcl-severe has the unit '', which is not a UCUM unit."),
        ("values.yaml", "    statements: [dosage.3]\n", "", "crcl-mild",
         "value crcl-mild rests on no statement and no other source."),
        ("policy.yaml", "    reason: >-\n      The text says the first weeks.\n", "", "early-weeks",
         "value early-weeks is assumed, so it needs a reason."),
        ("values.yaml", "    reason: >-\n      365 days hold thirteen intervals of 28 days.\n", "", "doses-in-a-year",
         "value doses-in-a-year is derived, so it needs a reason."),
        ("values.yaml", 'value: 13\n    unit: "/a"', 'value: 13\n    unit: "per annum of grace"', "doses-in-a-year",
         "value doses-in-a-year has the unit 'per annum of grace', which is not a UCUM unit."),
        ("policy.yaml", 'source: kidney-handbook, locator: "appendix', 'source: heart-handbook, locator: "appendix',
         "creatinine-molar-mass", "there is no source 'heart-handbook' in sources.yaml."),
        ("policy.yaml", "statements: [cautions.9]", "statements: [cautions.99]", "early-weeks",
         "there is no statement 'cautions.99' in statements.yaml."),
        ("policy.yaml", "interpretation: which-age", "interpretation: which-year", "adult-age",
         "there is no interpretation 'which-year' in interpretations.yaml."),
    ],
    ids=[
        "no unit", "bad unit", "empty unit", "no source", "assumed without reason", "derived without reason",
        "bad unit of a derived value", "source", "statement", "interpretation",
    ],
)  # fmt: skip
def test_values(tmp_path: Path, file: str, old: str, new: str, name: str, message: str) -> None:
    found = mistakes(tmp_path, file, old, new)
    assert placed(tmp_path, file, f"  {name}:", message) in found


def test_a_policy_value_that_nothing_uses(tmp_path: Path) -> None:
    file = "rules/population/first-weeks.yaml"
    found = mistakes(tmp_path, file, "{started: early-weeks}", "{started: recent-infection}")
    message = "the policy value 'early-weeks' is used by nothing."
    assert [placed(tmp_path, "policy.yaml", "  early-weeks:", message)] == found


@pytest.mark.parametrize(
    ("old", "new", "name", "message"),
    [
        ("value_set: lab-wbc", "value_set: lab-wcc", "wbc", "there is no value set 'lab-wcc' in value_sets/sets.yaml."),
        ("plausible: plausible-share", "plausible: plausible-part", "lymphocyte-percent",
         "there is no value 'plausible-part' in values.yaml or policy.yaml."),
        ("molar_mass: creatinine-molar-mass", "molar_mass: heavy", "creatinine",
         "there is no value 'heavy' in values.yaml or policy.yaml."),
        ("product_of: [wbc, lymphocyte-percent]", "product_of: [wbc, lymphocytes]", "alc",
         "there is no observation 'lymphocytes' in observations.yaml."),
        ("cross_check: [egfr]", "cross_check: [gfr]", "creatinine-clearance",
         "there is no observation 'gfr' in observations.yaml."),
        ("{value_set: answer-negative, below: hbv-positive-from}", "{value_set: answer-no, below: hbv-positive-from}",
         "hbv-test", "there is no value set 'answer-no' in value_sets/sets.yaml."),
        ("{value_set: answer-positive, at_least: hbv-positive-from}", "{value_set: answer-positive, at_least: much}",
         "hbv-test", "there is no value 'much' in values.yaml or policy.yaml."),
        ("unit: cm", "unit: cubits", "height", "'cubits' is not a UCUM unit."),
    ],
    ids=["value set", "plausible", "molar mass", "product", "cross check", "answer set", "answer limit", "unit"],
)  # fmt: skip
def test_observations(tmp_path: Path, old: str, new: str, name: str, message: str) -> None:
    found = mistakes(tmp_path, "observations.yaml", old, new)
    assert placed(tmp_path, "observations.yaml", f"  {name}:", message) in found


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        ("plausible: plausible-share", "plausible: dose", "dose"),
        ("plausible: plausible-share", "plausible: plausible-weight", "plausible-weight"),
        ("expires: measures-expire\n    expires_child: measures-expire-child\n  alc", "expires: dose\n  alc", "dose"),
        ("molar_mass: creatinine-molar-mass", "molar_mass: dose", "dose"),
        ("at_least: hbv-positive-from", "at_least: dose", "dose"),
        ("at_least: hbv-positive-from", "at_least: plausible-weight", "plausible-weight"),
        ("also_units: [mL/min]", "also_units: [mL per moment]", "mL per moment"),
    ],
    ids=[
        "plausible is no range",
        "plausible has another dimension",
        "expiry is no duration",
        "molar mass is none",
        "limit of another dimension",
        "limit is a range",
        "second unit",
    ],
)
def test_values_of_the_wrong_kind(tmp_path: Path, old: str, new: str, name: str) -> None:
    """An observation that names a value of the wrong kind is a mistake of the knowledge, not a crash in a review."""
    found = mistakes(tmp_path, "observations.yaml", old, new)
    assert any(said.startswith("observations.yaml:") and repr(name) in said for said in found)


@pytest.mark.parametrize("name", ["adult-age", "schwartz-lowest-age", "dose-given-counts"])
def test_a_policy_value_that_the_engine_asks_for(tmp_path: Path, name: str) -> None:
    """Policy values that the engine reads by name must be there."""
    found = mistakes(tmp_path, "policy.yaml", f"  {name}:", f"  {name}-renamed:")
    assert any(f"there is no value {name!r}" in said for said in found)


@pytest.mark.parametrize("name", ["age", "weight", "height", "creatinine"])
def test_an_observation_that_the_clearance_needs(tmp_path: Path, name: str) -> None:
    """An estimate of clearance is made from observations that must be there."""
    found = mistakes(tmp_path, "observations.yaml", f"  {name}:\n", f"  {name}-renamed:\n")
    assert any(f"there is no observation {name!r}" in said for said in found)
