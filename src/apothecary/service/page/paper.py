"""The review on one sheet of paper: what fits is printed, and the rest is counted, so that nothing is lost unseen."""

from collections.abc import Iterable
from typing import Final

import msgspec

from apothecary.present.content import Content, Entry

_LINE: Final = 50  # characters of a line in one of the two columns
# Lines each part may take; what is to be done first gets what the others leave of the page
_ALL, _FIXED, _GET, _LADDER, _DUE, _SOURCES, _ALSO = 128, 16, 18, 12, 7, 10, 5
_ROOMY = 84  # lines up to which larger type still fits
_OPEN_STATES: Final = ("overdue", "due", "unknown", "upcoming")


class Printed(msgspec.Struct, frozen=True):
    """One thing to do: `action` is empty where only its title fits, `facts` where the evidence does not fit."""

    severity: str
    title: str
    action: str
    facts: str


class Paper(msgspec.Struct, frozen=True):
    """What the sheet shows of each part, and how much more there is on screen.

    `short`: a title stands without its action; `roomy`: larger type fits.
    """

    first: tuple[Printed, ...]
    more_first: int
    short: bool
    get: tuple[str, ...]
    more_get: int
    open: int
    pairs: tuple[tuple[str, str], ...]
    before_dose: tuple[str, ...]
    ladder: tuple[tuple[str, ...], ...]
    more_ladder: int
    due: tuple[str, ...]
    more_due: int
    sources: tuple[tuple[str, str], ...]
    more_sources: int
    also: tuple[str, ...]
    more_also: int
    roomy: bool


def paper(shown: Content) -> Paper:
    """What of a review goes on paper, chosen by the lines it takes: most severe and soonest first."""
    full = [f"{g.fact} ({g.why}): {g.how}" for g in shown.to_get]
    brief = [f"{g.fact} ({g.why})" for g in shown.to_get]
    get, more_get = _fitting([(text,) for text in (full if _lines(*full) <= _GET else brief)], _GET)
    pairs = tuple((pair.label, pair.value) for pair in shown.dose.pairs) if shown.dose else ()
    before = shown.dose.first if shown.dose and pairs else ()
    rows = shown.dose.ladder.rows if shown.dose and shown.dose.ladder else ()
    ladder, more_ladder = (rows, 0) if len(rows) <= _LADDER else (rows[: _LADDER - 1], len(rows) - _LADDER + 1)
    due, more_due = _fitting([(line,) for line in _due(shown)], _DUE)
    sources, more_sources = _fitting([(s.id, _short(s.citation)) for s in shown.sources], _SOURCES)
    also, more_also = _fitting([(entry.title,) for entry in shown.info], _ALSO)
    others = _lines(*(" ".join(row) for row in (*get, *due, *sources, *also)), *before) + len(ladder) + 2 * len(pairs)
    first, used = _first(shown.do_first, _ALL - _FIXED - others)
    return Paper(
        first=first,
        more_first=len(shown.do_first) - len(first),
        short=any(not one.action for one in first),
        get=tuple(one for (one,) in get),
        more_get=more_get,
        open=sum(len(group.entries) for group in shown.open),
        pairs=pairs,
        before_dose=before,
        ladder=ladder,
        more_ladder=more_ladder,
        due=tuple(one for (one,) in due),
        more_due=more_due,
        sources=tuple((number, citation) for number, citation in sources),
        more_sources=more_sources,
        also=tuple(one for (one,) in also),
        more_also=more_also,
        roomy=others + used <= _ROOMY,
    )


def _lines(*texts: str) -> int:
    return sum(1 + len(text) // _LINE for text in texts if text)


def _first(entries: Iterable[Entry], lines: int) -> tuple[tuple[Printed, ...], int]:
    """What is to be done first and the lines it takes: every title that fits, then actions, then the evidence.

    An action is shown whole or not at all.
    """
    found: list[Printed] = []
    listed, room = tuple(entries), lines
    for entry in listed:
        if _lines(entry.title) > room:
            break
        room -= _lines(entry.title)
        found.append(Printed(entry.severity, entry.title, "", ""))
    for number, one in enumerate(found):
        action = listed[number].action
        if _lines(action) <= room:
            room -= _lines(action)
            found[number] = msgspec.structs.replace(one, action=action)
    for number, one in enumerate(found):
        facts = "; ".join(listed[number].facts)
        if facts and one.action and _lines(facts) <= room:
            room -= _lines(facts)
            found[number] = msgspec.structs.replace(one, facts=facts)
    return tuple(found), lines - room


def _fitting(rows: list[tuple[str, ...]], most: int) -> tuple[list[tuple[str, ...]], int]:
    used, kept = 0, []
    for row in rows:
        used += max(1, _lines(" ".join(row)))
        if used > most:
            break
        kept.append(row)
    return kept, len(rows) - len(kept)


def _due(shown: Content) -> list[str]:
    """What of the calendar is still to come, what is overdue first."""
    if shown.monitoring is None:
        return []
    lines = [
        (_OPEN_STATES.index(line.status), line.day, f"{line.day}: {plan.name}, {line.when} ({line.said})")
        for plan in shown.monitoring.plans
        for line in plan.lines
        if line.status in _OPEN_STATES
    ]
    return [text for _, _, text in sorted(lines, key=lambda one: one[:2])]


def _short(citation: str) -> str:
    return citation if len(citation) <= 100 else f"{citation[:97].rstrip()}…"
