"""The generators reach everything they are meant to: every kind of condition, every option, every state of a record."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import strategies as st
from patients import patients
from strategies import DRUGS, Draw, asked_about, asking, conditions, depth_of, drawn, leaf_kinds, nodes, phases, truth

from apothecary import logic
from apothecary.knowledge import links
from apothecary.logic import Truth
from apothecary.record.facts import SECTIONS, Standing

KINDS = set(get_args(logic.Condition))


def _options(kind: type) -> set[tuple[str, Any]]:
    """Every choice of a node: each literal, both truth values, given and not given."""
    found: set[tuple[str, Any]] = set()
    for name, hint in get_type_hints(kind).items():
        if get_origin(hint) is Literal:
            found |= {(name, value) for value in get_args(hint)}
        elif hint is bool:
            found |= {(name, True), (name, False)}
        elif type(None) in get_args(hint):
            found |= {(name, None), (name, "given")}
    return found


def _chosen(node: Any) -> set[tuple[str, Any]]:
    hints = get_type_hints(type(node))
    values = {name: getattr(node, name) for name in node.__struct_fields__}
    return {
        (name, "given" if type(None) in get_args(hints[name]) and value is not None else value)
        for name, value in values.items()
        if name not in ("of", "set")
    }


@pytest.mark.parametrize("drug", DRUGS)
def test_every_kind_of_condition_occurs_with_every_option(drug: str) -> None:
    found = [node for tree in drawn(conditions(drug), 400) for node in nodes(tree)]
    assert KINDS == {type(node) for node in found}
    for kind in KINDS:
        chosen = {choice for node in found if type(node) is kind for choice in _chosen(node)}
        assert set() == _options(kind) - chosen, kind.__name__


@pytest.mark.parametrize("drug", DRUGS)
def test_every_tree_may_stand_in_a_monograph(drug: str) -> None:
    m = asking(drug, *drawn(conditions(drug), 200)).monograph
    known = set(links.broken(msgspec.structs.replace(m, rules={})))
    assert [] == [mistake for mistake in links.broken(m) if mistake.where == ".when" and mistake not in known]


@pytest.mark.parametrize("drug", DRUGS)
def test_no_tree_has_more_than_four_levels(drug: str) -> None:
    assert {1, 2, 3, 4} == {depth_of(tree) for tree in drawn(conditions(drug), 400)}


@st.composite
def _asked(draw: Draw[Any], drug: str, kind: type) -> Truth:
    leaf = draw(leaf_kinds(drug)[kind])
    patient = draw(patients(drug, asked_about(drug, leaf), crowded=draw(st.booleans())))
    return truth(leaf, drug, patient.read(), draw(phases))


@pytest.mark.parametrize("kind", leaf_kinds(DRUGS[0]), ids=lambda kind: kind.__name__)
def test_every_kind_of_leaf_comes_to_every_answer(kind: type) -> None:
    expected = {*Truth} - {logic.Phase: {Truth.UNKNOWN}, logic.OrderUnread: {Truth.APPLIES}}.get(kind, set())
    found: set[Truth] = set()
    for examples in (30, 100, 300, 1000):  # as few as it takes
        if expected != found:
            found = set(drawn(_asked(DRUGS[0], kind), examples))
    assert expected == found


@pytest.mark.parametrize("drug", DRUGS)
def test_every_section_occurs_in_every_state(drug: str) -> None:
    states = {
        (name, section.state)
        for patient in drawn(patients(drug), 200)
        for name, section in patient.read().sections.items()
    }
    every = {(name, state) for name in SECTIONS for state in ("supplied", "not-supplied", "unreadable")}
    assert {("patient", "not-supplied"), ("patient", "unreadable")} == every - states


@pytest.mark.parametrize("drug", DRUGS)
def test_rows_of_every_standing_occur(drug: str) -> None:
    records = [patient.read() for patient in drawn(patients(drug), 200)]
    standings = {row.standing for record in records for rows in record.tables.values() for row in rows}
    assert {"unreadable"} == set(get_args(Standing)) - standings
