"""The sheet for a patient: which lines in which order, the personal part of a review, the plan of injection sites."""

from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

import msgspec

from apothecary import logic
from apothecary.knowledge.advice import TOPICS, AdviceLine
from apothecary.knowledge.schema import Monograph, Product, Site
from apothecary.review.monitored import BEFORE
from apothecary.review.plan import DosePlan, Due
from apothecary.review.result import Review

INJECTIONS: Final = 28  # four weeks with one injection a day
Side = Literal["left", "right"]
Open = Literal["stop", "unknown", "range", "interval", "not-measurable"]
Range = tuple[float, float]
_NEXT: Final = ("overdue", "due", "upcoming")


class Line(msgspec.Struct, frozen=True):
    """One line in the language of the sheet, with the statements it rests on."""

    id: str
    text: str
    statements: tuple[str, ...]


class Part(msgspec.Struct, frozen=True):
    """The lines of one topic."""

    topic: str
    lines: tuple[Line, ...]


class Spot(msgspec.Struct, frozen=True):
    """One place to inject."""

    site: Site
    side: Side


class Dose(msgspec.Struct, frozen=True):
    """What the sheet says about the dose; None is a line to fill in by hand, and `open` says why.

    `mg` and `volume_mL` are the lowest and the highest amount at one time; they differ where somebody has to choose.
    """

    mg: Range | None = None
    volume_mL: Range | None = None
    syringes: tuple[int, int] | None = None
    interval_h: float | None = None
    open: tuple[Open, ...] = ()


class Test(msgspec.Struct, frozen=True):
    """An examination that is next; `line` is the line of advice that explains it, if there is one."""

    __test__ = False

    due: date
    status: Literal["overdue", "due", "upcoming"]
    line: str | None


class Personal(msgspec.Struct, frozen=True):
    """What a review adds to the sheet; never who the patient is."""

    as_of: date
    settled: bool
    dose: Dose
    tests: tuple[Test, ...]


class Sheet(msgspec.Struct, frozen=True):
    """A sheet in one language. `outdated`: the edition of the source text is past its limit."""

    language: str
    drug: str
    brands: tuple[str, ...]
    parts: tuple[Part, ...]
    spots: tuple[Spot, ...]
    plan: tuple[Spot, ...]
    title: str
    publisher: str
    revised: date
    hash: str
    outdated: bool
    personal: Personal | None = None


def languages(m: Monograph) -> tuple[str, ...]:
    """The languages in which every line is there."""
    return ("en", *sorted(m.translations))


def sheet(
    m: Monograph, language: str, review: Review | None = None, indication: str | None = None, outdated: bool = False
) -> Sheet:
    """The general sheet, or with a review a personal one; KeyError for a language that has no lines."""
    uses = _uses(review, indication)
    own = {id_: line.text for id_, line in m.advice.items()} if language == "en" else _texts(m, language)
    chosen = [line for line in m.advice.values() if not line.indications or not uses or uses & {*line.indications}]
    spots = spots_of(m.products.values())
    return Sheet(
        language=language,
        drug=m.drug.name,
        brands=m.drug.brands,
        parts=_parts(chosen, own),
        spots=spots,
        plan=rotation(spots),
        title=m.drug.edition.title,
        publisher=m.drug.edition.publisher,
        revised=m.drug.edition.revised,
        hash=m.hash,
        outdated=outdated or (review is not None and review.knowledge.expired),
        personal=_personal(m, review) if review is not None else None,
    )


def _texts(m: Monograph, language: str) -> dict[str, str]:
    return {id_: line.text for id_, line in m.translations[language].items()}


def _uses(review: Review | None, indication: str | None) -> set[str]:
    """The uses whose own lines are shown: the one asked for and those that the record does not rule out; empty is all.

    A use that is only possible keeps its lines, since a line too many does less harm than one that is missing.
    """
    found = {indication} if indication is not None else set()
    if review is not None:
        applying = {use.id for use in review.indications if use.status == "applies"}
        possible = {use.id for use in review.indications if use.status == "unknown"}
        found |= applying | possible
    return found


