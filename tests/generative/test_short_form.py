"""The same facts typed as a short form and sent as FHIR are the same patient."""

from random import Random
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import read as read_fhir
from patients import search
from rows import Json, numbers, respelled, spellings
from strategies import AS_OF, PHASES, SETTINGS, Draw, drugs, monograph, reviewer, sets_about

from apothecary.knowledge.schema import Domain
from apothecary.record import Record, read_record

_SYSTEMS = {
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10cm",
    "http://snomed.info/sct": "snomed",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "http://www.whocc.no/atc": "atc",
    "http://hl7.org/fhir/sid/cvx": "cvx",
    "http://fdasis.nlm.nih.gov": "unii",
}
_TODAY = AS_OF.isoformat()
_DATES = (None, _TODAY, "2026-06-01", "2026-05", "2025", "2024-12-31", "2026-07-15")
# (key of the short form, status there) -> what FHIR calls it
_PROBLEM = {"active": ("active", "confirmed"), "resolved": ("resolved", "confirmed"), "refuted": ("active", "refuted")}
_PROBLEM |= {"suspected": ("active", "provisional"), "inactive": ("inactive", "confirmed")}
_TAKEN = {
    "active": "active",
    "stopped": "stopped",
    "on-hold": "on-hold",
    "not-taken": "not-taken",
    "planned": "intended",
}


class Twins:
    """One patient, written down in both ways side by side."""

    def __init__(self, drug: str, rng: Random) -> None:
        self.drug = drug
        self.rng = rng
        self.form: Json = {}
        self.fhir: dict[str, list[Json]] = {}
        self.who: Json = {"resourceType": "Patient", "id": "p1"}

    def patient(self) -> None:
        birth = self.rng.choice(("1950-03-03", "1980", "2008-06-30", "2015-02", None))
        sex = self.rng.choice(("female", "male", None))
        self.form["id"] = "p1"
        if birth:
            self.form["birth_date"] = self.who["birthDate"] = birth
        if sex:
            self.form["sex"] = self.who["gender"] = sex

    def __repr__(self) -> str:
        return f"Twins({self.drug}, {self.form})"

    def concept(self, domain: Domain) -> tuple[Json, Json]:
        """The same thing as keys of a short form and as a FHIR concept: by code, by name or by both."""
        sets = sets_about(self.drug, domain)
        entries = [e for e in monograph(self.drug).codes if e.value_set in sets]
        entry = self.rng.choice(entries)
        how = self.rng.choice(("code", "name", "both"))
        form: Json = {}
        fhir: Json = {}
        if how in ("name", "both") or entry.system not in _SYSTEMS:
            form["name"] = fhir["text"] = entry.display
        if how in ("code", "both") and entry.system in _SYSTEMS:
            form[_SYSTEMS[entry.system]] = entry.code
            fhir["coding"] = [{"system": entry.system, "code": entry.code}]
        return form, fhir

    def rows(self, key: str, section: Domain, statuses: Any, resource: Any) -> None:
        """A list of the short form and the search result with the same rows."""
        self.form[key], self.fhir[section] = [], []
        for n in range(self.rng.randint(0, 3)):
            form, concept = self.concept(section)
            status, day = self.rng.choice(tuple(statuses)), self.rng.choice(_DATES)
            if section == "medication":  # undated: it is taken today, but nobody says that it began today
                day = day or "2026-06-01"
            self.form[key].append({**form, "status": status, **({"start": day} if day else {})})
            owner = {"subject": {"reference": "Patient/p1"}, "patient": {"reference": "Patient/p1"}}
            self.fhir[section].append({"id": f"r{n}", **owner, **resource(concept, statuses[status], day or _TODAY)})
        if section == "allergy" and not self.form[key]:
            self.form[key] = "none"
            self.fhir[section] = [{"resourceType": "AllergyIntolerance", "code": {"text": "No known allergies"}}]

    def results(self) -> None:
        m = monograph(self.drug)
        known = [id_ for id_, seen in m.observations.items() if seen.unit and self._loinc(seen.value_set)]
        self.form["labs"], self.fhir["observation"] = {}, []
        for name in self.rng.sample(known, self.rng.randint(0, len(known))):
            seen = m.observations[name]
            code, unit = self.rng.choice(self._loinc(seen.value_set)), self.rng.choice(spellings(seen.unit or ""))
            amount = {"value": self.rng.choice(numbers(self.drug, name)), "unit": seen.unit}
            there: float = respelled(amount, unit)["value"]
            value, sign, day = f"{there:.15f}", self.rng.choice(("", "", "<", ">=")), self.rng.choice(_DATES)
            self.form["labs"][name] = {
                "value": f"{sign}{value} {unit}",
                "loinc": code,
                **({"date": day} if day else {}),
            }
            quantity = {"value": float(value), "unit": unit, **({"comparator": sign} if sign else {})}
            coded = {"coding": [{"system": "http://loinc.org", "code": code}], "text": name}
            self.fhir["observation"].append(
                {"resourceType": "Observation", "id": name, "status": "final", "code": coded}
                | {"effectiveDateTime": day or _TODAY, "valueQuantity": quantity}
            )

    def _loinc(self, set_id: str | None) -> list[str]:
        codes = monograph(self.drug).codes
        return [e.code for e in codes if e.value_set == set_id and e.system == "http://loinc.org"]

    def records(self) -> tuple[Record, Record]:
        """The record out of the short form, and the one out of FHIR."""
        parts = [search(section, tuple(found)) for section, found in self.fhir.items()]
        return read_record(msgspec.json.encode(self.form)), read_fhir([{"resource": r} for r in (self.who, *parts)])


