"""`apothecary check`: validates knowledge files."""

from pathlib import Path

import click

from apothecary.cli import common as c


@click.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--schema", type=click.Path(path_type=Path), help="Write the JSON Schemas for editors into this folder.")
@c.plain_format_option
def command(folder: Path | None, schema: Path | None, format: str) -> None:
    """Validate knowledge files in FOLDER, or all packaged ones; exit code 4 names every mistake with file and line."""
    from apothecary.knowledge import PACKAGED, KnowledgeError, load, packaged
    from apothecary.review import Reviewer
    from apothecary.review.cases import load_cases, run_case

    as_json = format == "json"
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
        statements = monograph.statements.values()
        encoded = sum(bool(one.encoded_by) for one in statements)
        to_do = sum(bool(one.to_do) for one in statements)
        left = f", {to_do} to do" if to_do else ""
        models = len(monograph.models)
        kinetics = f"{models} kinetic model{'' if models == 1 else 's'}, " if models else ""
        lines.append(
            f"{monograph.drug.name}: {len(monograph.rules)} rules, {sum(len(f.cases) for f in files)} cases, "
            f"{len(monograph.value_sets)} value sets with {len(monograph.codes)} codes and names, {kinetics}"
            f"{len(statements)} statements ({encoded} encoded, {len(statements) - encoded - to_do} background{left}), "
            f"edition {monograph.drug.edition.revised}, hash {monograph.hash}"
        )
    if as_json:
        import msgspec

        c.write(msgspec.json.encode({"valid": not mistakes, "mistakes": mistakes, "summary": lines}).decode())
    else:
        c.write("\n".join([*lines, *mistakes]))
    if mistakes:
        raise SystemExit(4)
