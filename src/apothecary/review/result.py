"""The result of a review: frozen values that the presentation only reads."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Literal

import msgspec

from apothecary.knowledge.schema import BasisKind, PhaseName, Severity, Statement
from apothecary.logic import Truth
from apothecary.record import Problem

if TYPE_CHECKING:
    from apothecary.review.exposure import Exposure
    from apothecary.review.plan import DosePlan, Due

Why = Literal["not-supplied", "missing", "stale", "unreadable", "conflicting", "coarse-code", "unconfirmed"]
Verdict = Literal["stop", "cannot-tell", "caution", "go"]


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """A fact that counted: what, its value and unit, its date, the row it came from, how it was matched."""

    fact: str
    value: str = ""
    unit: str = ""
    date: str = ""
    source: str = ""
    match: Literal["code", "name", "derived", ""] = ""
    note: str = ""


class Need(msgspec.Struct, frozen=True, gc=False):
    """A fact that would settle an open question, why it is not usable now, and how to get it."""

    fact: str
    why: Why
    how: str


class Basis(msgspec.Struct, frozen=True):
    """The statement of the source text a finding rests on, with its references."""

    statement: str
    section: str
    references: tuple[str, ...]
    kind: BasisKind


def bases(known: Mapping[str, Statement], ids: Iterable[str], kind: BasisKind) -> tuple[Basis, ...]:
    """The statements with these ids as the basis of something."""
    return tuple(Basis(i, known[i].section, known[i].references, kind) for i in ids)


class Finding(msgspec.Struct, frozen=True):
    """One rule's answer for one patient."""

    id: str
    status: Truth
    severity: Severity
    topic: str
    title: str
    action: str
    because: tuple[Evidence, ...]
    needs: tuple[Need, ...]
    basis: tuple[Basis, ...]
    interpretation: str | None = None
    exception: str | None = None


class IndicationFound(msgspec.Struct, frozen=True):
    """Whether one of the monograph's uses is documented."""

    id: str
    name: str
    status: Truth
    labeled: bool
    because: tuple[Evidence, ...]
    needs: tuple[Need, ...]


class Measure(msgspec.Struct, frozen=True):
    """A number about the patient with what it was made from; `value` is empty when it is not known."""

    value: float | None
    unit: str
    date: str = ""
    source: str = ""
    method: str = ""
    why: str = ""
    text: str = ""


class PatientShown(msgspec.Struct, frozen=True):
    """Who the review is about, with the numbers it used; never a name."""

    id: str | None
    age: str | None
    sex: str | None
    weight: Measure
    creatinine_clearance: Measure


class Knowledge(msgspec.Struct, frozen=True):
    """Which knowledge was used. `expires`: the last day on which its edition may be used without a warning.

    `expired`: the day of the review is later; `limit`: the policy's limit on the age of an edition, in words.
    """

    version: str
    revised: date
    hash: str
    expires: date
    expired: bool
    limit: str


class ToGet(msgspec.Struct, frozen=True):
    """One thing to get and the questions it would help to settle, most important first."""

    fact: str
    why: Why
    how: str
    severity: Severity
    settles: tuple[str, ...]


class Review(msgspec.Struct, frozen=True):
    """The whole answer for one patient and one drug; `dose_plan`, `exposure`, `monitoring` are added by therapy."""

    contract: int
    drug: str
    knowledge: Knowledge
    patient: PatientShown
    as_of: date
    phase: PhaseName
    phase_from: str
    verdict: Verdict
    indications: tuple[IndicationFound, ...]
    findings: tuple[Finding, ...]
    to_get: tuple[ToGet, ...]
    problems: tuple[Problem, ...]
    dose_plan: "DosePlan | None" = None
    monitoring: "tuple[Due, ...]" = ()
    exposure: "Exposure | None" = None
