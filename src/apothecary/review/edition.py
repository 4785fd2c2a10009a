"""How long the edition of a monograph may be used: from when a review warns of it, and from when it is refused."""

from datetime import date

import msgspec

from apothecary.knowledge import Monograph
from apothecary.record import Problem
from apothecary.review.result import Knowledge
from apothecary.units import NotEvaluable, add_duration, parse_duration

_WORDS = {"a": "year", "mo": "month", "wk": "week", "d": "day"}


class ExpiredEdition(ValueError):
    """The edition is older than the site allows, so nothing was reviewed."""


class Edition:
    """The edition of a monograph and its limits as days, worked out once; the last day of a limit is still inside."""

    def __init__(self, m: Monograph) -> None:
        revised = m.drug.edition.revised
        self._expires, limit = _last_day(m, "edition-expires")
        self._inside = Knowledge(m.version, revised, m.hash, self._expires, False, limit)
        self._past = msgspec.structs.replace(self._inside, expired=True)
        message = (
            f"The edition of the monograph, revised {revised}, was to be used for {limit}, until {self._expires} "
            "(edition-expires in policy.yaml): advice may have changed since. Bring the knowledge up to a newer "
            "edition; until then, compare the findings with the current text."
        )
        self._problems = (Problem("edition-expired", "monograph", message),)
        self._refused: date | None = None
        self._refusal = ""
        if "edition-refused" in m.values:
            self._refused, age = _last_day(m, "edition-refused")
            self._refusal = (
                f"Nothing was reviewed: the edition of {m.drug.name}, revised {revised}, must not be used for more "
                f"than {age}, after {self._refused} (edition-refused in policy.yaml). Bring the knowledge up to a "
                "newer edition, or change the value once the monograph has been compared with the current text."
            )

    def knowledge(self, as_of: date) -> Knowledge:
        """Which knowledge is used, and whether its edition is past its limit on the day of the review."""
        return self._past if as_of > self._expires else self._inside

    def problems(self, as_of: date) -> tuple[Problem, ...]:
        """What is to be said of using the edition on a day; ExpiredEdition where the site refuses it by then."""
        if self._refused is not None and as_of > self._refused:
            raise ExpiredEdition(self._refusal)
        return self._problems if as_of > self._expires else ()


def _last_day(m: Monograph, name: str) -> tuple[date, str]:
    """The last day inside a limit on the age of the edition, and the limit in words."""
    value = m.values[name]
    number, unit = value.value, value.unit
    found = None if isinstance(number, tuple) else parse_duration(number, unit)
    if found is None or isinstance(found, NotEvaluable) or isinstance(number, tuple):
        raise TypeError(f"value {name} is not a duration")  # the loader has checked that it is one
    word = f"{_WORDS[unit]}{'' if number == 1 else 's'}" if unit in _WORDS else unit
    return add_duration(m.drug.edition.revised, found), f"{number:.10g} {word}"
