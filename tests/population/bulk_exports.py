"""Exports for tests: random and odd lines, their facts made literally (one record a patient), and as files."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import pyarrow.dataset as ds
from rows import Json, World, allergy, medication, problem, procedure, resource, result, vaccination

from apothecary.knowledge import Monograph
from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import asked
from apothecary.population.facts.exports import exports
from apothecary.population.facts.files import find
from apothecary.population.facts.record import patient_key
from apothecary.population.facts.tables import Maker
from apothecary.record import SECTIONS, Patient, Record
from apothecary.record.fhir import Collector
from apothecary.record.reader import identity_of, patient_of

Facts = dict[str, set[tuple[Any, ...]]]
TABLES = ("row", "result", "step", "patient")
ROWS: Final = {
    "Condition", "AdverseEvent", "AllergyIntolerance", "MedicationRequest", "MedicationStatement",
    "MedicationAdministration", "MedicationDispense", "Observation", "Immunization", "ImmunizationRecommendation",
    "Procedure", "ServiceRequest", "List", "Composition",
}  # fmt: skip


# --- random lines ----------------------------------------------------------------------------------------------------


def lines_of(rng: Random, drug: str, patients: int, most: int, odd: float) -> list[bytes]:
    """Lines about some patients; `odd`: the share that is not as it should be."""
    world = World(drug, frozenset(), False)
    makers = (problem, medication, medication, result, result, result, allergy, vaccination, procedure, _other)
    found: list[bytes] = []
    for patient in range(patients):
        who: Json = {"resourceType": "Patient", "id": f"p{patient}", "birthDate": rng.choice(("1980-05-05", "1950"))}
        made = [{**who, "gender": rng.choice(("male", "female"))}] * (rng.random() < 0.9)
        made += [
            {**rng.choice(makers)(rng, world), "id": f"r{rng.randrange(10**6)}"} for _ in range(rng.randrange(most))
        ]
        for one in made:
            data = json.dumps(one, ensure_ascii=rng.random() < 0.9, separators=(",", ":"))
            line = data.replace('"Patient/p1"', f'"Patient/p{patient}"').encode()
            found += _spoiled(rng, line) if rng.random() < odd else [line]
    medications = [_medication(rng, world, number) for number in range(5)]
    found += [json.dumps(one, separators=(",", ":")).encode() for one in medications]
    rng.shuffle(found)
    return found


def _other(rng: Random, world: World) -> Json:
    """Resources of the other types, and such as refer to others."""
    concept = problem(rng, world).get("code")
    ordered = medication(rng, world)
    reference = {"reference": f"Medication/{rng.randrange(7)}"}
    plain = {k: v for k, v in ordered.items() if not k.startswith("medication")}
    return rng.choice(
        (
            {**plain, "medicationReference": reference},
            {**plain, "medicationReference": {**reference, "display": "a drug"}},
            {**plain, "medicationReference": reference, "status": 5},
            {**plain, "medication": {"reference": reference}},
            {**plain, "medication": {"concept": ordered.get("medicationCodeableConcept")}},
            {
                **plain,
                "medicationReference": {"reference": "#m"},
                "contained": [{"resourceType": "Medication", "id": "m"}],
            },
            resource("AdverseEvent", event=concept, date="2026-05-01"),
            resource("ServiceRequest", status="active", code=concept, authoredOn="2026-04-01"),
            resource("Encounter", status="finished"),
            resource("Condition", code={"text": "no known problems"}),
            resource("List", code={"coding": [{"code": "11450-4"}]}, emptyReason={"coding": [{"code": "unavailable"}]}),
            resource("ImmunizationRecommendation", date="2026-03-01", recommendation=[{"vaccineCode": [concept]}]),
            resource("Observation", status="final", code={"text": "x"}, contained=[result(rng, world)]),
            resource("Observation", status="final", code={"text": "panel"}, component=[result(rng, world)] * 2),
        )
    )


def _medication(rng: Random, world: World, number: int) -> Json:
    concept = medication(rng, world).get("medicationCodeableConcept")
    return {"resourceType": "Medication", "id": str(number), "code": concept}


def _spoiled(rng: Random, line: bytes) -> list[bytes]:
    """A line with something odd about it, or a line of nothing beside it."""
    one = json.loads(line)
    about = "patient" if "patient" in one else "subject"
    who = one.get(about, {}).get("reference", "Patient/p0").split("/")[1]
    kind = rng.randrange(20)
    changes: list[Json] = [
        {about: {"reference": f"https://ehr.example/fhir/Patient/{who}/_history/3"}},
        {about: {"reference": f"urn:uuid:{who}"}},
        {about: {"reference": "Group/1"}},
        {about: {"display": "somebody"}},
        {about: None},
        {"subject": {"reference": f"Patient/{who}"}, "patient": None},
        {"status": 5},
        {"component": [None]},
        {"component": "none"},
        {"contained": None},
        {"code": None},
        {"id": None},
        {"id": 7},
        {"text": {"status": "generated", "div": "<b>ü</b>"}},
    ]
    if kind < len(changes):
        return [json.dumps({**one, **changes[kind]}, ensure_ascii=False, separators=(",", ":")).encode()]
    return {
        14: [line[: len(line) // 2]],
        15: [line, line],
        16: [b"", b"  ", line + b"  "],
        17: [line.replace(b'"resourceType"', b'"note":"\xff","resourceType"')],
        18: [json.dumps(one, indent=1).encode()],
        19: [line + line, b"[1]", b"7", b'{"a":1}', b'{"resourceType":["Condition"]}'],
    }[kind]


# --- the same, one record after the other ----------------------------------------------------------------------------


def literal(source: Path, m: Monograph) -> Facts:
    """The facts of an export by the record reader alone: the lines of each patient are one record."""
    found = find(source)
    maker = Maker(m, asked(m))
    seen: dict[str, list[tuple[str, bytes, str]]] = {}
    types: dict[str, set[str]] = {}
    for file in found.files:
        for line, where in _lines(source / file.path, file.path):
            kind = json_of(line).get("resourceType")
            if isinstance(kind, str) and kind:
                types.setdefault(file.export, set()).add(kind)
                seen.setdefault(file.export, []).append((kind, line, where))
    for name, export in exports(found, types).items():
        listed = seen.get(name, [])
        for id_ in dict.fromkeys(filter(None, (_who(kind, line) for kind, line, _ in listed))):
            mine = [one for one in listed if one[0] == "Medication" or _who(one[0], one[1]) == id_]
            collector = Collector()
            export.mark(collector.sections)
            maker.add_record(patient_key(name, id_), _record(collector, mine, id_), name)
    return {table: {_row(table, row) for row in held.to_pylist()} for table, held in maker.tables().items()}


def _record(collector: Collector, lines: Sequence[tuple[str, bytes, str]], id_: str) -> Record:
    for kind, line, where in lines:
        try:
            line.decode()
        except UnicodeDecodeError:
            repaired = line.decode(errors="replace").encode()
            collector._add_malformed(kind, repaired, where, None, "the line is not UTF-8 text")
        else:
            collector.add(line, where)
    collector.finish()
    who = patient_of(collector.patients[-1][0], collector) if collector.patients else Patient(id_)
    tables = {name: tuple(rows) for name, rows in collector.tables.items()}
    sections = collector.sections.states({name: len(rows) for name, rows in tables.items()})
    return Record(who, tables, sections)


def _lines(path: Path, name: str) -> Iterator[tuple[bytes, str]]:
    place = 0
    data = path.read_bytes()
    mark = b"\xef\xbb\xbf"
    for line in data.replace(mark, b"   ", 1).split(b"\n") if data.startswith(mark) else data.split(b"\n"):
        if line.strip():
            yield line, f"{name} at byte {place}"
        place += len(line) + 1


def json_of(line: bytes) -> Json:
    try:
        read = json.loads(line.decode(errors="replace"))
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _who(kind: str, line: bytes) -> str | None:
    """Whose record a line belongs to."""
    read = json_of(line)
    if kind == "Patient":
        return read["id"] if isinstance(read.get("id"), str) else None
    for field in (read.get("subject"), read.get("patient")) if kind in ROWS else ():
        if isinstance(field, dict) and isinstance(field.get("reference"), str):
            found = identity_of(field["reference"])
            if found:
                return found
    return None


# --- facts in files --------------------------------------------------------------------------------------------------


def facts_in(out: Path) -> Facts:
    """The facts in a folder."""
    return {
        table: {_row(table, row) for row in ds.dataset(out / table, format="parquet").to_table().to_pylist()}
        for table in TABLES
    }


def _row(table: str, row: dict[str, Any]) -> tuple[Any, ...]:
    if table == "patient":  # the first day matters only where a section is supplied for its rows alone
        row = {**row, **{f"first_{n}": row[f"first_{n}"] if row[f"by_rows_{n}"] else None for n in SECTIONS}}
    return tuple(row[name] for name in (s.PATIENT.names if table == "patient" else row))


def write(folder: Path, files: dict[str, list[bytes]]) -> Path:
    """An export of these files."""
    for name, lines in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(line + b"\n" for line in lines))
    return folder


def die(_: Any) -> None:
    """Ends the process that calls it."""
    os.kill(os.getpid(), 9)
