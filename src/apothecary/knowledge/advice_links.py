"""Checks the advice for patients: what it must cover, its numbers, its translations."""

import re
from collections.abc import Iterator

from apothecary.knowledge import schema as s
from apothecary.knowledge.limits import Mistake

_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])")  # not the one of IL-1


def numbers(text: str) -> tuple[float, ...]:
    """The numbers of a line in rising order, each as often as it is there; a decimal has a point in every language."""
    return tuple(sorted(float(number) for number in _NUMBER.findall(text)))


def wrong(m: s.Monograph) -> Iterator[Mistake]:
    """Every mistake in the advice and its translations."""
    yield from _lines(m)
    for language, lines in m.translations.items():
        yield from _translated(m, f"advice/{language}.yaml", lines)
    if m.handout is not None:
        yield from _covered(m, m.handout)


def _lines(m: s.Monograph) -> Iterator[Mistake]:
    for number, line in enumerate(m.advice.values()):
        where = f".advice[{number}]"
        for use in line.indications:
            if use not in m.indications:
                yield Mistake("advice/en.yaml", where, f"there is no indication {use!r} in monograph.yaml.")
        if line.monitoring is not None and line.monitoring not in m.monitoring:
            yield Mistake("advice/en.yaml", where, f"there is no monitoring/{line.monitoring}.yaml.")
        given = {float(n) for id_ in line.statements if id_ in m.statements for n in m.statements[id_].numbers}
        for strange in sorted(set(numbers(line.text)) - given):
            message = f"the line {line.id} says {strange:.10g}, a number that none of its statements holds."
            yield Mistake("advice/en.yaml", where, message)


def _translated(m: s.Monograph, file: str, lines: dict[str, s.TranslatedLine]) -> Iterator[Mistake]:
    for number, line in enumerate(lines.values()):
        where = f".advice[{number}]"
        if line.id not in m.advice:
            yield Mistake(file, where, f"there is no line {line.id!r} in advice/en.yaml.")
        elif numbers(line.text) != numbers(m.advice[line.id].text):
            yield Mistake(file, where, f"the line {line.id} has other numbers than in advice/en.yaml.")
    for id_ in m.advice:
        if id_ not in lines:
            yield Mistake(file, "", f"the line {id_!r} of advice/en.yaml has no translation here.")


def _covered(m: s.Monograph, handout: s.Handout) -> Iterator[Mistake]:
    """Each statement of the sections named must have a line; that each line is translated is checked by itself."""
    carried = {id_ for line in m.advice.values() for id_ in line.statements}
    for name in handout.sections:
        inside = [one for one in m.statements.values() if one.section == name or one.section.startswith(f"{name} / ")]
        if not inside:
            yield Mistake("monograph.yaml", ".handout", f"no statement stands in the section {name!r}.")
        for one in inside:
            if one.id not in carried:
                message = f"statement {one.id} ({one.section}) has no line; the sheet for patients must cover it."
                yield Mistake("advice/en.yaml", "", message)
