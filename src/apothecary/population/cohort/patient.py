"""One synthetic patient: the lines of every resource type, and what is known because it was planted."""

from collections.abc import Iterator
from datetime import date

from apothecary.population.cohort import draws as d
from apothecary.population.cohort import lines
from apothecary.population.cohort import schema as s
from apothecary.population.cohort.background import add_background
from apothecary.population.cohort.chart import Chart, iso
from apothecary.population.cohort.known import Known, settled
from apothecary.population.cohort.noise import add_noise
from apothecary.population.cohort.orders import add_orders
from apothecary.population.cohort.plan import Plan, Planted, Purpose
from apothecary.population.cohort.results import add_results, draw_weight
from apothecary.population.cohort.rows import write_row
from apothecary.units import age_on

_YEAR = 365.25
_NO_KNOWN = (
    '{"coding":[{"system":"http://snomed.info/sct","code":"716186003","display":"No known allergy"}],'
    '"text":"No known allergies"}'
)


def patient(plan: Plan, number: int) -> tuple[dict[str, list[str]], Known]:
    """The patient of that number, whatever others are made beside: lines by resource type, and the truth."""
    u = d.draws(plan.seed, number)
    mix = plan.mix
    chart = Chart(plan, u, f"p{number:08d}", d.pick(u, plan.group_shares, range(len(mix.groups))))
    name = d.pick(u, plan.use_shares[chart.group.id], list(chart.group.uses))
    use = plan.uses[name]
    born, dead = _person(chart, use.use, number)
    for section, share in mix.missing.items():
        if chart.chance(share) and not (section == "medication" and chart.group.order != "none"):
            chart.missing.add(section)
    _use(chart, use)
    draw_weight(chart)
    add_orders(chart, use)
    for fact in plan.facts:
        _fact(chart, fact)
    add_results(chart)
    add_background(chart)
    asked = "allergy" not in chart.missing and not chart.lines.get("AllergyIntolerance")
    if asked and chart.chance(mix.no_known_allergies):
        line = lines.allergy(chart.id, chart.new_id(), _NO_KNOWN, "current", iso(plan.as_of - d.whole(u, (9, 900))))
        chart.add("AllergyIntolerance", line)
    add_noise(chart)
    return chart.lines, _known(chart, name, use.use, born, dead)


def _person(chart: Chart, use: s.Use, number: int) -> tuple[int, bool]:
    """Writes the Patient; the day of birth, and whether the patient has died."""
    u, noise, as_of = chart.u, chart.plan.mix.noise, chart.plan.as_of
    chart.age = d.triangular(u, *use.ages)
    chart.sex = "female" if u() < use.female else "male"
    born = as_of - int(chart.age * _YEAR)
    gender = "unknown" if chart.chance(noise.other_sex) else chart.sex
    birth = iso(born)
    if chart.chance(noise.no_birth_date):
        birth = ""
    elif chart.chance(noise.partial_birth_date):
        birth = birth[:4]
    if gender != chart.sex or birth != iso(born):
        chart.spoiled.add("patient")
    dead = chart.chance(noise.dead)
    died = iso(as_of - d.whole(u, (1, max(1, min(700, as_of - born - 1))))) if dead else ""
    chart.add("Patient", lines.patient(chart.id, number, gender, birth, died, iso(as_of - 1)))
    return born, dead


def _use(chart: Chart, use: Purpose) -> None:
    """Writes the diagnosis that the drug is for."""
    if use.pool is None or "condition" in chart.missing:
        return
    entry = chart.concept((use.pool.coded, use.pool.local, use.pool.named))
    most = int(chart.age * _YEAR)
    days = d.whole(chart.u, (min(30, most), min(5000, most)))
    day = chart.plan.as_of - days
    recorded = iso(min(day + 5, chart.plan.as_of))
    line = lines.condition(chart.id, chart.new_id(), entry.json, "current", chart.partial(day), recorded, "")
    chart.add("Condition", line)
    chart.sets += [("condition", one, ()) for one in entry.sets]


def _fact(chart: Chart, planted: Planted) -> None:
    """Writes a fact if the patient has it, and claims what it settles."""
    fact = planted.fact
    if fact.section in chart.missing or not chart.chance(planted.shares[chart.place]):
        return
    if not chart.planted_none_of(fact.unless):
        return
    if fact.sex not in (None, chart.sex) or not fact.ages[0] <= chart.age < fact.ages[1]:
        return
    if chart.age * _YEAR < fact.days[0] + 1:  # not born by then
        return
    entry = chart.concept(planted.entries)
    days = d.whole(chart.u, (fact.days[0], min(fact.days[1], int(chart.age * _YEAR))))
    write_row(chart, fact.section, entry.json, fact.standing, chart.plan.as_of - days, fact.exact)
    chart.planted.append(fact.id)
    if fact.standing != "void":
        chart.sets += [(fact.section, one, fact.harmless) for one in entry.sets]
    chart.claims += [(rule, "applies", fact.whole) for rule in fact.applies]
    chart.claims += [(rule, "unknown", fact.whole) for rule in fact.unknown]


def _known(chart: Chart, name: str, use: s.Use, born: int, dead: bool) -> Known:
    phase = "on-therapy" if chart.group.order == "taking" else "considering"
    rules = () if dead else (rule for rule, phases in chart.plan.phases.items() if phase in phases)
    says = settled(_claims(chart, use, born), rules)
    return Known(chart.id, chart.group.id, phase, name, dead, tuple(chart.planted), says)


def _claims(chart: Chart, use: s.Use, born: int) -> Iterator[tuple[str, s.Status]]:
    whole = chart.whole()
    yield from ((rule, said) for rule, said, asked in chart.claims if whole.issuperset(asked))
    readable = "medication" in whole
    yield from ((rule, said) for rule, said in chart.dose_says.items() if readable or said != "clear")
    if "observation" in whole:
        yield from ((one.rule, one.status) for one in chart.judged if whole.issuperset(one.whole))
    if "condition" in whole and whole.issuperset(use.whole):
        yield from use.says.items()
    if "patient" in whole:
        months = age_on(date.fromordinal(born), date.fromordinal(chart.plan.as_of))
        ages = chart.plan.mix.by_age
        yield from ((one.rule, one.status) for one in ages if 12 * one.at_least <= months < 12 * one.below)
    for clear in chart.plan.clears:
        if whole >= clear.sections and not any(
            (section, id_) in clear.sets and clear.rule not in harmless for section, id_, harmless in chart.sets
        ):
            yield clear.rule, "clear"
