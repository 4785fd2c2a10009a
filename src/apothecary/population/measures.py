"""population.yaml beside a monograph: which rules tell how complete screening and monitoring are."""

from pathlib import Path
from typing import Final, Literal

from apothecary.knowledge import KnowledgeError, Monograph
from apothecary.knowledge.source_text import Strict
from apothecary.knowledge.yamlfile import convert, line_of, read_yaml
from apothecary.population.findings import PHASE_OF, Group

FILE: Final = "population.yaml"


class Measure(Strict, frozen=True):
    """A screening or an examination of the schedule: done where its rule comes to `complete_when`, open where unknown.

    `groups`: in whom it is counted.
    """

    id: str
    name: str
    rule: str
    groups: tuple[Group, ...]
    complete_when: Literal["clear", "applies"]
    text: str


class _File(Strict, frozen=True):
    measures: tuple[Measure, ...] = ()


def load_measures(folder: Path, m: Monograph) -> tuple[Measure, ...]:
    """The measures of a monograph folder, none where it has no such file; KnowledgeError lists every mistake."""
    path = folder / FILE
    if not path.is_file():
        return ()
    measures = convert(read_yaml(path, FILE), _File, path, FILE).measures
    mistakes = []
    for number, one in enumerate(measures):
        at = f"{FILE}:{line_of(path, f'.measures[{number}]')}"
        if one.id in {other.id for other in measures[:number]}:
            mistakes.append(f"{at}: the id {one.id!r} is given twice.")
        if not one.groups:
            mistakes.append(f"{at}: the measure {one.id} is counted in no group.")
        rule = m.rules.get(one.rule)
        if rule is None:
            mistakes.append(f"{at}: there is no rule {one.rule!r}.")
            continue
        mistakes += [
            f"{at}: the rule {one.rule} is not asked in the group {group}, only in the phases "
            f"{', '.join(rule.phases)}; name another rule or leave the group out."
            for group in one.groups
            if PHASE_OF[group] not in rule.phases
        ]
    if mistakes:
        raise KnowledgeError(mistakes)
    return measures
