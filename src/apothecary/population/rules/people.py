"""One row a patient: who is reviewed on that day, in which phase, since when on the drug, with which sections."""

from typing import Final

import ibis
import pyarrow as pa

from apothecary.population.facts.schema import (
    ANYTHING,
    DRAFT,
    GIVEN,
    NOT_SUPPLIED,
    ORDER,
    REQUEST,
    SECTION,
    STANDING,
    STATEMENT,
    SUPPLIED,
    UNREADABLE,
)
from apothecary.population.rules.kleene import SECTION_UNREADABLE, WHY, Expr, bit
from apothecary.population.rules.scope import Scope, day_of, joined
from apothecary.record.facts import SECTIONS
from apothecary.units import age_on

ON_THERAPY: Final = "on-therapy"
_KEPT: Final = (
    "patient", "id", "export", "sex", "months_low", "months_high", "adult", "on", "planned", "start_first",
    "start_last",
)  # fmt: skip


def people(scope: Scope) -> ibis.Table:
    """The patients who are reviewed, with `months_low`, `months_high`, `state_*` and `present_only_*` of the day.

    `on`: on therapy; `planned`: an order of the drug is about to begin; `start_first`, `start_last`: the days on which
    the therapy may have started.
    """
    known = scope.tables.patient
    sheet = _aged(scope, known.filter(~gone(scope.day, known)))
    sheet = sheet.mutate(**_sections(scope, sheet))
    sheet = joined(sheet, _drug(scope), _of_any_kind(scope))
    on = (sheet.on_therapy.fill_null(0) == 1) if scope.phase is None else ibis.literal(scope.phase == ON_THERAPY)
    sheet = sheet.mutate(on=on)
    dated = sheet.on & (sheet.taken > 0) & (sheet.undated == 0)
    earlier = (sheet.state_medication == UNREADABLE) | (sheet.maybe_earlier > 0)
    starts = dated.fill_null(False) & ~earlier.fill_null(False)
    sheet = sheet.mutate(
        planned=sheet.planned.fill_null(0) == 1,
        start_first=ibis.ifelse(starts, sheet.first_start, ibis.null("int32")),
        start_last=ibis.ifelse(starts, sheet.first_end, ibis.null("int32")),
    )
    states = [f"{what}_{name}" for name in SECTIONS for what in ("state", "present_only")]
    return scope.engine.keep("people", sheet.select(*_KEPT, *states, **_lacking(sheet)))


def gone(day: int, known: ibis.Table) -> Expr:
    """Whether a patient is not reviewed: dead, or not born by that day."""
    return dead(day, known) | not_born(day, known)


def dead(day: int, known: ibis.Table) -> Expr:
    """Whether the record says that the patient has died by that day."""
    return (known.dead & (known.death_start.isnull() | (known.death_start <= day))).fill_null(False)


def not_born(day: int, known: ibis.Table) -> Expr:
    """Whether the date of birth lies after that day."""
    return (known.birth_start > day).fill_null(False)


def _aged(scope: Scope, known: ibis.Table) -> ibis.Table:
    """With completed months of age, looked up by the day of birth in a table made by the review's own function."""
    ends = next(scope.engine.batches(known.aggregate(low=known.birth_start.min(), high=known.birth_end.max())))
    low, high = ends.column("low")[0].as_py(), ends.column("high")[0].as_py()
    days = list(range(low, high + 1)) if low is not None else []
    months = [age_on(day_of(number), scope.as_of) for number in days]
    schema = pa.schema([("day", pa.int32()), ("months", pa.int32())])
    ages = scope.take("ages", {"day": days, "months": months}, schema)
    oldest = ages.select(_old=ages.day, high=ages.months)
    youngest = ages.select(_young=ages.day, low=ages.months)
    aged = known.left_join(oldest, known.birth_start == oldest._old)
    aged = aged.left_join(youngest, aged.birth_end == youngest._young).drop("_old", "_young")
    born = aged.birth_start.notnull()
    aged = aged.mutate(
        months_low=ibis.ifelse(born, ibis.greatest(aged.low, 0), aged.age_low),
        months_high=ibis.ifelse(born, aged.high, aged.age_high),
    ).drop("low", "high")
    limit = scope.ctx.months("adult-age") if "adult-age" in scope.monograph.values else 0
    return aged.mutate(
        adult=ibis.cases(
            (aged.months_low.isnull(), ibis.null("boolean")),
            (aged.months_low >= limit, True),
            (aged.months_high < limit, False),
            else_=ibis.null("boolean"),
        )
    )


