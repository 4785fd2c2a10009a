"""What one review of one patient works with: the facts of the day, the knowledge, phase and start of therapy."""

from datetime import date
from typing import Any

from apothecary.knowledge import Monograph
from apothecary.knowledge.schema import PhaseName
from apothecary.logic import Interval, Truth
from apothecary.record import Problem, Row, Span
from apothecary.record.facts import SectionName
from apothecary.review.index import Index
from apothecary.review.result import Need, Why
from apothecary.units import Duration, NotEvaluable, add_duration, age_on, factor, parse_duration

LABELS: dict[SectionName, tuple[str, str]] = {
    "patient": ("age and sex", "Supply the patient's date of birth and sex."),
    "condition": ("problem list", "Supply the problem list; say so where there are no known problems."),
    "medication": ("medication list", "Supply all current and past medications; say so where there are none."),
    "observation": ("laboratory results and measurements", "Supply the laboratory results and measurements."),
    "allergy": ("allergies", "Ask about allergies and record them, or that there are no known allergies."),
    "immunization": ("vaccinations", "Supply vaccinations given and planned; say so where there are none."),
    "procedure": ("procedures", "Supply the procedures done; say so where there are none."),
}


_MAY_COUNT = ("current", "uncertain", "unreadable")


class Context:
    """Facts, knowledge, phase; `memo` keeps what was worked out in this review, `constants` what never changes.

    `problems`: what is to be said of using this knowledge on that day.
    """

    def __init__(
        self,
        index: Index,
        monograph: Monograph,
        phase: PhaseName,
        phase_from: str,
        start: Span | None,
        indication: str | None = None,
        constants: dict[Any, Any] | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> None:
        self.index = index
        self.monograph = monograph
        self.phase = phase
        self.phase_from = phase_from
        self.start = start
        self.indication = indication
        self.memo: dict[Any, Any] = {}
        self.kept: list[Any] = []
        self.constants: dict[Any, Any] = {} if constants is None else constants
        self.problems = problems

    def number(self, name: str) -> float:
        """The number of a value that is not a range, in its own unit."""
        value = self.monograph.values[name].value
        if isinstance(value, tuple):
            raise TypeError(f"value {name} is a range")
        return value

    def number_in(self, name: str, unit: str) -> float:
        """The number of a value in another unit; the loader has checked that it converts."""
        key = (name, unit)
        found: float | None = self.constants.get(key)
        if found is None:
            by = factor(self.monograph.values[name].unit, unit)
            if isinstance(by, NotEvaluable):
                raise TypeError(f"value {name}: {by.message}")
            found = self.constants[key] = Interval(self.number(name), self.number(name)).map(by).low
        return found

    def range_in(self, name: str, unit: str) -> tuple[float, float]:
        """The ends of a range in another unit."""
        key = (name, unit, "range")
        found: tuple[float, float] | None = self.constants.get(key)
        if found is None:
            value = self.monograph.values[name]
            by = factor(value.unit, unit)
            if isinstance(by, NotEvaluable) or not isinstance(value.value, tuple):
                raise TypeError(f"value {name} is not a range in {unit}")
            found = self.constants[key] = (value.value[0] * by, value.value[1] * by)
        return found

    def duration(self, name: str) -> Duration:
        """The duration of a value; the loader has checked that it is one."""
        found: Duration | None = self.constants.get(name)
        if found is None:
            parsed = parse_duration(self.number(name), self.monograph.values[name].unit)
            if isinstance(parsed, NotEvaluable):
                raise TypeError(f"value {name}: {parsed.message}")
            found = self.constants[name] = parsed
        return found

    def months(self, name: str) -> int:
        """A value that is an age, in months."""
        return self.duration(name).months

    def first_day(self, within: str) -> date:
        """The first day of the window that ends with the review."""
        key = (self.index.as_of, within)
        found: date | None = self.constants.get(key)
        if found is None:
            found = self.constants[key] = add_duration(self.index.as_of, self.duration(within), -1)
        return found

    def in_window(self, when: Span | None, within: str | None) -> Truth:
        """Whether a date lies in a window that ends with the review; a partial date may leave it unknown."""
        if within is None:
            return Truth.APPLIES
        if when is None:
            return Truth.UNKNOWN
        first = self.first_day(within)
        if when.start >= first:
            return Truth.APPLIES
        return Truth.CLEAR if when.end < first else Truth.UNKNOWN

    def after_start(self, when: Span | None) -> Truth:
        """Whether something happened on or after the day the therapy started."""
        if when is None or self.start is None:
            return Truth.UNKNOWN
        if when.start >= self.start.end:
            return Truth.APPLIES
        return Truth.CLEAR if when.end < self.start.start else Truth.UNKNOWN

    def age_months(self) -> Interval | None:
        """Completed months of age on the day of the review, a range when the date of birth is partial; or None."""
        if "age-months" not in self.memo:
            self.memo["age-months"] = self._months_old()
        found: Interval | None = self.memo["age-months"]
        return found

    def _months_old(self) -> Interval | None:
        patient, today = self.index.record.patient, self.index.as_of
        if patient.birth is not None:
            low, high = age_on(patient.birth.end, today), age_on(patient.birth.start, today)
            return Interval(max(0, low), high) if high >= 0 else None
        if patient.age is None:
            return None
        value, unit = patient.age
        duration = parse_duration(value, unit)
        if isinstance(duration, NotEvaluable):
            return None
        if duration.months:  # an age in years lasts until the next birthday
            return Interval(duration.months, duration.months + (11 if duration.months == 12 * value else 0))
        return Interval(duration.days // 31, duration.days // 28)

    def adult(self) -> Truth:
        """Whether the patient has reached the adult age of the policy."""
        months = self.age_months()
        if months is None:
            return Truth.UNKNOWN
        limit = self.months("adult-age")
        if months.low >= limit:
            return Truth.APPLIES
        return Truth.CLEAR if months.high < limit else Truth.UNKNOWN

    def opaque_row(self, section: SectionName) -> Row | None:
        """A row that may be anything: neither text nor a code of a known system says what it is."""
        for hit in self.index.opaque.get(section, ()):
            if hit.standing in _MAY_COUNT and self.index.may_belong(hit.row, ""):
                return hit.row
        return None

    def absent(self, section: SectionName, fact: str, how: str) -> Need:
        """What is needed when a fact was not found: its whole section when that was not supplied."""
        state = self.index.section(section)
        if state.state == "supplied":
            opaque = self.opaque_row(section)
            if opaque is None:
                return Need(fact, "missing", how)
            return Need(fact, "unreadable", f"{opaque.source} does not say what it is, so it may be this. {how}")
        label, ask = LABELS[section]
        why: Why = "unreadable" if state.state == "unreadable" else "not-supplied"
        said = f"{state.reason[0].upper()}{state.reason[1:]}. " if state.reason else ""
        if section in ("observation", "patient"):  # several facts live there: name the one that is asked for
            return Need(fact, why, f"{said}{how}")
        return Need(label, why, f"{said}{ask}")
