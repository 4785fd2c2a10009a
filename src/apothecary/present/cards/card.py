"""CDS Hooks 2.0.1 cards in the names of the specification; what has no value is left out of the JSON."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

Indicator = Literal["info", "warning", "critical"]


class Wire(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """Base of what is sent: no null, no empty value, camelCase names."""


class Coding(Wire, frozen=True):
    """A code with its system and its name."""

    system: str
    code: str
    display: str


class Source(Wire, frozen=True):
    """Where the guidance comes from; `topic` says what the card is about."""

    label: str
    url: str
    topic: Coding | None = None


class Action(Wire, frozen=True):
    """One change: `resource` is what to create or the whole updated resource, `resource_id` what to delete."""

    type: Literal["create", "update", "delete"]
    description: str
    resource: dict[str, Any] | None = None
    resource_id: str = ""


class Suggestion(Wire, frozen=True):
    """A set of changes to take over with one click. None is ever marked as recommended: the choice is the user's."""

    label: str
    uuid: str
    actions: tuple[Action, ...]


class Link(Wire, frozen=True):
    """Where to read on; `smart` is launched with the patient in context."""

    label: str
    url: str
    type: Literal["absolute", "smart"]


class Card(Wire, frozen=True):
    """One card: a sentence of at most 139 characters, Markdown with the reasons, what can be done."""

    uuid: str
    summary: str
    indicator: Indicator
    source: Source
    detail: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    selection_behavior: Literal["at-most-one", "any", ""] = ""
    override_reasons: tuple[Coding, ...] = ()
    links: tuple[Link, ...] = ()


class Shown(msgspec.Struct, frozen=True):
    """A card with the rules it is about, which are not sent.

    `status`: whether they apply or are open. Empty for a card that asks for no decision: the info card, a note.
    """

    card: Card
    rules: tuple[str, ...] = ()
    status: Literal["applies", "unknown", ""] = ""


_encoder = msgspec.json.Encoder()


def encode(cards: Iterable[Shown]) -> bytes:
    """The body of the answer to a hook."""
    return _encoder.encode({"cards": [shown.card for shown in cards]})
