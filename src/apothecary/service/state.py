"""What the service has at hand while it runs: made once at the start, the same for every request."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request

from apothecary.review import Reviewer
from apothecary.service.health import Health
from apothecary.service.settings import Settings

if TYPE_CHECKING:
    from apothecary.decision_log.writer import Writer
    from apothecary.service.auth import Gate
    from apothecary.service.fhir.client import FhirClient
    from apothecary.service.metrics import Metrics
    from apothecary.service.overrides import Overrides

INSIDE = "apothecary.inside"  # key of the ASGI scope that only a call from within the process can set


@dataclass(frozen=True)
class Inside:
    """A call that the service makes to itself: the self-test. It needs no token and leaves no entry in the log."""

    as_of: date


@dataclass(frozen=True)
class State:
    """Settings, the monographs made ready and their prefetch templates by drug id, and what talks to the outside.

    `folders`: where the knowledge of each drug was read from.
    """

    settings: Settings
    reviewers: dict[str, Reviewer]
    prefetch: dict[str, dict[str, str]]
    today: Callable[[], date]
    metrics: "Metrics"
    gate: "Gate"
    fhir: "FhirClient"
    log: "Writer | None" = None
    overrides: "Overrides | None" = None
    folders: dict[str, Path] = field(default_factory=dict)
    health: Health = field(default_factory=Health)

    def as_of(self, request: Request) -> date:
        """The day of a review: today, and in the self-test the day of the case."""
        inside = inside_call(request)
        return self.today() if inside is None else inside.as_of

    def base_url(self, request: Request) -> str:
        """The address the service is published under, without a final slash."""
        return self.settings.base_url or str(request.base_url).rstrip("/")


def inside_call(request: Request) -> Inside | None:
    """Whether the service calls itself; a caller from outside cannot set this."""
    found = request.scope.get(INSIDE)
    return found if isinstance(found, Inside) else None
