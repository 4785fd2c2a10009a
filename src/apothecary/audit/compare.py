"""Compares a text with the statements of the knowledge: what is the same, moved, edited, new, gone, cited anew."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from apothecary.audit.document import Document, walk
from apothecary.audit.fingerprint import similarity
from apothecary.audit.matching import Pairs, displaced, match
from apothecary.audit.result import Change, Rests
from apothecary.audit.statements import Found, seen
from apothecary.knowledge import Monograph, Statement

Renamed = dict[str, str]  # section of the knowledge -> section of the text


class Comparison:
    """A text beside the knowledge: its statements, the pairs, and the sections that only got another name."""

    def __init__(self, m: Monograph, document: Document) -> None:
        self.m = m
        self.document = document
        self.known = list(m.statements.values())
        paths = {path for one in self.known for path in prefixes(one.section)}
        fingerprints = {one.fingerprint for one in self.known}
        # A section of the knowledge that has lost its last sentence is not a new statement.
        self.found = [
            one
            for one in seen(document)
            if one.unit.kind != "heading" or one.section not in paths or one.fingerprint in fingerprints
        ]
        self.pairs: Pairs = match(self.known, self.found)
        self.renamed = _renamed(self.known, self.found, self.pairs, document)

    def section_of(self, one: Statement) -> str:
        """The section of a known statement by the name it has in the text."""
        return self.renamed.get(one.section, one.section)

    def is_same(self, here: int) -> bool:
        """Whether a paired statement has kept its wording."""
        return self.known[here].fingerprint == self.found[self.pairs[here]].fingerprint


def prefixes(section: str) -> list[str]:
    """A section and all sections above it."""
    steps = section.split(" / ")
    return [" / ".join(steps[:n]) for n in range(1, len(steps) + 1)]


def statement_changes(c: Comparison) -> Iterator[Change]:
    """Every difference of a statement, in the order of the text; the ones that are gone come last."""
    back = {there: here for here, there in c.pairs.items()}
    moved = _moved(c)
    for there, found in enumerate(c.found):
        unit = found.unit
        place = f"{unit.section}, {unit.ordinal}"
        if there not in back:
            yield Change("new", place, unit.section, unit.line, after=place, text=unit.text, numbers_new=found.numbers)
            continue
        here = back[there]
        one = c.known[here]
        if not c.is_same(here):
            yield _edited(c, one, found)
        if here in moved:
            was = f"{c.section_of(one)}, {one.ordinal}"
            yield Change(
                "moved", one.id, unit.section, unit.line, before=was, after=place, text=unit.text,
                rests=tuple(rests(c.m, one)),
            )  # fmt: skip
        before, after = _cited(one, c.is_same(here)), _cited(found, c.is_same(here))
        if before != after:
            yield Change(
                "citation-changed", one.id, unit.section, unit.line, before=before, after=after, text=unit.text,
                rests=tuple(rests(c.m, one)),
            )  # fmt: skip
    for here, one in enumerate(c.known):
        if here not in c.pairs:
            was = f"{one.section}, {one.ordinal}"
            yield Change(
                "gone", one.id, one.section, before=was, numbers_gone=one.numbers, rests=tuple(rests(c.m, one))
            )


def _edited(c: Comparison, one: Statement, found: Found) -> Change:
    lost, gained = Counter(one.numbers), Counter(found.numbers)
    notes = []
    if one.off_label != found.off_label:
        notes.append(f"the off-label mark is {'new' if found.off_label else 'gone'}")
    if one.numbers != found.numbers and lost == gained:
        notes.append("its numbers stand in another order")
    return Change(
        "edited",
        one.id,
        found.section,
        found.unit.line,
        similarity=similarity(one.sketch, found.sketch),
        numbers_gone=tuple((lost - gained).elements()),
        numbers_new=tuple((gained - lost).elements()),
        notes=tuple(notes),
        rests=tuple(rests(c.m, one)),
        text=found.unit.text,
    )


def _cited(one: Statement | Found, with_places: bool) -> str:
    """The citations as text, with the place of each inside the sentence; an edited sentence has other places."""
    if not one.cited_at:
        return " ".join(one.references) or "none"
    runs = (" ".join(cited.references) + (f" (word {cited.words})" if with_places else "") for cited in one.cited_at)
    return ", ".join(runs)


def rests(m: Monograph, one: Statement) -> Iterator[Rests]:
    """What an editor has to read again when a statement changes: what encodes it, and the readings that name it."""
    for link in one.encoded_by:
        kind, _, id_ = link.partition(":")
        yield Rests(link, _says(m, kind, id_))
    for id_, value in m.values.items():
        if one.id in value.statements and f"value:{id_}" not in one.encoded_by:
            yield Rests(f"value:{id_}", _says(m, "value", id_))
    for id_, reading in m.interpretations.items():
        if one.id in reading.statements:
            yield Rests(f"interpretation:{id_}", reading.title)


def _says(m: Monograph, kind: str, id_: str) -> str:
    if kind == "rule":
        return m.rules[id_].title
    if kind == "value":
        value = m.values[id_]
        ends = value.value if isinstance(value.value, tuple) else (value.value,)
        return f"{' to '.join(f'{end:.10g}' for end in ends)} {value.unit}".strip()
    if kind == "monitoring":
        return m.monitoring[id_].name
    if kind == "advice":
        return m.advice[id_].text
    if kind in ("indication", "dosing"):
        return m.indications[id_].name
    if kind == "adverse-effect":
        return ", ".join(effect.name for effect in m.adverse_effects[id_].effects)
    if kind == "kinetics":
        return m.models[id_].name
    if m.exposure is not None and kind == "target":
        return next(target.text for target in m.exposure.targets if target.id == id_)
    if m.exposure is not None and m.exposure.mechanism is not None and (kind, id_) == ("drug", "mechanism"):
        return m.exposure.mechanism.text
    return m.products[id_].brand if kind == "product" else m.drug.name


def _moved(c: Comparison) -> set[int]:
    """The places in the knowledge of the statements that stand elsewhere now."""
    moved = {here for here, there in c.pairs.items() if c.section_of(c.known[here]) != c.found[there].section}
    sections: dict[str, list[int]] = {}
    for here in sorted(c.pairs):
        if here not in moved:
            sections.setdefault(c.known[here].section, []).append(here)
    for stayed in sections.values():
        ranked = sorted(stayed, key=lambda here: c.pairs[here])
        order = [ranked.index(here) for here in stayed]
        moved |= {stayed[n] for n in displaced(order)}
    return moved


def _renamed(known: Sequence[Statement], found: Sequence[Found], pairs: Pairs, document: Document) -> Renamed:
    """Sections whose statements all stand in one section of another name now, while the old name is nowhere."""
    now = {path for section in walk(document.sections) for path in prefixes(" / ".join(section.path))}
    before = {one.section for one in known}
    targets: dict[str, set[str]] = {}
    for here, there in pairs.items():
        targets.setdefault(known[here].section, set()).add(found[there].section)
    only = {was: next(iter(new)) for was, new in targets.items() if len(new) == 1}
    return {was: new for was, new in only.items() if was != new and was not in now and new not in before}


def section_changes(c: Comparison) -> Iterator[Change]:
    """Sections that are new, gone, renamed or in another order."""
    before = list(dict.fromkeys(path for one in c.known for path in prefixes(one.section)))
    now = {" / ".join(section.path): section.line for section in walk(c.document.sections)}
    other_parent = {new: was for was, new in c.renamed.items() if _shortest(was, new)[0] in now}
    for new, was in other_parent.items():
        yield Change("section-moved", was, new, now.get(new), before=was, after=new)
    named = {_shortest(was, new): None for was, new in c.renamed.items() if new not in other_parent}
    for was, new in named:
        yield Change("section-renamed", was, new, now.get(new), before=was, after=new)
    replaced = {path for was, new in c.renamed.items() for path in (*prefixes(was), *prefixes(new))}
    headings = {one.section for one in c.found if one.unit.kind == "heading"}
    for path, line in now.items():
        if path not in before and path not in replaced and path not in headings:
            yield Change("section-new", path, path, line, after=path)
    for path in before:
        if path not in now and path not in replaced and path.rpartition(" / ")[0] in (*now, ""):
            yield Change("section-gone", path, path, before=path)
    sections = dict.fromkeys(c.section_of(one) for one in c.known)
    both = [path for path in sections if path in now and path not in other_parent]
    ranked = sorted(both, key=list(now).index)
    for n in sorted(displaced([ranked.index(path) for path in both])):
        yield Change("section-moved", both[n], both[n], now[both[n]])


def _shortest(was: str, new: str) -> tuple[str, str]:
    """Two paths down to the heading in which they differ, so that one renamed heading is one change."""
    a, b = was.split(" / "), new.split(" / ")
    while len(a) > 1 and len(b) > 1 and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return " / ".join(a), " / ".join(b)


def reference_changes(c: Comparison) -> Iterator[Change]:
    """Differences in the bibliography; the numbers of the text are its own, what we added has a name for an id."""
    known = {id_: _entry(s.citation, s.url) for id_, s in c.m.sources.items() if id_.isdigit()}
    found = {one.number: one for one in c.document.references}
    texts = {number: " ".join(one.text.split()) for number, one in found.items()}
    twice = [number for number, count in Counter(r.number for r in c.document.references).items() if count > 1]
    users = _citing(c.m.statements.values())
    for number in twice:
        yield Change("reference-new", number, line=found[number].line, after=texts[number], notes=("given twice",))
    for number, text in texts.items():
        if number not in known:
            old = next((n for n, before in known.items() if before == text and n not in texts), None)
            notes = (f"it was number {old}",) if old else ()
            yield Change("reference-new", number, line=found[number].line, after=text, notes=notes)
        elif known[number] != text:
            yield Change(
                "reference-changed", number, line=found[number].line, before=known[number], after=text,
                notes=_cited_by(users, number),
            )  # fmt: skip
    for number, text in known.items():
        if number not in texts:
            yield Change("reference-gone", number, before=text, notes=_cited_by(users, number))
    both = [number for number in known if number in texts]
    ranked = sorted(both, key=list(texts).index)
    for n in sorted(displaced([ranked.index(number) for number in both])):
        yield Change("reference-moved", both[n], line=found[both[n]].line)


def _entry(citation: str, url: str | None) -> str:
    return " ".join(f"{citation} {url or ''}".split())


def _citing(statements: Iterable[Statement]) -> dict[str, list[str]]:
    users: dict[str, list[str]] = {}
    for one in statements:
        for number in one.references:
            users.setdefault(number, []).append(one.id)
    return users


def _cited_by(users: dict[str, list[str]], number: str) -> tuple[str, ...]:
    return (f"cited by {', '.join(users[number])}",) if number in users else ("cited by no statement",)
