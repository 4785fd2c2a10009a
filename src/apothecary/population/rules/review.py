"""The review of every patient in the facts, as of one day: the queries in their order."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import NamedTuple

import ibis

from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import PhaseName
from apothecary.population.facts.asked import Asked
from apothecary.population.findings import Leaf
from apothecary.population.rules.compile import Sheet
from apothecary.population.rules.engine import Engine
from apothecary.population.rules.evidence import evidence
from apothecary.population.rules.people import people
from apothecary.population.rules.scope import Scope, Tables
from apothecary.population.rules.verdicts import findings
from apothecary.review.edition import Edition


class Reviewed(NamedTuple):
    """The table of statuses with one row a patient, and the questions its needs are numbered by.

    `evidence` looks up what the answers of some of these patients rest on, as of `rules.evidence`.
    """

    table: ibis.Table
    leaves: tuple[Leaf, ...]
    evidence: Callable[[ibis.Table], ibis.Table]


def review_all(
    engine: Engine, tables: Tables, monograph: Monograph, asked: Asked, as_of: date, phase: PhaseName | None = None
) -> Reviewed:
    """The review of all patients; ExpiredEdition when the site refuses an edition of that age."""
    edition = Edition(monograph)
    edition.problems(as_of)
    scope = Scope(engine, tables, monograph, asked, as_of, phase)
    made = Sheet(scope, people(scope))
    table = findings(made, made.table(), edition.knowledge(as_of).expired)
    return Reviewed(table, made.leaves(), partial(evidence, scope))
