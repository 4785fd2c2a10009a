"""What a monograph asks of records: its value sets as bits, its observations, its questions about orders."""

import hashlib
from typing import Literal

import msgspec

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.knowledge.schema import Domain
from apothecary.population.facts.schema import BITS, FORMAT
from apothecary.record.facts import SectionName

_DOMAINS: dict[SectionName, tuple[Domain, ...]] = {
    "condition": ("condition",),
    "medication": ("medication", "immunization"),  # an order of a vaccine stands among the medications
    "allergy": ("allergy",),
    "immunization": ("immunization",),
    "procedure": ("procedure",),
}


class Question(msgspec.Struct, frozen=True):
    """What may be asked of a step of an order: a number by its quantity, a route by its sets, a part that is unread."""

    kind: Literal["number", "route", "unread"]
    quantity: str = ""
    route: logic.OrderedRoute | None = None
    part: Literal["dose", "timing", ""] = ""


class Asked(msgspec.Struct, frozen=True):
    """The bits, places and numbers by which facts refer to a monograph.

    `bits`: section, then value set, to the number of its bit. `observations` that have codes, `answers` of each.
    `fingerprint`: of all that facts depend on, so that a changed threshold does not make them stale.
    """

    drug: str
    bits: dict[SectionName, dict[str, int]]
    words: int
    observations: tuple[str, ...]
    answers: dict[str, tuple[str, ...]]
    questions: tuple[Question, ...]
    fingerprint: str


def asked(m: Monograph) -> Asked:
    """What the facts for a monograph hold."""
    bits = {
        section: {
            id_: number
            for number, id_ in enumerate(i for i, s in m.value_sets.items() if not set(domains).isdisjoint(s.about))
        }
        for section, domains in _DOMAINS.items()
    }
    most = max((len(sets) for sets in bits.values()), default=0)
    observations = tuple(name for name, seen in m.observations.items() if seen.value_set is not None)
    return Asked(
        m.drug.id,
        bits,
        max(1, -(-most // BITS)),
        observations,
        {name: tuple(m.observations[name].answers) for name in observations},
        _questions(m),
        _fingerprint(m),
    )


def _questions(m: Monograph) -> tuple[Question, ...]:
    numbers = [Question("number", name) for name, seen in m.observations.items() if seen.formula in ORDERED_UNITS]
    roots = [use.when for use in m.indications.values()]
    roots += [rule.when for rule in m.rules.values()]
    roots += [exception.when for rule in m.rules.values() for exception in rule.exceptions]
    nodes = [leaf for root in roots for leaf in logic.leaves(root)]
    routes = dict.fromkeys(leaf for leaf in nodes if isinstance(leaf, logic.OrderedRoute))
    return (
        *numbers,
        *(Question("route", route=leaf) for leaf in routes),
        Question("unread", part="dose"),
        Question("unread", part="timing"),
    )


def _fingerprint(m: Monograph) -> str:
    """Of the value sets, the observations with the values they name, the products, the drug and the routes asked."""
    named = [
        value
        for seen in m.observations.values()
        for value in (
            seen.plausible,
            seen.molar_mass,
            *(v for a in seen.answers.values() for v in (a.at_least, a.below)),
        )
        if value is not None
    ]
    parts = (
        FORMAT,
        m.drug.value_set,
        m.value_sets,
        m.codes,
        m.observations,
        {name: m.values[name] for name in sorted(set(named))},
        m.products,
        _questions(m),
    )
    return hashlib.sha256(msgspec.json.encode(parts, order="deterministic")).hexdigest()[:16]
