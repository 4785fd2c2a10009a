"""Broken models of concentration: each mistake is named with its file and line, and nothing else is."""

import re
from pathlib import Path

import pytest

from support import MADE_UP, mistakes, only, placed

ADULTS, KIDNEYS, EXPOSURE = "kinetics/adults.yaml", "kinetics/kidneys.yaml", "exposure.yaml"
KA = 'value: 0.8\n    unit: "/d"\n    rse_percent: 12'
CL = 'value: 0.15\n    unit: "L/d"'
V = 'value: 0.0866\n    unit: "L/kg"'
SLOPE = 'value: 0.007\n    unit: "min/mL"'
HIGHEST = 'value: 90\n    unit: "mL/min"'
KA_PLACE = '    places: [{source: nemo-2024, locator: "Table 2, ka"}]\n'
POWER = """- relation: power
  parameter: {parameter}
  by: {by}
  reference: {{value: 70, unit: "kg"}}
  exponent: {{meaning: x, value: 1, unit: "1", kind: fixed, places: [{{source: nemo-2024, locator: x}}]}}
"""
VARIES = """- parameter: {parameter}
  between: subjects
  log_sd: {{meaning: x, value: 0.1, unit: "1", kind: fixed, places: [{{source: nemo-2024, locator: x}}]}}
"""
OCCASION = """occasion:
  meaning: How long the absorption of one occasion lasts
  value: 28
  unit: "d"
  kind: assumed
  reason: The paper, which does not exist, does not say what an occasion is; one dosing interval is taken
  places: [{source: nemo-2024, locator: "Methods"}]
"""


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        (KA, KA.replace("/d", "per cup"), "absorption-rate:",
         "absorption-rate has the unit 'per cup', which is not a UCUM unit."),
        (KA, KA.replace("/d", "d"), "absorption-rate:", "absorption-rate is in d; /h is due."),
        (CL, CL.replace("L/d", "L"), "  clearance:", "clearance is in L; L/h is due."),
        (CL, CL.replace("L/d", "L/d/kg"), "  clearance:", "clearance is in L/d/kg; L/h is due."),
        (V, V.replace("L/kg", "L"), "  volume:", "volume is in L; L/kg is due."),
        ('value: 82\n    unit: "%"', 'value: 82\n    unit: "mg"', "bioavailability:",
         "bioavailability is in mg; 1 is due."),
        ('value: 0.75\n    unit: "1"', 'value: 0.75\n    unit: "kg"', "exponent:",
         "exponent of clearance is in kg; 1 is due."),
        ('value: 0.3\n    unit: "1"', 'value: 0.3\n    unit: "L/d"', "  log_sd:",
         "log_sd of clearance between subjects is in L/d; 1 is due."),
        ('value: 28\n  unit: "d"', 'value: 28\n  unit: "kg"', "occasion:", "occasion is in kg; h is due."),
        ('unit: "ng/mL"', 'unit: "ng"', "  additive:", "additive residual is in ng; mg/L is due."),
        ('value: 0.15\n    unit: "1"', 'value: 0.15\n    unit: "mg/L"', "  proportional:",
         "proportional residual is in mg/L; 1 is due."),
        ('unit: "ug/mL"', 'unit: "h"', "found: {meaning: Mean, value: 17",
         "maximum-by-weight found is in h; mg/L is due."),
    ],
)  # fmt: skip
def test_a_unit(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, ADULTS, old, new, mark, message)


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        (KIDNEYS, SLOPE, SLOPE.replace("min/mL", "mL/min"), "slope:",
         "slope of clearance is in mL/min; /(mL/min) is due."),
        (KIDNEYS, HIGHEST, HIGHEST.replace("mL/min", "mL"), "highest:",
         "highest creatinine clearance is in mL; mL/min is due."),
        (KIDNEYS, 'value: 1.8\n    sd: 0.3\n    unit: "mL/h"', 'value: 1.8\n    sd: 0.3\n    unit: "mL"', "  value:\n",
         "clearance on dialysis is in mL; L/h is due."),
        (EXPOSURE, 'unit: "mg/L"', 'unit: "mg"', "  value:\n", "target average-for-rest is in mg; mg/L is due."),
        (EXPOSURE, 'unit: "kg/mol"', 'unit: "kg"', "molar_mass:", "molar_mass is in kg; g/mol is due."),
        (EXPOSURE, 'value: 50\n    unit: "1"', 'value: 50\n    unit: "mol"', "excess:", "excess is in mol; 1 is due."),
        (EXPOSURE, 'unit: "nmol/L"', 'unit: "ng/L"', "receptor-of-people:",
         "binding receptor-of-people is in ng/L; mol/L is due."),
    ],
)  # fmt: skip
def test_a_unit_elsewhere(tmp_path: Path, file: str, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, file, old, new, mark, message)


