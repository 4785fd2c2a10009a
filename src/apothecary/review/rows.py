"""Conditions on rows of the record: a diagnosis, a medication, an allergy, a vaccine, a procedure."""

from collections.abc import Callable
from typing import Literal

from apothecary import logic
from apothecary.knowledge import Match
from apothecary.logic import Truth
from apothecary.record.facts import SectionName
from apothecary.review.context import LABELS, Context
from apothecary.review.index import Hit, shown
from apothecary.review.outcome import NONE, F, Outcome, T, U, joined
from apothecary.review.result import Evidence, Need

Judged = tuple[Truth, Need | None]
VACCINE_SECTIONS: tuple[SectionName, ...] = ("immunization", "medication")  # an order may stand in the second
_HOW: dict[Match, Literal["code", "name", ""]] = {Match.CODE: "code", Match.NAME: "name", Match.COARSE: ""}
_WANTED = {"current": ("current",), "history": ("history",), "any": ("current", "history")}
_GIVEN_KINDS = ("MedicationAdministration", "MedicationDispense")


def _collect(
    ctx: Context,
    section: SectionName,
    set_id: str,
    judge: Callable[[Hit], Judged],
    supplementary: bool = False,
    past: bool = False,
) -> Outcome:
    """The rows of a set, each judged; none that applies and none that is open means clear, if the section is whole."""
    name = ctx.monograph.value_sets[set_id].name
    yes: list[Evidence] = []
    maybe: list[Evidence] = []
    needs: list[Need] = []
    for hit in ctx.index.hits(section, set_id):
        truth, need = judge(hit)
        if truth is T and hit.match is Match.COARSE:
            truth, need = U, Need(name, "coarse-code", _confirm(ctx, set_id, hit))
        if truth is T:
            yes.append(_row_evidence(ctx, name, hit))
        elif truth is U:
            maybe.append(_row_evidence(ctx, name, hit))
            if need is not None:
                needs.append(need)
    if yes:
        return Outcome(T, tuple(yes))
    for hit in ctx.index.opaque.get(section, ()):
        if judge(hit)[0] is not F and ctx.index.may_belong(hit.row, set_id):
            how = f"{hit.row.source} does not say what it is: supply its name or a known code."
            needs.append(Need(name, "unreadable", how))
    state = ctx.index.section(section).state
    if past and state == "supplied" and ctx.index.section(section).present_only:
        label, how = LABELS[section]
        needs.append(Need(label, "not-supplied", f"Only what is active was searched, not the past. {how}"))
    if state == "unreadable" or (state == "not-supplied" and not supplementary):
        needs.append(ctx.absent(section, name, ""))
    if needs:
        return Outcome(U, tuple(maybe), tuple(dict.fromkeys(needs)))
    return Outcome(F)


def _confirm(ctx: Context, set_id: str, hit: Hit) -> str:
    asked = ctx.monograph.value_sets[set_id]
    recorded = ", ".join(dict.fromkeys((*hit.row.texts, *(code for _, code in hit.row.codes))))
    return asked.ask or f"“{recorded}” may or may not mean {asked.name}: confirm which."


def _row_evidence(ctx: Context, name: str, hit: Hit) -> Evidence:
    when = ctx.index.when(hit.row)
    how = _HOW[hit.match]
    note = "broader than the question" if hit.match is Match.COARSE else ""
    if hit.standing not in ("current",) or hit.row.status.startswith("no "):
        note = hit.row.status
    return Evidence(name, shown(hit.row), "", when.text() if when else "", hit.row.source, how, note)


def _open_status(name: str, hit: Hit) -> tuple[Truth, Need]:
    if hit.standing == "unreadable":
        return U, Need(name, "unreadable", f"{hit.row.source} cannot be read: correct it at its source.")
    return U, Need(name, "unconfirmed", f"{hit.row.source} is {hit.row.status}: confirm whether it holds.")


def _windowed(ctx: Context, name: str, hit: Hit, within: str | None) -> Judged:
    truth = ctx.in_window(ctx.index.when(hit.row), within)
    if truth is U:
        return U, Need(name, "missing", f"The date of {hit.row.source} is not exact enough: supply it.")
    return truth, None


