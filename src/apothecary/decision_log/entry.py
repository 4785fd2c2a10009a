"""One entry of the log as its writer gives it, and the parts of its body that are looked up later."""

from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from apothecary.decision_log.errors import LogError

_encode: Final = msgspec.json.Encoder(order="sorted").encode


class Entry(msgspec.Struct, frozen=True):
    """What happened, when, about which drug and edition; `patient` is a keyed hash, never an id.

    `time` is aware. `body`: for a review `cards` (uuid, indicator, rules, status), `rules` (applies, unknown, clear)
    and what the caller adds; for feedback `card`, `outcome`, `timestamp`, `reason`, where `rules`, `status`,
    `reviewed`, drug, version and patient come from the review that showed the card; a note may count answers that were
    not logged (`unlogged`) or hold the `cards` shown where no review could be made.
    """

    kind: Literal["review", "feedback", "note"]
    time: datetime
    drug: str | None
    version: str | None
    hook: str | None
    patient: str | None
    body: dict[str, Any]


class Card(msgspec.Struct, frozen=True):
    """A card that was shown: its id, the rules that it speaks for, whether they apply or are open.

    An empty `status` is that of a card that asks for no decision; to override it says nothing of its rules.
    """

    uuid: str
    indicator: str = "info"
    rules: tuple[str, ...] = ()
    status: str = ""


class Rules(msgspec.Struct, frozen=True):
    """The rules of a review by their status."""

    applies: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    clear: tuple[str, ...] = ()


class Reason(msgspec.Struct, frozen=True):
    """Why a card was overridden."""

    code: str | None = None
    system: str | None = None
    display: str | None = None


class Review(msgspec.Struct, frozen=True):
    """What is looked up in the body of a review."""

    cards: tuple[Card, ...] = ()
    rules: Rules = Rules()


class Feedback(msgspec.Struct, frozen=True):
    """What is looked up in the body of feedback; `reviewed` is the entry of the review that showed the card.

    `status`: that of the card.
    """

    card: str
    outcome: str
    timestamp: str | None = None
    reason: Reason | None = None
    rules: tuple[str, ...] = ()
    reviewed: int | None = None
    status: str = ""


class Note(msgspec.Struct, frozen=True):
    """What is looked up in the body of a note: answers that left without being logged, cards shown without a review."""

    unlogged: int = 0
    cards: tuple[Card, ...] = ()


BODIES: Final[dict[str, type[Review] | type[Feedback] | type[Note]]] = {
    "review": Review,
    "feedback": Feedback,
    "note": Note,
}
Body = Review | Feedback | Note


def canonical(body: dict[str, Any]) -> str:
    """The body as JSON with sorted keys and no spaces: the same text for the same content."""
    return _encode(body).decode()


def instant(time: datetime) -> str:
    """The time as text of a fixed width in UTC, which sorts as the times do; LogError for a time without a zone."""
    if time.utcoffset() is None:
        raise LogError("log-entry", f"The time of an entry, {time}, has no time zone. Give an aware time.")
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Draft(msgspec.Struct, frozen=True):
    """An entry made ready to be written: everything checked and encoded that needs no database."""

    entry: Entry
    time: str
    body: str
    known: Body


def prepared(entry: Entry) -> Draft:
    """The entry, checked; LogError names what cannot be kept, and nothing of it is written."""
    try:
        known = msgspec.convert(entry.body, BODIES[entry.kind])
        body = canonical(entry.body)
        for text in (entry.drug, entry.version, entry.hook, entry.patient):
            if text is not None and "\0" in text:
                raise ValueError("a zero character")
    except (msgspec.MsgspecError, TypeError, ValueError, KeyError) as error:
        message = f"An entry of kind {entry.kind!r} cannot be kept: {error}. Nothing of it was written."
        raise LogError("log-entry", message) from error
    return Draft(entry, instant(entry.time), body, known)
