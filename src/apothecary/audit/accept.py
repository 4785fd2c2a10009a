"""Takes a re-read text over into statements.yaml: places and fingerprints anew, what encodes a statement as it was."""

from collections.abc import Iterable

import msgspec

from apothecary.audit.compare import Comparison
from apothecary.audit.names import new_id
from apothecary.audit.statements import Found, entry, written
from apothecary.knowledge import Monograph, Statement

EVERYTHING = "all"


class NothingToAccept(ValueError):
    """What was to be accepted is no change of this text."""


def accept(m: Monograph, c: Comparison, ids: Iterable[str], comment: str) -> str:
    """The new statements.yaml: the named statements, or `all`, as they stand in the text.

    An edited or moved statement keeps what encodes it, one that is gone is dropped, a new one gets an id and is to do.
    `new` accepts the new ones, which have no id yet. What was not named stays as it was; NothingToAccept for an id that
    names no change.
    """
    asked = set(ids)
    back = {there: here for here, there in c.pairs.items()}
    changed = {c.known[here].id for here, there in c.pairs.items() if _taken(c.known[here], c.found[there])[1]}
    gone = {one.id for here, one in enumerate(c.known) if here not in c.pairs}
    new = {"new"} if len(back) < len(c.found) else set()
    unknown = asked - changed - gone - new - {EVERYTHING}
    if unknown:
        raise NothingToAccept(f"{', '.join(sorted(unknown))}: no change of the text has this name.")
    every = EVERYTHING in asked
    listed: list[Statement] = []
    used = set(m.statements)
    for there, found in enumerate(c.found):
        if there in back:
            one = c.known[back[there]]
            listed.append(_taken(one, found)[0] if every or one.id in asked or one.id not in changed else one)
        elif every or "new" in asked:
            beside = [known.id for known in c.known if known.section == found.section]
            id_ = new_id(found.section, beside, used)
            used.add(id_)
            listed.append(
                msgspec.structs.replace(entry(found, id_), to_do=f"new in the edition of {_day(c)}: encode it")
            )
    left = [one for one in c.known if one.id in gone and not (every or one.id in asked)]
    return written([*listed, *left], comment)


def _taken(one: Statement, found: Found) -> tuple[Statement, bool]:
    """The entry of the text with the id and the encoding of the known statement, and whether more than places differ.

    Places shift whenever something before them does, so they are taken over without being asked for.
    """
    done = msgspec.structs.replace(
        entry(found, one.id), encoded_by=one.encoded_by, background=one.background, to_do=one.to_do
    )
    return done, done != msgspec.structs.replace(one, ordinal=found.ordinal)


def _day(c: Comparison) -> str:
    return c.document.edition.revised.isoformat()


def comment_of(text: str) -> str:
    """The comment at the head of a YAML file, without its marks."""
    lines = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(lines)
