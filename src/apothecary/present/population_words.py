"""The wording of the report on a population."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from apothecary.present.population_counts import percent

if TYPE_CHECKING:
    from apothecary.population.measures import Measure
    from apothecary.present.population_counts import Counts

GROUPS: Final = {
    "on-therapy": "on therapy",
    "about-to-start": "about to start",
    "neither": "neither on therapy nor about to start",
}
NOTES: Final = {"dead": "Not reviewed: dead by that day", "not-born": "Not reviewed: not born by that day"}
KINDS: Final = ("applies", "unknown", "clear")


def headline(counts: Counts, groups: Sequence[str], drug: str, day: date) -> str:
    """How many are outside the monograph, in one sentence."""
    named = {"on-therapy": f"on {drug}", "about-to-start": f"about to start {drug}", "neither": f"not on {drug}"}
    told = [group for group in groups if counts.size(group) is not None]
    if not told:
        return f"On {day} the groups were too small to be reported without telling of single patients."

    def share(group: str, verdict: str) -> str:
        found = percent(counts.row("verdict", group, "", verdict))
        return f" ({found})" if found else ""

    def number(group: str, verdict: str) -> str:
        return counts.text(counts.row("verdict", group, "", verdict))

    outside = " and ".join(
        f"{number(one, 'stop')} of {counts.size(one):,} patients {named[one]}{share(one, 'stop')}" for one in told
    )
    open_ = " and ".join(f"{number(one, 'cannot-tell')}{share(one, 'cannot-tell')}" for one in told)
    return f"On {day}, {outside} were outside the monograph; of a further {open_} the record cannot tell."


def note_on_small_numbers(below: int) -> str:
    """What is hidden, and why."""
    if below <= 1:
        return "Small numbers are shown: do not pass this report on beyond those who may see single patients."
    return (
        f"Numbers of patients from 1 to {below - 1} are shown as <{below}, since they could tell of a single patient. "
        "Where such a number could be worked out from the others of its line, another one is “hidden”; "
        f"“all but <{below}” leaves so few. Groups of fewer than {below} patients are left out. Numbers of "
        f"cards, and of patients with a card, are rounded to {below - 1}. "
        "Days compared with each other may still show a change of a few patients."
    )


def definitions(measures: Sequence[Measure], below: int) -> tuple[tuple[str, str], ...]:
    """How each number is defined."""
    return (
        ("On therapy", "The record says that the drug was taken or given, and not that it has ended by the day."),
        ("About to start", "Not on therapy, with an order or a plan of the drug that is not active yet."),
        (
            "Outside the monograph",
            "The verdict is “stop”: at least one critical rule applies. It says that the record stands against the "
            "monograph, not that anybody has been harmed.",
        ),
        (
            "Applies, open, clear",
            "The answer of a rule for a patient. Open: the record does not tell, and never counts as clear. The three "
            "add up to the patients of the group of whom the rule is asked.",
        ),
        (
            "Verdict",
            "Stop: a critical rule applies. Cannot tell: none applies, one is open. Caution: a warning applies or is "
            "open, or the edition of the monograph is out of date. Go: none of these.",
        ),
        (
            "Cards",
            "An estimate before go-live of what an ordering workflow would show if each patient of the group had one "
            "order: a card for each decision (rules that lead to the same decision share one) in which a critical rule "
            "or, else, a warning applies, and one card a patient for all critical and warning questions that are open. "
            "Fewer where cards are set aside or joined. Each order gets an information card besides, not counted.",
        ),
        (
            "Missing data",
            "Patients with at least one open rule that lacks the fact, by the reason; a patient may lack several, so "
            "lines do not add up.",
        ),
        *((one.name, f"Complete: {one.text} Rule: {one.rule}.") for one in measures),
        (
            "Read, set aside",
            "Lines of the input; a line that could not be read is set aside and never counts as clear.",
        ),
    )
