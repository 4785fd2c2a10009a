"""The JSON Schemas of the knowledge files, so that an editor completes and checks them while one types."""

from pathlib import Path
from typing import Any, get_args

import msgspec

from apothecary import logic
from apothecary.knowledge import schema as s
from apothecary.knowledge.authoring import MAIN_FIELD

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_LISTED: dict[str, type] = {
    "sources": s.Source,
    "statements": s.Statement,
    "interpretations": s.Interpretation,
    "products": s.Product,
    "adverse_effects": s.AdverseEffects,
    "advice": s.AdviceLine,
}
_MAPPED: dict[str, tuple[str, type]] = {
    "values": ("values", s.Value),
    "policy": ("values", s.Value),
    "observations": ("observations", s.Observation),
    "sets": ("value_sets", s.ValueSet),
}


def schemas() -> dict[str, dict[str, Any]]:
    """One schema for each kind of knowledge file, by the file's name without its ending (`rule` for rules)."""
    found = {"rule": _of(s.Rule), "monograph": _of(s.MonographFile)}
    found |= {"dosing": _of(s.Dosing), "monitoring": _of(s.MonitoringPlan)}
    found |= {"model": _of(s.Model), "exposure": _of(s.Exposure), "cards": _of(s.Cards)}
    for name, kind in _LISTED.items():
        found[name] = _wrapped(kind, lambda item, key=name: {key: {"type": "array", "items": item}})
    found["translation"] = _wrapped(s.TranslatedLine, lambda item: {"advice": {"type": "array", "items": item}})
    for name, (key, kind) in _MAPPED.items():
        found[name] = _wrapped(kind, lambda item, key=key: {key: {"type": "object", "additionalProperties": item}})
    return found


def write_schemas(folder: Path) -> None:
    """Writes every schema as `<kind>.schema.json`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts().items():
        (folder / name).write_text(text, encoding="utf-8")


def texts() -> dict[str, str]:
    """Every schema as the text of its file, by the name of the file."""
    encoder = msgspec.json.Encoder(order="sorted")
    return {
        f"{name}.schema.json": msgspec.json.format(encoder.encode(content), indent=2).decode() + "\n"
        for name, content in schemas().items()
    }


def _wrapped(kind: type, properties: Any) -> dict[str, Any]:
    content = _of(kind)
    item = {"$ref": content.pop("$ref")}
    wanted = properties(item)
    return {
        **content,
        "type": "object",
        "properties": wanted,
        "required": list(wanted),
        "additionalProperties": False,
    }


def _of(kind: type) -> dict[str, Any]:
    """The schema of a structure with its conditions in the form in which they are written."""
    (root,), defs = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    nodes = {node.__name__ for node in get_args(logic.Condition)}
    written = {name: _written(content) for name, content in defs.items() if name not in nodes}
    if "#/$defs/Condition" in str(written):
        written["Condition"] = _condition(defs)
    return {"$schema": _DIALECT, **root, "$defs": written}


def _written(content: Any) -> Any:
    """Replaces the union of tagged nodes by one reference to the written condition."""
    if isinstance(content, dict):
        options = content.get("anyOf")
        if isinstance(options, list) and content.get("discriminator", {}).get("propertyName") == "ask":
            return {"$ref": "#/$defs/Condition"}
        return {key: _written(value) for key, value in content.items()}
    return [_written(item) for item in content] if isinstance(content, list) else content


def _condition(defs: dict[str, Any]) -> dict[str, Any]:
    itself = {"$ref": "#/$defs/Condition"}
    options = []
    for node in get_args(logic.Condition):
        content = defs[node.__name__]
        ask = content["properties"]["ask"]["enum"][0]
        if ask in ("all", "any"):
            form: Any = {"type": "array", "items": itself, "minItems": 2}
        elif ask == "not":
            form = itself
        else:
            fields = {key: value for key, value in content["properties"].items() if key != "ask"}
            required = [name for name in content.get("required", []) if name != "ask"]
            whole = {"type": "object", "properties": fields, "required": required, "additionalProperties": False}
            short = fields[MAIN_FIELD[ask]]
            form = {"anyOf": [short, whole]} if required in ([], [MAIN_FIELD[ask]]) else whole
        options.append(
            {
                "type": "object",
                "description": (node.__doc__ or "").split("\n")[0],
                "properties": {ask: form},
                "required": [ask],
                "additionalProperties": False,
            }
        )
    return {"oneOf": options}
