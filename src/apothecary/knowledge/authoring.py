"""The way conditions are written in rule files: one key names the question, a plain word fills its main field."""

from typing import Any

# question -> the field a plain word fills
MAIN_FIELD: dict[str, str] = {
    "condition": "set",
    "takes": "set",
    "allergy": "set",
    "vaccine": "set",
    "procedure": "set",
    "result": "of",
    "compare": "quantity",
    "missing": "of",
    "sources-disagree": "quantity",
    "ordered-route": "set",
    "order-unread": "part",
    "started": "within",
    "overdue": "of",
    "sex": "equals",
    "phase": "equals",
    "indication": "equals",
}
_GROUPS = ("all", "any")


class ConditionError(ValueError):
    """A condition with an unknown name; `where` is its place in the file."""

    where = ".when"


def expand(written: Any) -> Any:
    """A written condition as the tagged form the schema checks; what is not understood is left for it to refuse."""
    if not isinstance(written, dict) or len(written) != 1:
        return written
    key, content = next(iter(written.items()))
    if key in _GROUPS:
        return {"ask": key, "of": [expand(item) for item in content] if isinstance(content, list) else content}
    if key == "not":
        return {"ask": key, "of": expand(content)}
    if key not in MAIN_FIELD:
        raise ConditionError(f"there is no condition {key!r}; there are {', '.join((*_GROUPS, 'not', *MAIN_FIELD))}")
    if isinstance(content, dict):
        return {"ask": key, **content}
    return {"ask": key, MAIN_FIELD[key]: content}


def expand_rule(data: Any, where: str = "") -> Any:
    """A written rule or indication with every condition in it expanded."""
    if not isinstance(data, dict):
        return data
    done = dict(data)
    try:
        if "when" in done:
            done["when"] = expand(done["when"])
    except ConditionError as error:
        error.where = f"{where}.when"
        raise
    if isinstance(done.get("exceptions"), list):
        done["exceptions"] = expand_all(done["exceptions"], f"{where}.exceptions")
    return done


def expand_all(items: list[Any], where: str) -> list[Any]:
    """The same for each of a list."""
    return [expand_rule(item, f"{where}[{number}]") for number, item in enumerate(items)]
