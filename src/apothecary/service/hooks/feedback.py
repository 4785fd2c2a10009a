"""What became of a card: accepted or overridden, why, and when. It may come late, several times, or never."""

import re
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from apothecary.service.errors import Refusal

_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]00:00)")


class Coding(msgspec.Struct, frozen=True):
    """A reason by its code."""

    code: str
    system: str | None = None
    display: str | None = None


class OverrideReason(msgspec.Struct, frozen=True):
    """Why a card was overridden: a code, words, or both."""

    reason: Coding | None = None
    userComment: str | None = None


class Accepted(msgspec.Struct, frozen=True):
    """A suggestion that was followed."""

    id: str


class Item(msgspec.Struct, frozen=True):
    """The outcome of one card."""

    card: str
    outcome: Literal["accepted", "overridden"]
    outcomeTimestamp: str
    acceptedSuggestions: list[Accepted] | None = None
    overrideReason: OverrideReason | None = None


class Feedback(msgspec.Struct, frozen=True):
    """The body of a call."""

    feedback: list[Item]


_decoder = msgspec.json.Decoder(Feedback)


def read(body: bytes) -> list[Item]:
    """The outcomes in `body`; Refusal(400) names what is not as the specification says, and nothing is kept then."""
    try:
        items = _decoder.decode(body).feedback
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(f'The body is not feedback: {error}. Send {{"feedback": [...]}}') from None
    if not items:
        raise _bad("The list feedback is empty. Send the outcome of at least one card")
    for number, item in enumerate(items):
        _check(item, f"feedback[{number}]")
    return items


def _check(item: Item, where: str) -> None:
    try:
        UUID(item.card)
    except ValueError:
        raise _bad(f"{where}.card is not the uuid of a card") from None
    if not _is_moment(item.outcomeTimestamp):
        raise _bad(f"{where}.outcomeTimestamp is not a moment in UTC, such as 2026-11-22T10:00:00Z")
    if item.outcome == "accepted" and not item.acceptedSuggestions:
        raise _bad(f"{where} is accepted; acceptedSuggestions must name the suggestions that were followed")
    if item.outcome == "overridden" and item.acceptedSuggestions:
        raise _bad(f"{where} is overridden, so it has no acceptedSuggestions")
    reason = item.overrideReason
    if reason is not None and reason.reason is None and not reason.userComment:
        raise _bad(f"{where}.overrideReason is empty. Send a reason, a userComment, or both")


def _is_moment(text: str) -> bool:
    """Whether it is a moment in UTC that exists; the seconds may be those of a leap second."""
    if _UTC.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text[:17] + text[17:19].replace("60", "59"))
    except ValueError:
        return False
    return True


def _bad(message: str) -> Refusal:
    return Refusal(400, "invalid-feedback", f"{message}.")
