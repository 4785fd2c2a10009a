"""Questions about rows: a diagnosis, a medication, an allergy, a vaccine, a procedure. The highest score of a row wins.

Each function says what `review.rows` says of one row, as a score: SURE, the code of what is needed, or 0.
"""

from collections.abc import Sequence
from typing import Final

import ibis
import msgspec

from apothecary import logic
from apothecary.population.facts.schema import (
    DRAFT,
    GIVEN,
    ORDER,
    RECOMMENDATION,
    REQUEST,
    SECTION,
    STANDING,
)
from apothecary.population.rules.kleene import SURE, WHY, Expr, truth
from apothecary.population.rules.people import after_start
from apothecary.population.rules.questions import ROW_KINDS, RowLeaf
from apothecary.population.rules.scope import Scope
from apothecary.record.facts import SectionName
from apothecary.review.rows import VACCINE_SECTIONS

KINDS: Final = ROW_KINDS
_SECTIONS: Final[dict[type, tuple[SectionName, ...]]] = {
    logic.HasCondition: ("condition",),
    logic.Takes: ("medication",),
    logic.HasAllergy: ("allergy",),
    logic.HasVaccine: VACCINE_SECTIONS,
    logic.HasProcedure: ("procedure",),
}
_WANTED: Final = {"current": ("current",), "history": ("history",), "any": ("current", "history")}
_ORDERS: Final = (ORDER, DRAFT, REQUEST, RECOMMENDATION)


def sections_of(leaf: RowLeaf) -> tuple[SectionName, ...]:
    """The sections in which the rows of a question stand."""
    return _SECTIONS[type(leaf)]


def scores(scope: Scope, people: ibis.Table, leaves: Sequence[RowLeaf]) -> list[ibis.Table]:
    """For each section, by patient with rows of it the score of its questions, as columns `score_<n>_<section>`."""
    found = []
    for section in dict.fromkeys(section for leaf in leaves for section in sections_of(leaf)):
        asked = {n: leaf for n, leaf in enumerate(leaves) if section in sections_of(leaf)}
        rows, judged = _judged_rows(scope, people, section, list(asked.values()))
        every = {
            f"score_{n}_{section}": _score(scope, rows, section, leaf, judged[alike(leaf)]).max()
            for n, leaf in asked.items()
        }
        found.append(scope.engine.keep(f"scores_{section}", rows.group_by("patient").aggregate(**every)))
        scope.engine.forget(f"judged_{section}")
    return found


def _judged_rows(
    scope: Scope, people: ibis.Table, section: SectionName, leaves: Sequence[RowLeaf]
) -> tuple[ibis.Table, dict[RowLeaf, str]]:
    """The rows of a section with their score for every way to ask, whatever the value set: few ways, many sets."""
    rows = standing(scope, people)
    rows = rows.filter(rows.section == SECTION[section])
    names = {way: f"way_{n}" for n, way in enumerate(dict.fromkeys(map(alike, leaves)))}
    masks = [name for name in rows.columns if name.startswith(("sure_", "coarse_"))]
    ways: dict[str, Expr] = {}
    for way, name in names.items():
        score = judge(scope, rows, way)
        unsaid = rows.opaque & (score > 0)
        ways[name] = score.cast("int8")
        ways[f"{name}_coarse"] = ibis.cases(
            (unsaid, WHY["unreadable"]), (score == SURE, WHY["coarse-code"]), else_=score
        ).cast("int8")
    return scope.engine.keep(f"judged_{section}", rows.select("patient", "section", *masks, **ways)), names


def standing(scope: Scope, people: ibis.Table) -> ibis.Table:
    """The rows of the people that stand on the day, with what each is `now` and the start of the therapy."""
    who = people.select(_key=people.patient, start_first=people.start_first, start_last=people.start_last)
    rows = scope.known_by(scope.tables.row)
    rows = rows.inner_join(who, rows.patient == who._key).drop("_key")
    return rows.mutate(now=scope.standing(rows))


def alike(leaf: RowLeaf) -> RowLeaf:
    """The question without what its rows are not judged by."""
    plain = {"set": "", "supplementary": False} if hasattr(leaf, "supplementary") else {"set": ""}
    return msgspec.structs.replace(leaf, **plain)


def _score(scope: Scope, rows: ibis.Table, section: SectionName, leaf: RowLeaf, way: str) -> Expr:
    sure = scope.member(rows, section, leaf.set, "sure")
    coarse = scope.member(rows, section, leaf.set, "coarse")
    return ibis.cases((sure, rows[way]), (coarse, rows[f"{way}_coarse"]), else_=ibis.literal(0, "int8"))


