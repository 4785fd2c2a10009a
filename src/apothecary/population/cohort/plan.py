"""A mix and a monograph made ready: shares by group, pieces of JSON, factors of units. Holds no patient."""

from datetime import date

import msgspec

from apothecary.knowledge import KnowledgeError, Monograph
from apothecary.population.cohort import schema as s
from apothecary.population.cohort.draws import cumulated
from apothecary.population.cohort.lines import quantity
from apothecary.population.cohort.pools import Entry, Pool, Pools, concept, encoded
from apothecary.units import factor

Shares = tuple[float, ...]  # one a group, in their order


class Dosing(msgspec.Struct, frozen=True):
    """A dose as JSON with places for @amount@ and @bounds@, one text for each way to write its route."""

    dose: s.Dose
    texts: tuple[str, ...]


class Purpose(msgspec.Struct, frozen=True):
    """A use with the ways to record it and to order the drug for it."""

    use: s.Use
    pool: Pool | None
    doses: tuple[Dosing, ...]
    dose_shares: Shares


class Planted(msgspec.Struct, frozen=True):
    """A fact with its shares and the ways to record it."""

    fact: s.Fact
    shares: Shares
    entries: tuple[tuple[Entry, ...], ...]  # coded, by a local code, by its name


class Written(msgspec.Struct, frozen=True):
    """A unit: how a number of the observation's unit is written in it, and which codes go with it."""

    unit: s.Unit
    by: float
    codes: tuple[Entry, ...]


class Measured(msgspec.Struct, frozen=True):
    """An item of a panel with its shares, units, codes and answers as JSON."""

    item: s.Item
    shares: Shares
    tails: tuple[tuple[Shares, s.Tail], ...]
    units: tuple[Written, ...]
    unit_shares: Shares
    codes: tuple[Entry, ...]
    answers: tuple[tuple[str, tuple[str, ...]], ...]
    answer_shares: Shares


class Round(msgspec.Struct, frozen=True):
    """A panel with its shares and items."""

    panel: s.Panel
    shares: Shares
    late: Shares
    items: tuple[Measured, ...]


class Clear(msgspec.Struct, frozen=True):
    """When a rule is surely clear: none of these rows, all of these sections whole."""

    rule: str
    sets: frozenset[tuple[str, str]]
    sections: frozenset[str]


class Rows(msgspec.Struct, frozen=True):
    """Background rows of one kind as JSON."""

    count: tuple[int, int]
    codes: tuple[str, ...]


class Clutter(msgspec.Struct, frozen=True):
    """The background as JSON; a result is its code, its values by number or its parts."""

    visits: tuple[int, int]
    visit: Rows
    batteries: tuple[tuple[s.Battery, tuple[str, ...]], ...]
    rows: dict[str, Rows]


class Plan(msgspec.Struct, frozen=True):
    """All that is needed to make any patient of a cohort; the same for every worker."""

    seed: int
    as_of: int  # as proleptic ordinal
    clutter: float
    mix: s.Mix
    group_shares: Shares
    uses: dict[str, Purpose]
    use_shares: dict[str, Shares]
    drug: Pool
    orders: tuple[Entry, ...]  # what orders refer to as Medication
    facts: tuple[Planted, ...]
    panels: tuple[Round, ...]
    background: Clutter
    clears: tuple[Clear, ...]
    phases: dict[str, frozenset[str]]


def plan(m: Monograph, mix: s.Mix, seed: int, as_of: date, clutter: float = 1.0) -> Plan:
    """Prepares a cohort; KnowledgeError where a value set has nothing to plant."""
    pools = Pools(m, mix.noise.local_system)
    drug = pools.sure("medication", m.drug.value_set)
    return Plan(
        seed,
        as_of.toordinal(),
        clutter,
        mix,
        cumulated([group.share for group in mix.groups]),
        {id_: _purpose(use, pools) for id_, use in mix.uses.items()},
        {group.id: cumulated(list(group.uses.values())) for group in mix.groups},
        drug,
        drug.coded[:4],
        tuple(_planted(fact, mix, pools) for fact in mix.facts),
        tuple(_round(panel, mix, m, pools) for panel in mix.panels),
        _background(mix.background),
        _clears(mix),
        {rule.id: frozenset(rule.phases) for rule in m.rules.values()},
    )


def by_group(share: s.Share, mix: s.Mix) -> Shares:
    """A share for each group."""
    if not isinstance(share, dict):
        return tuple(share for _ in mix.groups)
    return tuple(share.get(group.id, share.get("else", 0.0)) for group in mix.groups)


