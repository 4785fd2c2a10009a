"""Writes the pages that are made from the knowledge and from the hazard log; `python -m docs.make` rewrites them all.

The same files give the same pages: no date, no hash and no order of a file system goes into them.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from apothecary import logic
from apothecary.knowledge import PACKAGED, Monograph, Rule, Value, load, packaged
from apothecary.knowledge.jsonschema import texts
from apothecary.knowledge.kinetics import Model
from apothecary.knowledge.limits import ENGINE_VALUES
from apothecary.knowledge.therapy import named_values
from apothecary.review.describe import describe
from docs import coverage_page, hazards_page, kinetics_page

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "docs" / "schema"
_MADE = "<!-- Made by `python -m docs.make` from the knowledge files: change those, not this page. -->"
_PHASES = {"considering": "considering", "on-therapy": "on therapy"}
_KINDS = {
    "assumed": ("Assumed by us", "The source text leaves these open. A site may change them in `policy.yaml`."),
    "fixed": (
        "Fixed by another source",
        "The source text leaves these open and another source settles them. They stand in `policy.yaml`; facts about\n"
        "a product, which are marked, in `values.yaml`.",
    ),
    "derived": ("Derived from the source text", "Worked out from what the source text states; in `values.yaml`."),
    "stated": ("Stated by the source text", "Taken over as they stand; in `values.yaml`."),
}


def pages() -> dict[Path, str]:
    """Every generated page by its path; SAFETY.md with its hazard log replaced and the rest as it is."""
    known = [load(PACKAGED / name) for name in packaged()]
    return {
        ROOT / "INTERPRETATIONS.md": _interpretations(known),
        ROOT / "SAFETY.md": hazards_page.filled((ROOT / "SAFETY.md").read_text(encoding="utf-8"), _plain),
        ROOT / "docs" / "coverage.md": _coverage(known),
        ROOT / "docs" / "kinetics-validation.md": _kinetics(known),
        ROOT / "docs" / "rules.md": _rules(known),
        ROOT / "docs" / "values.md": _values(known),
        **{SCHEMAS / name: text for name, text in texts().items()},
    }


def main() -> None:
    """Writes the pages that differ from what is there, and names them."""
    SCHEMAS.mkdir(exist_ok=True)
    for path, text in pages().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"rewritten: {path.relative_to(ROOT)}")


def _page(title: str, intro: str, parts: Iterable[str]) -> str:
    return "\n".join([f"# {title}", "", _MADE, "", intro, "", *parts]).rstrip() + "\n"


def _name(m: Monograph) -> str:
    return m.drug.name[:1].upper() + m.drug.name[1:]


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, in a paragraph and in a table cell."""
    return re.sub(r"([*_|<>\[\]])", r"\\\1", " ".join(text.split()))


