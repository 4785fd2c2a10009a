"""The whole log as a file for other programs: one JSON object a line, or CSV."""

import csv
import io
import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Literal

import msgspec

from apothecary.decision_log.chain import Row
from apothecary.decision_log.errors import LogError
from apothecary.decision_log.rows import stream
from apothecary.decision_log.store import DecisionLog

ExportFormat = Literal["ndjson", "csv"]
_encode: Final = msgspec.json.Encoder().encode


class Exported(msgspec.Struct, frozen=True):
    """How many entries were written, and the hash of the last; with the count it is the anchor for `verify`."""

    count: int
    head: str

    @property
    def anchor(self) -> str:
        """HEAD:COUNT."""
        return f"{self.head}:{self.count}"


def export(log: DecisionLog, path: Path, format: ExportFormat) -> Exported:
    """Writes every entry; the file appears when it is whole. The head ends NDJSON; beside CSV it is `PATH.head`."""
    part = path.with_name(f"{path.name}.part")
    try:
        with log.snapshot() as connection, closing(stream(connection)) as rows, part.open("wb") as file:
            end = _End(log.chain.start)
            for line in _lines(end.watched(rows), format):
                file.write(line)
            found = Exported(end.count, end.head)
            if format == "ndjson":
                file.write(_encode({"head": found.head, "count": found.count}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if format == "csv":
            path.with_name(f"{path.name}.head").write_text(f"{found.anchor}\n", encoding="ascii")
        part.replace(path)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise LogError("log-export", f"The file {path} cannot be written: {reason}. Name another file.") from error
    finally:
        part.unlink(missing_ok=True)
    return found


class _End:
    """The last entry that went by."""

    def __init__(self, start: str) -> None:
        self.count = 0
        self.head = start

    def watched(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            self.count += 1
            self.head = row.hash
            yield row


def _lines(rows: Iterable[Row], format: ExportFormat) -> Iterator[bytes]:
    if format == "ndjson":
        for row in rows:
            yield _encode({**row._asdict(), "body": _body(row)}) + b"\n"
        return
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(Row._fields)
    for row in rows:
        table.writerow(row)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()
    yield text.getvalue().encode()


def _body(row: Row) -> object:
    """The body as the JSON that was written; one that has been tampered with stays readable as text."""
    try:
        msgspec.json.decode(row.body)
    except (msgspec.MsgspecError, TypeError):
        return row.body
    return msgspec.Raw(row.body.encode())
