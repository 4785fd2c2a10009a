"""The counts behind every figure of the report, as tidy rows; one pass over the wide table for each day."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Final

import ibis
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.knowledge import Monograph, Rule
from apothecary.knowledge.schema import PhaseName, Severity
from apothecary.population.facts.schema import STATE
from apothecary.population.findings import (
    APPLIES,
    CODES,
    GROUPS,
    PHASE_OF,
    STATUSES,
    UNKNOWN,
    Leaf,
    lacking,
    need_column,
    number_with,
    rule_column,
    rules_of,
    some,
    use_column,
    whole,
)
from apothecary.population.measures import Measure
from apothecary.population.suppress import BELOW, Row, suppressed
from apothecary.record.facts import SECTIONS

VERDICTS: Final = ("stop", "cannot-tell", "caution", "go")
AGES: Final = (("under 18 years", 0, 215), ("18 to 64 years", 216, 779), ("65 years and over", 780, None))
SEXES: Final = (("female", 1), ("male", 2))
NOT_KNOWN: Final = "not known"
_CARDED: Final[tuple[Severity, ...]] = ("critical", "warning")

SCHEMA: Final = pa.schema(
    [
        ("as_of", pa.date32()), ("measure", pa.string()), ("group", pa.string()), ("item", pa.string()),
        ("status", pa.string()), ("severity", pa.string()), ("export", pa.string()), ("rules", pa.list_(pa.string())),
        ("count", pa.int64()), ("denominator", pa.int64()), ("hidden", pa.string()),
    ]
)  # fmt: skip


class Left(msgspec.Struct, frozen=True):
    """How many patients a day's review leaves out, by reason."""

    dead: int = 0
    not_born: int = 0


class Lines(msgspec.Struct, frozen=True):
    """What was read into the facts: lines of the input, and those set aside by reason."""

    read: int
    rejected: Mapping[str, int] = {}


def summarize(
    wide: ibis.Table,
    leaves: Sequence[Leaf],
    m: Monograph,
    as_of: date,
    *,
    left: Left | None = None,
    measures: Sequence[Measure] = (),
    below: int = BELOW,
) -> pa.Table:
    """All counts of one day, those from 1 to `below` - 1 hidden; `below` 0 hides nothing.

    Rules, uses and verdicts add up to their denominator: the patients of the group of whom the question was asked.
    """
    found = {row["group"]: row for row in _counted(wide, m).to_pylist()}
    missing = _missing(wide, leaves)
    rows = _cohort(found, left or Left(), as_of)
    for group in GROUPS:
        rows += _group(found.get(group, {}), missing.get(group, {}), group, m, measures, as_of)
    return table(suppressed(rows, below))


def table(rows: Sequence[Row]) -> pa.Table:
    """Rows as a table of `SCHEMA`."""
    return pa.Table.from_pylist([msgspec.structs.asdict(row) for row in rows], schema=SCHEMA)


def write_summary(summary: pa.Table, out: Any) -> None:
    """summary.parquet in a folder; NotWritten where that fails."""
    with whole(out / "summary.parquet") as part:
        pq.write_table(summary, part)


def lines(read: Lines, as_of: date) -> pa.Table:
    """What was read, as rows of the summary. Lines are no patients, so none is hidden."""
    total = Row(as_of, "lines", "all", "read", count=read.read, denominator=read.read)
    rejected = [
        Row(as_of, "lines", "all", reason, status="rejected", count=number, denominator=read.read)
        for reason, number in sorted(read.rejected.items())
    ]
    return table([total, *rejected])


