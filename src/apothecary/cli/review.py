"""`apothecary review`: one record against one monograph."""

import os
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.review import Review


class FailOn(StrEnum):
    """Which findings make the command end with exit code 10."""

    CRITICAL = "critical"
    WARNING = "warning"
    UNKNOWN = "unknown"


def command(
    record: c.RecordArgument,
    drug: c.DrugOption = None,
    as_of: c.AsOfOption = None,
    indication: c.IndicationOption = None,
    phase: c.PhaseOption = None,
    format: Annotated[c.Format, typer.Option("--format", help="How to print the review.")] = c.Format.TEXT,
    fail_on: Annotated[
        FailOn | None, typer.Option("--fail-on", help="End with exit code 10 when such a finding is present.")
    ] = None,
    terminology: c.TerminologyOption = None,
    knowledge: c.KnowledgeOption = None,
) -> None:
    """Review one record: contraindications, interactions, what is missing, what to do first."""
    as_json = format is c.Format.JSON
    day = c.parse_day(as_of, as_json)
    reviewer = c.load_reviewer(drug, knowledge, terminology, as_json)
    patient = c.read_patient(record, as_json)
    from apothecary.record import RecordError

    try:
        result = reviewer.review(patient, day, phase.value if phase else None, indication)
    except RecordError as error:
        raise c.Failure(error.code, error.message, 3, as_json) from error
    except ValueError as error:
        raise c.Failure("usage", str(error), 2, as_json) from error
    from apothecary.present import render

    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    encoding = sys.stdout.encoding or "utf-8"
    c.write(render(result, reviewer.monograph, format.value, width=c.width(), color=color, encoding=encoding))
    if fail_on is not None and has_finding(result, fail_on):
        sys.exit(10)


def has_finding(review: "Review", fail_on: FailOn) -> bool:
    """Whether a finding is present that the caller wants to fail on."""
    if fail_on is FailOn.UNKNOWN:
        return any(finding.status == "unknown" for finding in review.findings)
    severities = ("critical",) if fail_on is FailOn.CRITICAL else ("critical", "warning")
    return any(finding.status == "applies" and finding.severity in severities for finding in review.findings)
