"""Steps of orders as facts: with any body weight they come to what the review makes of the order."""

from random import Random
from typing import Any

import msgspec
import pytest
from fact_tables import DAYS, on
from hypothesis import given, settings
from hypothesis import strategies as st
from patients import Patient, patients
from rows import Json
from strategies import AS_OF, DRUGS, SETTINGS, monograph, reviewer

from apothecary import logic
from apothecary.logic import Interval, Truth
from apothecary.logic.interval import round_digits
from apothecary.population.facts import schema as s
from apothecary.population.facts.asked import Asked, asked
from apothecary.population.facts.orders import worked
from apothecary.population.facts.tables import Maker
from apothecary.record import Record, Row
from apothecary.record.dates import parse_span
from apothecary.record.fhir_parts import Dosage
from apothecary.review.context import Context
from apothecary.review.index import Index
from apothecary.review.observed import Known, Open
from apothecary.review.orders import orders
from apothecary.review.orders_asked import each_number, route, unread
from support import order, whole

Facts = list[dict[str, Any]]
Found = tuple[float, float, bool, bool] | None

UNITS = (
    "mg",
    "mg",
    "g",
    "mL",
    "{syringe}",
    "{pen}",
    "mg/kg",
    "mg/kg",
    "mg/kg/d",
    "ug/kg",
    "mg/d",
    "mg/h",
    "tablet",
    None,
)
TEXTS = (
    "100 mg once daily", "1 mg/kg/day", "2 mg/kg every 8 hours", "70 mg every 12 hours", "100 mg/day in 2 doses",
    "1 to 2 mg/kg daily", "100 mg daily as needed, max 200 mg per day", "1 mg/kg daily, max 100 mg per dose",
    "inject 100 mg subcutaneously", "as directed", "rotate sites", "1 syringe bid",
)  # fmt: skip
TIMINGS: tuple[Json | None, ...] = (
    None,
    *({"repeat": {"frequency": 1, "period": n, "periodUnit": "d"}} for n in (1, 1 / 3, 3, 28)),
    {"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}},
    {"repeat": {"frequency": 1, "frequencyMax": 3, "period": 1, "periodUnit": "d"}},
    {"repeat": {"frequency": 1, "period": 1, "periodMax": 2, "periodUnit": "d"}},
    {"repeat": {"dayOfWeek": ["mon", "thu"]}},
    {"repeat": {"count": 1}},
    {"code": {"coding": [{"code": "BID"}]}},
    {"code": {"text": "as the moon changes"}},
)  # fmt: skip
WEIGHTS = (
    None,
    Interval(70, 70),
    Interval(61.3, 61.3),
    Interval(69.9, 70.1, True),
    Interval(9.87, 11),
    Interval(40, 120),
)


def quantity(rng: Random, units: tuple[str | None, ...] = UNITS) -> Json:
    unit = rng.choice(units)
    value = rng.choice((0.5, 1, 1.1, 2, 70, 77, 100, 200, 1 / 3))
    return {
        "value": value,
        **({"unit": unit} if unit else {}),
        **({"code": unit} if unit and rng.random() < 0.3 else {}),
    }


def dosage(rng: Random) -> Json:
    """A dosage in which anything may be missing, stand twice, or contradict something else."""
    one: Json = {"timing": rng.choice(TIMINGS), "asNeededBoolean": rng.choice((None, None, True, "maybe"))}
    if rng.random() < 0.35:
        one["text"] = rng.choice(TEXTS)
    if rng.random() < 0.8:
        amounts = [{"doseQuantity": quantity(rng)} for _ in range(rng.choice((1, 1, 1, 2)))]
        if rng.random() < 0.1:  # a second amount so close that both hold
            first = amounts[0]["doseQuantity"]
            amounts.append({"doseQuantity": {**first, "value": first["value"] * 1.005}})
        if rng.random() < 0.2:
            low = quantity(rng)
            amounts = [{"doseRange": {"low": low, "high": {**low, "value": low["value"] * 2}}}]
        if rng.random() < 0.1:
            amounts = [{"rateQuantity": quantity(rng, ("mg/d", "mg/kg/d", "mg/h", "mg"))}]
        one["doseAndRate"] = amounts
    if rng.random() < 0.2:
        period = {"value": rng.choice((1, 24)), "unit": rng.choice(("d", "h"))}
        one["maxDosePerPeriod"] = {"numerator": quantity(rng, ("mg", "mg/kg", "mg")), "denominator": period}
    if rng.random() < 0.15:
        one["maxDosePerAdministration"] = quantity(rng, ("mg", "mg/kg"))
    if rng.random() < 0.3:
        one["sequence"] = rng.choice((1, 1, 2))
    if rng.random() < 0.6:
        one["route"] = {"text": rng.choice(("subcutaneous", "oral", "intravenous", "nobody knows"))}
    return {name: part for name, part in one.items() if part is not None}


def dosages(seed: int) -> list[Json]:
    rng = Random(seed)
    return [dosage(rng) for _ in range(rng.choice((0, 1, 1, 1, 1, 1, 2, 3)))]


def steps(drug: str, record: Record) -> tuple[Asked, Facts]:
    """The table of steps of a record."""
    m = monograph(drug)
    maker = Maker(m, asked(m))
    maker.add_record(1, record)
    return asked(m), maker.tables()["step"].to_pylist()


def reviewed(drug: str, record: Record, weight: Interval | None) -> Context:
    """The review of the record by somebody of that weight."""
    ctx = reviewer(drug).context(record, AS_OF)
    ctx.memo["number", "weight", None] = Open(()) if weight is None else Known(weight, (), None)
    return ctx


def found(drug: str, row: dict[str, Any], weight: Interval | None) -> Found:
    """What a query works out of a number's row."""
    if row["state"] == s.SINGLY:
        number = worked(asked(monograph(drug)), monograph(drug), row, weight)
        return None if number is None else (number.low, number.high, number.low_open, number.high_open)
    if row["state"] == s.UNKNOWN:
        return None
    assert row["state"] == s.NUMBER, row
    low, high, open_ = row["low"], row["high"], (row["low_open"], row["high_open"])
    if row["weigh"] != s.NO_WEIGHT:
        if weight is None:
            return None
        if row["weigh"] == s.TIMES_WEIGHT:
            low, high = round_digits(low * weight.low), round_digits(high * weight.high)
        else:
            low, high = round_digits(low / weight.high), round_digits(high / weight.low)
        low, high = round_digits(low * row["times_low"]), round_digits(high * row["times_high"])
    return (0 if row["as_needed"] else low, high, *open_)


@settings(SETTINGS, max_examples=600)
@given(st.sampled_from(DRUGS), st.integers(0, 2**32), st.sampled_from(WEIGHTS))
def test_numbers_of_an_order_are_those_of_the_review(drug: str, seed: int, weight: Interval | None) -> None:
    record = whole(order({"text": monograph(drug).drug.name}, dosageInstruction=dosages(seed)))
    asking, facts = steps(drug, record)
    ctx = reviewed(drug, record, weight)
    for number, question in enumerate(asking.questions):
        if question.kind == "number":
            expected = [
                (n.number.low, n.number.high, n.number.low_open, n.number.high_open) if isinstance(n, Known) else None
                for _, n in each_number(ctx, question.quantity)
            ]
            rows = [row for row in facts if row["question"] == number]
            assert expected == [found(drug, row, weight) for row in rows], question.quantity
            assert list(range(len(rows))) == [row["step"] for row in rows]


@settings(SETTINGS, max_examples=300)
@given(
    st.sampled_from(DRUGS),
    st.integers(0, 2**32),
    st.sampled_from(WEIGHTS),
    st.sampled_from(("active", "on-hold", "draft")),
)
def test_routes_and_unread_parts_are_those_of_the_review(
    drug: str, seed: int, weight: Interval | None, status: str
) -> None:
    record = whole(order({"text": monograph(drug).drug.name}, status, dosageInstruction=dosages(seed)))
    asking, facts = steps(drug, record)
    ctx = reviewed(drug, record, weight)
    for number, question in enumerate(asking.questions):
        if question.kind == "number":
            continue
        states = [_state(drug, row, weight) for row in facts if row["question"] == number]
        if question.route is not None:
            assert 1 == len(states)
            doubted = Truth.UNKNOWN if states[0] is Truth.APPLIES and status == "on-hold" else states[0]
            assert route(question.route, ctx).truth is doubted
        else:
            assert question.part
            assert unread(logic.OrderUnread(part=question.part), ctx).truth is logic.any_of(states), question


def _state(drug: str, row: dict[str, Any], weight: Interval | None) -> Truth:
    if row["state"] == s.SINGLY:
        number = worked(asked(monograph(drug)), monograph(drug), row, weight)
        return Truth.UNKNOWN if number is None else Truth.CLEAR
    return {s.CLEAR: Truth.CLEAR, s.APPLIES: Truth.APPLIES, s.UNKNOWN: Truth.UNKNOWN}[row["state"]]


def test_the_dosages_drawn_come_to_every_state_and_way_of_weighing() -> None:
    seen = set()
    for seed in range(400):
        record = whole(order({"text": monograph(DRUGS[1]).drug.name}, dosageInstruction=dosages(seed)))
        asking, facts = steps(DRUGS[1], record)
        seen |= {(asking.questions[row["question"]].kind, row["state"], row["weigh"]) for row in facts}
    no, by, of = s.NO_WEIGHT, s.PER_WEIGHT, s.TIMES_WEIGHT
    assert {
        *(("number", state, no) for state in (s.UNKNOWN, s.NUMBER, s.SINGLY)),
        *(("number", s.NUMBER, weigh) for weigh in (by, of)),
        *(("route", state, no) for state in (s.CLEAR, s.APPLIES, s.UNKNOWN)),
        *(("unread", state, no) for state in (s.CLEAR, s.UNKNOWN, s.SINGLY)),
    } == seen


def test_a_plain_order_of_so_much_a_day_is_never_worked_out_by_itself() -> None:
    daily = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}}
    drug = DRUGS[1]
    for unit in ("mg", "mg/kg", "mg/kg/d"):
        plain = {"doseAndRate": [{"doseQuantity": {"value": 2, "unit": unit}}], "timing": daily}
        record = whole(order({"text": monograph(drug).drug.name}, dosageInstruction=[plain]))
        asking, facts = steps(drug, record)
        numbers = [row for row in facts if asking.questions[row["question"]].kind == "number"]
        assert {s.NUMBER} == {row["state"] for row in numbers}, unit