def _sections(scope: Scope, sheet: ibis.Table) -> dict[str, Expr]:
    """A section that counts as supplied only for its rows was not supplied by a day on which it had none."""
    found: dict[str, Expr] = {}
    for name in SECTIONS:
        later = (sheet[f"by_rows_{name}"] & (sheet[f"first_{name}"] > scope.day)).fill_null(False)
        found[f"state_{name}"] = ibis.ifelse(later, NOT_SUPPLIED, sheet[f"state_{name}"]).cast("int8")
        found[f"present_only_{name}"] = sheet[f"present_only_{name}"] & ~later
    return found


def _lacking(sheet: ibis.Table) -> dict[str, Expr]:
    """What no row of a section means, as a code: `lacking_<section>`, or with `_past` for a question about the past.

    `doubt_<section>`: for a question that does not ask for the section. `absent_result`, `absent_person`: why there is
    no result of an observation, no age or sex, as a set.
    """
    found: dict[str, Expr] = {}
    for name in SECTIONS:
        whole, unreadable = supplied(sheet, name), sheet[f"state_{name}"] == UNREADABLE
        only = whole & sheet[f"present_only_{name}"]
        some = ibis.cases((unreadable, SECTION_UNREADABLE), (~whole, WHY["not-supplied"]), else_=0)
        found[f"lacking_{name}"] = some.cast("int8")
        found[f"lacking_past_{name}"] = ibis.ifelse(only, WHY["not-supplied"], some).cast("int8")
        doubt = ibis.cases((unreadable, SECTION_UNREADABLE), (only, WHY["not-supplied"]), else_=0)
        found[f"doubt_past_{name}"] = doubt.cast("int8")
        found[f"doubt_{name}"] = ibis.ifelse(unreadable, SECTION_UNREADABLE, 0).cast("int8")
    results = ibis.ifelse(sheet.of_any_kind.notnull(), bit("unreadable"), bit("missing"))
    for what, section, whole in (("result", "observation", results), ("person", "patient", bit("missing"))):
        other = ibis.ifelse(sheet[f"state_{section}"] == UNREADABLE, bit("unreadable"), bit("not-supplied"))
        found[f"absent_{what}"] = ibis.ifelse(supplied(sheet, section), whole, other).cast("int16")
    return found


def _of_any_kind(scope: Scope) -> ibis.Table:
    """For each patient with results that do not say what they are how many: they may be of any kind."""
    rows = scope.known_by(scope.tables.result)
    maybe = [STANDING[name] for name in ("current", "uncertain", "unreadable")]
    rows = rows.filter((rows.observation == ANYTHING) & rows.standing.isin(maybe))
    return rows.group_by("patient").aggregate(of_any_kind=rows.count())


def _drug(scope: Scope) -> ibis.Table:
    """For each patient with rows of the drug: whether it is taken, since when, whether a start lies ahead."""
    set_id = scope.monograph.drug.value_set
    rows = scope.known_by(scope.tables.row)
    rows = rows.filter(rows.section == SECTION["medication"])
    rows = rows.mutate(
        now=scope.standing(rows),
        sure=scope.member(rows, "medication", set_id, "sure"),
        coarse=scope.member(rows, "medication", set_id, "coarse"),
        begun=(~rows.dated) | (rows.start <= scope.day),
    )
    rows = rows.filter(rows.sure | rows.coarse)
    taken = rows.sure & (rows.now == STANDING["current"]) & rows.begun
    ahead = (rows.now == STANDING["planned"]) | ((rows.now == STANDING["current"]) & ~rows.begun)
    planned = rows.sure & ahead & rows.kind.isin([ORDER, STATEMENT, DRAFT, REQUEST])
    may_be = rows.opaque & ~rows.now.isin([STANDING["void"], STANDING["planned"]])
    earlier = may_be | (~rows.opaque & (rows.now == STANDING["unreadable"]))
    return rows.group_by("patient").aggregate(
        on_therapy=(taken & (rows.kind != GIVEN)).cast("int8").max(),
        taken=taken.cast("int32").sum(),
        undated=(taken & ~rows.dated).cast("int32").sum(),
        first_start=ibis.ifelse(taken & rows.dated, rows.start, ibis.null("int32")).min(),
        first_end=ibis.ifelse(taken & rows.dated, rows.end, ibis.null("int32")).min(),
        maybe_earlier=earlier.cast("int32").sum(),
        planned=planned.cast("int8").max(),
    )


def after_start(table: ibis.Table) -> tuple[Expr, Expr]:
    """Whether a row is surely from on or after the start of the therapy, and whether that is open."""
    sure = (table.start >= table.start_last).fill_null(False)
    out = (table.end < table.start_first).fill_null(False)
    return sure, ~sure & ~out


def supplied(sheet: ibis.Table, section: str) -> Expr:
    """Whether a section is supplied on the day of the review."""
    return sheet[f"state_{section}"] == SUPPLIED
