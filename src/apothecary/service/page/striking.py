"""Taking out what does not hold: what was typed is forgotten, a row of the record is named as struck out."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Final

from apothecary.record.merge import ADDED, PLACES, TYPED
from apothecary.service.page.asked import STARTED, Answers

_LISTED: Final = re.compile(r"([a-z]+) (\d+)")
_RESULT: Final = re.compile(r"result(?: (\d+))?: (.*)", re.S)


def without(said: Answers, sources: Collection[str]) -> Answers:
    """The answers when the rows with these sources do not hold.

    A list of typed entries of which none is left says that there is nothing; the rows of the record stay in it, void.
    """
    mine = {origin: [s.partition(" ")[2] for s in sources if s.startswith(f"{origin} ")] for origin in (TYPED, ADDED)}
    whole, also = _listed(said.form, mine[TYPED]), _listed(said.also, mine[ADDED])
    gone = [found for place in mine[ADDED] if (found := _RESULT.fullmatch(place))]
    results = {
        name: kept
        for name, rows in said.results.items()
        if (kept := _left(rows, {int(one[1] or 1) - 1 for one in gone if one[2] == name}))
    }
    for key, value in whole.items():
        if value == []:
            whole[key] = "none"
    outside = [s for s in sources if s != STARTED and not s.startswith((f"{TYPED} ", f"{ADDED} "))]
    return Answers(whole, also, results, said.start, tuple(dict.fromkeys((*said.struck, *outside))))


def _listed(form: Mapping[str, Any], places: list[str]) -> dict[str, Any]:
    gone = [found for place in places if (found := _LISTED.fullmatch(place))]
    return {
        key: _left(value, {int(one[2]) - 1 for one in gone if one[1] == PLACES.get(key)})
        if isinstance(value, list)
        else value
        for key, value in form.items()
    }


def _left(rows: list[Any], gone: set[int]) -> list[Any]:
    return [row for number, row in enumerate(rows) if number not in gone]