@settings(SETTINGS, max_examples=200)
@given(st.sampled_from(DRUGS).flatmap(lambda drug: st.tuples(st.just(drug), patients(drug))))
def test_the_orders_under_review_are_those_of_each_day(drawn: tuple[str, Patient]) -> None:
    drug, record = drawn[0], drawn[1].read()
    asking, facts = steps(drug, record)
    every = [row for row in facts if row["question"] == len(asking.questions) - 1 and row["step"] == 0]
    for day in DAYS:
        ctx = Context(Index(record, reviewer(drug).matcher, day), monograph(drug), "considering", "", None)
        rows = [(row, on(row, day)) for row in every]
        rows = [(row, standing) for row, standing in rows if standing not in (None, "history")]
        if any(row["kind"] == s.DRAFT for row, _ in rows):
            rows = [(row, standing) for row, standing in rows if row["kind"] == s.DRAFT]
        if any(row["dosed"] and standing == "current" for row, standing in rows):
            rows = [(row, standing) for row, standing in rows if row["dosed"] or row["kind"] != s.STATEMENT]
        expected = [(order.row.source, order.doubt is not None) for order in orders(ctx).orders]
        doubtful = ("uncertain", "unreadable")
        assert expected == [(row["source"], row["coarse"] or standing in doubtful) for row, standing in rows]


