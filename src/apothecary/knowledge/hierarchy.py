"""A site's own terminology: which codes lie below the codes of our value sets."""

import csv
from pathlib import Path
from typing import Any

import msgspec

from apothecary.knowledge.schema import CodeEntry, Monograph
from apothecary.knowledge.yamlfile import KnowledgeError

Ancestors = dict[tuple[str, str], frozenset[str]]


def extend(monograph: Monograph, path: Path) -> tuple[Monograph, Ancestors]:
    """Reads a FHIR ValueSet expansion (JSON; its id or name is one of our sets) or a table of system, code, parent."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise KnowledgeError([f"{path}: the terminology file cannot be read: {error.strerror}."]) from error
    if content.lstrip()[:1] == b"{":
        entries = _expansion(content, path, monograph)
        return msgspec.structs.replace(monograph, codes=(*monograph.codes, *entries)), {}
    return monograph, _closure(content, path)


def _expansion(content: bytes, path: Path, monograph: Monograph) -> list[CodeEntry]:
    try:
        data = msgspec.json.decode(content)
    except msgspec.DecodeError as error:
        raise KnowledgeError([f"{path}: the file is not valid JSON: {error}."]) from error
    names = [data.get("id"), data.get("name"), str(data.get("url", "")).rsplit("/", 1)[-1]]
    set_id = next((name for name in names if name in monograph.value_sets), None)
    if data.get("resourceType") != "ValueSet" or set_id is None:
        known = ", ".join(sorted(monograph.value_sets)[:5])
        message = f"{path}: a ValueSet whose id or name is one of our value sets ({known}, …) is needed."
        raise KnowledgeError([message])
    found: list[CodeEntry] = []
    _contains((data.get("expansion") or {}).get("contains") or [], set_id, found)
    if not found:
        raise KnowledgeError([f"{path}: the ValueSet holds no expansion; expand it on a terminology server first."])
    return found


def _contains(items: list[dict[str, Any]], set_id: str, found: list[CodeEntry]) -> None:
    for item in items:
        if item.get("system") and item.get("code"):
            display = str(item.get("display", ""))
            found.append(
                CodeEntry(value_set=set_id, system=item["system"], code=item["code"], display=display, match="exact")
            )
        _contains(item.get("contains") or [], set_id, found)


def _closure(content: bytes, path: Path) -> Ancestors:
    """All ancestors of each code from a table of child-parent pairs; it may hold the pairs in any order."""
    parents: dict[tuple[str, str], set[str]] = {}
    try:
        lines = content.decode("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise KnowledgeError([f"{path}: the file is not UTF-8 text."]) from error
    for number, row in enumerate(csv.reader(lines, delimiter="\t"), 1):
        if row[:3] == ["system", "code", "parent"]:
            continue
        if len(row) != 3:
            message = f"{path}:{number}: a row has three columns (system, code, parent), this one {len(row)}."
            raise KnowledgeError([message])
        parents.setdefault((row[0], row[1]), set()).add(row[2])
    closed: Ancestors = {}
    for system, code in parents:
        above: set[str] = set()
        waiting = list(parents[system, code])
        while waiting:
            one = waiting.pop()
            if one not in above:
                above.add(one)
                waiting += parents.get((system, one), ())
        closed[system, code] = frozenset(above)
    return closed
