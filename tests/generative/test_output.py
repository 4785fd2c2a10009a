"""What every review promises: a verdict that follows from its findings, reasons, what to get, and the public JSON."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from patients import Patient, patients
from strategies import AS_OF, PHASES, SETTINGS, Draw, drugs, fresh, monograph, reviewer

from apothecary import logic
from apothecary.logic import Condition, Truth
from apothecary.present import render
from apothecary.review import Finding, Review
from apothecary.review.context import Context
from apothecary.review.evaluate import evaluate

T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN
Case = tuple[str, Patient, Any]


@st.composite
def cases(draw: Draw[Any]) -> Case:
    drug = draw(drugs)
    return drug, draw(patients(drug) | patients(drug, crowded=True)), draw(st.sampled_from((None, *PHASES)))


def reviewed(case: Case) -> Review:
    return reviewer(case[0]).review(case[1].read(), AS_OF, case[2])


# --- verdict --------------------------------------------------------------------------------------------------------


@settings(SETTINGS, max_examples=300)
@given(cases())
def test_nothing_goes_while_a_critical_question_is_open_or_answered_with_yes(case: Case) -> None:
    review = reviewed(case)
    critical = {finding.status for finding in review.findings if finding.severity == "critical"}
    assert review.verdict != "go" or critical <= {F}


@settings(SETTINGS, max_examples=300)
@given(cases())
def test_the_verdict_follows_from_the_findings(case: Case) -> None:
    review = reviewed(case)
    states = {(finding.severity, finding.status) for finding in review.findings}
    opposed = "opposite-advice" in {problem.code for problem in review.problems}
    if ("critical", T) in states:
        expected = "stop"
    elif ("critical", U) in states or opposed:
        expected = "cannot-tell"
    elif states & {("warning", T), ("warning", U)}:
        expected = "caution"
    else:
        expected = "go"
    assert expected == review.verdict


@settings(SETTINGS, max_examples=100)
@given(cases())
def test_every_rule_of_the_phase_has_one_finding_and_no_other_rule_has(case: Case) -> None:
    review = reviewed(case)
    rules = [rule.id for rule in monograph(case[0]).rules.values() if review.phase in rule.phases]
    assert sorted(rules) == sorted(finding.id for finding in review.findings)


# --- reasons --------------------------------------------------------------------------------------------------------


@settings(SETTINGS, max_examples=300)
@given(cases())
def test_what_is_unknown_says_what_would_settle_it(case: Case) -> None:
    review = reviewed(case)
    items: tuple[Any, ...] = (*review.findings, *review.indications)
    assert [] == [item.id for item in items if item.status is U and not item.needs]
    assert all(need.fact and need.how for item in items for need in item.needs)
    assert {f.id for f in review.findings if f.status is U} == {id_ for get in review.to_get for id_ in get.settles}


@settings(SETTINGS, max_examples=300)
@given(cases())
def test_what_is_settled_asks_for_nothing(case: Case) -> None:
    review = reviewed(case)
    items: tuple[Any, ...] = (*review.findings, *review.indications)
    settled = [item for item in items if item.status is not U]
    assert [] == [item.id for item in settled if item.needs]


def _shows(node: Condition, ctx: Context) -> bool:
    """Whether some part on which a true condition rests is a fact: neither a negation, a gap nor the phase."""
    if evaluate(node, ctx).truth is not T:
        return False
    if isinstance(node, logic.Indication):
        return node.equals == ctx.indication or _shows(ctx.monograph.indications[node.equals].when, ctx)
    if isinstance(node, logic.All | logic.AnyOf):
        return any(_shows(part, ctx) for part in node.of)
    return not isinstance(node, logic.Not | logic.Missing | logic.Phase)


@settings(SETTINGS, max_examples=300)
@given(cases())
def test_what_applies_shows_the_fact_it_rests_on(case: Case) -> None:
    drug, patient, _ = case
    review = reviewed(case)
    ctx = fresh(drug, patient.read(), review.phase)

    def silent(item: Any, when: Condition) -> bool:
        return item.status is T and not item.because and _shows(when, ctx)

    m = monograph(drug)
    assert [] == [finding.id for finding in review.findings if silent(finding, m.rules[finding.id].when)]
    assert [] == [use.id for use in review.indications if silent(use, m.indications[use.id].when)]


def _sources(finding: Finding) -> list[str]:
    return [source for evidence in finding.because for source in evidence.source.split(" + ") if source]


@settings(SETTINGS, max_examples=100)
@given(cases())
def test_every_source_is_a_resource_of_the_record(case: Case) -> None:
    resources = [row for rows in case[1].rows.values() for row in rows]
    known = {"Patient", *(f"{row['resourceType']}/{row['id']}" for row in resources)}
    sources = {source.split("#")[0] for finding in reviewed(case).findings for source in _sources(finding)}
    assert set() == sources - known


# --- JSON -----------------------------------------------------------------------------------------------------------

TEXT = {"type": "string"}


def _object(**fields: Any) -> dict[str, Any]:
    """An object with at least these fields; the contract may be extended, so others are allowed."""
    return {"type": "object", "properties": fields, "required": list(fields)}


def _list(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _one_of(*values: Any) -> dict[str, Any]:
    return {"enum": list(values)}


MEASURE = {"type": "object"}
# What the contract names comes first; what follows the bar are additions to it.
MATCH = _one_of("code", "name", "derived", *("",))
WHY = _one_of("not-supplied", "missing", "stale", "unreadable", "conflicting", "coarse-code", *("unconfirmed",))
NEED = _object(fact=TEXT, why=WHY, how={"type": "string", "minLength": 1})
FINDING = _object(
    id=TEXT,
    status=_one_of("applies", "clear", "unknown"),
    severity=_one_of("critical", "warning", "info"),
    topic=TEXT,
    title=TEXT,
    action=TEXT,
    because=_list(_object(fact=TEXT, value=TEXT, unit=TEXT, date=TEXT, source=TEXT, match=MATCH)),
    needs=_list(NEED),
    basis=_list(
        _object(statement=TEXT, section=TEXT, references=_list(TEXT), kind=_one_of("stated", "interpreted", "policy"))
    ),
)
DOSE_PLAN = _object(status=_one_of("applies", "unknown"), needs=_list(NEED))
DUE = _object(id=TEXT, due=TEXT, status=_one_of("done", "due", "overdue", "upcoming", "unknown"))
CONTRACT = _object(
    contract={"const": 1},
    drug=TEXT,
    knowledge=_object(version=TEXT, revised={"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, hash=TEXT),
    patient=_object(
        id={"type": ["string", "null"]},
        age={"type": ["string", "null"]},
        sex={"enum": ["female", "male", None]},
        weight=MEASURE,
        creatinine_clearance=MEASURE,
    ),
    as_of={"const": AS_OF.isoformat()},
    phase=_one_of(*PHASES),
    verdict=_one_of("stop", "cannot-tell", "caution", "go"),
    indications=_list(_object(id=TEXT, status=_one_of("applies", "clear", "unknown"), labeled={"type": "boolean"})),
    findings={**_list(FINDING), "minItems": 1},
    dose_plan={"anyOf": [{"type": "null"}, DOSE_PLAN]},  # null: not worked out
    monitoring=_list(DUE),
    problems=_list(_object(code=TEXT, where=TEXT, message=TEXT)),
)
VALIDATOR = Draft202012Validator(CONTRACT)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


@settings(SETTINGS, max_examples=150)
@given(cases())
def test_the_json_is_what_the_contract_promises(case: Case) -> None:
    text = render(reviewed(case), monograph(case[0]), "json")
    document = json.loads(text, parse_constant=_no_constant)
    assert [] == [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(document)]
    names = list(CONTRACT["properties"])
    assert names == [name for name in document if name in names]
