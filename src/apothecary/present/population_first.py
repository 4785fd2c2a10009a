"""The patients to look at first as an HTML page. It names patients, so it is no part of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from apothecary.present import words
from apothecary.present.population_words import GROUPS
from apothecary.present.safe import clean, mapped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import pyarrow as pa

    from apothecary.knowledge.schema import Monograph


class Named(msgspec.Struct, frozen=True):
    """One patient. `applies`, `open`: severity and title of the rules; `needs`: what those open lack."""

    rank: int
    id: str
    export: str
    group: str
    verdict: str
    said: str
    applies: tuple[tuple[str, str], ...]
    open: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]


class ShownFirst(msgspec.Struct, frozen=True):
    """The whole page."""

    title: str
    about: tuple[tuple[str, str], ...]
    patients: tuple[Named, ...]
    disclaimer: str


def first_page(found: pa.Table, monograph: Monograph, as_of: date, about: Sequence[tuple[str, str]] = ()) -> str:
    """The page of what `population.first` found, ending with one newline."""
    from apothecary.present.as_html import environment

    shown = ShownFirst(
        f"{words.drug(monograph)}: patients to look at first",
        (
            *about,
            ("As of", as_of.isoformat()),
            ("Knowledge", f"version {monograph.version}, hash {monograph.hash}"),
            ("Order", "On therapy with the verdict stop, then by critical findings, warnings, open critical questions"),
        ),
        tuple(_named(row, monograph) for row in found.to_pylist()),
        words.CAVEAT,
    )  # fmt: skip
    return environment().get_template("population_first.html").render(shown=mapped(shown, clean))


def _named(row: dict[str, Any], m: Monograph) -> Named:
    def titles(ids: list[str]) -> tuple[tuple[str, str], ...]:
        return tuple((m.rules[id_].severity, m.rules[id_].title) for id_ in ids)

    needs = (need.rpartition(": ") for need in row["needs"])
    return Named(
        row["rank"],
        row["id"],
        row["export"],
        GROUPS[row["group"]],
        row["verdict"],
        words.VERDICTS[row["verdict"]],
        titles(row["applies"]),
        titles(row["unknown"]),
        tuple(f"{fact} ({words.WHYS.get(why, why)})" for fact, _, why in needs),
    )
