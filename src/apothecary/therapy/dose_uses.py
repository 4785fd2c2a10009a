"""For which use a dose is asked: the one that was named, else the documented one that the monograph doses."""

import msgspec

from apothecary.logic import Truth
from apothecary.review import Review
from apothecary.review.context import Context
from apothecary.review.plan import DosePlan
from apothecary.review.result import IndicationFound, Need


class Chosen(msgspec.Struct, frozen=True):
    """The use to dose, and what to say of the other documented uses."""

    use: str
    notes: tuple[str, ...] = ()


def chosen_use(ctx: Context, review: Review) -> Chosen | DosePlan:
    """The use to dose, or a plan without any number that says why there is none and what would settle it."""
    dosing = ctx.monograph.dosing
    if ctx.indication is not None:
        if ctx.indication in dosing:
            return Chosen(ctx.indication)
        asked = [use for use in review.indications if use.id == ctx.indication]
        return _no_dose(ctx, asked, ())
    documented = [use for use in review.indications if use.status is Truth.APPLIES]
    dosed = [use for use in documented if use.id in dosing]
    others = [use for use in documented if use.id not in dosing]
    if len(dosed) == 1:
        return Chosen(dosed[0].id, tuple(_says_none(ctx, use) for use in others))
    if dosed:
        return _several(dosed)
    possible = [use for use in review.indications if use.status is Truth.UNKNOWN and use.id in dosing]
    if others:
        return _no_dose(ctx, others, possible)
    return _none_documented(ctx, possible)


def _several(dosed: list[IndicationFound]) -> DosePlan:
    names = " and ".join(use.name for use in dosed)
    ids = " or ".join(use.id for use in dosed)
    how = f"Say which use the dose is for: --indication {ids}."
    notes = (f"{names} are documented, and the monograph doses each in its own way. {how}",)
    return DosePlan("unknown", None, notes=notes, needs=(Need("use to dose", "unconfirmed", how),))


def _no_dose(ctx: Context, uses: list[IndicationFound], possible: list[IndicationFound] | tuple[()]) -> DosePlan:
    """A documented use that the monograph does not dose: it says so, and gives no number."""
    notes = [_says_none(ctx, use) for use in uses]
    if possible:
        names = ", ".join(use.name for use in possible)
        notes.append(f"It gives one for {names}, which the record leaves open.")
    because = tuple(dict.fromkeys(fact for use in uses for fact in use.because))
    only = uses[0].id if len(uses) == 1 else None
    return DosePlan("unknown", only, notes=tuple(notes), needs=_needs(possible), because=because)


def _none_documented(ctx: Context, possible: list[IndicationFound]) -> DosePlan:
    ids = ", ".join(ctx.monograph.dosing)
    how = f"Document the use on the problem list, or name it with --indication ({ids})."
    if possible:
        names = ", ".join(use.name for use in possible)
        notes = (f"Not known whether a use with a dose is documented: {names}. {how}",)
        return DosePlan("unknown", None, notes=notes, needs=_needs(possible))
    notes = (f"No use with a dose in the monograph is documented. {how}",)
    return DosePlan("unknown", None, notes=notes, needs=(Need("use to dose", "missing", how),))


def _says_none(ctx: Context, use: IndicationFound) -> str:
    outside = "" if use.labeled else ", which is outside the US labeling"
    return f"The monograph gives no dose for {use.name}{outside}."


def _needs(uses: list[IndicationFound] | tuple[()]) -> tuple[Need, ...]:
    return tuple(dict.fromkeys(need for use in uses for need in use.needs))
