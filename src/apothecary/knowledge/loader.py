"""A folder of knowledge files to a checked monograph; every mistake is named with its file and line."""

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from apothecary import __version__
from apothecary.knowledge import links
from apothecary.knowledge import schema as s
from apothecary.knowledge.authoring import ConditionError, expand_all, expand_rule
from apothecary.knowledge.limits import Mistake
from apothecary.knowledge.yamlfile import KnowledgeError, convert, line_of, read_yaml

T = TypeVar("T")
_MATCHES = ("exact", "prefix", "descendants", "name")
PACKAGED = Path(__file__).resolve().parent.parent / "monographs"


def packaged() -> list[str]:
    """Ids of the monographs that come with the package."""
    return sorted(path.name for path in PACKAGED.iterdir() if (path / "monograph.yaml").is_file())


def load(folder: Path) -> s.Monograph:
    """Reads and checks one monograph folder; KnowledgeError lists every mistake with file and line."""
    if not (folder / "monograph.yaml").is_file():
        raise KnowledgeError([f"{folder}: there is no monograph.yaml here, so this is not a monograph folder."])
    mistakes: list[str] = []
    read = _Reader(folder, mistakes)
    main = read.one("monograph.yaml", s.MonographFile, _expand_indications)
    values = read.mapping("values.yaml", "values", s.Value)
    policy = read.mapping("policy.yaml", "values", s.Value)
    for id_ in values.keys() & policy.keys():
        line = line_of(folder / "policy.yaml", f".values.{id_}")
        mistakes.append(f"policy.yaml:{line}: the id {id_!r} is given twice.")
    observations = read.mapping("observations.yaml", "observations", s.Observation)
    value_sets = read.mapping("value_sets/sets.yaml", "value_sets", s.ValueSet)
    codes = tuple(read.codes())
    sources = read.listing("sources.yaml", "sources", s.Source)
    statements = read.listing("statements.yaml", "statements", s.Statement)
    interpretations = read.listing("interpretations.yaml", "interpretations", s.Interpretation)
    rules = _rules(folder, read, mistakes)
    dosing = {one.indication: one for one in read.folder("dosing", s.Dosing, "indication")}
    monitoring = {one.id: one for one in read.folder("monitoring", s.MonitoringPlan, "id")}
    models = {one.id: one for one in read.folder("kinetics", s.Model, "id")}
    has_exposure = models or (folder / "exposure.yaml").is_file()
    exposure = read.one("exposure.yaml", s.Exposure, lambda data: data) if has_exposure else None
    cards = read.one("cards.yaml", s.Cards, lambda data: data) if (folder / "cards.yaml").is_file() else None
    products = read.listing("products.yaml", "products", s.Product)
    adverse_effects = read.listing("adverse_effects.yaml", "adverse_effects", s.AdverseEffects)
    advice = read.listing("advice/en.yaml", "advice", s.AdviceLine)
    languages = {path.stem for path in folder.glob("advice/*.yaml")}
    languages |= set(main.handout.languages) if main is not None and main.handout is not None else set()
    others = sorted(languages - {"en"})
    translations = {name: read.listing(f"advice/{name}.yaml", "advice", s.TranslatedLine) for name in others}
    if main is None:
        raise KnowledgeError(mistakes)
    ids = [use.id for use in main.indications]
    for number, id_ in enumerate(ids):
        if id_ in ids[:number]:
            line = line_of(folder / "monograph.yaml", f".indications[{number}]")
            mistakes.append(f"monograph.yaml:{line}: the id {id_!r} is given twice.")
    monograph = s.Monograph(
        main.drug,
        main.topics,
        {use.id: use for use in main.indications},
        rules,
        {**values, **policy},
        observations,
        value_sets,
        codes,
        statements,
        sources,
        interpretations,
        products,
        adverse_effects,
        advice,
        read.digest(),
        __version__,
        frozenset(policy),
        dosing,
        monitoring,
        translations,
        main.handout,
        {id_: models[id_] for id_ in exposure.models if id_ in models} | models if exposure is not None else models,
        exposure,
        cards or s.Cards(),
    )
    if mistakes:
        raise KnowledgeError(mistakes)
    found = links.broken(monograph)
    if found:
        raise KnowledgeError([_placed(folder, mistake) for mistake in found])
    return monograph


def _rules(folder: Path, read: "_Reader", mistakes: list[str]) -> dict[str, s.Rule]:
    """The rules, each in a file at rules/<topic>/<id>.yaml; anything else in the folder is a mistake."""
    rules: dict[str, s.Rule] = {}
    read_rules = sorted(folder.glob("rules/*/*.yaml"))
    for path in sorted(set(folder.glob("rules/**/*")) - set(read_rules)):
        if path.is_file():
            name = path.relative_to(folder).as_posix()
            mistakes.append(f"{name}:1: this file is not read; a rule stands in rules/<topic>/<id>.yaml.")
    for path in read_rules:
        name = path.relative_to(folder).as_posix()
        rule = read.one(name, s.Rule, expand_rule)
        if rule is not None:
            if rule.id != path.stem or rule.topic != path.parent.name:
                mistakes.append(
                    f"{name}:1: rule {rule.topic}/{rule.id} must stand in rules/{rule.topic}/{rule.id}.yaml."
                )
            if rule.id in rules:
                mistakes.append(f"{name}:1: the id {rule.id!r} is given twice, also in rules/{rules[rule.id].topic}.")
            rules[rule.id] = rule
    return rules


