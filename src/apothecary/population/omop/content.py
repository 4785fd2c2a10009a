"""What a database holds as a whole: its persons, the ranges of their ids, and what its tables can say."""

from itertools import pairwise

import ibis

from apothecary.population.facts.failure import FactsError
from apothecary.population.omop.database import Database, batches, one
from apothecary.population.omop.terms import vaccine_ids
from apothecary.record.omop import Content
from apothecary.record.omop_tables import EVENTS
from apothecary.record.omop_terms import GIVEN, Concepts

Range = tuple[int | None, int | None]


def count_persons(db: Database) -> int:
    """How many persons there are; FactsError when there are none, or one id stands twice."""
    person = db.tables["person"].person_id
    found = one(db, db.tables["person"].aggregate(rows=person.count(), ids=person.nunique()))
    if not found["rows"]:
        raise FactsError("omop", f"The table person of {db.name} is empty: there is nobody to review.")
    if found["rows"] != found["ids"]:
        twice = found["rows"] - found["ids"]
        message = f"The table person of {db.name} has {twice} rows whose person_id stands there already"
        raise FactsError("omop", f"{message}, so it is not known who is who. Remove them, or read a view without them.")
    return int(found["rows"])


def ranges(db: Database, size: int) -> list[Range]:
    """Ranges of person ids (above the first, up to the second) of so many persons; the outer ones are open."""
    person = db.tables["person"]
    numbered = person.select("person_id", number=ibis.row_number().over(order_by=person.person_id))
    ends = numbered.filter(numbered.number % size == size - 1).select("person_id").order_by("person_id")
    last = [row[0] for rows in batches(db, ends) for row in rows]
    total = one(db, person.aggregate(most=person.person_id.max()))["most"]
    cuts: list[int | None] = [None, *(id_ for id_ in last if id_ != total), None]
    return list(pairwise(cuts))


def content_of(db: Database, concepts: Concepts) -> Content:
    """Counts of the rows that the tables hold of known persons."""
    person, rows, values, listed, vaccines = db.tables["person"], dict[str, int](), 0, 0, 0
    for name in (*EVENTS, "observation_period"):
        if name not in db.tables:
            continue
        table = db.tables[name]
        known = table.semi_join(person, table.person_id == person.person_id)
        counted = {"rows": known.count()}
        if name == "measurement":
            number, said = known.value_as_number, known.value_source_value.strip() != ""
            number = number.strip() != "" if number.type().is_string() else number.notnull()
            some = number.fill_null(False) | (known.value_as_concept_id != 0).fill_null(False) | said.fill_null(False)
            counted["values"] = some.sum()
        if name == "drug_exposure":
            counted["listed"] = known.drug_type_concept_id.notin(sorted(GIVEN)).fill_null(True).sum()
            if ids := vaccine_ids(concepts):
                vaccine = known.drug_concept_id.isin(ids) | known.drug_source_concept_id.isin(ids)
                counted["vaccines"] = vaccine.fill_null(False).sum()
        found = one(db, known.aggregate(**counted))
        rows[name] = int(found["rows"])
        values += int(found.get("values") or 0)
        listed += int(found.get("listed") or 0)
        vaccines += int(found.get("vaccines") or 0)
    return Content(rows, values, listed, vaccines)
