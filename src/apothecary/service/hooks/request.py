"""A CDS Hooks request as it arrives: checked against the specification before anything is concluded from it."""

import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import msgspec

from apothecary.record.fhir_types import NOTHING
from apothecary.service.errors import Refusal
from apothecary.service.hooks.discovery import HOOKS, ORDER_HOOKS

_ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_REFERENCE: Final = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}")


class Authorization(msgspec.Struct, frozen=True):
    """The token for the client's FHIR server; it is used for this one request and never shown."""

    access_token: str
    token_type: str = "Bearer"
    scope: str = ""

    def __repr__(self) -> str:
        """Without the token, so that no log or error can hold it."""
        return "Authorization(...)"


class Context(msgspec.Struct, frozen=True):
    """The fields that the contexts of the three hooks share, and those of the ordering hooks."""

    patientId: str | None = None
    userId: str | None = None
    encounterId: str | None = None
    selections: list[str] | None = None
    draftOrders: msgspec.Raw = NOTHING


class Envelope(msgspec.Struct, frozen=True):
    """A request; `user`, `userId` and `patient` beside the context are those of the first version of CDS Hooks."""

    hook: str | None = None
    hookInstance: str | None = None
    context: Context | None = None
    fhirServer: str | None = None
    fhirAuthorization: Authorization | None = None
    prefetch: dict[str, msgspec.Raw] | None = None
    user: str | None = None
    userId: str | None = None
    patient: str | None = None


class Order(msgspec.Struct, frozen=True):
    """One order being written: how the context names it, and the resource itself."""

    reference: str
    resource: dict[str, Any]


class Asked(msgspec.Struct, frozen=True):
    """A request that is as it should be. `patient` is a bare id, `orders` those being written."""

    hook: str
    instance: str
    patient: str
    orders: tuple[Order, ...]
    draft_orders: msgspec.Raw
    prefetch: Mapping[str, msgspec.Raw]
    server: str | None
    authorization: Authorization | None


class _Entry(msgspec.Struct):
    resource: dict[str, Any] | None = None


class _Orders(msgspec.Struct):
    resourceType: str | None = None
    entry: list[_Entry | None] | None = None


_envelope = msgspec.json.Decoder(Envelope)
_orders = msgspec.json.Decoder(_Orders)


def read(body: bytes, hooks: tuple[str, ...]) -> Asked:
    """The request in `body` for a service that answers `hooks`; Refusal(400) names the field that is not right."""
    try:
        sent = _envelope.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(f"The body is not a CDS Hooks request: {error}. Send the JSON object of the specification") from None
    if not sent.hook:
        raise _bad("The field hook is missing. Name the hook that was triggered")
    if sent.hook not in hooks:
        known = "an unknown hook" if sent.hook not in HOOKS else f"the hook {sent.hook}"
        raise _bad(f"The request is for {known}, which this service does not answer. It answers {' and '.join(hooks)}")
    context = sent.context
    if context is None:
        raise _bad("The field context is missing. Send the context of the hook")
    patient = context.patientId or sent.patient
    if not patient:
        raise _bad("The field context.patientId is missing. Send the id of the patient")
    patient = patient.removeprefix("Patient/")
    if not _ID.fullmatch(patient):
        raise _bad("The field context.patientId is not an id of a FHIR resource (letters, digits, - and .)")
    user = context.userId or sent.userId or sent.user
    if not user:
        raise _bad("The field context.userId is missing. Send who is working, such as Practitioner/7")
    if context.userId and not _REFERENCE.fullmatch(context.userId):
        raise _bad("The field context.userId is not Type/id, such as Practitioner/7")
    if sent.fhirAuthorization is not None and not sent.fhirServer:
        raise _bad("There is fhirAuthorization but no fhirServer. Send the address of the server that it is for")
    if sent.fhirAuthorization is not None and sent.fhirAuthorization.token_type.casefold() != "bearer":
        raise _bad("The token_type of fhirAuthorization is not Bearer")
    draft_orders = NOTHING
    orders: tuple[Order, ...] = ()
    if sent.hook in ORDER_HOOKS:
        draft_orders, orders = context.draftOrders, _read_orders(context.draftOrders)
        _check_selections(sent.hook, context.selections, orders)
    return Asked(
        sent.hook,
        _instance(sent.hookInstance),
        patient,
        orders,
        draft_orders,
        sent.prefetch or {},
        sent.fhirServer,
        sent.fhirAuthorization,
    )


def _instance(text: str | None) -> str:
    if not text:
        raise _bad("The field hookInstance is missing. Send a UUID made for this request")
    try:
        return str(UUID(text))
    except ValueError:
        raise _bad("The field hookInstance is not a UUID. Send a UUID made for this request") from None


def _read_orders(raw: msgspec.Raw) -> tuple[Order, ...]:
    """The orders being written, each with the reference by which selections and suggestions name it."""
    try:
        bundle = _orders.decode(raw)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _bad(f"The field context.draftOrders is not a FHIR Bundle: {error}") from None
    if bundle.resourceType != "Bundle":
        raise _bad("The field context.draftOrders is missing or is not a FHIR Bundle. Send the orders being written")
    found = []
    for number, entry in enumerate(bundle.entry or ()):
        if entry is None or entry.resource is None:
            continue
        kind, identity = entry.resource.get("resourceType"), entry.resource.get("id")
        if not isinstance(kind, str) or not kind:
            raise _bad(f"context.draftOrders.entry[{number}].resource has no resourceType")
        named = isinstance(identity, str) and identity
        found.append(Order(f"{kind}/{identity}" if named else f"context.draftOrders.entry[{number}]", entry.resource))
    return tuple(found)


def _check_selections(hook: str, selections: list[str] | None, orders: tuple[Order, ...]) -> None:
    if hook != "order-select":
        return
    if not selections:
        raise _bad("The field context.selections is missing or empty. Name the orders just selected, as Type/id")
    known = {order.reference for order in orders}
    unknown = [chosen for chosen in selections if chosen.removeprefix("urn:uuid:") not in known]
    if unknown:
        raise _bad(
            f"{len(unknown)} of context.selections name no order in context.draftOrders. Send Type/id of orders there"
        )


def _bad(message: str) -> Refusal:
    return Refusal(400, "invalid-request", f"{message}.")
