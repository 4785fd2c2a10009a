"""The facts that answers rest on, one row each: whose, what they are about, what they say, when, from where."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import ibis

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.knowledge.limits import ORDERED_UNITS
from apothecary.population.facts.schema import NUMBER, SECTION, SEX, SINGLY
from apothecary.population.rules import numbers, order_leaves, row_leaves
from apothecary.population.rules.evidence_words import AGE, DAY, MADE, style_of
from apothecary.population.rules.kleene import Expr
from apothecary.population.rules.number_leaves import NumberAnswers
from apothecary.population.rules.numbers import Number
from apothecary.population.rules.questions import CLEARANCE, ROW_KINDS, Questions, below, key_of, questions
from apothecary.population.rules.scope import Scope

# What a fact is about: ("row", question), ("result" or "made", observation), ("order", question), or ("age", "").
Topic = tuple[str, Any]
AGE_, SEX_, START = ("age", ""), ("sex", ""), ("start", "")
COLUMNS: Final = {
    "patient": "int64", "topic": "int32", "text": "string", "style": "int32", "low": "float64", "high": "float64",
    "low_open": "boolean", "high_open": "boolean", "start": "int32", "end": "int32", "source": "string",
}  # fmt: skip
_NAMES: Final = {"age": "age", "sex": "sex", "start": "start of therapy"}


def asking(m: Monograph) -> dict[Topic, list[str]]:
    """What answers may rest on, each with the rules that ask about it."""
    found: dict[Topic, dict[str, None]] = {}
    for rule in m.rules.values():
        for node in (rule.when, *(exception.when for exception in rule.exceptions)):
            for leaf in below(m, node):
                for topic in _topics(m, leaf):
                    found.setdefault(topic, {})[rule.id] = None
    return {topic: list(rules) for topic, rules in found.items()}


def _topics(m: Monograph, leaf: logic.Condition) -> Iterator[Topic]:
    if isinstance(leaf, ROW_KINDS):
        yield "row", leaf
    elif isinstance(leaf, logic.OrderedRoute | logic.OrderUnread):
        yield "order", leaf
    elif isinstance(leaf, logic.Sex):
        yield SEX_
    elif isinstance(leaf, logic.Started):
        yield START
    elif isinstance(leaf, logic.Overdue):
        yield START
        yield from _observed(m, m.monitoring[leaf.of].observation)
    elif isinstance(leaf, logic.Compare | logic.SourcesDisagree):
        name = leaf.quantity
        if m.observations[name].formula in ORDERED_UNITS:
            yield "order", leaf
            yield from _observed(m, "weight")
        else:
            yield from _observed(m, name)
    elif isinstance(leaf, logic.Missing | logic.HasResult):
        yield from _observed(m, leaf.of)


def _observed(m: Monograph, name: str | None) -> Iterator[Topic]:
    """An observation, and those it is made of or checked by."""
    if name is None or name not in m.observations:
        return
    seen = m.observations[name]
    if seen.formula == "age":
        yield AGE_
        return
    yield "result", name
    if seen.product_of is not None:
        yield "made", name
        for part in seen.product_of:
            yield from _observed(m, part)
    if seen.formula == CLEARANCE:
        yield "made", name
        yield AGE_
        for part in ("creatinine", "weight", "height", *seen.cross_check):
            yield from _observed(m, part)


def name_of(m: Monograph, topic: Topic) -> str:
    """What a fact is called, as in the review of one patient."""
    kind, about = topic
    if kind == "row":
        return m.value_sets[about.set].name
    if kind in ("result", "made"):
        return m.observations[about].name
    if kind == "order":
        if isinstance(about, logic.Compare):
            return m.observations[about.quantity].name
        return "ordered route" if isinstance(about, logic.OrderedRoute) else "ordered dose"
    return _NAMES[kind]


def facts(scope: Scope, people: ibis.Table, topics: Mapping[Topic, int]) -> Iterator[ibis.Table]:
    """Tables of facts, each with some of `COLUMNS`; what a column lacks is null."""
    asked = questions(scope.monograph)
    yield from _of_people(people, topics)
    if asked.rows:
        yield _of_rows(scope, people, topics)
    if any(kind == "result" for kind, _ in topics):
        yield _of_results(scope, people, topics)
        told = NumberAnswers(scope, _for_numbers(asked)).numbers(people)
        yield from _made(scope, told, asked, topics)
        if asked.orders:
            weight = numbers.stored(told, "weight") if "weight" in scope.monograph.observations else None
            yield _of_orders(scope, order_leaves.steps_of(scope, people, told, weight), asked, topics)


def _of_people(people: ibis.Table, topics: Mapping[Topic, int]) -> Iterator[ibis.Table]:
    if AGE_ in topics:
        known = people.filter(people.months_low.notnull())
        yield _number(known, topics[AGE_], AGE, known.months_low, known.months_high)
    if START in topics:
        known = people.filter(people.on & people.start_first.notnull())
        yield _number(known, topics[START], DAY, known.start_first, known.start_last)
    known = people.filter(people.sex.notnull())
    if SEX_ in topics:
        word = ibis.cases(*((known.sex == number, name) for name, number in SEX.items()))
        yield known.select("patient", topic=ibis.literal(topics[SEX_], "int32"), text=word)


def _number(known: ibis.Table, topic: int, style: int, low: Expr, high: Expr, **more: Expr) -> ibis.Table:
    no = ibis.literal(False)
    columns = {"low": low, "high": high, "low_open": no, "high_open": no, **more}
    return known.select("patient", topic=ibis.literal(topic, "int32"), style=ibis.literal(style, "int32"), **columns)


def _of_rows(scope: Scope, people: ibis.Table, topics: Mapping[Topic, int]) -> ibis.Table:
    """Every row that counts in a question, or may; a row that does not say what it is could stand everywhere."""
    rows = row_leaves.standing(scope, people)
    rows = rows.filter(~rows.opaque)
    asked = {leaf: number for (kind, leaf), number in topics.items() if kind == "row"}
    ways = {way: f"way_{n}" for n, way in enumerate(dict.fromkeys(map(row_leaves.alike, asked)))}
    judged = {name: row_leaves.judge(scope, rows, way) > 0 for way, name in ways.items()}
    masks = [name for name in rows.columns if name.startswith(("sure_", "coarse_"))]
    rows = scope.engine.keep(
        "rows", rows.select("patient", "section", "text", "start", "end", "source", *masks, **judged)
    )
    cells = []
    for leaf, number in asked.items():
        held = ibis.literal(False)
        for section in row_leaves.sections_of(leaf):
            belongs = scope.member(rows, section, leaf.set, "sure") | scope.member(rows, section, leaf.set, "coarse")
            held |= (rows.section == SECTION[section]) & belongs
        cells.append(ibis.ifelse(held & rows[ways[row_leaves.alike(leaf)]], number, -1).cast("int32"))
    topic = ibis.array(cells).filter(lambda one: one >= 0).unnest()
    return rows.select("patient", "text", "start", "end", "source", topic=topic)


def _of_results(scope: Scope, people: ibis.Table, topics: Mapping[Topic, int]) -> ibis.Table:
    """The results that may be the latest: a number in the observation's unit, else the answer as recorded.

    A test whose answer counts whenever it was shows all of them.
    """
    m, known = scope.monograph, scope.asked.observations
    tests = questions(m).tests
    ever = {known.index(test.of) for test in tests if isinstance(test, logic.HasResult) and test.ever}
    places = {known.index(name): number for (kind, name), number in topics.items() if kind == "result" if name in known}
    rows = numbers.results(scope)
    rows = rows.filter(rows.observation.isin(list(places)) & ~rows.opaque)
    last = rows.group_by(_who=rows.patient, _of=rows.observation).aggregate(_last=rows.start.max())
    some = rows.inner_join(last, [rows.patient == last._who, rows.observation == last._of]).drop("_who", "_of")
    late = some._last.isnull() | some.start.isnull() | (some.end >= some._last)
    some = some.filter(late | some.observation.isin(list(ever)))
    worded = [place for place in places if m.observations[known[place]].answers]
    numeric = some.low.notnull() & ~some.observation.isin(worded)
    styles = [(some.observation == place, style_of(m, known[place])) for place in places]
    return some.select(
        "patient",
        "text",
        "low",
        "high",
        "low_open",
        "high_open",
        "start",
        "end",
        topic=ibis.cases(*((some.observation == place, number) for place, number in places.items())),
        style=ibis.ifelse(numeric, ibis.cases(*styles), ibis.null("int32")),
    )


def _for_numbers(asked: Questions) -> Questions:
    """The numbers without the questions about them."""
    return asked._replace(every=(), tests=())


def _made(scope: Scope, told: ibis.Table, asked: Questions, topics: Mapping[Topic, int]) -> Iterator[ibis.Table]:
    """The numbers made of others, where they are known."""
    m = scope.monograph
    for name, within in asked.numbers:
        seen = m.observations[name]
        if ("made", name) not in topics or not (seen.product_of or seen.formula == CLEARANCE):
            continue
        key = (*key_of(name, within), "estimated") if seen.formula == CLEARANCE else key_of(name, within)
        number: Number = numbers.stored(told, *key)
        known = told.filter(number.known)
        number = numbers.stored(known, *key)
        yield known.select(
            "patient",
            topic=ibis.literal(topics["made", name], "int32"),
            style=ibis.literal(style_of(m, name, MADE), "int32"),
            low=number.low,
            high=number.high,
            low_open=number.low_open,
            high_open=number.high_open,
            start=number.first,
            end=number.last,
        )


def _of_orders(scope: Scope, steps: ibis.Table, asked: Questions, topics: Mapping[Topic, int]) -> ibis.Table:
    """The steps of orders that a question applies to or leaves open: the number asked about, else the words."""
    m = scope.monograph
    leaves = {leaf: topics["order", leaf] for leaf in asked.orders if ("order", leaf) in topics}
    cells, styles = [], []
    for leaf, number in leaves.items():
        mine = steps.question == scope.asked.questions.index(order_leaves.question_of(leaf))
        counts = (order_leaves.score(scope, steps, leaf) > 0) | (mine & (steps.state == SINGLY))
        cells.append(ibis.ifelse(counts, number, -1).cast("int32"))
        if isinstance(leaf, logic.Compare):
            styles.append((mine & (steps.state == NUMBER) & steps.low.notnull(), style_of(m, leaf.quantity)))
    style = ibis.cases(*styles) if styles else ibis.null("int32")
    topic = ibis.array(cells).filter(lambda one: one >= 0).unnest()
    return steps.select("patient", "text", "low", "high", "low_open", "high_open", "source", style=style, topic=topic)
