"""What cards.yaml may say: which rules lead to one decision, what can be ordered, why a card may be set aside."""

from typing import Final, Literal

from apothecary.knowledge.source_text import Strict

OWN_REASONS: Final = "urn:apothecary:override-reason"
HL7_REASONS: Final = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


class Code(Strict, frozen=True):
    """A code of a code system with its official name."""

    system: str
    code: str
    display: str


class Order(Strict, frozen=True):
    """A test that a card offers to order. `observation`: what it measures.

    It is offered where an open question needs that observation, and where one of the rules in `when` applies.
    """

    observation: str
    code: Code
    text: str
    when: tuple[str, ...] = ()


class Decision(Strict, frozen=True):
    """Rules that lead to one decision and so share a card.

    `change_interval`: offer the interval that an adjustment of the dose names for one of these rules.
    """

    id: str
    name: str
    rules: tuple[str, ...]
    order: tuple[Order, ...] = ()
    change_interval: bool = False


class Reason(Strict, frozen=True):
    """Why a card is not followed. Offered on every card or, with `decisions`, only on those of these decisions."""

    system: Literal[
        "urn:apothecary:override-reason", "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"
    ]
    code: str
    display: str
    decisions: tuple[str, ...] = ()


class Cards(Strict, frozen=True):
    """cards.yaml. A rule in no decision stands for itself; `at_sign` is not asked while orders are chosen."""

    decisions: tuple[Decision, ...] = ()
    at_sign: tuple[str, ...] = ()
    override_reasons: tuple[Reason, ...] = ()