def judge(scope: Scope, rows: ibis.Table, leaf: RowLeaf) -> Expr:
    """What each row says to a question, whatever value set it asks for, as a score."""
    if isinstance(leaf, logic.HasCondition):
        return _condition(scope, rows, leaf)
    if isinstance(leaf, logic.Takes):
        return _takes(scope, rows, leaf)
    if isinstance(leaf, logic.HasVaccine):
        return _vaccine(scope, rows, leaf)
    if isinstance(leaf, logic.HasProcedure):
        return _procedure(scope, rows, leaf)
    return ibis.cases((_is(rows, "current"), SURE), (_is(rows, "void"), 0), else_=_open_status(rows))


def _is(rows: ibis.Table, *standings: str) -> Expr:
    return rows.now.isin([number for name, number in STANDING.items() if name in standings])


def _open_status(rows: ibis.Table) -> Expr:
    return ibis.ifelse(_is(rows, "unreadable"), WHY["unreadable"], WHY["unconfirmed"])


def _windowed(scope: Scope, rows: ibis.Table, within: str | None) -> Expr:
    sure, open_ = scope.window(rows, within)
    return ibis.cases((sure, SURE), (open_, WHY["missing"]), else_=0)


def _dated(scope: Scope, rows: ibis.Table, since_start: bool, within: str | None) -> Expr:
    """A row that counts by its date: since the start of the therapy, then in the window."""
    windowed = _windowed(scope, rows, within)
    if not since_start:
        return windowed
    sure, open_ = after_start(rows)
    return ibis.cases((sure, windowed), (open_, WHY["missing"]), else_=0)


def _condition(scope: Scope, rows: ibis.Table, leaf: logic.HasCondition) -> Expr:
    doubtful = _is(rows, "uncertain", "unreadable")
    open_ = _open_status(rows)
    if leaf.since_start:
        sure, may_be = after_start(rows)
        open_ = ibis.ifelse(sure | may_be, open_, 0)
    dated = _dated(scope, rows, leaf.since_start, leaf.within)
    return ibis.cases((doubtful, open_), (_is(rows, *_WANTED[leaf.standing]), dated), else_=0)


def _takes(scope: Scope, rows: ibis.Table, leaf: logic.Takes) -> Expr:
    ever = leaf.standing == "ever"
    draft = rows.kind == DRAFT
    doubtful = _is(rows, "uncertain", "unreadable")
    given = _windowed(scope, rows, leaf.within or "dose-given-counts") if not ever else ibis.literal(SURE)
    open_ = ibis.ifelse(_is(rows, "uncertain"), SURE, _open_status(rows)) if ever else _open_status(rows)
    return ibis.cases(
        (draft, ibis.ifelse(_is(rows, "planned", "current"), SURE, 0)),
        (doubtful, open_),
        (_is(rows, "history"), SURE if ever else 0),
        (~_is(rows, "current"), 0),
        (rows.kind == GIVEN, given),
        else_=SURE,
    )


def _vaccine(scope: Scope, rows: ibis.Table, leaf: logic.HasVaccine) -> Expr:
    order = rows.kind.isin(_ORDERS)
    doubtful = _is(rows, "uncertain", "unreadable")
    if leaf.standing == "planned":
        holds = ibis.ifelse(_is(rows, "planned") | (order & _is(rows, "current")), SURE, 0)
    else:
        holds = ibis.ifelse(_is(rows, "current") & ~order, _dated(scope, rows, leaf.since_start, leaf.within), 0)
    return ibis.cases((doubtful, _open_status(rows)), else_=holds)


def _procedure(scope: Scope, rows: ibis.Table, leaf: logic.HasProcedure) -> Expr:
    doubtful = _is(rows, "uncertain", "unreadable")
    done = ibis.ifelse(_is(rows, "current", "history"), _windowed(scope, rows, leaf.within), 0)
    return ibis.cases((doubtful, _open_status(rows)), else_=done)


def answer(sheet: ibis.Table, leaf: RowLeaf, place: int) -> tuple[Expr, Expr]:
    """The truth of a question and the code of what it needs; without a row it is clear only in a whole section."""
    found = [sheet[f"score_{place}_{section}"].fill_null(0) for section in sections_of(leaf)]
    given = ibis.greatest(*found) if len(found) > 1 else found[0]
    past = isinstance(leaf, logic.HasCondition | logic.Takes) and leaf.standing != "current"
    kind = ("doubt" if getattr(leaf, "supplementary", False) else "lacking") + ("_past" if past else "")
    listed = [sheet[f"{kind}_{section}"] for section in sections_of(leaf)]
    lacking = ibis.greatest(*listed) if len(listed) > 1 else listed[0]
    applies = given == SURE
    open_ = (given > 0) | (lacking > 0)
    why = ibis.cases((applies, 0), (given > 0, given), else_=lacking).cast("int8")
    return truth(applies, open_), why
