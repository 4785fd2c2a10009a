"""A section that is not supplied settles nothing: what is left of a record never says more than the whole."""

from typing import Any, NamedTuple

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import patients
from strategies import AS_OF, SETTINGS, Draw, answers, asked_about, conditions, drugs, monograph, phases, topics, truth

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.logic import Condition, Truth
from apothecary.record import SECTIONS, Patient, Record, Section
from apothecary.record.facts import SectionName
from apothecary.review import Reviewer

T, F, U = Truth.APPLIES, Truth.CLEAR, Truth.UNKNOWN
READ: dict[type, SectionName] = {logic.HasCondition: "condition", logic.HasProcedure: "procedure"}


class Question(NamedTuple):
    """A record, and the section that is taken away from it."""

    drug: str
    phase: Any
    record: Record
    section: SectionName
    trees: tuple[Condition, ...]

    @property
    def less(self) -> Record:
        """The record without the section, as if nobody had supplied it."""
        tables = {name: rows for name, rows in self.record.tables.items() if name != self.section}
        sections = {**self.record.sections, self.section: Section("not-supplied")}
        patient = Patient(id=self.record.patient.id) if self.section == "patient" else self.record.patient
        return msgspec.structs.replace(self.record, tables=tables, sections=sections, patient=patient)


@st.composite
def questions(draw: Draw[Any], trees: int = 0, whole: bool = False) -> Question:
    """Without trees the monograph's own rules are asked; the phase is given, since medications tell it otherwise."""
    drug = draw(drugs)
    asked = tuple(plain(tree) for tree in draw(st.lists(conditions(drug, 3), min_size=trees, max_size=trees)))
    about = asked_about(drug, *asked) or draw(topics(drug))
    patient = draw(patients(drug, about, whole, crowded=draw(st.booleans())))
    return Question(drug, draw(phases), patient.read(), draw(st.sampled_from(SECTIONS)), asked)


def plain(node: Condition) -> Condition:
    """A condition in which no part is supplementary."""
    if isinstance(node, logic.All | logic.AnyOf):
        return msgspec.structs.replace(node, of=tuple(plain(part) for part in node.of))
    if isinstance(node, logic.Not):
        return logic.Not(of=plain(node.of))
    return msgspec.structs.replace(node, supplementary=False) if hasattr(node, "supplementary") else node


def plain_monograph(m: Monograph) -> Monograph:
    """A monograph whose rules and uses have no supplementary part."""
    rules = {rule.id: msgspec.structs.replace(rule, when=plain(rule.when)) for rule in m.rules.values()}
    uses = {use.id: msgspec.structs.replace(use, when=plain(use.when)) for use in m.indications.values()}
    return msgspec.structs.replace(m, rules=rules, indications=uses)


PLAIN: dict[str, Reviewer] = {}


def _plainly(q: Question, record: Record) -> dict[str, Truth]:
    """The findings of the rules without supplementary parts, and what the trees come to."""
    if q.drug not in PLAIN:
        PLAIN[q.drug] = Reviewer(plain_monograph(monograph(q.drug)))
    found = {f.id: f.status for f in PLAIN[q.drug].review(record, AS_OF, q.phase).findings}
    return {**found, **{str(tree): truth(tree, q.drug, record, q.phase) for tree in q.trees}}


@settings(SETTINGS, max_examples=400)
@given(questions())
def test_taking_a_section_away_never_clears_a_rule(q: Question) -> None:
    whole, less = _plainly(q, q.record), _plainly(q, q.less)
    assert [] == [rule for rule, before in whole.items() if before is not F and less[rule] is F]


@settings(SETTINGS, max_examples=400)
@given(questions())
def test_supplying_a_section_never_turns_a_rule_round(q: Question) -> None:
    whole, less = _plainly(q, q.record), _plainly(q, q.less)
    assert [] == [rule for rule, after in whole.items() if {after, less[rule]} == {T, F}]


@settings(SETTINGS, max_examples=400)
@given(questions(trees=3))
def test_supplying_a_section_never_turns_a_condition_round(q: Question) -> None:
    whole, less = _plainly(q, q.record), _plainly(q, q.less)
    assert [] == [tree for tree, after in whole.items() if {after, less[tree]} == {T, F}]


def _unsaid(node: Condition, q: Question) -> Condition:
    """A condition in which the supplementary parts that read the section are false."""
    if isinstance(node, logic.All | logic.AnyOf):
        return msgspec.structs.replace(node, of=tuple(_unsaid(part, q) for part in node.of))
    if isinstance(node, logic.Not):
        return logic.Not(of=_unsaid(node.of, q))
    if READ.get(type(node)) == q.section and getattr(node, "supplementary", False):
        return logic.Not(of=logic.Phase(equals=q.phase))
    return node


@settings(SETTINGS, max_examples=400)
@given(questions())
def test_only_supplementary_parts_may_clear_a_rule_when_their_section_is_taken_away(q: Question) -> None:
    """Where a rule is cleared, it is clear on the whole record too as soon as those parts alone say nothing."""
    whole, less = answers(q.drug, q.record, q.phase), answers(q.drug, q.less, q.phase)
    cleared = [rule for rule, before in whole.items() if before is not F and less[rule] is F]
    without = {rule: _unsaid(monograph(q.drug).rules[rule].when, q) for rule in cleared}
    assert {} == {rule: t for rule, node in without.items() if (t := truth(node, q.drug, q.record, q.phase)) is not F}


@settings(SETTINGS, max_examples=200)
@given(questions(whole=True))
def test_with_every_section_at_hand_it_makes_no_difference_what_is_supplementary(q: Question) -> None:
    assert _plainly(q, q.record) == answers(q.drug, q.record, q.phase)
