"""How entries are chained: each hash covers the whole entry and the hash before it, with a secret key.

Whoever can change the database but lacks the key cannot make a chain that verifies.
"""

import hmac
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

_encode: Final = msgspec.json.Encoder().encode
_CHAIN: Final = b"apothecary decision log: chain"
_START: Final = b"apothecary decision log: start"
_CHECK: Final = b"apothecary decision log: check"
_PATIENT: Final = b"apothecary decision log: patient"


class Row(NamedTuple):
    """One entry as it is stored; `time` in UTC as text, `body` as canonical JSON, hashes in hexadecimal."""

    seq: int
    time: str
    kind: str
    drug: str | None
    version: str | None
    hook: str | None
    patient: str | None
    body: str
    previous: str
    hash: str


def _derived(key: bytes, label: bytes) -> bytes:
    return hmac.digest(key, label, "sha256")


class Chain:
    """The chain of one key. The keys for the chain, its start and the patients are derived, so none reveals another."""

    def __init__(self, key: bytes) -> None:
        self._key = _derived(key, _CHAIN)
        self.start = _derived(key, _START).hex()
        self.check = _derived(key, _CHECK).hex()

    def hash(self, columns: tuple[object, ...]) -> str:
        """The hash of an entry from every other column, the hash before it included."""
        return hmac.digest(self._key, str(columns[-1]).encode() + _encode(columns), "sha256").hex()

    def holds(self, row: Row) -> bool:
        """Whether the hash of a row is the one that its other columns make; false for columns no entry can have."""
        try:
            return hmac.compare_digest(self.hash(row[:-1]), row.hash)
        except (TypeError, ValueError, msgspec.MsgspecError):
            return False


def patient_hasher(key: bytes) -> Callable[[str], str]:
    """Patient ids to keyed hashes: the same id gives the same hash in one log, and nothing without its key."""
    derived = _derived(key, _PATIENT)
    return lambda identifier: hmac.digest(derived, identifier.encode("utf-8", "surrogatepass"), "sha256").hex()


def patient_key(key: bytes, identifier: str) -> str:
    """The keyed hash of one patient id."""
    return patient_hasher(key)(identifier)