def _problem(code: Json, status: tuple[str, str], day: str) -> Json:
    clinical, verified = ({"coding": [{"code": one}]} for one in status)
    stated = {"clinicalStatus": clinical, "verificationStatus": verified}
    return {"resourceType": "Condition", "code": code, "onsetDateTime": day, **stated}


def _statement(code: Json, status: str, day: str) -> Json:
    taken = {"medicationCodeableConcept": code, "effectiveDateTime": day}
    return {"resourceType": "MedicationStatement", "status": status, **taken}


def _allergy(code: Json, status: tuple[str, str], day: str) -> Json:
    return {**_problem(code, status, day), "resourceType": "AllergyIntolerance"}


def _vaccination(code: Json, status: str, day: str) -> Json:
    return {"resourceType": "Immunization", "status": status, "vaccineCode": code, "occurrenceDateTime": day}


def _procedure(code: Json, status: str, day: str) -> Json:
    return {"resourceType": "Procedure", "status": status, "code": code, "performedDateTime": day}


_SECTIONS: tuple[tuple[str, Domain, Any, Any], ...] = (
    ("conditions", "condition", _PROBLEM, _problem),
    ("medications", "medication", _TAKEN, _statement),
    ("allergies", "allergy", {name: _PROBLEM[name] for name in ("active", "refuted")}, _allergy),
    ("vaccines", "immunization", {"given": "completed", "not-given": "not-done"}, _vaccination),
    ("procedures", "procedure", {"done": "completed", "cancelled": "not-done"}, _procedure),
)


@st.composite
def twins(draw: Draw[Any]) -> Twins:
    """A patient with some of the sections; each has at least an empty list."""
    rng = Random(draw(st.integers(0, 2**24)))
    both = Twins(draw(drugs), rng)
    both.patient()
    for key, section, statuses, row in _SECTIONS:
        if rng.random() < 0.8:
            both.rows(key, section, statuses, row)
    if rng.random() < 0.8:
        both.results()
    return both


@settings(SETTINGS, max_examples=300)
@given(twins(), st.sampled_from((None, *PHASES)))
def test_a_short_form_and_fhir_with_the_same_facts_come_to_the_same(both: Twins, phase: Any) -> None:
    typed, sent = (reviewer(both.drug).review(record, AS_OF, phase) for record in both.records())
    assert {f.id: f.status for f in sent.findings} == {f.id: f.status for f in typed.findings}
    assert (sent.verdict, sent.phase) == (typed.verdict, typed.phase)
    assert {use.id: use.status for use in sent.indications} == {use.id: use.status for use in typed.indications}