def _purpose(use: s.Use, pools: Pools) -> Purpose:
    pool = pools.sure("condition", use.set) if use.set is not None else None
    doses = tuple(Dosing(dose, _dosages(dose, pools)) for dose in use.doses)
    return Purpose(use, pool, doses, cumulated([dose.share for dose in use.doses]) if doses else ())


def _dosages(dose: s.Dose, pools: Pools) -> tuple[str, ...]:
    if dose.text is not None:
        return (f'{{"text":{encoded(dose.text).replace("{amount}", "@amount@")}}}',)
    repeat = f'@bounds@"frequency":{dose.frequency},"period":{dose.period:g},"periodUnit":"{dose.period_unit}"'
    amount = quantity("@amount@", dose.unit, dose.unit).removeprefix('"valueQuantity":')
    return tuple(
        f'{{"timing":{{"repeat":{{{repeat}}}}},"route":{entry.json},"doseAndRate":[{{"doseQuantity":{amount}}}]}}'
        for entry in pools.sure("route", dose.route).coded
    )


def _planted(fact: s.Fact, mix: s.Mix, pools: Pools) -> Planted:
    shares = by_group(fact.share, mix)
    if fact.coarse:
        coarse = pools.pool(fact.section, fact.set).coarse
        if not coarse:
            raise KnowledgeError([f"cohort.yaml: {fact.id}: {fact.set} has no code broader than the concept."])
        return Planted(fact, shares, (coarse, coarse, coarse))
    pool = pools.sure(fact.section, fact.set)
    return Planted(fact, shares, (pool.coded, pool.local, pool.named))


def _round(panel: s.Panel, mix: s.Mix, m: Monograph, pools: Pools) -> Round:
    items = tuple(_measured(item, mix, m, pools) for item in panel.items)
    late = by_group(panel.late.share, mix) if panel.late else tuple(0.0 for _ in mix.groups)
    return Round(panel, by_group(panel.share, mix), late, items)


def _measured(item: s.Item, mix: s.Mix, m: Monograph, pools: Pools) -> Measured:
    seen = m.observations[item.observation]
    pool = pools.sure("observation", seen.value_set or "")
    codes = tuple(e for e in pool.coded if e.code in item.codes) if item.codes else pool.coded[:3]
    molar = m.values[seen.molar_mass].value if seen.molar_mass else None
    units = []
    for unit in item.units:
        by = factor(unit.like or unit.unit, seen.unit or "", molar if isinstance(molar, float) else None)
        own = tuple(entry for entry in pool.coded if entry.code == unit.code)
        units.append(Written(unit, 1 / by if isinstance(by, float) else 1.0, own or codes))
    answers: list[tuple[str, tuple[str, ...]]] = []
    for answer in item.answers:
        if answer == "unreadable":
            answers.append((answer, ('"valueString":"see comment"',)))
            continue
        known = pools.sure("answer", seen.answers[answer].value_set)
        values = [f'"valueCodeableConcept":{entry.json}' for entry in known.coded]
        answers.append((answer, tuple(values + [f'"valueCodeableConcept":{entry.json}' for entry in known.named[:1]])))
    return Measured(
        item,
        by_group(item.share, mix),
        tuple((by_group(tail.share, mix), tail) for tail in item.tails),
        tuple(units),
        cumulated([unit.share for unit in item.units]) if units else (),
        codes,
        tuple(answers),
        cumulated(list(item.answers.values())) if answers else (),
    )


def _background(b: s.Background) -> Clutter:
    def rows(listing: s.Listing) -> Rows:
        return Rows(listing.count, tuple(concept([(listing.system, code)], text) for code, text in listing.rows))

    batteries = []
    for battery in b.results:
        codes = tuple(concept([("http://loinc.org", row.code)], row.display) for row in battery.rows)
        batteries.append((battery, codes))
    names = ("condition", "medication", "allergy", "immunization", "procedure")
    return Clutter(b.visits, rows(b.visit), tuple(batteries), {name: rows(getattr(b, name)) for name in names})


def _clears(mix: s.Mix) -> tuple[Clear, ...]:
    """For every rule that facts name, what must be absent; a fact that settles it otherwise is absent then too."""
    found = []
    for rule in dict.fromkeys(rule for fact in mix.facts for rule in fact.clear):
        facts = [fact for fact in mix.facts if rule in (*fact.clear, *fact.applies, *fact.unknown)]
        sections = frozenset(name for fact in facts if rule in fact.clear for name in (fact.section, *fact.clear_whole))
        found.append(Clear(rule, frozenset((fact.section, fact.set) for fact in facts), sections))
    return tuple(found)