def _placed(folder: Path, mistake: Mistake) -> str:
    path = folder / mistake.file
    line = line_of(path, mistake.where) if path.suffix == ".yaml" else mistake.line
    return f"{mistake.file}:{line}: {mistake.message}"


def _expand_indications(data: Any) -> Any:
    if isinstance(data, dict) and isinstance(data.get("indications"), list):
        return {**data, "indications": expand_all(data["indications"], ".indications")}
    return data


class _Reader:
    """Reads the files of one folder, collecting mistakes instead of stopping at the first."""

    def __init__(self, folder: Path, mistakes: list[str]) -> None:
        self._folder = folder
        self._mistakes = mistakes
        self._hash = hashlib.sha256()

    def digest(self) -> str:
        """A hash of every file read, in the order read."""
        return self._hash.hexdigest()[:16]

    def _yaml(self, name: str) -> Any:
        path = self._folder / name
        if not path.is_file():
            self._mistakes.append(f"{name}: the file is missing.")
            return None
        self._hash.update(name.encode() + b"\0" + path.read_bytes())
        try:
            return read_yaml(path, name)
        except KnowledgeError as error:
            self._mistakes += error.mistakes
            return None

    def one(self, name: str, kind: type[T], prepare: Callable[[Any], Any]) -> T | None:
        """A file that is one structure."""
        data = self._yaml(name)
        if data is None:
            return None
        try:
            return self._convert(prepare(data), kind, name)
        except ConditionError as error:
            self._mistakes.append(f"{name}:{line_of(self._folder / name, error.where)}: {error}.")
            return None

    def folder(self, name: str, kind: type[T], key: str) -> Iterator[T]:
        """The structures of a folder, one a file, each named as its file; the folder may be absent."""
        for path in sorted((self._folder / name).glob("*")):
            file = path.relative_to(self._folder).as_posix()
            if path.suffix != ".yaml":
                self._mistakes.append(f"{file}:1: this file is not read; {name} holds <{key}>.yaml.")
                continue
            found = self.one(file, kind, lambda data: data)
            if found is not None and getattr(found, key) != path.stem:
                said = getattr(found, key)
                self._mistakes.append(f"{file}:1: {name} of {said} must stand in {name}/{said}.yaml.")
            if found is not None:
                yield found

    def _convert(self, data: Any, kind: type[T], name: str, prefix: str = "") -> T | None:
        try:
            return convert(data, kind, self._folder / name, name, prefix)
        except KnowledgeError as error:
            self._mistakes += error.mistakes
            return None

    def _items(self, name: str, key: str) -> Any:
        data = self._yaml(name)
        if data is None:
            return None
        if not isinstance(data, dict) or list(data) != [key]:
            self._mistakes.append(f"{name}:1: the file must hold exactly the key {key!r}.")
            return None
        return data[key]

    def mapping(self, name: str, key: str, kind: type[T]) -> dict[str, T]:
        """A file that maps ids to structures."""
        found = {}
        for id_, item in (self._items(name, key) or {}).items():
            done = self._convert(item, kind, name, f".{key}.{id_}")
            if done is not None:
                found[id_] = done
        return found

    def listing(self, name: str, key: str, kind: type[T]) -> dict[str, T]:
        """A file that lists structures with ids; an id given twice is a mistake."""
        found: dict[str, T] = {}
        for number, item in enumerate(self._items(name, key) or ()):
            done = self._convert(item, kind, name, f".{key}[{number}]")
            if done is None:
                continue
            id_: str = done.id  # type: ignore[attr-defined]  # every listed kind has an id
            if id_ in found:
                line = line_of(self._folder / name, f".{key}[{number}]")
                self._mistakes.append(f"{name}:{line}: the id {id_!r} is given twice.")
            found[id_] = done
        return found

    def codes(self) -> Iterable[s.CodeEntry]:
        """The code tables: value_sets/codes.tsv and the optional ones whose licence a site may not have."""
        paths = [self._folder / "value_sets/codes.tsv", *sorted(self._folder.glob("value_sets/optional/*.tsv"))]
        for path in paths:
            name = path.relative_to(self._folder).as_posix()
            if not path.is_file():
                self._mistakes.append(f"{name}: the file is missing.")
                continue
            content = path.read_bytes()
            self._hash.update(name.encode() + b"\0" + content)
            try:
                lines = content.decode("utf-8").splitlines()
            except UnicodeDecodeError as error:
                self._mistakes.append(f"{name}: the file is not UTF-8 text ({error.reason}).")
                continue
            for number, row in enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 1):
                if number == 1 and row[0] == "value_set":
                    continue
                entry = _code_entry(row)
                if isinstance(entry, str):
                    self._mistakes.append(f"{name}:{number}: {entry}")
                else:
                    yield entry


def _code_entry(row: list[str]) -> s.CodeEntry | str:
    if len(row) != 6:
        return f"a row has six columns (value_set, system, code, display, match, breadth), this one {len(row)}."
    value_set, system, code, display, match, breadth = row
    if match not in _MATCHES:
        return f"match is {match!r}; it must be one of {', '.join(_MATCHES)}."
    if breadth not in ("", "coarse"):
        return f"breadth is {breadth!r}; it must be empty or coarse."
    if not code or (not system and match != "name"):
        return "a row needs a code and, unless it is a name, a code system."
    if match == "name" and not any(character.isalnum() for character in code):
        return f"the name {code!r} has no word to look for."
    return s.CodeEntry(
        value_set=value_set,
        system=system,
        code=code,
        display=display,
        match=match,  # type: ignore[arg-type]  # checked above
        coarse=breadth == "coarse",
    )
