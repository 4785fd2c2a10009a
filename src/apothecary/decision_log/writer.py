"""The log for a web worker: many requests wait, one thread writes for all of them in one transaction."""

from asyncio import AbstractEventLoop, Future, get_running_loop
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, NamedTuple

from apothecary.decision_log.entry import Draft, Entry, prepared
from apothecary.decision_log.errors import LogError
from apothecary.decision_log.store import DecisionLog, Override

_SOON: Final = 0.004  # seconds to wait for the next entry of a request that is being answered already
_WAITS: Final = 8  # times to wait so for one transaction at most
_AGAIN: Final = 2.0  # seconds after which a log that could not be written is tried again


class _Job(NamedTuple):
    draft: Draft
    loop: AbstractEventLoop
    future: "Future[int]"


class Writer:
    """Writes entries for callers that wait; each caller gets its number when the entry is durable, or a LogError.

    `waiting`: entries that may wait; one more is refused at once. `together`: entries of one transaction at most.
    `underway`: how many requests are being answered now: while others may still bring entries, a transaction waits some
    milliseconds for them, since each costs a flush. `healthy`: None, or a sentence on why it cannot be written now.
    """

    def __init__(
        self,
        log: DecisionLog,
        waiting: int = 10_000,
        together: int = 256,
        underway: Callable[[], int] = lambda: 0,
    ) -> None:
        self.log = log
        self.healthy: str | None = None
        self._waiting = waiting
        self._together = together
        self._underway = underway
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._closed = False
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="decision-log-reader")
        self._thread = Thread(target=self._run, name="decision-log", daemon=True)
        self._thread.start()

    async def write(self, entry: Entry) -> int:
        """The number of the entry once it is durable; LogError where it is not."""
        draft = prepared(entry)
        if self._closed:
            raise LogError("log-closed", f"The decision log {self.log.where} has been closed: the service is stopping.")
        if self._queue.qsize() >= self._waiting:
            message = (
                f"{self._waiting} entries wait to be written to the decision log {self.log.where}. Try again later."
            )
            raise LogError("log-busy", message)
        loop = get_running_loop()
        job = _Job(draft, loop, loop.create_future())
        self._queue.put(job)
        return await job.future

    async def overrides(self, after: int, since: datetime) -> list[Override]:
        """What was overridden in entries behind `after` since a time; LogError where it cannot be read."""
        return await get_running_loop().run_in_executor(self._readers, self.log.overrides, after, since)

    def patient_key(self, identifier: str) -> str:
        """The keyed hash that stands for a patient id."""
        return self.log.patient_key(identifier)

    def close(self) -> None:
        """Writes what waits, then closes the log."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        while not self._queue.empty():
            late = self._queue.get_nowait()
            if late is not None:
                _tell([(late, LogError("log-closed", f"The decision log {self.log.where} has been closed."))])
        self._readers.shutdown()
        self.log.close()

    def _run(self) -> None:
        going = True
        while going:
            try:
                first = self._queue.get(timeout=None if self.healthy is None else _AGAIN)
            except Empty:
                self._look_again()
                continue
            jobs: list[_Job] = []
            going = self._gather(jobs, first)
            if jobs:
                self._write(jobs)

    def _gather(self, jobs: list[_Job], job: _Job | None) -> bool:
        """Everything that waits, and what is about to come; false after the last entry that there will be."""
        waits = 0
        while job is not None:
            jobs.append(job)
            if len(jobs) == self._together:
                return True
            try:
                job = self._queue.get_nowait()
            except Empty:
                if len(jobs) >= self._underway() or waits == _WAITS:
                    return True
                waits += 1
                try:
                    job = self._queue.get(timeout=_SOON)
                except Empty:
                    return True
        return False

    def _write(self, jobs: list[_Job]) -> None:
        try:
            numbers = self.log.commit([job.draft for job in jobs])
        except Exception as error:
            refused = _refusal(error, self.log.where)
            self.healthy = refused.message
            _tell([(job, refused) for job in jobs])
        else:
            self.healthy = None
            _tell(zip(jobs, numbers, strict=True))

    def _look_again(self) -> None:
        try:
            self.log.check()
        except Exception as error:
            self.healthy = _refusal(error, self.log.where).message
        else:
            self.healthy = None


def _refusal(error: Exception, where: str) -> LogError:
    if isinstance(error, LogError):
        return error
    message = f"The decision log {where} cannot be written: {type(error).__name__}, a fault of the program. Report it."
    found = LogError("log-fault", message)
    found.__cause__ = error
    return found


def _tell(answers: Iterable[tuple[_Job, int | LogError]]) -> None:
    """Hands each caller its answer, with one call into each event loop."""
    by_loop: dict[AbstractEventLoop, list[tuple[_Job, int | LogError]]] = {}
    for job, answer in answers:
        by_loop.setdefault(job.loop, []).append((job, answer))
    for loop, some in by_loop.items():
        if not loop.is_closed():
            try:
                loop.call_soon_threadsafe(_settle, some)
            except RuntimeError:  # closed in between: nobody waits there any more
                continue


def _settle(answers: list[tuple[_Job, int | LogError]]) -> None:
    for job, answer in answers:
        if job.future.done():  # the caller has left; the entry stays
            continue
        if isinstance(answer, LogError):
            job.future.set_exception(LogError(answer.code, answer.message))
        else:
            job.future.set_result(answer)
