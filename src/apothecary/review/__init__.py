"""Facts and knowledge to findings: the review of one patient, and why it says what it says."""

from apothecary.review.edition import ExpiredEdition
from apothecary.review.explain import Explanation, explain
from apothecary.review.result import Basis, Evidence, Finding, Need, Review
from apothecary.review.reviewer import Reviewer, UnknownUse

__all__ = [
    "Basis",
    "Evidence",
    "ExpiredEdition",
    "Explanation",
    "Finding",
    "Need",
    "Review",
    "Reviewer",
    "UnknownUse",
    "explain",
]
