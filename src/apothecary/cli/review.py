"""`apothecary review`: one record against one monograph."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.knowledge import Monograph
    from apothecary.knowledge.schema import PhaseName
    from apothecary.present import Format
    from apothecary.review import Review

FAIL_ON = ("critical", "warning", "unknown")


@click.command("review")
@c.record_argument
@c.drug_option
@c.as_of_option
@c.indication_option
@c.phase_option
@c.format_option
@click.option("--fail-on", type=click.Choice(FAIL_ON), help="End with exit code 10 when such a finding is present.")
@c.terminology_option
@c.knowledge_option
def command(
    record: str,
    drug: str | None,
    as_of: str | None,
    indication: str | None,
    phase: "PhaseName | None",
    format: "Format",
    fail_on: str | None,
    terminology: Path | None,
    knowledge: Path | None,
) -> None:
    """Review one record: contraindications, interactions, what is missing, what to do first.

    RECORD is a path, or - for standard input: FHIR R4 JSON, a CDS Hooks request, or the short form (YAML or JSON).
    """
    result, monograph = run(record, drug, as_of, indication, phase, format, terminology, knowledge)
    show(result, monograph, format)
    if fail_on is not None and has_finding(result, fail_on):
        sys.exit(10)


def run(
    record: str,
    drug: str | None,
    as_of: str | None,
    indication: str | None = None,
    phase: "PhaseName | None" = None,
    format: "Format" = "text",
    terminology: Path | None = None,
    knowledge: Path | None = None,
) -> "tuple[Review, Monograph]":
    """The review and the monograph it used; Failure with the exit code of what went wrong."""
    from apothecary.therapy import complete

    as_json = format == "json"
    day = c.parse_day(as_of, as_json)
    reviewer = c.load_reviewer(drug, knowledge, terminology, as_json)
    patient = c.read_patient(record, as_json)
    with c.failures(as_json):
        result = complete(reviewer, patient, day, phase, indication)
    return result, reviewer.monograph


def show(result: "Review", monograph: "Monograph", format: "Format") -> None:
    """Prints a review."""
    from apothecary.present import render

    c.write(render(result, monograph, format, **c.terminal()))


def has_finding(review: "Review", fail_on: str) -> bool:
    """Whether a finding is present that the caller wants to fail on."""
    if fail_on == "unknown":
        return any(finding.status == "unknown" for finding in review.findings)
    if fail_on == "warning" and review.knowledge.expired:  # the edition warns past its limit
        return True
    severities = ("critical",) if fail_on == "critical" else ("critical", "warning")
    return any(finding.status == "applies" and finding.severity in severities for finding in review.findings)
