"""What cards say of a monograph for every patient alike, worked out once and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from apothecary.knowledge.cards import Decision, Order
from apothecary.present import words
from apothecary.present.cards.card import Coding, Link, Source
from apothecary.present.safe import clean, markdown

if TYPE_CHECKING:
    from collections.abc import Callable

    from apothecary.knowledge.schema import Monograph
    from apothecary.present.cards.occasion import Occasion
    from apothecary.review.result import Review

RULES: Final = "urn:apothecary:rule"
KINDS: Final = "urn:apothecary:card"
_MOST_KEPT: Final = 64


class Prepared:
    """A monograph made ready for cards; `written` keeps the unchanging part of a finding by rule."""

    def __init__(self, monograph: Monograph) -> None:
        self.monograph = monograph
        drug = monograph.drug
        self.name = clean(words.capital(drug.name))
        self.label = clean(f"{words.drug(monograph)} monograph, edition {drug.edition.revised.isoformat()}")
        self.path = f"/monographs/{quote(drug.id, safe='')}"
        self.names = tuple(name.casefold() for name in (drug.name, *drug.brands))
        self.at_sign = frozenset(monograph.cards.at_sign)
        self.decisions = {rule: decision for decision in monograph.cards.decisions for rule in decision.rules}
        self.written: dict[str, object] = {}
        self._reasons: dict[frozenset[str], tuple[Coding, ...]] = {}
        self._abouts = {rule.title: self._about(rule.title) for rule in monograph.rules.values()}
        self._known = {text: markdown(clean(text)) for text in _texts(monograph)}
        orders: dict[str, list[Order]] = {}
        for decision in monograph.cards.decisions:
            for order in decision.order:
                if order.observation in monograph.observations:
                    orders.setdefault(monograph.observations[order.observation].name, []).append(order)
        self.orders = {fact: tuple(listed) for fact, listed in orders.items()}  # by what a need calls it

    def known(self, text: str) -> str | None:
        """A text of the knowledge in Markdown; None for any other, so that nothing of a record is ever kept."""
        return self._known.get(text)

    def decision(self, rule: str, title: str) -> Decision:
        """The decision to which a rule leads; one that is in none stands for itself."""
        return self.decisions.get(rule) or Decision(id=rule, name=title, rules=(rule,))

    def reasons(self, decisions: frozenset[str]) -> tuple[Coding, ...]:
        """Why a card on these decisions may be set aside."""
        found = self._reasons.get(decisions)
        if found is None:
            found = tuple(
                Coding(reason.system, reason.code, reason.display)
                for reason in self.monograph.cards.override_reasons
                if not reason.decisions or decisions.intersection(reason.decisions)
            )
            if len(self._reasons) < _MOST_KEPT:
                self._reasons[decisions] = found
        return found

    def source(self, base_url: str, system: str, code: str, display: str) -> Source:
        """The monograph as the source of a card that is about one rule, or of one of our kinds of card."""
        return Source(self.label, base_url + self.path, Coding(system, code, clean(display)))

    def links(self, occasion: Occasion, rules: tuple[str, ...]) -> tuple[Link, ...]:
        """To each rule in the monograph's page, to the page itself without one, and to the review in the app."""
        page = occasion.base_url + self.path
        found = [
            Link(f"Rule and sources: {rule}" if number else "Rule and sources", f"{page}#rule-{rule}", "absolute")
            for number, rule in enumerate(rules)
        ] or [Link("Rules and sources", page, "absolute")]
        if occasion.smart:
            found.append(
                Link(
                    "Open the review",
                    f"{occasion.base_url}/smart/launch?drug={quote(self.monograph.drug.id, safe='')}",
                    "smart",
                )
            )
        return tuple(found)

    def about(self, text: str) -> str:
        """A text that names the drug: with the name in front where it is not in it anyway."""
        return self._abouts.get(text) or self._about(text)

    def _about(self, text: str) -> str:
        text = clean(text)
        lowered = text.casefold()
        if any(name in lowered for name in self.names):
            return text
        return f"{self.name} – {text}" if ": " in text else f"{self.name}: {text}"


def _texts(monograph: Monograph) -> set[str]:
    """The texts of a monograph that reviews repeat: titles, names, what to ask."""
    found = {rule.title for rule in monograph.rules.values()}
    found |= {text for seen in monograph.observations.values() for text in (seen.name, seen.how)}
    found |= {text for one in monograph.value_sets.values() for text in (one.name, one.ask or one.name)}
    return found


_kept: dict[int, Prepared] = {}


def prepared(monograph: Monograph) -> Prepared:
    """What was worked out for this very monograph; it is held, so that its identity stays its own."""
    found = _kept.get(id(monograph))
    if found is None or found.monograph is not monograph:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        found = _kept[id(monograph)] = Prepared(monograph)
    return found


class Case(msgspec.Struct, frozen=True):
    """One review on one occasion. `head`: what stands first on every card, `foot`: what stands last."""

    review: Review
    ready: Prepared
    occasion: Occasion
    new_id: Callable[[], str]
    head: str
    foot: str

    def source(self, system: str, code: str, display: str) -> Source:
        """The source of a card on this occasion."""
        return self.ready.source(self.occasion.base_url, system, code, display)

    def links(self, rules: tuple[str, ...]) -> tuple[Link, ...]:
        """The links of a card on this occasion."""
        return self.ready.links(self.occasion, rules)


class Written(msgspec.Struct, frozen=True):
    """What a finding says for every patient alike, in Markdown, with what it was made from."""

    of: tuple[object, ...]
    head: str
    action: str
    notes: tuple[str, ...]
    grounds: str
