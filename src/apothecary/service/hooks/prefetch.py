"""From what a client sent along, and what its server adds, to the record: nothing missing becomes a known no."""

from collections.abc import Mapping

import msgspec

from apothecary.record import Record
from apothecary.record.hooks import Context, Request
from apothecary.record.reader import read_request
from apothecary.service.fhir.address import check_server
from apothecary.service.fhir.client import Access, failed
from apothecary.service.hooks.discovery import KEYS, filled
from apothecary.service.hooks.request import Asked
from apothecary.service.settings import Client
from apothecary.service.state import State

_SECTIONS = {key: section for key, (section, _) in KEYS.items()}


async def gathered(
    asked: Asked, templates: Mapping[str, str], state: State, client: Client | None
) -> dict[str, msgspec.Raw]:
    """The prefetch with the keys that are absent fetched from the client's server, where it gave access.

    A key with `null` or an OperationOutcome was looked for by the client; it is not asked for again. What cannot be
    fetched becomes an OperationOutcome. Refusal when the server is one that may not be asked.
    """
    sent = dict(asked.prefetch)
    absent = filled({key: query for key, query in templates.items() if key not in sent}, asked.patient)
    if asked.server is None:
        return sent
    server = check_server(asked.server, state.settings, client)
    if not absent or asked.authorization is None:
        return sent
    access = Access(server, asked.authorization.access_token, asked.authorization.scope)
    fetched = await state.fhir.fetch(access, absent)
    for value in fetched.values():
        state.metrics.fetched("failed" if failed(value) else "fetched")
    return {**sent, **fetched}


def record(asked: Asked, prefetch: Mapping[str, msgspec.Raw], templates: Mapping[str, str]) -> Record:
    """The record of a request; RecordError when its data must not be reviewed."""
    answered = {key: _SECTIONS[key] for key in templates}
    request = Request(
        hook=asked.hook,
        hookInstance=asked.instance,
        context=Context(patientId=asked.patient, draftOrders=asked.draft_orders),
        prefetch=dict(prefetch),
    )
    return read_request(request, answered)
