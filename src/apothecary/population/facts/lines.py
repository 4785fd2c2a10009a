"""Lines of an export to facts. A narrow look at each line leaves out those that say nothing the monograph asks.

Such a line belongs to a section that its type makes searched for; then it matters only that the patient has a row.
Whatever is odd about a line takes the long way, through the record reader itself.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

import msgspec

from apothecary.knowledge import Matcher
from apothecary.population.facts.narrow import NONE, Block, Line, own_name
from apothecary.population.facts.seen import BY_ROWS, Seen
from apothecary.population.facts.tables import Maker
from apothecary.record.bulk import ROW_TYPES, STATING_TYPES, ResourceReader, about, fits, patient_named

_LIMIT: Final = 50_000  # of what is remembered of each type
_Section = Literal["condition", "medication", "observation", "immunization", "procedure"]
_REMEMBERED: Final[dict[str, _Section]] = {
    "Condition": "condition",
    "MedicationRequest": "medication",
    "MedicationStatement": "medication",
    "MedicationAdministration": "medication",
    "MedicationDispense": "medication",
    "Observation": "observation",
    "Immunization": "immunization",
    "Procedure": "procedure",
}
_USES: Final = frozenset(kind for kind, section in _REMEMBERED.items() if section == "medication")
_READ: Final = ROW_TYPES | STATING_TYPES | {"Patient"}
_NOT_READ: Final = {
    "Bundle": "The line is a bundle. Put each patient's bundle into a file of its own (*.json) in another folder.",
    "OperationOutcome": "The line is an error report of the server.",
}


class Reject(msgspec.Struct, frozen=True):
    """A line that was not read, or not wholly: its number in the part, why, its type and patient where known."""

    line: int
    reason: str
    type: str = ""
    patient: str | None = None


class _Known(NamedTuple):
    """Of one type: which bytes are of what is asked, and who has such a line, by the bytes of the reference."""

    asked: dict[bytes, bool]
    patients: dict[bytes, int]


class LineReader:
    """Reads blocks of lines; what it learned of codes stays for the next part."""

    def __init__(self, maker: Maker, matcher: Matcher, reader: ResourceReader) -> None:
        self._maker = maker
        self._matcher = matcher
        self._reader = reader
        self._keys: dict[bytes, int | None] = {}
        self._known: dict[str, _Known] = {kind: _Known({}, {}) for kind in _REMEMBERED}
        self.types: Counter[str] = Counter()
        self.rejects: list[Reject] = []
        self.lines = 0
        self.references = 0  # to Medications of the export, in the lines of this part

    def begin(self, file: str, start: int, seen: Seen) -> None:
        """The lines that follow are of this part of a file; the patients in them are noted in `seen`."""
        self._file, self._start, self._seen = file, start, seen
        self.lines = self.references = 0
        self.types.clear()
        self.rejects.clear()
        self._keys.clear()
        for known in self._known.values():
            known.patients.clear()

    def forget_references(self) -> None:
        """Forgets what was learned of references, which mean something else in another export."""
        for kind in _USES:
            self._known[kind].asked.clear()

    def flush(self) -> None:
        """Notes in `seen` who has rows that were left out; to be called before it is read and cleared."""
        for kind, known in self._known.items():
            self._seen.mark_all("rows", _REMEMBERED[kind], known.patients.values())
            known.patients.clear()
        self._keys.clear()

    def too_long(self) -> None:
        """Rejects a line that was not even kept."""
        self._reject(0, "The line is too long to be read.")
        self.lines += 1

    def read(self, data: bytes, place: int) -> None:
        """Reads whole lines; `place`: the byte of the file at which they begin."""
        block = Block(data, place, self._file)
        for kind, numbers in block.by_type().items():
            if not kind:
                for number in numbers:
                    self._take_unfit(block, number)
                continue
            self.types[kind] += len(numbers)
            if kind in _REMEMBERED:
                self._read_known(kind, block, self._odd(kind, block, numbers))
            elif kind in _READ:
                for number in numbers:
                    self._read_one(kind, block, number)
            if kind in _NOT_READ:
                for number in numbers:
                    self._reject(number, _NOT_READ[kind], kind)
        self.lines += block.count

    def _read_known(self, kind: str, block: Block, numbers: Sequence[int]) -> None:
        """Reads lines of a type that makes its section searched, so that beside their rows nothing has to be noted."""
        items, patients, add = block.items, self._known[kind].patients, self._maker.add
        for number in numbers:
            who = bytes(items[number].subject)
            if who not in patients and self._key(who) is None:
                who = bytes(items[number].patient)
            found = self._reader.rows_of(kind, block.line(number))
            if found and (who in patients or self._note(who, patients)):
                for section, row in found:
                    add(patients[who], section, row)
            else:
                self._read_one(kind, block, number)

    def _read_one(self, kind: str, block: Block, number: int) -> None:
        """Reads any line as the record reader does."""
        line = block.items[number]
        self._reader.read(kind, block.line(number), "" if own_name(line) else block.where(number))
        key = self._key(bytes(line.subject))
        self._take(kind, number, key if key is not None else self._key(bytes(line.patient)))

    # --- lines that say nothing ---------------------------------------------------------------------------------------

    def _odd(self, kind: str, block: Block, numbers: Sequence[int]) -> list[int]:
        """The lines of a type that have to be read: of codes that may be asked about, and whatever is odd."""
        items, (asked, patients), none = block.items, self._known[kind], NONE
        if len(asked) > _LIMIT:
            asked.clear()
        whose: set[bytes] = set()
        odd: list[int] = []
        left: list[int] = []
        # most lines of all end in one of these loops
        if kind == "Immunization":
            for n in numbers:
                line = items[n]
                is_asked = asked.get(bytes(line.vaccineCode))
                if is_asked:
                    odd.append(n)
                elif is_asked is not None and line.contained is line.subject is none:
                    whose.add(bytes(line.patient))
                else:
                    left.append(n)
        elif kind in _USES:
            for n in numbers:
                line = items[n]
                is_asked = asked.get(bytes(line.medicationCodeableConcept))
                plain = line.contained is line.medicationReference is line.medication is none
                if is_asked and plain:
                    odd.append(n)
                elif is_asked is not None and plain:
                    whose.add(bytes(line.subject))
                else:
                    left.append(n)
        else:
            for n in numbers:
                line = items[n]
                is_asked = asked.get(bytes(line.code))
                if is_asked:
                    odd.append(n)
                elif is_asked is None or line.contained is not none:
                    left.append(n)
                elif line.component is None or not any(asked.get(bytes(c.code), True) for c in line.component):
                    whose.add(bytes(line.subject))
                else:
                    left.append(n)
        nobody = {who for who in whose - patients.keys() if not self._note(who, patients)}
        if nobody:
            odd, left = [], list(numbers)
        return sorted([*odd, *(n for n in left if not self._says_nothing(kind, items[n], block, n))])

    def _says_nothing(self, kind: str, line: Line, block: Block, number: int) -> bool:
        """Whether the line can be left out, the long way."""
        if line.contained is not NONE:
            return False
        asked, patients = self._known[kind]
        by_reference = kind in _USES and not (line.medicationReference is NONE and line.medication is NONE)
        self.references += by_reference
        for what in _about(kind, line, by_reference):
            is_asked = asked.get(what)
            if is_asked is None:
                is_asked = asked[what] = self._is_asked(kind, what)
            if is_asked:
                return False
        if by_reference and not fits(block.line(number)):
            return False  # of what does not fit its type, the reference is not followed
        return self._note(bytes(line.subject), patients) or self._note(bytes(line.patient), patients)

    def _note(self, who: bytes, patients: dict[bytes, int]) -> bool:
        """Keeps that a patient has a line that says nothing; False when it is nobody's."""
        key = self._key(who)
        if key is not None:
            patients[who] = key
        return key is not None

    def _key(self, who: bytes) -> int | None:
        """The key of the patient a reference, as bytes, points to."""
        if who not in self._keys:
            id_ = patient_named(msgspec.json.decode(who))
            self._keys[who] = self._seen.key(id_) if id_ is not None else None
        return self._keys[who]

    def _is_asked(self, kind: str, what: bytes) -> bool:
        """Whether a resource that says nothing but this belongs to any value set, or does not say what it is."""
        reader, section = self._reader, _REMEMBERED[kind]
        field = b"vaccineCode" if kind == "Immunization" else b"medicationCodeableConcept" if kind in _USES else b"code"
        reader.read(kind, b'{"resourceType":"%b","%b":%b}' % (kind.encode(), field, what), kind)
        rows = [row for _, row in reader.rows()]
        asked = any(self._matcher.match(section, row.codes, row.texts) != ({}, None) for row in rows)
        return asked or not rows or bool(reader.problems)

    # --- lines that are read ------------------------------------------------------------------------------------------

    def _take(self, kind: str, number: int, key: int | None) -> None:
        """Keeps what the record reader has read of a line."""
        reader, seen = self._reader, self._seen
        why = reader.unfit() if reader.problems else ""
        if kind == "Patient":
            id_, who = reader.patient()
            if id_ is not None:
                key = seen.key(id_)
                seen.person(key, (self._file, self._start, self.lines + number), who, bool(why))
        if key is None:
            nobody = (
                "The patient has no id." if kind == "Patient" else "The line does not say which patient it is about."
            )
            self._reject(number, f"{nobody} {why}".strip(), kind)
            return
        if why:
            self._reject(number, why, kind, seen.id(key))
        for section, row in reader.rows():
            first = self._maker.add(key, section, row)
            if section in BY_ROWS:
                seen.first(section, key, first)
            seen.mark("rows", section, key)
        for section in reader.sections.supplied:
            seen.mark("supplied", section, key)
        none_known, nothing_known = reader.sections.declared()
        for section in none_known:
            seen.mark("none_known", section, key)
        for section in nothing_known:
            seen.mark("nothing_known", section, key)

    def _take_unfit(self, block: Block, number: int) -> None:
        """A line that the narrow look cannot read: empty, no JSON, or not as its type says."""
        data = block.line(number)
        text = data.decode(errors="replace").encode()
        if not text.strip():
            return
        found = about(text)
        kind = found.resourceType if found is not None else None
        if found is None or not isinstance(kind, str) or not kind:
            self._reject(number, "The line is no JSON object." if found is None else "The line has no resourceType.")
            return
        self.types[kind] += 1
        if kind not in _READ:
            return
        if text != data:
            self._reader.read_spoiled(kind, text, block.where(number), "the line is not UTF-8 text")
        else:
            self._reader.read(kind, data, block.where(number))
        id_ = patient_named(found.subject, found.patient)
        self._take(kind, number, self._seen.key(id_) if id_ is not None else None)

    def _reject(self, number: int, reason: str, kind: str = "", patient: str | None = None) -> None:
        self.rejects.append(Reject(self.lines + number, reason, kind, patient))


def _about(kind: str, line: Line, by_reference: bool) -> list[bytes]:
    """What a line is about: the bytes of its code and those of its parts, or of a medication with its references."""
    if kind == "Immunization":
        return [bytes(line.vaccineCode)]
    if kind not in _USES:
        return [bytes(line.code), *(bytes(part.code) for part in line.component or ())]
    own = bytes(line.medicationCodeableConcept)
    if by_reference:
        own += b',"medicationReference":%b,"medication":%b' % (bytes(line.medicationReference), bytes(line.medication))
    return [own]
