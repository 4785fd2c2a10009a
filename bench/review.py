"""One patient, all rules: bytes of a 50-resource bundle to a finished review, beside only parsing the same bytes.

Prints medians and the ratio to orjson of the same run. Every timed record differs in ids, dates and numbers, so
that nothing is found already worked out.
"""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson

from apothecary.knowledge import PACKAGED, load, packaged
from apothecary.record import read_record
from apothecary.review import Reviewer
from apothecary.therapy import complete

AS_OF = date(2026, 11, 22)
ROUNDS = 400


def main() -> None:
    """Times each step over records that are all different and prints medians in microseconds."""
    reviewer = Reviewer(load(PACKAGED / packaged()[0]))
    rng = random.Random(20261122)
    records = [bundle(rng, number) for number in range(ROUNDS)]
    size = statistics.median(len(data) for data in records)
    count = len(json.loads(records[0])["entry"])
    steps: dict[str, Callable[[bytes], object]] = {
        "parse only, orjson": orjson.loads,
        "parse only, json of the standard library": json.loads,
        "read the record": read_record,
        "bytes to review": lambda data: reviewer.review(read_record(data), AS_OF),
        "with dose plan, exposure and monitoring": lambda data: complete(reviewer, read_record(data), AS_OF),
    }
    print(f"{count} resources, {size / 1000:.1f} kB, {len(reviewer.monograph.rules)} rules, median of {ROUNDS}")
    medians = {name: median(step, records) for name, step in steps.items()}
    floor = medians["parse only, orjson"]
    for name, value in medians.items():
        print(f"  {name:<42} {value:8.1f} us   {value / floor:5.2f} x orjson")
    print(f"  {'shell: apothecary review, median of 10':<42} {shell(records[0]):8.3f} s")


def median(step: Callable[[bytes], object], records: list[bytes]) -> float:
    """The median time of one step over all records, in microseconds."""
    taken = []
    for data in records:
        start = time.perf_counter()
        step(data)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken) * 1e6


def shell(data: bytes) -> float:
    """Seconds from the shell: a new process each time, the record on standard input."""
    command = [str(Path(sys.executable).parent / "apothecary"), "review", "-", "--as-of", str(AS_OF)]
    taken = []
    for _ in range(10):
        start = time.perf_counter()
        subprocess.run(command, input=data, check=True, capture_output=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def bundle(rng: random.Random, number: int) -> bytes:
    """A record the size of a real one: problems, orders, results with reference ranges, vaccines, an allergy."""
    patient = f"p{number}"
    me = {"reference": f"Patient/{patient}"}
    resources: list[dict[str, object]] = [
        {
            "resourceType": "Patient",
            "id": patient,
            "gender": rng.choice(["female", "male"]),
            "birthDate": f"{rng.randint(1940, 2000)}-0{rng.randint(1, 9)}-1{rng.randint(0, 9)}",
            "name": [{"family": "Example", "given": ["A", "B"]}],
            "address": [{"line": ["1 Street"], "city": "Town", "postalCode": "00000"}],
        }
    ]
    problems = [
        ("M05.9", "Rheumatoid arthritis"),
        ("I10", "Hypertension"),
        ("J45.909", "Asthma"),
        ("E11.9", "Diabetes"),
    ]
    for code, text in problems:
        resources.append(condition(rng, me, code, text))
    for code, text in [
        ("6851", "methotrexate"),
        ("327361", "adalimumab"),
        ("5640", "ibuprofen"),
        ("8640", "prednisone"),
    ]:
        resources.append(order(rng, me, code, text))
    for code, text in [("140", "Influenza"), ("115", "Tdap"), ("133", "PCV13"), ("207", "COVID-19")]:
        resources.append(
            {
                **head("Immunization", rng, "patient", me, "completed"),
                "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", code, text),
                "occurrenceDateTime": day(rng),
            }
        )
    resources.append(
        {
            **head("AllergyIntolerance", rng, "patient", me),
            "clinicalStatus": status("allergyintolerance-clinical", "active"),
            "code": concept("http://www.nlm.nih.gov/research/umls/rxnorm", "7980", "penicillin"),
        }
    )
    labs = [
        ("751-8", "Neutrophils", "10*3/uL", 1.5, 6), ("6690-2", "Leukocytes", "10*3/uL", 4, 10),
        ("2160-0", "Creatinine", "mg/dL", 0.6, 2), ("29463-7", "Body weight", "kg", 50, 100),
        ("8302-2", "Body height", "cm", 150, 190), ("718-7", "Hemoglobin", "g/dL", 10, 16),
        ("777-3", "Platelets", "10*3/uL", 150, 400), ("1988-5", "CRP", "mg/L", 1, 40),
    ]  # fmt: skip
    while len(resources) < 50:
        code, text, unit, low, high = labs[len(resources) % len(labs)]
        resources.append(observation(rng, me, code, text, unit, rng.uniform(low, high)))
    entries = [{"fullUrl": f"https://ehr.example/fhir/{r['resourceType']}/{r['id']}", "resource": r} for r in resources]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def head(kind: str, rng: random.Random, about: str, me: dict[str, str], state: str | None = None) -> dict[str, object]:
    """What resources have in common, with the metadata and the narrative that servers send along."""
    found: dict[str, object] = {
        "resourceType": kind,
        "id": f"{rng.getrandbits(64):016x}",
        "meta": {
            "versionId": "1",
            "lastUpdated": "2026-11-01T10:00:00.000+00:00",
            "profile": [f"https://x.example/{kind}"],
        },
        "text": {
            "status": "generated",
            "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{kind} " + "lorem " * 55 + "</div>",
        },
        "identifier": [{"system": "https://ehr.example/ids", "value": f"{rng.getrandbits(48):x}"}],
        about: me,
    }
    return found | ({"status": state} if state else {})


