"""Bytes to typed FHIR resources, and how to look into those that do not fit their type."""

import msgspec

from apothecary.record import fhir_types as f

Data = bytes | msgspec.Raw

read_bundle = msgspec.json.Decoder(f.Bundle)
read_raw_bundle = msgspec.json.Decoder(f.RawBundle)
read_resource = msgspec.json.Decoder(f.Resource)
_kind = msgspec.json.Decoder(f.Kind)
_loose = msgspec.json.Decoder(f.Named)


def loosely(data: Data) -> f.Named:
    """What can be read of a resource whatever its shape; nothing when even that cannot be."""
    try:
        return _loose.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        return f.Named()


def kind_of(data: Data) -> str:
    """The resourceType of some JSON; empty when there is none."""
    try:
        return _kind.decode(data).resourceType
    except (msgspec.MsgspecError, RecursionError):
        return ""


def outcome_text(resource: f.Resource) -> str:
    """What an OperationOutcome says, in one line."""
    said = [i.diagnostics or (i.details.text if i.details else None) or i.code or "" for i in resource.issue or ()]
    return "The server reported: " + ("; ".join(part for part in said if part) or "no details") + "."
