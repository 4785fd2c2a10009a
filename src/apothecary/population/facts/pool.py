"""Tasks done by processes on this machine, or by the workers of a Spark session."""

import gc
import signal
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, Final

import msgspec

from apothecary.population.facts.failure import FactsError
from apothecary.population.facts.tasks import Entry, Task
from apothecary.population.facts.work import Job, Stopped, Worker

_OF_ONE_FILE: Final = ("damaged", "changed")  # failures that say nothing about other files
_KILLED = (
    "A worker process was killed, perhaps because memory ran out. Start again, with fewer workers if it happens again:"
    " what is finished is kept."
)
_worker: Worker | None = None


class Outcome(msgspec.Struct, frozen=True):
    """A finished task, or why it could not be done."""

    task: Task
    entry: Entry | None = None
    code: str = ""
    message: str = ""


def done(tasks: list[Task], job: Job, workers: int, engine: Any = "local") -> Iterator[tuple[Task, Entry]]:
    """Every task with its entry, as they are finished. FactsError for what stops the run.

    A file that cannot be read stops nothing else; the first such is raised when all others are done.
    """
    failures: list[Outcome] = []
    for outcome in _local(tasks, job, workers) if engine == "local" else _spark(tasks, job, engine):
        if outcome.entry is not None:
            yield outcome.task, outcome.entry
        elif outcome.code in _OF_ONE_FILE:
            failures.append(outcome)
        else:
            raise FactsError(outcome.code, outcome.message)
    if failures:
        more = f" ({len(failures) - 1} more files could not be read.)" if len(failures) > 1 else ""
        raise FactsError(failures[0].code, failures[0].message + more)


def _attempt(worker: Worker, task: Task) -> Outcome:
    try:
        return Outcome(task, worker.run(task))
    except FactsError as error:
        return Outcome(task, None, error.code, error.message)


# --- processes of this machine ---------------------------------------------------------------------------------------


def _local(tasks: list[Task], job: Job, workers: int) -> Iterator[Outcome]:
    if workers <= 1 or len(tasks) <= 1:
        worker = Worker(job)
        yield from (_attempt(worker, task) for task in tasks)
        return
    context = get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(min(workers, len(tasks)), context, _begin, (job, stop))
    waiting = iter(tasks)
    running: set[Future[Outcome]] = set()
    try:
        for task in waiting:
            running.add(pool.submit(_do, task))
            if len(running) < 2 * workers:
                continue
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in finished)
        while running:
            finished, running = wait(running, return_when=FIRST_COMPLETED)
            yield from (one.result() for one in finished)
    except BrokenProcessPool as error:
        raise FactsError("killed", _KILLED) from error
    finally:  # also when the run is broken off: the workers stop at their next block
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(job: Job, stop: Any) -> None:
    """Makes a process ready: it leaves Ctrl-C to the main one, and looks for no cycles in what it learns."""
    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = Worker(job, stop.is_set)
    gc.freeze()
    gc.disable()


def _do(task: Task) -> Outcome:
    assert _worker is not None
    try:
        return _attempt(_worker, task)
    except Stopped:
        return Outcome(task, None, "stopped", "The run was broken off. Start again to go on: what is finished is kept.")
    finally:
        gc.collect()


# --- Spark -----------------------------------------------------------------------------------------------------------


def _spark(tasks: list[Task], job: Job, session: Any) -> Iterator[Outcome]:
    if not tasks:
        return
    import pyarrow as pa

    def work(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        worker = Worker(job)
        for batch in batches:
            for line in batch.column(0).to_pylist():
                outcome = _attempt(worker, msgspec.json.decode(line, type=Task))
                yield pa.RecordBatch.from_pydict({"outcome": [msgspec.json.encode(outcome).decode()]})

    rows = [(msgspec.json.encode(task).decode(),) for task in tasks]
    frame = session.createDataFrame(rows, "task string").repartition(len(tasks))
    for row in frame.mapInArrow(work, "outcome string").toLocalIterator():
        yield msgspec.json.decode(row.outcome, type=Outcome)
