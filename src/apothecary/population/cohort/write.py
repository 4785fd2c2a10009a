"""A cohort to a folder: files of a bulk export in shards, the truth beside them, all under a name only when whole."""

import gzip
import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import IO, NamedTuple, cast

import msgspec
import pyarrow.parquet as pq

from apothecary.population.cohort import lines
from apothecary.population.cohort.chart import TYPES, iso
from apothecary.population.cohort.known import SCHEMA, Known, table
from apothecary.population.cohort.orders import medication_id
from apothecary.population.cohort.patient import patient
from apothecary.population.cohort.plan import Plan

SHARD: int = 10_000  # patients in one file of a type; fixed, so that the number of workers changes no file
_STEP = 200  # patients between two writes, which bounds the memory
_POLL_S = 0.2
_MOST_CLUTTER = 100  # times the usual; beyond that a file would hold little else


class Progress(msgspec.Struct, frozen=True):
    """How far the writing is: patients of how many, bytes before compression."""

    patients: int
    of: int
    bytes: int


Job = tuple[Plan, Path, int, int, int, bool]


class CohortError(Exception):
    """A cohort that cannot be written: a stable code and one sentence with the next step."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Shared(NamedTuple):
    """What the workers tell and are told: patients and bytes written, and whether to stop."""

    patients: "Synchronized[int]"
    bytes: "Synchronized[int]"
    stop: Event


def write_cohort(
    plan: Plan,
    patients: int,
    out: Path,
    *,
    compress: bool = False,
    workers: int = 1,
    shard: int = SHARD,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Writes `out`/export/<Type>.<number>.ndjson and `out`/truth.parquet; the same bytes for any number of workers.

    CohortError where `out` is in use, for a count or clutter that makes no cohort, a killed worker or a disk that takes
    no more; then, and when interrupted, nothing is left behind.
    """
    if patients < 1 or workers < 1 or shard < 1:
        raise CohortError("count", "A cohort needs at least 1 patient and 1 worker; give whole numbers of 1 or more.")
    if not 0 <= plan.clutter <= _MOST_CLUTTER:
        message = f"The clutter is {plan.clutter:g}; give 0 for none, 1 for the usual, at most {_MOST_CLUTTER}."
        raise CohortError("clutter", message)
    ranges = [(start, min(start + shard, patients)) for start in range(0, patients, shard)]
    with _whole_or_nothing(out) as folder:
        (folder / "export").mkdir()
        shared = _shared()
        jobs = [(plan, folder, number, begin, end, compress) for number, (begin, end) in enumerate(ranges)]
        for _ in _run(jobs, min(workers, len(jobs)), shared):
            progress(_so_far(shared, patients))
        _medications(plan, folder, compress)
        _truth(folder, len(jobs))
    return _so_far(shared, patients)


