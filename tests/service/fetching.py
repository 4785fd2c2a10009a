"""What the tests of the FHIR client share: one fetch from a server in this process, and what the record makes of it."""

import asyncio
import json
from typing import Any

import httpx
import msgspec
from fhir_server import FhirServer

from apothecary.record import Record, read_record
from apothecary.service.fhir import Access, FhirClient
from apothecary.service.settings import Limits, Settings
from apothecary.service.smart.record import record
from support import MIGRAINE, condition, patient

TOKEN = "token-that-nobody-may-see"
QUERIES = {"patient": "Patient/p1", "conditions": "Condition?patient=p1"}
MANY = [patient(), *(condition(MIGRAINE, id=f"c{n}") for n in range(7))]


def fetch(
    server: FhirServer, queries: dict[str, str] = QUERIES, scope: str = "", token: str | None = TOKEN, **limits: Any
) -> dict[str, dict[str, Any]]:
    """What the client makes of a server's answers, decoded."""

    async def run() -> dict[str, msgspec.Raw]:
        http = httpx.AsyncClient(transport=httpx.ASGITransport(server.app()))
        client = FhirClient(Settings(limits=Limits(**limits)), http)
        try:
            return await client.fetch(Access(server.fhir, token, scope), queries)
        finally:
            await client.close()

    return {key: json.loads(bytes(value)) for key, value in asyncio.run(run()).items()}


def reason(value: dict[str, Any]) -> str:
    """What an OperationOutcome says."""
    assert "OperationOutcome" == value["resourceType"]
    return str(value["issue"][0]["diagnostics"])


def as_read(server: FhirServer, **limits: Any) -> Record:
    """The record made of the server's answers."""
    found = {key: msgspec.Raw(json.dumps(value).encode()) for key, value in fetch(server, **limits).items()}
    return read_record(record("p1", QUERIES, found).encode())
