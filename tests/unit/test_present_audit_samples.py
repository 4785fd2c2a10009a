"""Audits of the made-up drug's text and of edited copies of it, for the tests of every format."""

from functools import cache
from pathlib import Path

import msgspec

from apothecary.audit import Audit, audit
from apothecary.audit.result import SectionCount
from apothecary.present.audit import render_audit
from support import MADE_UP, made_up

SOURCE = MADE_UP.with_suffix(".txt")
Edits = tuple[tuple[str, str], ...]

NUMBER: Edits = (("is below 30 mL/min", "is below 40 mL/min"),)
EDITS: Edits = (
    *NUMBER,
    ("Selected Revisions January 15, 2026", "Selected Revisions March 1, 2026"),
    ("Throw it away after use.", "Keep it in a box with holes. Throw it away after use."),
    (" Talk with women about pregnancy.1", ""),
    ("Start with 240 mg.2 120 mg follow every 28 days.2", "120 mg follow every 28 days.2 Start with 240 mg.2"),
    ("prevents migraine in adults.1 2", "prevents migraine in adults.1"),
    ("frequent in the first weeks.1", "frequent in the first weeks.1 77"),
    ("5. Nemo C. On hats.", "5. Nemo C. On caps."),
    ("\nBody Weight\n", "\nWeight of the Body\n"),
)
# Markup, a template, a terminal escape, a link for terminals, a text-direction mark, in every place of a file.
BAD = "<script>alert(1)</script> {{ 7*7 }} \x1b[31mred\x1b[0m \x1b]8;;http://evil\x07link\x1b]8;;\x07 \u202etxet \u2265"
HOSTILE: Edits = (
    ("lymphocytes are below", f"lymphocytes {BAD} are below"),
    ("\nConstipation\n", f"\nConstipation {BAD}\n"),
    ("On hats.", f"On hats {BAD}."),
    ("Other antibodies against migraine |", f"Other antibodies {BAD} |"),
    ("Society of Made-up Drugs, Inc., 1", f"Society {BAD} of, Inc., 1"),
    ("- Reviews (0)", BAD),
)


def edited(edits: Edits = ()) -> bytes:
    """The text with every edit made; each must fit in exactly one place."""
    text = Path(SOURCE).read_text("utf-8")
    for old, new in edits:
        assert 1 == text.count(old), old
        text = text.replace(old, new)
    return text.encode()


@cache
def audited(edits: Edits = (), with_previous: bool = False) -> Audit:
    """The audit of an edited text, perhaps beside the text as it was."""
    return audit(made_up(), edited(edits), edited() if with_previous else None)


def complete() -> Audit:
    return audited()


def differing() -> Audit:
    """One or more changes of every group, with both wordings, and a citation without a reference."""
    return audited(EDITS, True)


def hostile() -> Audit:
    return audited(HOSTILE, True)


def with_errors() -> Audit:
    """Nothing differs, but a rule rests on nothing."""
    return msgspec.structs.replace(complete(), orphans=("rule:heavy",))


def to_do() -> Audit:
    """One statement is known and neither encoded nor background."""
    first, *others = complete().statements
    begun = msgspec.structs.replace(first, encoded_by=(), background="", to_do="encode the brand")
    header, *sections = complete().sections
    counts = SectionCount(header.section, header.statements, header.encoded - 1, header.background, 1)
    return msgspec.structs.replace(complete(), statements=(begun, *others), sections=(counts, *sections))


def empty() -> Audit:
    """An audit in which everything that can be empty is."""
    lists = ("statements", "sections", "changes", "resting", "references", "unresolved", "orphans", "ignored", "notes")
    return msgspec.structs.replace(complete(), publisher="", **dict.fromkeys(lists, ()))


ALL = [complete(), differing(), hostile(), with_errors(), to_do(), empty(), audited(EDITS)]


def text(audit: Audit, width: int = 80, color: bool = False, encoding: str = "utf-8", details: bool = False) -> str:
    return render_audit(
        audit, made_up(), "text", width=width, color=color, encoding=encoding, source="new.txt", details=details
    )


def joined(audit: Audit, details: bool = False) -> str:
    """The report on one line, so that a test does not depend on where it wraps."""
    return " ".join(text(audit, details=details).split())


def line(mark: str) -> int:
    """The line of the edited text on which `mark` stands."""
    return next(n for n, found in enumerate(edited(EDITS).decode().splitlines(), 1) if mark in found)


def headings(audit: Audit, details: bool = False) -> list[str]:
    return [row for row in text(audit, details=details).splitlines() if row[:1].isalpha() and row.isupper()]


def test_the_complete_audit_is_complete() -> None:
    assert complete().complete
    assert [] == [made.drug for made in ALL[1:] if made.complete]


def test_the_differing_audit_has_a_change_of_every_group() -> None:
    expected = {"edition", "edited", "new", "gone", "moved", "citation", "reference", "section"}
    assert expected == {change.kind.partition("-")[0] for change in differing().changes}
