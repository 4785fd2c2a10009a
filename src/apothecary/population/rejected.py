"""Why lines were set aside, and how many, in words that hold nothing of anybody's record."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import msgspec

from apothecary.population.facts.manifest import REJECTS

# How the sentences in the list of rejects begin, and what is counted of them. The sentences themselves quote ids,
# codes and values, so they stay in that list.
_LINES: Final = (
    ("The line is no JSON object", "no JSON object, or cut off"),
    ("The line has no resourceType", "no resourceType"),
    ("The line is too long", "too long"),
    ("The line is a bundle", "a bundle inside an export"),
    ("The line is an error report", "an error report of the server"),
    ("The line does not say which patient", "no patient named"),
    ("The patient has no id", "a Patient without an id"),
)
_RECORDS: Final = (
    ("The record holds", "a record of several patients"),
    ("It is a short form", "a short form instead of FHIR"),
    ("The record is empty", "an empty file"),
)
_ABOUT_NOBODY: Final = ("Bundle", "OperationOutcome")
_UNFIT: Final = "not as its type asks"
_UNREADABLE: Final = "a record that cannot be read, or not only of one patient"


class Rejected(msgspec.Struct, frozen=True):
    """How many lines were set aside by reason; `nobodys`: those of which it is not known whose they are."""

    reasons: dict[str, int]
    nobodys: int


def rejected(folder: Path, kind: str) -> Rejected:
    """What the list of rejects of facts counts; `kind` as of their manifest, an export or single records."""
    reasons: Counter[str] = Counter()
    nobodys = 0
    with (folder / REJECTS).open("rb") as listed:
        for line in listed:
            one = msgspec.json.decode(line)
            reasons[_reason(one, kind)] += 1
            nobodys += kind == "lines" and "patient" not in one and one.get("type") not in _ABOUT_NOBODY
    return Rejected(dict(sorted(reasons.items())), nobodys)


def _reason(one: dict[str, Any], kind: str) -> str:
    said = str(one.get("reason", ""))
    known = _LINES if kind == "lines" else _RECORDS
    default = f"{one.get('type') or 'a line'}: {_UNFIT}" if kind == "lines" else _UNREADABLE
    return next((what for start, what in known if said.startswith(start)), default)
