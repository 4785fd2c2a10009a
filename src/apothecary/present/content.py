"""What the readable formats say, in which order and in which words; they only lay it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.present import words
from apothecary.present.cited import Cited, by_number, cited
from apothecary.present.dose_content import DoseShown, dose_shown
from apothecary.present.exposure_content import ExposureShown, exposure_shown
from apothecary.present.monitoring_content import MonitoringShown, monitoring_shown
from apothecary.present.safe import clean, mapped

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.result import Finding, IndicationFound, Measure, Need, Review, ToGet

SEVERITIES: Final = ("critical", "warning", "info")
Numbered = dict[tuple[str, str], int]  # (fact, why it is not usable) -> its number among the things to get
_SHOWN_IDS: Final = 4
_ABSENT: Final = ("missing", "not-supplied")


class Entry(msgspec.Struct, frozen=True):
    """One finding. `facts`: the evidence; `notes`: exceptions and readings; `open`: why it is not known."""

    id: str
    severity: str
    title: str
    action: str
    facts: tuple[str, ...]
    notes: tuple[str, ...]
    references: tuple[str, ...]
    open: str = ""


class Get(msgspec.Struct, frozen=True):
    """One thing to get. `recorded`: what the record has instead; `settles`: the questions it helps to settle."""

    number: int
    fact: str
    why: str
    how: str
    recorded: tuple[str, ...]
    severity: str
    settles: str


class OpenGroup(msgspec.Struct, frozen=True):
    """The open questions of one severity."""

    severity: str
    entries: tuple[Entry, ...]


class Use(msgspec.Struct, frozen=True):
    """A use of the monograph that is documented or not known to be."""

    name: str
    status: str
    labeled: str
    facts: tuple[str, ...]
    open: str


class Number(msgspec.Struct, frozen=True):
    """A number about the patient and where it comes from, or why it is not known."""

    name: str
    value: str
    detail: str


class Trouble(msgspec.Struct, frozen=True):
    """Something in the record or about the knowledge that could not be used as it stands."""

    where: str
    message: str
    code: str


class Ground(msgspec.Struct, frozen=True):
    """The statements of the source text a shown finding rests on."""

    finding: str
    statements: str


class Content(msgspec.Struct, frozen=True):
    """Everything the text, Markdown and HTML formats show, in their order; every string is one harmless line."""

    drug: str
    verdict: str
    verdict_word: str
    sentence: str
    patient: str
    as_of: str
    phase: str
    do_first: tuple[Entry, ...]
    to_get: tuple[Get, ...]
    open: tuple[OpenGroup, ...]
    info: tuple[Entry, ...]
    uses: tuple[Use, ...]
    dose: DoseShown | None
    exposure: ExposureShown | None
    monitoring: MonitoringShown | None
    numbers: tuple[Number, ...]
    clear: str
    problems: tuple[Trouble, ...]
    sources: tuple[Cited, ...]
    grounds: tuple[Ground, ...]
    knowledge: tuple[str, ...]
    disclaimer: str
    headings: words.Headings
    nothing: words.Nothing


def content(review: Review, monograph: Monograph) -> Content:
    """What to show of a review: everything, except that clear findings are only counted."""
    applying = _of(review, "applies")
    unknown = _of(review, "unknown")
    numbered: Numbered = {(get.fact, get.why): number for number, get in enumerate(review.to_get, 1)}
    shown = [*applying, *unknown]
    dose = dose_shown(review.dose_plan, monograph) if review.dose_plan is not None else None
    exposure = exposure_shown(review.exposure) if review.exposure is not None else None
    monitoring = monitoring_shown(review.monitoring, monograph)
    found = Content(
        drug=words.drug(monograph),
        verdict=words.verdict(review),
        verdict_word=words.VERDICTS[words.verdict(review)],
        sentence=words.sentence(review),
        patient=review.patient.id or "no identifier in the record",
        as_of=review.as_of.isoformat(),
        phase=f"{words.PHASES[review.phase]} ({review.phase_from})",
        do_first=tuple(_entry(f, monograph, numbered) for f in applying if f.severity != "info"),
        to_get=tuple(_get(get, number, unknown) for number, get in enumerate(review.to_get, 1)),
        open=_open_groups([_entry(f, monograph, numbered) for f in unknown]),
        info=tuple(_entry(f, monograph, numbered) for f in applying if f.severity == "info"),
        uses=tuple(_use(use, numbered) for use in review.indications if use.status != "clear"),
        dose=dose,
        exposure=exposure,
        monitoring=monitoring,
        numbers=_numbers(review),
        clear=words.clear_count(review),
        problems=tuple(Trouble(p.where, p.message, p.code) for p in review.problems),
        sources=cited(
            (
                *_references(shown, monograph),
                *(dose.references if dose else ()),
                *(exposure.references if exposure else ()),
                *(monitoring.references if monitoring else ()),
            ),
            monograph,
        ),
        grounds=(
            *(Ground(f.id, ", ".join(b.statement for b in f.basis)) for f in shown if f.basis),
            *_ground("dose plan", dose),
            *_ground("monitoring", monitoring),
        ),
        knowledge=words.knowledge(review, monograph),
        disclaimer=words.DISCLAIMER,
        headings=words.Headings(),
        nothing=words.Nothing(),
    )
    return mapped(found, clean)


def _of(review: Review, status: str) -> list[Finding]:
    """The findings of one status, most severe first; the review's order within a severity stays."""
    chosen = [finding for finding in review.findings if finding.status == status]
    return sorted(chosen, key=lambda finding: SEVERITIES.index(finding.severity))


