"""`apothecary dose`: the dose plan without a record, from a use and a few facts typed on the command line."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.knowledge import Monograph
    from apothecary.present import Format
    from apothecary.record import Record, Row

_EXAMPLES = {
    "weight": "kg, g or lb, as in 15kg or 33lb",
    "creatinine-clearance": "mL/min or mL/s, as in 25mL/min",
    "age": "whole years (a or y), months (mo), weeks (wk) or days (d), as in 4a or 18mo",
}
_OPTIONS = {"weight": "--weight", "creatinine-clearance": "--crcl", "age": "--age"}


@click.command("dose")
@click.option("--indication", required=True, help="The use to dose.")
@click.option("--weight", help=f"Body weight: {_EXAMPLES['weight']}.")
@click.option("--crcl", help=f"Creatinine clearance: {_EXAMPLES['creatinine-clearance']}.")
@click.option("--age", help=f"Age: {_EXAMPLES['age']}.")
@click.option("--sex", type=click.Choice(("female", "male")))
@c.drug_option
@c.as_of_option
@c.format_option
@c.knowledge_option
def command(
    indication: str,
    weight: str | None,
    crcl: str | None,
    age: str | None,
    sex: str | None,
    drug: str | None,
    as_of: str | None,
    format: "Format",
    knowledge: Path | None,
) -> None:
    """Work out the dose of a use without a record: start, steps, maximum, volume, syringes.

    Nothing is assumed: a dose by weight needs --weight. No contraindication is checked; `apothecary review` does that.
    """
    from apothecary.present.dose_page import render
    from apothecary.therapy.dose_plan import plan_without_record

    as_json = format == "json"
    day = c.parse_day(as_of, as_json)
    reviewer = c.load_reviewer(drug, knowledge, as_json=as_json)
    patient = record(reviewer.monograph, weight, crcl, age, sex, as_json)
    with c.failures(as_json):
        ctx = reviewer.context(patient, day, "considering", indication)
        review = reviewer.answer(ctx)
    plan = plan_without_record(ctx, review)
    if plan is None:
        message = f"The monograph of {reviewer.monograph.drug.id} holds no dosing. Ask for another one with --drug."
        raise c.Failure("usage", message, 2, as_json)
    c.write(render(plan, review, reviewer.monograph, format, **c.terminal()))


def record(
    m: "Monograph", weight: str | None, crcl: str | None, age: str | None, sex: str | None, as_json: bool = False
) -> "Record":
    """What was typed, as a record that holds nothing else; Failure with exit code 2 for a quantity that cannot be used.

    With a clearance, nothing but the clearance is asked about the kidneys: the lists that might name a kidney failure
    are empty, and the plan's first note says that no record was read.
    """
    from apothecary.record import SECTIONS, Patient, Record, Section

    rows = [
        _row(m, name, text, as_json)
        for name, text in (("weight", weight), ("creatinine-clearance", crcl))
        if text is not None
    ]
    sections = {name: Section("not-supplied") for name in SECTIONS}
    if crcl is not None:
        sections |= {"condition": Section("supplied"), "procedure": Section("supplied")}
    if age is not None or sex is not None:
        sections["patient"] = Section("supplied")
    patient = Patient(None, None, None if age is None else _age(age, as_json), sex)
    return Record(patient, {"observation": tuple(rows)}, sections, (), "command line", undated_is_current=True)


def _row(m: "Monograph", name: str, text: str, as_json: bool) -> "Row":
    from apothecary.logic import Interval
    from apothecary.record import Answer, Row
    from apothecary.units import NotEvaluable, convert, parse_quantity

    option, seen = _OPTIONS[name], m.observations.get(name)
    if seen is None or seen.unit is None:
        raise c.Failure("usage", f"The monograph of {m.drug.id} does not ask for {option}. Leave it out.", 2, as_json)
    quantity = parse_quantity(text)
    if isinstance(quantity, NotEvaluable):
        raise _refused(name, text, quantity.message, as_json)
    value = convert(quantity.value, quantity.unit, seen.unit)
    if isinstance(value, NotEvaluable):
        raise _refused(name, text, value.message, as_json)
    said = c.implausible(m, name, value, seen.unit)
    if said is not None:
        raise _refused(name, text, said, as_json)
    codes = [e for e in m.codes if e.value_set == seen.value_set and e.match == "exact" and not e.coarse]
    coded = tuple((entry.system, entry.code) for entry in codes[:1])
    answer = Answer(Interval(quantity.value, quantity.value), quantity.unit)
    return Row(option, "Observation", coded, (seen.name,), "current", "as typed", answer=answer)


def _age(text: str, as_json: bool) -> tuple[float, str]:
    from apothecary.units import NotEvaluable, parse_duration, parse_quantity

    quantity = parse_quantity(text)
    if isinstance(quantity, NotEvaluable):
        raise _refused("age", text, quantity.message, as_json)
    duration = parse_duration(quantity.value, quantity.unit)
    if isinstance(duration, NotEvaluable):
        raise _refused("age", text, duration.message, as_json)
    return quantity.value, quantity.unit


def _refused(name: str, text: str, why: str, as_json: bool) -> c.Failure:
    why = why.split(";")[0]
    return c.Failure("usage", f"{_OPTIONS[name]} is {text!r}: {why}. Write it in {_EXAMPLES[name]}.", 2, as_json)
