"""Questions about numbers and tests: first the observed numbers, then clearances made of them, then the answers.

Each step is a narrow table of its own, so that a million patients stay within memory.
"""

from collections.abc import Iterable
from typing import Final

import ibis

from apothecary import logic
from apothecary.population.rules import answers, clearance, numbers
from apothecary.population.rules.clearance import Sources
from apothecary.population.rules.kleene import WHY, Expr, code_of
from apothecary.population.rules.numbers import Number
from apothecary.population.rules.questions import CLEARANCE, Key, Questions, key_of
from apothecary.population.rules.scope import Scope, column, joined
from apothecary.review.result import Why
from apothecary.units import NotEvaluable, factor

_OF_MISSING: Final = ("unread", "until")
_MEASURES: Final[tuple[Key, ...]] = (("weight", None), ("height", None))


class NumberAnswers:
    """The answers to all questions about numbers and tests; holds queries, no patient."""

    def __init__(self, scope: Scope, asked: Questions) -> None:
        self.scope = scope
        self.m = scope.monograph
        self.asked = asked
        self.leaves = [leaf for leaf in asked.every if self._is_mine(leaf)]
        self.made = [key for key in asked.numbers if self._several(key[0])]

    def _is_mine(self, leaf: logic.Condition) -> bool:
        kinds = logic.Compare | logic.SourcesDisagree | logic.Missing | logic.HasResult
        return isinstance(leaf, kinds) and leaf not in self.asked.orders

    def _several(self, name: str) -> bool:
        """Whether a number is made of others."""
        seen = self.m.observations[name]
        return seen.formula == CLEARANCE or seen.product_of is not None

    def _is_made(self, leaf: logic.Condition) -> bool:
        name = str(getattr(leaf, "quantity", "") or getattr(leaf, "of", ""))
        return leaf not in self.asked.tests and self._several(name)

    def table(self, people: ibis.Table) -> ibis.Table:
        """The people with `truth_<n>` and `need_<n>` of every such question, and the body weight for orders."""
        made = self.numbers(people)
        stored = {key_of(*key): numbers.stored(made, *key_of(*key)) for key in self.made}
        late = self._told(made, [leaf for leaf in self.leaves if self._is_made(leaf)], stored)
        early = [name for name in made.columns if name.startswith(("truth_", "need_"))]
        weight = [name for name in (column("weight", field) for field in Number._fields) if name in made.columns]
        found = self.scope.engine.keep("numbers", made.select(*people.columns, *early, *weight, **late))
        self.scope.engine.forget("latest")
        return found

    def numbers(self, people: ibis.Table) -> ibis.Table:
        """The numbers made of others and what they are made of, as of `stored`; the answers about all other numbers."""
        scope, step = self.scope, self.scope.engine.step
        names = self._observations()
        latest = numbers.keep_latest(scope, names)
        some = [answers.score_of(scope, test, key) for test, key in self._scored()]
        parts = [*(numbers.latest_of(scope, latest, name) for name in names), *some]
        sheet = joined(people, *parts)
        plain = {key_of(*key): self._plain(sheet, *key) for key in self.asked.numbers if key not in self.made}
        early = self._told(sheet, [leaf for leaf in self.leaves if not self._is_made(leaf)], plain)
        kept = {key_of(*key): plain[key_of(*key)] for key in self._inputs()}
        for name, within in self.made:
            for part in (name, *(self.m.observations[name].product_of or ())):
                kept[(*key_of(name, within), part)] = numbers.latest(scope, sheet, part, within)
        own = dict.fromkeys(column(name, one) for name, _ in self.made for one in _OF_MISSING)
        columns = {**early, **numbers.columns_for(kept)}
        sheet = step("observed", sheet.select(*people.columns, *own, **columns))
        return step("numbers_made", sheet.mutate(**numbers.columns_for(self._made(sheet))))

    def _scored(self) -> Iterable[tuple[logic.HasResult | logic.Missing, str]]:
        """The tests of which every result counts, with the column of their score."""
        for place, test in enumerate(self.asked.tests):
            if isinstance(test, logic.Missing) or test.ever:
                yield test, column("test", str(place))

    def _observations(self) -> list[str]:
        """The observations whose latest results are asked for, in any way."""
        names = dict.fromkeys(name for name, _ in self.asked.numbers)
        names |= dict.fromkeys(test.of for test in self.asked.tests)
        for name in tuple(names):
            names |= dict.fromkeys(self.m.observations[name].product_of or ())
        return [name for name in names if name in self.scope.asked.observations]

    def _inputs(self) -> list[Key]:
        """The plain numbers that later steps ask for: what clearances are made of, the weight of orders."""
        found: list[Key] = [("weight", None)] if self.asked.orders and "weight" in self.m.observations else []
        for name, within in self.made:
            if self.m.observations[name].formula == CLEARANCE:
                others = self.m.observations[name].cross_check
                found += [*_MEASURES, ("creatinine", within), *((other, None) for other in others)]
        return found

    def _plain(self, sheet: ibis.Table, name: str, within: str | None) -> Number:
        if self.m.observations[name].formula == "age":
            return numbers.age(sheet)
        return numbers.latest(self.scope, sheet, name, within)

    def _made(self, sheet: ibis.Table) -> dict[tuple[str, ...], Number]:
        """The numbers that are made of others: counts of a total and a share, clearances with their estimate."""
        found: dict[tuple[str, ...], Number] = {}
        for name, within in self.made:
            seen, key = self.m.observations[name], key_of(name, within)
            reported = numbers.stored(sheet, *key, name)
            if seen.product_of is not None:
                total, share = (numbers.stored(sheet, *key, part) for part in seen.product_of)
                by = factor(self.m.observations[seen.product_of[0]].unit, seen.unit or "")
                found[key] = reported if isinstance(by, NotEvaluable) else numbers.newer(reported, total, share, by)
                continue
            inputs = (numbers.stored(sheet, *key_of(*one)) for one in (("creatinine", within), *_MEASURES))
            estimated = clearance.estimate(self.scope, sheet, *inputs)
            found[(*key, "estimated")] = estimated
            found[key] = clearance.first_known(reported, estimated)
        return found

    # --- the answers ------------------------------------------------------------------------------------------------

    def _told(
        self, sheet: ibis.Table, leaves: Iterable[logic.Condition], made: dict[tuple[str, ...], Number]
    ) -> dict[str, Expr]:
        found: dict[str, Expr] = {}
        for leaf in leaves:
            number = self.asked.every.index(leaf)
            found[f"truth_{number}"], found[f"need_{number}"] = self._answer(sheet, leaf, made)
        return found

    def _answer(
        self, sheet: ibis.Table, leaf: logic.Condition, made: dict[tuple[str, ...], Number]
    ) -> tuple[Expr, Expr]:
        if leaf in self.asked.tests:
            key = column("test", str(self.asked.tests.index(leaf)))
            if isinstance(leaf, logic.HasResult):
                return answers.result(self.scope, sheet, leaf, key)
            return answers.missing(sheet, key)
        if isinstance(leaf, logic.Missing):
            number = made[key_of(leaf.of, leaf.within)]
            return numbers.missing(self.scope, sheet, leaf.of, leaf.within, number)
        assert isinstance(leaf, logic.Compare | logic.SourcesDisagree), "a question about numbers"
        seen = self.m.observations[leaf.quantity]
        within = leaf.within if isinstance(leaf, logic.Compare) else None
        number = made[key_of(leaf.quantity, within)]
        if isinstance(leaf, logic.SourcesDisagree):
            limit = self.scope.ctx.number_in(leaf.at, seen.unit or "")
            told = clearance.disagree(sheet, self._sources(sheet, leaf.quantity, within), limit)
        else:
            op, name = leaf.relation
            months = seen.formula == "age"
            limit = self.scope.ctx.months(name) if months else self.scope.ctx.number_in(name, seen.unit or "")
            if seen.formula == CLEARANCE:
                told = clearance.compare_sources(self._sources(sheet, leaf.quantity, within), op, limit)
            else:
                told = numbers.against(number, op, limit)
        straddles: Why = "missing" if seen.formula == "age" else "conflicting"
        code = ibis.ifelse(number.known, WHY[straddles], code_of(number.whys))
        return told, ibis.ifelse(told.isnull(), code, 0).cast("int8")

    def _sources(self, sheet: ibis.Table, name: str, within: str | None) -> Sources:
        key = key_of(name, within)
        own = numbers.stored(sheet, *key, name), numbers.stored(sheet, *key, "estimated")
        others = self.m.observations[name].cross_check
        return Sources(own, tuple(numbers.stored(sheet, *key_of(other, None)) for other in others))
