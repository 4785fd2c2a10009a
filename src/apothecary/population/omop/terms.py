"""The concepts that a database uses, those above them, and which of them a monograph asks about."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import ibis
from ibis import expr as ir

from apothecary.knowledge import Matcher, Monograph
from apothecary.knowledge.schema import Domain
from apothecary.population.omop.database import Database, batches
from apothecary.record.codes import absent_statement
from apothecary.record.facts import Row, SectionName
from apothecary.record.omop_rows import ROWS
from apothecary.record.omop_tables import ABOUT, EVENTS
from apothecary.record.omop_terms import HISTORY_OF, SYSTEMS, Concept, Concepts, is_allergy

Ancestors = dict[tuple[str, str], frozenset[str]]
_MOST = 20_000  # ids in one question to the database; beyond them everything is read
_DOMAINS: dict[SectionName, Domain] = {
    "condition": "condition",
    "medication": "medication",
    "observation": "observation",
    "allergy": "allergy",
    "immunization": "immunization",
    "procedure": "procedure",
}


def _used(db: Database) -> ir.types.Table:
    """The ids of all concepts that rows name."""
    columns = [
        db.tables[name].select(concept_id=db.tables[name][column]).distinct()
        for name in EVENTS
        if name in db.tables
        for column in db.tables[name].columns
        if column.endswith("_concept_id") and not column.endswith(("_type_concept_id", "_status_concept_id"))
    ]
    return ibis.union(*columns, distinct=True) if len(columns) > 1 else columns[0]


def concepts_of(db: Database) -> Concepts:
    """The concepts in use; none where the database has no vocabulary, and then codes are known by their ids alone."""
    known: dict[int, Concept] = {}
    if "concept" in db.tables:
        query = db.tables["concept"].semi_join(_used(db), "concept_id")
        for rows in batches(db, query):
            known.update(
                (id_, Concept(vocabulary or "", code or "", name or "")) for id_, name, vocabulary, code in rows
            )
    known.pop(0, None)
    return Concepts(known)


def ancestors_of(db: Database, monograph: Monograph, concepts: Concepts) -> Ancestors:
    """Of the concepts in use, by system and code, which codes that the monograph lists with descendants lie above."""
    listed = {(entry.system, entry.code) for entry in monograph.codes if entry.match == "descendants"}
    if not listed or not {"concept", "concept_ancestor"} <= set(db.tables):
        return {}
    table = db.tables["concept"]
    names = [name for name, system in SYSTEMS.items() if any(system == one for one, _ in listed)]
    query = table.filter(table.vocabulary_id.isin(names), table.concept_code.isin(sorted({code for _, code in listed})))
    above = {
        id_: (SYSTEMS[vocabulary], code)
        for rows in batches(db, query)
        for id_, _, vocabulary, code in rows
        if (SYSTEMS[vocabulary], code) in listed
    }
    if not above:
        return {}
    pairs = db.tables["concept_ancestor"]
    pairs = pairs.filter(pairs.ancestor_concept_id.isin(sorted(above)))
    used = _used(db)
    pairs = pairs.semi_join(used, pairs.descendant_concept_id == used.concept_id)
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for rows in batches(db, pairs):
        for ancestor, descendant in rows:
            below = concepts.known.get(descendant)
            system, code = above[ancestor]
            if below is not None and SYSTEMS.get(below.vocabulary) == system:
                found[system, below.code].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}


def joined(one: Mapping[tuple[str, str], frozenset[str]] | None, other: Ancestors) -> Ancestors:
    """What a site says of its codes and what the database says."""
    found = dict(one or {})
    for key, codes in other.items():
        found[key] = found.get(key, frozenset()) | codes
    return found


def vaccine_ids(concepts: Concepts) -> list[int]:
    """The ids of concepts that are codes of vaccines."""
    return [id_ for id_, concept in concepts.known.items() if concept.vocabulary == "CVX"]


def relevant(db: Database, table: str, matcher: Matcher, concepts: Concepts) -> Any:
    """The rows of a table that matter, as a condition on it: of a value set, not saying what they are, or a statement.

    None where all of them are to be read. It may let through rows that do not matter, never the other way round.
    """
    about = ABOUT[table]
    names = [f"{about}_concept_id", f"{about}_source_concept_id", f"{about}_source_value"]
    rows = db.tables[table]
    ids: set[int] = set(HISTORY_OF) if table == "observation" else set()
    sources: set[int] = set()
    values: set[str | None] = set()
    empty = dict.fromkeys(EVENTS[table].__struct_fields__)
    for found in batches(db, rows.select(*names).distinct()):
        for concept, source, value in found:
            known = concept in ids if concept else source in sources if source else value in values
            if known:
                continue
            event = EVENTS[table](**{**empty, **dict(zip(names, (concept, source, value), strict=True))})
            if any(_matters(matcher, section, row) for section, row in ROWS[table](event, concepts)):
                if concept:
                    ids.add(concept)
                elif source:
                    sources.add(source)
                else:
                    values.add(value)
            if len(ids) + len(sources) + len(values) > _MOST:
                return None
    concept, source, value = (rows[name] for name in names)
    is_value = value.isin(sorted(v for v in values if v is not None))
    if None in values:
        is_value = is_value | value.isnull()
    bare = (concept.isnull() | (concept == 0)) & (source.isnull() | (source == 0))
    return (
        concept.isin(sorted(ids)).fill_null(False)
        | source.isin(sorted(sources)).fill_null(False)
        | (bare & is_value.fill_null(False))
    )


def _matters(matcher: Matcher, section: SectionName, row: Row) -> bool:
    if section != "observation" and absent_statement(row.codes, row.texts) is not None:
        return True
    if is_allergy(row.codes, row.texts):
        return True
    found, opaque = matcher.match(_DOMAINS[section], row.codes, row.texts)
    return bool(found) or opaque is not None
