"""What is written about one patient so far, and what follows from it; the only state while a patient is made."""

from datetime import date
from functools import lru_cache

from apothecary.population.cohort.draws import Draw, one_of
from apothecary.population.cohort.plan import Plan
from apothecary.population.cohort.pools import Entry
from apothecary.population.cohort.schema import AnySection, Group, Judged, Says, Status

# The files that every export has, whoever is in it
TYPES = (
    "Patient", "Condition", "MedicationRequest", "Medication", "Observation", "AllergyIntolerance", "Immunization",
    "ImmunizationRecommendation", "Procedure", "Encounter",
)  # fmt: skip
SECTION: dict[str, AnySection] = {
    "Patient": "patient",
    "Condition": "condition",
    "MedicationRequest": "medication",
    "Observation": "observation",
    "AllergyIntolerance": "allergy",
    "Immunization": "immunization",
    "ImmunizationRecommendation": "immunization",
    "Procedure": "procedure",
}


@lru_cache(maxsize=65536)
def iso(ordinal: int) -> str:
    """A day as FHIR writes it."""
    return date.fromordinal(ordinal).isoformat()


class Chart:
    """One patient's lines by resource type; what was planted, claimed, left out and spoiled.

    `sets`: (section, value set) of rows that count; `missing` sections are not exported; nothing is claimed to be
    absent from `spoiled` ones.
    """

    def __init__(self, plan: Plan, u: Draw, id_: str, place: int) -> None:
        self.plan = plan
        self.u = u
        self.id = id_
        self.place = place  # of the group
        self.lines: dict[str, list[str]] = {}
        self.claims: list[tuple[str, Status, tuple[AnySection, ...]]] = []  # the third: sections that must be whole
        self.planted: list[str] = []
        self.sets: list[tuple[str, str, tuple[str, ...]]] = []  # the third: rules that the row does not touch
        self.missing: set[str] = set()
        self.spoiled: set[str] = set()
        self.judged: list[Judged] = []
        self.dose_says: Says = {}
        self.weight = 70.0
        self.age = 50.0
        self.sex = "female"
        self._number = 0

    @property
    def group(self) -> Group:
        """The patient's group."""
        return self.plan.mix.groups[self.place]

    def new_id(self) -> str:
        """The id of the next resource."""
        self._number += 1
        return f"{self.id}-{self._number}"

    def add(self, kind: str, line: str) -> None:
        """Writes one resource."""
        found = self.lines.get(kind)
        if found is None:
            self.lines[kind] = [line]
        else:
            found.append(line)

    def chance(self, share: float) -> bool:
        """Whether something of that share happens; draws nothing where it never does."""
        return share > 0 and self.u() < share

    def concept(self, entries: tuple[tuple[Entry, ...], ...]) -> Entry:
        """One way to record something: coded, or as often as the noise says by a local code or by its name only."""
        noise, at = self.plan.mix.noise, self.u()
        if at < noise.text_only:
            return one_of(self.u, entries[2])
        return one_of(self.u, entries[1] if at < noise.text_only + noise.local_code else entries[0])

    def partial(self, ordinal: int) -> str:
        """A day, or as often as the noise says only its month or year."""
        noise = self.plan.mix.noise
        if self.chance(noise.partial_date):
            return iso(ordinal)[: 4 if self.u() < 0.5 else 7]
        return iso(ordinal)

    def planted_none_of(self, facts: tuple[str, ...]) -> bool:
        """Whether none of these facts is planted."""
        return not facts or not any(fact in self.planted for fact in facts)

    def whole(self) -> frozenset[str]:
        """The sections of which everything that there is to know of the patient can be read."""
        there = {section for kind, section in SECTION.items() if self.lines.get(kind)}
        return frozenset(there - self.missing - self.spoiled)
