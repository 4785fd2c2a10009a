"""FHIR's ways to say how often, as doses a day and hours between doses."""

from typing import Any

import msgspec
import pytest

from apothecary.record.dosage_times import Times, Unread, read_repeat
from apothecary.record.fhir_parts import Repeat

ONCE_A_DAY = {"frequency": 1, "period": 1, "periodUnit": "d"}


def read(repeat: dict[str, Any]) -> Times | Unread | None:
    return read_repeat(msgspec.convert(repeat, Repeat))


@pytest.mark.parametrize(
    ("repeat", "per_day", "hours", "between"),
    [
        (ONCE_A_DAY, "1", "24", (24, 24)),
        ({"period": 1, "periodUnit": "d"}, "1", "24", (24, 24)),
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, "2", "12", None),
        ({"frequency": 1, "period": 12, "periodUnit": "h"}, "2", "12", (12, 12)),
        ({"frequency": 1, "period": 2, "periodUnit": "d"}, "0.5", "48", (48, 48)),
        ({"frequency": 1, "period": 1, "periodUnits": "d"}, "1", "24", (24, 24)),
        ({"frequency": 1, "frequencyMax": 2, "period": 1, "periodUnit": "d"}, "1-2", "12-24", None),
        ({"frequency": 1, "period": 1, "periodMax": 2, "periodUnit": "d"}, "0.5-1", "24-48", (24, 48)),
        ({"frequency": 3, "period": 1, "periodUnit": "wk"}, "0.428571", "56", None),
        ({"frequency": 1, "period": 1, "periodUnit": "mo"}, "0.0322581-0.0357143", "672-744", (672, 744)),
        ({"dayOfWeek": ["mon", "wed", "fri"]}, "0.428571", "56", (48, 72)),
        ({**ONCE_A_DAY, "dayOfWeek": ["tue", "wed"]}, "0.285714", "84", (24, 144)),
        ({"frequency": 2, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "thu"]}, "0.285714", "84", (72, 96)),
        ({"timeOfDay": ["08:00:00"]}, "1", "24", (24, 24)),
        ({"timeOfDay": ["08:00:00", "18:00:00"]}, "2", "12", (10, 14)),
        ({**ONCE_A_DAY, "timeOfDay": ["08:00"]}, "1", "24", (24, 24)),
        ({"when": ["MORN", "HS"]}, "2", "12", None),
        ({**ONCE_A_DAY, "when": ["EVE"]}, "1", "24", (24, 24)),
    ],
)
def test_how_often(repeat: dict[str, Any], per_day: str, hours: str, between: Any) -> None:
    found = read(repeat)
    assert isinstance(found, Times)
    assert (per_day, hours, between) == (found.per_day.text(), found.interval_h.text(), found.between_h)


def test_a_single_dose_has_no_interval() -> None:
    found = read({"count": 1})
    assert isinstance(found, Times)
    assert ("1", float("inf")) == (found.per_day.text(), found.interval_h.low)


@pytest.mark.parametrize(
    ("repeat", "name"),
    [
        ({"frequency": 1}, "frequency"),
        ({"frequency": "1", "period": 1, "periodUnit": "d"}, "frequency"),
        ({"frequency": 0, "period": 1, "periodUnit": "d"}, "frequency"),
        ({"frequency": 2, "frequencyMax": 1, "period": 1, "periodUnit": "d"}, "frequency"),
        ({"frequency": 1, "period": 1}, "period"),
        ({"frequency": 1, "period": 1, "periodUnit": "moon"}, "period"),
        ({"frequency": 1, "period": -1, "periodUnit": "d"}, "period"),
        ({**ONCE_A_DAY, "timeOfDay": ["08:00", "18:00"]}, "timeOfDay"),
        ({"timeOfDay": ["25:00"]}, "timeOfDay"),
        ({"timeOfDay": ["08:00"], "when": ["MORN"]}, "when"),
        ({"when": ["AC"]}, "when"),
        ({"when": ["LATER"]}, "when"),
        ({"dayOfWeek": ["monday"]}, "dayOfWeek"),
        ({"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon", "wed"]}, "dayOfWeek"),
        ({"count": 5}, "count"),
    ],
)
def test_what_cannot_be_read_is_named(repeat: dict[str, Any], name: str) -> None:
    found = read(repeat)
    assert isinstance(found, Unread)
    assert ("timing", f"timing.repeat.{name}") == (found.of, found.name)


def test_bounds_alone_say_nothing_about_how_often() -> None:
    assert read({"boundsPeriod": {"start": "2026-01-01"}}) is None
