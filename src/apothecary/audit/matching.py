"""Which statement of the knowledge is which of a text: by fingerprint first, then by similarity and place."""

from bisect import bisect_left
from collections.abc import Callable, Sequence

from apothecary.audit.fingerprint import similarity
from apothecary.audit.statements import Found
from apothecary.knowledge import Statement

# From which similarity two wordings are taken for one statement that was edited. Unrelated sentences of a monograph
# come to 0.25 at most nearly always, and small edits stay above 0.6; the nearer the place, the less is asked.
ANYWHERE, SAME_SECTION, SAME_GAP = 0.55, 0.4, 0.3
_NEARER = 0.1
Either = Statement | Found
Pairs = dict[int, int]  # place in the knowledge -> place in the text


def match(known: Sequence[Statement], found: Sequence[Found]) -> Pairs:
    """The pairs of statements, each used once; the unpaired ones are gone from the text, or new in it."""
    pairs = _same(known, found)
    pairs.update(_similar(known, found, pairs))
    return pairs


def _same(known: Sequence[Statement], found: Sequence[Found]) -> Pairs:
    """The same wording, in the same section first: a text may say a sentence twice."""
    pairs: Pairs = {}
    for key in (_in_section, _wording):
        here, there = _grouped(known, set(pairs), key), _grouped(found, set(pairs.values()), key)
        for name in here.keys() & there.keys():
            pairs.update(_in_order(here[name], there[name], known, found))
    return pairs


def _in_section(one: Either) -> tuple[str, str]:
    return one.fingerprint, one.section


def _wording(one: Either) -> tuple[str, str]:
    return one.fingerprint, ""


def _grouped(
    listed: Sequence[Either], used: set[int], key: Callable[[Either], tuple[str, str]]
) -> dict[tuple[str, str], list[int]]:
    groups: dict[tuple[str, str], list[int]] = {}
    for n, one in enumerate(listed):
        if n not in used:
            groups.setdefault(key(one), []).append(n)
    return groups


def _in_order(here: list[int], there: list[int], known: Sequence[Statement], found: Sequence[Found]) -> Pairs:
    """Equal sentences in their order; where one is gone or new, those at the same place of their section first."""
    if len(here) == len(there):
        return dict(zip(here, there, strict=True))
    at = {found[n].ordinal: n for n in there}
    pairs = {n: at[known[n].ordinal] for n in here if known[n].ordinal in at}
    left = [n for n in here if n not in pairs]
    free = [n for n in there if n not in pairs.values()]
    return pairs | dict(zip(left, free, strict=False))


def _similar(known: Sequence[Statement], found: Sequence[Found], same: Pairs) -> Pairs:
    """What is left, the most similar first."""
    left = [n for n in range(len(known)) if n not in same]
    taken = set(same.values())
    right = [n for n in range(len(found)) if n not in taken]
    back = {there: here for here, there in same.items()}
    sketches = {n: found[n].sketch for n in right} if left else {}
    candidates = []
    for here in left:
        for there in right:
            alike = similarity(known[here].sketch, sketches[there])
            section = known[here].section == found[there].section
            gap = section and _gap(known, here, same) == _gap_of(found, there, back)
            if alike >= (SAME_GAP if gap else SAME_SECTION if section else ANYWHERE):
                candidates.append((alike + _NEARER * (section + gap), -here, -there))
    pairs: Pairs = {}
    for _, here, there in sorted(candidates, reverse=True):
        if -here not in pairs and -there not in pairs.values():
            pairs[-here] = -there
    return pairs


def _gap(known: Sequence[Statement], here: int, same: Pairs) -> tuple[int | None, int | None]:
    """The places in the text of the nearest paired neighbours in the section."""
    before = next((same[n] for n in _outward(known, here, -1) if n in same), None)
    after = next((same[n] for n in _outward(known, here, 1) if n in same), None)
    return before, after


def _gap_of(found: Sequence[Found], there: int, back: Pairs) -> tuple[int | None, int | None]:
    before = next((n for n in _outward(found, there, -1) if n in back), None)
    after = next((n for n in _outward(found, there, 1) if n in back), None)
    return before, after


def _outward(listed: Sequence[Either], start: int, step: int) -> list[int]:
    """The places of a section from one place on in one direction."""
    places, n = [], start + step
    while 0 <= n < len(listed) and listed[n].section == listed[start].section:
        places.append(n)
        n += step
    return places


def displaced(order: Sequence[int]) -> set[int]:
    """Which items have changed their place, told as briefly as can be; `order[n]` is the new place of item n.

    Two that have changed places are both displaced. Otherwise the fewest are whose removal leaves the order intact.
    """
    swapped = {n for n, place in enumerate(order) if place != n and order[place] == n}
    others = [n for n in range(len(order)) if n not in swapped]
    with_swaps = swapped | _out_of_order(others, order)
    without = _out_of_order(list(range(len(order))), order)
    if len(swapped) // 2 + len(with_swaps - swapped) <= len(without):
        return with_swaps
    return without


def _out_of_order(items: list[int], order: Sequence[int]) -> set[int]:
    """The items outside a longest run that keeps its order."""
    ends: list[int] = []
    at: list[int] = []
    came_from: dict[int, int | None] = {}
    for item in items:
        n = bisect_left(ends, order[item])
        came_from[item] = at[n - 1] if n else None
        ends[n : n + 1] = [order[item]]
        at[n : n + 1] = [item]
    kept = set()
    item_or_none = at[-1] if at else None
    while item_or_none is not None:
        kept.add(item_or_none)
        item_or_none = came_from[item_or_none]
    return set(items) - kept
