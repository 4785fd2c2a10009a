"""Partial dates stay partial: a date is the span of days it may mean."""

import calendar
import re
from datetime import UTC, date, datetime
from functools import lru_cache

import msgspec

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")


class Span(msgspec.Struct, frozen=True, gc=False):
    """The first and the last day a recorded date may mean; one day when the date is complete."""

    start: date
    end: date

    def text(self) -> str:
        """As recorded: a year, a month or a day."""
        if self.start == self.end:
            return self.start.isoformat()
        if (self.start.month, self.start.day, self.end.month, self.end.day) == (1, 1, 12, 31):
            return str(self.start.year) if self.start.year == self.end.year else f"{self.start.year}-{self.end.year}"
        if self.start.day == 1 and (self.start.year, self.start.month) == (self.end.year, self.end.month):
            return self.start.isoformat()[:7]
        return f"{self.start.isoformat()}/{self.end.isoformat()}"


def parse_span(text: str | None) -> Span | None:
    """A FHIR date, dateTime or instant as a span of days in its own time zone; None if it is none of these."""
    if not text:
        return None
    return _parse(text[:10] if text[10:11] == "T" else text)  # remembered by day, not by second


@lru_cache(maxsize=65536)
def _parse(text: str) -> Span | None:
    if len(text) == 10 and text[4] == "-" and text[7] == "-":
        try:  # the common case
            whole = date.fromisoformat(text)
        except ValueError:
            return None
        return Span(whole, whole)
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year = int(match[1])
    try:
        if match[2] is None:
            return Span(date(year, 1, 1), date(year, 12, 31))
        month = int(match[2])
        return Span(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))
    except ValueError:  # month 13, year 0: not a date
        return None


@lru_cache(maxsize=65536)
def moment_key(text: str) -> float:
    """Orders results of one day by their time; a time that cannot be read sorts first."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
