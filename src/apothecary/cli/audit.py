"""`apothecary audit`: source text against the encoded knowledge, and the beginning of a new monograph."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from apothecary.cli import common as c

if TYPE_CHECKING:
    from apothecary.audit import Audit
    from apothecary.knowledge import Monograph
    from apothecary.present.audit import AuditFormat

FORMATS = ("text", "json", "html")
_DIFFERS = 5
_WRONG_TEXT = {"another-drug": _DIFFERS}  # every other fault of a source is one of reading it


@click.command("audit")
@click.argument("drug", required=False)
@click.option("--source", required=True, help="The text of the monograph, or - for standard input.")
@click.option("--previous", help="The text of the encoded edition: changes show both wordings.")
@click.option(
    "--format", type=click.Choice(FORMATS), default="text", show_default=True, help="How to print the report."
)
@click.option("--details", is_flag=True, help="Show every statement and everything that rests on one.")
@click.option("--accept", multiple=True, metavar="ID", help="Take a re-read statement over (an id, new, or all).")
@click.option("--new", metavar="DRUG", help="Begin the monograph of a new drug instead.")
@click.option("--into", type=click.Path(path_type=Path), help="With --new: the folder to write, else ./DRUG.")
@c.knowledge_option
def command(
    drug: str | None,
    source: str,
    previous: str | None,
    format: "AuditFormat",
    details: bool,
    accept: tuple[str, ...],
    new: str | None,
    into: Path | None,
    knowledge: Path | None,
) -> None:
    """Compare the source text of a monograph with the knowledge about DRUG, sentence by sentence.

    Exit code 0 when every statement is accounted for and nothing differs, else 5.
    """
    as_json = format == "json"
    if new is not None:
        if drug or previous or accept or knowledge:
            raise c.Failure("usage", "--new takes --source, --into and --format only. Leave the rest out.", 2, as_json)
        _begin(new, source, into, as_json)
        return
    if into is not None:
        raise c.Failure("usage", "--into belongs to --new. Leave it out, or begin a monograph with --new.", 2, as_json)
    folder = c.folder_of(drug, knowledge, as_json)
    monograph = c.load_named(folder, drug, as_json)
    if accept:
        monograph = _accept(folder, monograph, source, accept, as_json)
    result = _audited(monograph, source, previous, as_json)
    _show(result, monograph, format, details, source)
    if not result.complete:
        sys.exit(_DIFFERS)


def _read(path: str, as_json: bool) -> bytes:
    return c.read_input(path, as_json, "source text")


def _audited(monograph: "Monograph", source: str, previous: str | None, as_json: bool) -> "Audit":
    from apothecary.audit import SourceError, audit

    data = _read(source, as_json)
    before = _read(previous, as_json) if previous is not None else None
    try:
        return audit(monograph, data, before)
    except SourceError as error:
        raise _failure(error.code, error.message, source, as_json) from error


def _failure(code: str, message: str, source: str, as_json: bool) -> c.Failure:
    return c.Failure(code, f"{source}: {message}", _WRONG_TEXT.get(code, 3), as_json)


def _show(result: "Audit", monograph: "Monograph", format: "AuditFormat", details: bool, source: str) -> None:
    from apothecary.present.audit import render_audit

    name = "standard input" if source == "-" else Path(source).name
    c.write(render_audit(result, monograph, format, **c.terminal(), source=name, details=details))


def _accept(folder: Path, monograph: "Monograph", source: str, ids: tuple[str, ...], as_json: bool) -> "Monograph":
    """Rewrites statements.yaml with the statements named; the folder must load afterwards, else it stays as it was."""
    from apothecary.audit import SourceError
    from apothecary.audit.accept import NothingToAccept, accept, comment_of
    from apothecary.audit.audit import of_this_drug
    from apothecary.audit.compare import Comparison
    from apothecary.knowledge import KnowledgeError, load

    if source == "-":
        raise c.Failure("usage", "--accept reads the source twice. Give it as a file.", 2, as_json)
    path = folder / "statements.yaml"
    before = path.read_text(encoding="utf-8")
    try:
        document = of_this_drug(monograph, _read(source, as_json), "The file")
        after = accept(monograph, Comparison(monograph, document), ids, comment_of(before))
    except SourceError as error:
        raise _failure(error.code, error.message, source, as_json) from error
    except NothingToAccept as error:
        raise c.Failure("usage", f"{error} Run the audit without --accept to see them.", 2, as_json) from error
    path.write_text(after, encoding="utf-8")
    try:
        return load(folder)
    except KnowledgeError as error:
        path.write_text(before, encoding="utf-8")
        message = (
            f"statements.yaml would no longer load and was left as it was: {error.mistakes[0]} Change what rests on "
            "the statement first."
        )
        raise c.Failure("knowledge", message, 4, as_json) from error


def _begin(drug: str, source: str, into: Path | None, as_json: bool) -> None:
    """Writes the folder of a new monograph; refuses to write into one that holds something."""
    from apothecary.audit import SourceError, read_monograph
    from apothecary.audit.names import slug
    from apothecary.audit.scaffold import scaffold
    from apothecary.knowledge import load

    try:
        document = read_monograph(_read(source, as_json))
    except SourceError as error:
        raise _failure(error.code, error.message, source, as_json) from error
    if slug(document.drug) != slug(drug):
        message = f"{source}: This is the monograph of {document.drug}, not of {drug}. Name the drug of the text."
        raise c.Failure("another-drug", message, _DIFFERS, as_json)
    folder = into if into is not None else Path(slug(drug))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise c.Failure("usage", f"{folder} exists and holds something. Give another folder with --into.", 2, as_json)
    for name, text in scaffold(document).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    monograph = load(folder)
    left = sum(bool(one.to_do) for one in monograph.statements.values())
    if as_json:
        import msgspec

        said = {"folder": str(folder), "statements": len(monograph.statements), "to_do": left}
        c.write(msgspec.json.encode(said).decode())
        return
    c.write(
        f"{folder}: {len(monograph.statements)} statements, {left} to do, "
        f"{len(document.references)} references, edition {monograph.drug.edition.revised}.\n"
        f"Next: read {folder / 'TODO.md'}, then `apothecary check {folder}` and "
        f"`apothecary audit --knowledge {folder} --source {source}`."
    )