def sections(patients: ibis.Table, as_of: date, below: int = BELOW) -> pa.Table:
    """For each export, how many patients' sections were supplied; from the patient table of the facts."""
    asked = [name for name in SECTIONS if name != "patient"]
    counts = {
        f"{name} {state}": patients.count(where=patients[f"state_{name}"] == number)
        for name in asked
        for state, number in STATE.items()
    }
    found = patients.group_by("export").aggregate(patients=patients.count(), **counts).to_pyarrow().to_pylist()
    rows = [
        Row(as_of, "section", "all", name, status=state, export=one["export"], count=one[f"{name} {state}"],
            denominator=one["patients"])
        for one in sorted(found, key=lambda one: one["export"])
        for name in asked
        for state in STATE
    ]  # fmt: skip
    return table(suppressed(rows, below))


# --- what the engine counts ----------------------------------------------------------------------------------------


def _counted(wide: ibis.Table, m: Monograph) -> pa.Table:
    """One row a group with every count by a name of its own."""
    t = wide.mutate(**_flags(wide, m))
    counts: dict[str, Any] = {"patients": t.count()}
    for name, column in _answered(m):
        counts |= {f"{name} {status}": _number(t[column] == n) for n, status in enumerate(STATUSES)}
    counts |= {f"verdict {verdict}": _number(t.verdict == verdict) for verdict in VERDICTS}
    counts |= {f"sex {name}": _number(t.sex == number) for name, number in SEXES}
    for name, low, high in AGES:
        inside = t.age_months_low >= low
        counts[f"age {name}"] = _number(inside if high is None else inside & (t.age_months_high <= high))
    counts |= {f"cards {severity}": t[f"cards_{severity}"].sum() for severity in _CARDED}
    counts |= {f"carded {severity}": _number(t[f"cards_{severity}"] > 0) for severity in _CARDED}
    counts["carded cannot-tell"] = _number(t.cards_open)
    counts["carded any"] = _number(t.cards_open | (t.cards_critical + t.cards_warning > 0))
    return t.group_by("group").aggregate(**counts).to_pyarrow()


def _answered(m: Monograph) -> list[tuple[str, str]]:
    rules = [(f"rule {id_}", rule_column(id_)) for id_ in m.rules]
    return [*rules, *((f"use {id_}", use_column(id_)) for id_ in m.indications)]


def _flags(wide: ibis.Table, m: Monograph) -> dict[str, Any]:
    """How many cards a patient would get: one for each decision that a critical rule or a warning leads to."""
    decided = {rule: decision.id for decision in m.cards.decisions for rule in decision.rules}
    grouped: dict[str, list[Rule]] = {}
    for severity in _CARDED:
        for rule in rules_of(m, severity):
            grouped.setdefault(decided.get(rule.id, f"rule {rule.id}"), []).append(rule)
    critical, warning = [], []
    for rules in grouped.values():
        hard, soft = (
            some(wide[rule_column(rule.id)] == APPLIES for rule in rules if rule.severity == severity)
            for severity in _CARDED
        )
        critical.append(hard.cast("int16"))
        warning.append((soft & ~hard).cast("int16"))
    open_ = [*rules_of(m, "critical"), *rules_of(m, "warning")]
    none = ibis.literal(0, "int16")
    return {
        "cards_critical": sum(critical, start=none).cast("int16"),
        "cards_warning": sum(warning, start=none).cast("int16"),
        "cards_open": number_with(wide, open_, UNKNOWN) > 0,
    }


def _missing(wide: ibis.Table, leaves: Sequence[Leaf]) -> dict[str, dict[tuple[str, str], int]]:
    """By group how many patients lack something, as (what and why, rule); no rule: of any. Zero where nobody does."""
    asked: dict[tuple[str, str], list[Any]] = {}
    for leaf in leaves:
        for why in CODES:
            for rule in ("", *leaf.rules):
                asked.setdefault((lacking(leaf, why), rule), []).append(wide[need_column(leaf)] == why)
    if not asked:
        return {}
    by_rule: dict[str, list[tuple[str, str]]] = {}
    for need, rule in asked:
        by_rule.setdefault(need, []).append((need, rule))
    # a need of one rule alone is counted once
    keys = [key for key in asked if key[1] or len(by_rule[key[0]]) > 2]
    numbers = {f"n{place}": _number(reduce(or_, asked[key])) for place, key in enumerate(keys)}
    found: dict[str, dict[tuple[str, str], int]] = {}
    for one in wide.group_by("group").aggregate(**numbers).to_pyarrow().to_pylist():
        counts = {key: one[f"n{place}"] or 0 for place, key in enumerate(keys)}
        alone = {(need, ""): counts[pairs[-1]] for need, pairs in by_rule.items() if len(pairs) == 2}
        found[one["group"]] = counts | alone
    return found


