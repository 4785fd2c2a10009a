"""What the engine's tests share: the made-up drug, FHIR resources in a few words, and ways to ask one question."""

import json
import shutil
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from apothecary.knowledge import KnowledgeError, Monograph, Rule, load
from apothecary.knowledge.authoring import expand_rule
from apothecary.record import Record, read_record
from apothecary.review import Finding, Reviewer

MADE_UP = Path(__file__).parent / "drug" / "zorvimab"
AS_OF = date(2026, 6, 30)

SYSTEMS = {
    "icd": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "loinc": "http://loinc.org",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "pcs": "http://www.cms.gov/Medicare/Coding/ICD10",
    "clinical": "http://terminology.hl7.org/CodeSystem/condition-clinical",
    "verified": "http://terminology.hl7.org/CodeSystem/condition-ver-status",
    "absent": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
    "flag": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
}
# One search a section, as an EHR answers it
SEARCHED = ("Condition", "MedicationRequest", "Observation", "AllergyIntolerance", "Immunization", "Procedure")
_BY_PATIENT = ("AllergyIntolerance", "Immunization", "ImmunizationRecommendation")


@cache
def made_up() -> Monograph:
    """The made-up drug's monograph."""
    return load(MADE_UP)


def _concept(what: Any) -> Any:
    return {"text": what} if isinstance(what, str) else what


