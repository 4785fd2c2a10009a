"""The frame around every HTML page: one template environment, the navigation, headers that keep nothing."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from apothecary import __version__
from apothecary.present.words import DISCLAIMER
from apothecary.service.page.sheets import address
from apothecary.service.state import State

_HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


@cache
def environment() -> Environment:
    """The templates of the page and of `present`, everything escaped and no undefined name allowed."""
    made = Environment(
        loader=ChoiceLoader([PackageLoader("apothecary.service.page"), PackageLoader("apothecary.present")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["answers_of"] = lambda one: [(id_, id_.replace("-", " ")) for id_ in one.answers]
    made.globals["units_of"] = lambda one: [(unit.code, unit.shown) for unit in one.units]
    return made


def prefix(request: Request, state: State) -> str:
    """The path under which the service is published, without a final slash; empty at the root of an address."""
    return urlsplit(state.base_url(request)).path.rstrip("/")


def page(
    request: Request, state: State, template: str, *, status: int = 200, drug: str | None = None, **values: Any
) -> HTMLResponse:
    """A template that extends `base.html`, filled in.

    `drug` is the id of the monograph that the navigation leads to, the only or first one when not given. Every template
    knows `at` (put it before each path that begins with a slash), `sheet(name)` (the address of a style sheet), `drug`,
    `drugs` (id to name) and `languages` (of the drug's patient sheet).
    """
    chosen = drug if drug in state.reviewers else next(iter(state.reviewers), None)
    at = prefix(request, state)
    shown: Mapping[str, Any] = {
        "at": at,
        "sheet": lambda name: f"{at}{address(name)}",
        "drug": chosen,
        "drugs": {id_: reviewer.monograph.drug.name for id_, reviewer in state.reviewers.items()},
        "languages": tuple(state.reviewers[chosen].monograph.translations) if chosen is not None else (),
        "version": __version__,
        "disclaimer": DISCLAIMER,
        "here": request.url.path.removeprefix(at) or "/",
    }
    body = environment().get_template(template).render(**{**shown, **values})
    return HTMLResponse(body, status, headers=_HEADERS)
