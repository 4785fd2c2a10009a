"""The hazard log of SAFETY.md, made from safety/hazards.yaml."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml

HAZARDS = Path(__file__).resolve().parent.parent / "safety" / "hazards.yaml"
BEGIN = "<!-- hazards: begin; made by `python -m docs.make` from safety/hazards.yaml -->"
END = "<!-- hazards: end -->"


def hazards() -> list[dict[str, Any]]:
    """The hazard log as written."""
    found: list[dict[str, Any]] = yaml.safe_load(HAZARDS.read_text(encoding="utf-8"))["hazards"]
    return found


def filled(page: str, plain: Callable[[str], str]) -> str:
    """SAFETY.md with its hazard log replaced and the rest as it is; `plain` escapes text for Markdown."""
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    return head + "\n".join([BEGIN, "", *_lines(plain), END]) + tail


def _lines(plain: Callable[[str], str]) -> Iterator[str]:
    log = hazards()
    yield from ("| id | hazard | severity | tests |", "|---|---|---|---|")
    for one in log:
        yield f"| [{one['id']}](#{one['id']}) | {plain(one['hazard'])} | {one['severity']} | {len(one['tests'])} |"
    yield ""
    for one in log:
        yield from (f"### {one['id']}", "", f"**{plain(one['hazard'])}** ({one['severity']})", "")
        yield f"- **Cause:** {plain(one['cause'])}"
        yield f"- **Consequence:** {plain(one['consequence'])}"
        yield "- **Measures:**"
        yield from (f"  - {plain(measure)}" for measure in one["measures"])
        yield "- **Tests:**"
        yield from (f"  - `{test}`" for test in one["tests"])
        yield from (f"- **What remains:** {plain(one['residual'])}", "")
