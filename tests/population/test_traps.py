"""What SQL engines get wrong by default, each on both: unknown dropped, the latest skipped, and such."""

import math
from collections.abc import Iterator
from random import Random
from typing import Any

import ibis
import pyarrow as pa
import pytest
from patients import patients, read
from rows import Json
from same import compared, reviewed
from strategies import AS_OF, MADE_UP, asking, drawn, limits, monograph, reviewer

from apothecary import logic
from apothecary.knowledge import Monograph
from apothecary.logic import Interval, compare_interval
from apothecary.logic.interval import Op, round_digits
from apothecary.population.findings import APPLIES, CLEAR, UNKNOWN
from apothecary.population.rules import kleene
from apothecary.population.rules.clearance import over
from apothecary.population.rules.engine import DuckDB, Engine, Spark
from apothecary.record import Record
from apothecary.units import convert
from spark_here import session

pytestmark = pytest.mark.xdist_group("spark")
DRUG = MADE_UP.name
OPS: tuple[Op, ...] = ("below", "at_most", "above", "at_least")


@pytest.fixture(scope="module", params=["duckdb", "pyspark"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    if request.param == "duckdb":
        yield DuckDB(folder)
        return
    with session(folder) as started:
        yield Spark(started, folder / "work")


# --- the small parts ------------------------------------------------------------------------------------------------


def column_of(engine: Engine, table: pa.Table, **expressions: Any) -> list[dict[str, Any]]:
    """The rows of a table with expressions over it, in the order of its column `n`."""
    made = engine.keep("made", expressions.pop("over")(engine.take("given", table)))
    return sorted((row for batch in engine.batches(made) for row in batch.to_pylist()), key=lambda row: row["n"])


def numbers() -> list[float]:
    """Numbers as products make them, and those at the ends of what is rounded."""
    rng = Random(7)
    made = [
        rng.uniform(0.1, 200) * rng.choice((1, 0.85, 72, 0.413, 1e-3, 1e6)) / rng.uniform(0.2, 20) for _ in range(4000)
    ]
    ties = [0.1 * 3, 0.8 / 0.1, 30.000000000001, 29.9999999999995, 1 / 3, 1e-9 / 3, 123456789012.4, 1e15, 2.5e20, 5e-7]
    return [*made, *ties, *(-n for n in ties), 0.0, math.inf, -math.inf]


def test_rounding_is_the_same_to_the_last_bit(engine: Engine) -> None:
    given = numbers()
    table = pa.table({"n": range(len(given)), "x": given})
    rows = column_of(engine, table, over=lambda t: t.mutate(y=kleene.round_digits(t.x)))
    assert [round_digits(x) for x in given] == [row["y"] for row in rows]


def test_a_number_against_a_limit_is_the_same(engine: Engine) -> None:
    ends = (-math.inf, 0.0, 29.0, 30.0, 31.0, math.inf)
    given = [
        Interval(low, high, low_open, high_open)
        for low in ends for high in ends if low <= high for low_open in (False, True) for high_open in (False, True)
    ]  # fmt: skip
    names = ("low", "high", "low_open", "high_open")
    table = pa.table({"n": range(len(given)), **{name: [getattr(one, name) for one in given] for name in names}})

    def over(t: ibis.Table) -> ibis.Table:
        parts = [t[name] for name in names]
        return t.mutate(**{op: kleene.compare(*parts, op, 30.0) for op in OPS})

    said = {"applies": True, "clear": False, "unknown": None}
    rows = column_of(engine, table, over=over)
    for op in OPS:
        assert [said[compare_interval(one, op, 30.0)] for one in given] == [row[op] for row in rows]


def test_unknown_is_neither_dropped_nor_taken_for_no(engine: Engine) -> None:
    told = [True, False, None]
    table = pa.table(
        {"n": range(9), "a": pa.array([a for a in told for _ in told], pa.bool_()), "b": pa.array(told * 3, pa.bool_())}
    )
    rows = column_of(
        engine, table, over=lambda t: t.mutate(every=kleene.both([t.a, t.b]), some=kleene.either([t.a, t.b]), no=~t.a)
    )
    words = {True: logic.Truth.APPLIES, False: logic.Truth.CLEAR, None: logic.Truth.UNKNOWN}
    pairs = [(words[a], words[b]) for a in told for b in told]
    assert [logic.AND[pair] for pair in pairs] == [words[row["every"]] for row in rows]
    assert [logic.OR[pair] for pair in pairs] == [words[row["some"]] for row in rows]
    assert [logic.NOT[a] for a, _ in pairs] == [words[row["no"]] for row in rows]


def test_a_plain_aggregate_would_drop_unknown(engine: Engine) -> None:
    """Why truths become scores over rows: the engine's own "any" of no and unknown is no."""
    table = pa.table({"n": [1, 1, 2, 2], "a": pa.array([False, None, True, None], pa.bool_())})
    rows = column_of(
        engine,
        table,
        over=lambda t: t.group_by("n").aggregate(
            plain=t.a.any(), score=ibis.cases((t.a.isnull(), 1), (t.a, kleene.SURE), else_=0).max()
        ),
    )
    assert [False, True] == [row["plain"] for row in rows]
    assert [1, kleene.SURE] == [row["score"] for row in rows]


# --- whole questions ------------------------------------------------------------------------------------------------


def statuses(engine: Engine, tree: logic.Condition, *records: Record) -> list[int]:
    """The status of one condition for records, on the engine; the reference says the same."""
    reviewer = asking(DRUG, tree)
    assert [] == compared(engine, reviewer, records, AS_OF, "considering").differences
    _, rows = reviewed(engine, reviewer.monograph, records, AS_OF, "considering")
    return [rows[place]["rule_rule-0"] for place in range(len(records))]


def record(*rows: Json, searched: str = "Observation") -> Record:
    """A patient whose results are all there."""
    who = {"resourceType": "Patient", "id": "p1", "birthDate": "1980-05-05", "gender": "female"}
    found = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in rows]}
    found["link"] = [{"relation": "self", "url": f"https://ehr.example/{searched}?patient=p1"}]
    return read([{"resource": who}, {"resource": found}])


