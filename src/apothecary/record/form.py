"""The short form: a record a person types in a minute (YAML or JSON); what is left out is not known.

A name may be given and is not read.
"""

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import yaml

from apothecary.logic import Interval
from apothecary.record.codes import Codes, absent_statement
from apothecary.record.dates import Span, parse_span
from apothecary.record.facts import SECTIONS, Answer, Patient, Record, RecordError, Row, Section, SectionName, Standing
from apothecary.record.fhir_parts import Concept, Dosage

_SYSTEMS = {
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "snomed": "http://snomed.info/sct",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "atc": "http://www.whocc.no/atc",
    "loinc": "http://loinc.org",
    "cvx": "http://hl7.org/fhir/sid/cvx",
    "unii": "http://fdasis.nlm.nih.gov",
}
_LISTS: dict[str, tuple[SectionName, str]] = {
    "conditions": ("condition", "Condition"),
    "medications": ("medication", "MedicationStatement"),
    "allergies": ("allergy", "AllergyIntolerance"),
    "vaccines": ("immunization", "Immunization"),
    "procedures": ("procedure", "Procedure"),
}
_STANDINGS: dict[str, Standing] = {
    "active": "current", "current": "current", "given": "current", "done": "current",
    "stopped": "history", "resolved": "history", "inactive": "history", "past": "history", "completed": "history",
    "planned": "planned", "draft": "planned", "ordered": "planned",
    "suspected": "uncertain", "unconfirmed": "uncertain", "on-hold": "uncertain",
    "refuted": "void", "entered-in-error": "void", "not-taken": "void", "cancelled": "void", "not-given": "void",
}  # fmt: skip
# Questions with a yes or no, as the LOINC observations an EHR would send: (code, yes, no)
_YES_NO = {
    "pregnant": ("82810-3", "LA15173-0", "LA26683-5"),
    "breastfeeding": ("63895-7", "LA29252-6", "LA29253-4"),
}
_MEASURES = {"weight": "29463-7", "height": "8302-2"}
_KEYS = ("id", "name", "age", "birth_date", "sex", *_MEASURES, *_LISTS, "labs", *_YES_NO)
_ITEM_KEYS = {"name", "status", "date", "start", "onset", "end", "route", "dose", "source", *_SYSTEMS}
_NUMBER = re.compile(r"\s*([<>]=?)?\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*(?!\d)(.*)", re.S)
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST, _DEEPEST = 200_000, 20
_NONE = {"none", "no", "nil", "none known"}


def read_form(data: bytes) -> Record:
    """A record from the short form; a key or a value that is not understood is an error that names it."""
    try:
        text = data.decode()
        _check_depth(text)
        form = yaml.load(text, Loader=_Loader)
    except RecordError:
        raise
    except Exception as error:  # the YAML library raises all kinds of errors for tags that do not fit their values
        said = " ".join(str(error).split())[:200].rstrip(".")
        raise RecordError("unreadable", f"The record is neither JSON nor YAML: {said}.") from error
    if not isinstance(form, dict):
        kind = type(form).__name__
        raise _wrong(f"A short form is a list of keys and values; this is a {kind}. Keys: {', '.join(_KEYS)}")
    for key in form:
        if key not in _KEYS:
            raise _wrong(f"The short form has no key {key!r}. Keys: {', '.join(_KEYS)}")
    tables: dict[SectionName, list[Row]] = {}
    sections = {name: Section("not-supplied") for name in SECTIONS}
    if any(form.get(key) is not None for key in ("id", "age", "birth_date", "sex")):
        sections["patient"] = Section("supplied")
    for key, (section, kind) in _LISTS.items():
        if key in form:
            sections[section] = _read_list(form[key], key, section, kind, tables)
    observations = [*_measures(form), *_answers(form)]
    if form.get("labs") is not None:
        sections["observation"] = Section("supplied")
        observations += _labs(form["labs"])
    if observations:
        tables["observation"] = observations
    done = {name: tuple(rows) for name, rows in tables.items()}
    return Record(_patient(form), done, sections, (), "short form", undated_is_current=True)