def concept(system: str, code: str, text: str) -> dict[str, object]:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": text}], "text": text}


def status(system: str, code: str) -> dict[str, object]:
    """A status concept of one of the HL7 code systems."""
    return {"coding": [{"system": f"http://terminology.hl7.org/CodeSystem/{system}", "code": code}]}


def day(rng: random.Random) -> str:
    """Some day of the last months."""
    return f"2026-{rng.randint(6, 10):02d}-{rng.randint(1, 28):02d}T08:{rng.randint(10, 59)}:00+00:00"


def condition(rng: random.Random, me: dict[str, str], code: str, text: str) -> dict[str, object]:
    """A problem-list entry."""
    return {
        **head("Condition", rng, "subject", me),
        "clinicalStatus": status("condition-clinical", "active"),
        "verificationStatus": status("condition-ver-status", "confirmed"),
        "code": concept("http://hl7.org/fhir/sid/icd-10-cm", code, text),
        "onsetDateTime": day(rng),
    }


def order(rng: random.Random, me: dict[str, str], code: str, text: str) -> dict[str, object]:
    """A medication order."""
    return {
        **head("MedicationRequest", rng, "subject", me, rng.choice(["active", "stopped"])),
        "intent": "order",
        "medicationCodeableConcept": concept("http://www.nlm.nih.gov/research/umls/rxnorm", code, text),
        "authoredOn": day(rng),
        "dosageInstruction": [
            {"text": "once daily", "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}}
        ],
    }


def observation(
    rng: random.Random, me: dict[str, str], code: str, text: str, unit: str, value: float
) -> dict[str, object]:
    """A result with its reference range."""
    return {
        **head("Observation", rng, "subject", me, "final"),
        "category": [status("observation-category", "laboratory")],
        "code": concept("http://loinc.org", code, text),
        "effectiveDateTime": day(rng),
        "issued": day(rng),
        "valueQuantity": {"value": round(value, 2), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "referenceRange": [{"low": {"value": 1, "unit": unit}, "high": {"value": 9, "unit": unit}, "text": "1-9"}],
    }


if __name__ == "__main__":
    main()
