"""The writer for web workers: one transaction for all that wait, an error to whom it belongs, and no entry lost."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from databases import Server
from log_samples import START, Opened, answer, review, rows
from sqlalchemy import event, text

from apothecary.decision_log.entry import Draft
from apothecary.decision_log.errors import LogError
from apothecary.decision_log.store import DecisionLog
from apothecary.decision_log.verify import verify
from apothecary.decision_log.writer import Writer


def run(log: DecisionLog, work: Callable[[Writer], Awaitable[Any]], **limits: int) -> Any:
    """Runs work with a writer, which is closed afterwards."""

    async def main() -> Any:
        writer = Writer(log, **limits)
        try:
            return await work(writer)
        finally:
            await asyncio.to_thread(writer.close)

    return asyncio.run(main())


def watched(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries each transaction has."""
    sizes: list[int] = []
    commit = log.commit

    def counting(drafts: list[Draft]) -> list[int]:
        sizes.append(len(drafts))
        return commit(drafts)

    monkeypatch.setattr(log, "commit", counting)
    return sizes


def test_every_caller_gets_the_number_of_its_entry(address: str, opened: Opened) -> None:
    async def work(writer: Writer) -> dict[int, int]:
        numbers = await asyncio.gather(*(writer.write(review(n)) for n in range(200)))
        return dict(zip(numbers, range(200), strict=True))

    found = run(opened(address), work)
    log = opened(address)
    assert found == {row.seq: int(row.body.partition("request-")[2].partition('"')[0]) for row in rows(log)}
    assert (200, None) == (verify(log).count, verify(log).difference)