def _check_depth(text: str) -> None:
    """Refuses what is nested deeper than a person types: the loader would run out of stack."""
    if len(text) > _LONGEST:
        raise _wrong(f"The record is no JSON, and at {len(text)} characters too long for a short form")
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _wrong("The record is nested too deeply to be a short form")


class _Loader(_Base):  # type: ignore[misc]  # the C loader has no types
    """Safe YAML that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [str(key.value) for key, _ in node.value]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} is given twice", node.start_mark)
        result: dict[Any, Any] = super().construct_mapping(node, deep)
        return result


def _patient(form: dict[str, Any]) -> Patient:
    sex = form.get("sex")
    if sex is not None and sex not in ("female", "male", "other", "unknown"):
        raise _wrong(f"sex is {sex!r}; write female, male, other or unknown")
    birth = _span(form.get("birth_date"), "birth_date")
    age: tuple[float, str] | None = None
    if form.get("age") is not None:
        number, unit = _quantity(form["age"], "age")
        if not unit or not number.exact:
            raise _wrong(f"age is {form['age']!r}; write a number with its unit, such as 54 a, 54 years or 18 mo")
        age = (number.low, unit)
    identity = form.get("id")
    return Patient(None if identity is None else str(identity), birth, age, sex if sex in ("female", "male") else None)


def _read_list(value: Any, key: str, section: SectionName, kind: str, tables: dict[SectionName, list[Row]]) -> Section:
    if value is None:
        return Section("not-supplied", f"{key} was left blank")
    if value is False or (isinstance(value, str) and value.casefold().strip() in _NONE):
        return Section("supplied", "stated to be none")
    items = value if isinstance(value, list) else [value]
    rows = [_row(item, f"{key}[{number}]", kind) for number, item in enumerate(items)]
    kept = [row for row in rows if absent_statement(row.codes, row.texts) is None]
    said = [absent_statement(row.codes, row.texts) for row in rows]
    if kept:
        tables[section] = kept
    if section == "allergy" and not kept and (section, True) not in said:
        reason = "an empty allergy list; write `allergies: none` when there are none"
        return Section("not-supplied", reason)
    if any(entry == (section, False) for entry in said) and not kept:
        return Section("not-supplied", "the record says: no information")
    return Section("supplied", by_rows=section == "allergy" and bool(kept))


def _row(item: Any, where: str, kind: str) -> Row:
    if isinstance(item, str) and item.strip():
        return Row(where, kind, (), (item.strip(),), "current", "as typed")
    if not isinstance(item, dict):
        raise _wrong(f"{where} is {item!r}; write a name, or a mapping with name, status, start, end or a code")
    strange = [key for key in item if key not in _ITEM_KEYS]
    if strange:
        raise _wrong(f"{where} has no key {strange[0]!r}. Keys: {', '.join(sorted(_ITEM_KEYS))}")
    codes: Codes = tuple((_SYSTEMS[key], _code(key, item[key])) for key in _SYSTEMS if key in item)
    texts = (str(item["name"]),) if item.get("name") else ()
    if not codes and not texts:
        raise _wrong(f"{where} needs a name or a code")
    status = str(item.get("status", "active")).casefold()
    if status not in _STANDINGS:
        raise _wrong(f"{where} has the status {status!r}. Statuses: {', '.join(_STANDINGS)}")
    when = _span(item.get("start", item.get("onset", item.get("date"))), where)
    route = (str(item["route"]),) if item.get("route") else ()
    until = _span(item.get("end"), where)
    source = str(item.get("source", where))
    if "dose" in item and kind != "MedicationStatement":
        raise _wrong(f"{where} has a dose; only an entry of medications has one")
    dosed = item.get("dose") is not None or (route and kind == "MedicationStatement")
    dosages = (_dosage(item, where),) if dosed else ()
    return Row(source, kind, codes, texts, _STANDINGS[status], status, when, until, route=route, dosages=dosages)


def _dosage(item: dict[str, Any], where: str) -> Dosage:
    dose = item.get("dose")
    if dose is not None and not isinstance(dose, str):
        raise _wrong(f"{where} has the dose {dose!r}; write it in words, such as 100 mg sub-Q once daily")
    return Dosage(route=Concept(text=str(item["route"])) if item.get("route") else None, text=dose)


def _code(key: str, value: Any) -> str:
    """A code as it is written; YAML reads an unquoted CVX code such as 03 as a number and drops its zero."""
    return f"{value:02d}" if key == "cvx" and isinstance(value, int) else str(value).strip()


def _labs(value: Any) -> list[Row]:
    if value is False or value == [] or (isinstance(value, str) and value.casefold() in _NONE):
        return []
    if not isinstance(value, dict):
        raise _wrong("labs is a mapping from the name of a test to its result, such as `ANC: 2500 /mm3`")
    rows: list[Row] = []
    for name, results in value.items():
        for number, result in enumerate(results if isinstance(results, list) else [results]):
            rows.append(_lab(str(name), result, f"labs.{name}" + (f"[{number}]" if number else "")))
    return rows


def _lab(name: str, result: Any, where: str) -> Row:
    when: Span | None = None
    codes: Codes = ()
    if isinstance(result, dict):
        strange = [key for key in result if key not in ("value", "date", "loinc")]
        if strange or "value" not in result:
            raise _wrong(f"{where} takes value, date and loinc, not {', '.join(map(str, strange)) or 'nothing'}")
        when = _span(result.get("date"), where)
        codes = ((_SYSTEMS["loinc"], str(result["loinc"])),) if "loinc" in result else ()
        result = result["value"]
    if isinstance(result, bool):
        answer = Answer(texts=("positive" if result else "negative",))
    elif isinstance(result, int | float) or _NUMBER.fullmatch(str(result)):
        number, unit = _quantity(result, where)
        answer = Answer(number, unit or None)
    else:
        answer = Answer(texts=(str(result),))
    return Row(where, "Observation", codes, (name,), "current", "as typed", when, answer=answer)


def _measures(form: dict[str, Any]) -> list[Row]:
    rows = []
    for key, code in _MEASURES.items():
        if form.get(key) is not None:
            row = _lab(key, form[key], key)
            rows.append(_coded(row, code, row.answer))
    return rows


def _answers(form: dict[str, Any]) -> list[Row]:
    rows = []
    for key, (code, yes, no) in _YES_NO.items():
        value = form.get(key)
        if value is None:
            continue
        said = {"yes": True, "no": False}.get(str(value).casefold(), value)
        if not isinstance(said, bool):
            raise _wrong(f"{key} is {value!r}; write yes or no, or leave it out when it is not known")
        answer = Answer(codes=((_SYSTEMS["loinc"], yes if said else no),), texts=("yes" if said else "no",))
        rows.append(_coded(Row(key, "Observation", (), (key,), "current", "as typed"), code, answer))
    return rows


def _coded(row: Row, code: str, answer: Answer | None) -> Row:
    codes = ((_SYSTEMS["loinc"], code),)
    return Row(row.source, row.kind, codes, row.texts, row.standing, row.status, row.when, answer=answer)


_BOUNDS: dict[str | None, Callable[[float], Interval]] = {
    None: lambda v: Interval(v, v),
    "<": lambda v: Interval(-math.inf, v, high_open=True),
    "<=": lambda v: Interval(-math.inf, v),
    ">": lambda v: Interval(v, math.inf, low_open=True),
    ">=": lambda v: Interval(v, math.inf),
}


def _quantity(value: Any, where: str) -> tuple[Interval, str]:
    match = _NUMBER.fullmatch(str(value)) if not isinstance(value, bool) else None
    if match is None:
        raise _wrong(f"{where} is {value!r}; write a number with its unit, such as 70 kg")
    return _BOUNDS[match[1]](float(match[2].replace(",", ""))), match[3].strip()


def _span(value: Any, where: str) -> Span | None:
    if value is None:
        return None
    text = value.isoformat() if isinstance(value, date | datetime) else str(value)
    span = parse_span(text)
    if span is None:
        raise _wrong(f"{where} has the date {text!r}; write a year, a month or a day, such as 2026-11-22")
    return span


def _wrong(message: str) -> RecordError:
    return RecordError("unreadable", f"{message}.")