ROW = Row("MedicationRequest/1", "MedicationRequest", (), (monograph(DRUGS[0]).drug.name,), "current", "active")
PLAIN = (Dosage(text="100 mg daily"),)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, {(s.ORDER, "current", True)}),
        ({"dosages": ()}, {(s.ORDER, "current", False)}),
        ({"kind": "MedicationStatement"}, {(s.STATEMENT, "current", True)}),
        ({"kind": "DraftOrder", "standing": "planned"}, {(s.DRAFT, "planned", True)}),
        ({"standing": "uncertain"}, {(s.ORDER, "uncertain", True)}),
        ({"kind": "MedicationAdministration"}, set()),
        ({"kind": "MedicationDispense"}, set()),
        ({"standing": "void"}, set()),
        ({"standing": "history"}, set()),
        ({"standing": "history", "until": parse_span("2027")}, {(s.ORDER, "history", True)}),
        ({"texts": ("something else",)}, set()),
    ],
)
def test_orders_of_the_drug_have_steps(changes: dict[str, Any], expected: set[tuple[int, str, bool]]) -> None:
    m = monograph(DRUGS[0])
    maker = Maker(m, asked(m))
    maker.add(7, "medication", msgspec.structs.replace(ROW, **{"dosages": PLAIN, **changes}))
    rows = maker.tables()["step"].to_pylist()
    standings = {number: name for name, number in s.STANDING.items()}
    assert expected == {(row["kind"], standings[row["standing"]], row["dosed"]) for row in rows}
    assert set(range(len(asked(m).questions)) if expected else ()) == {row["question"] for row in rows}


def test_an_unreadable_order_leaves_every_question_open() -> None:
    m = monograph(DRUGS[0])
    maker = Maker(m, asked(m))
    maker.add(7, "medication", msgspec.structs.replace(ROW, dosages=PLAIN, standing="unreadable"))
    assert {s.UNKNOWN} == set(maker.tables()["step"]["state"].to_pylist())


def test_an_order_of_a_class_that_holds_the_drug_is_coarse() -> None:
    m = monograph(DRUGS[1])
    (code,) = {e.code for e in m.codes if e.value_set == m.drug.value_set and "whocc" in e.system}
    row = msgspec.structs.replace(ROW, texts=(), codes=(("http://www.whocc.no/atc", code[:4]),), dosages=PLAIN)
    maker = Maker(m, asked(m))
    maker.add(7, "medication", row)
    assert {True} == set(maker.tables()["step"]["coarse"].to_pylist())
