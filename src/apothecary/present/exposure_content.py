"""What the readable formats say of the exposure to expect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from apothecary.present import words
from apothecary.present.dose_content import Pair
from apothecary.present.dose_words import amount, every

if TYPE_CHECKING:
    from apothecary.review.exposure import Exposure, Regimen, TargetShown

CAPTION: Final = "At steady state, in the typical patient of this model; concentrations in mg/L"


class ExposureShown(msgspec.Struct, frozen=True):
    """The exposure to expect: a leading sentence, a table of regimens, and what it all rests on."""

    status: str
    lead: str
    warnings: tuple[str, ...]
    needs: tuple[str, ...]
    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    pairs: tuple[Pair, ...]
    facts: tuple[str, ...]
    notes: tuple[str, ...]
    references: tuple[str, ...]


def exposure_shown(exposure: Exposure) -> ExposureShown:
    """Everything to show of an expected exposure; unknown says why and what it needs."""
    applies = exposure.status == "applies"
    lead = f"{exposure.name}." if applies else f"Not known. {exposure.why}"
    return ExposureShown(
        status=exposure.status,
        lead=lead,
        warnings=exposure.warnings,
        needs=tuple(f"{need.fact} ({words.WHYS[need.why]}). {need.how}" for need in exposure.needs),
        caption=CAPTION,
        columns=_columns(exposure) if exposure.regimens else (),
        rows=tuple(_row(one, exposure) for one in exposure.regimens),
        pairs=tuple(_pairs(exposure)) if applies else (),
        facts=tuple(words.fact(evidence) for evidence in exposure.because),
        notes=(*_assumed(exposure), *exposure.notes),
        references=exposure.references,
    )


def level(value: float) -> str:
    """A concentration in mg/L to three digits, plain."""
    return f"{value:#.3g}".rstrip(".") if value < 100 else f"{value:.0f}"


def _columns(exposure: Exposure) -> tuple[str, ...]:
    several = exposure.regimens[0].average_90_mg_L is not None
    return (
        "regimen", "average", *(("in 90 % of patients",) if several else ()), "highest", "after", "before next dose",
        *(("above target",) if exposure.target is not None else ()),
    )  # fmt: skip


def _row(one: Regimen, exposure: Exposure) -> tuple[str, ...]:
    cells = [f"{amount(one.dose_mg, nearest=True)} mg {every(one.interval_h)} ({_what(one)})"]
    cells.append(level(one.average_mg_L))
    if one.average_90_mg_L is not None:
        cells.append(f"{level(one.average_90_mg_L[0])} to {level(one.average_90_mg_L[1])}")
    cells += [level(one.maximum_mg_L), f"{one.time_of_maximum_h:.1f} h", level(one.trough_mg_L)]
    if exposure.target is not None:
        hours = one.above_target_h or 0.0
        cells.append(f"{hours:.0f} of {one.interval_h:g} h")
    return tuple(cells)


def _what(one: Regimen) -> str:
    if one.rule is None:
        return one.what
    return f"{one.what}: {one.rule}"


def _pairs(exposure: Exposure) -> list[Pair]:
    found = [Pair("Model", f"{exposure.model}, from: {exposure.population}."), Pair("Chosen", exposure.why)]
    if exposure.half_life_h is not None:
        found.append(Pair("Half-life", f"{exposure.half_life_h:.1f} h"))
    if exposure.regimens:
        most = max(one.accumulation for one in exposure.regimens)
        found.append(Pair("Build-up", f"at most {most:.2f} times the exposure of the first dose"))
    if exposure.target is not None:
        found.append(Pair("Target", _target(exposure.target, exposure)))
    return found


def _target(target: TargetShown, exposure: Exposure) -> str:
    reached, many = sum(bool(one.reaches_target) for one in exposure.regimens), len(exposure.regimens)
    if many == 1:
        said = "The average shown reaches it." if reached else "The average shown does not reach it."
    else:
        said = f"The averages of {reached or 'none'} of the {many} regimens shown reach it."
    text = f"{target.text[0].lower()}{target.text[1:]}"
    return f"{target.value:g} {target.unit}, the {text} in {target.population}. {said}"


def _assumed(exposure: Exposure) -> tuple[str, ...]:
    """One line on the numbers that we put together; their reasons stand with the model."""
    if not exposure.assumed:
        return ()
    named = "; ".join(said.split(":", 1)[0] for said in exposure.assumed)
    return (f"Assumed by us: {named}. The command show gives the reasons, under kinetics.",)