def _some(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


# --- concepts and resources -----------------------------------------------------------------------------------------


def coded(system: str, code: str, display: str | None = None, text: str | None = None) -> dict[str, Any]:
    """A concept with one code; `system` is a key of SYSTEMS."""
    coding = {"system": SYSTEMS.get(system, system), "code": code, "display": display}
    return _some(coding=[_some(**coding)], text=text)


def resource(kind: str, **fields: Any) -> dict[str, Any]:
    """A resource of patient p1; a field given as None is left out."""
    owner = "patient" if kind in _BY_PATIENT else "subject"
    return _some(**{"resourceType": kind, owner: {"reference": "Patient/p1"}, **fields})


def patient(birth: str | None = "1980-05-05", sex: str | None = "female", **fields: Any) -> dict[str, Any]:
    """Patient p1, a woman of 46 years."""
    return _some(**{"resourceType": "Patient", "id": "p1", "birthDate": birth, "gender": sex, **fields})


def condition(
    what: Any, clinical: str | None = "active", verified: str | None = "confirmed", **fields: Any
) -> dict[str, Any]:
    """A problem of the problem list."""
    status = {
        "clinicalStatus": coded("clinical", clinical) if clinical else None,
        "verificationStatus": coded("verified", verified) if verified else None,
    }
    return resource("Condition", code=_concept(what), **{**status, **fields})


def allergy(
    what: Any, clinical: str | None = "active", verified: str | None = "confirmed", **fields: Any
) -> dict[str, Any]:
    """An allergy or intolerance."""
    status = {
        "clinicalStatus": coded("clinical", clinical) if clinical else None,
        "verificationStatus": coded("verified", verified) if verified else None,
    }
    return resource("AllergyIntolerance", code=_concept(what), **{**status, **fields})


def order(what: Any, status: str | None = "active", **fields: Any) -> dict[str, Any]:
    """A medication order of the first of January."""
    known = {"intent": "order", "authoredOn": "2026-01-01", "medicationCodeableConcept": _concept(what)}
    return resource("MedicationRequest", status=status, **{**known, **fields})


def dose(what: Any, when: str | None, status: str = "completed") -> dict[str, Any]:
    """A dose that was given."""
    given = {"medicationCodeableConcept": _concept(what), "effectiveDateTime": when}
    return resource("MedicationAdministration", status=status, **given)


def result(
    what: Any, value: float | None = None, unit: str | None = None, when: str | None = "2026-06-01", **fields: Any
) -> dict[str, Any]:
    """A final result, coded in UCUM when a value is given."""
    quantity = None
    if value is not None:
        quantity = _some(value=value, unit=unit, code=unit, system="http://unitsofmeasure.org")
    known = {"status": "final", "code": _concept(what), "effectiveDateTime": when, "valueQuantity": quantity}
    return resource("Observation", **{**known, **fields})


def vaccination(what: Any, when: str | None = "2026-06-20", status: str | None = "completed") -> dict[str, Any]:
    """A vaccination."""
    return resource("Immunization", status=status, vaccineCode=_concept(what), occurrenceDateTime=when)


def procedure(what: Any, when: str | None = "2026-06-25", status: str | None = "completed") -> dict[str, Any]:
    """A procedure."""
    return resource("Procedure", status=status, code=_concept(what), performedDateTime=when)


ALC = coded("loinc", "731-0")
WEIGHT = coded("loinc", "29463-7")
HEIGHT = coded("loinc", "8302-2")
CREATININE = coded("loinc", "2160-0")
CLEARANCE = coded("loinc", "2164-2")
EGFR = coded("loinc", "98979-8")
HBSAG = coded("loinc", "5195-3")
MIGRAINE = coded("icd", "G43.9", "Migraine, unspecified")
PNEUMONIA = coded("icd", "J18.9", "Pneumonia, unspecified organism")
ZORVIMAB = coded("rxnorm", "9900001", "zorvimab")
TRIPTAN = coded("rxnorm", "37418", "sumatriptan")
MMR = coded("cvx", "03", "MMR")
NO_ALLERGIES = allergy(coded("absent", "no-known-allergies"), None, None)


# --- records --------------------------------------------------------------------------------------------------------


def bundle(*resources: dict[str, Any], kind: str = "collection", **fields: Any) -> dict[str, Any]:
    """A bundle of the resources, each with an id of its own."""
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": {"id": f"r{n}", **r}} for n, r in enumerate(resources)]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **fields}


def search(kind: str, *resources: dict[str, Any], query: str = "patient=p1", **fields: Any) -> dict[str, Any]:
    """The answer of a server to the search `kind?query`."""
    link = [{"relation": "self", "url": f"https://ehr.example/fhir/{kind}?{query}"}]
    found = [{"id": f"{kind}-{n}", **r} for n, r in enumerate(resources)]
    return bundle(*found, kind="searchset", **{"total": len(resources), "link": link, **fields})


def read(data: Any) -> Record:
    """A record from a structure, written as JSON."""
    return read_record(json.dumps(data).encode())


def whole(*resources: dict[str, Any], leave_out: tuple[str, ...] = (), who: dict[str, Any] | None = None) -> Record:
    """A record in which every section was asked for, but those of the resource types in `leave_out`."""
    parts = []
    for kind in SEARCHED:
        found = [r for r in resources if r["resourceType"] == kind]
        if kind in leave_out:
            continue
        if kind == "AllergyIntolerance" and not found:
            found = [NO_ALLERGIES]
        parts.append(search(kind, *found))
    others = [r for r in resources if r["resourceType"] not in SEARCHED or r["resourceType"] in leave_out]
    return read(bundle(patient() if who is None else who, *parts, *others, kind="batch-response"))


# --- questions ------------------------------------------------------------------------------------------------------


def finding(when: Any, record: Record, phase: Any = "considering", as_of: date = AS_OF, **more: Any) -> Finding:
    """The finding of a monograph whose only rule asks `when`, written as in a rule file."""
    monograph = more.pop("monograph", None) or made_up()
    ancestors = more.pop("ancestors", None)
    written = {
        "id": "asked", "topic": "uses", "phases": ["considering", "on-therapy"], "severity": "critical",
        "when": when, "title": "asked", "action": "asked", "statements": ["uses.1"],
    }  # fmt: skip
    rule = msgspec.convert(expand_rule(written), Rule)
    asking = msgspec.structs.replace(monograph, rules={"asked": rule})
    return Reviewer(asking, ancestors).review(record, as_of, phase, **more).findings[0]


def answer(when: Any, record: Record, phase: Any = "considering", as_of: date = AS_OF, **more: Any) -> str:
    """What the question `when` comes to: applies, clear or unknown."""
    return str(finding(when, record, phase, as_of, **more).status)


# --- broken knowledge ------------------------------------------------------------------------------------------------


def mistakes(folder: Path, file: str, old: str, new: str | None) -> list[str]:
    """What the loader says of a copy of the made-up drug with one text replaced, or with `new` None one file gone."""
    shutil.copytree(MADE_UP, folder, dirs_exist_ok=True)
    path = folder / file
    if new is None:
        path.unlink()
    else:
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError) as error:
        load(folder)
    return error.value.mistakes


def placed(folder: Path, file: str, mark: str, message: str) -> str:
    """A message as it should read: the file, the line on which `mark` first stands, what is wrong."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    line = next(number for number, text in enumerate(lines, 1) if mark in text)
    return f"{file}:{line}: {message}"


def only(folder: Path, file: str, old: str, new: str, mark: str, message: str) -> None:
    """The one mistake stands on the line where `mark` begins."""
    found = mistakes(folder, file, old, new)
    text = (folder / file).read_text(encoding="utf-8")
    line = text[: text.index(mark)].count("\n") + 1
    assert [f"{file}:{line}: {message}"] == found
