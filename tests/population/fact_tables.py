"""What the facts of a record say on a day, to be compared with what the review says on it."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from strategies import AS_OF, monograph, reviewer

from apothecary.knowledge import Match
from apothecary.logic import Interval
from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import Asked, asked
from apothecary.population.facts.rows import day_number
from apothecary.population.facts.tables import Maker
from apothecary.record import Record, Row, Span
from apothecary.record.dates import moment_key, parse_span
from apothecary.record.facts import Answer, SectionName
from apothecary.review.answers import as_test
from apothecary.review.context import Context
from apothecary.review.index import Index
from apothecary.review.observed import results, value_of

Facts = dict[str, list[dict[str, Any]]]
STANDINGS = {number: name for name, number in s.STANDING.items()}
DAYS = tuple(AS_OF + timedelta(days) for days in (-20000, -800, -366, -200, -30, -1, 0, 1, 30, 185, 400))
MAY_COUNT = ("current", "uncertain", "unreadable")

RESULT = Row(
    "Observation/1", "Observation", (), ("absolute neutrophil count",), "current", "final", parse_span("2026-06-01"),
    answer=Answer(Interval(3, 3), "10*3/uL"),
)  # fmt: skip


def tables(drug: str, record: Record, day: date | None = None) -> Facts:
    m = monograph(drug)
    maker = Maker(m, asked(m))
    maker.add_record(1, record, "one", day)
    return {name: table.to_pylist() for name, table in maker.tables().items()}


def on(row: dict[str, Any], day: date) -> str | None:
    """What a row of a table is on a day, as a query works it out."""
    number, standing = day_number(day), STANDINGS[row["standing"]]
    if row["from_day"] is not None and row["from_day"] > number:
        return None
    if row.get("until_end") is not None and row["until_end"] < number and standing in ("current", "uncertain"):
        return "history"
    if row.get("until_start") is not None and row["until_start"] > number and standing == "history":
        return "current"
    return standing


def names(asking: Asked, section: SectionName, row: dict[str, Any], kind: str) -> list[str]:
    """The value sets whose bit is set."""
    bits = asking.bits[section].items()
    return [id_ for id_, bit in bits if row[f"{kind}_{bit // s.BITS}"] >> bit % s.BITS & 1]


def days(span: Span | None) -> tuple[int | None, int | None]:
    return (None, None) if span is None else (day_number(span.start), day_number(span.end))


def check_rows(drug: str, record: Record, facts: Facts, day: date) -> None:
    index = Index(record, reviewer(drug).matcher, day)
    asking = asked(monograph(drug))
    expected: Counter[Any] = Counter()
    actual: Counter[Any] = Counter()
    for section, bits in asking.bits.items():
        for id_ in bits:
            for hit in index.hits(section, id_):
                coarse = hit.match is Match.COARSE
                expected[section, id_, coarse, False, hit.row.source, hit.standing, *days(index.when(hit.row))] += 1
            for hit in index.opaque.get(section, ()):
                if index.may_belong(hit.row, id_):
                    expected[section, id_, True, True, hit.row.source, hit.standing, *days(index.when(hit.row))] += 1
        for row in facts["row"]:
            standing = on(row, day)
            if row["section"] == s.SECTION[section] and standing is not None:
                for kind in ("sure", "coarse"):
                    for id_ in names(asking, section, row, kind):
                        what = (section, id_, kind == "coarse", row["opaque"], row["source"], standing)
                        actual[*what, row["start"], row["end"]] += 1
    assert expected == actual


def check_results(drug: str, record: Record, facts: Facts, day: date) -> None:
    m = monograph(drug)
    index = Index(record, reviewer(drug).matcher, day)
    ctx = Context(index, m, "considering", "", None)
    expected: Counter[Any] = Counter()
    for number, (name, seen) in enumerate((n, seen) for n, seen in m.observations.items() if seen.value_set):
        for row in results(ctx, seen.value_set):
            value, test = value_of(ctx, seen, row), as_test(ctx, name, row)
            ends = (
                (value.low, value.high, value.low_open, value.high_open) if isinstance(value, Interval) else (None,) * 4
            )
            answer = None if test.answer is None else list(seen.answers).index(test.answer)
            text = test.evidence.value
            moment = moment_key(row.moment) if row.moment else None
            expected[number, False, row.source, text, moment, *days(index.when(row)), *ends, answer, test.doubtful] += 1
        for hit in index.opaque.get("observation", ()):
            if hit.standing in MAY_COUNT and index.may_belong(hit.row, seen.value_set or ""):
                expected[number, True, hit.row.source, *days(index.when(hit.row))] += 1
    for hit in index.opaque.get("observation", ()):
        if hit.standing in MAY_COUNT and index.may_belong(hit.row, ""):
            expected[s.ANYTHING, True, hit.row.source, *days(index.when(hit.row))] += 1
    actual: Counter[Any] = Counter()
    for one in facts["result"]:
        if on(one, day) is not None:
            what = (one["observation"], one["opaque"], one["source"])
            said = ("text", "moment", "start", "end", "low", "high", "low_open", "high_open", "answer", "doubtful")
            actual[*what, *(one[name] for name in (("start", "end") if one["opaque"] else said))] += 1
    assert expected == actual
    maybe = [one for one in facts["result"] if one["observation"] == s.ANYTHING and on(one, day) is not None]
    assert (ctx.opaque_row("observation") is not None) is bool(maybe)
