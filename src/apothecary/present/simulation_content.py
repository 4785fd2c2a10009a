"""What the readable formats show of a simulation: warnings, who, how much, what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from apothecary.kinetics.summary import Percentiles
from apothecary.present import simulation_words as w
from apothecary.present import words
from apothecary.present.cited import Cited, cited
from apothecary.present.dose_content import Pair

if TYPE_CHECKING:
    from apothecary.kinetics.mechanism import Antagonism, Levels
    from apothecary.kinetics.simulation import Attainment, Simulation
    from apothecary.kinetics.summary import Number, Window
    from apothecary.knowledge.kinetics import Parameter
    from apothecary.knowledge.schema import Monograph


class Cell(msgspec.Struct, frozen=True):
    """A cell of a table; `range` is what the middle 90 % of virtual patients have."""

    value: str
    range: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table whose first column names its rows."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Part(msgspec.Struct, frozen=True):
    """One section of the page."""

    id: str
    heading: str
    lines: tuple[str, ...] = ()
    table: Table | None = None
    notes: tuple[str, ...] = ()


class SimulationShown(msgspec.Struct, frozen=True):
    """Everything the readable formats show; `warnings` stand above all else."""

    title: str
    warnings: tuple[str, ...]
    pairs: tuple[Pair, ...]
    parts: tuple[Part, ...]
    sources: tuple[Cited, ...]
    knowledge: tuple[str, ...]
    disclaimer: str


def shown(found: Simulation, m: Monograph) -> SimulationShown:
    """The page of a simulation."""
    parts = [_exposure(found)]
    parts += [_comparison(found)] if found.compared else []
    parts += [_targets(found)] if found.targets else []
    parts += [_mechanism(found.antagonism)] if found.antagonism is not None else []
    parts.append(_assumptions(found))
    edition = m.drug.edition
    return SimulationShown(
        f"{words.drug(m)}: {found.request.regimen.text()} for {w.hours(found.request.for_h)}",
        found.warnings,
        tuple(_pairs(found)),
        tuple(parts),
        cited(sources(found), m),
        (
            f"Monograph: {edition.title}, {edition.publisher}, revised {edition.revised.isoformat()}.",
            f"Knowledge version {m.version}, hash {m.hash}.",
        ),
        words.DISCLAIMER,
    )


def sources(found: Simulation) -> set[str]:
    """The sources that the result rests on."""
    model = found.model
    places = [*model.population.places, *(place for limit in model.domain for place in limit.places)]
    parameters: list[Parameter] = [*model.parameters.values(), *(one.parameter for one in found.assumed)]
    parameters += [getattr(one, name) for one in model.covariates for name in ("exponent", "slope", "value")
                   if hasattr(one, name)]  # fmt: skip
    parameters += [one.log_sd for one in model.variability]
    for reached in found.targets:
        if reached.target is not None:
            places += reached.target.population.places
            parameters.append(reached.target.value)
    if found.antagonism is not None:
        used = found.antagonism.knowledge
        parameters += [used.molar_mass, used.excess, *used.binding.values()]
    return {place.source for place in (*places, *(place for one in parameters for place in one.places))}


def _pairs(found: Simulation) -> Iterator[Pair]:
    asked, model = found.request, found.model
    yield Pair("Model", f"{model.name} ({model.id}). {found.why}")
    yield Pair("Made in", f"{model.population.text} {w.origin(model.population.places)}")
    yield Pair("Patient", w.patient(asked))
    labels = {"absorption-rate": "/h", "clearance": "L/h", "volume": "L", "bioavailability": ""}
    said = (f"{name.replace('-', ' ')} {w.said(number, labels[name])}" for name, number in found.parameters.items())
    yield Pair("Parameters", "; ".join(said))
    each = "" if not asked.regimen.amount.per_kg else f" ({w.said(found.amount_mg, 'mg')})"
    yield Pair("Regimen", f"{asked.regimen.text()}{each}, {asked.route}, for {w.hours(asked.for_h)}")
    changed = [one for one in found.taken if one.status != "given"]
    if changed:
        yield Pair("Not as planned", "; ".join(_changed(one.number, one.planned_h, one.given_h) for one in changed))
    yield Pair("Half-life", f"{w.said(found.half_life, 'h')} in the last part of the curve")
    if found.accumulation is not None:
        yield Pair("Accumulation", f"{w.said(found.accumulation)} times the exposure of the first interval in the last")


def _changed(number: int, planned: float, taken: float | None) -> str:
    if taken is None:
        return f"dose {number} missed (planned at {planned:g} h)"
    return f"dose {number} given {taken - planned:g} h late (at {taken:g} h)"


def _exposure(found: Simulation) -> Part:
    windows = {
        "First interval": found.first,
        "Last interval": found.last,
        "Whole course": found.course,
        "Steady state": found.steady,
    }
    rows = [
        ("Highest, mg/L", "maximum"),
        ("reached after, h", "time_of_maximum_h"),
        ("Lowest, mg/L", "minimum"),
        ("Average, mg/L", "average"),
        ("At its end, mg/L", "trough"),
        ("AUC, mg·h/L", "auc"),
    ]
    if found.above is not None:
        rows.append((f"Above {w.plain(found.above)} mg/L, h", "time_above_h"))
    made = [(Cell(label), *(_cell(getattr(one, name)) for one in windows.values())) for label, name in rows]
    made.insert(0, (Cell("From – to, h"), *(Cell(_span(one)) for one in windows.values())))
    caption = _virtual(found, "Median, and below it the middle 90 % of virtual patients")
    note = "Steady state: the regimen taken on time for a long while."
    return Part("exposure", "Exposure", table=Table(caption, ("", *windows), tuple(made)), notes=(note,))


def _span(one: Window) -> str:
    return f"{one.start_h:g}–{one.end_h:g}"


def _comparison(found: Simulation) -> Part:
    columns = ["Regimen", "A day, mg", "Average, mg/L", "Highest", "Lowest at end", "Average, ratio"]
    if found.above is not None:
        columns.append(f"Above {w.plain(found.above)}, h a day")
    level = found.targets[0].level if found.targets else None
    if level is not None:
        columns.append(f"Average ≥ {w.plain(level)}")
    rows = []
    for one in found.compared:
        cells = [Cell(one.regimen.text())]
        cells += [_cell(number) for number in (one.daily_mg, one.average, one.maximum, one.trough, one.ratio)]
        if one.hours_above_per_day is not None:
            cells.append(_cell(one.hours_above_per_day))
        if one.attained is not None:
            cells.append(Cell(_reached(one.attained.typical, one.attained.share)))
        rows.append(tuple(cells))
    caption = _virtual(found, "Same virtual patients for every regimen: median, and below it the middle 90 %")
    return Part("comparison", "Regimens at steady state", table=Table(caption, tuple(columns), tuple(rows)))


def _reached(typical: bool | None, share: float | None) -> str:
    if share is not None:
        return _share(share)
    return "yes" if typical else "no"


def _share(share: float) -> str:
    """A percentage; only all is 100 %, only none 0 %."""
    return f"{share * 100:g} %" if share in (0, 1) else f"{min(max(share * 100, 0.1), 99.9):.1f} %"


def _targets(found: Simulation) -> Part:
    return Part("target", "Target", tuple(line for one in found.targets for line in _target(one)))


def _target(one: Attainment) -> Iterator[str]:
    level = f"{w.plain(one.level)} mg/L"
    if one.attained.share is not None:
        share = _share(one.attained.share)
        reached = f"In {share} of the virtual patients the average at steady state is at or above"
    else:
        verb = "reaches" if one.attained.typical else "does not reach"
        reached = f"The typical patient's average at steady state {verb}"
    yield f"{reached} {level}. Average over target: {w.said(one.ratio)}."
    if one.target is None:
        yield "The target was given by the caller; no source stands behind it."
        return
    yield f"{one.target.text}: {level} {w.origin(one.target.value.places, one.target.value.statements)}."
    people = one.target.population.text
    if one.same_population:
        yield f"Proposed for {people}, as the model."
    else:
        yield f"Proposed for {people}; the model is of another population, so reaching it may not mean the same."


def _mechanism(one: Antagonism) -> Part:
    used, pmol = one.knowledge, "pmol/L"
    excess = w.value_of(used.excess)
    rows = [
        ("Drug, pmol/L", one.level),
        (f"{excess}-fold excess kept up to, pmol/L of {used.agonist}", one.kept_up_to),
    ]
    if one.fold is not None:
        rows.append((f"Times more than {w.plain(one.agonist or 0)} pmol/L of {used.agonist}", one.fold))
    rows += [
        (f"Times more {used.agonist} for the same binding, by {w.value_of(ratio.constant)}", ratio.ratio)
        for ratio in one.dose_ratios
    ]
    lines = [used.text]
    if one.hours_above_per_day is not None:
        lines.append(
            f"With {w.plain(one.agonist or 0)} {pmol} of {used.agonist}, a {excess}-fold excess needs "
            f"{w.plain(one.wanted or 0)} mg/L: {w.said(one.hours_above_per_day, 'h')} a day are above it."
        )
    table = Table("At steady state", ("", "Highest", "Average", "Lowest at end"), tuple(_levels(*row) for row in rows))
    constants = (used.molar_mass, used.excess, *(ratio.constant for ratio in one.dose_ratios))
    notes = (*(_constant(constant) for constant in constants), *used.notes)
    return Part("mechanism", f"At the {used.receptor}", tuple(lines), table, notes)


def _levels(label: str, levels: Levels) -> tuple[Cell, ...]:
    return (Cell(label), _cell(levels.maximum), _cell(levels.average), _cell(levels.trough))


def _constant(one: Parameter) -> str:
    read = f" {one.read}." if one.read else ""
    return f"{one.meaning}: {w.value_of(one)} {w.origin(one.places, one.statements)}.{read}"


def _assumptions(found: Simulation) -> Part:
    lines = []
    for one in found.assumed:
        value = f"{one.parameter.meaning}: {w.value_of(one.parameter)}"
        places = w.origin(one.parameter.places, one.parameter.statements)
        lines.append(f"{value}, {one.parameter.kind}. {_ended(one.parameter.reason)} {places}".strip())
    notes = (*found.notes, *found.model.notes, *found.model.missing)
    return Part("assumptions", "Assumed numbers and limits of the model", tuple(lines), None, notes)


def _ended(reason: str | None) -> str:
    text = (reason or "").strip()
    return text if not text or text.endswith(".") else f"{text}."


def _cell(number: Number | None) -> Cell:
    return Cell("–") if number is None else Cell(w.middle(number), w.spread(number))


def _virtual(found: Simulation, text: str) -> str:
    return text if isinstance(found.half_life, Percentiles) else ""
