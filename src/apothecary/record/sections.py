"""How a record says which of its sections it holds: present, searched, declared empty, paged, or not mentioned."""

from urllib.parse import parse_qsl, urlsplit

from apothecary.record.codes import first_code
from apothecary.record.facts import SECTIONS, Section, SectionName
from apothecary.record.fhir_types import CompositionSection

_SEARCHED: dict[str, SectionName] = {
    "Patient": "patient",
    "Condition": "condition",
    "MedicationRequest": "medication",
    "MedicationStatement": "medication",
    "Observation": "observation",
    "AllergyIntolerance": "allergy",
    "Immunization": "immunization",
    "Procedure": "procedure",
}
_HARMLESS = {
    "patient", "subject", "intent", "verification-status",
    "_count", "_sort", "_format", "_include", "_revinclude", "_total", "_pretty",
}  # fmt: skip
_PRESENT = ("status", "clinical-status")
_DONE: dict[str, set[str]] = {
    "observation": {"final", "amended"},
    "immunization": {"completed"},
    "procedure": {"completed"},
}
# LOINC codes of the sections of a patient summary and of the lists a server keeps
LIST_CODES: dict[str, SectionName] = {
    "48765-2": "allergy",
    "52472-8": "allergy",
    "10160-0": "medication",
    "29549-3": "medication",
    "11450-4": "condition",
    "11369-6": "immunization",
    "47519-4": "procedure",
    "30954-2": "observation",
}
_KNOWN_NONE = {"nilknown"}


def section_of_search(url: str) -> tuple[SectionName | None, str, bool]:
    """The section a search URL asks for, the parameters that narrow it, and whether it asks only for what is active."""
    try:
        parts = urlsplit(url)
    except ValueError:  # not an address
        return None, "", False
    section = _SEARCHED.get(parts.path.rstrip("/").rsplit("/", 1)[-1])
    if section is None:
        return None, "", False
    asked = [(name.split(":")[0].split(".")[0], value) for name, value in parse_qsl(parts.query)]
    allowed = _HARMLESS if section == "observation" else _HARMLESS | {"category"}
    narrow, present_only = set(), False
    for name, value in asked:
        values = {part.rsplit("|", 1)[-1] for part in value.split(",")}
        if name == "status" and section in ("observation", "immunization", "procedure"):
            if not values >= _DONE[section]:
                narrow.add(name)
        elif name in _PRESENT:
            if "active" in values:
                present_only = True
            else:
                narrow.add(name)
        elif name not in allowed:
            narrow.add(name)
    return section, ", ".join(sorted(narrow)), present_only


class Sections:
    """Collects what is said about each section; `states` gives the outcome."""

    def __init__(self) -> None:
        self.supplied: set[SectionName] = set()  # a resource of the section is in the record
        self._partial: dict[SectionName, str] = {}
        self._empty: dict[SectionName, str] = {}
        self._known_none: set[SectionName] = set()
        self._searched: set[SectionName] = set()
        self._present_only: set[SectionName] = set()

    def clear(self) -> None:
        """Forgets everything."""
        for said in (self.supplied, self._partial, self._empty, self._known_none, self._searched, self._present_only):
            said.clear()

    def mark_searched(self, section: SectionName) -> None:
        """The whole section was searched, whatever was found."""
        self.supplied.add(section)
        self._searched.add(section)

    def mark_present_only(self, section: SectionName) -> None:
        """What is active now was searched; unless all of the section was too, it says nothing about the past."""
        self.supplied.add(section)
        self._present_only.add(section)

    def mark_partial(self, section: SectionName, reason: str) -> None:
        """Part of the section could not be had."""
        self._partial.setdefault(section, reason)

    def mark_empty(self, section: SectionName, reason: str) -> None:
        """The section is declared empty, with a FHIR empty reason; only `nilknown` is a known none."""
        if reason in _KNOWN_NONE:
            self._known_none.add(section)
        else:
            self._empty[section] = reason

    def mark_absent(self, section: SectionName, known: bool) -> None:
        """An entry such as "no known allergies" or "no information about allergies"."""
        if known:
            self._known_none.add(section)
        else:
            self._empty.setdefault(section, "no information")

    def declared(self) -> tuple[set[SectionName], set[SectionName]]:
        """The sections stated to hold nothing, and those of which it is stated that nothing is known."""
        return self._known_none, set(self._empty)

    def read_composition(self, sections: list[CompositionSection]) -> None:
        """States that the sections of a document declare, nested ones too."""
        for part in sections:
            codes = [c.code for c in (part.code.coding if part.code else None) or () if c.code]
            section = next((LIST_CODES[code] for code in codes if code in LIST_CODES), None)
            if section and part.emptyReason is not None and not part.entry:
                self.mark_empty(section, first_code(part.emptyReason) or "unstated")
            self.read_composition(part.section or [])

    def states(self, rows: dict[SectionName, int]) -> dict[SectionName, Section]:
        """The state of every section, given how many rows each has."""
        return {name: self._state(name, rows.get(name, 0)) for name in SECTIONS}

    def _state(self, name: SectionName, rows: int) -> Section:
        if name in self._partial:
            return Section("unreadable", self._partial[name])
        if name in self._known_none:
            return Section("supplied", "stated to be none" if not rows else "")
        if name == "allergy" and not rows:
            reason = self._empty.get(name)
            if reason:
                return Section("not-supplied", f"the record says: {reason}")
            if name in self.supplied:
                return Section("not-supplied", "an empty allergy list without a statement that there are none")
            return Section("not-supplied")
        if name in self._empty and not rows:
            return Section("not-supplied", f"the record says: {self._empty[name]}")
        if name not in self.supplied:
            return Section("not-supplied")
        asked = name in self._searched | self._present_only and name != "allergy"
        return Section("supplied", present_only=name in self._present_only - self._searched, by_rows=not asked)
