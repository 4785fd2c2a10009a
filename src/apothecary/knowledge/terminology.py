"""Value sets against the codes and texts of a record: which sets a row belongs to, and how surely."""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum

from apothecary.knowledge.schema import CodeEntry, Domain, ValueSet

Codes = tuple[tuple[str, str], ...]
Texts = tuple[str, ...]


class Match(IntEnum):
    """How a row matched: as a thing of the past, by a broader code, by a name only, or by a code of the concept."""

    PAST = 0
    COARSE = 1
    NAME = 2
    CODE = 3


Hits = dict[str, Match]

# Systems whose listed codes and prefixes decide a row either way; elsewhere an unlisted code may be a descendant.
_CLOSED = {
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://www.whocc.no/atc",
    "http://loinc.org",
    "http://hl7.org/fhir/sid/cvx",
    "http://www.cms.gov/Medicare/Coding/ICD10",
}
_HIERARCHICAL = {"http://hl7.org/fhir/sid/icd-10-cm", "http://www.whocc.no/atc"}
_NDC = "http://hl7.org/fhir/sid/ndc"
# Words before a name that make it no fact of this patient or one of the past, and words that leave it in doubt.
_PAST_WORDS = {"history", "hx"}
_ELSEWHERE_WORDS = {
    "family", "fh", "screening", "exposure", "contact", "prophylaxis", "prophylactic",
    "vaccination", "immunization", "vaccine", "prevention", "risk", "sequelae", "sequela",
}  # fmt: skip
_DOUBT_WORDS = _ELSEWHERE_WORDS | _PAST_WORDS | {
    "no", "not", "without", "denies", "denied", "negative", "absent", "suspected", "suspicion", "possible",
    "probable", "ruled", "rule", "avoid", "never",
}  # fmt: skip
_DOUBTED: frozenset[Domain] = frozenset(("condition", "procedure", "allergy"))
_WORD = re.compile(r"[^\W_]+")
_NO_SYSTEMS: frozenset[str] = frozenset()
_MEMO_LIMIT = 100_000


