"""The report on a population as one HTML page for a medication-safety committee: counts only, no patient."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from apothecary.present import words
from apothecary.present.population_counts import Counts, percent
from apothecary.present.population_shown import (
    Answered,
    Day,
    Group,
    Lack,
    Load,
    Measured,
    Part,
    Shown,
    Total,
)
from apothecary.present.population_trend import trends
from apothecary.present.population_words import GROUPS, KINDS, NOTES, definitions, headline, note_on_small_numbers
from apothecary.present.safe import clean, mapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from apothecary.knowledge.schema import Monograph
    from apothecary.population.measures import Measure

_MOST_LACKS: Final = 15
_SEVERITIES: Final = ("critical", "warning", "info")
_APPLIES: Final = {"critical": "applies", "warning": "caution", "info": "told"}  # the color of the bar
_VERDICTS: Final = {
    "stop": ("applies", "Stop: a critical finding applies"),
    "cannot-tell": ("unknown", "Cannot tell: a critical question is open"),
    "caution": ("caution", "Caution: a warning applies or is open"),
    "go": ("clear", "Go: none of these"),
}
_LOADS: Final = (
    ("critical", "Critical cards"),
    ("warning", "Warning cards"),
    ("cannot-tell", "Cards that say what cannot be told"),
)


def report(
    summary: pa.Table,
    monograph: Monograph,
    *,
    measures: Sequence[Measure] = (),
    about: Sequence[tuple[str, str]] = (),
    below: int = 11,
) -> str:
    """The page, ending with one newline; of several days the last is told in full and all are drawn.

    `about`: what else to say at the top, such as where the data are from. `below`: the limit of the summary.
    ValueError for a summary without any patient rows.
    """
    from apothecary.present.as_html import environment

    shown = mapped(content(summary, monograph, measures, about, below), clean)
    page = environment().get_template("population.html").render(shown=shown)
    return page.replace(" %", "\N{NO-BREAK SPACE}%")  # a percent sign at the start of a line is hard to read


def content(
    summary: pa.Table, m: Monograph, measures: Sequence[Measure], about: Sequence[tuple[str, str]], below: int
) -> Shown:
    """What the page says, in words."""
    rows: list[dict[str, Any]] = summary.to_pylist()
    days = sorted({row["as_of"] for row in rows if row["measure"] == "patients"})
    if not days:
        raise ValueError("The summary has no count of patients, so there is nothing to report. Run the review first.")
    counts = Counts([row for row in rows if row["as_of"] == days[-1]], below)
    groups = [one for one in ("on-therapy", "about-to-start") if counts.size(one) != 0] or ["neither"]
    return Shown(
        title=f"{words.drug(m)}: medication-use evaluation",
        headline=headline(counts, groups, m.drug.name, days[-1]),
        about=(*about, *_about(m, days)),
        small=note_on_small_numbers(below),
        totals=_totals(counts),
        groups=tuple(_group(counts, group, m, measures) for group in groups),
        trends=trends(rows, days, groups, measures, below),
        unread=_unread(counts),
        sections=_sections(counts),
        definitions=definitions(measures, below),
        disclaimer=words.CAVEAT,
    )


def _about(m: Monograph, days: Sequence[date]) -> list[tuple[str, str]]:
    from apothecary.review.edition import Edition

    used, edition = Edition(m).knowledge(days[-1]), m.drug.edition
    ended = ". That day has passed: compare with the current text before acting on this" if used.expired else ""
    told = [("As of", days[-1].isoformat())]
    if len(days) > 1:
        what = "all but the trends are of the last. Each day is reviewed without rows dated later, but with the"
        now = "knowledge and the statuses of today"
        told.append(("Days compared", f"{len(days)}, from {days[0]} to {days[-1]}; {what} {now}"))
    return [
        *told,
        ("Monograph", f"{edition.title}, {edition.publisher}, revised {used.revised}"),
        ("To be used until", f"{used.expires}{ended}"),
        ("Knowledge", f"version {used.version}, hash {used.hash}"),
    ]


def _totals(counts: Counts) -> tuple[Total, ...]:
    found = [Total("Patients read", counts.text(counts.row("patients", "all", "read", "")))]
    for name, label in (*((one, text[0].upper() + text[1:]) for one, text in GROUPS.items()), *NOTES.items()):
        row = counts.row("patients", "all", "read", name)
        found.append(Total(label, counts.text(row), percent(row)))
    return tuple(found)


def _group(counts: Counts, group: str, m: Monograph, measures: Sequence[Measure]) -> Group:
    rules = [_rule(counts, group, rule) for rule in m.rules.values() if counts.has("rule", group, rule.id)]
    rules.sort(key=lambda one: (_SEVERITIES.index(one.severity), -one.weight))
    names = {one.id: one for one in measures}
    done = [item for item in counts.items("completeness", group) if item in names]
    return Group(
        group,
        GROUPS[group],
        counts.text(counts.row("patients", "all", "read", group)),
        counts.size(group) is None,
        _parts(counts, group, "sex") + _parts(counts, group, "age"),
        tuple(
            Total(m.indications[use].name + ("" if m.indications[use].labeled else " (off-label)"),
                  counts.of(row), _maybe(counts.row("use", group, use, "unknown"), counts))
            for use in counts.items("use", group)
            if (row := counts.row("use", group, use, "applies")) and (row["count"] or row["hidden"])
        ),
        counts.bar([(kind, counts.row("verdict", group, "", name)) for name, (kind, _) in _VERDICTS.items()]),
        tuple(
            Total(label, counts.of(counts.row("verdict", group, "", name)), kind)
            for name, (kind, label) in _VERDICTS.items()
        ),
        tuple(one for one in rules if one.weight),
        tuple(one.title for one in rules if not one.weight),
        tuple(_measured(counts, group, names[item]) for item in done),
        tuple(_load(counts, group, severity, label) for severity, label in _LOADS),
        counts.of(counts.row("carded", group, "patients", "", "any")),
        _lacks(counts, group, m),
    )  # fmt: skip


def _parts(counts: Counts, group: str, measure: str) -> tuple[Total, ...]:
    rows = [counts.row(measure, group, measure, name) for name in counts.statuses(measure, group, measure)]
    heads = {"sex": "Sex", "age": "Age"}
    return tuple(
        Total(f"{heads[measure]}: {row['status']}", counts.text(row), percent(row))
        for row in rows
        if row["count"] or row["hidden"]
    )


def _maybe(row: dict[str, Any], counts: Counts) -> str:
    """Of how many patients a use is not known."""
    return f"not known: {counts.text(row)}" if row["count"] or row["hidden"] else ""


def _rule(counts: Counts, group: str, rule: Any) -> Answered:
    cells = {status: counts.row("rule", group, rule.id, status) for status in KINDS}
    weight = sum(
        (1000 if status == "applies" else 1) * (cells[status]["count"] or (1 if cells[status]["hidden"] else 0))
        for status in ("applies", "unknown")
    )

    def part(status: str) -> Part:
        return Part(counts.text(cells[status]), percent(cells[status]))

    return Answered(
        rule.id,
        rule.title,
        rule.severity,
        part("applies"),
        part("unknown"),
        part("clear"),
        counts.asked(cells["applies"]),
        counts.bar([(_APPLIES[rule.severity] if status == "applies" else status, cells[status]) for status in KINDS]),
        weight,
    )


def _measured(counts: Counts, group: str, measure: Measure) -> Measured:
    kinds = {"complete": "clear", "incomplete": "applies", "unknown": "unknown"}
    cells = {status: counts.row("completeness", group, measure.id, status) for status in kinds}
    return Measured(
        measure.name,
        measure.text,
        counts.of(cells["complete"]),
        counts.of(cells["incomplete"]),
        counts.of(cells["unknown"]),
        counts.bar([(kinds[status], cells[status]) for status in ("incomplete", "unknown", "complete")]),
    )


def _load(counts: Counts, group: str, severity: str, label: str) -> Load:
    """Cards for 100 patients; of what cannot be told a patient gets one card at most."""
    patients = counts.row("carded", group, "patients", "", severity)
    cards = patients if severity == "cannot-tell" else counts.row("cards", group, "cards", "", severity)
    number, size = cards["count"], cards["denominator"]
    rate = f"{100 * number / size:.1f}" if number is not None and size else "–"
    about = "about " if cards["hidden"] == "rounded" and rate != "–" else ""
    return Load(
        label, severity, counts.text(cards), f"{about}{rate}", counts.of(patients), float(number or 0) / (size or 1)
    )


def _lacks(counts: Counts, group: str, m: Monograph) -> tuple[Lack, ...]:
    rows = sorted(
        counts.all("missing", group), key=lambda row: (-(row["count"] or 0), row["hidden"] != "rest", row["item"])
    )
    return tuple(
        Lack(
            row["item"],
            words.WHYS[row["status"]],
            counts.of(row),
            tuple(m.rules[id_].title for id_ in row["rules"] if id_ in m.rules),
            100 * (row["count"] or 0) / (row["denominator"] or 1),
        )
        for row in rows[:_MOST_LACKS]
    )


def _unread(counts: Counts) -> tuple[Total, ...]:
    return tuple(
        Total("Lines, rows or records read" if not row["status"] else f"Set aside: {row['item']}", f"{row['count']:,}",
              "" if not row["status"] else percent(row))
        for row in counts.all("lines", "all")
    )  # fmt: skip


def _sections(counts: Counts) -> tuple[Day, ...]:
    """The sections that an export did not supply, or not for every patient."""
    found = []
    for row in counts.all("section", "all"):
        if row["status"] != "supplied" and (row["count"] or row["hidden"]):
            what = {"not-supplied": "not supplied", "unreadable": "cannot be read"}[row["status"]]
            found.append(Day(row["export"] or "the input", f"{row['item']}: {what}", counts.of(row)))
    return tuple(found)
