"""Broken values and observations: numbers without unit, source or reason, and observations that point nowhere."""

import shutil
from pathlib import Path

import pytest

from apothecary.knowledge import load
from support import MADE_UP, mistakes, placed

EXPIRES = """  edition-expires:
    meaning: How long after its revision an edition of the text may be used without a warning
    value: 24
    unit: "mo"
"""


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


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("adult-age", "observation 'weight' expires sooner in children"),
        ("schwartz-lowest-age", "observation 'creatinine-clearance' is not estimated below that age"),
        ("dose-given-counts", "a condition asks what is taken now, and a dose given says so only for a time"),
        ("edition-expires", "every review says how long the edition may be used, such as 24 mo"),
    ],
)
def test_a_policy_value_that_the_engine_asks_for(tmp_path: Path, name: str, why: str) -> None:
    """Policy values that the engine reads by name must be there where something asks for them."""
    found = mistakes(tmp_path, "policy.yaml", f"  {name}:", f"  {name}-renamed:")
    assert f"policy.yaml:2: there is no value {name!r} in policy.yaml; add it: {why}." in found


REFUSED = """values:
  edition-refused:
    meaning: Age from which an edition is refused
    value: {number}
    unit: {unit}
    kind: assumed
    statements: [header.1]
    reason: The site wants it so.
"""


@pytest.mark.parametrize(
    "written", ["value: 24\n    unit: kg", "value: 1.5\n    unit: mo", "value: [12, 24]\n    unit: mo"]
)
def test_how_long_an_edition_may_be_used_is_a_duration(tmp_path: Path, written: str) -> None:
    found = mistakes(tmp_path, "policy.yaml", EXPIRES, f"  edition-expires:\n    meaning: x\n    {written}\n")
    message = "the value 'edition-expires' is not a duration."
    assert [placed(tmp_path, "policy.yaml", "  edition-expires:", message)] == found


def test_when_an_edition_is_refused_is_a_duration(tmp_path: Path) -> None:
    found = mistakes(tmp_path, "policy.yaml", "values:\n", REFUSED.format(number=3, unit="kg"))
    message = "the value 'edition-refused' is not a duration."
    assert [placed(tmp_path, "policy.yaml", "  edition-refused:", message)] == found


@pytest.mark.parametrize(
    ("number", "unit", "day"), [(23, "mo", "2027-12-15"), (1, "a", "2027-01-15"), (729, "d", "2028-01-14")]
)
def test_an_edition_that_is_refused_before_anyone_is_warned(tmp_path: Path, number: int, unit: str, day: str) -> None:
    found = mistakes(tmp_path, "policy.yaml", "values:\n", REFUSED.format(number=number, unit=unit))
    message = (
        f"the edition would be refused after {day} (edition-refused), before anyone is warned after 2028-01-15 "
        "(edition-expires); give edition-refused at least as long."
    )
    assert [placed(tmp_path, "policy.yaml", "  edition-refused:", message)] == found


@pytest.mark.parametrize(("number", "unit"), [(24, "mo"), (2, "a"), (730, "d"), (60, "mo")])
def test_an_edition_may_be_refused_from_the_warning_on(tmp_path: Path, number: int, unit: str) -> None:
    """No rule reads the two limits: the engine does, so they are not unused."""
    shutil.copytree(MADE_UP, tmp_path, dirs_exist_ok=True)
    policy = tmp_path / "policy.yaml"
    text = policy.read_text(encoding="utf-8")
    policy.write_text(text.replace("values:\n", REFUSED.format(number=number, unit=unit), 1), encoding="utf-8")
    assert {"edition-expires", "edition-refused"} <= load(tmp_path).policy


@pytest.mark.parametrize("name", ["age", "weight", "height", "creatinine"])
def test_an_observation_that_the_clearance_needs(tmp_path: Path, name: str) -> None:
    """An estimate of clearance is made from observations that must be there."""
    found = mistakes(tmp_path, "observations.yaml", f"  {name}:\n", f"  {name}-renamed:\n")
    assert any(f"there is no observation {name!r}" in said for said in found)
