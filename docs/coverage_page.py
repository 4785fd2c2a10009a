"""The page that says what accounts for each statement of a source text, made from the knowledge alone."""

from collections.abc import Callable, Iterable, Iterator

from apothecary.audit import coverage
from apothecary.knowledge import Monograph, Statement

INTRO = (
    "What accounts for each statement of the source text, and the other way round. A statement is a sentence, a row\n"
    "of a table or the names of its columns; the text is licensed and not shown. `apothecary audit DRUG --source\n"
    "FILE` compares the text itself with this."
)
_KINDS = {
    "drug": "identity",
    "rule": "rule",
    "value": "value",
    "indication": "use",
    "interpretation": "reading",
    "dosing": "dosing",
    "monitoring": "monitoring",
    "kinetics": "kinetic model",
    "target": "target",
    "product": "product",
    "adverse-effect": "adverse effects",
    "advice": "advice",
}


def lines(m: Monograph, name: str, plain: Callable[[str], str]) -> Iterator[str]:
    """The part of the page about one drug; `plain` makes a text harmless for Markdown."""
    yield from (f"## {name}", "")
    statements = list(m.statements.values())
    encoded = sum(bool(one.encoded_by) for one in statements)
    background = sum(bool(one.background) for one in statements)
    yield (
        f"{len(statements)} statements of the edition of {m.drug.edition.revised}: {encoded} encoded, {background} "
        f"background, {len(statements) - encoded - background} to do."
    )
    yield from ("", "| section | statements | encoded | background | to do |", "|---|---|---|---|---|")
    for section in dict.fromkeys(one.section for one in statements):
        group = [one for one in statements if one.section == section]
        counts = [sum(bool(field) for field in column) for column in zip(*map(_state, group), strict=True)]
        yield f"| {plain(section)} | {len(group)} | {' | '.join(map(str, counts))} |"
    yield from ("", f"### {name}: from the text to the knowledge", "")
    yield from ("| statement | section | references | kind | accounted for by |", "|---|---|---|---|---|")
    for one in statements:
        kind = ("encoded" if one.encoded_by else "background" if one.background else "to do") + (
            ", off-label" if one.off_label else ""
        )
        by = _codes(one.encoded_by) or plain(one.background or one.to_do or "")
        references = ", ".join(one.references)
        yield f"| `{one.id}` | {plain(one.section)}, {one.ordinal} | {references} | {kind} | {by} |"
    yield from ("", f"### {name}: from the knowledge to the text", "")
    yield from ("| thing | what it is | kind | statements | sources |", "|---|---|---|---|---|")
    for thing in coverage.resting(m):
        what, _, id_ = thing.link.partition(":")
        sources = ", ".join(thing.sources)
        yield f"| `{id_}` | {_KINDS[what]} | {thing.kind} | {_codes(thing.statements)} | {sources} |"
    yield from ("", f"### {name}: references", "")
    yield from ("| reference | cited by | used by |", "|---|---|---|")
    known, _ = coverage.cited(m, statements, ((id_, source.citation) for id_, source in m.sources.items()))
    for one in known:
        count = len(one.cited_by)
        by = f"{count} statement{'' if count == 1 else 's'}" if count else "no statement"
        yield f"| {one.number} | {by} | {_codes(one.used_by) or 'nothing else'} |"
    yield ""


def _state(one: Statement) -> tuple[bool, bool, bool]:
    return bool(one.encoded_by), bool(one.background), bool(one.to_do)


def _codes(ids: Iterable[str]) -> str:
    return ", ".join(f"`{id_}`" for id_ in ids)
