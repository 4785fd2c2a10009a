"""The fields of the page read into answers; what is wrong is said beside the field and everything typed is kept."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from apothecary.record import parse_span
from apothecary.review import Reviewer
from apothecary.service.page.asked import STARTED, Answers, Asked, Result
from apothecary.service.page.measured import Measured, measured, names_of
from apothecary.service.page.striking import without
from apothecary.units import NotEvaluable, parse_duration, parse_unit

LISTS: Final = ("conditions", "medications", "allergies", "vaccines", "procedures")
FREE_ROWS: Final = 3
_NUMBER: Final = re.compile(r"(?:[<>]=?\s*)?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)")
_DOSE: Final = re.compile(r"\d\s*(?:mg|mcg|g|ml)\b", re.I)
_AGE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(\S.*)")
_ONE_NUMBER: Final = "Write one number with a decimal point and no spaces, such as 1.2 or <0.5."


class Form(dict[str, list[str]]):
    """The fields of a form as sent: names to their values in order."""

    @classmethod
    def of(cls, pairs: Mapping[str, Any] | list[tuple[str, Any]]) -> "Form":
        """From the pairs of a request; a file is not a field."""
        found = cls()
        for name, value in pairs.items() if isinstance(pairs, Mapping) else pairs:
            if isinstance(value, str):
                found.setdefault(name, []).append(value)
        return found

    def one(self, name: str) -> str:
        """The first value without blanks around it; empty when the field was not sent."""
        return self[name][0].strip() if self.get(name) else ""

    def firsts(self) -> dict[str, str]:
        """The first value of each field, as it was sent."""
        return {name: values[0] for name, values in self.items() if values}

    def lines(self, name: str) -> list[str]:
        """The lines of a text that hold something."""
        return [line.strip() for line in self.one(name).splitlines() if line.strip()]


class _Reader:
    """Collects answers and, by field, what is wrong."""

    def __init__(self, form: Form, asked: Asked, reviewer: Reviewer) -> None:
        self.form = form
        self.asked = asked
        self.known = measured(reviewer)
        m = reviewer.monograph
        self.drug = m.drug.name
        self.names = {name.casefold() for name in (self.drug, *names_of(m, m.drug.value_set))}
        said = asked.answered()
        self.whole = dict(said.form)
        self.also = dict(said.also)
        self.results = dict(said.results)
        self.start = said.start
        self.struck = said.struck
        self.out: list[str] = []
        self.errors: dict[str, str] = {}

    def read(self) -> Answers:
        self._patient()
        for key in LISTS:
            self._list(key)
        if self.form.one("labs_none"):
            self.whole["labs"] = "none"
        for one in self.known.values():
            self._measured(one)
        for number in range(FREE_ROWS):
            self._free(f"free.{number}")
        self._start()
        for source in self.form.get("entry", ()):
            self._entry(source)
        return without(Answers(self.whole, self.also, self.results, self.start, self.struck), self.out)

    def _patient(self) -> None:
        birth, age, sex = (self.form.one(name) for name in ("birth_date", "age", "sex"))
        if birth:
            span = parse_span(birth)
            if span is None:
                self.errors["birth_date"] = "Write the date as year-month-day, such as 1968-03-02."
            elif span.start > self.asked.as_of:
                self.errors["birth_date"] = f"This is after the day of the review, {self.asked.as_of}."
            else:
                self.whole["birth_date"] = birth
                self.whole.pop("age", None)
        if age:
            found = _AGE.fullmatch(age)
            said = parse_duration(float(found[1]), found[2]) if found else None
            if said is None or isinstance(said, NotEvaluable):
                self.errors["age"] = (
                    "Write whole years, months, weeks or days with the unit, such as 54 years or 18 mo."
                )
            elif not birth:
                self.whole["age"] = age
        if sex in ("female", "male"):
            self.whole["sex"] = sex
        elif sex:
            self.errors["sex"] = "Choose female or male, or leave it as not known."

    def _list(self, key: str) -> None:
        typed, none = self.form.lines(key), bool(self.form.one(f"{key}_none"))
        if typed and none:
            self.errors[key] = "Either write the list or tick that there is nothing else, not both."
            return
        earlier = self.whole.get(key)
        kept = earlier if isinstance(earlier, list) else []
        if typed:
            self.whole[key] = [*kept, *self._rows(key, typed)]
        elif none and not kept:
            self.whole[key] = "none"
        single = self.form.lines(f"add_{key}")
        if single:
            self.also[key] = [*self.also.get(key, ()), *self._rows(key, single)]

    def _rows(self, key: str, lines: list[str]) -> list[str | dict[str, str]]:
        """The lines; one that names the drug of the review with a dose is its order, so that the dose is checked."""
        return [self._order(line) or line for line in lines] if key == "medications" else [*lines]

    def _order(self, line: str) -> dict[str, str]:
        for name in self.names:
            rest = line[len(name) :]
            if line.casefold().startswith(name) and rest[:1] in (" ", ",", ":") and _DOSE.search(rest):
                return {"name": line[: len(name)], "dose": rest.strip(" ,:")}
        return {}

    def _measured(self, one: Measured) -> None:
        field = f"lab.{one.id}"
        value, answer = self.form.one(f"{field}.value"), self.form.one(f"{field}.answer")
        if value and answer:
            self.errors[f"{field}.value"] = "Choose the answer or write the number, not both."
            return
        if not value and not answer:
            return
        when = self._day(f"{field}.date")
        if answer:
            if answer not in one.answers:
                self.errors[f"{field}.answer"] = f"Choose one of: {', '.join(one.answers)}."
            elif when:
                self._result(one.recorded, one.result(one.answers[answer], when))
            return
        unit = self.form.one(f"{field}.unit")
        if not _NUMBER.fullmatch(value):
            self.errors[f"{field}.value"] = _ONE_NUMBER
        elif unit not in [known.code for known in one.units]:
            self.errors[f"{field}.unit"] = "Choose the unit."
        elif when:
            self._result(one.recorded, one.result(f"{value} {unit}", when))

    def _free(self, field: str) -> None:
        name, value, unit = (self.form.one(f"{field}.{part}") for part in ("name", "value", "unit"))
        if not name and not value:
            return
        if not name:
            self.errors[f"{field}.name"] = "Write which test this result is of."
        elif not value:
            self.errors[f"{field}.value"] = "Write the result: a number with its unit, or a word such as negative."
        elif _NUMBER.fullmatch(value) and (not unit or isinstance(parse_unit(unit), NotEvaluable)):
            self.errors[f"{field}.unit"] = "Write the unit of the number, such as mg/dL or 10*9/L."
        else:
            when = self._day(f"{field}.date")
            if when:
                self._result(name, {"value": f"{value} {unit}".strip(), "date": when})

    def _result(self, name: str, result: Result) -> None:
        """Adds a result; one typed anew for the same day takes the place of the first."""
        others = [one for one in self.results.get(name, ()) if one["date"] != result["date"]]
        self.results[name] = [*others, result]

    def _day(self, field: str) -> str:
        """The date of a field, the day of the review when it is empty; empty after an error."""
        typed = self.form.one(field)
        if not typed:
            return self.asked.as_of.isoformat()
        span = parse_span(typed)
        if span is None:
            self.errors[field] = f"Write the date as year-month-day, such as {self.asked.as_of}."
        elif span.start > self.asked.as_of:
            self.errors[field] = f"This is after the day of the review, {self.asked.as_of}."
        else:
            return typed
        return ""

    def _start(self) -> None:
        typed = self.form.one("start")
        if not typed:
            return
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            self.errors["start"] = f"Write the whole date, such as {self.asked.as_of}."
            return
        if day > self.asked.as_of:
            self.errors["start"] = f"This is after the day of the review, {self.asked.as_of}."
        else:
            self.start = typed

    def _entry(self, source: str) -> None:
        """A row of the record that does not hold, or what it is instead; nothing typed leaves it as it is."""
        field = f"entry.{source}"
        instead, dose, route = (self.form.one(f"{field}.{part}") for part in ("instead", "dose", "route"))
        out = bool(self.form.one(f"{field}.out"))
        if out and (instead or dose):
            self.errors[f"{field}.instead"] = "Either leave the entry out or say what it is, not both."
        elif route and not dose:
            self.errors[f"{field}.dose"] = "Write the dose with how often, such as 100 mg once daily."
        elif dose:
            status = {"planned": "planned"}.get(self.form.one(f"{field}.status"), "active")
            row = {"name": self.drug, "dose": dose, "status": status} | ({"route": route} if route else {})
            self._instead(source, "medications", row)
        elif instead:
            key = self.form.one(f"{field}.key")
            if key in LISTS:
                self._instead(source, key, instead)
        elif out:
            self.out.append(source)
            if source == STARTED:
                self.start = ""

    def _instead(self, source: str, key: str, row: str | dict[str, str]) -> None:
        self.out.append(source)
        self.also[key] = [*self.also.get(key, ()), row]


def entered(form: Form, asked: Asked, reviewer: Reviewer) -> tuple[Asked, dict[str, str]]:
    """What is asked once the fields of a form are answered, and by field what is wrong with it."""
    reader = _Reader(form, asked, reviewer)
    answers = reader.read()
    text = "" if answers == Answers() else msgspec.json.encode(answers).decode()
    return msgspec.structs.replace(asked, answers=text), reader.errors
