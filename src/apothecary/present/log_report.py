"""The report of the decision log as text or as one HTML page, from the plain data of its JSON form."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Any, Final, Literal

import msgspec

from apothecary.present.page import Page
from apothecary.present.safe import clean, encodable, mapped

ReportFormat = Literal["text", "json", "html"]
_BARS: Final = 180  # days of a drawing at most, the last ones
_BAR: Final = 4  # width of a day, in units of the drawing
_HIGH: Final = 32
_SILENCE: Final = "A card without feedback counts as shown and as nothing else: silence is not acceptance."
_CHANCE: Final = 3.0  # fewer reviews expected than this may be missing by chance


class Use(msgspec.Struct, frozen=True):
    """A line about one rule of one edition."""

    rule: str
    edition: str
    applied: str
    open: str
    shown: str
    overridden: str
    accepted: str
    silent: str
    of_shown: str
    of_answered: str
    reasons: str


class Stopped(msgspec.Struct, frozen=True):
    """A rule that has gone quiet."""

    rule: str
    what: str
    likely: bool


class Bar(msgspec.Struct, frozen=True):
    """A day in a drawing."""

    x: int
    y: float
    height: float
    title: str


class Drawing(msgspec.Struct, frozen=True):
    """How often a rule applied, day by day; the height of the drawing is its highest day."""

    rule: str
    total: str
    highest: str
    width: int
    bars: tuple[Bar, ...]


class Shown(msgspec.Struct, frozen=True):
    """What the readable formats say."""

    title: str
    about: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    stopped: tuple[Stopped, ...]
    quiet: str
    uses: tuple[Use, ...]
    drawings: tuple[Drawing, ...]
    drawn: str


def render(found: dict[str, Any], format: ReportFormat, where: str, *, width: int, color: bool, encoding: str) -> str:
    """The report in a format, ending with one newline; `found` is the report as plain data."""
    if format == "json":
        from apothecary.present.as_json import indented

        return indented(found)
    shown = mapped(content(found, where), clean)
    if format == "html":
        from apothecary.present.as_html import environment

        return environment().get_template("log_report.html").render(shown=shown, high=_HIGH, bar=_BAR)
    return _text(mapped(shown, partial(encodable, encoding=encoding)), width, color)


def content(found: dict[str, Any], where: str) -> Shown:
    """Numbers as words, the same for every readable format."""
    about = [
        ("Log", where),
        ("Time", _window(found["since"], found["until"])),
        ("Reviews", str(found["reviews"])),
        ("Cards", f"{found['cards']} shown, {found['answered']} with feedback"),
    ]
    notes = [_SILENCE]
    if found["unlogged"]:
        notes.append(f"Answers that left without being logged, missing from every number here: {found['unlogged']}.")
    if found["feedback_to_unknown_cards"]:
        notes.append(f"Feedback to cards that are not in the log: {found['feedback_to_unknown_cards']}.")
    return Shown(
        title="Decision log: which rules fire, and which are overridden",
        about=tuple(about),
        notes=tuple(notes),
        stopped=tuple(_stopped(one) for one in found["stopped"]),
        quiet=f"the last {found['quiet_days']} days",
        uses=tuple(_use(one) for one in found["rules"]),
        drawings=tuple(_drawing(one) for one in found["firing"]),
        drawn=f"Days in UTC; days without a review of the drug are left empty; at most the last {_BARS} days.",
    )


def _window(since: str | None, until: str | None) -> str:
    if since and until:
        return f"reviews from {since} to {until}"
    return f"reviews since {since}" if since else f"reviews until {until}" if until else "the whole log"


def _use(one: dict[str, Any]) -> Use:
    answered = one["overridden"] + one["accepted"] + one["other"]
    return Use(
        rule=one["rule"],
        edition=f"{one['drug']} {one['version']}".strip(),
        applied=f"{one['applied']} of {one['reviews']}",
        open=str(one["unknown"]),
        shown=str(one["shown"]),
        overridden=str(one["overridden"]),
        accepted=str(one["accepted"]),
        silent=str(one["shown"] - answered),
        of_shown=_share(one["overridden_of_shown"]),
        of_answered=_share(one["overridden_of_answered"]),
        reasons="; ".join(f"{given['reason']} ({given['count']})" for given in one["reasons"]),
    )


def _share(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.3g} %"


def _stopped(one: dict[str, Any]) -> Stopped:
    before, since, expected = one["reviews_before"], one["reviews_since"], one["expected"]
    likely = expected >= _CHANCE
    what = (
        f"last applied on {one['last']}; before, in {one['applied_before']} of {before} reviews, since in none of "
        f"{since}, where about {expected:.2g} would be expected"
    )
    return Stopped(f"{one['drug']}: {one['rule']}", what if likely else f"{what}: it may be chance", likely)


def _drawing(one: dict[str, Any]) -> Drawing:
    days = [(date.fromisoformat(day["day"]), day["reviews"], day["applied"]) for day in one["days"]]
    last = days[-1][0]
    first = max(days[0][0], last - timedelta(days=_BARS - 1))
    days = [day for day in days if day[0] >= first]
    top = max((applied / reviews for _, reviews, applied in days), default=0.0)
    bars = []
    for day, reviews, applied in days:
        height = round(_HIGH * applied / reviews / top, 2) if top else 0.0
        title = f"{day}: {applied} of {reviews} reviews"
        bars.append(Bar((day - first).days * _BAR, round(_HIGH - height, 2), height, title))
    total, reviewed = sum(day[2] for day in days), sum(day[1] for day in days)
    return Drawing(
        rule=f"{one['drug']}: {one['rule']}",
        total=f"{total} of {reviewed}",
        highest=_share(top),
        width=((last - first).days + 1) * _BAR,
        bars=tuple(bars),
    )


def _text(shown: Shown, width: int, color: bool) -> str:
    page = Page(width, color)
    page.put([(f"{shown.title}.", "bold")])
    for name, what in shown.about:
        page.put([(what, "")], 10, f"{name}:")
    for note in shown.notes:
        page.put([(note, "")], 10, "Note:")
    page.heading(f"Rules that stopped firing in {shown.quiet}")
    for one in shown.stopped:
        page.put([(one.rule, "bold red" if one.likely else "bold"), (f": {one.what}.", "")], 2, "-")
    if not shown.stopped:
        page.put([("None.", "")])
    page.heading("Each rule and edition")
    for use in shown.uses:
        page.put(
            [(use.rule, "bold"), (f" ({use.edition}): applied in {use.applied} reviews, open in {use.open}.", "")],
            2,
            "-",
        )
        if use.shown != "0":
            said = (
                f"{use.shown} cards shown: {use.overridden} overridden ({use.of_shown} of those shown, "
                f"{use.of_answered} of those answered), {use.accepted} accepted, {use.silent} without feedback."
            )
            page.put([(said, "")], 4)
        if use.reasons:
            page.put([(use.reasons, "")], 13, "    Reasons:")
    if not shown.uses:
        page.put([("No rule applied, stayed open or had a card.", "")])
    return page.text()
