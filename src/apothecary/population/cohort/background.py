"""What fills a real export: visits with vital signs and laboratory panels, and rows that match nothing."""

import math

from apothecary.population.cohort import draws as d
from apothecary.population.cohort import lines
from apothecary.population.cohort import schema as s
from apothecary.population.cohort.chart import Chart, iso

_REACH = 1460  # days of visits


def add_background(chart: Chart) -> None:
    """Writes visits and rows, as many as the clutter asks for."""
    plan, u = chart.plan, chart.u
    most = max(0, min(_REACH, int(chart.age * 365.25) - 2))
    for _ in range(_many(chart, plan.background.visits)):
        _visit(chart, plan.as_of - 1 - int(u() * most))
    for section, rows in plan.background.rows.items():
        if section in chart.missing:
            continue
        for _ in range(_many(chart, rows.count)):
            code, day = d.one_of(u, rows.codes), plan.as_of - 1 - int(u() * most)
            _row(chart, section, code, day)


def _many(chart: Chart, span: tuple[int, int]) -> int:
    return int(d.whole(chart.u, span) * chart.plan.clutter + chart.u())


def _row(chart: Chart, section: str, code: str, day: int) -> None:
    u, p, i = chart.u, chart.id, chart.new_id()
    if section == "condition":
        over = iso(day + 1) if u() < 0.3 else ""
        state = "history" if over else "current"
        chart.add("Condition", lines.condition(p, i, code, state, chart.partial(day), iso(day), over))
    elif section == "medication":
        drug = f'"medicationCodeableConcept":{code}'
        dosage = (
            '{"text":"Take 1 tablet by mouth daily","timing":{"repeat":{"frequency":1,"period":1,"periodUnit":"d"}}}'
        )
        chart.add("MedicationRequest", lines.order(p, i, drug, "history" if u() < 0.5 else "current", iso(day), dosage))
    elif section == "allergy":
        chart.add("AllergyIntolerance", lines.allergy(p, i, code, "current", iso(day)))
    elif section == "immunization":
        chart.add("Immunization", lines.immunization(p, i, code, "completed", iso(day)))
    else:
        chart.add("Procedure", lines.procedure(p, i, code, "completed", iso(day)))


def _visit(chart: Chart, day: int) -> None:
    u, plan = chart.u, chart.plan
    visit, said = chart.new_id(), iso(day)
    moment = f"{said}T{8 + int(u() * 9):02d}:{int(u() * 60):02d}:00+00:00"
    chart.add("Encounter", lines.encounter(chart.id, visit, d.one_of(u, plan.background.visit.codes), moment))
    if "observation" in chart.missing:
        return
    for battery, codes in plan.background.batteries:
        if u() < battery.share:
            for row, code in zip(battery.rows, codes, strict=True):
                value = _parts(chart, row) if row.parts else _number(chart, row)
                line = lines.observation(chart.id, chart.new_id(), code, battery.category, moment, value, visit)
                chart.add("Observation", line)


def _number(chart: Chart, row: s.Result) -> str:
    number = row.median * math.exp(row.spread * d.normal(chart.u))
    return lines.quantity(f"{number:.{row.digits}f}", row.unit, row.unit)


def _parts(chart: Chart, row: s.Result) -> str:
    parts = (
        f'{{"code":{{"coding":[{{"system":"http://loinc.org","code":"{part.code}","display":"{part.display}"}}]}},'
        f"{_number(chart, part)}}}"
        for part in row.parts
    )
    return f'"component":[{",".join(parts)}]'
