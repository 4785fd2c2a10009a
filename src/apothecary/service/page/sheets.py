"""The style sheets as files of our own address, named by their content so that they may be kept for long."""

import hashlib
from functools import cache
from importlib.resources import files
from typing import Final

from starlette.responses import Response

_PARTS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "page": (("apothecary.present", "templates/review.css"), ("apothecary.service.page", "static/page.css")),
}
_HEADERS = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}


@cache
def content(name: str) -> bytes:
    """A style sheet by name: `page`, else one of this folder, else one that the command line's HTML uses.

    KeyError for a name that is none of these.
    """
    if not name.isidentifier():
        raise KeyError(name)
    parts = _PARTS.get(name)
    if parts is None:
        own = ("apothecary.service.page", f"static/{name}.css")
        parts = (own if files(own[0]).joinpath(own[1]).is_file() else ("apothecary.present", f"templates/{name}.css"),)
    try:
        return b"\n".join(files(package).joinpath(path).read_bytes() for package, path in parts)
    except FileNotFoundError as error:
        raise KeyError(name) from error


@cache
def address(name: str) -> str:
    """The path of a style sheet; it changes with the content."""
    return f"/static/{name}.{hashlib.sha256(content(name)).hexdigest()[:12]}.css"


def served(path: str) -> Response | None:
    """The answer to GET /static/PATH; None for what is no style sheet of the present content."""
    name = path.split(".")[0]
    try:
        known = address(name)
    except KeyError:
        return None
    if known != f"/static/{path}":
        return None
    return Response(content(name), media_type="text/css; charset=utf-8", headers=_HEADERS)
