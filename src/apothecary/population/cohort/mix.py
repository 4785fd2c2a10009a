"""Reads the `cohort.yaml` of a monograph and checks it against the monograph; every mistake has its file and line."""

from collections.abc import Iterator
from pathlib import Path

from apothecary.knowledge import KnowledgeError, Matcher, Monograph
from apothecary.knowledge.schema import Domain
from apothecary.knowledge.yamlfile import convert, line_of, read_yaml
from apothecary.population.cohort import schema as s
from apothecary.units import NotEvaluable, factor

FILE = "cohort.yaml"
_STANDINGS: dict[s.RowSection, tuple[s.Standing, ...]] = {
    "condition": ("current", "history", "void", "uncertain"),
    "medication": ("current", "history", "planned", "void", "uncertain"),
    "allergy": ("current", "void"),
    "immunization": ("current", "planned", "void"),
    "procedure": ("current", "void"),
}
_CLOSE = 1e-6  # shares that must come to one are written with a few digits
Mistake = tuple[str, str]


def read_mix(folder: Path, m: Monograph) -> s.Mix:
    """The mix that stands beside a monograph; KnowledgeError names every mistake with its line."""
    path = folder / FILE
    if not path.is_file():
        message = (
            f"{path}: there is no {FILE} beside the monograph of {m.drug.id}, so that nothing says who is in a cohort."
        )
        raise KnowledgeError([f"{message} docs/cohort.md shows what such a file holds."])
    mix = convert(read_yaml(path, FILE), s.Mix, path, FILE)
    found = [f"{FILE}:{line_of(path, where)}: {said}" for where, said in _mistakes(mix, m)]
    if found:
        raise KnowledgeError(found)
    return mix


def _mistakes(mix: s.Mix, m: Monograph) -> Iterator[Mistake]:
    yield from _groups(mix, m)
    yield from _facts(mix, m)
    for place, panel in enumerate(mix.panels):
        where = f".panels[{place}]"
        yield from _share(panel.share, mix, f"{where}.share")
        if panel.late is not None:
            yield from _share(panel.late.share, mix, f"{where}.late.share")
        for number, item in enumerate(panel.items):
            yield from _item(item, mix, m, f"{where}.items[{number}]")
    for place, age in enumerate(mix.by_age):
        yield from _rules((age.rule,), m, f".by_age[{place}].rule")
    yield from _background(mix, m)


def _groups(mix: s.Mix, m: Monograph) -> Iterator[Mistake]:
    yield from _sum([group.share for group in mix.groups], ".groups", "groups")
    for place, group in enumerate(mix.groups):
        where = f".groups[{place}]"
        if group.id == "else" or group.id in [other.id for other in mix.groups[:place]]:
            yield f"{where}.id", f"the id {group.id!r} is taken; give each group its own."
        yield from _sum(list(group.uses.values()), f"{where}.uses", f"uses of {group.id}")
        for id_ in group.uses:
            if id_ not in mix.uses:
                yield f"{where}.uses.{id_}", f"there is no use {id_!r}; uses: {', '.join(mix.uses)}."
            elif group.order != "none" and not mix.uses[id_].doses:
                yield f".uses.{id_}", f"{group.id} orders the drug for this use, so it needs doses."
    for id_, use in mix.uses.items():
        where = f".uses.{id_}"
        yield from _set(use.set, "condition", m, f"{where}.set")
        yield from _rules(use.says, m, f"{where}.says")
        if not use.ages[0] <= use.ages[1] <= use.ages[2] or use.ages[0] == use.ages[2]:
            yield f"{where}.ages", "ages are low, mode and high in years, in this order."
        if use.doses:
            yield from _sum([dose.share for dose in use.doses], f"{where}.doses", f"doses of {id_}")
        for number, dose in enumerate(use.doses):
            yield from _set(dose.route, "route", m, f"{where}.doses[{number}].route")
            yield from _rules(dose.says, m, f"{where}.doses[{number}].says")
            if (dose.amount is None) == (dose.per_kg is None) and dose.text is None:
                yield f"{where}.doses[{number}]", "a dose has an amount, an amount per kg or a text; give one of them."


def _facts(mix: s.Mix, m: Monograph) -> Iterator[Mistake]:
    for place, fact in enumerate(mix.facts):
        where = f".facts[{place}]"
        if fact.id in [other.id for other in mix.facts[:place]]:
            yield f"{where}.id", f"the id {fact.id!r} is given twice."
        yield from _set(fact.set, fact.section, m, f"{where}.set")
        yield from _share(fact.share, mix, f"{where}.share")
        yield from _rules((*fact.applies, *fact.unknown, *fact.clear, *fact.harmless), m, where)
        for other in fact.unless:
            if other not in [one.id for one in mix.facts[:place]]:
                yield f"{where}.unless", f"there is no fact {other!r} before this one."
        if fact.standing not in _STANDINGS[fact.section]:
            known = ", ".join(_STANDINGS[fact.section])
            yield f"{where}.standing", f"a row of {fact.section} cannot be {fact.standing}; it can be {known}."