def _number(holds: Any) -> Any:
    """How many rows there are of which something holds; several times as fast as a filtered count."""
    return holds.cast("int32").sum()


# --- rows ----------------------------------------------------------------------------------------------------------


def _cohort(found: dict[str, Any], left: Left, as_of: date) -> list[Row]:
    """The patients read: those of each group and those not reviewed."""
    numbers: dict[str, int] = {group: found.get(group, {"patients": 0})["patients"] for group in GROUPS}
    numbers |= {"dead": left.dead, "not-born": left.not_born}
    read = sum(numbers.values())
    parts = [Row(as_of, "patients", "all", "read", name, count=n, denominator=read) for name, n in numbers.items()]
    return [Row(as_of, "patients", "all", "read", count=read, denominator=read), *parts]


def _group(
    one: dict[str, Any],
    missing: dict[tuple[str, str], int],
    group: str,
    m: Monograph,
    measures: Sequence[Measure],
    as_of: date,
) -> list[Row]:
    patients = one.get("patients", 0)
    phase: PhaseName = PHASE_OF[group]  # type: ignore[index]  # one of GROUPS

    def row(measure: str, item: str, status: str, count: int | None, of: int = patients, **more: Any) -> Row:
        return Row(as_of, measure, group, item, status, count=count or 0, denominator=of, **more)

    def each(name: str) -> dict[str, int]:
        return {str(status): one.get(f"{name} {status}") or 0 for status in STATUSES}

    rows = []
    for rule in m.rules.values():
        answers = each(f"rule {rule.id}")
        if phase in rule.phases:
            rows += [
                row("rule", rule.id, status, n, sum(answers.values()), severity=rule.severity)
                for status, n in answers.items()
            ]
    rows += [row("use", use, status, n) for use in m.indications for status, n in each(f"use {use}").items()]
    rows += [row("verdict", "", verdict, one.get(f"verdict {verdict}")) for verdict in VERDICTS]
    rows += _rest(row, "sex", [name for name, _ in SEXES], one)
    rows += _rest(row, "age", [name for name, _, _ in AGES], one)
    rows += [row("cards", "cards", "", one.get(f"cards {severity}"), severity=severity) for severity in _CARDED]
    carded = (*_CARDED, "cannot-tell", "any")
    rows += [row("carded", "patients", "", one.get(f"carded {name}"), severity=name) for name in carded]
    for need, count in sorted((need, count) for (need, rule), count in missing.items() if count and not rule):
        fact, _, why = need.rpartition(": ")
        rules = tuple(rule for rule in m.rules if missing.get((need, rule)))
        rows.append(row("missing", fact, why, count, rules=rules))
    for measure in measures:
        if group in measure.groups:
            answers = each(f"rule {measure.rule}")
            done = measure.complete_when
            told = {"complete": answers[done], "incomplete": answers["applies" if done == "clear" else "clear"]}
            told["unknown"] = answers["unknown"]
            rows += [row("completeness", measure.id, status, n, sum(answers.values())) for status, n in told.items()]
    return rows


def _rest(row: Any, measure: str, names: Sequence[str], one: dict[str, Any]) -> list[Row]:
    """Patients by a trait, and those of whom it is not known."""
    numbers = {name: one.get(f"{measure} {name}") or 0 for name in names}
    numbers[NOT_KNOWN] = one.get("patients", 0) - sum(numbers.values())
    return [row(measure, measure, name, number) for name, number in numbers.items()]