class Matcher:
    """Looks a row up in all value sets of its domain at once; remembers what it has seen."""

    def __init__(
        self,
        sets: Mapping[str, ValueSet],
        codes: Iterable[CodeEntry],
        ancestors: Mapping[tuple[str, str], frozenset[str]] | None = None,
    ) -> None:
        self._sets = sets
        self._ancestors = ancestors or {}
        self._exact: dict[tuple[str, str], list[tuple[str, Match]]] = {}
        self._prefix: dict[tuple[str, str], list[tuple[str, Match]]] = {}
        self._above: dict[tuple[str, str], list[tuple[str, Match]]] = {}
        self._coded: set[str] = set()
        self._broader: dict[tuple[str, str], list[tuple[str, Match]]] = {}
        self._names: dict[str, list[tuple[tuple[str, ...], str, Match]]] = {}
        self._except = {id_: [_words(w) for w in s.except_words] for id_, s in sets.items() if s.except_words}
        self._domains = {id_: frozenset(s.about) for id_, s in sets.items()}
        codes = tuple(codes)
        self._closed = {entry.system for entry in codes} & _CLOSED
        self._memo: dict[tuple[Domain, Codes, Texts, Texts], tuple[Hits, frozenset[str] | None]] = {}
        self._systems: dict[str, set[str]] = {}
        users = _users(sets)
        for entry in codes:
            for set_id in users.get(entry.value_set, ()):
                self._enter(entry, set_id)

    def _enter(self, entry: CodeEntry, set_id: str) -> None:
        coarse = entry.coarse or self._sets[set_id].coarse
        level = Match.COARSE if coarse else Match.CODE
        if entry.match == "name":
            words = tuple(_words(entry.code))
            level = Match.COARSE if coarse else Match.NAME
            self._names.setdefault(words[0], []).append((words, set_id, level))
            return
        self._coded.add(set_id)
        if entry.system in _CLOSED:
            self._systems.setdefault(set_id, set()).add(entry.system)
        key = (entry.system, _norm(entry.system, entry.code))
        table = self._prefix if entry.match == "prefix" else self._exact
        table.setdefault(key, []).append((set_id, level))
        if entry.match == "descendants":
            self._above.setdefault(key, []).append((set_id, level))
        if entry.system in _HIERARCHICAL:
            for length in range(1, len(key[1])):
                self._broader.setdefault((entry.system, key[1][:length]), []).append((set_id, Match.COARSE))

    def match(
        self, domain: Domain, codes: Codes, texts: Texts, route: Texts = ()
    ) -> tuple[Hits, frozenset[str] | None]:
        """The sets a row belongs to; and None, or the systems of its codes when no text and no set says what it is."""
        key = (domain, codes, texts, route)
        found = self._memo.get(key)
        if found is None:
            found = self._match(domain, codes, texts, route)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[key] = found
        return found

    def _match(self, domain: Domain, codes: Codes, texts: Texts, route: Texts) -> tuple[Hits, frozenset[str] | None]:
        hits: Hits = {}
        known = bool(texts)
        closed = frozenset(system for system, _ in codes) & self._closed
        for system, code in codes:
            for set_id, level in self._by_code(system, _norm(system, code)):
                known = True
                if domain in self._domains[set_id]:
                    hits[set_id] = max(level, hits.get(set_id, level))
        for set_id, level in self._by_name(domain, texts):
            listed = closed and not self._sets[set_id].names_always and self._systems.get(set_id, _NO_SYSTEMS) & closed
            if set_id in hits or not listed:
                hits[set_id] = max(level, hits.get(set_id, level))
        self._take_out(hits, (*texts, *route))
        return hits, None if known else closed

    def decides(self, set_id: str, systems: frozenset[str]) -> bool:
        """Whether a row without text, coded only in these systems, is surely not in a set it did not match."""
        if set_id not in self._coded:
            return bool(systems)  # a set of names speaks of entries in words
        return not systems.isdisjoint(self._systems.get(set_id, _NO_SYSTEMS))

    def _by_code(self, system: str, code: str) -> Iterable[tuple[str, Match]]:
        yield from self._exact.get((system, code), ())
        for ancestor in self._ancestors.get((system, code), ()):
            yield from self._above.get((system, ancestor), ())
        if system in _HIERARCHICAL or system == _NDC:
            for length in range(1, len(code) + 1):
                yield from self._prefix.get((system, code[:length]), ())
            yield from self._broader.get((system, code), ())

    def _by_name(self, domain: Domain, texts: Texts) -> Iterable[tuple[str, Match]]:
        for text in texts:
            words = _words(text)
            found = []
            for position, word in enumerate(words):
                for name, set_id, level in self._names.get(word, ()):
                    end = position + len(name)
                    if domain in self._domains[set_id] and tuple(words[position:end]) == name:
                        found.append((position, end, set_id, level))
            for position, end, set_id, level in found:
                if domain == "answer":  # "not detected" holds "detected": the longer name says it
                    if any(p <= position and end <= e and e - p > end - position for p, e, _, _ in found):
                        continue
                elif domain in _DOUBTED and not _DOUBT_WORDS.isdisjoint(words[:position] + words[end:]):
                    before, level = words[:position], Match.COARSE
                    if domain != "allergy" and not _ELSEWHERE_WORDS.isdisjoint((*before, *words[end : end + 1])):
                        continue
                    if domain != "allergy" and not _PAST_WORDS.isdisjoint(before):
                        level = Match.PAST
                yield set_id, level

    def _take_out(self, hits: Hits, texts: Texts) -> None:
        """Removes what a set excludes: other sets' rows, and words such as a route of administration."""
        before = dict(hits)
        for set_id in before:
            for other in self._sets[set_id].subtract:
                level = before.get(other)
                if level == Match.COARSE:
                    hits[set_id] = min(hits.get(set_id, Match.COARSE), Match.COARSE)
                elif level is not None and level != Match.PAST:
                    hits.pop(set_id, None)
            if set_id in self._except and set_id in hits:
                words = [word for text in texts for word in _words(text)]
                if any(_contains(words, phrase) for phrase in self._except[set_id]):
                    del hits[set_id]


def _users(sets: Mapping[str, ValueSet]) -> dict[str, list[str]]:
    """For each set the sets that take in its entries: itself and those that include it."""
    users: dict[str, list[str]] = {set_id: [] for set_id in sets}
    for set_id in sets:
        waiting, seen = [set_id], set()
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                users.setdefault(one, []).append(set_id)
                waiting += sets[one].include if one in sets else ()
    return users


def _norm(system: str, code: str) -> str:
    """ICD-10-CM is written with and without its dot, NDC with and without the zeros of the 11-digit form."""
    if system in _HIERARCHICAL:
        return code.replace(".", "").upper()
    if system == _NDC:
        parts = code.split("-")
        if len(parts) == 3 or len(parts) == 2:
            widths = (5, 4, 2)
            return "".join(part.zfill(width) for part, width in zip(parts, widths, strict=False))
    return code


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _contains(words: list[str], phrase: list[str]) -> bool:
    return any(words[i : i + len(phrase)] == phrase for i in range(len(words) - len(phrase) + 1))
