"""Small OMOP databases: generated from a monograph's codes, or written down, in DuckDB and in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, Final

import duckdb
import msgspec
import psycopg
from strategies import AS_OF, monograph

from apothecary.record.omop import Content, omop_record
from apothecary.record.omop_tables import EVENTS, Death, Period, Person
from apothecary.record.omop_terms import GIVEN, SYSTEMS, Concept, Concepts

Rows = dict[str, list[Any]]
STRUCTS: Final[dict[str, type[Any]]] = {"person": Person, "death": Death, "observation_period": Period, **EVENTS}
VOCABULARY: Final = {
    "concept": ("concept_id bigint", "concept_name text", "vocabulary_id text", "concept_code text"),
    "concept_ancestor": ("ancestor_concept_id bigint", "descendant_concept_id bigint"),
}
_DATES: Final = tuple(AS_OF + timedelta(d) for d in (-9000, -800, -366, -200, -100, -92, -40, -28, -10, -1, 0, 1, 40))
# Concepts that the CDM fixes: units, operators, answers, and observations with a meaning of their own
FIXED: Final = {
    8848: Concept("UCUM", "10*3/uL", "thousand per microliter"),
    8647: Concept("UCUM", "/uL", "per microliter"),
    8840: Concept("UCUM", "mg/dL", "milligram per deciliter"),
    9529: Concept("UCUM", "kg", "kilogram"),
    8554: Concept("UCUM", "%", "percent"),
    9000001: Concept("SNOMED", "258773002", "Milliliter"),
    9191: Concept("SNOMED", "10828004", "Positive"),
    9189: Concept("SNOMED", "260385009", "Negative"),
    1340204: Concept("OMOP Extension", "OMOP5165859", "History of event"),
    439224: Concept("SNOMED", "416098002", "Allergy to drug"),
    4222295: Concept("SNOMED", "716186003", "No known allergy"),
    4169307: Concept("SNOMED", "34206005", "Subcutaneous route"),
    9000002: Concept("SNOMED", "38341003", "Hypertensive disorder"),
    9000003: Concept("RxNorm", "1191", "aspirin"),
    9000004: Concept("LOINC", "2093-3", "Cholesterol [Mass/volume] in Serum or Plasma"),
    9000005: Concept("Local", "X1", ""),
    9000006: Concept("SNOMED", "91930004", "Allergy to eggs"),
}  # fmt: skip
_UNITS: Final = (
    *((8848, "K/uL"), (8647, "/mm3"), (8840, "mg/dL"), (9529, "kg"), (8554, "%")),
    *((0, "x10E9/L"), (0, None), (9000001, None)),
)
_TYPES: Final = (32838, 32833, 38000177, 32825, 581452, 32818, 38000180, 32810, 32869, 32830, 32865, 32817, 0, None)
_SIGS: Final = (None, None, "100 mg sub-Q once daily", "120 mg every 4 weeks", "as directed")
_WORDS: Final = (None, "E11.9", "LAB-77", "seen before", "history of tuberculosis", "no known allergies")


@cache
def coded(drug: str) -> dict[int, Concept]:
    """Concepts for the codes of a monograph, numbered from 1000 on."""
    names = {system: name for name, system in SYSTEMS.items() if name != "RxNorm Extension"}
    found = [entry for entry in monograph(drug).codes if entry.match != "name" and entry.system in names]
    codes = dict.fromkeys((names[e.system], e.code + ("9" if e.match == "prefix" else ""), e.display) for e in found)
    return {1000 + number: Concept(*one) for number, one in enumerate(codes)}


class World:
    """A generated database; `rows` are of its tables, `concepts` of its vocabulary."""

    def __init__(self, drug: str, seed: int, persons: int, values: bool = True) -> None:
        self.rng = Random(f"omop {drug} {seed}")
        self.drug = drug
        self.concepts = {**FIXED, **coded(drug)}
        self.rows: Rows = {name: [] for name in STRUCTS}
        self._values = values
        self._ids = 0
        self._by: dict[str, list[int]] = {}
        for id_, concept in coded(drug).items():
            self._by.setdefault(concept.vocabulary, []).append(id_)
        for number in range(persons):
            self._person(10 + 3 * number)

    def _person(self, id_: int) -> None:
        rng = self.rng
        month, day = rng.choice((None, 1, 5)), rng.choice((None, 1, 31))
        moment = rng.choice((None, _at(date(1980, 1, 1)), _at(date(1980, 5, 7), 3), _at(date(1979, 3, 4))))
        sex = rng.choice((8507, 8532, 0))
        year = rng.choice((1950, 1980, 2016))
        self.rows["person"].append(Person(id_, sex, year, month, day if month else None, moment))
        if rng.random() < 0.1:
            self.rows["death"].append(Death(id_, rng.choice((None, AS_OF - timedelta(9), AS_OF + timedelta(9)))))
        if rng.random() < 0.9:
            self.rows["observation_period"] += [Period(id_)] * rng.choice((1, 2))
        makes = {
            "condition_occurrence": self._condition,
            "drug_exposure": self._drug,
            "measurement": self._measurement,
            "observation": self._observation,
            "procedure_occurrence": self._procedure,
        }
        for table, make in makes.items():
            for _ in range(rng.choice((0, 1, 3, 5))):
                self._ids += 1
                self.rows[table].append(make(rng.choice((id_, id_, id_, id_, id_, id_, 7)), self._ids))

    def _date(self) -> date | None:
        return self.rng.choice((*_DATES, None))

    def _about(self, *vocabularies: str) -> tuple[int | None, int | None, str | None]:
        """A concept, a source concept and a source value: mapped, mapped from another, not mapped, or of no use."""
        rng = self.rng
        known = [id_ for name in vocabularies for id_ in self._by.get(name, ())]
        some, other = rng.choice(known), rng.choice(known)
        return rng.choice((
            (some, 0, None), (some, some, self.concepts[some].code), (some, other, rng.choice(_WORDS)),
            (0, some, "local"), (0, 0, self.concepts[some].name), (0, 0, rng.choice(_WORDS)), (None, None, None),
            (rng.choice((9000002, 9000003, 9000004, 9000005)), 0, rng.choice(_WORDS)), (77777777, 0, None),
            (9000003, None, self.concepts[some].name.upper()),
        ))  # fmt: skip

    def _condition(self, person: int, id_: int) -> Any:
        rng, (concept, source, value) = self.rng, self._about("SNOMED", "ICD10CM")
        start, status = self._date(), rng.choice((0, None, 32902, 32899, 32906))
        end, reason = rng.choice((None, None, start, self._date())), rng.choice((None, None, "resolved"))
        type_ = rng.choice((32817, 32840, 32810))
        return EVENTS["condition_occurrence"](person, id_, concept, start, end, type_, status, reason, value, source)

    def _drug(self, person: int, id_: int) -> Any:
        rng, (concept, source, value) = self.rng, self._about(*rng_names(self.rng))
        start = self._date()
        end = rng.choice((None, start, start, self._date()))
        verbatim, reason = rng.choice((None, None, end)), rng.choice((None, None, None, "side effect"))
        refills, supply, sig = rng.choice((None, 0, 3)), rng.choice((None, 0, 30)), rng.choice(_SIGS)
        route, said = rng.choice((None, 0, 4169307)), rng.choice((None, "SC", "oral"))
        return EVENTS["drug_exposure"](
            person, id_, concept, start, end, rng.choice(_TYPES), verbatim, reason, refills, supply, sig, route, value,
            source, said,
        )  # fmt: skip

    def _result(self) -> tuple[Any, ...]:
        rng = self.rng
        if not self._values:
            return None, rng.choice((None, 0)), 0, None, None
        unit, printed = rng.choice(_UNITS)
        number, said = rng.choice(
            ((None, None), (None, "negative"), (2.5, None), (0.7, "<0.7"), (180.0, "180"), (64, ""))
        )
        return number, rng.choice((None, None, 0, 9191, 9189)), unit, printed, said

    def _measurement(self, person: int, id_: int) -> Any:
        concept, source, value = self._about("LOINC")
        number, answer, unit, printed, said = self._result()
        day, operator = self._date(), self.rng.choice((None, None, 0, 4172703, 4171756, 4172704, 4171755, 12))
        moment = None if day is None else self.rng.choice((None, _at(day), _at(day, 8)))
        return EVENTS["measurement"](
            person, id_, concept, day, number, answer, unit, moment, operator, value, source, printed, said
        )

    def _observation(self, person: int, id_: int) -> Any:
        rng, (concept, source, value) = self.rng, self._about("LOINC", "SNOMED")
        number, answer, unit, printed, said = self._result()
        if rng.random() < 0.4:
            concept = rng.choice((439224, 4222295, 1340204, 9000006))
            answer = rng.choice((None, *self._by["RxNorm"][:3], *self._by["ICD10CM"]))
        string = rng.choice((None, None, "positive"))
        return EVENTS["observation"](
            person, id_, concept, self._date(), answer, None, number, string, unit, value, source, printed, said
        )

    def _procedure(self, person: int, id_: int) -> Any:
        concept, source, value = self._about("ICD10PCS", "SNOMED")
        type_ = self.rng.choice((None, 32817, 38000275))
        return EVENTS["procedure_occurrence"](person, id_, concept, self._date(), type_, value, source)


def _at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour))  # the CDM's moments have no time zone


def rng_names(rng: Random) -> tuple[str, ...]:
    """The vocabularies of a drug exposure: of drugs, or of vaccines."""
    return rng.choice((("RxNorm",), ("RxNorm",), ("CVX",)))


# --- the reference ---------------------------------------------------------------------------------------------------


def content(rows: Rows, concepts: Mapping[int, Concept]) -> Content:
    """What a database with these tables holds, counted row by row."""
    known = {person.person_id for person in rows["person"]}
    held = {n: [r for r in found if r.person_id in known] for n, found in rows.items() if n not in ("person", "death")}
    values = [
        m for m in held.get("measurement", ())
        if m.value_as_number is not None or m.value_as_concept_id or (m.value_source_value or "").strip()
    ]  # fmt: skip
    drugs = held.get("drug_exposure", [])
    vaccines = {id_ for id_, concept in concepts.items() if concept.vocabulary == "CVX"}
    given = [d for d in drugs if d.drug_concept_id in vaccines or d.drug_source_concept_id in vaccines]
    listed = [d for d in drugs if d.drug_type_concept_id not in GIVEN]
    return Content({name: len(found) for name, found in held.items()}, len(values), len(listed), len(given))


def records(rows: Rows, known: Mapping[int, Concept]) -> dict[int, Any]:
    """The record of every person, each read for itself from all its rows."""
    concepts, what = Concepts(known), content(rows, known)
    found = {}
    for person in rows["person"]:
        own = {n: [r for r in every if r.person_id == person.person_id] for n, every in rows.items() if n != "person"}
        found[person.person_id] = omop_record(person, own, concepts, what)
    return found


# --- databases -------------------------------------------------------------------------------------------------------


def type_of(column: str) -> str:
    """The type of a column in the CDM."""
    if column.endswith("_date"):
        return "date"
    if column.endswith("_datetime"):
        return "timestamp"
    if column == "value_as_number":
        return "numeric(18, 4)"
    return "bigint" if column.endswith(("_id", "_of_birth", "refills", "days_supply")) else "text"


def statements(
    rows: Rows, concepts: Mapping[int, Concept], ancestors: Sequence[tuple[int, int]] | None = None
) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """SQL that makes the tables, each with the rows to insert; without concepts there is no vocabulary."""
    made: list[tuple[str, list[tuple[Any, ...]]]] = []
    for name, found in rows.items():
        fields = STRUCTS[name].__struct_fields__
        made.append((f"create table {name} ({', '.join(f'{c} {type_of(c)}' for c in fields)})", []))
        mark = ", ".join("?" for _ in fields)
        made.append((f"insert into {name} values ({mark})", [msgspec.structs.astuple(row) for row in found]))
    if concepts:
        listed = [(id_, one.name, one.vocabulary, one.code) for id_, one in concepts.items()]
        made.append((f"create table concept ({', '.join(VOCABULARY['concept'])})", []))
        made.append(("insert into concept values (?, ?, ?, ?)", listed))
    if ancestors is not None:
        made.append((f"create table concept_ancestor ({', '.join(VOCABULARY['concept_ancestor'])})", []))
        made.append(("insert into concept_ancestor values (?, ?)", list(ancestors)))
    return made


def write_duckdb(path: Path, *args: Any) -> Path:
    """A DuckDB file of the tables."""
    with duckdb.connect(str(path)) as con:
        for sql, rows in statements(*args):
            if rows:
                con.executemany(sql, rows)
            elif sql.startswith("create"):
                con.execute(sql)
    return path


def write_postgresql(address: str, *args: Any, schema: str = "public") -> None:
    """The tables in a PostgreSQL database."""
    with psycopg.connect(address) as con, con.cursor() as cursor:
        cursor.execute(f"create schema if not exists {schema}; set search_path to {schema}".encode())
        for sql, rows in statements(*args):
            if rows:
                cursor.executemany(sql.replace("?", "%s").encode(), rows)
            elif sql.startswith("create"):
                cursor.execute(sql.encode())


def let_read(address: str, schema: str) -> str:
    """The address for somebody who may read a schema and nothing else: no temporary tables, no changes."""
    database = address.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(address) as con:
        for sql in (
            "create role reader login",
            f"revoke all on database {database} from public",
            f"grant connect on database {database} to reader",
            f"grant usage on schema {schema} to reader",
            f"grant select on all tables in schema {schema} to reader",
            "alter role reader set default_transaction_read_only = on",
        ):
            con.execute(sql.encode())
    return address.replace("tests@", "reader@")
