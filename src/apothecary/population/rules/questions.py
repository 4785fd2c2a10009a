"""The questions of a monograph: each once, with the rules that ask it and the conditions above it."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from apothecary import logic
from apothecary.knowledge import Monograph, Rule
from apothecary.knowledge.limits import ORDERED_UNITS

CLEARANCE: Final = "creatinine-clearance"  # the formula of a quantity that has several sources
ROW_KINDS: Final = (logic.HasCondition, logic.Takes, logic.HasAllergy, logic.HasVaccine, logic.HasProcedure)
RowLeaf = logic.HasCondition | logic.Takes | logic.HasAllergy | logic.HasVaccine | logic.HasProcedure
OrderLeaf = logic.Compare | logic.OrderedRoute | logic.OrderUnread
Key = tuple[str, str | None]
Path = tuple[logic.Condition, ...]


class CannotCompile(Exception):
    """A condition that has no query; the message says which and what to do."""


class Questions(NamedTuple):
    """The distinct questions of a monograph, and those among them that are answered together."""

    every: tuple[logic.Condition, ...]
    rows: tuple[RowLeaf, ...]
    orders: tuple[OrderLeaf, ...]
    numbers: tuple[Key, ...]
    tests: tuple[logic.HasResult | logic.Missing, ...]
    plans: tuple[str, ...]


def questions(m: Monograph) -> Questions:
    """The questions of all rules, their exceptions and the uses."""
    nodes = [use.when for use in m.indications.values()]
    nodes += [rule.when for rule in m.rules.values()]
    nodes += [exception.when for rule in m.rules.values() for exception in rule.exceptions]
    plans = [leaf.of for node in nodes for leaf in logic.leaves(node) if isinstance(leaf, logic.Overdue)]
    nodes += [logic.Indication(equals=use) for plan in plans if (use := m.monitoring[plan].indication)]
    every = tuple(dict.fromkeys(leaf for node in nodes for leaf in below(m, node)))
    tests = [leaf for leaf in every if isinstance(leaf, logic.HasResult | logic.Missing)]
    return Questions(
        every,
        tuple(leaf for leaf in every if isinstance(leaf, ROW_KINDS)),
        tuple(leaf for leaf in every if _of_order(m, leaf)),  # type: ignore[misc]  # only those
        tuple(dict.fromkeys(key for leaf in every for key in _keys(m, leaf))),
        tuple(leaf for leaf in tests if m.observations[leaf.of].answers),
        tuple(dict.fromkeys(plans)),
    )


def below(m: Monograph, node: logic.Condition) -> Iterable[logic.Condition]:
    """The questions of a condition, those of the uses it names included."""
    for leaf in logic.leaves(node):
        if isinstance(leaf, logic.Indication):
            yield from below(m, m.indications[leaf.equals].when)
        else:
            yield leaf


def _of_order(m: Monograph, leaf: logic.Condition) -> bool:
    if isinstance(leaf, logic.Compare):
        return m.observations[leaf.quantity].formula in ORDERED_UNITS
    return isinstance(leaf, logic.OrderedRoute | logic.OrderUnread)


def _keys(m: Monograph, leaf: logic.Condition) -> Iterable[Key]:
    """The numbers a question asks for, and those they are made from."""
    if isinstance(leaf, logic.Compare | logic.SourcesDisagree):
        name, within = leaf.quantity, getattr(leaf, "within", None)
    elif isinstance(leaf, logic.Missing):
        name, within = leaf.of, leaf.within
    else:
        return
    seen = m.observations[name]
    if seen.formula in ORDERED_UNITS:
        if not isinstance(leaf, logic.Compare):
            raise CannotCompile(f"{leaf} asks whether there is an order. Ask for the part of the order that is unread.")
        if "weight" in m.observations:
            yield "weight", None
    elif seen.formula == CLEARANCE:
        yield from (("weight", None), ("height", None), ("creatinine", within))
        yield from ((other, None) for other in seen.cross_check)
        yield name, within
    elif isinstance(leaf, logic.SourcesDisagree):
        raise CannotCompile(f"{leaf} asks for the sources of a quantity that has one. Ask for a clearance.")
    elif not (isinstance(leaf, logic.Missing) and seen.answers):
        yield name, within


def paths(m: Monograph) -> tuple[tuple[Rule, logic.Condition, list[Path]], ...]:
    """Every question of every rule, with the conditions above it on each way to it."""
    found: list[tuple[Rule, logic.Condition, list[Path]]] = []
    for rule in m.rules.values():
        ways: dict[logic.Condition, list[Path]] = {}
        for leaf, path in _ways(m, rule.when, ()):
            ways.setdefault(leaf, []).append(path)
        found += [(rule, leaf, some) for leaf, some in ways.items()]
    return tuple(found)


def composite(m: Monograph) -> Iterable[logic.Condition]:
    """The conditions that are made of others, each once."""
    roots = [use.when for use in m.indications.values()]
    roots += [rule.when for rule in m.rules.values()]
    roots += [exception.when for rule in m.rules.values() for exception in rule.exceptions]
    waiting, found = roots[::-1], dict[logic.Condition, None]()
    while waiting:
        node = waiting.pop()
        below_it = logic.children(node)
        if below_it:
            found[node] = None
            waiting += below_it
    return found


def _ways(m: Monograph, node: logic.Condition, above: Path) -> Iterable[tuple[logic.Condition, Path]]:
    """Every leaf below a condition with the conditions above it; a use stands for its own condition."""
    if isinstance(node, logic.Indication):
        yield from _ways(m, m.indications[node.equals].when, above)
    elif children := logic.children(node):
        for child in children:
            yield from _ways(m, child, (*above, node))
    else:
        yield node, above


def key_of(name: str, within: str | None) -> tuple[str, ...]:
    """The parts of the column names of a number."""
    return (name,) if within is None else (name, within)