def _entry(finding: Finding, monograph: Monograph, numbered: Numbered) -> Entry:
    return Entry(
        id=finding.id,
        severity=finding.severity,
        title=finding.title,
        action=finding.action,
        facts=tuple(words.fact(evidence) for evidence in finding.because),
        notes=words.notes(finding, monograph),
        references=_references([finding], monograph),
        open=_needed(finding.needs, numbered) if finding.status == "unknown" else "",
    )


def _open_groups(entries: list[Entry]) -> tuple[OpenGroup, ...]:
    groups = (OpenGroup(s, tuple(entry for entry in entries if entry.severity == s)) for s in SEVERITIES)
    return tuple(group for group in groups if group.entries)


def _needed(needs: tuple[Need, ...], numbered: Numbered) -> str:
    """What an open question lacks, each with its number in the list of things to get.

    That list says why; here the reason is repeated only where something is there that cannot be used.
    """
    if not needs:
        return "the record does not settle it"
    found = []
    for need in needs:
        number = numbered.get((need.fact, need.why))
        why = words.WHYS[need.why] if number is None or need.why not in _ABSENT else ""
        parts = (why, f"get {number}" if number else "")
        found.append(f"{need.fact} ({', '.join(part for part in parts if part)})")
    return ", ".join(dict.fromkeys(found))


def _get(get: ToGet, number: int, unknown: list[Finding]) -> Get:
    shown = ", ".join(get.settles[:_SHOWN_IDS])
    more = len(get.settles) - _SHOWN_IDS
    return Get(
        number=number,
        fact=get.fact,
        why=words.WHYS[get.why],
        how=get.how,
        recorded=_recorded(get, unknown),
        severity=get.severity,
        settles=f"{shown} and {more} more" if more > 0 else shown,
    )


def _recorded(get: ToGet, unknown: list[Finding]) -> tuple[str, ...]:
    """What the record has where a fact is there but cannot be used, such as the two values that disagree.

    An open question also carries what else was found for it, so only what all questions asking for this
    fact have in common is shown, and the first one's evidence where they share none.
    """
    if get.why in _ABSENT:
        return ()
    asking = [f for f in unknown if f.id in get.settles and f.because]
    if not asking:
        return ()
    common = set(asking[0].because).intersection(*(f.because for f in asking[1:]))
    chosen = [evidence for evidence in asking[0].because if evidence in common] or asking[0].because
    return tuple(words.fact(evidence) for evidence in chosen)


def _use(use: IndicationFound, numbered: Numbered) -> Use:
    return Use(
        name=use.name,
        status="documented" if use.status == "applies" else "not known",
        labeled="labeled" if use.labeled else "off-label",
        facts=tuple(words.fact(evidence) for evidence in use.because),
        open=_needed(use.needs, numbered) if use.status == "unknown" else "",
    )


def _numbers(review: Review) -> tuple[Number, ...]:
    patient = review.patient
    return (
        Number("Age", words.readable_age(patient.age) if patient.age else words.NOT_KNOWN, ""),
        Number("Sex", patient.sex or words.NOT_KNOWN, ""),
        _measure("Weight", patient.weight),
        _measure("Creatinine clearance", patient.creatinine_clearance),
    )


def _measure(name: str, measure: Measure) -> Number:
    value = measure.text or (f"{measure.value:g} {measure.unit}" if measure.value is not None else "")
    if not value:
        return Number(name, words.NOT_KNOWN, measure.why.replace(".;", "."))
    parts = (measure.method, measure.date, measure.source)
    return Number(name, value, ", ".join(part for part in parts if part))


def _references(findings: list[Finding], monograph: Monograph) -> tuple[str, ...]:
    """The references behind findings, by number: of their statements, and of the places their rule names."""
    found = {reference for f in findings for basis in f.basis for reference in basis.references}
    rules = (monograph.rules[f.id] for f in findings if f.id in monograph.rules)
    found.update(place.source for rule in rules for place in rule.places)
    return tuple(sorted(found, key=by_number))


def _ground(name: str, shown: DoseShown | MonitoringShown | None) -> tuple[Ground, ...]:
    return (Ground(name, shown.statements),) if shown is not None and shown.statements else ()