def _ids(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _coverage(known: list[Monograph]) -> str:
    parts = (line for m in known for line in coverage_page.lines(m, _name(m), _plain))
    return _page("Coverage of the source text", coverage_page.INTRO, parts)


def _kinetics(known: list[Monograph]) -> str:
    parts = kinetics_page.lines(known, _name, _plain)
    return _page("Kinetic models against published observations", kinetics_page.INTRO, parts)


# --- readings ------------------------------------------------------------------------------------------------------


def _interpretations(known: list[Monograph]) -> str:
    intro = (
        "Where the source text is vague or contradicts itself, a rule rests on a reading. Each is listed here with\n"
        "its reason and with what uses it. The numbers of a reading stand in `policy.yaml`; a site may change them."
    )
    return _page("Interpretations", intro, (line for m in known for line in _readings(m)))


def _readings(m: Monograph) -> Iterator[str]:
    yield from (f"## {_name(m)}", "")
    for id_, reading in m.interpretations.items():
        yield from (f"### {id_}", "", f"**{_plain(reading.title)}**", "")
        yield f"- **Issue:** {_plain(reading.issue)}"
        yield f"- **Reading:** {_plain(reading.reading)}"
        yield f"- **Why:** {_plain(reading.why)}"
        yield f"- **Statements:** {_statements(m, reading.statements)}"
        rules = [rule.id for rule in m.rules.values() if rule.interpretation == id_]
        uses = [use.id for use in m.indications.values() if use.interpretation == id_]
        values = [f"`{name}` = {_number(value)}" for name, value in m.values.items() if value.interpretation == id_]
        if not (rules or uses or values):  # it stands beside the main reading of rules on the same statements
            rules = [r.id for r in m.rules.values() if not set(reading.statements).isdisjoint(r.statements)]
        if rules:
            yield "- **Rules:** " + ", ".join(f"[{rule}](docs/rules.md#{rule})" for rule in rules)
        if uses:
            yield f"- **Uses:** {_ids(uses)}"
        if values:
            yield f"- **Values:** {', '.join(values)}"
        yield ""


def _statements(m: Monograph, ids: Iterable[str]) -> str:
    return "; ".join(f"`{id_}` ({_place(m, id_)})" for id_ in ids)


def _place(m: Monograph, id_: str) -> str:
    statement = m.statements[id_]
    references = f"; ref. {', '.join(statement.references)}" if statement.references else ""
    return f"{_plain(statement.section)}, {statement.ordinal}{references}"


def _number(value: Value) -> str:
    ends = value.value if isinstance(value.value, tuple) else (value.value,)
    unit = value.unit if value.unit != "1" else ""
    return f"{' to '.join(f'{end:.10g}' for end in ends)} {_plain(unit)}".strip()


# --- rules ---------------------------------------------------------------------------------------------------------


def _rules(known: list[Monograph]) -> str:
    intro = (
        "What each rule asks, in words, and what it rests on. An answer is *applies*, *clear* or *unknown*.\n"
        "`apothecary explain RULE RECORD` shows the same questions with the facts of one patient."
    )
    return _page("Rules", intro, (line for m in known for line in _rules_of(m)))


def _rules_of(m: Monograph) -> Iterator[str]:
    yield from (f"## {_name(m)}: {len(m.rules)} rules", "")
    yield from ("| rule | severity | phases | finding |", "|---|---|---|---|")
    ordered = sorted(m.rules.values(), key=lambda rule: (m.topics.index(rule.topic), rule.id))
    for rule in ordered:
        yield f"| [{rule.id}](#{rule.id}) | {rule.severity} | {_phases(rule)} | {_plain(rule.title)} |"
    yield from ("", f"## {_name(m)}: uses", "")
    for use in m.indications.values():
        labeled = "labeled" if use.labeled else "outside the US labeling"
        yield from (f"**{use.id}**: {_plain(use.name)} ({labeled}), documented by", "", *_condition(use.when, m), "")
    topic = ""
    for rule in ordered:
        if rule.topic != topic:
            topic = rule.topic
            yield from (f"## {_name(m)}: {topic.replace('-', ' ')}", "")
        yield from _rule(rule, m)


def _phases(rule: Rule) -> str:
    return ", ".join(_PHASES[phase] for phase in rule.phases)


def _rule(rule: Rule, m: Monograph) -> Iterator[str]:
    yield from (f"### {rule.id}", "", f"**{_plain(rule.title)}**", "")
    yield from (
        f"{rule.severity} · {_phases(rule)} · {rule.kind}",
        "",
        "Applies when",
        "",
        *_condition(rule.when, m),
        "",
    )
    yield from (f"Action: {_plain(rule.action)}", "")
    for exception in rule.exceptions:
        yield from (f"Exception *{_plain(exception.label)}*, when", "", *_condition(exception.when, m), "")
        yield from (f"then: {_plain(exception.action)}", "")
    if rule.interpretation:
        yield f"- Reading: [{rule.interpretation}](../INTERPRETATIONS.md#{rule.interpretation})"
    yield "- Rests on:"
    yield from (f"  - `{id_}` ({_place(m, id_)})" for id_ in rule.all_statements)
    for place in rule.places:
        yield f"- Also: {_plain(m.sources[place.source].citation)} ({_plain(place.locator)})"
    sets = _named(rule, m.value_sets)
    values = _named(rule, m.values)
    if sets:
        yield f"- Value sets: {_ids(sets)}"
    if values:
        yield "- Values: " + ", ".join(f"`{name}` = {_number(m.values[name])}" for name in values)
    yield ""


def _condition(node: logic.Condition, m: Monograph, depth: int = 0) -> Iterator[str]:
    """The condition as a nested list, one question a line."""
    below = logic.children(node)
    note = " (counts where recorded, is not asked for)" if getattr(node, "supplementary", False) else ""
    yield f"{'  ' * depth}- {_plain(describe(node, m))}{note}{':' if below else ''}"
    for child in below:
        yield from _condition(child, m, depth + 1)


def _named(rule: Rule, known: dict[str, Any]) -> list[str]:
    """The ids of one kind that the conditions of a rule name, in their order."""
    tops = (rule.when, *(exception.when for exception in rule.exceptions))
    return list(dict.fromkeys(name for top in tops for name in _names(top) if name in known))


def _names(top: logic.Condition) -> Iterator[str]:
    for node in logic.leaves(top):
        yield from (value for field in node.__struct_fields__ if isinstance(value := getattr(node, field), str))


# --- values --------------------------------------------------------------------------------------------------------


def _values(known: list[Monograph]) -> str:
    intro = (
        "Every number with its unit, its kind, where it comes from and what uses it. What a site may change stands\n"
        "in `policy.yaml`, the rest in `values.yaml`; each table says which. How to change one:\n"
        "[README](../README.md#change-a-threshold)."
    )
    return _page("Values", intro, (line for m in known for line in _values_of(m)))


def _values_of(m: Monograph) -> Iterator[str]:
    users = _users(m)
    for kind, (title, said) in _KINDS.items():
        chosen = {name: value for name, value in m.values.items() if value.kind == kind}
        if not chosen:
            continue
        yield from (f"## {_name(m)}: {title[:1].lower()}{title[1:]}", "", said, "")
        yield from ("| value | meaning | number | comes from | used by |", "|---|---|---|---|---|")
        for name, value in chosen.items():
            used = _ids(users.get(name, ())) or "no rule"
            yield f"| `{name}` | {_plain(value.meaning)} | {_number(value)} | {_origin(value, m)} | {used} |"
        yield ""


def _origin(value: Value, m: Monograph) -> str:
    parts = [_plain(value.reason)] if value.reason else []
    parts += [f"{_plain(m.sources[p.source].citation)} ({_plain(p.locator)})" for p in value.places]
    if value.statements:
        parts.append(_ids(value.statements))
    if value.interpretation:
        parts.append(f"[{value.interpretation}](../INTERPRETATIONS.md#{value.interpretation})")
    if value.kind == "fixed" and value not in [m.values[name] for name in m.policy]:
        parts.append("in `values.yaml`")
    return " · ".join(parts)


def _held_against(model: Model) -> set[str]:
    """The values that a kinetic model is compared with, and the window of its question about dialysis."""
    windows = {getattr(relation, "within", None) for relation in model.covariates}
    return {name for name in ({seen.value for seen in model.observed} | windows) if name is not None}


def _users(m: Monograph) -> dict[str, list[str]]:
    """What reads each value: rules, uses, observations (expiry, limits), dosing, monitoring, products, the engine."""
    found: dict[str, list[str]] = {}
    for rule in m.rules.values():
        for name in _named(rule, m.values):
            found.setdefault(name, []).append(rule.id)
    for use in m.indications.values():
        for name in dict.fromkeys(_names(use.when)):
            if name in m.values:
                found.setdefault(name, []).append(use.id)
    for id_, seen in m.observations.items():
        read = (seen.expires, seen.expires_child, seen.plausible, seen.molar_mass)
        answers = (number for answer in seen.answers.values() for number in (answer.at_least, answer.below))
        for limit in dict.fromkeys((*read, *answers)):
            if limit:
                found.setdefault(limit, []).append(id_)
    plans = [(f"dosing/{id_}", named_values([one], [])) for id_, one in m.dosing.items()]
    plans += [(f"monitoring/{id_}", named_values([], [one])) for id_, one in m.monitoring.items()]
    plans += [(f"kinetics/{id_}", _held_against(one)) for id_, one in m.models.items()]
    plans += [(id_, {p.measurable, p.doses_per_container} - {None}) for id_, p in m.products.items()]
    for id_, names in plans:
        for name in sorted(names):
            found.setdefault(name, []).append(id_)
    for name in sorted(ENGINE_VALUES & m.values.keys()):
        found.setdefault(name, []).append("engine")
    return found


if __name__ == "__main__":
    main()
