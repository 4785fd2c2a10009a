"""`apothecary demo`: the main job on a packaged example record."""

from typing import Annotated

import typer

from apothecary.cli import common as c
from apothecary.cli import review


def command(
    drug: c.DrugOption = None,
    format: Annotated[c.Format, typer.Option("--format", help="How to print the review.")] = c.Format.TEXT,
) -> None:
    """Review the example patient that comes with a monograph, as of the day the example is written for."""
    from apothecary.knowledge import PACKAGED

    reviewer = c.load_reviewer(drug)
    folder = PACKAGED / reviewer.monograph.drug.id
    example = next(iter(sorted(folder.glob("example*.json"))), None)
    if example is None:
        raise c.Failure("usage", f"The monograph {folder.name} comes without an example record.", 2)
    day = (folder / "example.as-of").read_text(encoding="utf-8").strip()
    command_line = f"apothecary review {example.name} --as-of {day}"
    if format is c.Format.TEXT:
        c.write(f"A packaged example, the same as: {command_line}\n")
    review.command(str(example), drug, day, format=format)
