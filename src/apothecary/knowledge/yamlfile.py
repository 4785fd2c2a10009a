"""Reads YAML strictly: a key given twice or of the wrong kind is an error with its file and line."""

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

T = TypeVar("T")
_Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_AT = re.compile(r" - at `(?P<path>.*)`$")


class KnowledgeError(Exception):
    """Knowledge files that must not be used: every mistake with its file and line (exit code 4)."""

    def __init__(self, mistakes: list[str]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class _Loader(_Base):  # type: ignore[misc, valid-type]  # chosen at run time: the C loader where it exists
    """Safe YAML without repeated keys and without implicit dates."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        result: dict[Any, Any] = super().construct_mapping(node, deep)
        if len(result) != len(node.value):
            keys = [key.value for key, _ in node.value]
            twice = next((key for key in keys if keys.count(key) > 1), keys[-1])
            raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} is given twice", node.start_mark)
        return result


_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in _Base.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path, name: str) -> Any:
    """The content of a file; a YAML mistake is a KnowledgeError with the line."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or str(error)
        raise KnowledgeError([f"{name}{line}: {said}."]) from error
    except UnicodeDecodeError as error:
        raise KnowledgeError([f"{name}: the file is not UTF-8 text ({error.reason})."]) from error


def convert(data: Any, kind: type[T], path: Path, name: str, prefix: str = "") -> T:
    """The content as a typed structure; a mistake is a KnowledgeError with the line it stands on."""
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _AT.search(text)
        where = prefix + (found["path"].removeprefix("$") if found else "")
        said = _AT.sub("", text)
        place = f" (at {where.lstrip('.')})" if where else ""
        raise KnowledgeError([f"{name}:{line_of(path, where)}: {said}{place}."]) from error


def line_of(path: Path, where: str) -> int:
    """The line of a path such as `.rules[3].when` in a YAML file; of its nearest parent when it is not there."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Base)
    line = node.start_mark.line + 1 if node else 1
    for key, index in re.findall(r"\.?([\w-]+)|\[(\d+|\.\.\.)\]", where):
        child = None
        if isinstance(node, yaml.MappingNode) and key:
            child = next(((k, v) for k, v in node.value if k.value == key), None)
            if child:
                line, node = child[0].start_mark.line + 1, child[1]
        elif isinstance(node, yaml.SequenceNode) and index.isdigit() and int(index) < len(node.value):
            node = node.value[int(index)]
            line, child = node.start_mark.line + 1, (node, node)
        if child is None:
            break
    return int(line)
