"""One shape for every error that a program reads: a FHIR OperationOutcome."""

from typing import Any, Final

import msgspec

# FHIR issue types for the HTTP statuses that the service answers with
_ISSUES: Final = {
    400: "invalid", 401: "login", 403: "forbidden", 404: "not-found", 405: "not-supported", 408: "timeout",
    409: "conflict", 412: "required", 413: "too-long", 415: "not-supported", 422: "processing", 429: "throttled",
    500: "exception", 503: "transient", 504: "timeout",
}  # fmt: skip
CODES: Final = "urn:apothecary:error"


class Refusal(Exception):
    """A request that gets an error instead of an answer: HTTP status, a stable code, what is wrong and what to do."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def outcome(refusal: Refusal) -> bytes:
    """The error as JSON of a FHIR OperationOutcome; `details` has the stable code, `diagnostics` the sentence."""
    said: dict[str, Any] = {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": _ISSUES.get(refusal.status, "processing"),
                "details": {"coding": [{"system": CODES, "code": refusal.code}]},
                "diagnostics": refusal.message,
            }
        ],
    }
    return msgspec.json.encode(said)
