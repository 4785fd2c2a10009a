"""JSON Schemas of what CDS Hooks 2.0.1 sends, written from the specification, with the invariants of the 3.0 ballot.

`mistakes(data, RESPONSE)` lists what is wrong with an answer; FEEDBACK and DISCOVERY are the other two bodies.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

Json = dict[str, Any]
_TEXT: Final[Json] = {"type": "string", "minLength": 1}
_UUID: Final[Json] = {
    "type": "string",
    "pattern": "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}$",
}
_URL: Final[Json] = {"type": "string", "pattern": r"^https?://[^\s]+$"}
_EXTENSION: Final[Json] = {"type": "object", "propertyNames": {"pattern": r"^[a-z]+(\.[A-Za-z0-9-]+)+$"}}  # E-1
_RESOURCE: Final[Json] = {
    "type": "object",
    "properties": {"resourceType": {"type": "string", "pattern": "^[A-Z][A-Za-z]+$"}},
    "required": ["resourceType"],
}


def _closed(required: tuple[str, ...], **properties: Json) -> Json:
    """An object with these properties, an extension, and nothing else."""
    return {
        "type": "object",
        "properties": {**properties, "extension": _EXTENSION},
        "required": list(required),
        "additionalProperties": False,
    }


def _several(item: Json) -> Json:
    """An array that is left out rather than empty (J-2)."""
    return {"type": "array", "items": item, "minItems": 1}


_TOPIC: Final = _closed(("code",), system=_TEXT, code=_TEXT, display=_TEXT, version=_TEXT)
_REASON: Final = _closed(("system", "code", "display"), system=_TEXT, code=_TEXT, display=_TEXT)  # C-7
_SOURCE: Final = _closed(("label",), label=_TEXT, url=_URL, icon=_URL, topic=_TOPIC)
_ACTION: Final[Json] = {
    **_closed(
        ("type", "description"),
        type={"enum": ["create", "update", "delete"]},
        description=_TEXT,
        resource=_RESOURCE,
        resourceId={"type": "string", "pattern": r"^[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64}$"},
    ),
    "if": {"properties": {"type": {"const": "delete"}}},  # C-11
    "then": {"required": ["resourceId"], "not": {"required": ["resource"]}},
    "else": {"required": ["resource"], "not": {"required": ["resourceId"]}},
}
_SUGGESTION: Final = _closed(
    ("label",), label=_TEXT, uuid=_UUID, isRecommended={"type": "boolean"}, actions=_several(_ACTION)
)
_LINK: Final[Json] = {
    **_closed(
        ("label", "url", "type"),
        label=_TEXT,
        url=_URL,
        type={"enum": ["absolute", "smart"]},
        appContext=_TEXT,
        autolaunchable={"type": "boolean"},
    ),
    "if": {"required": ["appContext"]},  # C-13
    "then": {"properties": {"type": {"const": "smart"}}},
}
_CARD: Final[Json] = {
    **_closed(
        ("summary", "indicator", "source"),
        uuid=_UUID,
        summary={"type": "string", "minLength": 1, "maxLength": 139, "pattern": r"^[^\r\n]+$"},
        detail=_TEXT,
        indicator={"enum": ["info", "warning", "critical"]},
        source=_SOURCE,
        suggestions=_several(_SUGGESTION),
        selectionBehavior={"enum": ["at-most-one", "any"]},
        overrideReasons=_several(_REASON),
        links=_several(_LINK),
    ),
    "dependentRequired": {"suggestions": ["selectionBehavior"]},  # C-5
    "if": {"properties": {"selectionBehavior": {"const": "at-most-one"}}, "required": ["selectionBehavior"]},  # C-6
    "then": {
        "properties": {
            "suggestions": {
                "contains": {"properties": {"isRecommended": {"const": True}}, "required": ["isRecommended"]},
                "minContains": 0,
                "maxContains": 1,
            }
        }
    },
}
# S-1; system actions need an agreement beforehand (A-1), so there are none
RESPONSE: Final = _closed(("cards",), cards={"type": "array", "items": _CARD})

DISCOVERY: Final = _closed(
    ("services",),
    services={
        "type": "array",
        "items": _closed(
            ("hook", "description", "id"),
            hook=_TEXT,
            hookVersion=_TEXT,
            title=_TEXT,
            description=_TEXT,
            id={"type": "string", "pattern": r"^[^\s/]+$"},
            version=_TEXT,
            prefetch={"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
            usageRequirements=_TEXT,
        ),
    },
)

_OVERRIDDEN: Final[Json] = {**_closed((), reason=_TOPIC, userComment=_TEXT), "minProperties": 1}  # B-3
FEEDBACK: Final = _closed(
    ("feedback",),
    feedback={
        "type": "array",
        "items": {
            **_closed(
                ("card", "outcome", "outcomeTimestamp"),
                card=_UUID,
                outcome={"enum": ["accepted", "overridden"]},
                overrideReason=_OVERRIDDEN,
                acceptedSuggestions=_several(_closed(("id",), id=_UUID)),
                outcomeTimestamp={"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
            ),
            "if": {"properties": {"outcome": {"const": "accepted"}}, "required": ["outcome"]},  # B-2
            "then": {"required": ["acceptedSuggestions"]},
        },
    },
)


def mistakes(data: Any, schema: Json) -> list[str]:
    """What the schema refuses, what is null or empty (J-2), and ids that are given twice (C-8)."""
    found = [f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(data)]
    found += hollow(data)
    ids = [card.get("uuid") for card in _listed(data, "cards")]
    ids += [one.get("uuid") for card in _listed(data, "cards") for one in _listed(card, "suggestions")]
    found += [f"the uuid {id_} is given twice" for id_ in set(ids) if id_ is not None and ids.count(id_) > 1]
    return found


def hollow(data: Any, where: str = "$") -> list[str]:
    """Where something is null or empty; only the whole list of cards, services or feedback may be."""
    allowed = ("$.cards", "$.services", "$.feedback")
    if data is None or (isinstance(data, str | list | dict) and not data):
        return [] if data == [] and where in allowed else [f"{where} is {data!r}"]
    if isinstance(data, dict):
        return [said for key, part in data.items() for said in hollow(part, f"{where}.{key}")]
    if isinstance(data, list):
        return [said for number, part in enumerate(data) for said in hollow(part, f"{where}[{number}]")]
    return []


def absolute(url: str) -> bool:
    """Whether an address is absolute."""
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _listed(data: Any, key: str) -> list[Json]:
    part = data.get(key) if isinstance(data, dict) else None
    return [one for one in part if isinstance(one, dict)] if isinstance(part, list) else []
