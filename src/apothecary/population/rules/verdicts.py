"""From conditions to what is reported of each patient: rules, uses, the verdict."""

from collections.abc import Callable, Iterator
from itertools import combinations

import ibis

from apothecary.knowledge import Rule
from apothecary.population.findings import APPLIES, CLEAR, UNKNOWN, need_column, rule_column, use_column
from apothecary.population.rules.compile import Sheet
from apothecary.population.rules.kleene import Expr, both, either, surely
from apothecary.population.rules.people import ON_THERAPY


def status(told: Expr) -> Expr:
    """A truth as the code of a status; the codes are never null."""
    return ibis.cases((surely(told), APPLIES), (surely(~told), CLEAR), else_=UNKNOWN).cast("int8")


def findings(made: Sheet, sheet: ibis.Table, expired: bool) -> ibis.Table:
    """The wide table of `population.findings`: one row a patient, with the verdict."""
    m, keep = made.m, made.scope.engine.keep
    conditions = {rule.id: made.condition(sheet, rule.when) for rule in m.rules.values()}
    uses = {use_column(id_): status(made.condition(sheet, use.when)) for id_, use in m.indications.items()}
    rules = {
        rule_column(rule.id): ibis.ifelse(_asked(sheet, rule), status(conditions[rule.id]), ibis.null("int8"))
        for rule in m.rules.values()
    }
    needs = {need_column(leaf): _need(made, sheet, leaf.k) for leaf in made.leaves()}
    verdict = _verdict(made, sheet, conditions, expired)
    found = sheet.select("patient", "id", "export", "sex", **_who(sheet), **uses, **rules, **needs, verdict=verdict)
    kept = keep("reviewed", found)
    made.scope.engine.forget("numbers")
    return kept


def _who(sheet: ibis.Table) -> dict[str, Expr]:
    one_day = (sheet.start_first == sheet.start_last).fill_null(False)
    return {
        "phase": ibis.ifelse(sheet.on, ON_THERAPY, "considering"),
        "group": ibis.cases((sheet.on, ON_THERAPY), (sheet.planned, "about-to-start"), else_="neither"),
        "age_months_low": sheet.months_low,
        "age_months_high": sheet.months_high,
        "start_day": ibis.ifelse(one_day, sheet.start_first, ibis.null("int32")),
    }


def _asked(sheet: ibis.Table, rule: Rule) -> Expr:
    """Whether the phase of a patient asks a rule."""
    if len(rule.phases) > 1:
        return ibis.literal(True)
    return sheet.on if rule.phases == (ON_THERAPY,) else ~sheet.on


def _need(made: Sheet, sheet: ibis.Table, number: int) -> Expr:
    """What a question of a rule needs, where every condition above it is open too on one way to it."""
    rule, leaf, paths = made.paths[number]
    need = sheet[f"need_{made.asked.every.index(leaf)}"]
    asked = _asked(sheet, rule)
    open_ = either(both([asked, *(made.condition(sheet, node).isnull() for node in path)]) for path in paths)
    return ibis.ifelse(open_, need, 0).cast("int8")


def _opposed(made: Sheet, sheet: ibis.Table, conditions: dict[str, Expr]) -> Expr:
    """Whether two findings that apply say opposite things on one decision; an exception speaks for its rule."""
    said = [one for rule in made.m.rules.values() for one in _said(made, sheet, rule, conditions[rule.id])]
    return either(
        holds & too
        for (decision, says, holds), (other, opposite, too) in combinations(said, 2)
        if decision == other and says != opposite
    )


def _said(made: Sheet, sheet: ibis.Table, rule: Rule, applies: Expr) -> Iterator[tuple[str, str, Expr]]:
    """What a rule says on which decision, and for whom: (decision, what, whether it does)."""
    if rule.advice is None:
        return
    asked = surely(applies) & _asked(sheet, rule)
    special = [surely(made.condition(sheet, exception.when)) for exception in rule.exceptions]
    plain = asked
    for exception, holds in zip(rule.exceptions, special, strict=True):
        plain &= ~holds
        if exception.says:
            yield rule.advice.decision, exception.says, asked & holds
    yield rule.advice.decision, rule.advice.says, plain


def _verdict(made: Sheet, sheet: ibis.Table, conditions: dict[str, Expr], expired: bool) -> Expr:
    """As of `reviewer._verdict`: go is impossible while a critical question is open."""
    rules = list(made.m.rules.values())

    def some(severity: str, holds: Callable[[Expr], Expr]) -> Expr:
        return either(_asked(sheet, one) & holds(conditions[one.id]) for one in rules if one.severity == severity)

    def unknown(told: Expr) -> Expr:
        return told.isnull()

    asked = either(_asked(sheet, rule) for rule in rules)
    return ibis.cases(
        (some("critical", surely), "stop"),
        (some("critical", unknown) | _opposed(made, sheet, conditions) | ~asked, "cannot-tell"),
        (some("warning", surely) | some("warning", unknown) | ibis.literal(expired), "caution"),
        else_="go",
    )