@pytest.mark.parametrize(
    ("old", "new", "mark", "message"),
    [
        (CL, CL.replace("0.15", "[0.1, 0.2]"), "  clearance:", "clearance is a range; one number is due."),
        (CL, CL.replace("0.15", "0"), "  clearance:", "clearance is 0; it must be above zero."),
        (CL, CL.replace("0.15", "-0.15"), "  clearance:", "clearance is -0.15; it must be above zero."),
        (CL, CL.replace("0.15", ".inf"), "  clearance:", "clearance is inf, not a number."),
        ("rse_percent: 6", "rse_percent: 0", "  clearance:", "clearance has the rse_percent 0; it must be above zero."),
        ("sd: 5", "sd: -5", "found: {meaning: Mean, value: 17",
         "maximum-by-weight found has the sd -5; it must be above zero."),
        ("value: [1.5, 2.5]", "value: [2.5, 1.5]", "found: {meaning: Lowest",
         "accumulation found is a range whose low end 2.5 is not below its high end."),
        ("value: 0.75", "value: 0", "exponent:",
         "exponent of clearance is 0, so the relation would change nothing; leave it out."),
        ('unit: "%"\n    kind: stated', 'unit: "1"\n    kind: stated', "bioavailability:",
         "bioavailability is more than the whole dose."),
    ],
)  # fmt: skip
def test_a_number_that_cannot_be_computed_with(tmp_path: Path, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, ADULTS, old, new, mark, message)


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        (KIDNEYS, "    reason: Taken from adults with healthy kidneys\n", "", "absorption-rate:",
         "absorption-rate is assumed, so it needs a reason."),
        (ADULTS, "    reason: The text says a half-life of 28 days; with the clearance of 0.15 L/d at 70 kg it leads "
         "to this volume\n", "", "  volume:", "volume is derived, so it needs a reason."),
        (KIDNEYS, KA_PLACE, "", "absorption-rate:", "absorption-rate rests on no statement and no other source."),
        (ADULTS, "kind: stated\n    statements: [kinetics.1]",
         "kind: stated\n    places: [{source: nemo-2024, locator: F}]", "bioavailability:",
         "bioavailability is stated, so it needs the statements that state it."),
        (ADULTS, "kind: stated\n    statements: [kinetics.1]", "kind: fixed\n    statements: [kinetics.1]",
         "bioavailability:", "bioavailability is fixed by another source, so it needs its place there."),
        (ADULTS, "value: 82", "value: 83", "bioavailability:",
         "bioavailability is stated as 83, but none of its statements holds that number; correct it, or give its kind "
         "as derived with a reason."),
        (ADULTS, 'source: nemo-2024, locator: "Table 2, CL"}]\n  volume', 'source: nemo, locator: "CL"}]\n  volume',
         "  clearance:", "there is no source 'nemo' in sources.yaml."),
        (ADULTS, "statements: [kinetics.2]", "statements: [kinetics.2, kinetics.9]", "  volume:",
         "there is no statement 'kinetics.9' in statements.yaml."),
        (ADULTS, CL, f"{CL}\n    interpretation: which-scale", "  clearance:",
         "there is no interpretation 'which-scale' in interpretations.yaml."),
        (KIDNEYS, "statements: [kinetics.3]", "statements: [kinetics.3, kinetics.9]", "statements:",
         "there is no statement 'kinetics.9' in statements.yaml."),
        (ADULTS, 'source: nemo-2024, locator: "Table 1"', 'source: nemo, locator: "Table 1"', "population:",
         "there is no source 'nemo' in sources.yaml."),
        (ADULTS, 'source: nemo-2024, locator: "Methods, age"', 'source: nemo, locator: "age"', "- quantity: age",
         "there is no source 'nemo' in sources.yaml."),
        (ADULTS, '[{source: nemo-2024, locator: "Methods, age"}]', "[]", "- quantity: age",
         "the limit rests on no source."),
        (ADULTS, '[{source: nemo-2024, locator: "Table 1"}]', "[]", "population:",
         "the population rests on no source."),
        (EXPOSURE, '[{source: nemo-2024, locator: "Table 1, patients"}]', "[]", "  population:",
         "the population rests on no source."),
        (EXPOSURE, "statements: [actions.1]", "statements: [actions.1, actions.9]", "statements:",
         "there is no statement 'actions.9' in statements.yaml."),
    ],
)  # fmt: skip
def test_what_a_number_rests_on(tmp_path: Path, file: str, old: str, new: str, mark: str, message: str) -> None:
    only(tmp_path, file, old, new, mark, message)


