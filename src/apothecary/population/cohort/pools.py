"""The codes of a monograph's value sets as ready pieces of JSON, each with the value sets it belongs to."""

from collections.abc import Iterable

import msgspec

from apothecary.knowledge import KnowledgeError, Match, Matcher, Monograph
from apothecary.knowledge.schema import CodeEntry, Domain

_NO_CODES: tuple[tuple[str, str], ...] = ()


class Entry(msgspec.Struct, frozen=True, gc=False):
    """A concept as JSON, and the value sets of its section that it belongs to or may belong to."""

    json: str
    sets: frozenset[str] = frozenset()
    code: str = ""


class Pool(msgspec.Struct, frozen=True):
    """The ways to record something of a value set: coded, by a local code with its name, by its name only, coarsely."""

    coded: tuple[Entry, ...]
    local: tuple[Entry, ...]
    named: tuple[Entry, ...]
    coarse: tuple[Entry, ...]


class Pools:
    """Makes pools; remembers them while a cohort is planned."""

    def __init__(self, m: Monograph, local_system: str) -> None:
        self._m = m
        self._matcher = Matcher(m.value_sets, m.codes)
        self._local = local_system
        self._made: dict[tuple[Domain, str], Pool] = {}

    def pool(self, domain: Domain, set_id: str) -> Pool:
        """All that surely belongs to a set, and apart from it what only may."""
        found = self._made.get((domain, set_id))
        if found is None:
            found = self._made[domain, set_id] = self._make(domain, set_id)
        return found

    def sure(self, domain: Domain, set_id: str) -> Pool:
        """The same, with codes; KnowledgeError where nothing surely belongs to the set."""
        pool = self.pool(domain, set_id)
        first = pool.coded or pool.named
        if not first:
            raise KnowledgeError([f"cohort.yaml: no code and no name surely belongs to {set_id}: plant another set."])
        return Pool(pool.coded or first, pool.local or first, pool.named or first, pool.coarse)

    def _make(self, domain: Domain, set_id: str) -> Pool:
        coded: list[Entry] = []
        local: list[Entry] = []
        named: list[Entry] = []
        coarse: list[Entry] = []
        for entry in self._entries(set_id):
            text = entry.display or entry.code
            if entry.match == "name":
                own = ((self._local, "L-" + "-".join(entry.code.split())[:24].upper()),)
                for codes in (_NO_CODES, own):
                    found = self._matcher.match(domain, codes, (text,))[0]
                    if found.get(set_id) is Match.NAME:
                        (local if codes else named).append(Entry(concept(codes, text), frozenset(found)))
            else:
                listed = ((entry.system, entry.code),)
                found = self._matcher.match(domain, listed, (text,))[0]
                level = found.get(set_id)
                if level in (Match.CODE, Match.COARSE):
                    made = Entry(concept(listed, text), frozenset(found), entry.code)
                    (coded if level is Match.CODE else coarse).append(made)
        return Pool(tuple(coded), tuple(local), tuple(named), tuple(coarse))

    def _entries(self, set_id: str) -> Iterable[CodeEntry]:
        family, waiting = {set_id}, [set_id]
        while waiting:
            more = [one for one in self._m.value_sets[waiting.pop()].include if one not in family]
            family.update(more)
            waiting += more
        return [entry for entry in self._m.codes if entry.value_set in family]


def concept(codes: Iterable[tuple[str, str]], text: str) -> str:
    """A CodeableConcept as JSON; `text` is its text and the display of its codes."""
    coding = [{"system": system, "code": code, "display": text} for system, code in codes]
    return encoded({"coding": coding, "text": text} if coding else {"text": text})


def encoded(value: object) -> str:
    """JSON text."""
    return msgspec.json.encode(value).decode()
