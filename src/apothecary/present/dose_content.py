"""What the readable formats say of a dose plan, in which order and in which words; they only lay it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.present import words
from apothecary.present.dose_words import amount, every, span

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Monograph
    from apothecary.review.plan import DosePlan, Option, Step

UNREACHED: Final = "Not measurable: the marks do not reach the dose; ask the pharmacy how to prepare it."


class Pair(msgspec.Struct, frozen=True):
    """One line of the plan: what, and how much with its unit."""

    label: str
    value: str


class Ladder(msgspec.Struct, frozen=True):
    """The titration ladder as a table; every row has as many cells as there are columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    legend: str


class DoseShown(msgspec.Struct, frozen=True):
    """A dose plan in strings. `lead` says for which use it is, or that there is no dose.

    `first` stands before the amounts, `notes` behind them; without amounts everything stands in front.
    """

    lead: str
    status: str
    first: tuple[str, ...]
    pairs: tuple[Pair, ...]
    options: tuple[str, ...]
    ladder: Ladder | None
    notes: tuple[str, ...]
    needs: tuple[str, ...]
    facts: tuple[str, ...]
    references: tuple[str, ...]
    statements: str


def dose_shown(plan: DosePlan, monograph: Monograph) -> DoseShown:
    """What to show of a plan: everything but what the ladder's rows repeat."""
    use = monograph.indications[plan.indication].name if plan.indication in monograph.indications else ""
    basis = (*plan.basis, *(basis for option in plan.options for basis in option.basis))
    references = {reference for one in basis for reference in one.references} | set(plan.references)
    return DoseShown(
        lead=_lead(plan, use),
        status=plan.status,
        first=plan.notes if plan.status == "unknown" else plan.read_first,
        pairs=tuple(_pairs(plan, monograph)) if plan.status == "applies" else (),
        options=tuple(_option(option, monograph) for option in plan.options),
        ladder=_ladder(plan, monograph) if plan.ladder else None,
        notes=tuple(note for note in plan.notes if note not in plan.read_first) if plan.status == "applies" else (),
        needs=tuple(f"{need.fact} ({words.WHYS[need.why]}): {need.how}" for need in plan.needs),
        facts=tuple(words.fact(evidence) for evidence in plan.because),
        references=tuple(references),
        statements=", ".join(dict.fromkeys(one.statement for one in basis)),
    )


def _lead(plan: DosePlan, use: str) -> str:
    if plan.status == "applies":
        return f"Use: {use}."
    return f"No dose for {use}: see below why." if use else "No dose: see below why."


def _pairs(plan: DosePlan, monograph: Monograph) -> list[Pair]:
    noun = container(plan, monograph)
    split = " The daily dose may be divided." if plan.split_allowed else ""
    found = [
        ("Start", plan.start_mg and f"{span(plan.start_mg, 'mg')} {every(plan.interval_h)}.{split}"),
        ("Change by", plan.step_mg and span(plan.step_mg, "mg a dose" if plan.interval_h != 24 else "mg a day")),
        ("Maximum", plan.max_mg_per_day and f"{amount(plan.max_mg_per_day)} mg a day"),
        ("No gain beyond", plan.benefit_limit_mg_per_day and f"{amount(plan.benefit_limit_mg_per_day)} mg a day"),
        ("Volume", plan.volume_mL and span(plan.volume_mL, "mL a dose", nearest=True)),
        (
            f"{words.capital(noun)}s",
            plan.syringes_per_dose
            and plan.syringes_per_28_days
            and f"{span(plan.syringes_per_dose)} a dose, {span(plan.syringes_per_28_days)} in 28 days",
        ),
        ("Thrown away", plan.discarded_mg_per_dose and _left(plan.discarded_mg_per_dose)),
        ("Measurable", {True: "yes", False: "not every dose of the start: see the notes", None: ""}[plan.measurable]),
    ]
    return [Pair(label, value) for label, value in found if value]


def _left(ends: tuple[float, float]) -> str:
    return span(ends, "mg a dose") if ends[1] else "nothing"


def container(plan: DosePlan, monograph: Monograph) -> str:
    """What to call one container of the plan's product: syringe, pen, vial."""
    product = monograph.products.get(plan.product or "")
    return product.container.split()[-1] if product is not None else "container"


def _option(option: Option, monograph: Monograph) -> str:
    title = monograph.rules[option.rule].title if option.rule in monograph.rules else option.rule
    if option.status == "applies":
        return f"{option.text} Reason: {title}."
    lacking = ", ".join(dict.fromkeys(f"{need.fact}: {words.WHYS[need.why]}" for need in option.needs))
    return f"Not known whether this applies: {title}{f' ({lacking})' if lacking else ''}. If so: {option.text}"


def _ladder(plan: DosePlan, monograph: Monograph) -> Ladder:
    """The columns that say something: no amount by weight without a weight, no daily amount that equals the dose."""
    noun = container(plan, monograph)
    first = plan.ladder[0]
    columns = {
        "mg/kg a day": first.mg_per_kg_day is not None,
        "mg a day": plan.interval_h != 24,
        "mg a dose": True,
        "mL a dose": first.volume_mL is not None,
        f"{noun}s a dose": first.syringes_per_dose is not None,
        "measurable": first.measurable is not None,
        "stage": True,
    }
    shown = list(columns.values())
    rows = tuple(
        tuple(cell for cell, show in zip(_cells(step, plan), shown, strict=True) if show) for step in plan.ladder
    )
    unreached = any(step.measurable is False for step in plan.ladder)
    return Ladder(tuple(name for name, show in columns.items() if show), rows, UNREACHED if unreached else "")


def _cells(step: Step, plan: DosePlan) -> tuple[str, ...]:
    low, high = plan.start_mg or (0.0, 0.0)
    place = "start" if low <= step.mg_per_dose <= high else ""
    if step is plan.ladder[-1]:
        place = f"{place}, maximum" if place else "maximum"
    return (
        "" if step.mg_per_kg_day is None else amount(step.mg_per_kg_day, nearest=True),
        amount(step.mg_per_day),
        amount(step.mg_per_dose),
        "" if step.volume_mL is None else amount(step.volume_mL, nearest=True),
        "" if step.syringes_per_dose is None else str(step.syringes_per_dose),
        {True: "yes", False: "no", None: ""}[step.measurable],
        place,
    )
