"""The audit as one HTML file: no script, nothing loaded from anywhere, ready to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from apothecary.present.as_html import environment
from apothecary.present.audit.content import content
from apothecary.present.safe import html_in

if TYPE_CHECKING:
    from apothecary.audit import Audit
    from apothecary.knowledge import Monograph


def render(audit: Audit, monograph: Monograph, *, encoding: str, source: str) -> str:
    """The audit as a self-contained HTML page, ending with one newline.

    The page says that it is UTF-8; in any other `encoding` it holds ASCII only, which reads the same.
    """
    return html_in(environment().get_template("audit.html").render(shown=content(audit, monograph, source)), encoding)
