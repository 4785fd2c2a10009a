"""The orders of the drug: taken with refills, about to start, or ended."""

from apothecary.population.cohort import draws as d
from apothecary.population.cohort import lines
from apothecary.population.cohort.chart import Chart, iso
from apothecary.population.cohort.plan import Dosing, Purpose

_REFILLS = (28, 30, 90)  # days that one order lasts
_ONE_ORDER = 0.3  # of those who take it: a single order without an end instead of refills


def add_orders(chart: Chart, use: Purpose) -> None:
    """Writes the orders of the patient's group, all of one dose."""
    group, u, as_of = chart.group, chart.u, chart.plan.as_of
    if group.order == "none":
        return
    dosing = d.pick(u, use.dose_shares, use.doses)
    dosage = _dosage(chart, dosing)
    drug = _drug(chart)
    begun = as_of - min(d.whole(u, group.begun), max(0, int(chart.age * 365.25) - 1))
    if group.order == "planned":
        _about_to_start(chart, drug, dosage, begun)
    elif group.order == "taking" and u() < _ONE_ORDER:
        _write(chart, drug, "current", begun, dosage)
    else:
        _refills(chart, drug, dosage, begun)
    if group.order != "past":
        chart.dose_says = dosing.dose.says


def _refills(chart: Chart, drug: str, dosage: str, begun: int) -> None:
    """One order after the other; the last one is still taken, or it too has ended."""
    u, as_of = chart.u, chart.plan.as_of
    every = d.one_of(u, _REFILLS)
    taking = chart.group.order == "taking"
    last = as_of if taking else min(begun + d.whole(u, (30, 400)), as_of - 1)
    days = list(range(begun, last + 1, every))[-24:]
    for number, day in enumerate(days):
        still = taking and number == len(days) - 1
        _write(chart, drug, "current" if still else "history", day, dosage)


def _about_to_start(chart: Chart, drug: str, dosage: str, day: int) -> None:
    """A draft, a proposal, or an order that begins on a coming day."""
    at = chart.u()
    if at < 0.6 or "@bounds@" not in dosage:  # words do not say when to begin
        _write(chart, drug, "planned" if at < 0.3 else "proposed", day, dosage)
    else:
        ahead = iso(chart.plan.as_of + d.whole(chart.u, (1, 14)))
        _write(chart, drug, "current", day, dosage, f'"boundsPeriod":{{"start":"{ahead}"}},')


def _write(chart: Chart, drug: str, state: str, day: int, dosage: str, bounds: str = "") -> None:
    line = lines.order(chart.id, chart.new_id(), drug, state, iso(day), dosage.replace("@bounds@", bounds))
    chart.add("MedicationRequest", line)


def _dosage(chart: Chart, dosing: Dosing) -> str:
    dose = dosing.dose
    amount = dose.amount if dose.per_kg is None else max(1.0, round(dose.per_kg * chart.weight, 0))
    return d.one_of(chart.u, dosing.texts).replace("@amount@", f"{amount or 0:g}")


def _drug(chart: Chart) -> str:
    """What the orders are of: a concept, or a reference to a Medication of the export."""
    pool = chart.plan.drug
    if chart.chance(chart.plan.mix.noise.medication_reference):
        place = int(chart.u() * len(chart.plan.orders))
        entry = chart.plan.orders[place]
        chart.sets += [("medication", one, ()) for one in entry.sets]
        return f'"medicationReference":{{"reference":"Medication/{medication_id(place)}"}}'
    entry = chart.concept((pool.coded, pool.local, pool.named))
    chart.sets += [("medication", one, ()) for one in entry.sets]
    return f'"medicationCodeableConcept":{entry.json}'


def medication_id(place: int) -> str:
    """The id of one of the Medications that orders refer to."""
    return f"med-{place + 1}"
