"""The made-up drug is complete: it uses everything that knowledge may say, so that it can test the engine alone."""

from collections.abc import Iterator
from typing import Any, get_args

import msgspec
import pytest

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import (
    CodeEntry,
    Formula,
    IndicationRule,
    LabeledException,
    MonitoringPlan,
    Observation,
    Rule,
    Source,
    Statement,
    Value,
    ValueSet,
)

NODES = get_args(logic.Condition)
FIELDS = [(node, field) for node in NODES for field in node.__struct_fields__]


def nodes(node: logic.Condition) -> Iterator[logic.Condition]:
    yield node
    for child in logic.children(node):
        yield from nodes(child)


@pytest.fixture(scope="module")
def used(made_up: Monograph) -> list[logic.Condition]:
    tops = [rule.when for rule in made_up.rules.values()]
    tops += [e.when for rule in made_up.rules.values() for e in rule.exceptions]
    tops += [use.when for use in made_up.indications.values()]
    return [node for top in tops for node in nodes(top)]


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.__name__)
def test_every_kind_of_condition_is_used(used: list[logic.Condition], kind: type) -> None:
    assert kind in {type(node) for node in used}


@pytest.mark.parametrize(("kind", "field"), FIELDS, ids=lambda x: x if isinstance(x, str) else x.__name__)
def test_every_field_of_every_condition_is_filled(used: list[logic.Condition], kind: type, field: str) -> None:
    default = {info.name: info.default for info in msgspec.structs.fields(kind)}[field]
    assert any(getattr(node, field) != default for node in used if type(node) is kind)


@pytest.mark.parametrize(
    ("kind", "field", "options"),
    [
        (logic.HasCondition, "standing", {"current", "history", "any"}),
        (logic.Takes, "standing", {"current", "ever"}),
        (logic.HasVaccine, "standing", {"planned", "given"}),
    ],
)
def test_every_option_of_a_field_is_used(
    used: list[logic.Condition], kind: type, field: str, options: set[str]
) -> None:
    assert options == {getattr(node, field) for node in used if type(node) is kind}


def test_comparisons_ask_for_every_kind_of_quantity(used: list[logic.Condition], made_up: Monograph) -> None:
    """Observed, derived as a product, and by every formula."""
    asked = [made_up.observations[node.quantity] for node in used if isinstance(node, logic.Compare)]
    kinds = {seen.formula or ("product" if seen.product_of else "observed") for seen in asked}
    assert {"product", "observed", *get_args(Formula)} == kinds


def test_missing_asks_for_a_quantity_and_for_a_test(used: list[logic.Condition], made_up: Monograph) -> None:
    asked = [made_up.observations[node.of] for node in used if isinstance(node, logic.Missing)]
    assert {True, False} == {bool(seen.answers) for seen in asked}


@pytest.mark.parametrize("match", ["exact", "prefix", "descendants", "name"])
def test_every_way_of_matching_is_used(made_up: Monograph, match: str) -> None:
    assert match in {entry.match for entry in made_up.codes}


@pytest.mark.parametrize("kind", [ValueSet, Observation, Rule, LabeledException, IndicationRule, Value, CodeEntry])
def test_every_field_of_the_schema_is_filled(made_up: Monograph, kind: type) -> None:
    rules = made_up.rules.values()
    tables: dict[Any, Any] = {
        ValueSet: made_up.value_sets.values(),
        Observation: made_up.observations.values(),
        Rule: rules,
        LabeledException: [e for rule in rules for e in rule.exceptions],
        IndicationRule: made_up.indications.values(),
        Value: made_up.values.values(),
        CodeEntry: made_up.codes,
    }
    fields = [info.name for info in msgspec.structs.fields(kind)]
    empty = {name for name in fields if not any(getattr(one, name) for one in tables[kind])}
    assert set() == empty


@pytest.mark.parametrize(
    ("kind", "field", "options"),
    [
        (Value, "kind", {"stated", "derived", "fixed", "assumed"}),
        (Rule, "kind", {"stated", "interpreted", "policy"}),
        (Rule, "severity", {"critical", "warning", "info"}),
        (Source, "cited", {True, False}),
        (Statement, "off_label", {True, False}),
    ],
)
def test_every_option_of_the_schema_is_used(made_up: Monograph, kind: type, field: str, options: set[object]) -> None:
    tables: dict[Any, Any] = {
        Value: made_up.values, Rule: made_up.rules, Source: made_up.sources, Statement: made_up.statements
    }  # fmt: skip
    assert options == {getattr(one, field) for one in tables[kind].values()}


@pytest.mark.parametrize("field", ["cited_at", "numbers", "encoded_by", "background"])
def test_every_field_of_a_statement_is_used(made_up: Monograph, field: str) -> None:
    assert {True, False} == {bool(getattr(one, field)) for one in made_up.statements.values()}


def test_every_field_of_a_monitoring_plan_is_filled(made_up: Monograph) -> None:
    fields = [info.name for info in msgspec.structs.fields(MonitoringPlan)]
    empty = {name for name in fields if not any(getattr(one, name) for one in made_up.monitoring.values())}
    assert set() == empty