def test_what_waits_is_written_together(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = watched(log, monkeypatch)

    async def work(writer: Writer) -> None:
        await asyncio.gather(*(writer.write(review(n)) for n in range(500)))

    run(log, work, together=100)
    assert 500 == sum(sizes)
    assert 100 == max(sizes)
    assert len(sizes) < 50


def test_an_entry_alone_is_a_transaction_alone(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = watched(log, monkeypatch)

    async def work(writer: Writer) -> list[int]:
        return [await writer.write(review(n)) for n in range(5)]

    assert [1, 2, 3, 4, 5] == run(log, work)
    assert [1] * 5 == sizes


def test_a_bad_entry_harms_nobody_else(log: DecisionLog) -> None:
    async def work(writer: Writer) -> list[Any]:
        bad = review(2, body={"cards": 1})
        return await asyncio.gather(*map(writer.write, [review(1), bad, review(3)]), return_exceptions=True)

    one, bad, three = run(log, work)
    assert [1, 2] == [one, three]
    assert isinstance(bad, LogError)
    assert "log-entry" == bad.code


def test_an_error_goes_to_its_batch_and_the_next_may_succeed(
    address: str, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = opened(address)
    commit, fails = log.commit, [True]

    def failing(drafts: list[Draft]) -> list[int]:
        if fails.pop():
            raise ZeroDivisionError("a fault")
        fails.append(False)
        return commit(drafts)

    monkeypatch.setattr(log, "commit", failing)

    async def work(writer: Writer) -> tuple[Any, str | None, Any, str | None]:
        fails.insert(0, False)
        first = await asyncio.gather(writer.write(review(1)), writer.write(review(2)), return_exceptions=True)
        sick = writer.healthy
        return first, sick, await writer.write(review(3)), writer.healthy

    first, sick, third, well = run(log, work)
    assert ["log-fault", "log-fault"] == [error.code for error in first]
    assert "ZeroDivisionError, a fault of the program" in str(sick)
    assert (1, None) == (third, well)


def test_overrides_and_patient_key_are_at_hand(log: DecisionLog) -> None:
    async def work(writer: Writer) -> list[tuple[str, str]]:
        patient = writer.patient_key("p1")
        await writer.write(review(1, patient=patient))
        await writer.write(answer("card-1"))
        assert {patient} == {one.patient for one in await writer.overrides(0, START)}
        return [(one.rule, one.status) for one in await writer.overrides(0, START)]

    assert [("hives", "applies")] == run(log, work)


def test_a_transaction_waits_for_requests_that_are_underway(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Entries that come one after the other while others are being answered are written together."""
    sizes: list[int] = []
    commit = log.commit

    def counted(drafts: Any) -> list[int]:
        sizes.append(len(drafts))
        return commit(drafts)

    monkeypatch.setattr(log, "commit", counted)

    async def work(underway: int) -> None:
        writer = Writer(log, underway=lambda: underway)
        waiting = []
        for number in range(4):
            waiting.append(asyncio.ensure_future(writer.write(review(10 * underway + number))))
            await asyncio.sleep(0.001)
        await asyncio.gather(*waiting)
        writer._closed = True
        writer._queue.put(None)
        writer._thread.join()

    asyncio.run(work(4))
    assert [4] == sizes


def test_closing_writes_what_waits_and_refuses_what_comes_later(address: str, opened: Opened) -> None:
    async def work() -> tuple[list[int], Any]:
        writer = Writer(opened(address))
        waiting = [asyncio.ensure_future(writer.write(review(n))) for n in range(300)]
        await asyncio.sleep(0)
        writer.close()
        late = await asyncio.gather(writer.write(review(999)), return_exceptions=True)
        return await asyncio.gather(*waiting), late[0]

    numbers, late = asyncio.run(work())
    assert list(range(1, 301)) == sorted(numbers)
    assert "log-closed" == late.code
    assert 300 == verify(opened(address)).count


def test_too_many_that_wait_are_refused_at_once(log: DecisionLog, monkeypatch: pytest.MonkeyPatch) -> None:
    async def work(writer: Writer) -> list[Any]:
        with log._lock:
            one = asyncio.ensure_future(writer.write(review(0)))
            await asyncio.sleep(0.2)  # the writer has taken it and is held up
            more = [asyncio.ensure_future(writer.write(review(n))) for n in range(1, 5)]
            await asyncio.sleep(0)
        return await asyncio.gather(one, *more, return_exceptions=True)

    found = run(log, work, waiting=3)
    assert [1, 2, 3, 4] == found[:4]
    assert "log-busy" == found[4].code


def test_a_caller_that_left_loses_only_its_answer(log: DecisionLog) -> None:
    async def work(writer: Writer) -> int:
        with log._lock:
            gone = asyncio.ensure_future(writer.write(review(1)))
            await asyncio.sleep(0.05)
            gone.cancel()
            await asyncio.sleep(0)
        return await writer.write(review(2))

    assert 2 == run(log, work)


# --- a log that cannot be written -----------------------------------------------------------------------------------


def test_a_full_disk_is_said_and_writing_goes_on_when_there_is_space(tmp_path: Path, opened: Opened) -> None:
    log = opened(str(tmp_path / "log.db"))
    size: list[int] = []

    @event.listens_for(log.engines.writing, "checkout")
    def limited(connection: Any, *_: Any) -> None:
        if size:
            connection.execute(f"PRAGMA max_page_count = {size[-1]}")

    async def work(writer: Writer) -> tuple[list[int], Any, str | None, int, str | None]:
        done = [await writer.write(review(1))]
        size.append(1)  # as small as it can be: the pages there are
        try:
            while len(done) < 10_000:
                done += [await writer.write(review(2, body={"x": "y" * 3000}))]
        except LogError as error:
            refused = error
        sick = writer.healthy
        size.append(1_000_000)
        return done, refused, sick, await writer.write(review(10_000)), writer.healthy

    done, refused, sick, later, well = run(log, work)
    assert "log-not-written" == refused.code
    assert "the disk, or the size allowed for the file, is full. Free space" in refused.message
    assert refused.message == sick
    assert (len(done) + 1, None) == (later, well)
    found = verify(opened(str(tmp_path / "log.db")))
    assert (later, None) == (found.count, found.difference)


def test_a_log_that_became_read_only(tmp_path: Path, opened: Opened) -> None:
    log = opened(str(tmp_path / "log.db"))

    @event.listens_for(log.engines.writing, "checkout")
    def forbidden(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA query_only = on")

    with pytest.raises(LogError, match="cannot be written: the file or its folder may not be written") as caught:
        log.append([review(1)])
    assert "log-not-written" == caught.value.code
    assert "card-1" not in caught.value.message


def test_a_writer_finds_by_itself_that_the_log_can_be_written_again(tmp_path: Path, opened: Opened) -> None:
    log = opened(str(tmp_path / "log.db"))

    async def work(writer: Writer) -> list[str | None]:
        path = log._path
        other, log._path = path, Path("/nowhere")
        await asyncio.gather(writer.write(review(1)), return_exceptions=True)
        said = [writer.healthy]
        log._path = other
        for _ in range(100):
            if writer.healthy is None:
                break
            await asyncio.sleep(0.1)
        return [*said, writer.healthy]

    sick, well = run(log, work)
    assert "moved, removed or replaced" in str(sick)
    assert well is None


def test_a_server_that_restarts_between_entries_is_not_noticed(postgresql: Server, opened: Opened) -> None:
    async def work(writer: Writer) -> list[int]:
        before = await writer.write(review(1))
        await asyncio.to_thread(postgresql.stop)
        await asyncio.to_thread(postgresql.start)
        return [before, await writer.write(review(2))]

    assert [1, 2] == run(opened(postgresql.new()), work)


def test_a_server_that_is_down_is_said_and_writing_goes_on_when_it_is_up(postgresql: Server, opened: Opened) -> None:
    async def work(writer: Writer) -> tuple[Any, str | None, int, str | None]:
        await writer.write(review(1))
        await asyncio.to_thread(postgresql.stop)
        try:
            down = await asyncio.gather(writer.write(review(2)), return_exceptions=True)
            sick = writer.healthy
        finally:
            await asyncio.to_thread(postgresql.start)
        return down[0], sick, await writer.write(review(3)), writer.healthy

    down, sick, later, well = run(opened(postgresql.new()), work)
    assert "cannot be written: the server" in down.message
    assert down.message == sick
    assert (2, None) == (later, well)


def test_a_connection_that_breaks_within_a_transaction(postgresql: Server, opened: Opened) -> None:
    log = opened(postgresql.new())
    log.append([review(1)])

    killed: list[int] = []

    @event.listens_for(log.engines.writing, "begin")
    def begun(connection: Any) -> None:
        if not killed:
            killed.append(connection.connection.driver_connection.info.backend_pid)
            with log.engines.asking.connect() as other:
                other.execute(text(f"SELECT pg_terminate_backend({killed[0]})"))

    with pytest.raises(LogError, match="cannot be written"):
        log.append([review(2)])
    assert [2] == log.append([review(3)])
    assert (2, None) == (verify(log).count, verify(log).difference)
