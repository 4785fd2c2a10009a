"""The closed set of conditions: what a rule may ask of a patient. Immutable, validated when built."""

from collections.abc import Iterator
from typing import Literal, Union

import msgspec

from apothecary.logic.interval import Op

Id = str  # kebab-case id of a value set, a value, an observation or an indication


class _Node(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="ask"):
    """Base of all nodes."""


class HasCondition(_Node, frozen=True, tag="condition"):
    """A diagnosis or problem of the value set; `since_start`: it began after the therapy started.

    `supplementary`: it counts where it is recorded, but a record without a problem list is not asked for one.
    """

    set: Id
    standing: Literal["current", "history", "any"] = "current"
    within: Id | None = None
    since_start: bool = False
    supplementary: bool = False


class Takes(_Node, frozen=True, tag="takes"):
    """A medication of the value set, taken now or, with `ever`, ever; `within` limits the doses given that count."""

    set: Id
    standing: Literal["current", "ever"] = "current"
    within: Id | None = None


class HasAllergy(_Node, frozen=True, tag="allergy"):
    """A recorded allergy or intolerance to a substance of the value set."""

    set: Id


class HasVaccine(_Node, frozen=True, tag="vaccine"):
    """A vaccine of the value set that is planned or ordered, or was given (`since_start`: after the start)."""

    set: Id
    standing: Literal["planned", "given"]
    since_start: bool = False
    within: Id | None = None


class HasProcedure(_Node, frozen=True, tag="procedure"):
    """A procedure of the value set that was done, in the window if one is named; `supplementary` as for a problem."""

    set: Id
    within: Id | None = None
    supplementary: bool = False


class HasResult(_Node, frozen=True, tag="result"):
    """The latest result of a test is the named answer (positive, negative, …); with `ever` any earlier one counts."""

    of: Id
    answer: Id
    within: Id | None = None
    ever: bool = False


class Compare(_Node, frozen=True, tag="compare"):
    """A quantity (latest observation, age, weight or derived) against a named value; exactly one relation."""

    quantity: Id
    below: Id | None = None
    at_most: Id | None = None
    above: Id | None = None
    at_least: Id | None = None
    within: Id | None = None

    def __post_init__(self) -> None:
        if sum(name is not None for name in (self.below, self.at_most, self.above, self.at_least)) != 1:
            raise ValueError("compare needs exactly one of below, at_most, above, at_least")

    @property
    def relation(self) -> tuple[Op, Id]:
        """The one relation given: (operator, id of the value)."""
        if self.below is not None:
            return "below", self.below
        if self.at_least is not None:
            return "at_least", self.at_least
        if self.above is not None:
            return "above", self.above
        return "at_most", self.at_most or ""


class Missing(_Node, frozen=True, tag="missing"):
    """The record holds no usable result of this quantity or test in the window."""

    of: Id
    within: Id | None = None


class SourcesDisagree(_Node, frozen=True, tag="sources-disagree"):
    """Two sources of one quantity fall on both sides of the value."""

    quantity: Id
    at: Id


class OrderedRoute(_Node, frozen=True, tag="ordered-route"):
    """An order of the drug gives a route of the value set; `allowed`: the routes it is known not to be then.

    An order without a route, or with one of neither set, leaves it open.
    """

    set: Id
    allowed: Id


class OrderUnread(_Node, frozen=True, tag="order-unread"):
    """Open while that part of an order of the drug is not given or cannot be read; it never applies."""

    part: Literal["dose", "timing"]


class Started(_Node, frozen=True, tag="started"):
    """The therapy under review began no longer ago than the named duration."""

    within: Id


class Overdue(_Node, frozen=True, tag="overdue"):
    """An examination of the monitoring plan is overdue."""

    of: Id


class Sex(_Node, frozen=True, tag="sex"):
    """Recorded administrative sex."""

    equals: Literal["female", "male"]


class Phase(_Node, frozen=True, tag="phase"):
    """The phase the review is for."""

    equals: Literal["considering", "on-therapy"]


class Indication(_Node, frozen=True, tag="indication"):
    """One of the monograph's uses is documented."""

    equals: Id


class All(_Node, frozen=True, tag="all"):
    """Every one of the conditions holds."""

    of: tuple["Condition", ...]

    def __post_init__(self) -> None:
        _several("all", self.of)


class AnyOf(_Node, frozen=True, tag="any"):
    """At least one of the conditions holds."""

    of: tuple["Condition", ...]

    def __post_init__(self) -> None:
        _several("any", self.of)


class Not(_Node, frozen=True, tag="not"):
    """The condition does not hold; unknown stays unknown."""

    of: "Condition"


Condition = Union[  # noqa: UP007  msgspec resolves the forward names of a typing.Union
    All,
    AnyOf,
    Not,
    HasCondition,
    Takes,
    HasAllergy,
    HasVaccine,
    HasProcedure,
    HasResult,
    Compare,
    Missing,
    SourcesDisagree,
    OrderedRoute,
    OrderUnread,
    Started,
    Overdue,
    Sex,
    Phase,
    Indication,
]


def _several(name: str, of: tuple["Condition", ...]) -> None:
    if len(of) < 2:
        raise ValueError(f"{name} needs at least two conditions")


def children(node: Condition) -> tuple[Condition, ...]:
    """The conditions directly below a node; none for a leaf."""
    if isinstance(node, All | AnyOf):
        return node.of
    return (node.of,) if isinstance(node, Not) else ()


def leaves(node: Condition) -> Iterator[Condition]:
    """Every leaf of the tree, left to right."""
    below = children(node)
    if not below:
        yield node
    for child in below:
        yield from leaves(child)


def interned(node: Condition, known: dict[Condition, Condition]) -> Condition:
    """The same condition with equal parts made one object, so that each is worked out once a review."""
    if isinstance(node, All | AnyOf):
        node = msgspec.structs.replace(node, of=tuple(interned(child, known) for child in node.of))
    elif isinstance(node, Not):
        node = msgspec.structs.replace(node, of=interned(node.of, known))
    return known.setdefault(node, node)
