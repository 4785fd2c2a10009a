"""Checks cards.yaml: the rules and codes it names, and that no rule and no reason stands in two places."""

from collections.abc import Iterator
from typing import Final

from apothecary.knowledge import schema as s
from apothecary.knowledge.cards import HL7_REASONS, Decision, Order
from apothecary.knowledge.limits import Mistake

FILE: Final = "cards.yaml"
# The codes of HL7's code system of reasons, and what each is called there
HL7_CODES: Final = {
    "cds-not-applicable": "PC CDS does not apply to patient",
    "patient-ineligible": "Patient does not meet eligibility for recommended action",
    "indication-order-exists": "Patient has indication/order for intended action",
    "action-completed": "Recommended action was already completed",
    "action-unsuccessful": "Recommended action was previously unsuccessful",
    "action-performed-no-adverse-effect": "Intended action was performed previously without adverse effect",
    "cds-suboptimal-context": "PC CDS delivered in suboptimal context",
    "limited-time": "Could not address recommended action due to limited time",
    "wrong-time-workflow": "PC CDS delivered at wrong time in workflow or patient lifecycle",
    "inappropriate-recipient": "PC CDS delivered to inappropriate recipient/role",
    "recipient-disagrees-evidence": "Recipient disagrees with recommendation because of issues with the evidence",
    "does-not-align-latest-evidence": "Recommended action does not align with the latest evidence",
    "recipient-concerns-outcomes": "Recipient has concerns regarding potential health outcomes",
    "does-not-align-preferences": "Recommendation does not align with patient preferences or values",
    "patient-fears-discomfort": "Patient fears discomfort from complying with recommended action",
    "patient-does-not-want-change": "Patient does not want to change behavior or believes the change is unnecessary",
    "cultural-religious-reason": "Patient has a cultural or religious reason for not following recommended action",
    "not-convenient-feasible": "Recommendation is not convenient or feasible",
    "inadequate-support": "Patient has inadequate caregiver/social support",
    "implementation-challenges": "Recommended action cannot be implemented due to technology/challenges",
    "comorbidity-disability": (
        "Patient has co-morbidity or disability that hinders them from completing recommended action"
    ),
    "action-not-priority": "Recommended action is not relevant or a priority in current state of health",
    "need-more-info": (
        "Could not address recommended action due to need for more information/pending results/pending consult"
    ),
    "expert-contradicts": "Advice from expert contradicts the recommended action",
    "policy-contradicts": "Institutional policy/guideline contradicts the recommended action",
    "recipient-does-not-trust": "Recipient does not agree with or trust the recommended action",
    "risk-benefit-ratio": "Recipient assessment of risk/benefit ratio",
    "mitigate-risk-negative-outcome": "Action taken to mitigate risk of negative outcome",
    "likely-negative-health-outcomes": "Recommended action likely to have negative health outcomes",
    "patient-contraindication": "Patient has contraindication to recommended action",
    "prefers-alternative": "Patient prefers an alternative approach or treatment",
    "patient-refuses": "Patient refuses/declines (no context given)*",
    "service-not-available": "Treatment or service is not practically available",
    "too-costly-uncovered": "Recommended action is too costly or not covered by insurance",
    "recipient-does-not-understand": (
        "Recipient does not understand the recommended action or know how to perform the recommended action"
    ),
}


def wrong(m: s.Monograph) -> Iterator[Mistake]:
    """Every mistake in cards.yaml."""
    placed: dict[str, str] = {}
    seen: set[str] = set()
    for number, decision in enumerate(m.cards.decisions):
        where = f".decisions[{number}]"
        if decision.id in seen:
            yield Mistake(FILE, where, f"the id {decision.id!r} is given twice.")
        seen.add(decision.id)
        yield from _decision(m, decision, where, placed)
    for rule, again in _each(m.cards.at_sign):
        if rule not in m.rules:
            yield Mistake(FILE, ".at_sign", f"there is no rule {rule!r}.")
        if again:
            yield Mistake(FILE, ".at_sign", f"the rule {rule!r} is given twice.")
    yield from _reasons(m, seen)


def _each(ids: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    for number, id_ in enumerate(ids):
        yield id_, id_ in ids[:number]


def _decision(m: s.Monograph, decision: Decision, where: str, placed: dict[str, str]) -> Iterator[Mistake]:
    if not decision.rules:
        yield Mistake(FILE, where, f"the decision {decision.id} names no rule.")
    for rule in decision.rules:
        if rule not in m.rules:
            yield Mistake(FILE, f"{where}.rules", f"there is no rule {rule!r}.")
        elif rule in placed:
            message = f"the rule {rule!r} already belongs to the decision {placed[rule]}."
            yield Mistake(FILE, f"{where}.rules", message)
        else:
            placed[rule] = decision.id
    for number, order in enumerate(decision.order):
        yield from _order(m, decision, order, f"{where}.order[{number}]")
    adjusting = {one.rule for dosing in m.dosing.values() for one in dosing.adjustments}
    if decision.change_interval and not adjusting & set(decision.rules):
        message = f"no dosing has an adjustment for a rule of {decision.id}, so there is no interval to offer."
        yield Mistake(FILE, f"{where}.change_interval", message)


def _order(m: s.Monograph, decision: Decision, order: Order, where: str) -> Iterator[Mistake]:
    for rule in order.when:
        if rule not in decision.rules:
            yield Mistake(FILE, where, f"the rule {rule!r} is none of the decision {decision.id}.")
    seen = m.observations.get(order.observation)
    if seen is None:
        yield Mistake(FILE, where, f"there is no observation {order.observation!r} in observations.yaml.")
        return
    known = {
        (entry.system, entry.code): entry.display
        for entry in m.codes
        if entry.value_set in _inside(m, seen.value_set) and entry.match == "exact" and not entry.coarse
    }
    name = known.get((order.code.system, order.code.code))
    if name is None:
        message = f"{order.code.code} of {order.code.system} is no code of the value set of {order.observation}."
        yield Mistake(FILE, where, message)
    elif name != order.code.display:
        yield Mistake(
            FILE, where, f"{order.code.code} is called {name!r} in the value set, not {order.code.display!r}."
        )


def _inside(m: s.Monograph, value_set: str | None) -> set[str]:
    """A value set with those that it includes, and theirs."""
    found: set[str] = set()
    waiting = [value_set] if value_set is not None else []
    while waiting:
        one = waiting.pop()
        if one in m.value_sets and one not in found:
            found.add(one)
            waiting += m.value_sets[one].include
    return found


def _reasons(m: s.Monograph, decisions: set[str]) -> Iterator[Mistake]:
    seen: set[tuple[str, str]] = set()
    for number, reason in enumerate(m.cards.override_reasons):
        where = f".override_reasons[{number}]"
        if (reason.system, reason.code) in seen:
            yield Mistake(FILE, where, f"the reason {reason.code!r} is given twice.")
        seen.add((reason.system, reason.code))
        if not reason.code or not reason.display:
            yield Mistake(FILE, where, "a reason needs a code and a display.")
        elif reason.system == HL7_REASONS and HL7_CODES.get(reason.code) != reason.display:
            named = HL7_CODES.get(reason.code)
            said = f"is called {named!r} there" if named else "is none of its codes"
            yield Mistake(FILE, where, f"{reason.code!r} of {HL7_REASONS} {said}.")
        for decision in reason.decisions:
            if decision not in decisions:
                yield Mistake(FILE, where, f"there is no decision {decision!r}.")
