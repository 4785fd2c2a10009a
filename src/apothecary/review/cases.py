"""The executable specification: patients with expected answers, and generated ones around every threshold."""

import operator
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from apothecary import logic, units
from apothecary.knowledge import Monograph, Rule
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.knowledge.schema import PhaseName
from apothecary.knowledge.yamlfile import convert, read_yaml
from apothecary.logic import Truth
from apothecary.record import RecordError, read_record
from apothecary.review.orders_amounts import strength_of
from apothecary.review.result import Finding, Verdict, Why
from apothecary.review.reviewer import Reviewer


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One patient and the answer expected, the record given as short form, as FHIR resources or as a whole bundle.

    Without `phase` the first phase of the rule counts; `as-recorded` lets the record say whether the drug is taken.
    Each entry of `because` is the source, the fact or the value of a piece of evidence.
    """

    name: str
    expect: Truth
    phase: PhaseName | Literal["as-recorded"] | None = None
    indication: str | None = None
    record: dict[str, Any] | None = None
    fhir: list[dict[str, Any]] | None = None
    bundle: dict[str, Any] | None = None
    because: tuple[str, ...] = ()
    needs: tuple[Why, ...] = ()
    action: str | None = None
    exception: str | None = None
    verdict: Verdict | None = None

    def __post_init__(self) -> None:
        if sum(given is not None for given in (self.record, self.fhir, self.bundle)) != 1:
            raise ValueError(f"case “{self.name}” needs exactly one of record, fhir and bundle")

    def data(self) -> bytes:
        """The record as the bytes a reader is given; `fhir` resources in a collection Bundle."""
        if self.fhir is None:
            return msgspec.json.encode(self.record if self.record is not None else self.bundle)
        entries = [{"resource": resource} for resource in self.fhir]
        return msgspec.json.encode({"resourceType": "Bundle", "type": "collection", "entry": entries})


class CaseFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The cases of one rule, all as of one day; names are unique."""

    rule: str
    as_of: date
    cases: tuple[Case, ...]

    def __post_init__(self) -> None:
        names = [case.name for case in self.cases]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"the case name “{twice}” is given twice; give each case of a file its own")


def load_cases(folder: Path) -> tuple[CaseFile, ...]:
    """All case files below a folder, in the order of their paths; KnowledgeError names the file, line and mistake."""
    files = []
    for path in sorted(folder.glob("*/*.yaml")):
        name = path.relative_to(folder).as_posix()
        files.append(convert(read_yaml(path, name), CaseFile, path, name))
    return tuple(files)


def run_case(reviewer: Reviewer, file: CaseFile, case: Case) -> list[str]:
    """Reviews the patient of a case; a sentence for each difference from what is expected, none when it passes."""
    where = f"{file.rule} “{case.name}”"
    rule = reviewer.monograph.rules.get(file.rule)
    if rule is None:
        return [f"{where}: the monograph has no rule {file.rule!r}; correct `rule` or add the rule."]
    try:
        review = reviewer.review(read_record(case.data()), file.as_of, phase_of(rule, case), case.indication)
    except (RecordError, ValueError) as error:
        return [f"{where}: nothing was reviewed: {error}"]
    return compared(rule, case, review.phase, review.verdict, review.findings)


def phase_of(rule: Rule, case: Case) -> PhaseName | None:
    """The phase in which a case asks its rule; None lets the record say."""
    return None if case.phase == "as-recorded" else case.phase or rule.phases[0]


def compared(rule: Rule, case: Case, phase: str, verdict: Verdict, findings: Iterable[Finding]) -> list[str]:
    """A sentence for each difference between an answer, however it was got, and what its case expects."""
    where = f"{rule.id} “{case.name}”"
    finding = next((found for found in findings if found.id == rule.id), None)
    if finding is None:
        return [f"{where}: the rule is asked in {', '.join(rule.phases)}, but the phase is {phase}."]
    return [f"{where}: {difference}" for difference in _differences(case, finding, verdict)]


