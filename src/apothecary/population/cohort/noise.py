"""What is wrong with real exports: mistakes taken back, lines twice, malformed or cut off, rows that say nothing."""

from apothecary.population.cohort import draws as d
from apothecary.population.cohort import lines
from apothecary.population.cohort.chart import SECTION, Chart, iso
from apothecary.population.cohort.pools import encoded
from apothecary.population.cohort.rows import write_row

_OPAQUE = {"Condition": "condition", "MedicationRequest": "medication"}


def add_noise(chart: Chart) -> None:
    """Adds lines; those that were there stay as they are, so that what was planted holds."""
    noise = chart.plan.mix.noise
    if chart.chance(noise.entered_in_error):
        _mistake(chart)
    if chart.chance(noise.duplicate):
        kind, line = _some(chart)
        chart.add(kind, line)
    if chart.chance(noise.opaque):
        _opaque(chart)
    if chart.chance(noise.malformed):
        _malformed(chart)
    if chart.chance(noise.cut_off):
        kind, line = _some(chart)
        chart.add(kind, line[: int(len(line) * (0.3 + 0.6 * chart.u()))] + "\n")
        _spoil(chart, kind)


def _mistake(chart: Chart) -> None:
    """A row of something asked about that was taken back."""
    u = chart.u
    planted = d.one_of(u, chart.plan.facts)
    if planted.fact.section not in chart.missing:
        day = chart.plan.as_of - d.whole(u, (1, 300))
        write_row(chart, planted.fact.section, d.one_of(u, planted.entries[0]).json, "void", day)


def _some(chart: Chart) -> tuple[str, str]:
    """One of the patient's lines, but not the Patient."""
    kind = d.one_of(chart.u, [kind for kind in chart.lines if kind != "Patient"] or ["Patient"])
    return kind, d.one_of(chart.u, chart.lines[kind])


def _spoil(chart: Chart, kind: str) -> None:
    if kind in SECTION:
        chart.spoiled.add(SECTION[kind])


def _opaque(chart: Chart) -> None:
    """A row with a code of the site's own system and nothing else: it may be anything."""
    u, p, i = chart.u, chart.id, chart.new_id()
    code = encoded({"coding": [{"system": chart.plan.mix.noise.local_system, "code": f"X{int(u() * 1e6):06d}"}]})
    day = iso(chart.plan.as_of - d.whole(u, (1, 300)))
    kind = d.one_of(u, list(_OPAQUE))
    if _OPAQUE[kind] in chart.missing:
        return
    if kind == "Condition":
        chart.add(kind, lines.condition(p, i, code, "current", day, day, ""))
    else:
        drug = f'"medicationCodeableConcept":{code}'
        chart.add(kind, lines.order(p, i, drug, "current", day, '{"text":"as directed"}'))
    _spoil(chart, kind)


def _malformed(chart: Chart) -> None:
    """A further row that is not as the standard says: a number as text, or a list in place of one thing."""
    u, p, i, rows = chart.u, chart.id, chart.new_id(), chart.plan.background.rows
    day = iso(chart.plan.as_of - d.whole(u, (1, 300)))
    kind = d.one_of(u, ("Condition", "MedicationRequest", "Observation"))
    if SECTION[kind] in chart.missing:
        return
    if kind == "Condition":
        code = d.one_of(u, rows["condition"].codes)
        line = lines.condition(p, i, code, "current", day, day, "").replace('"onsetDateTime":"', '"onsetDateTime":["')
        line = line.replace('","recordedDate"', '"],"recordedDate"')
    elif kind == "MedicationRequest":
        drug = f'"medicationCodeableConcept":{d.one_of(u, rows["medication"].codes)}'
        line = lines.order(p, i, drug, "current", day, '"as directed"')
    else:
        battery, codes = chart.plan.background.batteries[0]
        value = '"valueQuantity":{"value":"12,4","unit":"?"}'
        line = lines.observation(p, i, codes[0], battery.category, f"{day}T09:00:00+00:00", value)
    chart.add(kind, line)
    _spoil(chart, kind)
