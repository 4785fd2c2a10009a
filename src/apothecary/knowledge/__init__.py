"""What a monograph says, as data: schema, loader, checks, value sets."""

from apothecary.knowledge.hierarchy import extend
from apothecary.knowledge.loader import PACKAGED, load, packaged
from apothecary.knowledge.schema import (
    Monograph,
    Observation,
    Rule,
    Statement,
    Value,
)
from apothecary.knowledge.terminology import Hits, Match, Matcher
from apothecary.knowledge.yamlfile import KnowledgeError

__all__ = [
    "PACKAGED",
    "Hits",
    "KnowledgeError",
    "Match",
    "Matcher",
    "Monograph",
    "Observation",
    "Rule",
    "Statement",
    "Value",
    "extend",
    "load",
    "packaged",
]
