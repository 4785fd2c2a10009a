"""The wording of a review: verdict, phases, statuses, headings, notes."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.result import Evidence, Finding, Review, Verdict

NOT_KNOWN: Final = "not known"
DISCLAIMER: Final = (
    "Not clinically validated; see SAFETY.md. A decision aid for professionals, not a substitute for judgement."
)
CAVEAT: Final = "Not clinically validated. A decision aid for professionals, not a substitute for judgement."
VERDICTS: Final = {"stop": "STOP", "cannot-tell": "CANNOT TELL", "caution": "CAUTION", "go": "GO"}
PHASES: Final = {"considering": "considering a start", "on-therapy": "on therapy"}
MATCHES: Final = {"code": "", "name": "matched by name only", "derived": "derived", "": ""}
WHYS: Final = {
    "not-supplied": "not supplied",
    "missing": "not in the record",
    "stale": "out of date",
    "unreadable": "cannot be read",
    "conflicting": "sources disagree",
    "coarse-code": "the code is too broad",
    "unconfirmed": "not confirmed",
}
_AGE: Final = re.compile(r"(\d+(?:-(\d+))?) (a|mo)")
_AGE_UNITS: Final = {"a": "year", "mo": "month"}


class Headings(msgspec.Struct, frozen=True):
    """The headings of the sections, in the order they stand."""

    do_first: str = "Do first"
    to_get: str = "Get these to settle the open questions"
    open: str = "Open questions: not known whether these apply"
    info: str = "Also applies"
    uses: str = "Documented uses"
    dose: str = "Dose plan"
    exposure: str = "Expected exposure"
    monitoring: str = "Monitoring"
    numbers: str = "Numbers about the patient"
    clear: str = "Clear"
    problems: str = "Problems"
    sources: str = "Sources"
    grounds: str = "Statements of the monograph behind each finding"


class Nothing(msgspec.Struct, frozen=True):
    """What stands under a heading that has nothing to show."""

    do_first: str = "No critical or warning finding applies, as far as the questions could be answered."
    to_get: str = "Nothing to get."
    uses: str = "None of the monograph's uses is documented in the record."
    problems: str = "None was found."


def verdict(review: Review) -> Verdict:
    """The verdict to show: a review that asked no question must not look like a go."""
    return review.verdict if review.findings else "cannot-tell"


def sentence(review: Review) -> str:
    """What the verdict means here, with the counts it rests on, and whether the edition is out of date."""
    used = review.knowledge
    if not used.expired:
        return _counts(review)
    revised, expires = used.revised.isoformat(), used.expires.isoformat()
    return (
        f"{_counts(review)} The edition of the monograph is out of date (revised {revised}, to be used until "
        f"{expires}): look for a newer one before relying on this review."
    )


def _counts(review: Review) -> str:
    """What applies and what is open. A review without any question says so."""
    numbers = _numbers(review)
    applies = {s: numbers[s, "applies"] for s in ("critical", "warning")}
    unknown = {s: numbers[s, "unknown"] for s in ("critical", "warning")}
    if not review.findings:
        return "No question of the monograph was asked, so this is no all-clear."
    if review.verdict == "stop":
        act = "do not start" if review.phase == "considering" else "do not continue as before"
        also = f" {_open(unknown['critical'], 'critical')}" if unknown["critical"] else ""
        head = counted(applies["critical"], "critical finding applies", "critical findings apply")
        return f"{head}: {act} until this is resolved.{also}"
    if review.verdict == "cannot-tell":
        return (
            f"No critical finding applies so far, but the record cannot rule it out. "
            f"{_open(unknown['critical'], 'critical')} Get what is missing first."
        )
    if review.verdict == "caution" and (applies["warning"] or unknown["warning"]):
        parts = [
            counted(applies["warning"], "warning applies", "warnings apply") if applies["warning"] else "",
            counted(unknown["warning"], "warning is open", "warnings are open") if unknown["warning"] else "",
        ]
        head = " and ".join(part for part in parts if part)
        return f"No critical finding applies and none is open. {head}: weigh each before going ahead."
    return "No critical finding and no warning applies, and none is open."


def _numbers(review: Review) -> Counter[tuple[str, str]]:
    """How many findings there are of each severity and status."""
    return Counter((finding.severity, finding.status.value) for finding in review.findings)


def _open(number: int, kind: str) -> str:
    return counted(number, f"{kind} question is open.", f"{kind} questions are open.")


def counted(number: int, one: str, several: str) -> str:
    """A count with the wording that fits it; `No` for none."""
    return f"{number or 'No'} {one if number == 1 else several}"


def clear_count(review: Review) -> str:
    """How many questions were answered with no, by severity."""
    numbers = _numbers(review)
    clear = {severity: numbers[severity, "clear"] for severity in ("critical", "warning", "info")}
    total = sum(clear.values())
    if not review.findings:
        return "No question was asked."
    if not total:
        return f"None of the {counted(len(review.findings), 'question', 'questions')} is answered with no."
    split = ", ".join(f"{number} {severity}" for severity, number in clear.items() if number)
    verb = "does" if total == 1 else "do"
    asked = counted(len(review.findings), "question", "questions")
    return f"{total} of {asked} {verb} not apply to this patient ({split})."


def readable_age(age: str) -> str:
    """`54 a` as `54 years`, `18 mo` as `18 months`; anything else as it is."""
    found = _AGE.fullmatch(age)
    if found is None:
        return age
    unit = _AGE_UNITS[found[3]]
    return f"{found[1]} {unit if found[1] == '1' else unit + 's'}"


def drug(monograph: Monograph) -> str:
    """The drug with its brands."""
    brands = f" ({', '.join(monograph.drug.brands)})" if monograph.drug.brands else ""
    return f"{capital(monograph.drug.name)}{brands}"


def capital(name: str) -> str:
    """A name as it begins a line; its other letters stay."""
    return f"{name[:1].upper()}{name[1:]}"


def fact(evidence: Evidence) -> str:
    """`fact: value unit, date, source, how it was matched`, without what is not known."""
    value = readable_age(evidence.value) if evidence.fact == "age" else evidence.value
    value = f"{value} {evidence.unit}".strip()
    head = f"{evidence.fact}: {value}" if value else evidence.fact
    note = f" ({evidence.note})" if evidence.note else ""
    parts = (head, evidence.date, evidence.source, MATCHES[evidence.match])
    return ", ".join(part for part in parts if part) + note


def notes(finding: Finding, monograph: Monograph, *, files: bool = True) -> tuple[str, ...]:
    """What sets a finding apart from a plain statement of the text: an exception, our reading, a policy.

    `files`: name those of the project, for readers who have them.
    """
    found = []
    if finding.exception:
        found.append(f"Exception that applies: {finding.exception}.")
    reading = monograph.interpretations.get(finding.interpretation) if finding.interpretation else None
    if reading is not None:
        where = f" ({reading.id} in INTERPRETATIONS.md)" if files else ""
        found.append(f"Our reading of the monograph: {reading.title}{where}.")
    elif finding.interpretation:
        found.append(f"Our reading of the monograph ({finding.interpretation}).")
    kinds = {basis.kind for basis in finding.basis}
    if "policy" in kinds:
        found.append("The monograph leaves the limit open: it is policy, which a site can change.")
    elif "interpreted" in kinds and not finding.interpretation:
        found.append("Our reading of the monograph, not its literal wording.")
    return tuple(found)


def knowledge(review: Review, monograph: Monograph) -> tuple[str, ...]:
    """Which edition of the source text and which knowledge were used, and how long the edition may be used."""
    edition, used = monograph.drug.edition, review.knowledge
    ended = " That day has passed: the edition is out of date." if used.expired else ""
    return (
        f"Monograph: {edition.title}, {edition.publisher}, revised {used.revised.isoformat()}.",
        f"Policy: an edition may be used for {used.limit} without a warning, this one until "
        f"{used.expires.isoformat()}.{ended}",
        f"Knowledge version {used.version}, hash {used.hash}.",
    )
