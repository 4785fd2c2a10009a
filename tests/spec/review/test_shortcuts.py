"""A review takes shortcuts where a record holds nothing a rule asks for; they never change an answer."""

from typing import Any

import msgspec
import pytest

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.record import Record
from apothecary.review import Finding, Reviewer
from support import (
    ALC,
    AS_OF,
    CLEARANCE,
    EGFR,
    HBSAG,
    MIGRAINE,
    MMR,
    PNEUMONIA,
    SEARCHED,
    TRIPTAN,
    WEIGHT,
    ZORVIMAB,
    allergy,
    bundle,
    condition,
    order,
    patient,
    procedure,
    read,
    result,
    search,
    vaccination,
    whole,
)

ROWS: list[dict[str, Any]] = [
    condition(MIGRAINE),
    condition("headache", "resolved"),
    condition("history of pneumonia"),
    condition({}),
    condition(PNEUMONIA, onsetDateTime=17),
    order(TRIPTAN),
    order(ZORVIMAB),
    order(None, medicationCodeableConcept=None),
    allergy("zorvimab", "resolved"),
    vaccination(MMR),
    procedure("plasma exchange"),
    procedure({}),
    procedure("plasma exchange", "2020-01-01"),
    result(ALC, 400, "/uL"),
    result(HBSAG, valueString="positive"),
]
RECORDS: dict[str, Record] = {
    "whole": whole(),
    "nothing": whole(leave_out=SEARCHED),
    **{f"without {kind}": whole(leave_out=(kind,)) for kind in SEARCHED},
    **{f"row {number}": whole(row) for number, row in enumerate(ROWS)},
    "a child of 130 kg": whole(result(WEIGHT, 130, "kg"), result(CLEARANCE, 20, "mL/min"), who=patient("2015-01-01")),
    "two sources": whole(
        result(EGFR, 20, "mL/min/{1.73_m2}"), result(CLEARANCE, 50, "mL/min"), who=patient(sex="male")
    ),
    "one page of procedures": read(bundle(patient(), search("Procedure", total=9))),
    "active only": read(bundle(patient(), search("Condition", query="patient=p1&clinical-status=active"))),
    "every row": whole(*ROWS),
}


def literal(made_up: Monograph) -> Monograph:
    """The same rules, each wrapped in a double `not`, through which no shortcut leads."""
    rules = {
        id_: msgspec.structs.replace(rule, when=logic.Not(logic.Not(rule.when))) for id_, rule in made_up.rules.items()
    }
    return msgspec.structs.replace(made_up, rules=rules)


def shown(findings: tuple[Finding, ...]) -> list[tuple[Any, ...]]:
    return [(f.id, f.status, f.action, f.needs) for f in findings]


@pytest.mark.parametrize("phase", ["considering", "on-therapy"])
@pytest.mark.parametrize("name", RECORDS)
def test_the_literal_answer_is_the_same(made_up: Monograph, reviewer: Reviewer, name: str, phase: Any) -> None:
    """Every rule gives the same answer and the same needs when it is evaluated literally."""
    slow = Reviewer(literal(made_up)).review(RECORDS[name], AS_OF, phase)
    assert shown(slow.findings) == shown(reviewer.review(RECORDS[name], AS_OF, phase).findings)


def test_the_records_reach_every_answer(reviewer: Reviewer) -> None:
    """The records above bring every rule to more than one answer, so that the comparison means something."""
    found: dict[str, set[str]] = {}
    for record in RECORDS.values():
        for phase in ("considering", "on-therapy"):
            for finding in reviewer.review(record, AS_OF, phase).findings:
                found.setdefault(finding.id, set()).add(str(finding.status))
    assert [] == [name for name, answers in found.items() if len(answers) < 2]
