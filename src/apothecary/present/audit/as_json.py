"""The audit as JSON, for programs: every field is always there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from apothecary.present.safe import mapped

if TYPE_CHECKING:
    from apothecary.audit import Audit, Change, Covered

CONTRACT: Final = 1
_NOT_ASCII: Final = re.compile(r"[^\n -~]")


def render(audit: Audit, *, encoding: str, source: str) -> str:
    """The audit as indented JSON, ending with one newline.

    Characters that a terminal would obey are escaped, and all but ASCII where `encoding` is not UTF-8.
    """
    data = document(mapped(audit, _sound), _sound(source))
    text = msgspec.json.format(msgspec.json.encode(data), indent=2).decode()
    is_utf8 = encoding.lower().replace("_", "-") in ("utf-8", "utf8")
    return (
        _NOT_ASCII.sub(lambda found: found[0] if is_utf8 and found[0].isprintable() else _escaped(found[0]), text)
        + "\n"
    )


def document(audit: Audit, source: str) -> dict[str, Any]:
    """The audit as plain data.

    - `contract`: 1; `drug`: id; `knowledge`: `version`, `hash`; `source`: `file`, `title`, `publisher`, `revised`.
    - `complete`: every statement is accounted for, knowledge and text do not differ, and there is no error.
    - `coverage`: the counts `statements`, `accounted`, `encoded`, `background`, `open`; `percent` accounted for,
      rounded down to a tenth; `sections`: `section` and its `statements`, `encoded`, `background`, `open`.
    - `statements`, in the order of the text: `id` (empty for a new one), `section`, `ordinal`, `line`, `references`,
      `off_label`, `state` (same, edited, new), `accounted`, `encoded_by`, `background`, `to_do`.
    - `changes`: `kind`, `what`, `section`, `line` (or null), `before`, `after`, `similarity` (0 to 1, within about 0.1;
      null unless edited), `numbers_gone`, `numbers_new`, `notes`, `rests` (`link`, `says`), `text`, `previous`.
    - `resting`, things of the knowledge: `link`, `kind`, `statements`, `sources`.
    - `references` of the text: `number`, `citation`, `cited_by` (statements), `used_by` (things).
    - `unresolved`: citations that no reference answers; `orphans`: things that rest on nothing; both are errors.
    - `ignored`: lines of the page around the monograph; `notes` of the audit.
    """
    return {
        "contract": CONTRACT,
        "drug": audit.drug,
        "knowledge": {"version": audit.knowledge_version, "hash": audit.knowledge_hash},
        "source": {
            "file": source,
            "title": audit.title,
            "publisher": audit.publisher,
            "revised": audit.revised.isoformat(),
        },
        "complete": audit.complete,
        "coverage": {
            "statements": len(audit.statements),
            "accounted": audit.accounted,
            "encoded": sum(one.encoded for one in audit.sections),
            "background": sum(one.background for one in audit.sections),
            "open": sum(one.open for one in audit.sections),
            "percent": audit.percent,
            "sections": audit.sections,
        },
        "statements": [_statement(one) for one in audit.statements],
        "changes": [_change(one) for one in audit.changes],
        "resting": audit.resting,
        "references": audit.references,
        "unresolved": audit.unresolved,
        "orphans": audit.orphans,
        "ignored": audit.ignored,
        "notes": audit.notes,
    }


def _statement(one: Covered) -> dict[str, Any]:
    return {
        "id": one.id,
        "section": one.section,
        "ordinal": one.ordinal,
        "line": one.line,
        "references": one.references,
        "off_label": one.off_label,
        "state": one.state,
        "accounted": one.accounted,
        "encoded_by": one.encoded_by,
        "background": one.background,
        "to_do": one.to_do,
    }


def _change(one: Change) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "what": one.what,
        "section": one.section,
        "line": one.line,
        "before": one.before,
        "after": one.after,
        "similarity": None if one.similarity is None else round(one.similarity, 2),
        "numbers_gone": one.numbers_gone,
        "numbers_new": one.numbers_new,
        "notes": one.notes,
        "rests": one.rests,
        "text": one.text,
        "previous": one.previous,
    }


def _sound(text: str) -> str:
    """The text without lone surrogates, which a file name may hold and UTF-8 has no form for."""
    return text.encode("utf-8", "replace").decode()


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be").hex()
    return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4))