@contextmanager
def _whole_or_nothing(out: Path) -> Iterator[Path]:
    """A folder beside `out` that takes its name at the end; removed when something goes wrong."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CohortError("not-empty", f"{out} exists and is not an empty folder: give another one, or remove it.")
    out = Path(os.path.abspath(out))  # so that it has a name, even where it is the working folder
    folder = out.with_name(f".{out.name}.part")
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        message = f"{folder} is there: another run writes it, or one was killed. Wait for it, or remove the folder."
        raise CohortError("in-use", message) from error
    except OSError as error:
        raise _unwritable(out, error) from error
    try:
        yield folder
        if out.exists():
            out.rmdir()
        folder.rename(out)
    except OSError as error:
        raise _unwritable(out, error) from error
    except BrokenProcessPool as error:
        message = "A worker was killed, likely for want of memory. Nothing was kept: give fewer workers with --workers."
        raise CohortError("worker-killed", message) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unwritable(out: Path, error: OSError) -> CohortError:
    reason = error.strerror or str(error)
    return CohortError("unwritable", f"{out} cannot be written: {reason}. Nothing was kept: give another folder.")


def _so_far(shared: Shared, of: int) -> Progress:
    return Progress(shared.patients.value, of, shared.bytes.value)


def _shared() -> Shared:
    context = multiprocessing.get_context("spawn")
    patients, size = (cast("Synchronized[int]", context.Value("q", 0)) for _ in range(2))
    return Shared(patients, size, context.Event())


def _run(jobs: list[Job], workers: int, shared: Shared) -> Iterator[None]:
    """Does the jobs, yielding now and then; a single worker is this process."""
    if workers == 1:
        for job in jobs:
            for _ in _shard(*job, shared):
                yield
        return
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, context, _begin, (shared.patients, shared.bytes, shared.stop))
    try:
        with _interrupts_held():
            waiting = {pool.submit(_work, *job) for job in jobs}
        while waiting:
            done, waiting = wait(waiting, _POLL_S, FIRST_COMPLETED)
            for future in done:
                future.result()
            yield
    finally:
        shared.stop.set()
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Lets Ctrl-C wait while workers are started, who then never get it, not even before they can say so."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_OF_THIS_WORKER: list[Shared] = []


def _begin(patients: "Synchronized[int]", bytes_: "Synchronized[int]", stop: Event) -> None:
    """Readies a worker; Ctrl-C is for the process that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _OF_THIS_WORKER[:] = [Shared(patients, bytes_, stop)]


def _work(plan: Plan, folder: Path, number: int, begin: int, end: int, compress: bool) -> None:
    for _ in _shard(plan, folder, number, begin, end, compress, _OF_THIS_WORKER[0]):
        pass


def _shard(
    plan: Plan, folder: Path, number: int, begin: int, end: int, compress: bool, shared: Shared
) -> Iterator[None]:
    """Writes the patients from `begin` to before `end`, each type to its file, a part at a time."""
    with ExitStack() as stack:
        names = [kind for kind in TYPES if kind != "Medication"]
        files = {kind: stack.enter_context(_opened(folder / "export", kind, number, compress)) for kind in names}
        truth = stack.enter_context(pq.ParquetWriter(folder / f"truth.{number:03d}", SCHEMA))
        for at in range(begin, end, _STEP):
            if shared.stop.is_set():
                return
            texts: dict[str, list[str]] = {kind: [] for kind in names}
            known: list[Known] = []
            for one in range(at, min(at + _STEP, end)):
                made, truly = patient(plan, one)
                for kind, own in made.items():
                    texts[kind] += own
                known.append(truly)
            size = 0
            for kind, own in texts.items():
                data = "".join(own).encode()
                size += len(data)
                files[kind].write(data)
            truth.write_table(table(known))
            with shared.patients.get_lock():
                shared.patients.value += len(known)
            with shared.bytes.get_lock():
                shared.bytes.value += size
            yield


@contextmanager
def _opened(export: Path, kind: str, number: int, compress: bool) -> Iterator[IO[bytes]]:
    """A file of one type; compressed, it holds no name and no time, so that its bytes depend on the patients only."""
    with open(export / f"{kind}.{number:03d}.ndjson{'.gz' if compress else ''}", "wb") as file:
        if not compress:
            yield file
            return
        with gzip.GzipFile("", "wb", 1, file, 0) as packed:
            yield cast("IO[bytes]", packed)


def _medications(plan: Plan, folder: Path, compress: bool) -> None:
    with _opened(folder / "export", "Medication", 0, compress) as file:
        for place, entry in enumerate(plan.orders):
            file.write(lines.medication(medication_id(place), entry.json, iso(plan.as_of - 1)).encode())


def _truth(folder: Path, shards: int) -> None:
    """Puts the truth of the shards together, in the order of the patients."""
    with pq.ParquetWriter(folder / "truth.parquet", SCHEMA, compression="zstd") as whole:
        for number in range(shards):
            part = folder / f"truth.{number:03d}"
            with pq.ParquetFile(part) as file:
                for batch in file.iter_batches(65536):
                    whole.write_batch(batch)
            os.unlink(part)
