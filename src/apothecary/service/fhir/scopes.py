"""What a token may read, in the scope syntax of SMART App Launch 1 (`.read`) and 2 (`.rs`)."""

import re
from typing import Final, Literal

_SCOPE: Final = re.compile(
    r"(?:patient|user|system)/(?P<kind>\*|[A-Za-z]+)\.(?P<may>read|write|\*|c?r?u?d?s?)(?P<only>\?.*)?"
)


def covered(scope: str, kind: str, *, search: bool) -> Literal["yes", "no", "partly"]:
    """Whether a granted scope lets resources of a type be read, or searched.

    `partly`: only those that a condition in the scope selects. A scope that speaks of no resources says nothing about
    them, so that the server decides: `yes`.
    """
    found = [part for part in map(_SCOPE.fullmatch, scope.split()) if part is not None]
    if not found:
        return "yes"
    fitting = [part for part in found if part["kind"] in ("*", kind) and _may(part["may"], search)]
    if not fitting:
        return "no"
    return "partly" if all(part["only"] for part in fitting) else "yes"


def _may(verbs: str, search: bool) -> bool:
    if verbs in ("read", "*"):
        return True
    return verbs != "write" and ("s" if search else "r") in verbs