def _since_start(ctx: Context, name: str, hit: Hit) -> Judged:
    truth = ctx.after_start(ctx.index.when(hit.row))
    if truth is U:
        how = "Supply the date on which the therapy started" if ctx.start is None else f"Date {hit.row.source}"
        return U, Need(name, "missing", f"{how}: it is not known whether this came after the start.")
    return truth, None


def condition(node: logic.HasCondition, ctx: Context) -> Outcome:
    """Whether a diagnosis of the set holds; unconfirmed and unreadable rows leave it open."""
    past = node.standing != "current"
    if ctx.index.surely_none("condition", node.set, past):
        return NONE
    name = ctx.monograph.value_sets[node.set].name

    def judge(hit: Hit) -> Judged:
        if hit.standing in ("uncertain", "unreadable"):
            if node.since_start and ctx.after_start(ctx.index.when(hit.row)) is F:
                return F, None
            return _open_status(name, hit)
        if hit.standing not in _WANTED[node.standing]:
            return F, None
        if node.since_start:
            truth, need = _since_start(ctx, name, hit)
            if truth is not T:
                return truth, need
        return _windowed(ctx, name, hit, node.within)

    return _collect(ctx, "condition", node.set, judge, node.supplementary, past)


def takes(node: logic.Takes, ctx: Context) -> Outcome:
    """Whether a medication of the set is taken; an order being written right now counts, a stored draft does not."""
    past = node.standing == "ever"
    if ctx.index.surely_none("medication", node.set, past):
        return NONE
    name = ctx.monograph.value_sets[node.set].name

    def judge(hit: Hit) -> Judged:
        if hit.row.kind == "DraftOrder":
            return (T, None) if hit.standing in ("planned", "current") else (F, None)
        if hit.standing in ("uncertain", "unreadable"):
            return (T, None) if node.standing == "ever" and hit.standing == "uncertain" else _open_status(name, hit)
        if hit.standing == "history":
            return (T, None) if node.standing == "ever" else (F, None)
        if hit.standing != "current":
            return F, None
        if node.standing == "current" and hit.row.kind in _GIVEN_KINDS:
            return _windowed(ctx, name, hit, node.within or "dose-given-counts")
        return T, None

    return _collect(ctx, "medication", node.set, judge, past=past)


def allergy(node: logic.HasAllergy, ctx: Context) -> Outcome:
    """Whether an allergy of the set is recorded; one marked resolved is asked about."""
    if ctx.index.surely_none("allergy", node.set):
        return NONE
    name = ctx.monograph.value_sets[node.set].name

    def judge(hit: Hit) -> Judged:
        if hit.standing == "current":
            return T, None
        if hit.standing == "void":
            return F, None
        return _open_status(name, hit)

    return _collect(ctx, "allergy", node.set, judge)


def vaccine(node: logic.HasVaccine, ctx: Context) -> Outcome:
    """Whether a vaccine of the set is planned or was given."""
    if all(ctx.index.surely_none(section, node.set) for section in VACCINE_SECTIONS):
        return NONE
    name = ctx.monograph.value_sets[node.set].name

    def judge(hit: Hit) -> Judged:
        order = hit.row.kind in ("MedicationRequest", "DraftOrder", "ServiceRequest", "ImmunizationRecommendation")
        if hit.standing in ("uncertain", "unreadable"):
            return _open_status(name, hit)
        if node.standing == "planned":
            return (T, None) if hit.standing == "planned" or (order and hit.standing == "current") else (F, None)
        if hit.standing != "current" or order:
            return F, None
        if node.since_start:
            truth, need = _since_start(ctx, name, hit)
            if truth is not T:
                return truth, need
        return _windowed(ctx, name, hit, node.within)

    found = [_collect(ctx, section, node.set, judge) for section in VACCINE_SECTIONS]
    truth = logic.any_of(outcome.truth for outcome in found)
    return joined(truth, (outcome for outcome in found if outcome.truth is truth))


def procedure(node: logic.HasProcedure, ctx: Context) -> Outcome:
    """Whether a procedure of the set was done."""
    if ctx.index.surely_none("procedure", node.set):
        return NONE
    name = ctx.monograph.value_sets[node.set].name

    def judge(hit: Hit) -> Judged:
        if hit.standing in ("uncertain", "unreadable"):
            return _open_status(name, hit)
        return _windowed(ctx, name, hit, node.within) if hit.standing in ("current", "history") else (F, None)

    return _collect(ctx, "procedure", node.set, judge, node.supplementary)