def _differences(case: Case, finding: Finding, verdict: Verdict) -> Iterator[str]:
    shown = {text for e in finding.because for text in (e.source, e.fact, e.value) if text}
    facts = ", ".join(sorted(shown)) or "nothing"
    whys = {need.why for need in finding.needs}
    if case.expect is not finding.status:
        hows = "; ".join(need.how for need in finding.needs) or "nothing"
        yield f"expected {case.expect}, but it is {finding.status} (because of {facts}; it needs {hows})."
    yield from (f"expected {text!r} in because, but it holds {facts}." for text in case.because if text not in shown)
    for why in case.needs:
        if why not in whys:
            yield f"expected a need that is {why}, but the needs are {', '.join(sorted(whys)) or 'none'}."
    if case.verdict not in (None, verdict):
        yield f"expected the verdict {case.verdict}, but it is {verdict}."
    if case.action is not None and case.action not in finding.action:
        yield f"expected {case.action!r} in the action, but it is {finding.action!r}."
    if case.exception not in (None, finding.exception):
        yield f"expected the exception {case.exception!r}, but it is {finding.exception!r}."


class ThresholdCase(NamedTuple):
    """A patient around the threshold of one comparison of a rule, and the truth of that comparison."""

    rule: str
    name: str
    node: logic.Compare
    as_of: date
    phase: PhaseName
    record: dict[str, Any]
    expect: Truth


# How laboratories and people write the units of each dimension; all are to be read alike.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "/uL": (
        "/uL", "/µL", "/ul", "/mcL", "/mm3", "/mm³", "/cumm", "cells/uL", "{cells}/uL", "cells/mm3", "10*3/uL",
        "10^3/uL", "10³/µL", "10*3/mm3", "x10E3/uL", "x10^3/uL", "×10³/µL", "K/uL", "K/µL", "K/mm3", "thou/uL",
        "Thousand/uL", "10*9/L", "10^9/L", "×10⁹/L", "x10E9/L", "G/L", "10*6/L", "/L",
    ),
    "mL/min": ("mL/min", "ml/min", "mL/minute", "mL per min", "mL/s", "mL/sec", "L/h", "L/d"),
    "mg/dL": ("mg/dL", "mg/dl", "mg/100 mL", "mg/L", "g/L", "umol/L", "µmol/L", "micromol/L", "mcmol/L", "mmol/L"),
    "mg/kg/d": ("mg/kg/d", "mg/kg/day"),
    "mg/d": ("mg/d", "mg/day", "g/d", "mcg/d"),
    "kg": ("kg", "g", "lb", "[lb_av]"),
}  # fmt: skip
_SIDES = {"below": -1, "on": 0, "above": 1}
_HOLDS = {"below": operator.lt, "at_most": operator.le, "above": operator.gt, "at_least": operator.ge}
_Written = Iterator[tuple[str, str, dict[str, Any]]]  # side of the threshold, how it is written, short form


def threshold_cases(m: Monograph, as_of: date = date(2026, 11, 22)) -> Iterator[ThresholdCase]:
    """For every comparison of every rule patients just below, on and just above, in each spelling of the unit."""
    for rule in m.rules.values():
        for top in (rule.when, *(exception.when for exception in rule.exceptions)):
            for node in logic.leaves(top):
                if isinstance(node, logic.Compare):
                    op, limit = node.relation
                    for side, written, record in _records(m, node.quantity, limit, as_of):
                        truth = Truth.APPLIES if _HOLDS[op](_SIDES[side], 0) else Truth.CLEAR
                        name = f"{node.quantity} {op} {limit}: {side}, {written}"
                        yield ThresholdCase(rule.id, name, node, as_of, rule.phases[0], record, truth)


