"""What accounts for each statement, and the other way round: what each thing of the knowledge rests on."""

from collections.abc import Iterable, Iterator

from apothecary.audit.result import Cited, Covered, Resting, SectionCount
from apothecary.knowledge import Monograph, Statement, kinetics_links

_IDENTITY = "drug:identity"


def resting(m: Monograph) -> tuple[Resting, ...]:
    """Every rule, use, value, reading, product, list of adverse effects and line of advice, with what it rests on."""
    return tuple(sorted(_resting(m), key=lambda one: one.link))


def _resting(m: Monograph) -> Iterator[Resting]:
    yield Resting(_IDENTITY, "stated", m.drug.statements, (m.drug.edition.source,))
    for id_, rule in m.rules.items():
        yield Resting(f"rule:{id_}", rule.kind, rule.all_statements, _once(place.source for place in rule.places))
    for id_, value in m.values.items():
        yield Resting(f"value:{id_}", value.kind, value.statements, _once(place.source for place in value.places))
    for id_, reading in m.interpretations.items():
        yield Resting(f"interpretation:{id_}", "interpreted", reading.statements, ())
    for id_, use in m.indications.items():
        yield Resting(f"indication:{id_}", "interpreted" if use.interpretation else "stated", use.statements, ())
    for id_, dosing in m.dosing.items():
        yield Resting(f"dosing:{id_}", "stated", dosing.all_statements, ())
    for id_, plan in m.monitoring.items():
        kind = "interpreted" if plan.interpretation else "stated"
        yield Resting(f"monitoring:{id_}", kind, plan.statements, ())
    for one in kinetics_links.resting(m):
        yield Resting(one.link, one.kind, one.statements, one.sources)
    for id_, product in m.products.items():
        sources = _once(part.source for part in product.ingredients)
        yield Resting(f"product:{id_}", "stated", product.statements, sources)
    for id_, effects in m.adverse_effects.items():
        sources = _once(number for effect in effects.effects for number in effect.references)
        yield Resting(f"adverse-effect:{id_}", "stated", effects.statements, sources)
    for id_, line in m.advice.items():
        yield Resting(f"advice:{id_}", "stated", line.statements, ())


def orphans(things: Iterable[Resting]) -> tuple[str, ...]:
    """What rests on no statement and no other source."""
    return tuple(one.link for one in things if not one.statements and not one.sources)


def sections(statements: Iterable[Covered]) -> tuple[SectionCount, ...]:
    """The totals of each section, in the order of the text."""
    grouped: dict[str, list[Covered]] = {}
    for one in statements:
        grouped.setdefault(one.section, []).append(one)
    return tuple(
        SectionCount(
            section,
            len(group),
            sum(one.accounted and bool(one.encoded_by) for one in group),
            sum(one.accounted and not one.encoded_by for one in group),
            sum(not one.accounted for one in group),
        )
        for section, group in grouped.items()
    )


def cited(
    m: Monograph, statements: Iterable[Covered | Statement], references: Iterable[tuple[str, str]]
) -> tuple[tuple[Cited, ...], tuple[str, ...]]:
    """Each reference (number and text) with what cites and uses it; then each citation that no reference answers."""
    citing: dict[str, list[str]] = {}
    for one in statements:
        for number in one.references:
            citing.setdefault(number, []).append(one.id or f"{one.section}, {one.ordinal}")
    using: dict[str, list[str]] = {}
    for thing in resting(m):
        for source in thing.sources:
            using.setdefault(source, []).append(thing.link)
    listed = dict(references)
    known = tuple(
        Cited(number, text, tuple(citing.get(number, ())), tuple(using.get(number, ())))
        for number, text in listed.items()
    )
    unresolved = tuple(f"{number}, cited by {', '.join(by)}" for number, by in citing.items() if number not in listed)
    return known, unresolved


def _once(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(items))
