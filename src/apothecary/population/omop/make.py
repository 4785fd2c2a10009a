"""An OMOP CDM database to a folder of facts: persons in ranges of their ids, each finished for itself."""

import shutil
from collections.abc import Callable, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from apothecary.knowledge import Matcher, Monograph
from apothecary.population.facts.asked import asked
from apothecary.population.facts.exports import Export
from apothecary.population.facts.failure import FactsError, failed
from apothecary.population.facts.manifest import MANIFEST, Manifest, write_manifest
from apothecary.population.facts.schema import FORMAT
from apothecary.population.facts.tasks import WORK, Entry, drop_others, read_entries
from apothecary.population.omop.content import Range, content_of, count_persons, ranges
from apothecary.population.omop.database import Database, open_database
from apothecary.population.omop.reading import Work, read_range
from apothecary.population.omop.terms import ancestors_of, concepts_of, joined, relevant
from apothecary.record.omop import database_sections
from apothecary.record.omop_tables import EVENTS

_READING: Final = 1  # of this way of reading; what was read in another way is read again
_PERSONS: Final = 100_000  # in one range


class Progress(msgspec.Struct, frozen=True):
    """How far the reading is: persons finished of all, rows read."""

    persons: int
    all_persons: int
    rows: int


class Made(msgspec.Struct, frozen=True):
    """What was read: the database without its password, persons, rows that matter.

    `strangers`: rows among them of persons whom the table `person` does not list.
    `unsupplied`: the sections that are not known of anybody, with the reason. `foreign`: tables not read because they
    have no column of the CDM. `reused`: ranges of persons that an earlier run, cut off, had finished.
    """

    source: str
    persons: int
    rows: int
    strangers: int
    unsupplied: dict[str, str]
    foreign: tuple[str, ...]
    reused: int


def make_facts_omop(
    source: str | Path,
    out: Path,
    monograph: Monograph,
    *,
    ancestors: Mapping[tuple[str, str], frozenset[str]] | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
    schema: str | None = None,
    vocabulary: str | None = None,
    export: str = "",
    persons: int = _PERSONS,
) -> Made:
    """Reads a DuckDB file or an address that Ibis knows, and writes the facts of all its persons to a folder.

    Started again after it was cut off, it goes on; after it was finished, it reads everything again, since a database
    does not say what has changed. FactsError says what stopped it. `ancestors`: what a site knows beside the database,
    `persons`: how many are read before they are finished.
    """
    db = open_database(source, schema, vocabulary)
    try:
        _check_folder(out)
        total = count_persons(db)
        work = _work(db, out, export, monograph, ancestors)
        todo = _named(work, (str(source), schema, total, persons), ranges(db, persons))
        return _make(work, todo, total, progress)
    except OSError as error:
        raise failed(error, f"Writing facts to {out}") from error
    finally:
        db.con.disconnect()


def _work(
    db: Database,
    out: Path,
    export: str,
    monograph: Monograph,
    ancestors: Mapping[tuple[str, str], frozenset[str]] | None,
) -> Work:
    concepts, what = concepts_of(db), asked(monograph)
    above = joined(ancestors, ancestors_of(db, monograph, concepts))
    matcher = Matcher(monograph.value_sets, monograph.codes, above)
    wanted = {table: relevant(db, table, matcher, concepts) for table in EVENTS if table in db.tables}
    return Work(db, out, export, monograph, what, above, concepts, content_of(db, concepts), wanted)


def _check_folder(out: Path) -> None:
    """Only an empty folder or one of facts is written to: what stands in the way there is removed."""
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).exists() and not (out / WORK).is_dir():
        raise FactsError("not-facts", f"{out} holds something else than facts. Name an empty folder, or a new one.")


def _named(work: Work, source: tuple[object, ...], parts: list[Range]) -> dict[str, Range]:
    """Each range by a name that depends on all that its outcome is known to depend on."""
    above = sorted((*key, *sorted(codes)) for key, codes in work.ancestors.items())
    same = msgspec.json.encode((FORMAT, _READING, source, work.export, work.asked.fingerprint, work.content, above))
    return {blake2b(same + f"{low} {high}".encode(), digest_size=12).hexdigest(): (low, high) for low, high in parts}


def _make(work: Work, todo: dict[str, Range], total: int, progress: Callable[[Progress], None]) -> Made:
    out = work.out
    (out / MANIFEST).unlink(missing_ok=True)
    done: dict[str, Entry] = {name: entry for name, entry in read_entries(out).items() if name in todo}
    drop_others(out, done)
    reused = len(done)

    def tell(more: int) -> None:
        persons = sum(entry.types["person"] for entry in done.values())
        progress(Progress(persons, total, more + sum(entry.lines for entry in done.values())))

    tell(0)
    for name, ids in todo.items():
        if name not in done:
            done[name] = read_range(work, name, ids, tell)
            tell(0)
    unsupplied = {str(name): s.reason for name, s in database_sections(work.content).items() if s.state != "supplied"}
    entries = [done[name] for name in todo]
    made = Made(
        work.db.name,
        sum(entry.types["person"] for entry in entries),
        sum(entry.lines for entry in entries),
        sum(entry.rejects for entry in entries),
        unsupplied,
        work.db.foreign,
        reused,
    )
    _seal(work, made, total)
    shutil.rmtree(out / WORK, ignore_errors=True)  # what is finished is read anew the next time
    return made


def _seal(work: Work, made: Made, persons: int) -> None:
    """The manifest of all facts; of a database its tables stand for types of resources."""
    tables, sections = tuple(sorted(work.content.rows)), database_sections(work.content)
    searched = tuple(name for name, section in sections.items() if section.state == "supplied")
    partial = {name: section.reason for name, section in sections.items() if section.state != "supplied"}
    manifest = Manifest(
        format=FORMAT,
        drug=work.asked.drug,
        fingerprint=work.asked.fingerprint,
        source=made.source,
        kind="omop",
        files=[],
        exports={work.export: Export(work.export, tables, searched, partial)},
        types={work.export: dict(work.content.rows)},
        ignored=made.foreign,
        patients=persons,
        lines=made.rows,
        rejects=made.strangers,
        repeated=0,
    )
    write_manifest(work.out, manifest)