def _records(m: Monograph, quantity: str, limit: str, as_of: date) -> _Written:
    seen, value = m.observations[quantity], m.values[limit]
    assert isinstance(value.value, float)  # the loader refuses a comparison with a range
    if seen.formula == "age":
        yield from _ages(units.parse_duration(value.value, value.unit), as_of)
        return
    if seen.formula in ORDERED_UNITS:
        for side, dose in _doses(m, seen.formula or "", value.value, value.unit):
            yield side, dose, {"weight": "50 kg", "medications": [{"name": m.drug.name, "dose": dose}]}
        return
    for side, written in _spelled(value.value, value.unit, None):
        yield side, written, {"labs": _lab(m, quantity, written)}
    if seen.formula == "creatinine-clearance":
        yield from _cockcroft_gault(m, value.value, as_of)


def _lab(m: Monograph, quantity: str, written: str) -> dict[str, Any]:
    of = m.observations[quantity].value_set
    code = next(e.code for e in m.codes if e.value_set == of and e.system == "http://loinc.org" and not e.coarse)
    return {quantity: {"value": written, "loinc": code}}


def _spelled(number: float, unit: str, molar: float | None) -> Iterator[tuple[str, str]]:
    """A number a millionth below, on and above, in every spelling it converts to."""
    for spelling in (text for known in SPELLINGS.values() for text in known):
        there = units.convert(number, unit, spelling, molar)
        if not isinstance(there, units.NotEvaluable):
            for side, sign in _SIDES.items():
                yield side, f"{there * (1 + sign * 1e-6):.15f} {spelling}"


def _doses(m: Monograph, formula: str, limit: float, unit: str) -> Iterator[tuple[str, str]]:
    """Orders in words around a limit: in masses, volumes and containers, once and twice a day, by weight and by day."""
    by = units.convert(limit, unit, ORDERED_UNITS[formula])
    assert isinstance(by, float)  # the loader has checked it
    strength = strength_of(m)
    for side, sign in _SIDES.items():
        number = by * (1 + sign * 1e-6)
        if formula in ("ordered-interval", "ordered-doses-per-day"):
            hours = number if formula == "ordered-interval" else 24 / number
            yield side, f"100 mg every {hours:.12f} hours"
            yield side, f"100 mg every {hours / 24:.12f} days"
            continue
        if formula == "ordered-daily-dose-by-weight":
            yield side, f"{number:.12f} mg/kg once daily"
            yield side, f"{number:.12f} mg/kg/day"
            number *= 50
        sizes = {"mg": 1.0, "g": 1e-3, "mcg": 1e3}
        if strength is not None:
            sizes |= {"mL": strength.mL / strength.mg, strength.container.split()[-1]: 1 / strength.mg}
        for word, size in sizes.items():
            yield side, f"{number * size:.12f} {word} once daily"
            if formula != "ordered-dose":
                yield side, f"{number * size / 2:.12f} {word} twice daily"


def _ages(limit: Any, as_of: date) -> _Written:
    birthday = units.add_duration(as_of, limit, -1)
    for side, sign in _SIDES.items():
        yield side, "birth date", {"birth_date": str(birthday - timedelta(days=sign))}
        typed = [f"{limit.months + sign} {unit}" for unit in ("mo", "months")]
        typed += [f"{limit.months // 12 + sign} {unit}" for unit in ("a", "y", "years") if limit.months % 12 == 0]
        yield from ((side, age, {"age": age}) for age in typed)


def _cockcroft_gault(m: Monograph, clearance: float, as_of: date) -> _Written:
    """Patients of 80 years and 72 kg, whose clearance is 60 (women 51) divided by creatinine in mg/dL."""
    molar = m.values[m.observations["creatinine"].molar_mass or ""].value
    for sex, product in (("male", 60.0), ("female", 51.0)):
        known = {"birth_date": f"{as_of.year - 80}-01-01", "sex": sex, "weight": "72 kg"}
        for side, written in _spelled(product / clearance, "mg/dL", molar):  # type: ignore[arg-type]  # one number
            other = {"below": "above", "on": "on", "above": "below"}[side]  # more creatinine is less clearance
            yield other, f"{sex}, creatinine {written}", {**known, "labs": _lab(m, "creatinine", written)}
