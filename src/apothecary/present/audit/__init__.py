"""An audit laid out for people and programs: text, JSON, HTML. It only reads; it decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, get_args

if TYPE_CHECKING:
    from apothecary.audit import Audit
    from apothecary.knowledge import Monograph

AuditFormat = Literal["text", "json", "html"]
AUDIT_FORMATS: Final[tuple[AuditFormat, ...]] = get_args(AuditFormat)


def render_audit(
    audit: Audit,
    monograph: Monograph,
    format: AuditFormat,
    *,
    width: int = 80,
    color: bool = False,
    encoding: str = "utf-8",
    source: str = "",
    details: bool = False,
) -> str:
    """The coverage report in one format, ending with one newline.

    `source` is the name of the file. `width` (columns), `color` (terminal codes) and `details` (each statement with
    what encodes it, and the other way round) matter for text only; JSON and HTML always hold the details. Characters
    that `encoding` lacks are spelled out in text, escaped in JSON and HTML. ValueError for an unknown format.
    """
    # Each format brings its own library, and a JSON caller must not wait for the others to load.
    if format == "text":
        from apothecary.present.audit import as_text

        return as_text.render(
            audit, monograph, width=width, color=color, encoding=encoding, source=source, details=details
        )
    if format == "json":
        from apothecary.present.audit import as_json

        return as_json.render(audit, encoding=encoding, source=source)
    if format == "html":
        from apothecary.present.audit import as_html

        return as_html.render(audit, monograph, encoding=encoding, source=source)
    raise ValueError(f"There is no format {format!r}. Ask for one of: {', '.join(AUDIT_FORMATS)}.")


__all__ = ["AUDIT_FORMATS", "AuditFormat", "render_audit"]
