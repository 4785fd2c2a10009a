"""The rules of a monograph as queries: every question once, every condition by Kleene's logic over the answers."""

from typing import Final

import ibis

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.population.facts.schema import SEX
from apothecary.population.findings import Leaf
from apothecary.population.rules import monitoring, numbers, order_leaves, row_leaves
from apothecary.population.rules.kleene import WHY, Expr, both, code_of, either, truth
from apothecary.population.rules.number_leaves import NumberAnswers
from apothecary.population.rules.questions import CannotCompile, composite, paths, questions
from apothecary.population.rules.scope import Scope, joined
from apothecary.review.context import LABELS

PASSED_ON: Final = (
    "patient", "id", "export", "sex", "months_low", "months_high", "on", "planned", "start_first", "start_last",
)  # fmt: skip


class Sheet:
    """The answers of every patient as columns, worked out step by step; holds queries, no patient."""

    def __init__(self, scope: Scope, people: ibis.Table) -> None:
        self.scope = scope
        self.m = scope.monograph
        self.asked = questions(self.m)
        self.people = people
        self.paths = paths(self.m)
        self.names = {node: f"condition_{number}" for number, node in enumerate(composite(self.m))}

    def leaves(self) -> tuple[Leaf, ...]:
        """Every question of every rule by number, in the order of `paths`."""
        return tuple(
            Leaf(number, _fact(self.m, leaf), (rule.id,), _section(leaf, leaf in self.asked.orders))
            for number, (rule, leaf, _) in enumerate(self.paths)
        )

    def table(self) -> ibis.Table:
        """For every patient `truth_<n>` and `need_<n>` of every question, and the truth of every condition."""
        scope, asked = self.scope, self.asked
        mine = NumberAnswers(scope, asked)
        told = mine.table(self.people)
        parts = row_leaves.scores(scope, self.people, asked.rows)
        if asked.orders:
            weight = numbers.stored(told, "weight") if "weight" in self.m.observations else None
            parts += order_leaves.scores(scope, self.people, told, asked.orders, weight)
        parts += [monitoring.keep_overdue(scope, self.people, self.m.monitoring[plan]) for plan in asked.plans]
        sheet = joined(told, *parts)
        ours = {number: leaf for number, leaf in enumerate(asked.every) if leaf not in mine.leaves}
        found: dict[str, Expr] = {}
        for number, leaf in ours.items():
            if not (isinstance(leaf, logic.Overdue) and self.m.monitoring[leaf.of].indication):
                found[f"truth_{number}"], found[f"need_{number}"] = self._answer(sheet, leaf)
        theirs = [f"{kind}_{asked.every.index(leaf)}" for leaf in mine.leaves for kind in ("truth", "need")]
        late = monitoring.columns([plan for plan in asked.plans if self.m.monitoring[plan].indication])
        sheet = scope.engine.step("questions", sheet.select(*PASSED_ON, *theirs, *late, **found))
        overdue = self._overdue(sheet)
        sheet = scope.engine.step("answers", sheet.mutate(**overdue)) if overdue else sheet
        made = {name: self.condition(sheet, node) for node, name in self.names.items()}
        return scope.engine.step("conditions", sheet.drop(*late).mutate(**made))

    # --- the answer to a question -----------------------------------------------------------------------------------

    def _answer(self, sheet: ibis.Table, leaf: logic.Condition) -> tuple[Expr, Expr]:
        """Its truth, and the code of what it needs where it is unknown."""
        if isinstance(leaf, row_leaves.KINDS):
            return row_leaves.answer(sheet, leaf, self.asked.rows.index(leaf))
        if leaf in self.asked.orders:
            return order_leaves.answer(sheet, self.asked.orders.index(leaf))
        if isinstance(leaf, logic.Overdue):
            return monitoring.overdue(sheet, self.m.monitoring[leaf.of], ibis.literal(True))
        if isinstance(leaf, logic.Started):
            return self._started(sheet, leaf)
        if isinstance(leaf, logic.Sex):
            known = sheet.sex.notnull()
            needs = ibis.ifelse(known, 0, code_of(sheet.absent_person)).cast("int8")
            return truth(known & (sheet.sex == SEX[leaf.equals]).fill_null(False), ~known), needs
        if isinstance(leaf, logic.Phase):
            return sheet.on == (leaf.equals == "on-therapy"), ibis.literal(0, "int8")
        raise CannotCompile(f"{type(leaf).__name__} has no query: write one in population/rules.")

    def _started(self, sheet: ibis.Table, leaf: logic.Started) -> tuple[Expr, Expr]:
        first = self.scope.first_day(leaf.within)
        sure = sheet.on & (sheet.start_first >= first).fill_null(False)
        open_ = sheet.on & ~sure & ~(sheet.start_last < first).fill_null(False)
        return truth(sure, open_), ibis.ifelse(open_, WHY["missing"], 0).cast("int8")

    def _overdue(self, sheet: ibis.Table) -> dict[str, Expr]:
        """The monitoring plans that are for one use."""
        found: dict[str, Expr] = {}
        for number, leaf in enumerate(self.asked.every):
            if isinstance(leaf, logic.Overdue) and (use := self.m.monitoring[leaf.of].indication):
                plan = self.m.monitoring[leaf.of]
                documented = self.condition(sheet, logic.Indication(equals=use))
                found[f"truth_{number}"], found[f"need_{number}"] = monitoring.overdue(sheet, plan, documented)
        return found

    def condition(self, sheet: ibis.Table, node: logic.Condition) -> Expr:
        """The truth of a condition over the answers in the sheet."""
        name = self.names.get(node)
        if name is not None and name in sheet.columns:
            return sheet[name]
        if isinstance(node, logic.All):
            return both(self.condition(sheet, child) for child in node.of)
        if isinstance(node, logic.AnyOf):
            return either(self.condition(sheet, child) for child in node.of)
        if isinstance(node, logic.Not):
            return ~self.condition(sheet, node.of)
        if isinstance(node, logic.Indication):
            return self.condition(sheet, self.m.indications[node.equals].when)
        return sheet[f"truth_{self.asked.every.index(node)}"]


def _section(leaf: logic.Condition, of_order: bool) -> str:
    """What is lacking where the section of a question about rows or orders is not supplied."""
    if of_order:
        return LABELS["medication"][0]
    if not isinstance(leaf, row_leaves.KINDS):
        return ""
    return " or ".join(LABELS[section][0] for section in row_leaves.sections_of(leaf))


def _fact(m: Monograph, leaf: logic.Condition) -> str:
    """What a question asks for, in words."""
    if isinstance(leaf, row_leaves.KINDS):
        return m.value_sets[leaf.set].name
    if isinstance(leaf, logic.Overdue):
        return m.monitoring[leaf.of].name
    if isinstance(leaf, logic.Compare | logic.SourcesDisagree):
        return m.observations[leaf.quantity].name
    if isinstance(leaf, logic.Missing | logic.HasResult):
        return m.observations[leaf.of].name
    if isinstance(leaf, logic.OrderUnread):
        return f"ordered {leaf.part}"
    return {logic.OrderedRoute: "ordered route", logic.Started: "start of therapy"}.get(type(leaf), "sex")
