"""Exposure of many patients from Arrow batches: one row a patient, whatever is wrong with some of them."""

import math
from typing import Any

import msgspec
import pyarrow as pa
import pytest

from apothecary.kinetics import Covariates, Dose, KineticsError, Measures, at_steady_state, individual, measure
from apothecary.kinetics.batches import MEASURES, Task, Virtual, exposure
from apothecary.kinetics.virtual import Cohort, Empirical, Uniform, virtual_patients
from support import made_up

ADULTS, KIDNEYS = made_up().models["adults"], made_up().models["kidneys"]
DOSES = (Dose(0.0, 120.0), Dose(24.0, 60.0, "intravenous"))
STEADY = Task(ADULTS, DOSES, 672.0, above=10.0)
SPREAD = Cohort(age=Uniform(20, 60), weight=Uniform(50, 110), creatinine_clearance=100.0)
DRAWN = msgspec.structs.replace(STEADY, virtual=Virtual(SPREAD, 7))
ADULT = {"id": "a", "age_a": 40.0, "weight_kg": 70.0, "creatinine_clearance_mL_min": 100.0}


def batch(*rows: dict[str, Any]) -> pa.RecordBatch:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pa.RecordBatch.from_pylist([{name: row.get(name) for name in names} for row in rows])


def answers(task: Task, *batches: pa.RecordBatch) -> list[dict[str, Any]]:
    return [row for found in exposure(batches, task) for row in found.to_pylist()]


def measured(row: dict[str, Any]) -> list[float]:
    return [row[name] for name in MEASURES]


def fields(measures: Measures) -> list[float]:
    return [getattr(measures, field) for field in MEASURES.values()]


# --- the same answer as for one patient -----------------------------------------------------------------------------


@pytest.mark.parametrize("steady_state", [True, False])
@pytest.mark.parametrize("weight", [45.0, 70.0, 120.0])
def test_a_row_is_the_answer_for_one_patient(steady_state: bool, weight: float) -> None:
    task = msgspec.structs.replace(STEADY, steady_state=steady_state)
    patient = individual(ADULTS, Covariates(weight=weight))
    one = at_steady_state(patient, DOSES, 672.0, 10.0) if steady_state else measure(patient, DOSES, 0.0, 672.0, 10.0)
    rows = [{**ADULT, "weight_kg": other} for other in (52.0, weight, 99.0)]
    assert fields(one) == pytest.approx(measured(answers(task, batch(*rows))[1]), rel=1e-12)


def test_a_dose_per_kilogram_is_that_of_each_patient() -> None:
    task = msgspec.structs.replace(STEADY, doses=(Dose(0.0, 2.0),), per_kg=True)
    rows = answers(task, batch(*({**ADULT, "weight_kg": weight} for weight in (50.0, 90.0))))
    for weight, row in zip((50.0, 90.0), rows, strict=True):
        one = at_steady_state(individual(ADULTS, Covariates(weight=weight)), [Dose(0.0, 2.0 * weight)], 672.0, 10.0)
        assert fields(one) == pytest.approx(measured(row), rel=1e-12)


def test_patients_on_dialysis_stand_beside_others() -> None:
    task = msgspec.structs.replace(STEADY, model=KIDNEYS, doses=DOSES[:1])
    rows = [{**ADULT, "id": n, "on_dialysis": flag} for n, flag in enumerate((True, False, None, True))]
    rows[3]["creatinine_clearance_mL_min"] = None
    found = answers(task, batch(*rows))
    typical = [individual(KIDNEYS, Covariates(40.0, 70.0, 100.0, flag)) for flag in (True, False)]
    expected = [at_steady_state(one, DOSES[:1], 672.0).average for one in typical]
    assert [*expected, None, expected[0]] == [
        x and pytest.approx(x, rel=1e-12) for x in (r["average_mg_L"] for r in found)
    ]
    assert [0, 1, 2, 3] == [row["id"] for row in found]
    assert "on dialysis is not known" in found[2]["reason"]


