"""A patient's data from a launch as the text of one record, in which each search keeps its state."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from apothecary.record.hooks import Context, Request
from apothecary.service.hooks.discovery import KEYS


class _Link(msgspec.Struct):
    relation: str = ""
    url: str = ""


class _Kept(msgspec.Struct, omit_defaults=True):
    """The fields of a search result that the record reader needs."""

    resourceType: str = ""
    type: str = "searchset"
    total: int | None = None
    link: list[_Link] = []
    entry: list[msgspec.Raw] = []


_kept: Final = msgspec.json.Decoder(_Kept)


def record(patient: str, queries: Mapping[str, str], fetched: Mapping[str, msgspec.Raw]) -> str:
    """The fetched values as prefetch of one request about the patient, each under the name of its resource type.

    A failure stays the OperationOutcome that it is, so that its section is not known and the reason shows.
    """
    values = {KEYS[key][1]: _answered(queries[key], value) for key, value in fetched.items()}
    request = Request(hook="patient-view", context=Context(patientId=patient), prefetch=values)
    return msgspec.json.encode(request).decode()


def _answered(query: str, value: msgspec.Raw) -> msgspec.Raw:
    """A search for all the codes that matter, called one for the whole section: its links alone make it look partial.

    What is missing stays said (the link to a next page, the total); a search that the server says it narrowed by more
    than was asked stays as it is.
    """
    asked = _names(query)
    if "code" not in asked:
        return value
    try:
        found = _kept.decode(value)
        links = {link.relation: link.url for link in found.link}
        if found.resourceType != "Bundle" or not _names(links.get("self", "")) <= asked:
            return value
    except (msgspec.MsgspecError, ValueError):
        return value
    links["self"] = query.split("?")[0]
    found.link = [_Link(relation, url) for relation, url in links.items()]
    return msgspec.Raw(msgspec.json.encode(found))


def _names(url: str) -> set[str]:
    """The parameters of a search, but those that only say how the answer is written."""
    return {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)} - {
        "_format",
        "_pretty",
        "_total",
    }
