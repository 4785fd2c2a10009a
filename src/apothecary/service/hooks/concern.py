"""Whether a request is about a drug at all: it is being ordered, it is taken, perhaps, or neither."""

from typing import Literal

import msgspec

from apothecary.knowledge import Match
from apothecary.review.context import Context

State = Literal["ordered", "taken", "perhaps", "not-supplied", "no"]


class Concern(msgspec.Struct, frozen=True):
    """How a request concerns a drug; `why`: what leaves it open; `orders`: the sources of the drug's orders."""

    state: State
    orders: frozenset[str] = frozenset()
    why: str = ""


def concern(ctx: Context) -> Concern:
    """Ordered when an order being written is of the drug, taken as the review reads it.

    Perhaps, with the reason, while the medication list or an entry of it may hold the drug; `not-supplied` when there
    is no medication list to tell.
    """
    drug, index = ctx.monograph.drug, ctx.index
    hits = index.hits("medication", drug.value_set)
    orders = frozenset(hit.row.source for hit in hits if hit.row.kind == "DraftOrder" and hit.match is not Match.COARSE)
    if orders:
        return Concern("ordered", orders)
    if ctx.phase == "on-therapy":
        return Concern("taken")
    for hit in hits:
        if hit.standing in ("uncertain", "unreadable"):
            return Concern("perhaps", why=f"{hit.row.source} is {hit.row.status}")
    for hit in index.opaque.get("medication", ()):
        if hit.standing in ("current", "planned", "uncertain", "unreadable") and index.may_belong(
            hit.row, drug.value_set
        ):
            return Concern("perhaps", why=f"{hit.row.source} does not say which drug it is")
    section = index.section("medication")
    if section.state == "unreadable":
        return Concern("perhaps", why=section.reason)
    if section.state == "not-supplied":
        return Concern("not-supplied", why=section.reason)
    return Concern("no")
