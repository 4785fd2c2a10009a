"""Findings and patients as tables: the wide table of the rules' query, one row a patient, to files for people.

The wide table has for every rule a column `rule_<id>`, for every use `use_<id>` (0 clear, 1 applies, 2 unknown, null:
not asked in the phase) and for every question `need_<k>` (0 answered, else why not).
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any, Final, Literal, get_args

import duckdb
import ibis
import msgspec
import pyarrow as pa

from apothecary.knowledge import Monograph, Rule
from apothecary.knowledge.schema import PhaseName, Severity
from apothecary.logic import Truth
from apothecary.review.result import Why

Group = Literal["on-therapy", "about-to-start", "neither"]
GROUPS: Final[tuple[Group, ...]] = get_args(Group)
PHASE_OF: Final[dict[Group, PhaseName]] = {
    "on-therapy": "on-therapy",
    "about-to-start": "considering",
    "neither": "considering",
}
STATUSES: Final = (Truth.CLEAR, Truth.APPLIES, Truth.UNKNOWN)  # by the number that stands for them
CLEAR, APPLIES, UNKNOWN = range(3)
WHYS: Final[tuple[Why, ...]] = get_args(Why)  # the first one is number 1
_WHO: Final = ("patient", "id", "export")
CODES: Final = range(1, len(WHYS) + 2)  # in `need_<k>`: the reasons, then that a whole section cannot be read
_DIGIT: Final = len(CODES) + 1
_PACKED: Final = 19  # reasons in one signed 64-bit number


class Leaf(msgspec.Struct, frozen=True):
    """A question of a rule, in the column `need_<k>`: the fact that would settle it, the rules it is part of.

    `section`: what is lacking where the whole section is not supplied; empty where the fact is named all the same.
    """

    k: int
    fact: str
    rules: tuple[str, ...]
    section: str = ""


class NotWritten(Exception):
    """A file of the results could not be written; nothing that looks whole is left."""


def rule_column(id_: str) -> str:
    """The column with a rule's answers."""
    return f"rule_{id_}"


def use_column(id_: str) -> str:
    """The column with the answers on a documented use."""
    return f"use_{id_}"


def answer_code(place: int, status: int) -> int:
    """The number of an answer: the place of its rule and its status."""
    return len(STATUSES) * place + status


def need_column(leaf: Leaf) -> str:
    """The column that says why a question is open."""
    return f"need_{leaf.k}"


def by_rule(leaves: Iterable[Leaf]) -> dict[str, list[Leaf]]:
    """The questions of each rule, in their order."""
    found: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        for rule in leaf.rules:
            found.setdefault(rule, []).append(leaf)
    return found


def rules_of(m: Monograph, severity: Severity) -> list[Rule]:
    """The rules of a severity."""
    return [rule for rule in m.rules.values() if rule.severity == severity]


def some(parts: Iterable[Any]) -> Any:
    """Whether any of some conditions holds, as an expression; a null counts as no."""
    return reduce(or_, (part.fill_null(False) for part in parts), ibis.literal(False))


def number_with(wide: ibis.Table, rules: Iterable[Rule], answer: int) -> Any:
    """How many of the rules have an answer, patient by patient."""
    flags = [(wide[rule_column(rule.id)] == answer).fill_null(False).cast("int16") for rule in rules]
    return sum(flags, start=ibis.literal(0, "int16")).cast("int16")


