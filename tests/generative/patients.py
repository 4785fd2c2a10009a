"""Random patients as FHIR: any sections in any state, with rows out of a monograph's own value sets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

import msgspec
from hypothesis import strategies as st
from rows import Json, World, allergy, medication, problem, procedure, resource, result, vaccination
from strategies import Draw, monograph, sets_about

from apothecary.knowledge.schema import Domain
from apothecary.record import Record, read_record

_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_BIRTHS: Final = (
    *(None, "1950-01-31", "1980-05-05", "1980-05", "1980", "1971-12-31"),
    *("2008-06-30", "2008-07-01", "2008", "2016-07", "2024-02-29", "2026"),
)
SEARCHES: Final = {
    "condition": "Condition",
    "medication": "MedicationRequest",
    "observation": "Observation",
    "allergy": "AllergyIntolerance",
    "immunization": "Immunization",
    "procedure": "Procedure",
}
_ASKED_ACTIVE: Final = {"condition": "&clinical-status=active", "medication": "&status=active"}
_NONE_KNOWN: Final = {
    "condition": "no-known-problems",
    "medication": "no-known-medications",
    "allergy": "no-known-allergies",
    "immunization": "no-known-immunizations",
    "procedure": "no-known-procedures",
}


@dataclass(frozen=True)
class Patient:
    """A generated patient: the Patient resource; each section's resources and how the section is supplied."""

    who: Json
    how: dict[str, str]
    rows: dict[str, tuple[Json, ...]]

    def entries(self) -> list[Json]:
        """The entries of the bundle; a searched section is a search result of its own."""
        found = [self.who]
        for section, resources in self.rows.items():
            how = self.how[section]
            found += resources if how in ("left out", "listed", "none") else [search(section, resources, how)]
        return [{"resource": one} for one in found]

    def read(self) -> Record:
        """The record."""
        return read(self.entries())

    def having(self, section: str, *resources: Json) -> "Patient":
        """The same patient with other rows in a section."""
        return replace(self, rows={**self.rows, section: resources})


def search(section: str, resources: tuple[Json, ...], how: str = "searched") -> Json:
    """The answer to a search: `searched` completely, the first of several pages, or `active` ones only."""
    query = f"patient=p1{_ASKED_ACTIVE.get(section, '') if how == 'active' else ''}"
    links = [{"relation": "self", "url": f"https://ehr.example/{SEARCHES[section]}?{query}"}]
    links += [{"relation": "next", "url": "https://ehr.example/next"}] if how == "paged" else []
    entries = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": entries}


def encode(entries: list[Json]) -> bytes:
    """A bundle of these entries as JSON."""
    return msgspec.json.encode({"resourceType": "Bundle", "type": "collection", "entry": entries})


def read(entries: list[Json]) -> Record:
    """The record in a bundle of these entries."""
    return read_record(encode(entries))


# --- patients -------------------------------------------------------------------------------------------------------

_ROWS: Final[dict[str, Callable[[Random, World], Json]]] = {
    "condition": problem,
    "medication": medication,
    "observation": result,
    "allergy": allergy,
    "immunization": vaccination,
    "procedure": procedure,
}
_HOW: Final = ("left out", "listed", "listed", *("searched",) * 4, "paged", "active", "none")
_SLOTS: Final = {section: 5 if section == "observation" else 3 for section in _ROWS}
_LOTS = 1 + sum(1 + slots for slots in _SLOTS.values())


@st.composite
def patients(
    draw: Draw[Any], drug: str, about: frozenset[str] = frozenset(), whole: bool = False, crowded: bool = False
) -> Patient:
    """A patient of any age with a few rows a section; `whole`: every section was searched completely.

    `crowded`: the rows are about few things (those in `about`, if any) and few days, so that many fall together.

    All of it is drawn at once and every part is decided by a lot of its own, so that the choices are spread evenly;
    a lot of 0 leaves the part out, which is how a failing patient is made smaller.
    """
    drawn = draw(st.binary(min_size=3 * _LOTS, max_size=3 * _LOTS))
    lots = iter([int.from_bytes(drawn[n : n + 3]) for n in range(0, 3 * _LOTS, 3)])
    rng = Random(next(lots))
    world = World(drug, _few(rng, drug) if crowded and not about else about, crowded)
    known = (("birthDate", rng.choice(_BIRTHS)), ("gender", rng.choice((None, "female", "female", "male", "other"))))
    who = {"resourceType": "Patient", "id": "p1", **{name: value for name, value in known if value}}
    hows: dict[str, str] = {}
    rows: dict[str, tuple[Json, ...]] = {}
    for section, row in _ROWS.items():
        lot, *others = [next(lots) for _ in range(1 + _SLOTS[section])]
        hows[section] = how = "searched" if whole else Random(lot).choice(_HOW) if lot else "left out"
        chosen = [lot for lot in others if lot and (lot % 2 or crowded) and how not in ("left out", "none")]
        found = [row(Random(lot), world) for lot in chosen]
        numbered = ({"id": f"{section[:4]}-{n}", **one} for n, one in enumerate(found))
        rows[section] = (_stated(section),) if how == "none" and section in _NONE_KNOWN else tuple(numbered)
    return Patient(who, hows, rows)


def _few(rng: Random, drug: str) -> frozenset[str]:
    """One value set of each domain, and one test or the sources of renal function."""
    m = monograph(drug)
    domains: tuple[Domain, ...] = ("condition", "allergy", "immunization", "procedure")
    chosen = rng.choice(tuple(id_ for id_, seen in m.observations.items() if seen.value_set))
    renal = rng.random() < 0.5
    results = {"creatinine", "creatinine-clearance", "egfr", "weight", "height"} if renal else {chosen}
    return frozenset({m.drug.value_set, *results, *(rng.choice(sets_about(drug, domain)) for domain in domains)})


def _stated(section: str) -> Json:
    """The entry of a patient summary that says that there is nothing."""
    nothing = {"coding": [{"system": _ABSENT, "code": _NONE_KNOWN[section]}]}
    kind = {"medication": "MedicationStatement"}.get(section, SEARCHES[section])
    field = {"medication": "medicationCodeableConcept", "immunization": "vaccineCode"}.get(section, "code")
    status = {"medication": "active", "immunization": "completed", "procedure": "completed"}.get(section)
    return resource(kind, id=f"{section[:4]}-none", status=status, **{field: nothing})