def _parts(lines: list[AdviceLine], texts: dict[str, str]) -> tuple[Part, ...]:
    parts = []
    for topic in TOPICS:
        inside = tuple(Line(one.id, texts[one.id], one.statements) for one in lines if one.topic == topic)
        if inside:
            parts.append(Part(topic, inside))
    return tuple(parts)


# --- where to inject ------------------------------------------------------------------------------------------------


def spots_of(products: Iterable[Product]) -> tuple[Spot, ...]:
    """Every place to inject, each area on both sides, so ordered that neighbors never share an area if there are two.

    Every area has a left and a right half. Sides change with each round through the areas.
    """
    sites = tuple(dict.fromkeys(site for product in products for site in product.injection_sites))
    sides: tuple[Side, Side] = ("left", "right")
    return tuple(Spot(site, side) for side in sides for site in sites)


def rotation(spots: tuple[Spot, ...], count: int = INJECTIONS) -> tuple[Spot, ...]:
    """The places of that many injections, each place once before any comes again; empty where no place is known."""
    return tuple(spots[number % len(spots)] for number in range(count)) if spots else ()


# --- the personal part ----------------------------------------------------------------------------------------------


def _personal(m: Monograph, review: Review) -> Personal:
    stop = review.verdict == "stop"
    return Personal(
        as_of=review.as_of,
        settled=review.verdict in ("go", "caution") and bool(review.findings),
        dose=Dose(open=("stop",))
        if stop
        else _dose(review.dose_plan, review.phase == "on-therapy", _doubted(m, review)),
        tests=_tests(m, review.monitoring),
    )


def _doubted(m: Monograph, review: Review) -> bool:
    """Whether the order may say another dose than the plan: a question about it applies, or is open on therapy."""
    counts = ("applies", "unknown") if review.phase == "on-therapy" else ("applies",)
    asking = {rule.id for rule in m.rules.values() if any(_asks_order(m, leaf) for leaf in logic.leaves(rule.when))}
    return any(finding.id in asking and finding.status in counts for finding in review.findings)


def _asks_order(m: Monograph, leaf: logic.Condition) -> bool:
    if isinstance(leaf, logic.Compare):
        return (m.observations[leaf.quantity].formula or "").startswith("ordered-")
    return isinstance(leaf, logic.OrderedRoute | logic.OrderUnread)


def _dose(plan: DosePlan | None, begun: bool, doubted: bool) -> Dose:
    """The dose at one time, only as far as the plan settles it; a sheet must not choose for the prescriber.

    It is left open where the order may say something else. Once the therapy has begun, a range to start with says
    nothing about the dose of today.
    """
    if plan is None or plan.status != "applies" or plan.start_mg is None or doubted:
        return Dose(open=("unknown",))
    reasons: list[Open] = []
    if plan.start_mg[0] != plan.start_mg[1]:
        if begun:
            return Dose(open=("unknown",))
        reasons.append("range")
    if plan.measurable is False:
        reasons.append("not-measurable")
    if plan.options or plan.interval_h is None:
        reasons.append("interval")
    measured = plan.measurable is not False
    return Dose(
        mg=plan.start_mg,
        volume_mL=plan.volume_mL if measured else None,
        syringes=plan.syringes_per_dose if measured else None,
        interval_h=None if "interval" in reasons else plan.interval_h,
        open=tuple(reasons),
    )


def _tests(m: Monograph, entries: tuple[Due, ...]) -> tuple[Test, ...]:
    """Examinations that are overdue, due or coming, by day; periods of watching have no day to come for."""
    explained = {line.monitoring: line.id for line in m.advice.values() if line.monitoring is not None}
    found = []
    for one in entries:
        plan = m.monitoring.get(one.id)
        if one.due is None or one.status not in _NEXT or one.until is not None or (plan and plan.observation is None):
            continue
        if one.missed or (one.status == "overdue" and one.occurrence == BEFORE):  # nobody can make up for it
            continue
        found.append(Test(one.due, one.status, explained.get(one.id)))
    return tuple(sorted(found, key=lambda test: test.due))
