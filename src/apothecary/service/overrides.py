"""The rules overridden in the last hours, kept at hand so that no request has to ask the log for them."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from apothecary.decision_log.errors import LogError
from apothecary.decision_log.store import Override
from apothecary.decision_log.writer import Writer

SESSION: Final = timedelta(hours=12)  # how long an override is remembered: one ordering session, at most a shift
_EVERY: Final = 1.0  # seconds until one of another process is seen


class Overrides:
    """What was overridden for whom; brought up to date from the log once a second and after feedback.

    What could not be read counts as not overridden, so that nothing is hidden by a log that fails.
    """

    def __init__(self, log: Writer, failed: Callable[[], None]) -> None:
        self._log = log
        self._failed = failed
        self._known: dict[str, list[Override]] = {}
        self._seq = 0
        self._task: asyncio.Task[None] | None = None

    def of(self, patient: str, drug: str, version: str) -> frozenset[tuple[str, str]]:
        """The rules overridden for a patient (the keyed hash) under an edition, each with its status then."""
        known = self._known.get(patient)
        if known is None:
            return frozenset()
        since = datetime.now(UTC) - SESSION
        return frozenset(
            (one.rule, one.status) for one in known if (one.drug, one.version) == (drug, version) and one.time >= since
        )

    async def refresh(self) -> None:
        """Reads what is new in the log; forgets what is too old, and everything when the log cannot be read."""
        since = datetime.now(UTC) - SESSION
        try:
            new = await self._log.overrides(self._seq, since)
        except LogError:
            self._failed()
            self._known, self._seq = {}, 0
            return
        if new:
            self._seq = max(one.seq for one in new)
            kept = [one for listed in self._known.values() for one in listed if one.time >= since]
            self._known = {}
            for one in (*kept, *new):
                self._known.setdefault(one.patient, []).append(one)

    def start(self) -> None:
        """Begins to follow the log in the background."""
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        """Ends it."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _follow(self) -> None:
        while True:
            await self.refresh()
            await asyncio.sleep(_EVERY)
