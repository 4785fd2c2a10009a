"""Whether a request is about a drug at all: it is being ordered, it is taken, perhaps, or neither."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from apothecary.knowledge import Match
from apothecary.review.context import Context
from apothecary.service.hooks.request import Order

State = Literal["ordered", "taken", "perhaps", "not-supplied", "no"]


class Concern(msgspec.Struct, frozen=True):
    """How a request concerns a drug; `why`: what leaves it open; `orders`: the sources of the drug's orders.

    `other_orders`: it is taken, and the orders being written are surely of something else.
    """

    state: State
    orders: frozenset[str] = frozenset()
    why: str = ""
    other_orders: bool = False


def concern(ctx: Context, drafts: Iterable[Order] = ()) -> Concern:
    """Ordered when an order being written is of the drug, taken as the review reads it.

    `drafts`: the orders being written, of which some may order the drug without being an order of a medication.
    Perhaps, with the reason, while the medication list or an entry of it may hold the drug; `not-supplied` when there
    is no medication list to tell.
    """
    drug, index = ctx.monograph.drug, ctx.index
    hits = index.hits("medication", drug.value_set)
    orders = frozenset(hit.row.source for hit in hits if hit.row.kind == "DraftOrder" and hit.match is not Match.COARSE)
    if orders:
        return Concern("ordered", orders)
    elsewhere = _named_elsewhere(ctx, drafts)
    if ctx.phase == "on-therapy":
        unclear = (*(hit.row for hit in hits), *(hit.row for hit in index.opaque.get("medication", ())))
        other = elsewhere is None and not any(row.kind == "DraftOrder" for row in unclear)
        return Concern("taken", other_orders=other)
    if elsewhere is not None:
        return Concern("perhaps", why=f"{elsewhere} names it and is no medication order")
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


def _named_elsewhere(ctx: Context, drafts: Iterable[Order]) -> str | None:
    """The order that names the drug where a service is ordered, such as its injection in a clinic."""
    names = "|".join(re.escape(name) for name in (ctx.monograph.drug.name, *ctx.monograph.drug.brands))
    named = re.compile(rf"\b({names})\b", re.IGNORECASE)
    for draft in drafts:
        resource = draft.resource
        if resource.get("resourceType") == "ServiceRequest" and any(map(named.search, _said(resource.get("code")))):
            return draft.reference
    return None


def _said(concept: Any) -> Iterator[str]:
    """The texts of a CodeableConcept, also of one wrapped as in R5; none where it is something else."""
    if not isinstance(concept, dict):
        return
    concept = concept["concept"] if isinstance(concept.get("concept"), dict) else concept
    coded = concept.get("coding")
    for holder, key in ((concept, "text"), *((one, "display") for one in (coded if isinstance(coded, list) else ()))):
        if isinstance(holder, dict) and isinstance(holder.get(key), str):
            yield holder[key]
