"""How each observation of a monograph is typed: its units, its answers, the name and the code it is recorded under."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec

from apothecary.knowledge import Match, Monograph, Observation
from apothecary.knowledge.schema import CodeEntry
from apothecary.review import Reviewer
from apothecary.service.page.asked import Result
from apothecary.units import NotEvaluable, factor

_LOINC: Final = "http://loinc.org"
# Units in everyday use beside the one that a monograph compares in; only those that convert to it are offered
_ALSO: Final = {
    "kg": ("[lb_av]", "g"),
    "cm": ("[in_i]", "m"),
    "/uL": ("/mm3", "10*3/uL", "10*9/L"),
    "mg/dL": ("umol/L",),
    "umol/L": ("mg/dL",),
    "g/dL": ("g/L",),
    "[IU]/mL": ("[IU]/L",),
}
_SHOWN: Final = {
    "/uL": "/µL", "/mm3": "/mm³", "10*3/uL": "×10³/µL", "10*9/L": "×10⁹/L", "umol/L": "µmol/L", "[lb_av]": "lb",
    "[in_i]": "in", "mL/min/{1.73_m2}": "mL/min/1.73 m²", "[IU]/mL": "IU/mL", "[IU]/L": "IU/L",
}  # fmt: skip


class Unit(msgspec.Struct, frozen=True):
    """A unit to choose: as recorded, and as shown."""

    code: str
    shown: str


class Measured(msgspec.Struct, frozen=True):
    """One observation that can be typed; `answers` maps an answer to the word that is recorded for it.

    `recorded` and `loinc`: the name and the code a typed result gets, so that the monograph knows it again.
    """

    id: str
    name: str
    how: str
    units: tuple[Unit, ...]
    answers: dict[str, str]
    recorded: str
    loinc: str = ""

    def result(self, value: str, date: str) -> Result:
        """A result of the short form."""
        found: Result = {"value": value, "date": date}
        if self.loinc:
            found["loinc"] = self.loinc
        return found


def unit(code: str) -> Unit:
    """A unit with the way it is usually written."""
    return Unit(code, _SHOWN.get(code, code.replace("{", "").replace("}", "")))


@lru_cache(maxsize=64)
def measured(reviewer: Reviewer) -> dict[str, Measured]:
    """What can be typed, by the id of the observation; what is worked out from age or orders is not among them."""
    m = reviewer.monograph
    found = {}
    for id_, seen in m.observations.items():
        if seen.value_set is None:
            continue
        named = _known_as(reviewer, seen)
        if named is None:
            continue
        units = tuple(unit(code) for code in _units(m, seen))
        found[id_] = Measured(id_, seen.name, seen.how, units, _answers(reviewer, seen), *named)
    return found


def _units(m: Monograph, seen: Observation) -> Iterator[str]:
    if seen.unit is None:
        return
    own = dict.fromkeys((seen.unit, *seen.also_units))
    yield from own
    for code in _ALSO.get(seen.unit, ()):
        converts = not isinstance(factor(code, seen.unit), NotEvaluable)
        if code not in own and (converts or seen.molar_mass is not None):
            yield code


def _known_as(reviewer: Reviewer, seen: Observation) -> tuple[str, str] | None:
    """The name and the LOINC code under which the matcher finds the observation; None when it finds it under none."""
    entries = _entries(reviewer.monograph, seen.value_set or "")
    loinc = [(seen.name, e.code) for e in entries if e.system == _LOINC and e.match == "exact" and not e.coarse]
    names = [(e.code, "") for e in entries if e.match == "name" and not e.coarse]
    words = set(seen.name.casefold().split())
    names.sort(key=lambda name: -len(words.intersection(name[0].casefold().split())))
    asked_for = [(name, code) for name, code in loinc if code in seen.how]  # the code that the monograph asks for
    for name, code in (*asked_for, (seen.name, ""), *names, *loinc):
        hits, _ = reviewer.matcher.match("observation", ((_LOINC, code),) if code else (), (name,))
        if hits.get(seen.value_set or "", Match.COARSE) > Match.COARSE:
            return name, code
    return None


def _answers(reviewer: Reviewer, seen: Observation) -> dict[str, str]:
    """The word for each answer that says this answer and no other one."""
    sets = {rule.value_set for rule in seen.answers.values()}
    found = {}
    for answer, rule in seen.answers.items():
        plain = answer.replace("-", " ")
        names = [e.code if e.match == "name" else e.display for e in _entries(reviewer.monograph, rule.value_set)]
        for word in (plain, *names):
            hits, _ = reviewer.matcher.match("answer", (), (word,))
            if word and set(hits) & sets == {rule.value_set}:
                found[answer] = word
                break
    return found


def _entries(m: Monograph, value_set: str) -> tuple[CodeEntry, ...]:
    """The codes of a value set and of those it takes in."""
    wanted, waiting = set[str](), [value_set]
    while waiting:
        one = waiting.pop()
        if one not in wanted:
            wanted.add(one)
            waiting += m.value_sets[one].include if one in m.value_sets else ()
    return tuple(entry for entry in m.codes if entry.value_set in wanted)


def names_of(m: Monograph, value_set: str, most: int = 5) -> tuple[str, ...]:
    """Some names that say exactly what a value set means, to choose from."""
    listed: Iterable[Any] = (e for e in _entries(m, value_set) if e.match == "name" and not e.coarse)
    return tuple(dict.fromkeys(entry.code for entry in listed))[:most]
