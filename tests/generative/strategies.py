"""What all generated tests share: the drugs, their reviewers, the settings, and conditions over a monograph's ids."""

from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apothecary import logic
from apothecary.knowledge import PACKAGED, Monograph, load, packaged
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.knowledge.schema import Domain, PhaseName
from apothecary.logic import Truth
from apothecary.record import Record
from apothecary.review import Reviewer
from apothecary.review.context import Context
from apothecary.review.evaluate import evaluate
from apothecary.units import NotEvaluable, factor, parse_duration

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]

AS_OF = date(2026, 6, 30)
MADE_UP = Path(__file__).parents[1] / "drug" / "zorvimab"
DRUGS = (MADE_UP.name, *packaged())
PHASES: tuple[PhaseName, ...] = ("considering", "on-therapy")
SETTINGS = settings(
    derandomize=True,
    deadline=None,
    max_examples=100,
    # A patient is some hundred small draws: slow and large by Hypothesis' standards, but not by accident.
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

drugs = st.sampled_from(DRUGS)
phases = st.sampled_from(PHASES)


@cache
def monograph(drug: str) -> Monograph:
    """The made-up monograph, or a packaged one."""
    return load(MADE_UP if drug == MADE_UP.name else PACKAGED / drug)


@cache
def reviewer(drug: str) -> Reviewer:
    """A reviewer that every test reuses, so that what it remembers between reviews is under test too."""
    return Reviewer(monograph(drug))


def asking(drug: str, *trees: logic.Condition) -> Reviewer:
    """A reviewer whose only rules ask these conditions, each in both phases; `rule-0` asks the first."""
    m = monograph(drug)
    some = next(iter(m.rules.values()))
    plain = msgspec.structs.replace(some, phases=PHASES, exceptions=(), advice=None)
    rules = [msgspec.structs.replace(plain, id=f"rule-{n}", when=tree) for n, tree in enumerate(trees)]
    return Reviewer(msgspec.structs.replace(m, rules={rule.id: rule for rule in rules}))


def drawn(strategy: st.SearchStrategy[T], examples: int) -> list[T]:
    """So many examples of a strategy, the same ones in every run."""
    found: list[T] = []

    @settings(SETTINGS, max_examples=examples, phases=[Phase.generate])
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found


def fresh(drug: str, record: Record, phase: Any) -> Context:
    """A context that remembers nothing, neither of this review nor of earlier ones."""
    ctx = reviewer(drug).context(record, AS_OF, phase)
    return Context(ctx.index, ctx.monograph, ctx.phase, ctx.phase_from, ctx.start)


def truth(node: logic.Condition, drug: str, record: Record, phase: Any) -> Truth:
    """What a condition comes to on its own, nothing remembered."""
    return evaluate(node, fresh(drug, record, phase)).truth


def answers(drug: str, record: Record, phase: Any, *trees: logic.Condition) -> dict[str, Truth]:
    """What every finding of a review comes to, and what each tree does, by the tree's text."""
    found = {finding.id: finding.status for finding in reviewer(drug).review(record, AS_OF, phase).findings}
    return {**found, **{str(tree): truth(tree, drug, record, phase) for tree in trees}}


# --- ids of a monograph ---------------------------------------------------------------------------------------------


@cache
def sets_about(drug: str, domain: Domain) -> tuple[str, ...]:
    """The value sets of a domain."""
    return tuple(id_ for id_, s in monograph(drug).value_sets.items() if domain in s.about)


@cache
def windows(drug: str) -> tuple[str, ...]:
    """The values that are durations."""
    scalar = {id_: v for id_, v in monograph(drug).values.items() if not isinstance(v.value, tuple)}
    return tuple(
        id_
        for id_, v in scalar.items()
        if isinstance(v.value, float) and not isinstance(parse_duration(v.value, v.unit), NotEvaluable)
    )


@cache
def limits(drug: str, quantity: str) -> tuple[str, ...]:
    """The values a quantity can be compared with; an age is compared with whole months."""
    m = monograph(drug)
    seen = m.observations[quantity]
    found = []
    for id_, value in m.values.items():
        fits = seen.unit is not None and not isinstance(factor(value.unit, seen.unit), NotEvaluable)
        if fits and not isinstance(value.value, tuple) and (seen.formula != "age" or value.unit in ("a", "mo")):
            found.append(id_)
    return tuple(found)


@cache
def quantities(drug: str) -> tuple[str, ...]:
    """The observations that some value can be compared with."""
    return tuple(id_ for id_ in monograph(drug).observations if limits(drug, id_))


@cache
def tests(drug: str) -> tuple[tuple[str, str], ...]:
    """Every (test, answer)."""
    return tuple((id_, answer) for id_, seen in monograph(drug).observations.items() for answer in seen.answers)


# --- conditions -----------------------------------------------------------------------------------------------------


def _builds(kind: type, drug: str, **ids: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Nodes of a kind with every option it allows; only the fields that take an id are told what to draw from."""

    def allowed(options: dict[str, Any]) -> Any:
        try:
            return kind(**options)
        except ValueError:  # two options that a node refuses together
            return None

    for name, hint in get_type_hints(kind).items():
        if name in ids:
            continue
        if get_origin(hint) is Literal:
            ids[name] = st.sampled_from(get_args(hint))
        elif hint is bool:
            ids[name] = st.booleans()
        elif name == "within":
            window = st.sampled_from(windows(drug))
            ids[name] = window if hint is str else st.none() | window
        else:
            raise TypeError(f"say what {kind.__name__}.{name} is drawn from")
    return st.fixed_dictionaries(ids).map(allowed).filter(bool)


@cache
def leaf_kinds(drug: str) -> dict[type, st.SearchStrategy[Any]]:
    """For each kind of leaf its nodes with every option."""
    m = monograph(drug)
    estimated = [id_ for id_ in quantities(drug) if m.observations[id_].formula == "creatinine-clearance"]

    def about(domain: Domain) -> st.SearchStrategy[str]:
        return st.sampled_from(sets_about(drug, domain))

    @st.composite
    def compare(draw: Draw[Any]) -> logic.Condition:
        quantity = draw(st.sampled_from(quantities(drug)))
        relation = draw(st.sampled_from(("below", "at_most", "above", "at_least")))
        limit = {relation: draw(st.sampled_from(limits(drug, quantity)))}
        return logic.Compare(quantity=quantity, within=draw(st.none() | st.sampled_from(windows(drug))), **limit)

    @st.composite
    def result(draw: Draw[Any]) -> Any:
        test, answer = draw(st.sampled_from(tests(drug)))
        return draw(_builds(logic.HasResult, drug, of=st.just(test), answer=st.just(answer)))

    return {
        logic.HasCondition: _builds(logic.HasCondition, drug, set=about("condition")),
        logic.Takes: _builds(logic.Takes, drug, set=about("medication")),
        logic.HasAllergy: _builds(logic.HasAllergy, drug, set=about("allergy")),
        logic.HasVaccine: _builds(logic.HasVaccine, drug, set=about("immunization")),
        logic.HasProcedure: _builds(logic.HasProcedure, drug, set=about("procedure")),
        logic.HasResult: result(),
        logic.Compare: compare(),
        logic.Missing: _builds(logic.Missing, drug, of=st.sampled_from(tuple(m.observations))),
        logic.SourcesDisagree: st.sampled_from(
            [logic.SourcesDisagree(quantity=id_, at=at) for id_ in estimated for at in limits(drug, id_)]
        ),
        logic.OrderedRoute: _builds(logic.OrderedRoute, drug, set=about("route"), allowed=about("route")),
        logic.OrderUnread: _builds(logic.OrderUnread, drug),
        logic.Started: _builds(logic.Started, drug),
        logic.Overdue: st.sampled_from([logic.Overdue(of=id_) for id_, plan in m.monitoring.items() if plan.stages]),
        logic.Sex: _builds(logic.Sex, drug),
        logic.Phase: _builds(logic.Phase, drug),
        logic.Indication: _builds(logic.Indication, drug, equals=st.sampled_from(tuple(m.indications))),
    }


@cache
def row_questions(drug: str) -> st.SearchStrategy[logic.Condition]:
    """Leaves that ask for rows of the record: a diagnosis, a medication, an allergy, a vaccine, a procedure."""
    kinds = (logic.HasCondition, logic.Takes, logic.HasAllergy, logic.HasVaccine, logic.HasProcedure)
    return st.one_of([leaf_kinds(drug)[kind] for kind in kinds])


@cache
def leaves(drug: str) -> st.SearchStrategy[logic.Condition]:
    """Every kind of leaf."""
    return st.one_of(list(leaf_kinds(drug).values()))


@cache
def conditions(drug: str, depth: int = 4) -> st.SearchStrategy[logic.Condition]:
    """Trees of at most `depth` levels over the ids of a monograph."""
    if depth == 1:
        return leaves(drug)
    inner = conditions(drug, depth - 1)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        leaves(drug),
        st.builds(logic.All, of=several),
        st.builds(logic.AnyOf, of=several),
        # Parts that all ask for rows are looked up at once: a path of its own in the evaluator.
        st.builds(logic.AnyOf, of=st.lists(row_questions(drug), min_size=2, max_size=3).map(tuple)),
        st.builds(logic.Not, of=inner),
    )


def depth_of(node: logic.Condition) -> int:
    """Levels of a tree; a leaf has one."""
    return 1 + max((depth_of(child) for child in logic.children(node)), default=0)


def nodes(node: logic.Condition) -> list[logic.Condition]:
    """A node and everything below it."""
    return [node, *(found for child in logic.children(node) for found in nodes(child))]


@cache
def topics(drug: str) -> st.SearchStrategy[frozenset[str]]:
    """What one rule asks about."""
    return st.sampled_from([asked_about(drug, rule.when) for rule in monograph(drug).rules.values()])


def asked_about(drug: str, *trees: logic.Condition) -> frozenset[str]:
    """The ids of value sets and observations that conditions rest on, those behind a use or a formula too."""
    m = monograph(drug)
    found: set[str] = set()
    for node in (leaf for tree in trees for leaf in logic.leaves(tree)):
        if isinstance(node, logic.Indication):
            found |= asked_about(drug, m.indications[node.equals].when)
        if isinstance(node, logic.Overdue):
            plan = m.monitoring[node.of]
            found |= {m.drug.value_set, *((plan.observation,) if plan.observation else ())}
            if plan.indication is not None:
                found |= asked_about(drug, m.indications[plan.indication].when)
            continue
        quantity = m.observations.get(getattr(node, "quantity", getattr(node, "of", "")))
        if isinstance(node, logic.OrderedRoute | logic.OrderUnread) or (quantity and quantity.formula in ORDERED_UNITS):
            found |= {m.drug.value_set, "weight"}
        if isinstance(node, logic.Started) or getattr(node, "since_start", False):
            found.add(m.drug.value_set)
        found |= {value for name in ("set", "of", "quantity") if isinstance(value := getattr(node, name, None), str)}
    for seen in [m.observations[id_] for id_ in found & set(m.observations)]:
        found |= {*seen.cross_check, *(seen.product_of or ())}
        found |= {"creatinine", "weight", "height"} if seen.formula == "creatinine-clearance" else set()
    return frozenset(found)