def findings(wide: ibis.Table, leaves: Sequence[Leaf], m: Monograph, values: ibis.Table | None = None) -> ibis.Table:
    """One row a patient and rule that was asked, with what an open rule lacks.

    `values`: by patient and answer the key values of findings that apply or are open; without it there are none.
    """
    answers = [(rule, number) for rule in m.rules.values() for number in range(len(STATUSES))]  # by `answer_code`
    names = ibis.memtable(  # joined at the end: carrying numbers through the unnest takes a third of the time of texts
        {
            "answer": list(range(len(answers))),
            "rule": [rule.id for rule, _ in answers],
            "status": [str(STATUSES[number]) for _, number in answers],
            "severity": [rule.severity for rule, _ in answers],
            "topic": [rule.topic for rule, _ in answers],
        }
    )
    questions = by_rule(leaves)
    words = [f"word_{number}" for number in range(max([1, *(-(-len(some) // _PACKED) for some in questions.values())]))]
    cells = []
    for place, rule in enumerate(m.rules.values()):
        packed = _packed(wide, questions.get(rule.id, []), words)
        code = wide[rule_column(rule.id)].cast("int64") + answer_code(place, CLEAR)
        cells.append(ibis.struct({"answer": code, **packed}))
    each = wide.select(*_WHO, "phase", "group", cell=ibis.array(cells).unnest())
    cell: Any = each.cell
    told = each.select(*_WHO, "phase", "group", **{name: cell[name] for name in ("answer", *words)})
    told = _beside(told, _needs(told, questions, [rule for rule, _ in answers], words), "needs")
    told = told.mutate(values=ibis.literal([], "array<string>")) if values is None else _beside(told, values, "values")
    columns = (*_WHO, "rule", "status", "severity", "topic", "phase", "group", "values", "needs")
    return told.join(names, "answer").select(*columns)


def _packed(wide: ibis.Table, leaves: Sequence[Leaf], words: Sequence[str]) -> dict[str, Any]:
    """Why the questions of a rule are open, as digits of a few numbers: texts would make the table many times wider."""
    found: dict[str, Any] = {}
    for number, name in enumerate(words):
        some = leaves[number * _PACKED : (number + 1) * _PACKED]
        digits = [wide[need_column(leaf)].cast("int64") * _DIGIT**place for place, leaf in enumerate(some)]
        found[name] = sum(digits, start=ibis.literal(0, "int64"))
    return found


def _needs(
    told: ibis.Table, questions: dict[str, list[Leaf]], rules: Sequence[Rule], words: Sequence[str]
) -> ibis.Table:
    """What is lacking, as `needs`, for every answer and set of reasons that occurs."""
    some = reduce(or_, (told[name] > 0 for name in words))
    found = told.filter(some).select("answer", *words).distinct().to_pyarrow().to_pylist()
    lists = []
    for row in found:
        leaves = questions[rules[row["answer"]].id]
        whys = (row[words[n // _PACKED]] // _DIGIT ** (n % _PACKED) % _DIGIT for n in range(len(leaves)))
        lists.append(list(dict.fromkeys(lacking(leaf, why) for leaf, why in zip(leaves, whys, strict=True) if why)))
    schema = pa.schema([("answer", pa.int64()), *((name, pa.int64()) for name in words)])
    table = pa.Table.from_pylist(found, schema)
    return ibis.memtable(table.append_column("needs", pa.array(lists, pa.list_(pa.string()))))


def lacking(leaf: Leaf, why: int) -> str:
    """What an open question lacks: its fact, or the section where all of that is not supplied or cannot be read."""
    whole = why > len(WHYS)
    said = "unreadable" if whole else WHYS[why - 1]
    return f"{leaf.section if leaf.section and (whole or said == 'not-supplied') else leaf.fact}: {said}"


def _beside(told: ibis.Table, there: ibis.Table, column: str) -> ibis.Table:
    """The lists of a table that shares its other columns; empty for rows that it does not have."""
    keys = [name for name in there.columns if name != column]
    right = there.rename({f"_{name}": name for name in keys})
    found = told.left_join(right, [told[name] == right[f"_{name}"] for name in keys])
    return found.mutate(**{column: found[column].fill_null(ibis.literal([], "array<string>"))}).drop(
        *(f"_{name}" for name in keys)
    )


def _word(number: Any, said: Sequence[str | None]) -> Any:
    """The word that a small number stands for; null for null."""
    pairs = [(number == place, ibis.literal(word)) for place, word in enumerate(said) if word is not None]
    return ibis.cases(*pairs)


def patients(wide: ibis.Table, m: Monograph) -> ibis.Table:
    """One row a patient: its group and verdict, its uses in words, how much applies and is open."""
    counts = {
        f"{severity}_{name}": number_with(wide, rules_of(m, severity), answer)
        for severity in ("critical", "warning")
        for name, answer in (("applies", APPLIES), ("unknown", UNKNOWN))
    }
    uses = {use_column(id_): _word(wide[use_column(id_)], [str(one) for one in STATUSES]) for id_ in m.indications}
    return wide.select(*_WHO, "group", "phase", "verdict", **uses, **counts)


def write(
    wide: ibis.Table,
    leaves: Sequence[Leaf],
    m: Monograph,
    out: Path,
    *,
    everyone: bool = False,
    evidence: Callable[[ibis.Table], ibis.Table] | None = None,
) -> None:
    """findings.parquet and patients.parquet in a folder, written by the engine; NotWritten where that fails.

    findings.parquet holds who is on therapy or about to start, `everyone` all others too: one row a patient and rule.
    `evidence` gives the key values of the patients of a wide table, as of `findings`.
    """
    asked = wide if everyone else wide.filter(wide.group != "neither")
    values = evidence(asked) if evidence is not None else None
    save(findings(asked, leaves, m, values), out / "findings.parquet")
    save(patients(wide, m), out / "patients.parquet")


def save(table: ibis.Table, path: Path) -> None:
    """A table to a Parquet file (Spark: a folder of that name), under its name only when it is whole."""
    with whole(path) as part:
        table.to_parquet(str(part))


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary name beside a file, which becomes its name once everything is written; NotWritten where it fails."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
        yield part
        if path.is_dir() or part.is_dir():
            _remove(path)
        part.replace(path)
    except (OSError, duckdb.IOException) as error:
        raise NotWritten(
            f"{path.name} could not be written to {path.parent}: {str(error).splitlines()[0]}. Nothing half-written "
            "was left under that name. Make room or choose a folder that may be written to, then run it again."
        ) from error
    finally:
        _remove(part, careful=False)


def _remove(path: Path, careful: bool = True) -> None:
    """Away with a file or folder; not `careful`: what cannot be removed stays."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=not careful)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        if careful:
            raise
