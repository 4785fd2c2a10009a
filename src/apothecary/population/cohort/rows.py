"""One row of a section as the FHIR resource that says it."""

from apothecary.population.cohort import draws as d
from apothecary.population.cohort import lines
from apothecary.population.cohort import schema as s
from apothecary.population.cohort.chart import Chart, iso


def write_row(chart: Chart, section: str, code: str, standing: s.Standing, day: int, exact: bool = True) -> None:
    """Writes one row of a section as the resource that says it."""
    p, i, said, as_of = chart.id, chart.new_id(), iso(day), chart.plan.as_of
    if section == "condition":
        state = "refuted" if standing == "void" and chart.u() < 0.3 else standing
        over = iso(min(day + d.whole(chart.u, (5, 60)), as_of - 1)) if standing == "history" else ""
        onset = said if exact else chart.partial(day)
        chart.add("Condition", lines.condition(p, i, code, state, onset, iso(min(day + 3, as_of)), over))
    elif section == "medication":
        order = "proposed" if standing == "planned" and chart.u() < 0.5 else standing
        drug, dosage = f'"medicationCodeableConcept":{code}', '{"text":"as directed"}'
        chart.add("MedicationRequest", lines.order(p, i, drug, order, said, dosage))
    elif section == "allergy":
        state = "refuted" if standing == "void" and chart.u() < 0.5 else standing
        chart.add("AllergyIntolerance", lines.allergy(p, i, code, state, said))
    elif section == "procedure":
        status = "entered-in-error" if standing == "void" else "completed"
        chart.add("Procedure", lines.procedure(p, i, code, status, said))
    elif standing == "planned":
        chart.add("ImmunizationRecommendation", lines.recommendation(p, i, code, said))
    else:
        status = "not-done" if standing == "void" else "completed"
        chart.add("Immunization", lines.immunization(p, i, code, status, said))