@pytest.mark.parametrize(
    ("file", "old", "new", "mark", "message"),
    [
        (ADULTS, "structure: one-compartment, first-order absorption", "structure: two-compartment", "structure:",
         "Invalid enum value 'two-compartment' (at structure)."),
        (ADULTS, "routes: [subcutaneous, intravenous]", "routes: []", "routes:",
         "the model names no route, so no dose could be given."),
        (KIDNEYS, "routes: [subcutaneous]", "routes: [subcutaneous, intravenous]", "routes:",
         "without bioavailability clearance and volume are apparent, and an intravenous dose cannot be computed with "
         "them; give bioavailability or leave out the route."),
        (ADULTS, "covariates:\n", "covariates:\n" + POWER.format(parameter="clearance", by="weight"),
         '- relation: power\n  parameter: clearance\n  by: weight\n  reference: {value: 70, unit: "kg"}\n  exponent:\n',
         "there are two relations power for clearance; leave one out."),
        (KIDNEYS, "covariates:\n", "covariates:\n" + POWER.format(parameter="bioavailability", by="weight"),
         "- relation: power\n", "the relation is about 'bioavailability', a parameter that the model has not."),
        (ADULTS, 'reference: {value: 70, unit: "kg"}', 'reference: {value: 70, unit: "L"}', "reference:",
         "the reference is in L; kg is due."),
        (ADULTS, 'reference: {value: 70, unit: "kg"}', 'reference: {value: [60, 80], unit: "kg"}', "reference:",
         "the reference is a range; one number is due."),
        (ADULTS, 'reference: {value: 70, unit: "kg"}', 'reference: {value: 0, unit: "kg"}', "reference:",
         "the reference is 0; it must be above zero."),
        (KIDNEYS, "variability:\n", "variability:\n" + VARIES.format(parameter="bioavailability"), "- parameter: bio",
         "'bioavailability' varies, a parameter that the model has not."),
        (ADULTS, "variability:\n", "variability:\n" + VARIES.format(parameter="volume"),
         "- parameter: volume\n  between: subjects\n  log_sd:\n", "volume between subjects is given twice."),
        (ADULTS, OCCASION, "", "variability:",
         "something varies between occasions, so it has to say how long one lasts: give occasion."),
        (ADULTS, "between: occasions", "between: subjects", "occasion:",
         "nothing varies between occasions, so the occasion is used by nothing."),
        (KIDNEYS, "domain:\n", "residual: {}\ndomain:\n", "residual:",
         "the residual error has neither an additive nor a proportional part."),
        (KIDNEYS, "unless: [renal-disagree]", "unless: [renal-agree]", "unless:", "there is no rule 'renal-agree'."),
        (ADULTS, "id: adults", "id: grown-ups", "# A made-up",
         "kinetics of grown-ups must stand in kinetics/grown-ups.yaml."),
        (ADULTS, "missing:", "lacking:", "id: adults", "Object contains unknown field `lacking`."),
    ],
)  # fmt: skip
def test_a_model_that_does_not_hold_together(
    tmp_path: Path, file: str, old: str, new: str, mark: str, message: str
) -> None:
    only(tmp_path, file, old, new, mark, message)


@pytest.mark.parametrize("name", ["absorption-rate", "clearance", "volume"])
def test_a_parameter_that_the_structure_needs(tmp_path: Path, name: str) -> None:
    text = (MADE_UP / KIDNEYS).read_text(encoding="utf-8")
    old = text[text.index(f"  {name}:\n") :]
    old = old[: re.search(r"places: .*\n", old).end()]  # type: ignore[union-attr]  # each has places
    found = mistakes(tmp_path, KIDNEYS, old, "")
    message = f"the structure needs the parameter {name!r}, which is not given."
    assert placed(tmp_path, KIDNEYS, "parameters:", message) in found
