"""A file in blocks of whole lines, within bounded memory; a part of a file holds the lines that begin in it."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from apothecary.population.facts.failure import FactsError

BLOCK: Final = 1 << 19  # small enough to stay in the processor's cache while it is read twice
LONGEST: Final = 1 << 26  # a line of more bytes is not read
_BOM: Final = b"\xef\xbb\xbf"


def blocks(path: Path, start: int = 0, end: int | None = None) -> Iterator[tuple[int, bytes | None]]:
    """Where each block begins, and the block: whole lines, each ended; None for a line that is too long.

    The lines that begin at `start` up to before `end` (uncompressed). FactsError when a compressed file is damaged.
    """
    if path.suffix.lower() != ".gz":
        with path.open("rb") as stream:
            yield from _from(stream, start, end)
        return
    try:
        with gzip.open(path) as stream:
            yield from _from(stream, start, end)  # type: ignore[arg-type]  # it reads, seeks and tells like a file
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, error) from error


def whole(path: Path) -> bytes:
    """All bytes of a file, unpacked. FactsError when it is damaged."""
    if path.suffix.lower() != ".gz":
        return path.read_bytes()
    try:
        return gzip.decompress(path.read_bytes())
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> FactsError:
    message = f"{path} is damaged or cut off: {error}. Fetch it again, then start again: what is finished is kept."
    return FactsError("damaged", message)


def _from(stream: BinaryIO, start: int, end: int | None) -> Iterator[tuple[int, bytes | None]]:
    place = start
    if start > 0:
        stream.seek(start - 1)
        place = start - 1 + _skip_line(stream)  # it belongs to the part before, unless it ended there
    while end is None or place < end:
        block = stream.read(BLOCK)
        if not block:
            return
        if block[-1] != 10:
            block += stream.readline(LONGEST)
        skipped = 0
        if block[-1] != 10:
            if len(block) > LONGEST:  # give up its last line
                whole = block.rfind(b"\n") + 1
                skipped = len(block) - whole + _skip_line(stream)
                block = block[:whole]
            else:
                block += b"\n"  # the last line of the file
        if end is not None and place + len(block) > end:
            block = block[: block.index(b"\n", end - 1 - place) + 1]  # to the end of the line that begins before `end`
        if block:
            yield place, block.replace(_BOM, b"   ", 1) if place == 0 and block.startswith(_BOM) else block
        if skipped and (end is None or place + len(block) < end):
            yield place + len(block), None
        place += len(block) + skipped


def _skip_line(stream: BinaryIO) -> int:
    """Reads to the end of the line without keeping it; the bytes skipped."""
    skipped = 0
    while True:
        piece = stream.readline(BLOCK)
        skipped += len(piece)
        if not piece or piece[-1] == 10:
            return skipped