@pytest.mark.parametrize("steady_state", [True, False])
def test_virtual_patients_are_those_of_the_seed(steady_state: bool) -> None:
    task = msgspec.structs.replace(DRAWN, steady_state=steady_state, hours=1000.0)
    patient: Any = virtual_patients(ADULTS, SPREAD, 6, 7, course_h=0.0 if steady_state else 1000.0).patient
    if steady_state:
        whole = at_steady_state(patient, DOSES, 1000.0, 10.0)
    else:
        whole = measure(patient, DOSES, 0.0, 1000.0, 10.0)
    index = [4, 2, 3, 0, 2]
    rows = answers(task, pa.RecordBatch.from_pydict({"index": index}))
    assert index == [row["index"] for row in rows]
    for row in rows:
        expected = [float(values[row["index"]]) for values in fields(whole)]
        assert expected == pytest.approx(measured(row), rel=1e-12)


def test_real_covariates_can_be_drawn_from() -> None:
    task = msgspec.structs.replace(DRAWN, virtual=Virtual(Empirical(({"age": 40.0, "weight": 70.0},)), 7))
    first, second = answers(task, pa.RecordBatch.from_pydict({"index": [0, 1]}))
    assert first["average_mg_L"] != second["average_mg_L"]


@pytest.mark.parametrize("cuts", [[100], [1, 99], [30, 0, 30, 40]])
def test_the_answer_does_not_depend_on_the_batches(cuts: list[int]) -> None:
    whole = batch(*({**ADULT, "id": n, "weight_kg": 30.0 + n} for n in range(100)))
    pieces, low = [], 0
    for length in cuts:
        pieces.append(whole.slice(low, length))
        low += length
    expected, actual = answers(STEADY, whole), answers(STEADY, *pieces)
    assert [row["id"] for row in expected] == [row["id"] for row in actual]
    for mine, other in zip(expected, actual, strict=True):
        assert measured(mine) == pytest.approx(measured(other), rel=1e-12)
        assert (mine["warnings"], mine["reason"]) == (other["warnings"], other["reason"])


def test_a_long_batch_is_answered_whole() -> None:
    index = pa.RecordBatch.from_pydict({"index": range(20_001)})
    task = msgspec.structs.replace(DRAWN, above=None)
    assert list(range(20_001)) == [row["index"] for row in answers(task, index)]


def test_without_a_level_no_time_above_is_given() -> None:
    row = answers(msgspec.structs.replace(STEADY, above=None), batch(ADULT))[0]
    assert [None] == [row[name] for name in MEASURES if row[name] is None]
    assert row["time_above_h"] is None


# --- nobody is dropped ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("The weight is not known", {"weight_kg": None}),
        ("The weight is not known", {"weight_kg": math.nan}),
        ("The weight is not above zero", {"weight_kg": 0.0}),
        ("The weight is not above zero", {"weight_kg": -70.0}),
        ("The weight is not above zero", {"weight_kg": math.inf}),
        ("made from adults", {"age_a": 17.9}),
        ("healthy kidneys", {"creatinine_clearance_mL_min": 59.0}),
        ("healthy kidneys", {"on_dialysis": True, "creatinine_clearance_mL_min": None}),
        ("The clearance is 0", {"weight_kg": 1e-323}),
        ("too large or too small", {"weight_kg": 1e-300}),
    ],
)
def test_a_patient_without_an_answer_has_a_reason_and_costs_nobody_else_theirs(
    words: str, change: dict[str, Any]
) -> None:
    others = [{**ADULT, "id": n, "on_dialysis": False, "weight_kg": 50.0 + n} for n in range(9)]
    rows = answers(STEADY, batch(*others[:5], {**ADULT, "id": 99, "on_dialysis": False, **change}, *others[5:]))
    assert [0, 1, 2, 3, 4, 99, 5, 6, 7, 8] == [row["id"] for row in rows]
    bad = rows.pop(5)
    assert words in bad["reason"]
    assert [None] * len(MEASURES) == measured(bad)
    expected = answers(STEADY, batch(*others))
    assert [None] * 9 == [row["reason"] for row in rows]
    for mine, other in zip(expected, rows, strict=True):
        assert measured(mine) == pytest.approx(measured(other), rel=1e-12)


@pytest.mark.parametrize(
    ("words", "change"),
    [
        ("the result is an extrapolation", {"weight_kg": 121.0}),
        ("The age is not known", {"age_a": None}),
        ("The creatinine clearance is not known", {"creatinine_clearance_mL_min": None}),
    ],
)
def test_an_answer_comes_with_the_warnings_of_the_model(words: str, change: dict[str, Any]) -> None:
    plain, warned = answers(STEADY, batch(ADULT, {**ADULT, **change}))
    assert plain["warnings"] is None
    assert words in warned["warnings"]
    assert warned["reason"] is None
    assert warned["average_mg_L"] > 0


