"""`apothecary check`: validates knowledge files."""

from pathlib import Path
from typing import Annotated

import typer

from apothecary.cli import common as c


def command(
    folder: Annotated[Path | None, typer.Argument(help="A monograph folder; else all packaged ones.")] = None,
    schema: Annotated[
        Path | None, typer.Option("--schema", help="Also write the JSON Schemas for editors into this folder.")
    ] = None,
    format: Annotated[c.Format, typer.Option("--format", help="text or json.")] = c.Format.TEXT,
) -> None:
    """Validate knowledge files; every mistake is named with its file and line (exit code 4)."""
    from apothecary.knowledge import PACKAGED, KnowledgeError, load, packaged
    from apothecary.review import Reviewer
    from apothecary.review.cases import load_cases, run_case

    as_json = format is c.Format.JSON
    if schema is not None:
        from apothecary.knowledge.jsonschema import write_schemas

        write_schemas(schema)
    folders = [folder] if folder is not None else [PACKAGED / name for name in packaged()]
    mistakes: list[str] = []
    lines: list[str] = []
    for one in folders:
        try:
            monograph = load(one)
        except KnowledgeError as error:
            mistakes += [f"{one.name}/{mistake}" for mistake in error.mistakes]
            continue
        reviewer = Reviewer(monograph)
        files = load_cases(one / "cases")
        wrong = [
            f"{one.name}/cases {file.rule}, {case.name}: {said}"
            for file in files
            for case in file.cases
            for said in run_case(reviewer, file, case)
        ]
        mistakes += wrong
        encoded = sum(bool(statement.encoded_by) for statement in monograph.statements.values())
        lines.append(
            f"{monograph.drug.name}: {len(monograph.rules)} rules, {sum(len(f.cases) for f in files)} cases, "
            f"{len(monograph.value_sets)} value sets with {len(monograph.codes)} codes and names, "
            f"{len(monograph.statements)} statements ({encoded} encoded, {len(monograph.statements) - encoded} "
            f"background), edition {monograph.drug.edition.revised}, hash {monograph.hash}"
        )
    if as_json:
        import msgspec

        c.write(msgspec.json.encode({"valid": not mistakes, "mistakes": mistakes, "summary": lines}).decode())
    else:
        c.write("\n".join([*lines, *mistakes]))
    if mistakes:
        raise typer.Exit(4)
