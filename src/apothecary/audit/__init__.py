"""Proves that the knowledge covers its source text: reads the text, compares, counts, and begins a new monograph."""

from apothecary.audit.audit import audit
from apothecary.audit.reader import SourceError, read_monograph
from apothecary.audit.result import Audit, Change, Covered

__all__ = ["Audit", "Change", "Covered", "SourceError", "audit", "read_monograph"]