def _item(item: s.Item, mix: s.Mix, m: Monograph, where: str) -> Iterator[Mistake]:
    yield from _share(item.share, mix, f"{where}.share")
    for number, judged in enumerate(item.truth):
        yield from _rules((judged.rule,), m, f"{where}.truth[{number}].rule")
        for other in (*judged.unless, *judged.without):
            if other not in {fact.id for fact in mix.facts} | set(m.observations):
                yield f"{where}.truth[{number}]", f"{other!r} is neither a fact nor an observation."
    for number, tail in enumerate(item.tails):
        yield from _share(tail.share, mix, f"{where}.tails[{number}].share")
    seen = m.observations.get(item.observation)
    if seen is None or seen.value_set is None:
        known = ", ".join(name for name, one in m.observations.items() if one.value_set is not None)
        yield f"{where}.observation", f"{item.observation!r} is no observation with codes; there are: {known}."
        return
    if bool(item.answers) == (item.median is not None):
        yield where, f"{item.observation} is either a number with a median or has answers; give one of them."
    if item.median is not None and not item.units:
        yield where, f"{item.observation} is a number, so it needs units."
    for answer in item.answers.keys() - {"unreadable"} - seen.answers.keys():
        known = ", ".join((*seen.answers, "unreadable"))
        yield f"{where}.answers", f"{answer!r} is no answer of {item.observation}; answers: {known}."
    molar = m.values[seen.molar_mass].value if seen.molar_mass else None
    for number, unit in enumerate(item.units):
        by = factor(unit.like or unit.unit, seen.unit or "", molar if isinstance(molar, float) else None)
        if isinstance(by, NotEvaluable):
            yield f"{where}.units[{number}]", f"{by.message.rstrip('.')}; a unit that cannot be read needs `like`."
    codes = {entry.code for entry in m.codes if entry.match != "name"}
    for code in (*item.codes, *(unit.code for unit in item.units if unit.code)):
        if code not in codes:
            yield where, f"the code {code} stands in no value set of the monograph."


def _background(mix: s.Mix, m: Monograph) -> Iterator[Mistake]:
    """Background rows must match nothing, or the truth would be another."""
    matcher = Matcher(m.value_sets, m.codes)
    sections: tuple[Domain, ...] = ("condition", "medication", "allergy", "immunization", "procedure")
    for section in sections:
        listing: s.Listing = getattr(mix.background, section)
        for number, (code, display) in enumerate(listing.rows):
            found, _ = matcher.match(section, ((listing.system, code),), (display,))
            if found:
                yield f".background.{section}.rows[{number}]", f"{display} belongs to {', '.join(found)}."
    for place, battery in enumerate(mix.background.results):
        for number, row in enumerate(battery.rows):
            for one in (row, *row.parts):
                found, _ = matcher.match("observation", (("http://loinc.org", one.code),), (one.display,))
                if found:
                    where = f".background.results[{place}].rows[{number}]"
                    yield where, f"{one.display} belongs to {', '.join(found)}."


def _set(id_: str | None, domain: Domain, m: Monograph, where: str) -> Iterator[Mistake]:
    if id_ is None:
        return
    known = m.value_sets.get(id_)
    if known is None or domain not in known.about:
        fitting = ", ".join(name for name, one in m.value_sets.items() if domain in one.about)
        yield where, f"{id_!r} is no value set about {domain}; there are: {fitting}."


def _rules(ids: object, m: Monograph, where: str) -> Iterator[Mistake]:
    for id_ in ids if isinstance(ids, tuple | list | dict) else ():
        if id_ not in m.rules:
            yield where, f"there is no rule {id_!r} in the monograph of {m.drug.id}."


def _share(share: s.Share, mix: s.Mix, where: str) -> Iterator[Mistake]:
    given = share if isinstance(share, dict) else {"else": share}
    for id_, value in given.items():
        if id_ != "else" and id_ not in [group.id for group in mix.groups]:
            yield where, f"there is no group {id_!r}; groups: {', '.join(group.id for group in mix.groups)}, else."
        if not 0 <= value <= 1:
            yield where, f"the share {value:g} is not between 0 and 1."


def _sum(shares: list[float], where: str, what: str) -> Iterator[Mistake]:
    if abs(sum(shares) - 1) > _CLOSE:
        yield where, f"the shares of the {what} come to {sum(shares):g}; they must come to 1."
