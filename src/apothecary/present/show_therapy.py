"""Dosing, monitoring, products and storage as lines of tables, for the readable page of a monograph."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from apothecary.present.show_facts import named, number, references

if TYPE_CHECKING:
    from apothecary.knowledge.schema import Dosing, Monograph, Product, Quantity

Line = tuple[str, tuple[str, ...], tuple[str, ...]]  # id, a text for each column, references
Lines = tuple[str, str, tuple[str, ...], list[Line]]  # id of the table, caption, columns, lines
_DOSING = ("What", "Amount or advice")


def dosing(m: Monograph) -> Iterator[Lines]:
    """One table for each use that has a dose, then the uses without one."""
    for one in m.dosing.values():
        yield one.indication, m.indications[one.indication].name, _DOSING, _dosing(m, one)
    without: list[Line] = [
        (use.id, (use.name, "The monograph gives no dose."), references(m, use.statements))
        for use in m.indications.values()
        if use.id not in m.dosing
    ]
    if without:
        yield "", "Uses without a dose", ("Use", "Dose"), without


def _dosing(m: Monograph, one: Dosing) -> list[Line]:
    parts = [
        ("Start", one.start),
        ("One step of titration", one.step),
        ("Largest daily amount", one.maximum),
        ("Daily amount beyond which nothing is gained", one.benefit_limit),
        ("Time between doses", one.interval),
        ("Doses into which a day's amount may be divided", one.split),
    ]
    lines: list[Line] = []
    for what, name in parts:
        if name is not None:
            lines.append((name, (what, named(m, name)), references(m, m.values[name].statements)))
    for change in one.adjustments:
        title = m.rules[change.rule].title
        text = f"{change.text} ({named(m, change.interval)} between doses)"
        lines.append((change.rule, (title, text), references(m, change.statements)))
    for population in one.without:
        text = population.population
        lines.append((f"{one.indication}: {text}", (text, population.text), references(m, population.statements)))
    cited = references(m, one.statements)
    lines += [(f"{one.indication}: note {i}", ("Note", note), cited) for i, note in enumerate(one.notes, 1)]
    return lines


def monitoring(m: Monograph) -> Iterator[Lines]:
    """What is watched, and when."""
    lines: list[Line] = []
    for plan in m.monitoring.values():
        before = f"before the start (not older than {named(m, plan.before)})" if plan.before else ""
        stages = [f"every {named(m, one.every)} until {named(m, one.until)}" for one in plan.stages]
        watch = f"for {named(m, plan.watch)} from the start" if plan.watch else ""
        margin = f"margin {named(m, plan.tolerance)}" if plan.tolerance else ""
        limit = f"shown against {named(m, plan.limit)}" if plan.limit else ""
        gap = f"begins anew after a break of {named(m, plan.gap)}"
        schedule = "; ".join(part for part in (before, *stages, watch, margin, limit, gap) if part)
        use = m.indications[plan.indication].name if plan.indication else "every use"
        cells = (plan.name, schedule, use, plan.text, plan.interpretation or "")
        lines.append((plan.id, cells, references(m, plan.statements)))
    yield "", "What is watched", ("What", "When", "In", "What to do", "Reading"), lines


def products(m: Monograph) -> Iterator[Lines]:
    """One table a product, with its ingredients."""
    for one in m.products.values():
        yield one.id, f"{one.brand}, {one.manufacturer}", ("What", "Is"), _product(m, one)


def _product(m: Monograph, one: Product) -> list[Line]:
    cited = references(m, one.statements)
    facts = [
        ("Form", f"{one.dosage_form}, {one.route}"),
        ("Container", one.container),
        ("Strength", f"{_amount(one.strength.amount)} in {_amount(one.strength.volume)}"),
        ("Preservative-free", "yes" if one.preservative_free else "no"),
        ("Places to inject", ", ".join(one.injection_sites)),
    ]
    lines: list[Line] = [(f"{one.id}: {what}", (what, text), cited) for what, text in facts if text]
    for what, name in (("Doses it can measure", one.measurable), ("Doses a container", one.doses_per_container)):
        if name is not None:
            value = m.values[name]
            places = (place.source for place in value.places)
            lines.append((name, (what, number(value)), references(m, value.statements, places)))
    lines += [
        (f"{one.id}: {part.name}", (f"{part.role} ingredient", part.name), (part.source,)) for part in one.ingredients
    ]
    return lines


def storage(m: Monograph) -> Iterator[Lines]:
    """How each product is kept."""
    lines: list[Line] = []
    for one in m.products.values():
        kept = one.storage
        cells = (
            one.brand,
            _amount(kept.temperature),
            "yes" if kept.protect_from_light else "no",
            "yes" if kept.may_be_frozen else "no",
            "yes" if kept.may_be_shaken else "no",
        )
        lines.append((one.id, cells, references(m, one.statements)))
    columns = ("Product", "Temperature", "Protect from light", "May be frozen", "May be shaken")
    yield "", "How it is kept", columns, lines


def _amount(quantity: Quantity) -> str:
    ends = quantity.value if isinstance(quantity.value, tuple) else (quantity.value,)
    unit = "°C" if quantity.unit == "Cel" else quantity.unit
    return f"{' to '.join(f'{end:.10g}' for end in ends)} {unit}"
