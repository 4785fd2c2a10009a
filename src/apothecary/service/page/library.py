"""The monographs to browse: sections, rules in full, and every statement with what rests on it."""

from collections import Counter
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from apothecary.knowledge import Monograph
from apothecary.present import words
from apothecary.present.browsed import Browsed, filtered
from apothecary.present.cited_by import browsed
from apothecary.review.cases import load_cases
from apothecary.service.page import downloads
from apothecary.service.page.frame import page
from apothecary.service.state import State

_LONGEST = 200  # characters of what is looked for


def router(state: State) -> APIRouter:
    """The pages of the monographs that the service knows, and what hangs on them: patient sheets, calendar files."""
    made = APIRouter(include_in_schema=False)
    made.include_router(downloads.router(state))
    ready: dict[str, Browsed] = {}

    @made.get("/monographs")
    def listed(request: Request) -> Response:
        return page(request, state, "monographs.html", listed=[_entry(m) for m in _known(state)])

    @made.get("/monographs/{drug}")
    def one(request: Request, drug: str, q: str = "") -> Response:
        if drug not in state.reviewers:
            return downloads.no_drug(request, state, drug)
        monograph = state.reviewers[drug].monograph
        if drug not in ready:
            ready[drug] = browsed(monograph, cases(state.folders.get(drug)))
        wanted = " ".join(q[:_LONGEST].split())
        shown = filtered(ready[drug], wanted)
        return page(request, state, "monograph.html", drug=drug, shown=shown, q=wanted)

    return made


def cases(folder: Path | None) -> dict[str, int] | None:
    """How many example patients each rule has in a monograph's folder; None where it holds none."""
    if folder is None or not (folder / "cases").is_dir():
        return None
    found: Counter[str] = Counter()
    for file in load_cases(folder / "cases"):
        found[file.rule] += len(file.cases)
    return dict(found)


def _known(state: State) -> list[Monograph]:
    return [reviewer.monograph for reviewer in state.reviewers.values()]


def _entry(m: Monograph) -> dict[str, object]:
    counts = {"rules": len(m.rules), "statements": len(m.statements), "values": len(m.values)}
    return {"drug": m.drug, "title": words.drug(m), **counts}
