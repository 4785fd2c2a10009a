"""Structured logs on standard error, one JSON object a line: no body, no token, no query, nobody's id."""

import logging
import os
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

import msgspec

DEBUG: Final = "APOTHECARY_DEBUG"  # set, messages of unexpected exceptions are logged too; they may hold patient data
_OURS: Final = ("apothecary", "uvicorn")  # whose messages hold no values of a record
_FIELDS: Final = "fields"
_FRAMES: Final = 12

requests: Final = logging.getLogger("apothecary.request")
service: Final = logging.getLogger("apothecary.service")


def start_logging(level: int = logging.INFO) -> None:
    """Sends everything that is logged in this process to standard error, as JSON lines without values of a record."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in _OURS:
        logging.getLogger(name).setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):  # whoever started the server may have given them handlers of their own
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    access = logging.getLogger("uvicorn.access")  # it would write the path and the query as sent
    access.handlers.clear()
    access.propagate = False


class JsonLines(logging.Formatter):
    """A record as one line of JSON. Exceptions show their type and place; their message only under APOTHECARY_DEBUG."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "from": record.name,
        }
        ours = record.name.partition(".")[0] in _OURS
        line["message"] = (
            record.getMessage() if ours or os.environ.get(DEBUG) else "not shown: it may hold patient data"
        )
        line |= getattr(record, _FIELDS, {})
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = _exception(*record.exc_info)
        return msgspec.json.encode(line).decode()


def _exception(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> dict[str, Any]:
    frames = [
        f"{frame.f_code.co_filename.rpartition('site-packages/')[2]}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(where)
    ]
    said: dict[str, Any] = {"type": f"{kind.__module__}.{kind.__qualname__}", "frames": frames[-_FRAMES:]}
    if os.environ.get(DEBUG):
        said["message"] = str(error)
    return said


def answered(fields: dict[str, Any]) -> None:
    """One line for a request; `fields` are those of `protect.Call`, all of them free of patient data."""
    if requests.isEnabledFor(logging.INFO):
        requests.info("answered", extra={_FIELDS: fields})


def failed(error: BaseException, request_id: str, route: str) -> None:
    """One line for an exception that nobody expected."""
    fields = {"request": request_id, "route": route}
    service.error("unexpected", exc_info=(type(error), error, error.__traceback__), extra={_FIELDS: fields})


def note(message: str, **fields: Any) -> None:
    """One line about the service itself; the message and the fields hold no values of a record."""
    service.info(message, extra={_FIELDS: fields})


def warn(message: str, **fields: Any) -> None:
    """The same, about something that someone should look at."""
    service.warning(message, extra={_FIELDS: fields})