def question() -> tuple[str, logic.Compare, float]:
    """A quantity that is only observed, a question about it, and the question's limit in its unit."""
    m = monograph(DRUG)
    for name, seen in m.observations.items():
        low, high = _within(m, seen.plausible, seen.unit)
        for value in limits(DRUG, name) if seen.value_set and not seen.formula and not seen.product_of else ():
            at = convert(m.values[value].value, m.values[value].unit, seen.unit or "")  # type: ignore[arg-type]  # one
            if isinstance(at, float) and low <= at * 0.8 and at * 1.2 <= high:
                return name, logic.Compare(quantity=name, above=value), at
    raise AssertionError("the made-up drug has such a quantity")


def _within(m: Monograph, value: str | None, unit: str | None) -> tuple[float, float]:
    """The plausible limits of a quantity."""
    if value is None:
        return 0.0, math.inf
    ends = m.values[value].value
    assert isinstance(ends, tuple)
    low, high = (convert(end, m.values[value].unit, unit or "") for end in ends)
    assert isinstance(low, float)
    assert isinstance(high, float)
    return low, high


QUANTITY, TREE, LIMIT = question()


def measured(day: str, value: float | None, unit: str = "") -> Json:
    """A result of the quantity, in its own unit if no other is given."""
    m = monograph(DRUG)
    seen = m.observations[QUANTITY]
    entry = next(entry for entry in m.codes if entry.value_set == seen.value_set and entry.match != "name")
    given = {} if value is None else {"valueQuantity": {"value": value, "unit": unit or seen.unit}}
    code = {"coding": [{"system": entry.system, "code": entry.code}]}
    return {"resourceType": "Observation", "status": "final", "effectiveDateTime": day, "code": code, **given}


HIGH, LOW = LIMIT * 1.2, LIMIT * 0.8


def test_the_latest_result_that_cannot_be_read_does_not_give_way_to_an_older_one(engine: Engine) -> None:
    old = measured("2026-06-01", HIGH)
    unread, empty, lower = (measured("2026-06-20", *one) for one in ((HIGH, "furlong"), (None,), (LOW,)))
    found = statuses(engine, TREE, record(old), record(old, unread), record(old, empty), record(old, lower))
    assert [APPLIES, UNKNOWN, APPLIES, CLEAR] == found


def test_a_partial_date_is_every_day_it_may_mean(engine: Engine) -> None:
    high, later = measured("2026-06-01", HIGH), measured("2026-06-02", LOW)
    year = measured("2026", LOW)
    found = statuses(engine, TREE, record(high, year), record(high, later), record(high))
    assert [UNKNOWN, CLEAR, APPLIES] == found


def test_a_division_by_zero_is_no_number_and_no_crash(engine: Engine) -> None:
    table = pa.table({"n": [0, 1, 2], "a": [1.0, 1.0, 0.0], "b": [0.0, 2.0, 4.0]})
    rows = column_of(engine, table, over=lambda t: t.mutate(q=over(t.a, t.b)))
    assert [math.inf, 0.5, 0.0] == [row["q"] for row in rows]


def test_rows_of_several_sets_are_found_without_a_bitwise_aggregate(engine: Engine) -> None:
    m = monograph(DRUG)
    before = len(engine.statements)
    reviewed(engine, m, [record(measured("2026-06-01", HIGH))], AS_OF, None)
    queries = " ".join(query.upper() for _, query in engine.statements[before:])
    assert "MAX(" in queries
    for absent in ("BIT_OR", "BIT_AND", "TRY_CAST", "CURRENT_DATE", "NOW(", "BOOL_OR", "BOOL_AND"):
        assert absent not in queries


def test_generated_patients_come_to_the_same(engine: Engine) -> None:
    some = [patient.read() for patient in drawn(patients(DRUG, crowded=True), 100)]
    some += [patient.read() for patient in drawn(patients(DRUG, whole=True, crowded=True), 100)]
    found = compared(engine, reviewer(DRUG), some, AS_OF, None)
    assert [] == found.differences
    assert {"applies", "clear", "unknown"} <= {status for _, status in found.statuses}
