"""What the OpenAPI description says of each address; requests and answers are read and written by msgspec."""

from typing import Any, Final

_TEXT: Final = {"type": "string", "minLength": 1}
_UUID: Final = {"type": "string", "format": "uuid"}
_CODING: Final = {"type": "object", "properties": {"code": _TEXT, "system": _TEXT, "display": _TEXT}}
_PATIENT_ID: Final = {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"}
_BUNDLE: Final = {
    "type": "object",
    "required": ["resourceType"],
    "properties": {
        "resourceType": {"const": "Bundle"},
        "type": {"enum": ["collection", "searchset"]},
        "entry": {"type": "array", "items": {"type": "object"}},
    },
}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


SCHEMAS: Final[dict[str, Any]] = {
    "OperationOutcome": _object(
        ("resourceType", "issue"),
        resourceType={"const": "OperationOutcome"},
        issue={
            "type": "array",
            "minItems": 1,
            "items": _object(
                ("severity", "code", "diagnostics"),
                severity=_TEXT,
                code=_TEXT,
                details={"type": "object"},
                diagnostics=_TEXT,
            ),
        },
    ),
    "Discovery": _object(
        ("services",),
        services={
            "type": "array",
            "items": _object(
                ("hook", "id", "description"),
                hook=_TEXT,
                hookVersion=_TEXT,
                id=_TEXT,
                version=_TEXT,
                title=_TEXT,
                description=_TEXT,
                prefetch={"type": "object", "additionalProperties": _TEXT},
                usageRequirements=_TEXT,
            ),
        },
    ),
    "CDSRequest": _object(
        ("hook", "hookInstance", "context"),
        hook={"enum": ["patient-view", "order-select", "order-sign"]},
        hookInstance=_UUID,
        fhirServer={"type": "string", "format": "uri"},
        fhirAuthorization=_object(
            ("access_token", "token_type"),
            access_token=_TEXT,
            token_type={"const": "Bearer"},
            expires_in={"type": "integer"},
            scope=_TEXT,
            subject=_TEXT,
        ),
        context=_object(
            ("userId", "patientId"),
            userId=_TEXT,
            patientId=_PATIENT_ID,
            encounterId=_TEXT,
            selections={"type": "array", "items": _TEXT},
            draftOrders=_BUNDLE,
        ),
        prefetch={"type": "object", "additionalProperties": {"type": ["object", "null"]}},
    ),
    "CDSResponse": _object(
        ("cards",),
        cards={
            "type": "array",
            "items": _object(
                ("summary", "indicator", "source", "uuid"),
                uuid=_UUID,
                summary={"type": "string", "minLength": 1, "maxLength": 139},
                detail=_TEXT,
                indicator={"enum": ["info", "warning", "critical"]},
                source=_object(("label",), label=_TEXT, url=_TEXT, topic=_CODING),
                suggestions={"type": "array", "minItems": 1, "items": {"type": "object"}},
                selectionBehavior={"enum": ["at-most-one", "any"]},
                overrideReasons={"type": "array", "minItems": 1, "items": _CODING},
                links={"type": "array", "minItems": 1, "items": {"type": "object"}},
            ),
        },
    ),
    "Feedback": _object(
        ("feedback",),
        feedback={
            "type": "array",
            "minItems": 1,
            "items": _object(
                ("card", "outcome", "outcomeTimestamp"),
                card=_UUID,
                outcome={"enum": ["accepted", "overridden"]},
                outcomeTimestamp={"type": "string", "format": "date-time", "description": "in UTC"},
                acceptedSuggestions={"type": "array", "items": _object(("id",), id=_TEXT)},
                overrideReason=_object((), reason=_CODING, userComment=_TEXT),
            ),
        },
    ),
    "Record": {
        "type": "object",
        "description": "A FHIR R4 Bundle or resource, a CDS Hooks request, or the short form.",
    },
    "Review": _object(
        ("contract", "drug", "verdict", "findings"),
        contract={"const": 1},
        drug=_TEXT,
        verdict={"enum": ["stop", "cannot-tell", "caution", "go"]},
        findings={"type": "array", "minItems": 1, "items": {"type": "object"}},
    ),
}
_QUERIES: Final = {
    "as_of": ("Day of the review; today when not given.", {"type": "string", "format": "date"}),
    "phase": ("Else read from the medication list.", {"enum": ["considering", "on-therapy"]}),
    "indication": ("The use the question is about.", _TEXT),
}


def described(
    summary: str, *, body: str | None = None, answer: str | None = None, query: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The arguments of a route that describe it: names of SCHEMAS; `answer` "Nothing" for an empty body."""
    extra: dict[str, Any] = {}
    if body is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(body)}}}
    if query:
        extra["parameters"] = [
            {"name": name, "in": "query", "description": _QUERIES[name][0], "schema": _QUERIES[name][1]}
            for name in query
        ]
    error = {
        "description": "Why there is no answer",
        "content": {"application/fhir+json": {"schema": _ref("OperationOutcome")}},
    }
    said: dict[str, Any] = {"description": "The answer"}
    if answer not in (None, "Nothing"):
        said["content"] = {"application/json": {"schema": _ref(str(answer))}}
    return {
        "summary": summary,
        "openapi_extra": extra,
        "responses": {200: said, "4XX": error, "5XX": error},
    }
