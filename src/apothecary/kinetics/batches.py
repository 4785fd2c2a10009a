"""Exposure of as many patients as wanted, batch by batch: a function from Arrow record batches to record batches.

Needs pyarrow and NumPy. Any engine that hands Arrow batches to a function can run it; `spark` shows one. Each patient
stands alone, so the answer does not depend on how patients are spread over batches.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

import msgspec
import numpy as np
import pyarrow as pa

from apothecary.kinetics.amounts import Patient
from apothecary.kinetics.blocks import some_of
from apothecary.kinetics.course import Dose, checked
from apothecary.kinetics.domain import refuse_outside
from apothecary.kinetics.errors import KineticsError
from apothecary.kinetics.individual import Individual
from apothecary.kinetics.measures import at_steady_state, measure
from apothecary.kinetics.namespace import Array
from apothecary.kinetics.parameters import Covariates, individual, needed, quantity
from apothecary.kinetics.virtual import Cohort, Empirical, virtual_patients
from apothecary.knowledge.kinetics import COVARIATE_UNITS, Covariate, Model

COLUMNS: Final[dict[Covariate, str]] = {
    "age": "age_a", "weight": "weight_kg", "creatinine-clearance": "creatinine_clearance_mL_min",
}  # fmt: skip
MEASURES: Final = {
    "average_mg_L": "average", "maximum_mg_L": "maximum", "time_of_maximum_h": "time_of_maximum_h",
    "trough_mg_L": "trough", "auc_mg_h_L": "auc", "time_above_h": "time_above_h",
}  # fmt: skip
_BLOCK: Final = 8192  # patients at a time: their numbers stay in the cache
_Take = Callable[[Any], Patient]


class Virtual(msgspec.Struct, frozen=True):
    """Patients drawn from a seed instead of read: patient number n is the same in every batch and on every machine."""

    cohort: Cohort | Empirical
    seed: int


class Task(msgspec.Struct, frozen=True):
    """What to work out for every patient: one model, one regimen, one window.

    `doses` are those of the `hours` of one cycle repeated without end or, with `steady_state` False, of a whole course;
    their amounts are in mg, or with `per_kg` in mg per kilogram. `above` is a concentration in mg/L. Patients are rows
    with covariates and get the typical parameters, or are `virtual`; these differ at steady state between subjects but
    not between occasions. KineticsError for a task that fits no patient.
    """

    model: Model
    doses: tuple[Dose, ...]
    hours: float
    steady_state: bool = True
    above: float | None = None
    per_kg: bool = False
    virtual: Virtual | None = None

    def __post_init__(self) -> None:
        if not (math.isfinite(self.hours) and self.hours > 0):
            raise KineticsError("regimen", f"The window lasts {self.hours:g} h; give a time above zero, such as 24 h.")
        late = [dose for dose in checked(self.doses) if dose.time_h >= self.hours]
        if late:
            message = f"A dose at {late[0].time_h:g} h lies outside the {self.hours:g} h of the window; make it longer."
            raise KineticsError("regimen", message)
        if self.above is not None and not self.above > 0:
            raise KineticsError("level", f"The level is {self.above:g} mg/L; give a concentration above zero.")
        refuse_outside(self.model, Covariates(), [dose.route for dose in self.doses])

    @property
    def key(self) -> str:
        """The column that names a patient: `index` (0, 1, 2 …) for virtual ones, `id` (of any type) for others."""
        return "id" if self.virtual is None else "index"


def schema(task: Task, key: pa.DataType) -> pa.Schema:
    """The columns of the answer: the patient, the measures, warnings, and the reason where there are no measures."""
    numbers = [pa.field(name, pa.float64()) for name in MEASURES]
    return pa.schema([pa.field(task.key, key), *numbers, ("warnings", pa.string()), ("reason", pa.string())])


def exposure(batches: Iterable[pa.RecordBatch], task: Task) -> Iterator[pa.RecordBatch]:
    """One row a patient, in the order given: the measures, or null and the `reason` why there are none.

    Columns read: that of the task's `key` and, for real patients, `age_a` (years), `weight_kg`,
    `creatinine_clearance_mL_min` and `on_dialysis`; null or not a number is not known. `on_dialysis` may be left out
    where nobody is on dialysis. Others are ignored. `warnings` holds what the domain of the model says of a patient.
    KineticsError for a table without a column that the task needs.
    """
    for batch in batches:
        for low in range(0, batch.num_rows, _BLOCK):
            yield _answer(batch.slice(low, _BLOCK), task)


def _answer(batch: pa.RecordBatch, task: Task) -> pa.RecordBatch:
    key = _column(batch, task, task.key)
    count = batch.num_rows
    numbers = {name: np.full(count, np.nan) for name in MEASURES}
    warnings: list[str | None] = [None] * count
    reasons: list[str | None] = [None] * count
    for rows, patients in _groups(batch, task, reasons):
        patients.work_out(task, rows, numbers, warnings, reasons)
    found = np.asarray([reason is not None for reason in reasons])
    missing = {
        name: np.ones(count, bool) if name == "time_above_h" and task.above is None else found for name in MEASURES
    }
    columns = [pa.array(numbers[name], pa.float64(), mask=missing[name]) for name in MEASURES]
    texts = [pa.array(warnings, pa.string()), pa.array(reasons, pa.string())]
    return pa.RecordBatch.from_arrays([key, *columns, *texts], schema=schema(task, key.type))


class _Patients(msgspec.Struct, frozen=True):
    """Patients of one batch who are all on dialysis or all not: their covariates (NaN: not known), their parameters."""

    known: dict[Covariate, Array]
    on_dialysis: bool
    take: _Take

    def work_out(
        self,
        task: Task,
        rows: Array,
        numbers: dict[str, Array],
        warnings: list[str | None],
        reasons: list[str | None],
    ) -> None:
        """Fills in the answer; patient number n of these stands in row rows[n] of the batch."""
        good = self._clear(task)
        said: dict[tuple[float | None, ...], tuple[str, ...]] = {}
        for place in np.flatnonzero(~good).tolist():
            one = self._one(place)
            try:
                values = (one.age, one.weight, one.creatinine_clearance)
                if values not in said:
                    said[values] = self._checked(task, one)
                good[place], warnings[rows[place]] = True, " ".join(said[values]) or None
            except KineticsError as error:
                reasons[rows[place]] = error.message
        self._fill(task, np.flatnonzero(good), rows, numbers, reasons)

    def _clear(self, task: Task) -> Array:
        """The patients who are beyond doubt inside every limit; the others are looked at one by one."""
        clear = np.ones(len(self.known["weight"]), dtype=bool)
        for name in _asked(task, self.on_dialysis):
            clear &= np.isfinite(self.known[name]) & (self.known[name] > 0)
        for limit in task.model.domain:
            covariate, unit = self.known[limit.quantity], COVARIATE_UNITS[limit.quantity]
            clear &= np.isfinite(covariate)
            if limit.low is not None:
                clear &= covariate >= quantity(limit.low.value, limit.low.unit, unit)
            if limit.high is not None:
                clear &= covariate <= quantity(limit.high.value, limit.high.unit, unit)
        return clear

    def _one(self, place: int) -> Covariates:
        found = {name: float(values[place]) for name, values in self.known.items()}
        age, weight, clearance = (None if math.isnan(value) else value for value in found.values())
        return Covariates(age, weight, clearance, self.on_dialysis)

    def _checked(self, task: Task, one: Covariates) -> tuple[str, ...]:
        """The warnings for one patient; KineticsError where there is no answer."""
        warnings = refuse_outside(task.model, one, ())
        individual(task.model, one)
        if task.per_kg and not (one.weight is not None and 0 < one.weight < math.inf):
            message = "The weight is not known, and the dose is per kilogram; nothing is assumed for it."
            raise KineticsError("missing-covariate", message)
        return warnings

    def _fill(
        self, task: Task, places: Array, rows: Array, numbers: dict[str, Array], reasons: list[str | None]
    ) -> None:
        """The measures of some patients; where that fails, those of each half, so that one patient costs no other."""
        if not len(places):
            return
        try:
            with np.errstate(all="ignore"):  # what is not a number is refused
                found = _measured(task, self.take(places), self.known["weight"][places])
        except KineticsError as error:
            if len(places) == 1:
                reasons[rows[places[0]]] = error.message
            for half in np.array_split(places, 2) if len(places) > 1 else ():
                self._fill(task, half, rows, numbers, reasons)
            return
        for name, values in found.items():
            numbers[name][rows[places]] = values


def _asked(task: Task, on_dialysis: bool) -> set[Covariate]:
    return {*needed(task.model, on_dialysis), *(("weight",) if task.per_kg else ())}


def _measured(task: Task, patient: Patient, weight: Array) -> dict[str, Array]:
    doses = task.doses
    if task.per_kg:
        doses = tuple(Dose(dose.time_h, dose.amount_mg * weight, dose.route) for dose in doses)
    if task.steady_state and isinstance(patient, Individual):
        measures = at_steady_state(patient, doses, task.hours, task.above)
    else:
        measures = measure(patient, doses, 0.0, task.hours, task.above)
    found = {name: getattr(measures, field) for name, field in MEASURES.items()}
    found = {name: values for name, values in found.items() if values is not None}
    if not all(np.isfinite(values).all() for values in found.values()):
        raise KineticsError("parameter", "The numbers of this patient are too large or too small to compute with.")
    return found


def _groups(batch: pa.RecordBatch, task: Task, reasons: list[str | None]) -> Iterator[tuple[Array, _Patients]]:
    """The patients of a batch who can be worked out together, with their rows."""
    if task.virtual is not None:
        yield from _virtual(batch, task, task.virtual, reasons)
        return
    known = {name: _numbers(batch, task, name) for name in COLUMNS}
    dialysis = np.zeros(batch.num_rows)
    if "on_dialysis" in batch.schema.names:
        dialysis = _as_floats(batch.column("on_dialysis"), "on_dialysis", pa.bool_())
    for row in np.flatnonzero(np.isnan(dialysis)):
        reasons[row] = "Whether the patient is on dialysis is not known; nothing is assumed for it."
    for on_dialysis in (False, True):
        rows = np.flatnonzero(dialysis == on_dialysis)
        if len(rows):
            part = {name: values[rows] for name, values in known.items()}
            yield rows, _Patients(part, on_dialysis, _typical(task.model, part, on_dialysis))


def _typical(model: Model, known: dict[Covariate, Array], on_dialysis: bool) -> _Take:
    def take(places: Array) -> Patient:
        age, weight, clearance = (values[places] for values in known.values())
        return individual(model, Covariates(age, weight, clearance, on_dialysis), like=np.zeros(len(places)))

    return take


def _virtual(
    batch: pa.RecordBatch, task: Task, virtual: Virtual, reasons: list[str | None]
) -> Iterator[tuple[Array, _Patients]]:
    """Runs of patients whose numbers follow each other, so that each run is drawn at once."""
    index = _as_floats(_column(batch, task, "index"), "index", pa.int64())
    good = index >= 0
    for row in np.flatnonzero(~good):
        reasons[row] = "The index of the virtual patient is missing or negative; number patients from 0."
    rows = np.flatnonzero(good)
    rows = rows[np.argsort(index[rows], kind="stable")]
    breaks = np.flatnonzero(np.diff(index[rows]) != 1) + 1
    for run in np.split(rows, breaks) if len(rows) else ():
        hours = 0.0 if task.steady_state else task.hours
        drawn = virtual_patients(task.model, virtual.cohort, len(run), virtual.seed, int(index[run[0]]), hours)
        unknown = np.full(len(run), np.nan)
        found = {name: drawn.covariates.of(name) for name in COLUMNS}
        known = {name: unknown if values is None else values for name, values in found.items()}
        yield run, _Patients(known, virtual.cohort.on_dialysis, partial(some_of, drawn.patient))


def _column(batch: pa.RecordBatch, task: Task, name: str) -> Any:
    if name in batch.schema.names:
        return batch.column(name)
    there = ", ".join(batch.schema.names)
    raise KineticsError("column", f"The table has no column {name}, which {task.model.id} needs; it has {there}.")


def _numbers(batch: pa.RecordBatch, task: Task, name: Covariate) -> Array:
    column = COLUMNS[name]
    everybody = _asked(task, "on_dialysis" in batch.schema.names)
    if column not in batch.schema.names and name not in everybody:
        return np.full(batch.num_rows, np.nan)
    return _as_floats(_column(batch, task, column), column, pa.float64())


def _as_floats(column: Any, name: str, kind: pa.DataType) -> Array:
    """The numbers of a column, not a number where there is none; text is refused rather than read."""
    types = pa.types
    wrong = types.is_string(column.type) or types.is_large_string(column.type)
    if wrong or (types.is_boolean(kind) != types.is_boolean(column.type) and not types.is_null(column.type)):
        raise KineticsError("column", f"The column {name} holds {column.type}; it must hold {kind}.")
    return column.cast(kind).cast(pa.float64()).to_numpy(zero_copy_only=False)
