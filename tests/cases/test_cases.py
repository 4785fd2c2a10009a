"""Every case of every packaged monograph, and every generated threshold, on the reference evaluator."""

from functools import cache

import msgspec
import pytest

from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.logic import Compare, OrderUnread, Truth, leaves
from apothecary.record import read_record
from apothecary.review import Reviewer
from apothecary.review.cases import Case, CaseFile, ThresholdCase, load_cases, run_case, threshold_cases
from apothecary.review.evaluate import evaluate


@cache
def reviewer(drug: str) -> Reviewer:
    return Reviewer(load(PACKAGED / drug))


FILES = [(drug, file) for drug in packaged() for file in load_cases(PACKAGED / drug / "cases")]
CASES = [pytest.param(drug, file, case, id=f"{file.rule}:{case.name}") for drug, file in FILES for case in file.cases]
THRESHOLDS = [
    pytest.param(drug, case, id=f"{case.rule}:{case.name}:{number}")
    for drug in packaged()
    for number, case in enumerate(threshold_cases(reviewer(drug).monograph))
]
RULES = [
    pytest.param(drug, rule.id, id=rule.id) for drug in packaged() for rule in reviewer(drug).monograph.rules.values()
]


@pytest.mark.parametrize(("drug", "file", "case"), CASES)
def test_case(drug: str, file: CaseFile, case: Case) -> None:
    assert "" == "\n".join(run_case(reviewer(drug), file, case))


@pytest.mark.parametrize(("drug", "case"), THRESHOLDS)
def test_threshold(drug: str, case: ThresholdCase) -> None:
    ctx = reviewer(drug).context(read_record(msgspec.json.encode(case.record)), case.as_of, case.phase)
    outcome = evaluate(case.node, ctx)
    assert (case.expect, ()) == (outcome.truth, outcome.needs)


@pytest.mark.parametrize(("drug", "rule"), RULES)
def test_every_rule_has_cases_of_all_three_answers(drug: str, rule: str) -> None:
    answers = {case.expect for of, file in FILES if (of, file.rule) == (drug, rule) for case in file.cases}
    asked = set(map(type, leaves(reviewer(drug).monograph.rules[rule].when)))
    never = {Truth.APPLIES} if asked == {OrderUnread} else set()  # what cannot be read is open
    assert set(Truth) - never == answers


@pytest.mark.parametrize(("drug", "rule"), RULES)
def test_every_phase_of_a_rule_has_a_case(drug: str, rule: str) -> None:
    phases = reviewer(drug).monograph.rules[rule].phases
    cases = [case for of, file in FILES if (of, file.rule) == (drug, rule) for case in file.cases]
    assert set(phases) == {case.phase or phases[0] for case in cases} - {"as-recorded"}


@pytest.mark.parametrize(("drug", "rule"), RULES)
def test_every_comparison_of_a_rule_is_met_on_all_three_sides(drug: str, rule: str) -> None:
    found = reviewer(drug).monograph.rules[rule]
    conditions = (found.when, *(exception.when for exception in found.exceptions))
    comparisons = {leaf for top in conditions for leaf in leaves(top) if isinstance(leaf, Compare)}
    sides = {
        (case.node, case.name.split(": ")[1].split(",")[0])
        for case in (param.values[1] for param in THRESHOLDS if param.values[0] == drug)
        if isinstance(case, ThresholdCase) and case.rule == rule
    }
    assert {(node, side) for node in comparisons for side in ("below", "on", "above")} == sides


@pytest.mark.parametrize("drug", packaged())
def test_case_files_mirror_rule_files(drug: str) -> None:
    paths = {
        kind: {path.relative_to(PACKAGED / drug / kind).as_posix() for path in (PACKAGED / drug / kind).rglob("*.*")}
        for kind in ("rules", "cases")
    }
    assert paths["rules"] == paths["cases"]


@pytest.mark.parametrize("drug", packaged())
def test_case_files_name_the_rule_of_their_path(drug: str) -> None:
    rules = [path.stem for path in sorted((PACKAGED / drug / "cases").glob("*/*.yaml"))]
    assert rules == [file.rule for of, file in FILES if of == drug]