def test_a_dose_per_kilogram_needs_the_weight_though_the_model_does_not() -> None:
    flat = msgspec.structs.replace(
        ADULTS, covariates=(), domain=(), parameters={**ADULTS.parameters, "volume": KIDNEYS.parameters["volume"]}
    )
    task = msgspec.structs.replace(STEADY, model=flat, per_kg=True)
    heavy, unknown = answers(task, batch({**ADULT, "weight_kg": 70.0}, {**ADULT, "weight_kg": None}))
    assert heavy["reason"] is None
    assert "the dose is per kilogram" in unknown["reason"]


def test_a_virtual_patient_outside_the_domain_has_a_reason() -> None:
    young = msgspec.structs.replace(DRAWN, virtual=Virtual(Cohort(age=Uniform(10, 30), weight=70.0), 7))
    ages = virtual_patients(ADULTS, Cohort(age=Uniform(10, 30), weight=70.0), 50, 7).covariates.age
    rows = answers(young, pa.RecordBatch.from_pydict({"index": range(50)}))
    assert [age >= 18 for age in ages] == [row["reason"] is None for row in rows]
    assert {True, False} == {row["reason"] is None for row in rows}


@pytest.mark.parametrize("index", [None, -1])
def test_a_virtual_patient_without_a_number_has_a_reason(index: int | None) -> None:
    rows = answers(DRAWN, pa.RecordBatch.from_pydict({"index": pa.array([0, index, 1], pa.int64())}))
    assert [None, "missing or negative", None] == [
        row["reason"] and "missing or negative" * ("missing or negative" in row["reason"]) for row in rows
    ]


# --- the table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [pa.int64(), pa.string(), pa.binary(2)], ids=str)
def test_an_id_keeps_its_type(kind: pa.DataType) -> None:
    ids = pa.array([7, 8]) if kind == pa.int64() else pa.array(["p7", "p8"]).cast(kind)
    rest = {name: [value] * 2 for name, value in ADULT.items() if name != "id"}
    found = list(exposure([pa.RecordBatch.from_pydict({"id": ids, **rest})], STEADY))
    assert [ids] == [one.column("id") for one in found]


def test_a_column_that_the_model_does_not_need_may_be_missing() -> None:
    row = answers(STEADY, batch({"id": "a", "age_a": 40.0, "weight_kg": 70.0}))[0]
    assert "creatinine clearance is not known" in row["warnings"]
    assert row["average_mg_L"] > 0


@pytest.mark.parametrize(
    ("words", "task", "table"),
    [
        ("no column id", STEADY, {"weight_kg": [70.0]}),
        ("no column index", DRAWN, {"id": [1]}),
        ("no column weight_kg.*it has id, weight", STEADY, {"id": [1], "weight": [70.0]}),
        ("weight_kg holds string", STEADY, {"id": [1], "weight_kg": ["70"]}),
        ("weight_kg holds bool", STEADY, {"id": [1], "weight_kg": [True]}),
        ("on_dialysis holds double", STEADY, {"id": [1], "weight_kg": [70.0], "on_dialysis": [0.5]}),
    ],
)
def test_a_table_that_cannot_be_read_is_refused(words: str, task: Task, table: dict[str, Any]) -> None:
    with pytest.raises(KineticsError, match=words) as error:
        list(exposure([pa.RecordBatch.from_pydict(table)], task))
    assert "column" == error.value.code


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("regimen", {"hours": 0.0}),
        ("regimen", {"hours": math.inf}),
        ("regimen", {"hours": 24.0}),
        ("level", {"above": 0.0}),
        ("dose", {"doses": ()}),
        ("dose", {"doses": (Dose(0.0, -1.0),)}),
        ("outside-domain", {"model": KIDNEYS}),
    ],
)
def test_a_task_that_fits_no_patient_is_refused_at_once(code: str, change: dict[str, Any]) -> None:
    with pytest.raises(KineticsError) as error:
        msgspec.structs.replace(STEADY, **change)
    assert code == error.value.code
